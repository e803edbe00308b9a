// Draws how it stands: with the server, with what was said last, with what the server would not take,
// and with the time.
import { button, h, write } from "../editor/panels/dom.ts";
import type { Link, Whereabouts } from "./link.ts";
import type { Parts } from "./parts.ts";
import type { Overruled, State } from "./reckon.ts";
import { counted, SAID, span } from "./telling.ts";
import type { StopJson, TourJson, Word } from "./types.ts";

/** The latest outcome told on this page. */
export interface Last {
  word: Word;
  number: number;
  /** What held for this client before; null for nothing. */
  before: Word | null;
  /** Said by taking the word before it back: it is not taken back itself. */
  undone: boolean;
}

const LINE_TONES = { here: "alert-warn", sent: "alert-good", refused: "alert-bad" } as const;

function waitingText(many: number): string {
  return `${counted(many, "word")} ${many === 1 ? "waits" : "wait"} on this phone`;
}

/** What was sent, and what the server would not take. */
function sentText(link: Link): string {
  const refused = link.waiting.filter((one) => one.refused).length;
  if (!refused) return "All that you said is sent.";
  return `${counted(refused, "word")} ${refused === 1 ? "was" : "were"} not taken: see below.`;
}

/** How it stands with the server, and what this phone keeps. */
export function drawLink(parts: Parts, link: Link, kept: boolean, over: boolean): void {
  const many = link.unsent;
  const wait = waitingText(many);
  const text = {
    linked: many ? `Sending: ${wait}.` : `Connected. ${sentText(link)}`,
    offline: many ? `No connection: ${wait} and will be sent.` : "No connection.",
    "signed-out": many ? `Signed out: ${wait}.` : "Signed out.",
    "other-user": "Somebody else is signed in on this phone. Load the page again.",
    gone: `The server knows of no such tour of yours any more${many ? `: ${wait}` : ""}.`,
  }[link.state];
  const line = parts.get("link");
  if (parts.changed("link", text + link.state)) {
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
  write(parts.get("kept"), keeps + queued + others);
  drawClock(parts, link.clockOffS);
}

function drawClock(parts: Parts, off: number): void {
  const box = parts.get("clock");
  box.hidden = !off;
  if (off)
    write(
      box,
      `The clock of this phone is ${span(Math.abs(off))} ${off > 0 ? "fast" : "slow"}. Times are corrected; set the clock right.`,
    );
}

/** The words that the server will never take: they do not count, and say why. */
export function drawRefused(
  parts: Parts,
  link: Link,
  stops: readonly StopJson[],
  discard: (key: string) => void,
): void {
  const gone = link.waiting.filter((one) => one.refused);
  parts.get("refused").hidden = !gone.length;
  const key = JSON.stringify([gone.map((one) => one.key), stops.length]);
  if (!parts.changed("refused", key)) return;
  parts.get("refused-list").replaceChildren(
    ...gone.map(({ key: own, word, refused }) => {
      const number = stops.find((stop) => stop.client_ref === word.client)?.number;
      const what = `${number ? `Stop ${number}: ` : ""}${SAID[word.kind]}, ${parts.time(word.at)}`;
      const remove = button("Remove", () => discard(own));
      remove.append(h("span", { class: "visually-hidden" }, ` ${what}`));
      return h(
        "li",
        {},
        h("p", {}, h("strong", {}, what), ". Why not: ", `${refused}.`),
        word.note ? h("p", {}, `Note: ${word.note}`) : null,
        remove,
      );
    }),
  );
}

function lastText(where: Whereabouts): string {
  if (where.at === "sent") return "Sent.";
  if (where.at === "here") return "Kept on this phone, not sent yet.";
  return `NOT taken by the server: ${where.why}. It does not count.`;
}

/** What was told last, exactly as it stands, with what can still be done about it. */
export function drawLast(parts: Parts, last: Last | null, link: Link, over: boolean): void {
  if (!last) {
    // What the page says of itself stays until there is something newer.
    if (!parts.get("undo").hidden || parts.get("last").dataset.at) parts.get("last").hidden = true;
    return;
  }
  const { word, number, undone, before } = last;
  const where = link.whereabouts(word.key);
  const lost = link.overruled().some((one) => one.word.key === word.key);
  const tone = lost ? LINE_TONES.here : LINE_TONES[where.at];
  const at = Date.parse(word.at) - link.clockOffS * 1000;
  const line = parts.get("last");
  line.hidden = false;
  line.dataset.at = where.at;
  tint(line, tone);
  const held = undone && before ? `taken back; ${SAID[before.kind]} holds again` : SAID[word.kind];
  const note = !undone && word.note ? " with your note" : "";
  write(
    parts.get("last-text"),
    `Stop ${number}: ${held}${note}, ${parts.time(at)}. ${lost ? "Sent, but it does not hold: see below." : lastText(where)}`,
  );
  // What somebody else has said since is not taken back from here.
  parts.get("undo").hidden = undone || lost;
  const noted = parts.get("add-note");
  noted.hidden = undone || lost || over || where.at === "refused";
  write(noted, word.note ? "Change the note" : "Add a note");
}

function tint(line: HTMLElement, tone: string): void {
  for (const one of Object.values(LINE_TONES)) line.classList.toggle(one, one === tone);
}

/** What was said here and does not hold, because somebody said otherwise of a later moment. */
export function drawOverruled(parts: Parts, link: Link, stops: readonly StopJson[]): void {
  const found = link.overruled();
  parts.get("overruled").hidden = !found.length;
  const texts = found.map((one) => overruledText(parts, one, link, stops));
  if (!parts.changed("overruled", JSON.stringify(texts))) return;
  parts.get("overruled-list").replaceChildren(...texts.map((text) => h("li", {}, text)));
}

function overruledText(
  parts: Parts,
  { word, by }: Overruled,
  link: Link,
  stops: readonly StopJson[],
): string {
  const number = stops.find((stop) => stop.client_ref === word.client)?.number;
  const at = parts.time(Date.parse(word.at) - link.clockOffS * 1000);
  const said = `${number ? `Stop ${number}: you` : "You"} said “${SAID[word.kind]}” of ${at}`;
  return by
    ? `${said}; “${SAID[by.kind]}” of ${parts.time(by.at)} holds.`
    : `${said}; it was taken back.`;
}

/** The page says something of its own, in the place of what was told last. */
export function drawTold(parts: Parts, text: string, isGood: boolean): void {
  const line = parts.get("last");
  line.hidden = false;
  delete line.dataset.at;
  tint(line, isGood ? LINE_TONES.sent : LINE_TONES.here);
  write(parts.get("last-text"), text);
  parts.get("undo").hidden = true;
  parts.get("add-note").hidden = true;
}

/** Whether a call for help is open, whose it is, and whether it has reached the server. */
export function drawHelped(parts: Parts, { call }: State, link: Link): void {
  parts.get("helped").hidden = !call;
  if (!call) return;
  const who = call.by === undefined ? "You" : call.by || "Somebody";
  write(parts.get("helped-who"), `${who} asked for help at ${parts.time(call.at)}.`);
  const shown =
    link.state === "linked"
      ? "The supervisor's board shows it."
      : "The supervisor's board showed it when this phone last had a connection.";
  write(
    parts.get("helped-how"),
    link.whereabouts(call.key).at === "sent"
      ? shown
      : "It has NOT been sent: there is no connection. Call 911 or your supervisor.",
  );
}

/** Says that a tour is of a later day, and from when on it can be started. */
export function drawEarly(parts: Parts, tour: TourJson, early: boolean, now: number): void {
  parts.get("early").hidden = !early;
  if (!early) return;
  const isTomorrow = parts.day(now + 86_400_000) === tour.on;
  const day = new Date(`${tour.on}T12:00:00Z`).toLocaleDateString("en-US", {
    weekday: "long",
    day: "numeric",
    month: "long",
    timeZone: "UTC",
  });
  write(
    parts.get("early"),
    `This is ${isTomorrow ? "tomorrow's tour" : "the tour"} of ${day}; it leaves at ${parts.time(tour.departs_at)}. It can be started from ${parts.moment(tour.opens_at)} on.`,
  );
}

interface Behind {
  stop: StopJson;
  at: number;
  missed: boolean;
}

/** By how much the tour is late, and who has to be told of it. */
export function drawLate(parts: Parts, tour: TourJson, state: State): void {
  const late = state.lateS >= tour.late_s;
  const behind = state.expected.flatMap(({ client, at, missed }): Behind[] => {
    const stop = tour.stops.find((one) => one.client_ref === client);
    if (!stop) return [];
    const later = at - Date.parse(stop.arrives_at) >= tour.late_s * 1000;
    return missed || (later && stop.announced && client !== state.here)
      ? [{ stop, at, missed }]
      : [];
  });
  const box = parts.get("late");
  box.hidden = !(state.begun && (late || behind.length)) || state.over;
  if (box.hidden) return;
  const lead = late ? `You are ${span(state.lateS)} late.` : "You will be too late for a stop.";
  const calls = tour.may.includes("all") ? behind.map((one) => callText(parts, one)) : [];
  if (!parts.changed("late", JSON.stringify([lead, calls, behind.length]))) return;
  const missed = behind.some((one) => one.missed);
  const what = calls.length
    ? `Call, or ask your supervisor to call:`
    : behind.length
      ? "The officer or the supervisor has to call clients."
      : "No client waits for a told time, and none will be missed: nobody has to be called.";
  box.replaceChildren(
    h("p", {}, h("strong", {}, lead), ` ${what}`),
    ...(calls.length ? [h("ul", {}, ...calls.map((text) => h("li", {}, text)))] : []),
    ...(missed ? [h("p", {}, "Or plan the rest anew, under Still to come.")] : []),
  );
}

function callText(parts: Parts, { stop, at, missed }: Behind): string {
  const who = [stop.name, stop.address].filter(Boolean).join(", ");
  const now = `now about ${parts.time(at)}`;
  const home = stop.windows.map(([, end]) => parts.time(end)).at(-1);
  const why = stop.fixed
    ? `was told ${parts.time(stop.arrives_at)}, ${now}`
    : missed && home
      ? `at home until ${home} only, ${now}`
      : `is told of visits beforehand, planned ${parts.time(stop.arrives_at)}, ${now}`;
  return `Stop ${stop.number}${who ? `, ${who}` : ""}: ${why}.`;
}
