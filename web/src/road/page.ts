// Draws the phone's page into what the server sent; no state of its own but what is typed.
import { button, h, write } from "../editor/panels/dom.ts";
import type { Link } from "./link.ts";
import type { State } from "./reckon.ts";
import { counted, far, span } from "./telling.ts";
import type { Kind, StopJson, TourJson, Word } from "./types.ts";

const SAID: Record<string, string> = {
  made: "made",
  not_home: "not home",
  moved: "moved",
  refused: "refused",
  unsafe: "unsafe",
};
const PLACE_MS = 3000;

export interface Acts {
  say(kind: Kind): void;
  arrived(): void;
  outcome(kind: Kind): void;
  undo(): void;
  choose(client: string): void;
  promise(client: string, promised: boolean): void;
  replan(): void;
  discard(key: string): void;
}

interface Shown {
  next: string;
  fixed: ReadonlySet<string>;
  asks: boolean;
  last: { word: Word; number: number } | null;
}

export class Page {
  /** The client whose stop is shown. */
  shown = "";
  private clock = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit" });
  private drawn: Record<string, string> = {};

  constructor(
    private readonly root: HTMLElement,
    private readonly acts: Acts,
  ) {
    for (const one of root.querySelectorAll<HTMLElement>("[data-say]"))
      one.addEventListener("click", () => acts.say(one.dataset.say as Kind));
    for (const one of root.querySelectorAll<HTMLElement>("[data-outcome]"))
      one.addEventListener("click", () => acts.outcome(one.dataset.outcome as Kind));
    this.get("arrived").addEventListener("click", () => acts.arrived());
    this.get("undo").addEventListener("click", () => acts.undo());
    this.get("replan").addEventListener("click", () => acts.replan());
    this.helping();
    this.remembered("vibrate");
    this.remembered("place");
  }

  private get<T extends HTMLElement = HTMLElement>(name: string): T {
    return this.root.querySelector<T>(`[data-${name}]`) as T;
  }

  private box(id: string): HTMLInputElement {
    return this.root.querySelector<HTMLInputElement>(`#${id}`) as HTMLInputElement;
  }

  private time(at: string | number): string {
    return this.clock.format(new Date(at));
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
    const box = this.box(id);
    // Each user's own: nobody consents for another.
    const name = `geoteam-road-${id}/${this.root.dataset.who}`;
    box.checked = window.localStorage.getItem(name) === "1";
    box.addEventListener("change", () => {
      if (box.checked) window.localStorage.setItem(name, "1");
      else window.localStorage.removeItem(name);
    });
  }

  opened(tour: TourJson): void {
    this.drawn = {};
    this.clock = new Intl.DateTimeFormat("en-GB", {
      hour: "2-digit",
      minute: "2-digit",
      timeZone: tour.zone,
    });
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
  }

  told(text: string): void {
    this.get("last").hidden = false;
    write(this.get("last-text"), text);
    this.get("undo").hidden = true;
  }

  /** What was sent, and what the server would not take. */
  private sent(link: Link): string {
    const refused = link.waiting.filter((one) => one.refused).length;
    if (!refused) return "All that you said is sent.";
    return `${counted(refused, "word")} ${refused === 1 ? "was" : "were"} not taken: see below.`;
  }

  /** How it stands with the server, and what this phone keeps. */
  linked(link: Link, kept: boolean, over: boolean): void {
    const many = link.unsent;
    const wait = `${counted(many, "word")} ${many === 1 ? "waits" : "wait"} on this phone`;
    const text = {
      linked: many ? `Sending: ${wait}.` : `Connected. ${this.sent(link)}`,
      offline: many ? `No connection: ${wait} and will be sent.` : "No connection.",
      "signed-out": many ? `Signed out: ${wait}.` : "Signed out.",
      "other-user": "Somebody else is signed in on this phone. Load the page again.",
      gone: `The server knows of no such tour of yours any more${many ? `: ${wait}` : ""}.`,
    }[link.state];
    const line = this.get("link");
    if (this.changed("link", text + link.state)) {
      line.replaceChildren(text);
      line.dataset.state = link.state;
      if (link.state === "signed-out") {
        const address = `/sign-in?next=${encodeURIComponent(link.page)}`;
        line.append(" ", h("a", { href: address }, "Sign in again"), many ? " to send them." : "");
      }
    }
    const keeps = kept
      ? "This tour is kept on this phone and opens without a connection. It is removed when the tour ends, when you sign out, when somebody else signs in, and at midnight."
      : over
        ? "This tour is over: nothing of it is kept on this phone."
        : "This tour is not kept on this phone: it opens only with a connection.";
    const queued = many ? ` ${wait}; only you can send them, also after signing in again.` : "";
    const others = link.others
      ? ` ${counted(link.others, "word")} of another user wait on this phone for that user to sign in.`
      : "";
    write(this.get("kept"), keeps + queued + others);
    this.clockTold(link.clockOffS);
    this.refused(link);
  }

