// What a stroke has done, in one line for everybody.
import type { Editing } from "./editing.ts";
import { percent } from "./labels.ts";

const WHOLE = new Intl.NumberFormat("en-US", { maximumFractionDigits: 0 });

/** "Unit 203 given to Team 4: 212 clients, +3 %." */
export function sentence(editing: Editing, codes: readonly string[]): string {
  const { ground, of, tally } = editing;
  const unit = ground.unit(codes[0] ?? "");
  const team = of[unit] ?? -1;
  const what = codes.length === 1 ? editing.unitName(unit) : editing.counted(codes.length);
  if (team < 0) {
    const left = tally.plan().unassigned_units;
    return `${what} taken from ${codes.length === 1 ? "its team" : "their teams"}: ${editing.counted(left)} without a team.`;
  }
  return `${what} given to ${figures(editing, team)}.`;
}

/** "Team 4: 212 clients, +3 %" */
export function figures({ tally, teams }: Editing, team: number): string {
  const { clients, deviation } = tally.team(team);
  const off = Number.isFinite(deviation) ? `, ${percent(deviation)}` : "";
  const noun = clients === 1 ? "client" : "clients";
  return `${teams[team]?.name}: ${WHOLE.format(clients)} ${noun}${off}`;
}

/** What undo or redo has done, and which units stay because others have changed them since. */
export function takenBack(
  editing: Editing,
  kind: "undo" | "redo",
  done: number,
  left: readonly string[],
): string {
  const did = kind === "undo" ? "Undone" : "Done again";
  const what = `${done || !left.length ? did : `Nothing ${did.toLowerCase()}`}: `;
  const made = done || !left.length ? `${editing.counted(done)}.` : "";
  if (!left.length) return what + made;
  const { ground, log } = editing;
  const named = left.slice(0, 5).map((code) => {
    const unit = ground.unit(code);
    return unit < 0 ? code : editing.unitName(unit);
  });
  const more = left.length > 5 ? ` and ${left.length - 5} more` : "";
  const who = new Set(
    left.map((code) => {
      const last = log.edits.filter(({ changes }) => code in changes).at(-1);
      return !last || last.mine ? "you" : last.by;
    }),
  );
  const stay = left.length === 1 ? "stays: it was" : "stay: they were";
  return `${what}${made}${made && " "}${named.join(", ")}${more} ${stay} changed since, by ${[...who].join(" and ")}.`;
}
