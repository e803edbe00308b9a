// The phone's page of a tour: what is next, what came of it, whether all is right. It works without a
// connection after it was opened once; what was said meanwhile is sent when there is one.
import { isSignedOut } from "../editor/api.ts";
import { forget, keep, keeps, renew } from "./keep.ts";
import { Link } from "./link.ts";
import { Page } from "./page.ts";
import { inForce, reckon } from "./reckon.ts";
import type { Last } from "./status.ts";
import type { Kind, TourJson, Word } from "./types.ts";

const TURN_MS = 15_000;

class Road {
  private readonly link: Link;
  private readonly page: Page;
  private tour: TourJson | null = null;
  /** The stop that the officer looks at; "" for the next one. */
  private chosen = "";
  /** As of `chosen`, before a stop that is done was looked at. */
  private before = "";
  private kept = false;
  private asked = 0;
  private last: Last | null = null;
  /** An outcome is being kept: a second tap tells nothing more. */
  private telling = false;

  constructor(private readonly root: HTMLElement) {
    const { ref = "", who = "", page = "" } = root.dataset;
    this.link = new Link(
      ref,
      who,
      page,
      () => void this.turned(),
      () => this.heard(),
    );
    this.page = new Page(root, {
      say: (kind) => void this.say(kind, ""),
      arrived: () => void this.say("arrived", this.stop()),
      outcome: (kind) => void this.tell(kind),
      note: () => void this.note(),
      undo: () => void this.undo(),
      addNote: () => this.addNote(),
      choose: (client) => this.choose(client),
      promise: (client, promised) => void this.say(promised ? "promised" : "unpromised", client),
      replan: () => void this.replan(),
      discard: (key) => void this.discard(key),
    });
    void this.open();
  }

