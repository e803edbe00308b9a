// Units that somebody else changed first: what one wanted of them waits until it is decided. Where a
// unit was split or joined meanwhile, it is asked of what it lies in now.
import type { Ground } from "./ground.ts";
import type { ConflictJson, Log } from "./log.ts";
import type { Conflict } from "./told.ts";

/** What is kept of one: a unit's code and teams' refs, and the edit that wanted it. */
export type Undecided = Pick<ConflictJson, "key" | "unit" | "wanted" | "from"> & {
  /** The unit that was wanted, where that is there no more. */
  was?: string | undefined;
};

/** What one is known by: two pieces that were joined may both have been wanted. */
export function idOf({ unit, was }: Undecided): string {
  return was ? `${unit}<${was}` : unit;
}

export class Open {
  private readonly all = new Map<string, Undecided>();

  get kept(): Undecided[] {
    return [...this.all.values()];
  }

  /** The newest of a unit stands; true when there is any. */
  add(found: readonly Undecided[]): boolean {
    this.settle(found.map(({ unit }) => unit));
    for (const one of found) this.keep(one);
    return found.length > 0;
  }

  /** Forgets those of units, all by default; true when there was any. */
  settle(units: Iterable<string> = this.kept.map(({ unit }) => unit)): boolean {
    const gone = new Set(units);
    return this.kept
      .filter(({ unit }) => gone.has(unit))
      .map((one) => this.all.delete(idOf(one)))
      .includes(true);
  }

  /** Forgets those that are as wanted; gives the rest by position. */
  conflicts(log: Log, ground: Ground, of: Int32Array): Conflict[] {
    this.follow(log, ground);
    const found: Conflict[] = [];
    for (const one of this.kept) {
      const [unit, wanted] = [ground.unit(one.unit), ground.team(one.wanted)];
      const now = of[unit] as number;
      if (now === wanted) {
        this.all.delete(idOf(one));
        continue;
      }
      const last = log.edits.filter(({ changes }) => one.unit in changes).at(-1);
      const [by, at] = [last?.by || "Somebody", last?.at ?? ""];
      const [id, was] = [idOf(one), one.was ?? ""];
      found.push({ id, key: one.key, unit, was, wanted, from: ground.team(one.from), now, by, at });
    }
    return found.sort((one, other) => one.unit - other.unit);
  }

  /** Puts units that are no more down to those that they lie in now. */
  private follow(log: Log, ground: Ground): void {
    for (const one of this.kept) {
      const was = one.was ?? one.unit;
      if (ground.unit(one.unit) >= 0) continue;
      this.all.delete(idOf(one));
      const heirs = ground.unit(was) >= 0 ? [was] : log.heirs(one.unit);
      for (const unit of heirs) this.keep({ ...one, unit, was: unit === was ? undefined : was });
    }
  }

  private keep({ key, unit, wanted, from, was }: Undecided): void {
    const one = { key, unit, wanted, from, ...(was && { was }) };
    this.all.set(idOf(one), one);
  }
}
