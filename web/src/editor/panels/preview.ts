// Another drawing of the plan, from what the server sends; `editing.preview` shows it.
import type { Editing } from "../editing.ts";

/** A drawing from what the server sends; units that are no longer there are left out. */
export function drawing(editing: Editing, units: Record<string, string>): Int32Array {
  const of = editing.of.slice();
  for (const [code, ref] of Object.entries(units)) {
    const unit = editing.ground.unit(code);
    if (unit >= 0) of[unit] = editing.ground.team(ref);
  }
  return of;
}
