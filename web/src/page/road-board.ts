// The supervisor's board of the day: loads itself anew without losing the place of the reader, and
// says aloud what has changed.
const TURN_MS = 10_000;

export function roadBoard(page: Document): void {
  const board = page.querySelector<HTMLElement>("[data-road-board]");
  if (board) window.setInterval(() => void turn(board), TURN_MS);
}

async function turn(board: HTMLElement): Promise<void> {
  const link = document.querySelector<HTMLElement>("[data-board-link]");
  try {
    const answer = await fetch(window.location.href);
    const fresh = new DOMParser()
      .parseFromString(await answer.text(), "text/html")
      .querySelector<HTMLElement>("[data-road-board]");
    if (!fresh) throw new Error("signed out");
    if (link) link.hidden = true;
    show(board, fresh);
  } catch {
    if (link) link.hidden = false;
  }
}

function show(board: HTMLElement, fresh: HTMLElement): void {
  // Every form of a page has a token of its own: that alone is no change.
  const before = standings(board);
  if (board.textContent === fresh.textContent && same(before, standings(fresh))) return;
  const held = document.activeElement?.getAttribute("data-held");
  board.replaceChildren(...fresh.childNodes);
  if (held) board.querySelector<HTMLElement>(`[data-held="${held}"]`)?.focus();
  const said = [...standings(board)]
    .filter(([name, now]) => before.get(name)?.standing !== now.standing)
    .map(([, { told }]) => told);
  const aloud = document.querySelector<HTMLElement>("[data-board-said]");
  if (aloud && said.length) aloud.textContent = said.join(" ");
}

interface Standing {
  standing: string;
  told: string;
}

function standings(board: HTMLElement): Map<string, Standing> {
  return new Map(
    [...board.querySelectorAll<HTMLElement>("[data-tour]")].map((row) => [
      row.dataset.tour ?? "",
      { standing: row.dataset.standing ?? "", told: row.dataset.told ?? "" },
    ]),
  );
}

function same(one: Map<string, Standing>, other: Map<string, Standing>): boolean {
  return (
    [...one.keys()].join() === [...other.keys()].join() &&
    [...one].every(([name, { standing }]) => other.get(name)?.standing === standing)
  );
}
