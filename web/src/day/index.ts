// The page of a team's day: all tours on one map, and visits moved between them.
import { getJson } from "../editor/api.ts";
import { DayMap } from "./map.ts";
import { Moves } from "./moves.ts";

const LOOK_AGAIN_MS = 20_000;

interface State {
  tours: Record<string, { version: number; badges: [string, string][]; done: number[] }>;
}

class Day {
  private root = document.querySelector<HTMLElement>("#day") as HTMLElement;
  private map: DayMap | null = null;
  private readonly moves: Moves;

  constructor() {
    this.moves = new Moves(
      () => this.root,
      (client) => this.refresh(client),
      (text, tone) => this.tell(text, tone),
    );
    document.querySelector("[data-undo]")?.addEventListener("click", () => this.moves.undo());
    document.querySelector("[data-print]")?.addEventListener("click", () => window.print());
    this.begin();
    this.look();
    setInterval(() => this.look(), LOOK_AGAIN_MS);
  }

  private begin(): void {
    const box = this.root.querySelector<HTMLElement>("[data-map]");
    if (box) this.map = new DayMap(this.root, box, this.map?.view ?? null);
    this.moves.begin();
    const undo = document.querySelector<HTMLElement>("[data-undo]");
    if (undo) undo.hidden = !("mayUndo" in this.root.dataset);
    this.root.dataset.ready = "";
  }

  private tell(text: string, tone: "good" | "warn" | "bad"): void {
    const told = document.querySelector<HTMLElement>("[data-told]");
    if (!told) return;
    told.className = `alert alert-${tone}`;
    told.textContent = text;
    told.hidden = false;
    told.scrollIntoView({ block: "nearest" });
  }

  /** Puts the day as it is now in place of the one shown; the focus goes back to a visit. */
  private async refresh(client = ""): Promise<void> {
    const page = await fetch(window.location.href);
    const fresh = new DOMParser().parseFromString(await page.text(), "text/html");
    const next = fresh.querySelector<HTMLElement>("#day");
    if (!next) {
      window.location.reload();
      return;
    }
    const head = fresh.querySelector(".page-head .muted");
    const here = document.querySelector(".page-head .muted");
    if (head && here) here.textContent = head.textContent;
    const view = this.map?.leave() ?? null;
    this.root.replaceWith(next);
    this.root = next;
    const box = next.querySelector<HTMLElement>("[data-map]");
    this.map = box ? new DayMap(next, box, view) : null;
    this.moves.begin();
    const undo = document.querySelector<HTMLElement>("[data-undo]");
    if (undo) undo.hidden = !("mayUndo" in next.dataset);
    next.dataset.ready = "";
    const visit = [...next.querySelectorAll<HTMLElement>("[data-visit]")].find(
      (one) => one.dataset.client === client,
    );
    visit?.querySelector<HTMLElement>("[data-move]")?.focus();
    this.look();
  }

  /** Asks how the tours stand now; what somebody else changed is shown. */
  private async look(): Promise<void> {
    const { state } = this.root.dataset;
    if (!state || document.hidden || this.moves.busy) return;
    let now: State;
    try {
      now = await getJson<State>(state);
    } catch {
      return;
    }
    const shown = [...this.root.querySelectorAll<HTMLElement>("section[data-version]")];
    const known = new Map(shown.map((one) => [one.dataset.tour ?? "", one.dataset.version]));
    const changed =
      known.size !== Object.keys(now.tours).length ||
      Object.entries(now.tours).some(([ref, tour]) => known.get(ref) !== String(tour.version));
    if (changed && !this.moves.busy) {
      this.tell(
        "Somebody else changed the tours of this day; they are shown as they are now.",
        "warn",
      );
      await this.refresh();
      return;
    }
    for (const card of shown) {
      const live = card.querySelector<HTMLElement>("[data-live]");
      const { badges = [], done = [] } = now.tours[card.dataset.tour ?? ""] ?? {};
      const visits = [...card.querySelectorAll<HTMLElement>("[data-visit]")];
      visits.forEach((visit, at) => {
        const outcome = visit.querySelector("[data-outcome]");
        const told = done.includes(at + 1) ? "done" : "";
        if (outcome && outcome.textContent !== told) outcome.textContent = told;
        outcome?.classList.toggle("badge", told !== "");
      });
      if (!live) continue;
      live.replaceChildren(
        ...badges.map(([tone, text]) => {
          const badge = document.createElement("span");
          badge.className = `badge badge-${tone}`;
          badge.textContent = text;
          return badge;
        }),
      );
      live.hidden = badges.length === 0;
    }
  }
}

if (document.querySelector("#day")) new Day();