  private clockTold(off: number): void {
    const box = this.get("clock");
    box.hidden = !off;
    if (off)
      write(
        box,
        `The clock of this phone is ${span(Math.abs(off))} ${off > 0 ? "fast" : "slow"}. Times are corrected; set the clock right.`,
      );
  }

  private refused(link: Link): void {
    const gone = link.waiting.filter((one) => one.refused);
    this.get("refused").hidden = !gone.length;
    if (!this.changed("refused", gone.map((one) => one.key).join())) return;
    this.get("refused-list").replaceChildren(
      ...gone.map((one) =>
        h(
          "li",
          {},
          `${this.time(one.word.at)}, ${SAID[one.word.kind] ?? one.word.kind}: ${one.refused}. ${one.word.note ?? ""} `,
          button("Discard", () => this.acts.discard(one.key)),
        ),
      ),
    );
  }

  draw(tour: TourJson, state: State, shown: Shown): void {
    const stop = tour.stops.find((one) => one.client_ref === shown.next);
    const all = tour.may.includes("all");
    this.shown = state.over ? "" : (stop?.client_ref ?? "");
    this.get("next").hidden = state.over || !stop;
    this.get("end").hidden = Boolean(stop) && !state.over;
    if (stop && !state.over) this.next(tour, state, stop, all);
    else this.end(tour, state, all);
    this.get("ask").hidden = !shown.asks || state.help;
    if (shown.asks) {
      const due = (state.asksAt ?? 0) - tour.check_in_s * 1000;
      write(this.get("ask-why"), `A word from you was expected at ${this.time(due)}.`);
    }
    this.late(tour, state);
    this.last(state, shown.last);
    this.lists(tour, state, shown);
    this.get("replan").toggleAttribute("disabled", !state.begun);
  }

  private next(tour: TourJson, state: State, stop: StopJson, all: boolean): void {
    const expected = state.expected.find((one) => one.client === stop.client_ref);
    const told = state.told.get(stop.client_ref);
    const here = state.here === stop.client_ref;
    const when = told
      ? `${SAID[told.kind]} at ${this.time(told.at)}`
      : here
        ? `here since ${this.time(expected?.at ?? stop.arrives_at)}`
        : state.begun && expected
          ? `about ${this.time(expected.at)}`
          : this.time(stop.arrives_at);
    write(this.get("next-title"), `Stop ${stop.number} of ${tour.stops.length}, ${when}`);
    write(this.get("address"), stop.address ?? "");
    const who = [stop.name, stop.level].filter(Boolean).join(", ");
    write(this.get("who-is"), who);
    const begun = state.begun;
    this.show("[data-say=begun]", !begun && all);
    this.show("[data-arrived]", (begun || !all) && !here && !told);
    this.show("[data-outcomes]", begun && all);
    const steps = JSON.stringify(stop.steps);
    if (this.changed("steps", steps)) this.steps(stop);
    if (this.changed("hints", JSON.stringify(stop))) this.hints(stop);
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
    const hours = stop.windows.map(([a, b]) => `${this.time(a)}–${this.time(b)}`).join(", ");
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
    if (!this.changed("closures", JSON.stringify([closed, detours]))) return;
    box.replaceChildren(...[...texts, ...detours].map((text) => h("p", {}, text)));
  }

  private end(tour: TourJson, state: State, all: boolean): void {
    const title = state.over
      ? "The tour is over"
      : tour.stops.length
        ? "All stops are done"
        : "No stop";
    write(this.get("end-title"), title);
    const text = state.over
      ? `${counted(state.told.size, "visit")} told.`
      : `Back at ${tour.start || "the start"} about ${this.time(state.backAt)}.`;
    write(this.get("end-text"), text);
    const ends = this.root.querySelector<HTMLElement>("[data-end] [data-say=ended]");
    if (ends) ends.hidden = state.over || !all;
  }

  private late(tour: TourJson, state: State): void {
    const box = this.get("late");
    const numbers = state.expected
      .filter((one) => one.missed)
      .map((one) => tour.stops.find((stop) => stop.client_ref === one.client)?.number ?? 0);
    const late = state.lateS >= tour.late_s;
    box.hidden = !(state.begun && (late || numbers.length)) || state.over;
    const missed = numbers.length
      ? ` Too late for ${numbers.length === 1 ? "stop" : "stops"} ${numbers.join(", ")}: nobody will be at home any more. Plan the rest anew.`
      : "";
    const text = `${late ? `${span(state.lateS)} late.` : ""}${missed}`.trim();
    if (!box.hidden) write(box, text);
  }

