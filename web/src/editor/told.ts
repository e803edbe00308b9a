// What the server tells of a plan, and what the editor tells its panels.
import type { LoggedEdit } from "./log.ts";

/** state.json, see server/pages/plan_edits.py. */
export interface StateJson {
  seq: number;
  status: string;
  editable: boolean;
  set: number;
  /** Why the plan cannot be edited, '' when it can; only at the start. */
  why?: string;
  /** Only at the start and when the ground has changed. */
  of?: number[];
  now?: number[];
  /** Teams that the user leads. */
  leads?: number[];
  edits: LoggedEdit[];
  comments?: Comment[];
  /** The solver's run at work on the plan. */
  run?: string | null;
  present?: Present[];
}

export interface Comment {
  id: number;
  unit: string;
  text: string;
  by: string;
  at: string;
  resolved_by: string;
  resolved_at: string | null;
}

export interface Present {
  name: string;
  editing: boolean;
}

/** Units and teams by position. */
export interface Conflict {
  /** What it is known by, however positions change. */
  id: string;
  key: string;
  unit: number;
  /** Code of the unit that was wanted, where that was split or joined meanwhile; else ''. */
  was: string;
  wanted: number;
  from: number;
  now: number;
  by: string;
  at: string;
}

export interface SyncState {
  state:
    | "saved"
    | "saving"
    | "lost"
    | "undecided"
    | "offline"
    | "signed-out"
    | "refused"
    | "deleted";
  /** Edits that wait here. */
  waiting: number;
  /** What to tell people. */
  text: string;
}

export interface Events {
  /** Units whose team has changed, once a frame. */
  units: readonly number[];
  /** The tally has changed, once a frame. */
  figures: undefined;
  /** Undo and redo, or the log. */
  history: undefined;
  locks: undefined;
  /** Which team paints, with which tool, or from which team only. */
  brush: undefined;
  sync: SyncState;
  comments: readonly Comment[];
  present: readonly Present[];
  /** The solver is at work on the plan, whoever asked it. */
  run: string;
  /** The tolerance is another. */
  tolerance: undefined;
  /** Units that are looked for; empty when no more. */
  found: readonly number[];
  /** Keys of edits that were thrown away unsent. */
  dropped: ReadonlySet<string>;
  /** What the pointer or the keyboard is on; -1 for nothing. */
  hover: { unit: number; team: number };
  /** All news of a frame is told: whoever draws, draws now. */
  frame: undefined;
  /** All that are open. */
  conflict: readonly Conflict[];
  /** Units, teams or the plan's status are new: take everything from the start. */
  ground: undefined;
  /** A line for everybody, read out by screen readers. */
  say: string;
}
