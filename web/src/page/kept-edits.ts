// Edits of the plan editor that were never saved, of plans that have been deleted since: the page of
// plans tells of them, and forgets them when asked. Written by editor/kept.ts.

/** What is kept of one plan. */
export interface Lost {
  plan: string;
  /** Names in the browser's store. */
  names: string[];
  /** The team that each unit was to have, '' for none. */
  wanted: Map<string, string>;
}

const KINDS = ["geoteam-edits", "geoteam-undecided"];
const SHOWN = 20;

/** Finds what a user's browser keeps of plans that are not there. */
export function lost(
  names: readonly string[],
  read: (name: string) => string | null,
  who: string,
  there: ReadonlySet<string>,
): Lost[] {
  const found = new Map<string, Lost>();
  for (const name of [...names].sort()) {
    const [kind = "", plan = "", of] = name.split("/");
    if (!KINDS.includes(kind) || of !== who || there.has(plan)) continue;
    const one: Lost = found.get(plan) ?? { plan, names: [], wanted: new Map() };
    found.set(plan, one);
    one.names.push(name);
    for (const [unit, team] of wanted(read(name))) one.wanted.set(unit, team);
  }
  return [...found.values()];
}

function wanted(text: string | null): [string, string][] {
  try {
    const all = JSON.parse(text ?? "[]") as {
      changes?: Record<string, [string | null, string | null]>;
      unit?: string;
      wanted?: string;
    }[];
    return all.flatMap(({ changes, unit, wanted: team }) =>
      unit !== undefined
        ? [[unit, team ?? ""] as [string, string]]
        : Object.entries(changes ?? {}).flatMap(([code, [, to]]): [string, string][] =>
            to === null ? [] : [[code, to]],
          ),
    );
  } catch {
    return [];
  }
}

/** Tells what is kept of one plan. */
export function toldOf({ plan, wanted: units }: Lost): string {
  const listed = [...units]
    .slice(0, SHOWN)
    .map(([unit, team]) => `${unit} to ${team || "no team"}`);
  const more = units.size > SHOWN ? ` and ${units.size - SHOWN} more` : "";
  const what = listed.length ? `: ${listed.join(", ")}${more}` : "";
  return `Plan ${plan} is deleted. This browser keeps what you drew on it and could not save${what}. To use it, draw it in another plan.`;
}

export function keptEdits(page: Document): void {
  const place = page.querySelector<HTMLElement>("[data-kept-edits]");
  if (!place) return;
  const there = new Set((place.dataset.plans ?? "").split(" "));
  try {
    const store = window.localStorage;
    const read = (name: string) => store.getItem(name);
    const all = lost(Object.keys(store), read, place.dataset.keptEdits ?? "", there);
    place.hidden = !all.length;
    for (const one of all) place.append(box(page, one));
  } catch {
    // A browser that keeps nothing has nothing to tell.
  }
}

function box(page: Document, one: Lost): HTMLElement {
  const made = page.createElement("div");
  made.className = "alert alert-warn";
  const text = page.createElement("p");
  text.textContent = toldOf(one);
  const forget = page.createElement("button");
  forget.type = "button";
  forget.className = "button button-small";
  forget.textContent = "Forget it";
  forget.addEventListener("click", () => {
    for (const name of one.names) window.localStorage.removeItem(name);
    made.textContent = `What you drew on plan ${one.plan} is forgotten.`;
  });
  made.append(text, forget);
  return made;
}
