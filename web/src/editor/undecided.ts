// Units that somebody else changed first: what one wanted of them waits until it is decided.
import type { Ground } from "./ground.ts";
import type { ConflictJson, LoggedEdit } from "./log.ts";
import type { Conflict } from "./told.ts";

/** What is kept of one: a unit's code and teams' refs, and the edit that wanted it. */
export type Undecided = Pick<ConflictJson, "key" | "unit" | "wanted" | "from">;

export class Open {
  private readonly all = new Map<string, Undecided>();

  get kept(): Undecided[] {
    return [...this.all.values()];
  }

  /** The newest of a unit stands; true when there is any. */
  add(found: readonly Undecided[]): boolean {
    for (const { key, unit, wanted, from } of found)
      this.all.set(unit, { key, unit, wanted, from });
    return found.length > 0;
  }

  /** Forgets those of units, all by default; true when there was any. */
  settle(units: Iterable<string> = [...this.all.keys()]): boolean {
    return [...units].map((unit) => this.all.delete(unit)).includes(true);
  }

  /** Forgets units that are no more and those that are as wanted; gives the rest by position. */
  conflicts(ground: Ground, of: Int32Array, edits: readonly LoggedEdit[]): Conflict[] {
    const found: Conflict[] = [];
    for (const one of this.kept) {
      const [unit, wanted] = [ground.unit(one.unit), ground.team(one.wanted)];
      const now = of[unit] as number;
      if (unit < 0 || now === wanted) {
        this.all.delete(one.unit);
        continue;
      }
      const last = edits.filter(({ changes }) => one.unit in changes).at(-1);
      const [by, at] = [last?.by || "Somebody", last?.at ?? ""];
      found.push({ key: one.key, unit, wanted, from: ground.team(one.from), now, by, at });
    }
    return found;
  }
}
