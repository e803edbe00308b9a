// Talking to our own server.

/** The server's refusal, in its own words. */
export class Refusal extends Error {
  constructor(
    readonly status: number,
    message: string,
    readonly remedy: string,
  ) {
    super(message);
  }

  /** What is wrong and what to do, as sentences. */
  get told(): string {
    return sentences(this.message, this.remedy);
  }
}

/** Parts as sentences, each with its capital and one full stop. */
export function sentences(...parts: string[]): string {
  return parts
    .filter(Boolean)
    .map((part) => {
      const text = part.charAt(0).toUpperCase() + part.slice(1);
      return /[.!?]$/.test(text) ? text : `${text}.`;
    })
    .join(" ");
}

export async function getJson<T>(path: string): Promise<T> {
  return answer<T>(await fetch(path, { headers: { Accept: "application/json" } }));
}

function tokenOf(page: Document): HTMLMetaElement | null {
  return page.querySelector<HTMLMetaElement>('meta[name="csrf-token"]');
}

/** Takes the token of the session that is open now, when it is the same user's. */
export async function renewToken(who: string): Promise<"renewed" | "other" | "none"> {
  try {
    const text = await (await fetch(window.location.href)).text();
    const page = new DOMParser().parseFromString(text, "text/html");
    const user = page.querySelector<HTMLElement>("#editor")?.dataset.user;
    if (user !== undefined && user !== who) return "other";
    const fresh = tokenOf(page)?.content;
    const here = tokenOf(document);
    if (!fresh || !here || fresh === here.content) return "none";
    here.content = fresh;
    return "renewed";
  } catch {
    return "none";
  }
}

export async function postJson<T>(path: string, body: unknown): Promise<T> {
  const token = tokenOf(document)?.content ?? "";
  return answer<T>(
    await fetch(path, {
      method: "POST",
      headers: {
        Accept: "application/json",
        "Content-Type": "application/json",
        "X-CSRFToken": token,
      },
      body: JSON.stringify(body),
    }),
  );
}

/** Sends a form; gives the path of the page that answers. */
export async function postForm(path: string, fields: Record<string, string>): Promise<string> {
  const body = new URLSearchParams({ ...fields, csrf_token: tokenOf(document)?.content ?? "" });
  const response = await fetch(path, { method: "POST", body });
  if (response.ok && response.redirected) return new URL(response.url).pathname;
  throw new Refusal(response.status, "The server did not take it.", "Try again.");
}

/** Whether nobody is signed in any more; a page instead of data is that of signing in. */
export function isSignedOut(error: unknown): boolean {
  return error instanceof Refusal && error.status === 401;
}

async function answer<T>(response: Response): Promise<T> {
  const isJson = response.headers.get("Content-Type")?.startsWith("application/json");
  if (response.redirected && !isJson) throw new Refusal(401, "You are no longer signed in.", "");
  const body = isJson ? await response.json() : {};
  if (response.ok && isJson) return body as T;
  throw new Refusal(
    response.ok ? 401 : response.status,
    String(body.error ?? "The server did not answer as it should."),
    String(body.remedy ?? "Load the page again."),
  );
}