  private async open(): Promise<void> {
    await this.link.load();
    // Asks the browser not to clear away words that wait, when its storage runs full.
    void navigator.storage?.persist?.();
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
      await this.heard();
    }
    this.draw();
  }

  /** Lets what is kept say what was heard last, with the notes that this page knows. The stops stay as
   * they were opened, and so does their version, by which others are asked for. */
  private async heard(): Promise<void> {
    const { tour } = this;
    const { now } = this.link;
    if (!tour || !now) return;
    const latest = {
      ...now,
      told: this.noted(now.told),
      version: tour.now.version,
      clock_off_s: this.link.clockOffS,
    };
    const kept: TourJson = { ...tour, now: latest };
    await renew(this.link.who, kept, this.link.page).catch(() => undefined);
  }

  private noted(told: readonly Word[]): Word[] {
    const known = [...(this.tour?.now.told ?? []), ...this.link.said];
    const notes = new Map(known.map((one) => [one.key, one.note ?? ""]));
    return told.map((one) => ({ ...one, note: notes.get(one.key) ?? "" }));
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
      if (now.status === "cancelled" && tour.now.status !== now.status)
        this.told("The tour has been cancelled.", false);
      else if (this.tour && this.tour.stops.map((stop) => stop.client_ref).join() !== stops)
        this.told("The tour has changed. See what is still to come.");
    } else if (!this.kept && this.link.state === "linked") await this.keep();
    this.draw();
  }

  private words(): Word[] {
    const now = this.link.now ?? this.tour?.now;
    const known = [...this.noted(now?.told ?? []), ...(now?.words ?? [])];
    const keys = new Set(known.map((one) => one.key));
    const waiting = this.link.waiting.filter((one) => !one.refused && !keys.has(one.key));
    const off = this.link.clockOffS * 1000;
    const here = waiting.map(({ word }) =>
      off ? { ...word, at: new Date(Date.parse(word.at) - off).toISOString() } : word,
    );
    return [...known, ...here];
  }

  private draw(): void {
    this.page.linked(this.link, this.kept, this.over(), this.tour?.stops ?? []);
    if (!this.tour) return;
    const tour = this.promised(this.tour);
    const now = Date.now() - this.link.clockOffS * 1000;
    const state = reckon(tour, this.words(), now, this.over());
    if (this.chosen && !tour.stops.some((stop) => stop.client_ref === this.chosen))
      this.chosen = "";
    const next = this.chosen || state.here || state.expected[0]?.client || "";
    const asks = !state.over && state.asksAt !== null && now >= state.asksAt;
    const early = now < Date.parse(tour.opens_at);
    this.page.closures((this.link.now ?? tour.now).closed, tour.detours);
    this.page.draw(tour, state, { next, asks, early, at: now, last: this.last }, this.link);
    if (asks && state.asksAt !== this.asked) {
      this.asked = state.asksAt ?? 0;
      this.page.vibrate();
    }
  }

  /** The tour with promised times as the server has them, and as said here since. */
  private promised(tour: TourJson): TourJson {
    const found = new Set(tour.stops.filter((stop) => stop.fixed).map((stop) => stop.client_ref));
    for (const word of inForce(this.words()).signs)
      if (word.kind === "promised") found.add(word.client);
      else if (word.kind === "unpromised") found.delete(word.client);
    const stops = tour.stops.map((stop) => ({ ...stop, fixed: found.has(stop.client_ref) }));
    return { ...tour, stops };
  }

  private stop(): string {
    return this.page.shown;
  }

  private choose(client: string): void {
    if (this.toldOf(client) && !this.toldOf(this.chosen)) this.before = this.chosen;
    this.chosen = client;
    this.draw();
    this.page.toNext();
  }

  private async say(kind: Kind, client: string): Promise<void> {
    if (!(await this.keepWord(kind, client))) return;
    this.draw();
    await this.link.turn();
    if (kind === "ended") await this.keep();
  }

  /** Keeps a word in this phone; null when the phone cannot. */
  private async keepWord(
    kind: Kind,
    client: string,
    more: Partial<Word> = {},
    undoes = "",
  ): Promise<Word | null> {
    try {
      return await this.link.say(kind, client, more, undoes);
    } catch {
      this.page.fault("This phone cannot keep it. Write it down, and tell it when you are back.");
      return null;
    }
  }

  private numberOf(client: string): number {
    return this.tour?.stops.find((stop) => stop.client_ref === client)?.number ?? 0;
  }

  private toldOf(client: string): Word | null {
    return inForce(this.words()).told.get(client) ?? null;
  }

  private async tell(kind: Kind): Promise<void> {
    if (this.telling) return;
    this.telling = true;
    try {
      const client = this.stop();
      const { note } = this.page;
      const told = this.toldOf(client);
      // What is set right later happened when and where it was told first.
      const more = told ? this.after(told) : await this.page.place();
      await this.outcome(kind, client, { ...(note ? { note } : {}), ...more });
    } finally {
      this.telling = false;
    }
  }

  /** The moment just after a word, which then holds no longer but whose visit keeps its time; with a
   * wrong clock only the present moment is surely later. */
  private after(word: Word): Partial<Word> {
    return this.link.clockOffS ? {} : { at: new Date(Date.parse(word.at) + 1).toISOString() };
  }

  /** Says again what came of the visit that is shown, with the note as it is typed now. */
  private async note(): Promise<void> {
    const told = this.toldOf(this.stop());
    if (!told || this.telling) return;
    this.telling = true;
    try {
      const { note } = this.page;
      await this.outcome(told.kind, told.client, {
        ...(note ? { note } : {}),
        ...this.after(told),
      });
    } finally {
      this.telling = false;
    }
  }

  private async outcome(kind: Kind, client: string, more: Partial<Word>): Promise<void> {
    const before = this.toldOf(client);
    const word = await this.keepWord(kind, client, more);
    if (!word) return;
    this.page.noted(client);
    // Who has set another visit right goes on where they were.
    this.chosen = before && !this.toldOf(this.before) ? this.before : "";
    this.before = "";
    this.last = { word, number: this.numberOf(client), before, undone: false };
    this.draw();
    this.page.toNext();
    void this.link.turn();
  }

  /** Takes back the one word that was told last: what held before it holds again. */
  private async undo(): Promise<void> {
    const { last } = this;
    if (!last || this.telling) return;
    const { word, before, number } = last;
    this.last = null;
    // A visit that is told no longer is to be told again; one that stays told leads nobody away.
    if (!before) this.chosen = word.client;
    if (this.link.whereabouts(word.key).at === "refused") {
      // The server never had it.
      await this.link.discard(word.key);
      this.told(`Stop ${number}: taken back. The server never had it.`);
    } else {
      const again = before ? { ...this.after(word), note: before.note ?? "" } : {};
      const kind = before?.kind ?? "withdrawn";
      const back = await this.keepWord(kind, word.client, again, word.key);
      this.last = back ? { word: back, number, before, undone: true } : last;
    }
    this.page.draft(word.client, word.note ?? "");
    this.draw();
    this.page.toNext();
    await this.link.turn();
  }

  private addNote(): void {
    if (!this.last) return;
    this.choose(this.last.word.client);
    this.page.toNote();
  }

  private async discard(key: string): Promise<void> {
    if (this.last?.word.key === key) this.last = null;
    await this.link.discard(key);
  }

  /** Tells something of the tour in the place of what was told last. */
  private told(text: string, isGood = true): void {
    this.last = null;
    this.page.told(text, isGood);
  }

  private async replan(): Promise<void> {
    if (!this.tour) return;
    try {
      await this.link.turn();
      const tour = await this.link.replan(this.tour.now.version);
      await this.take(tour);
      this.told("The rest is planned anew.");
    } catch (error) {
      const told = error instanceof Error && "told" in error ? String(error.told) : "";
      this.page.fault(told || "The rest cannot be planned now: there is no connection.");
      await this.link.turn();
    }
  }
}

const root = document.getElementById("road");
if (root) new Road(root);
