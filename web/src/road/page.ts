// Draws the phone's page into what the server sent; no state of its own but what is typed.
import { h, write } from "../editor/panels/dom.ts";
import type { Link } from "./link.ts";
import { drawLists, type ListActs } from "./lists.ts";
import { Parts } from "./parts.ts";
import type { State } from "./reckon.ts";
import {
  drawEarly,
  drawHelped,
  drawLast,
  drawLate,
  drawLink,
  drawOverruled,
  drawRefused,
  drawTold,
  type Last,
} from "./status.ts";
import { counted, far, SAID } from "./telling.ts";
import type { Kind, NowJson, StopJson, TourJson } from "./types.ts";

const PLACE_MS = 3000;
/** For so long after something else has come under the finger, a tap says nothing. */
const CALM_MS = 600;

export interface Acts extends ListActs {
  say(kind: Kind): void;
  arrived(): void;
  outcome(kind: Kind): void;
  note(): void;
  undo(): void;
  addNote(): void;
  replan(): void;
  discard(key: string): void;
}

interface Shown {
  next: string;
  asks: boolean;
  /** The tour is of a later day. */
  early: boolean;
  /** The moment, by the server's clock. */
  at: number;
  last: Last | null;
}

export class Page {
  /** The client whose stop is shown. */
  shown = "";
  private readonly parts: Parts;
  /** What is typed for each client and not said yet: it goes with no other. */
  private readonly drafts = new Map<string, string>();
  /** What the buttons of the stop are about. */
  private about = "";
  /** That, and where the buttons stand; "" before the first. */
  private underFinger = "";
  private calming = 0;
  /** The button that has the focus, but for being calmed. */
  private focused: HTMLElement | undefined;

  constructor(
    private readonly root: HTMLElement,
    private readonly acts: Acts,
  ) {
    this.parts = new Parts(root);
    for (const one of root.querySelectorAll<HTMLElement>("[data-say]"))
      one.addEventListener("click", () => acts.say(one.dataset.say as Kind));
    for (const one of root.querySelectorAll<HTMLElement>("[data-outcome]"))
      one.addEventListener("click", () => acts.outcome(one.dataset.outcome as Kind));
    for (const name of ["arrived", "note", "undo", "add-note", "replan"] as const) {
      const act = name === "add-note" ? acts.addNote : acts[name];
      this.get(name).addEventListener("click", () => act());
    }
    this.helping();
    this.remembered("vibrate");
    this.remembered("place");
  }

  private get<T extends HTMLElement = HTMLElement>(name: string): T {
    return this.parts.get<T>(name);
  }

  private helping(): void {
    const dialog = this.get<HTMLDialogElement>("help-dialog");
    this.get("help").addEventListener("click", () => dialog.showModal());
    this.get("help-no").addEventListener("click", () => dialog.close());
    this.get("help-yes").addEventListener("click", () => {
      dialog.close();
      this.acts.say("help");
    });
  }

  /** A switch that stays as it was set on this phone. */
  private remembered(id: string): void {
    const box = this.parts.box(id);
    // Each user's own: nobody consents for another.
    const name = `geoteam-road-${id}/${this.root.dataset.who}`;
    box.checked = window.localStorage.getItem(name) === "1";
    box.addEventListener("change", () => {
      if (box.checked) window.localStorage.setItem(name, "1");
      else window.localStorage.removeItem(name);
    });
  }

  opened(tour: TourJson): void {
    this.parts.renew(tour.zone);
    const day = new Date(`${tour.on}T12:00:00Z`).toLocaleDateString("en-US", {
      weekday: "long",
      day: "numeric",
      month: "long",
      timeZone: "UTC",
    });
    write(this.get("title"), `Tour of ${day}`);
    const partner = tour.police_partner ? ` with ${tour.police_partner}` : "";
    write(this.get("people"), `${tour.officer}${partner}`);
    const all = tour.may.includes("all");
    for (const one of this.root.querySelectorAll<HTMLElement>("[data-officer]"))
      one.classList.toggle("road-not-theirs", !all);
    this.get("fault").hidden = true;
    this.picture(tour);
  }

  private picture(tour: TourJson): void {
    this.get("map").hidden = !tour.map;
    const image = this.get<HTMLImageElement>("picture");
    if (image.src) URL.revokeObjectURL(image.src);
    if (!tour.map) return;
    image.src = URL.createObjectURL(new Blob([tour.map], { type: "image/svg+xml" }));
    image.alt = `Map of the route with ${counted(tour.stops.length, "numbered stop")}`;
  }

  fault(text: string): void {
    const box = this.get("fault");
    box.hidden = false;
    write(box, text);
    this.calm();
  }

  told(text: string, isGood: boolean): void {
    drawTold(this.parts, text, isGood);
    this.calm();
  }

