// What this phone keeps of a tour so that its page opens without a connection: one cache a tour, whose
// name says whose it is and until when. It goes when the tour is done, at signing out, when somebody
// else signs in, and after the day.
const PREFIX = "geoteam-road";
const WORKER = "/road/sw.js";

interface Kept {
  name: string;
  who: string;
  ref: string;
  until: number;
}

function nameOf(who: string, ref: string, until: string): string {
  return [PREFIX, encodeURIComponent(who), ref, until].join(" ");
}

function read(name: string): Kept | null {
  const [prefix, who, ref, until] = name.split(" ");
  if (prefix !== PREFIX || !who || !ref || !until) return null;
  return { name, who: decodeURIComponent(who), ref, until: Date.parse(until) };
}

export async function kept(): Promise<Kept[]> {
  if (!("caches" in globalThis)) return [];
  return (await caches.keys()).map(read).filter((one) => one !== null);
}

/** Forgets what is kept of tours, as far as `which` says so. */
export async function forget(which: (one: Kept) => boolean): Promise<void> {
  for (const one of await kept()) if (which(one)) await caches.delete(one.name);
}

/** Forgets what is over, and what is not this user's. */
export function forgetOthers(who: string | undefined, now: number): Promise<void> {
  return forget((one) => one.until <= now || (who !== undefined && one.who !== who));
}

/** The kept answer for an address, unless its day is over. */
export async function find(address: string, now: number): Promise<Response | undefined> {
  await forgetOthers(undefined, now);
  for (const { name } of await kept()) {
    const found = await (await caches.open(name)).match(address, { ignoreVary: true });
    if (found) return found;
  }
  return undefined;
}

/** Whether a user is still on this page: whoever signs out of it leaves nothing more behind. */
function stays(who: string): boolean {
  return document.documentElement.dataset.who === who;
}

/** Whether this phone keeps a tour for a user. */
export async function keeps(who: string, ref: string): Promise<boolean> {
  return (await kept()).some((one) => one.who === who && one.ref === ref && one.until > Date.now());
}

/** Lets the tour that is kept say what was heard since; nothing where none is kept. */
export async function renew(
  who: string,
  tour: { ref: string; kept_until: string },
  page: string,
): Promise<void> {
  const name = nameOf(who, tour.ref, tour.kept_until);
  if (!("caches" in globalThis) || !(await caches.has(name)) || !stays(who)) return;
  await (await caches.open(name)).put(`${page}/tour.json`, Response.json(tour));
}

/** Keeps a tour with its page and all that the page is made of. False where a browser cannot. */
export async function keep(
  who: string,
  tour: { ref: string; kept_until: string },
  page: string,
): Promise<boolean> {
  if (!("serviceWorker" in navigator) || !("caches" in globalThis)) return false;
  await forgetOthers(who, Date.now());
  if (Date.parse(tour.kept_until) <= Date.now()) return false;
  const name = nameOf(who, tour.ref, tour.kept_until);
  await forget((one) => one.ref === tour.ref && one.name !== name);
  await navigator.serviceWorker.register(WORKER);
  await navigator.serviceWorker.ready;
  if (!stays(who)) return false;
  const cache = await caches.open(name);
  await cache.put(`${page}/tour.json`, Response.json(tour));
  const shell = await fetch(page);
  if (!shell.ok || shell.redirected) return false;
  await cache.put(page, shell);
  const parts = [
    ...[...document.querySelectorAll<HTMLLinkElement>("link[href]")].map((one) => one.href),
    ...[...document.querySelectorAll<HTMLScriptElement>("script[src]")].map((one) => one.src),
    ...[...document.querySelectorAll<HTMLImageElement>("img[src]")].map((one) => one.src),
    // Fonts that the style sheet asked for.
    ...performance.getEntriesByType("resource").map((one) => one.name),
  ].filter((address) => new URL(address, location.href).pathname.startsWith("/static/"));
  await cache.addAll([...new Set(parts)]);
  return true;
}
