// What the server sends of a tour on the road; moments are ISO texts.
export type OutcomeKind = "made" | "not_home" | "moved" | "refused" | "unsafe";
export type Kind =
  | OutcomeKind
  | "withdrawn"
  | "begun"
  | "arrived"
  | "left"
  | "ok"
  | "help"
  | "settled"
  | "ended"
  | "promised"
  | "unpromised";

export interface StepJson {
  text: string;
  length_m: number;
}

export interface StopJson {
  client_ref: string;
  number: number;
  name?: string;
  address?: string;
  level?: string;
  reason?: string;
  access_notes?: string;
  announced?: boolean;
  two_officers?: boolean;
  interpreter?: string;
  dog?: boolean;
  changed?: string;
  unsafe_on?: string;
  arrives_at: string;
  leaves_at: string;
  drive_s: number;
  windows: [string, string][];
  fixed: boolean;
  steps: StepJson[];
  lon?: number;
  lat?: number;
}

/** A word as it is kept and sent. */
export interface Word {
  key: string;
  kind: Kind;
  client: string;
  note?: string;
  at: string;
  lon?: number;
  lat?: number;
  /** Name of somebody else who asked for help. */
  by?: string;
}

export interface NowJson {
  at: string;
  /** Who is signed in. */
  who: string;
  version: number;
  status: string;
  /** Who cancelled it, when and why; empty when it is not, and for the police. */
  cancelled?: { by?: string; at?: string; why?: string };
  /** Streets that the route uses and that were closed since. */
  closed: string[];
  told: Word[];
  words: Word[];
  /** By how much this phone's clock was ahead when it heard this; the phone keeps it with the rest. */
  clock_off_s?: number;
}

export interface TourJson {
  ref: string;
  on: string;
  officer: string;
  police_partner: string;
  start: string;
  /** It cannot be started earlier. */
  opens_at: string;
  departs_at: string;
  returns_at: string;
  stops: StopJson[];
  home: { drive_s: number; steps: StepJson[] };
  pause: [string, string] | null;
  pause_before: number;
  /** Sentences on stops that no car can drive up to. */
  detours: string[];
  check_in_s: number;
  answer_s: number;
  late_s: number;
  zone: string;
  kept_until: string;
  may: string[];
  map: string;
  now: NowJson;
}

export const OUTCOMES: readonly OutcomeKind[] = ["made", "not_home", "moved", "refused", "unsafe"];

export function isOutcome(kind: Kind): kind is OutcomeKind {
  return (OUTCOMES as readonly string[]).includes(kind);
}