  linked(link: Link, kept: boolean, over: boolean, stops: readonly StopJson[]): void {
    drawLink(this.parts, link, kept, over);
    drawRefused(this.parts, link, stops, this.acts.discard);
    drawOverruled(this.parts, link, stops);
  }

  draw(tour: TourJson, state: State, shown: Shown, link: Link): void {
    const stop = state.over ? undefined : tour.stops.find((one) => one.client_ref === shown.next);
    const all = tour.may.includes("all");
    this.turn(stop?.client_ref ?? "", stop && state.told.get(stop.client_ref)?.note);
    this.get("next").hidden = !stop;
    this.get("end").hidden = Boolean(stop);
    const { early } = shown;
    if (stop) this.next(tour, state, stop, { all, early });
    else this.end(tour, state, all, link.now ?? tour.now);
    this.about = JSON.stringify([this.shown, state.begun, state.here, state.over, early]);
    drawEarly(this.parts, tour, early && !state.over, shown.at);
    this.get("ask").hidden = !shown.asks || state.call !== null;
    if (shown.asks) {
      const due = (state.asksAt ?? 0) - tour.check_in_s * 1000;
      write(this.get("ask-why"), `A word from you was expected at ${this.parts.time(due)}.`);
    }
    const whereabouts = link.whereabouts.bind(link);
    drawLate(this.parts, tour, state);
    drawHelped(this.parts, state, link);
    drawLast(this.parts, shown.last, link, state.over);
    drawLists(this.parts, tour, state, { next: shown.next, whereabouts }, this.acts);
    this.get("replan").toggleAttribute("disabled", !state.begun);
    this.calm();
  }

  /** Another stop is shown: what was typed stays with its own. */
  private turn(client: string, note = ""): void {
    if (client === this.shown) return;
    const box = this.parts.box("note");
    if (this.shown) this.drafts.set(this.shown, box.value);
    this.shown = client;
    box.value = this.drafts.get(client) || note;
  }

  /** Lets a tap say nothing of what has just come under the finger: a button of another stop, or one
   * that a line above it has moved. */
  private calm(): void {
    const found = [
      ...this.root.querySelectorAll<HTMLButtonElement>("[data-next] .button, [data-end] .button"),
    ];
    const key = JSON.stringify([this.about, found.map((one) => one.offsetTop)]);
    const isFirst = this.underFinger === "";
    if (key === this.underFinger) return;
    this.underFinger = key;
    if (isFirst) return;
    const focused = document.activeElement;
    if (focused !== document.body) this.focused = found.find((one) => one === focused);
    for (const one of found) one.disabled = true;
    window.clearTimeout(this.calming);
    this.calming = window.setTimeout(() => {
      for (const one of found) one.disabled = false;
      // What is disabled loses the focus of a keyboard.
      if (document.activeElement === document.body) this.focused?.focus({ preventScroll: true });
    }, CALM_MS);
  }

  private next(
    tour: TourJson,
    state: State,
    stop: StopJson,
    { all, early }: { all: boolean; early: boolean },
  ): void {
    const { parts } = this;
    const expected = state.expected.find((one) => one.client === stop.client_ref);
    const told = state.told.get(stop.client_ref);
    const here = state.here === stop.client_ref;
    const when = told
      ? `${SAID[told.kind]} at ${parts.time(told.at)}`
      : state.begun && expected && !here
        ? `about ${parts.time(expected.at)}`
        : parts.time(stop.arrives_at);
    write(this.get("next-title"), `Stop ${stop.number} of ${tour.stops.length}, ${when}`);
    write(this.get("address"), stop.address ?? "");
    const who = [stop.name, stop.level].filter(Boolean).join(", ");
    write(this.get("who-is"), who);
    const { begun } = state;
    this.show("[data-say=begun]", !begun && all && !early);
    this.show("[data-arrived]", (begun || !all) && !here && !told && !early);
    this.show("[data-here]", here && !told);
    if (here) write(this.get("here"), `Arrived at ${parts.time(expected?.at ?? stop.arrives_at)}`);
    this.show("[data-outcomes]", begun && all && !early);
    this.show("[data-note]", Boolean(told));
    if (told) write(this.get("note"), `Save the note with “${SAID[told.kind]}”`);
    write(
      this.get("legend"),
      told ? `Told: ${SAID[told.kind]}. Change it to:` : "What came of it?",
    );
    const steps = JSON.stringify(stop.steps);
    if (parts.changed("steps", steps)) this.steps(stop);
    if (parts.changed("hints", JSON.stringify(stop))) this.hints(stop);
  }

  private show(which: string, shown: boolean): void {
    const found = this.root.querySelector<HTMLElement>(`[data-next] ${which}`);
    if (found) found.hidden = !shown;
  }

  private steps(stop: StopJson): void {
    this.get("directions").hidden = !stop.steps.length;
    this.get("steps").replaceChildren(
      ...stop.steps.map((step) =>
        h("li", {}, `${step.text} `, h("span", { class: "muted" }, far(step.length_m))),
      ),
    );
  }

