// The plan's edits as this browser knows them: what the server has, what still waits to be sent,
// and which of one's own edits undo and redo are about.
import type { Ground } from "./ground.ts";

export type Kind = "paint" | "undo" | "redo" | "split" | "join" | "solve" | "merge";

/** Unit code -> team ref before and after; '' is no team, null is no such unit (split, joined). */
export type Changes = Record<string, [string | null, string | null]>;

/** An edit as it is sent. */
export interface Edit {
  key: string;
  kind: Kind;
  /** Of an undo or redo: key of the edit concerned. */
  undoes: string;
  changes: Changes;
  detail: Record<string, unknown>;
}

/** An edit as the server tells it. */
export interface LoggedEdit {
  seq: number;
  key: string;
  kind: Kind;
  undoes: string;
  changes: Changes;
  by: string;
  at: string;
  mine: boolean;
}

/** A change that was not made because somebody else had changed the unit before. */
export interface ConflictJson {
  key: string;
  unit: string;
  wanted: string;
  from: string;
  /** null where the unit was split or joined. */
  now: string | null;
  by: string;
  at: string;
}

type Own = Pick<Edit, "key" | "kind" | "undoes" | "changes">;

export class Log {
  /** Every edit the server told of, in its order. */
  readonly edits: LoggedEdit[] = [];
  /** Number of the last edit that the server told of. */
  seq = 0;
  /** Own edits that the server has not taken yet, in order. */
  waiting: Edit[] = [];
  /** Whether what waits stands aside: the plan no longer takes it, and is shown without it. */
  aside = false;
  private base: Int32Array;
  private readonly known = new Set<string>();
  private own: Own[] = [];

  constructor(
    private ground: Ground,
    base: Int32Array,
  ) {
    this.base = base.slice();
  }

  /** Start again from what the server has; what waits goes on waiting. */
  restart(ground: Ground, base: Int32Array): void {
    this.ground = ground;
    this.base = base.slice();
    // The server tells all of it again, and what came of one's own splits and joins.
    this.edits.length = 0;
  }

  /** Takes over the history as it stands; `base` holds it already. */
  recall(edits: readonly LoggedEdit[], seq: number): void {
    for (const edit of edits) this.note(edit);
    this.seq = Math.max(this.seq, seq);
  }

  /** Takes in edits made since; gives the units that they changed. */
  learn(edits: readonly LoggedEdit[]): number[] {
    const touched: number[] = [];
    for (const edit of edits) if (this.note(edit)) touched.push(...this.make(this.base, edit));
    return touched;
  }

  /** The server took these edits, but for the conflicts. */
  taken(sent: readonly Edit[], conflicts: readonly ConflictJson[], seq: number): void {
    const keys = new Set(sent.map((edit) => edit.key));
    this.waiting = this.waiting.filter((edit) => !keys.has(edit.key));
    for (const edit of sent) {
      for (const { key, unit } of conflicts) if (key === edit.key) delete edit.changes[unit];
      if (this.known.has(edit.key)) continue;
      this.known.add(edit.key);
      if (isSome(edit)) this.own.push(edit);
      const at = new Date().toISOString();
      this.edits.push({ ...edit, seq, by: "", at, mine: true });
      this.make(this.base, edit);
    }
    this.seq = Math.max(this.seq, seq);
  }

  /** Team of each unit: what the server has, and what waits on top by the server's own rule. */
  assignment(): Int32Array {
    const of = this.base.slice();
    if (!this.aside) for (const edit of this.waiting) this.make(of, edit);
    return of;
  }

  /** What is wanted of each unit that waits, by code: the last edit of a unit tells. */
  get wanted(): Map<string, string> {
    const all = this.waiting.flatMap(({ changes }) => Object.entries(changes));
    return new Map(all.map(([unit, [, team]]) => [unit, team ?? ""]));
  }

  /** Whether an edit takes a split back or repeats it: only the server knows what that changes. */
  reshapes({ undoes }: Edit): boolean {
    return this.edits.some((edit) => edit.key === undoes && reshaped(edit).gone.length > 0);
  }

  /** The edit that split or joined a unit that is there no more. */
  ending(code: string): LoggedEdit | undefined {
    return this.edits.filter(({ changes }) => changes[code]?.[1] === null).at(-1);
  }

  /** Where a unit that was split or joined lies now, by code: all that has come of it since. */
  heirs(code: string): string[] {
    const end = this.ending(code);
    const all = new Set([code]);
    for (const edit of end ? this.edits.slice(this.edits.indexOf(end)) : []) {
      const { gone, come } = reshaped(edit);
      if (gone.filter((unit) => all.delete(unit)).length) for (const unit of come) all.add(unit);
    }
    return [...all].filter((unit) => this.ground.unit(unit) >= 0);
  }

  /** The own edit that the next undo is about. */
  get last(): Own | undefined {
    return this.stacks()[0].at(-1);
  }

  /** The own edit that the next redo is about. */
  get undone(): Own | undefined {
    return this.stacks()[1].at(-1);
  }

  private stacks(): [Own[], Own[]] {
    const done: Own[] = [];
    const undone: Own[] = [];
    for (const edit of [...this.own, ...this.waiting]) {
      if (edit.kind === "undo") shift(done, undone, edit.undoes);
      else if (edit.kind === "redo") shift(undone, done, edit.undoes);
      else {
        done.push(edit);
        undone.length = 0;
      }
    }
    return [done, undone];
  }

  private note(edit: LoggedEdit): boolean {
    this.seq = Math.max(this.seq, edit.seq);
    if (this.edits.at(-1) === undefined || edit.seq > (this.edits.at(-1) as LoggedEdit).seq)
      this.edits.push(edit);
    if (this.known.has(edit.key)) return false;
    this.known.add(edit.key);
    this.waiting = this.waiting.filter(({ key }) => key !== edit.key);
    if (edit.mine && isSome(edit)) this.own.push(edit);
    return true;
  }

  private make(of: Int32Array, { changes }: Pick<Edit, "changes">): number[] {
    const made: number[] = [];
    for (const [code, [from, to]] of Object.entries(changes)) {
      const unit = this.ground.unit(code);
      if (unit < 0 || from === null || to === null) continue;
      if (of[unit] !== this.ground.team(from)) continue;
      of[unit] = this.ground.team(to);
      made.push(unit);
    }
    return made;
  }
}

/** The units that an edit took away and made; none unless it split or joined some. */
export function reshaped({ changes }: Pick<Edit, "changes">): { gone: string[]; come: string[] } {
  const [gone, come]: [string[], string[]] = [[], []];
  for (const [unit, [from, to]] of Object.entries(changes)) {
    if (to === null) gone.push(unit);
    if (from === null) come.push(unit);
  }
  return { gone, come };
}

/** Whether anything came of an edit: others may have changed all its units before. */
function isSome({ undoes, changes }: Own): boolean {
  return undoes !== "" || Object.keys(changes).length > 0;
}

function shift(from: Own[], to: Own[], key: string): void {
  const at = from.map((edit) => edit.key).lastIndexOf(key);
  if (at >= 0) to.push(...from.splice(at, 1));
}

export function unitsOf(edits: readonly Edit[]): number {
  return edits.reduce((sum, { changes }) => sum + Object.keys(changes).length, 0);
}

export function newKey(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(12)), (byte) =>
    byte.toString(16).padStart(2, "0"),
  ).join("");
}
