// How a tour stands, reckoned on the phone while it has no connection: what is done, when the rest
// will be, for whom it is too late, when to ask whether all is right. The server reckons the same
// (geoteam/services/road_state.py); both are tested on tests/services/road_cases.json.
import { isOutcome, type StopJson, type TourJson, type Word } from "./types.ts";

type Planned = Pick<
  TourJson,
  "departs_at" | "returns_at" | "home" | "pause" | "pause_before" | "check_in_s" | "late_s"
> & {
  stops: Pick<
    StopJson,
    "client_ref" | "arrives_at" | "leaves_at" | "drive_s" | "windows" | "fixed"
  >[];
};

export interface Expected {
  client: string;
  at: number;
  missed: boolean;
}

export interface State {
  begun: boolean;
  over: boolean;
  /** The latest call for help while none has been answered since; null without one. */
  call: Word | null;
  /** Outcome in force of each client. */
  told: ReadonlyMap<string, Word>;
  /** Where the officers are since they arrived; "" on the way. */
  here: string;
  expected: Expected[];
  backAt: number;
  lateS: number;
  /** When to ask whether all is right; null never. */
  asksAt: number | null;
}

/** Said at a desk too: no sign that the tour is under way. */
const QUIET: readonly Word["kind"][] = ["settled", "promised", "unpromised"];

const ms = (text: string): number => Date.parse(text);

/** The words in force: the latest outcome of each visit, and every sign of life by its time. */
export function inForce(words: readonly Word[]): { told: Map<string, Word>; signs: Word[] } {
  const byTime = [...words].sort((a, b) => ms(a.at) - ms(b.at));
  const told = new Map<string, Word>();
  const signs: Word[] = [];
  for (const word of byTime) {
    if (isOutcome(word.kind)) {
      // By time too, so that the last one made stands last.
      told.delete(word.client);
      told.set(word.client, word);
    } else if (word.kind === "withdrawn") told.delete(word.client);
    else signs.push(word);
  }
  return { told, signs };
}

/** A word that was said here and does not hold, with the one that does; null for taken back. */
export interface Overruled {
  word: Word;
  by: Word | null;
}

/** Of each visit the last word said here, where what the server was told by others holds. */
export function overruled(said: readonly Word[], holding: readonly Word[]): Overruled[] {
  const last = new Map<string, Word>();
  for (const word of [...said].sort((a, b) => ms(a.at) - ms(b.at)))
    if (isOutcome(word.kind) || word.kind === "withdrawn") last.set(word.client, word);
  return [...last.values()].flatMap((word) => {
    const by = holding.find((one) => one.client === word.client) ?? null;
    const holds = by ? by.key === word.key : word.kind === "withdrawn";
    return holds ? [] : [{ word, by }];
  });
}

export function reckon(plan: Planned, words: readonly Word[], now: number, isOver = false): State {
  const { told, signs } = inForce(words);
  const moments = [...told.values(), ...signs.filter((one) => !QUIET.includes(one.kind))].map(
    (one) => ms(one.at),
  );
  const last = moments.length ? Math.max(...moments) : null;
  const over = isOver || signs.some((one) => one.kind === "ended");
  const { here, leftAt } = where(plan, told, signs, moments);
  const coming = plan.stops
    .map((stop, place) => ({ stop, place }))
    .filter(({ stop }) => !told.has(stop.client_ref));
  const [expected, backAt] = expect(plan, coming, here, leftAt, now);
  const state: State = {
    begun: last !== null,
    over,
    call: openCall(signs),
    told,
    here: here?.client ?? "",
    expected: over ? [] : expected,
    backAt,
    lateS: 0,
    asksAt: null,
  };
  if (over || last === null) return state;
  const planned = new Map(plan.stops.map((stop) => [stop.client_ref, ms(stop.arrives_at)]));
  const next = expected.find((one) => one.client !== here?.client);
  const late = next ? next.at - (planned.get(next.client) ?? 0) : backAt - ms(plan.returns_at);
  state.lateS = Math.max(0, late / 1000);
  state.asksAt = asksAt(plan, coming.map(({ stop }) => stop)[0], here, leftAt, last);
  return state;
}

