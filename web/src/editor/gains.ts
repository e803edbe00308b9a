// To which teams units may be given: those that the user leads, but for teams of the whole city.
import type { Editing } from "./editing.ts";

/** Whether units may be given to a team; to no team (-1) always. */
export function gains(editing: Editing, team: number): boolean {
  return editing.leads(team) && !editing.teams[team]?.citywide;
}

/** Why none may be. */
export function whyNot(editing: Editing, team: number): string {
  if (!editing.leads(team)) return editing.whyLocked(team);
  return `${editing.teamName(team)} works in the whole city: give its units to other teams.`;
}
