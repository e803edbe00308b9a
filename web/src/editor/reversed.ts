// What taking an edit back, or doing it again, would change now.
import type { Editing } from "./editing.ts";
import { gains, whyNot } from "./gains.ts";
import type { Changes, Edit } from "./log.ts";
import { takenBack } from "./sentence.ts";

type Kind = "undo" | "redo";

/** Units to move, null when nothing is to be done; and what to tell. */
export interface Reversed {
  changes: Changes | null;
  said: string;
}

export function reversed(
  editing: Editing,
  edit: Pick<Edit, "kind" | "changes"> | undefined,
  kind: Kind,
): Reversed {
  const undo = kind === "undo";
  if (!edit) return { changes: null, said: `You have nothing to ${undo ? "undo" : "do again"}.` };
  // Only the server can make the units anew.
  if (edit.kind === "split" || edit.kind === "join")
    return { changes: {}, said: undo ? "Joining the pieces again…" : "Splitting it again…" };
  const { ground, of } = editing;
  const changes: Changes = {};
  const left: string[] = [];
  for (const [code, [before, after]] of Object.entries(edit.changes)) {
    const [from, to] = undo ? [after, before] : [before, after];
    const unit = ground.unit(code);
    if (from === null || to === null) continue;
    const team = ground.team(to);
    if (unit < 0 || ground.ref(of[unit] as number) !== from || (to && team < 0)) left.push(code);
    else if (!gains(editing, team)) return { changes: null, said: whyNot(editing, team) };
    else if (editing.isLocked(unit, team)) {
      const held = editing.locked.has(team) ? team : (of[unit] as number);
      const unlock = editing.leads(held) ? ` Unlock it to ${kind} this.` : "";
      return { changes: null, said: editing.whyLocked(held) + unlock };
    } else changes[code] = [from, to];
  }
  return { changes, said: takenBack(editing, kind, Object.keys(changes).length, left) };
}
