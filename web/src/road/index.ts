// The phone's page of a tour: what is next, what came of it, whether all is right. It works without a
// connection after it was opened once; what was said meanwhile is sent when there is one.
import { isSignedOut } from "../editor/api.ts";
import { forget, keep, keeps } from "./keep.ts";
import { Link } from "./link.ts";
import { Page } from "./page.ts";
import { inForce, reckon } from "./reckon.ts";
import type { Kind, TourJson, Word } from "./types.ts";

const TURN_MS = 15_000;

class Road {
  private readonly link: Link;
  private readonly page: Page;
  private tour: TourJson | null = null;
  /** The stop that the officer looks at; "" for the next one. */
  private chosen = "";
  private kept = false;
  private asked = 0;
  private last: { word: Word; number: number } | null = null;

  constructor(private readonly root: HTMLElement) {
    const { ref = "", who = "", page = "" } = root.dataset;
    this.link = new Link(ref, who, page, () => void this.turned());
    this.page = new Page(root, {
      say: (kind) => void this.say(kind, ""),
      arrived: () => void this.say("arrived", this.stop()),
      outcome: (kind) => void this.tell(kind),
      undo: () => void this.undo(),
      choose: (client) => this.choose(client),
      promise: (client, promised) => void this.say(promised ? "promised" : "unpromised", client),
      replan: () => void this.replan(),
      discard: (key) => void this.link.discard(key),
    });
    void this.open();
  }

  private async open(): Promise<void> {
    await this.link.load();
    try {
      await this.take(await this.link.tour());
    } catch (error) {
      this.root.removeAttribute("aria-busy");
      this.page.fault(
        isSignedOut(error)
          ? "You are signed out. Sign in to open the tour."
          : error instanceof Error && error.message && !(error instanceof TypeError)
            ? error.message
            : "The tour cannot be opened: there is no connection, and this phone does not keep it.",
      );
      this.draw();
    }
    await this.link.turn();
    window.setInterval(() => void this.link.turn(), TURN_MS);
    window.setInterval(() => this.draw(), 5_000);
    for (const name of ["online", "focus"])
      window.addEventListener(name, () => void this.link.turn());
  }

  /** A tour as the server has it now: shown, and kept for when there is no connection. */
  private async take(tour: TourJson): Promise<void> {
    this.tour = tour;
    this.link.now = tour.now;
    this.root.removeAttribute("aria-busy");
    this.page.opened(tour);
    this.draw();
    await this.keep();
  }

  private async keep(): Promise<void> {
    const { tour } = this;
    if (!tour) return;
    if (this.over()) {
      this.kept = false;
      if (!this.link.unsent) await forget((one) => one.ref === tour.ref);
    } else {
      this.kept = await keep(this.link.who, tour, this.link.page).catch(() =>
        // Without a connection: it may have been kept before.
        keeps(this.link.who, tour.ref),
      );
    }
    this.draw();
  }

  private over(): boolean {
    return !["planned", "under way"].includes(this.link.now?.status ?? "planned");
  }

  /** The server has answered, or has not: what is new? */
  private async turned(): Promise<void> {
    const { now } = this.link;
    const { tour } = this;
    if (tour && now && (now.version !== tour.now.version || now.status !== tour.now.status)) {
      const stops = tour.stops.map((stop) => stop.client_ref).join();
      try {
        await this.take(await this.link.tour());
      } catch {
        // Without a connection now: the next turn asks again.
      }
      if (this.tour && this.tour.stops.map((stop) => stop.client_ref).join() !== stops)
        this.page.told("The tour has changed. See what is still to come.");
    } else if (!this.kept && this.link.state === "linked") await this.keep();
    this.draw();
  }

  private words(): Word[] {
    const now = this.link.now ?? this.tour?.now;
    const noted = [...(this.tour?.now.told ?? []), ...this.link.said];
    const notes = new Map(noted.map((one) => [one.key, one.note ?? ""]));
    const told = (now?.told ?? []).map((one) => ({ ...one, note: notes.get(one.key) ?? "" }));
    const known = [...told, ...(now?.words ?? [])];
    const keys = new Set(known.map((one) => one.key));
    const waiting = this.link.waiting.filter((one) => !one.refused && !keys.has(one.key));
    const off = this.link.clockOffS * 1000;
    const here = waiting.map(({ word }) =>
      off ? { ...word, at: new Date(Date.parse(word.at) - off).toISOString() } : word,
    );
    return [...known, ...here];
  }

  private draw(): void {
    this.page.linked(this.link, this.kept, this.over());
    const { tour } = this;
    if (!tour) return;
    const now = Date.now() - this.link.clockOffS * 1000;
    const state = reckon(tour, this.words(), now, this.over());
    const fixed = this.fixed(tour);
    if (this.chosen && !tour.stops.some((stop) => stop.client_ref === this.chosen))
      this.chosen = "";
    const next = this.chosen || state.here || state.expected[0]?.client || "";
    const asks = !state.over && state.asksAt !== null && now >= state.asksAt;
    this.page.draw(tour, state, { next, fixed, asks, last: this.last });
    this.page.closures((this.link.now ?? tour.now).closed, tour.detours);
    this.page.helped(!this.link.waiting.some((one) => one.word.kind === "help"));
    if (asks && state.asksAt !== this.asked) {
      this.asked = state.asksAt ?? 0;
      this.page.vibrate();
    }
  }

  /** Stops with a promised time: as the server has it, and as said here since. */
  private fixed(tour: TourJson): Set<string> {
    const found = new Set(tour.stops.filter((stop) => stop.fixed).map((stop) => stop.client_ref));
    for (const word of inForce(this.words()).signs)
      if (word.kind === "promised") found.add(word.client);
      else if (word.kind === "unpromised") found.delete(word.client);
    return found;
  }

  private stop(): string {
    return this.page.shown;
  }

  private choose(client: string): void {
    this.chosen = client;
    this.draw();
    this.page.toNext();
  }

  private async say(kind: Kind, client: string, more: Partial<Word> = {}): Promise<Word | null> {
    try {
      const word = await this.link.say(kind, client, more);
      this.draw();
      await this.link.turn();
      if (kind === "ended") await this.keep();
      return word;
    } catch {
      this.page.fault("This phone cannot keep it. Write it down, and tell it when you are back.");
      return null;
    }
  }

  private async tell(kind: Kind): Promise<void> {
    const client = this.stop();
    const number = this.tour?.stops.find((stop) => stop.client_ref === client)?.number ?? 0;
    const note = this.page.takeNote();
    const place = await this.page.place();
    this.chosen = "";
    const word = await this.say(kind, client, { ...(note ? { note } : {}), ...place });
    if (word) this.last = { word, number };
    this.draw();
    this.page.toNext();
  }

  private async undo(): Promise<void> {
    const { last } = this;
    if (!last) return;
    this.last = null;
    this.chosen = last.word.client;
    await this.say("withdrawn", last.word.client);
    this.page.bringNote(last.word.note ?? "");
    this.page.toNext();
  }

  private async replan(): Promise<void> {
    if (!this.tour) return;
    try {
      await this.link.turn();
      const tour = await this.link.replan(this.tour.now.version);
      await this.take(tour);
      this.page.told("The rest is planned anew.");
    } catch (error) {
      const told = error instanceof Error && "told" in error ? String(error.told) : "";
      this.page.fault(told || "The rest cannot be planned now: there is no connection.");
      await this.link.turn();
    }
  }
}

const root = document.getElementById("road");
if (root) new Road(root);