interface Here {
  client: string;
  at: number;
}

function where(
  plan: Planned,
  told: ReadonlyMap<string, Word>,
  signs: readonly Word[],
  moments: readonly number[],
): { here: Here | null; leftAt: number } {
  let here: Here | null = null;
  const gone = [...told.values()].map((one) => ms(one.at));
  for (const sign of signs) {
    if (sign.kind === "arrived" && !told.has(sign.client))
      here = { client: sign.client, at: ms(sign.at) };
    else if (sign.kind === "left") {
      here = null;
      gone.push(ms(sign.at));
    } else if (sign.kind === "begun") gone.push(ms(sign.at));
  }
  const there = here?.client;
  if (!plan.stops.some((stop) => stop.client_ref === there)) here = null;
  if (!gone.length) gone.push(moments.length ? Math.min(...moments) : ms(plan.departs_at));
  return { here, leftAt: Math.max(...gone) };
}

function service(stop: Planned["stops"][number]): number {
  return ms(stop.leaves_at) - ms(stop.arrives_at);
}

function expect(
  plan: Planned,
  coming: { stop: Planned["stops"][number]; place: number }[],
  here: Here | null,
  leftAt: number,
  now: number,
): [Expected[], number] {
  const found: Expected[] = [];
  let free = leftAt;
  let pause = plan.pause;
  const order = [...coming].sort(
    (a, b) =>
      Number(b.stop.client_ref === here?.client) - Number(a.stop.client_ref === here?.client),
  );
  for (const { stop, place } of order) {
    let at: number;
    let missed = false;
    if (here && stop.client_ref === here.client) {
      at = here.at;
      free = Math.max(now, at + service(stop));
    } else {
      if (pause && place >= plan.pause_before && now < ms(pause[1])) {
        free = Math.max(free, ms(pause[0])) + (ms(pause[1]) - ms(pause[0]));
        pause = null;
      }
      [at, missed] = begins(plan, stop, Math.max(free + stop.drive_s * 1000, now));
      free = at + service(stop);
    }
    found.push({ client: stop.client_ref, at, missed });
  }
  return [found, Math.max(now, free + plan.home.drive_s * 1000)];
}

function begins(
  plan: Planned,
  stop: Planned["stops"][number],
  reaches: number,
): [at: number, missed: boolean] {
  const planned = ms(stop.arrives_at);
  if (stop.fixed) return [Math.max(reaches, planned), reaches > planned + plan.late_s * 500];
  const hours = stop.windows.map(([begin, end]) => [ms(begin), ms(end)] as const);
  hours.sort(([a], [b]) => a - b);
  for (const [begin, end] of hours)
    if (Math.max(reaches, begin) + service(stop) <= end) return [Math.max(reaches, begin), false];
  return [reaches, hours.length > 0];
}

function asksAt(
  plan: Planned,
  next: Planned["stops"][number] | undefined,
  here: Here | null,
  leftAt: number,
  last: number,
): number | null {
  if (!plan.check_in_s) return null;
  const at = plan.stops.find((stop) => stop.client_ref === here?.client);
  const due =
    here && at
      ? here.at + service(at)
      : next
        ? Math.max(leftAt + next.drive_s * 1000, ms(next.arrives_at))
        : Math.max(leftAt + plan.home.drive_s * 1000, ms(plan.returns_at));
  return Math.max(due, last) + plan.check_in_s * 1000;
}

function openCall(signs: readonly Word[]): Word | null {
  let call: Word | null = null;
  for (const sign of signs) {
    if (sign.kind === "help") call = sign;
    else if (sign.kind === "ok" || sign.kind === "settled") call = null;
  }
  return call;
}
