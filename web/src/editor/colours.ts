// Teams as they are shown. Their colours and textures come with the ground; PALETTE holds the same
// twelve colours for other maps, see geoteam/maps/palettes.py.
import type { GroundTeam } from "./ground.ts";

export interface Team extends GroundTeam {
  /** Position in the ground's teams. */
  at: number;
  /** A few letters that stand for the team where there is no room for its name. */
  label: string;
}

export const PALETTE: readonly string[] = [
  "#5366bf",
  "#fea25e",
  "#3bc8ac",
  "#cf6c91",
  "#aac5ec",
  "#98980a",
  "#9a98fd",
  "#3c9abb",
  "#dee786",
  "#9e4689",
  "#706d3e",
  "#62fafd",
];
export const NOBODY = "#e4e5e3";

/** The teams of a ground, with their places. */
export function placed(teams: readonly GroundTeam[]): Team[] {
  const labels = shortLabels(teams);
  return teams.map((team, at) => ({ ...team, at, label: labels[at] as string }));
}

/** The number in a name where every name has another, else the ref. */
function shortLabels(teams: readonly GroundTeam[]): string[] {
  const numbers = teams.map(({ name }) => /\d+[A-Z]?/.exec(name)?.[0] ?? "");
  return numbers.every(Boolean) && new Set(numbers).size === teams.length
    ? numbers
    : teams.map(({ ref }) => ref);
}