  private last(state: State, last: Shown["last"]): void {
    this.get("helped").hidden = !state.help;
    if (!last) {
      if (!this.get("undo").hidden) this.get("last").hidden = true;
      return;
    }
    this.get("last").hidden = false;
    this.get("undo").hidden = false;
    write(
      this.get("last-text"),
      `Stop ${last.number}: ${SAID[last.word.kind]}, ${this.time(last.word.at)}.`,
    );
  }

  /** Whether the call for help has reached the server. */
  helped(sent: boolean): void {
    write(
      this.get("helped-how"),
      sent
        ? "Your supervisor's board shows it."
        : "It has NOT been sent: there is no connection. Call 911 or your supervisor.",
    );
  }

  private lists(tour: TourJson, state: State, { next, fixed }: Shown): void {
    const coming = state.over ? [] : tour.stops.filter((one) => !state.told.has(one.client_ref));
    const done = [...state.told.values()];
    const key = JSON.stringify([
      state.expected.map((one) => [one.client, this.time(one.at), one.missed]),
      done.map((one) => [one.key, one.at]),
      [...fixed],
      next,
      state.over,
    ]);
    if (!this.changed("lists", key)) return;
    const held = document.activeElement?.getAttribute("data-held");
    this.get("coming").hidden = !coming.length;
    this.get("done").hidden = !done.length;
    this.get("coming-list").replaceChildren(
      ...coming.map((stop) => this.ahead(tour, state, stop, fixed.has(stop.client_ref), next)),
    );
    this.get("done-list").replaceChildren(
      ...done.map((word) => this.behind(tour, word, !state.over)),
    );
    if (held) this.root.querySelector<HTMLElement>(`[data-held="${held}"]`)?.focus();
  }

  private ahead(
    tour: TourJson,
    state: State,
    stop: StopJson,
    fixed: boolean,
    next: string,
  ): HTMLElement {
    const expected = state.expected.find((one) => one.client === stop.client_ref);
    const at = this.time(state.begun && expected ? expected.at : stop.arrives_at);
    const held = `stop-${stop.number}`;
    const show = button("Show", () => this.acts.choose(stop.client_ref), { "data-held": held });
    show.append(h("span", { class: "visually-hidden" }, ` stop ${stop.number}`));
    const tick = h("input", { type: "checkbox", "data-held": `${held}-fixed`, checked: fixed });
    tick.addEventListener("change", () => this.acts.promise(stop.client_ref, tick.checked));
    const promise = h(
      "label",
      { class: "choice small" },
      tick,
      h("span", {}, `Promised for ${this.time(stop.arrives_at)}`),
    );
    return h(
      "li",
      { value: stop.number, class: stop.client_ref === next ? "is-next" : "" },
      h("p", {}, h("strong", {}, at), ` ${stop.address ?? ""}`),
      expected?.missed ? h("p", { class: "badge badge-bad" }, "too late") : null,
      h(
        "div",
        { class: "actions" },
        stop.client_ref === next ? null : show,
        tour.may.includes("all") ? promise : null,
      ),
    );
  }

  private behind(tour: TourJson, word: Word, changeable: boolean): HTMLElement {
    const stop = tour.stops.find((one) => one.client_ref === word.client);
    const change = button("Change", () => this.acts.choose(word.client), {
      "data-held": `done-${stop?.number ?? 0}`,
    });
    change.append(h("span", { class: "visually-hidden" }, ` stop ${stop?.number ?? ""}`));
    return h(
      "li",
      stop ? { value: stop.number } : {},
      h("p", {}, h("strong", {}, this.time(word.at)), ` ${SAID[word.kind]}`),
      h("p", { class: "small muted" }, stop?.address ?? "", word.note ? ` · ${word.note}` : ""),
      changeable && stop && tour.may.includes("all") ? change : null,
    );
  }

  takeNote(): string {
    const box = this.box("note");
    const text = box.value.trim();
    box.value = "";
    return text;
  }

  bringNote(text: string): void {
    this.box("note").value = text;
  }

  /** Where the phone is, when the officer has switched that on. */
  place(): Promise<{ lon: number; lat: number } | Record<string, never>> {
    if (!this.box("place").checked || !("geolocation" in navigator)) return Promise.resolve({});
    return new Promise((done) => {
      navigator.geolocation.getCurrentPosition(
        ({ coords }) => done({ lon: coords.longitude, lat: coords.latitude }),
        () => done({}),
        { enableHighAccuracy: true, timeout: PLACE_MS, maximumAge: 60_000 },
      );
    });
  }

  vibrate(): void {
    if (this.box("vibrate").checked) navigator.vibrate?.([200, 100, 200]);
  }

  toNext(): void {
    const title = this.get("next").hidden ? this.get("end-title") : this.get("next-title");
    title.focus();
  }

  private changed(name: string, value: string): boolean {
    if (this.drawn[name] === value) return false;
    this.drawn[name] = value;
    return true;
  }
}