  private hints(stop: StopJson): void {
    const { parts } = this;
    const hours = stop.windows.map(([a, b]) => `${parts.time(a)}–${parts.time(b)}`).join(", ");
    const since = stop.unsafe_on ? new Date(stop.unsafe_on).toLocaleDateString("en-US") : "";
    const told: [string, string][] = [
      ["alert-bad", since && `A visit was unsafe on ${since}. Take care.`],
      ["alert-bad", stop.changed ?? ""],
      ["alert-warn", stop.access_notes ? `At the door: ${stop.access_notes}` : ""],
      ["alert-warn", stop.dog ? "There is a dog." : ""],
      ["alert-warn", stop.two_officers ? "Never one officer alone." : ""],
      ["alert-info", stop.interpreter ? `Interpreter: ${stop.interpreter}.` : ""],
      ["alert-info", stop.announced ? "Call ahead: this client is told of visits beforehand." : ""],
      ["alert-info", hours && `At home ${hours}.`],
    ];
    this.get("hints").replaceChildren(
      ...told
        .filter(([, text]) => text)
        .map(([tone, text]) => h("p", { class: `alert ${tone} small` }, text)),
    );
    const link = this.get("map-link");
    link.hidden = stop.lon === undefined || stop.lat === undefined;
    if (!link.hidden) {
      const at = `${stop.lat?.toFixed(6)},${stop.lon?.toFixed(6)}`;
      link.replaceChildren(
        "Open in map (sends the place, nothing else): ",
        h("a", { href: `geo:${at}`, rel: "noreferrer" }, "Android"),
        " · ",
        h("a", { href: `maps://?daddr=${at}&dirflg=d`, rel: "noreferrer" }, "iPhone"),
      );
    }
  }

  /** Streets closed since the route was planned, and stops where the car cannot drive up; a tour
   * that was kept before there were closures has none. */
  closures(closed: string[] = [], detours: string[] = []): void {
    const box = this.get("closures");
    box.hidden = !closed.length && !detours.length;
    const texts = closed.map((one) => `The route is out of date: it uses ${one}.`);
    if (!this.parts.changed("closures", JSON.stringify([closed, detours]))) return;
    box.replaceChildren(...[...texts, ...detours].map((text) => h("p", {}, text)));
  }

  private end(tour: TourJson, state: State, all: boolean, now: NowJson): void {
    const off = now.status === "cancelled";
    const title = off
      ? "The tour is cancelled"
      : state.over
        ? "The tour is over"
        : tour.stops.length
          ? "All stops are done"
          : "No stop";
    write(this.get("end-title"), title);
    const told = `${counted(state.told.size, "visit")} told.`;
    const text = off
      ? [this.cancelled(now), "Make no more visits on it.", state.told.size ? told : ""].join(" ")
      : state.over
        ? told
        : `Back at ${tour.start || "the start"} about ${this.parts.time(state.backAt)}.`;
    write(this.get("end-text"), text);
    const ends = this.root.querySelector<HTMLElement>("[data-end] [data-say=ended]");
    if (ends) ends.hidden = state.over || !all;
  }

  /** By whom, when and why; the police are not told. */
  private cancelled({ cancelled = {} }: NowJson): string {
    const { by, at, why } = cancelled;
    return by && at ? `By ${by}, ${this.parts.moment(at)}. Why: ${why}.` : "";
  }

  /** What is typed for the stop that is shown. */
  get note(): string {
    return this.parts.box("note").value.trim();
  }

  /** The note of a client has been said. */
  noted(client: string): void {
    this.drafts.delete(client);
    if (client === this.shown) this.parts.box("note").value = "";
  }

  /** Lets a note be written for a client once their stop is shown. */
  draft(client: string, text: string): void {
    if (client === this.shown) this.parts.box("note").value = text;
    else this.drafts.set(client, text);
  }

  /** Where the phone is, when the officer has switched that on. */
  place(): Promise<{ lon: number; lat: number } | Record<string, never>> {
    if (!this.parts.box("place").checked || !("geolocation" in navigator))
      return Promise.resolve({});
    return new Promise((done) => {
      navigator.geolocation.getCurrentPosition(
        ({ coords }) => done({ lon: coords.longitude, lat: coords.latitude }),
        () => done({}),
        { enableHighAccuracy: true, timeout: PLACE_MS, maximumAge: 60_000 },
      );
    });
  }

  vibrate(): void {
    if (this.parts.box("vibrate").checked) navigator.vibrate?.([200, 100, 200]);
  }

  toNext(): void {
    const title = this.get("next").hidden ? this.get("end-title") : this.get("next-title");
    title.focus();
  }

  toNote(): void {
    this.parts.box("note").focus();
  }
}
