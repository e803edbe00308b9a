// What a stroke has done, in one line for everybody.
import type { Editing } from "./editing.ts";
import { percent } from "./labels.ts";
import { reshaped } from "./log.ts";

/** As many units are named one by one. */
const MOST_NAMED = 4;
const WHOLE = new Intl.NumberFormat("en-US", { maximumFractionDigits: 0 });

/** "Unit 203", also of a unit that is there no more. */
export function nameOf(editing: Editing, code: string): string {
  const { ground } = editing;
  const { noun } = ground;
  const unit = ground.unit(code);
  if (unit >= 0) return editing.unitName(unit);
  return `${noun.charAt(0).toUpperCase()}${noun.slice(1)} ${code}`;
}

/** "A, B and C"; of many their number. */
export function named(editing: Editing, codes: readonly string[]): string {
  if (codes.length > MOST_NAMED) return editing.counted(codes.length);
  const names = codes.map((code) => nameOf(editing, code));
  return [names.slice(0, -1).join(", "), names.at(-1)].filter(Boolean).join(" and ");
}

/** "Unit 203 was split by Ada into Unit 203-A and Unit 203-B", of a unit that is there no more. */
export function ended(editing: Editing, code: string): string {
  const { log } = editing;
  const end = log.ending(code);
  const by = !end || end.mine ? "you" : end.by;
  const heirs = named(editing, log.heirs(code));
  return end && reshaped(end).come.length > 1
    ? `${nameOf(editing, code)} was split by ${by} into ${heirs}`
    : `${nameOf(editing, code)} was joined by ${by} into ${heirs}`;
}

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
  const { log } = editing;
  const names = left.slice(0, 5).map((code) => nameOf(editing, code));
  const more = left.length > 5 ? ` and ${left.length - 5} more` : "";
  const who = new Set(
    left.map((code) => {
      const last = log.edits.filter(({ changes }) => code in changes).at(-1);
      return !last || last.mine ? "you" : last.by;
    }),
  );
  const stay = left.length === 1 ? "stays: it was" : "stay: they were";
  return `${what}${made}${made && " "}${names.join(", ")}${more} ${stay} changed since, by ${[...who].join(" and ")}.`;
}
