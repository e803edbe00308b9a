// Colours of teams. Twelve colours, chosen so that any two are told apart with normal and with
// colour-blind sight (OKLab distances under the simulation of Machado and others, 2009); further
// teams take a colour again with a texture. Neighbouring teams get colours far from each other.
import type { Ground, GroundTeam } from "./ground.ts";

export interface Team extends GroundTeam {
  /** Position in the ground's teams. */
  at: number;
  colour: string;
  /** 0 plain, 1 dotted, 2 ruled, 3 crossed: with the colour it is the team's own. */
  pattern: number;
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
const PATTERNS = 4;
/** How much less it matters that a neighbour's neighbour is of another colour. */
const BEHIND = 0.08;
export const NOBODY = "#e4e5e3";

type Rgb = readonly [number, number, number];
type Matrix = readonly [Rgb, Rgb, Rgb];

/** What the eye sees of linear red, green and blue: normally, and without one kind of cone. */
const SIGHT: readonly Matrix[] = [
  [
    [1, 0, 0],
    [0, 1, 0],
    [0, 0, 1],
  ],
  [
    [0.152286, 1.052583, -0.204868],
    [0.114503, 0.786281, 0.099216],
    [-0.003882, -0.048116, 1.051998],
  ],
  [
    [0.367322, 0.860646, -0.227968],
    [0.280085, 0.672501, 0.047413],
    [-0.01182, 0.04294, 0.968881],
  ],
  [
    [1.255528, -0.076749, -0.178779],
    [-0.078411, 0.930809, 0.147602],
    [0.004733, 0.691367, 0.3039],
  ],
];

/** Gives every team a colour and texture of its own; neighbours' colours are far apart. They follow
 * from a plan that drawing does not change, so that a team keeps its colour; teams that come to be
 * neighbours and share a colour have other textures. */
export function coloured(ground: Ground, now: Int32Array): Team[] {
  const near = neighbourTeams(ground, now);
  const labels = shortLabels(ground.teams);
  const order = ground.teams.map((_, at) => at);
  order.sort((a, b) => (near[b]?.size ?? 0) - (near[a]?.size ?? 0) || a - b);
  const colourOf = new Int32Array(ground.teams.length).fill(-1);
  const used = PALETTE.map(() => 0);
  const pattern = new Int32Array(ground.teams.length);
  for (const team of order) {
    const beside = near[team] ?? new Set<number>();
    const behind = new Set([...beside].flatMap((other) => [...(near[other] ?? [])]));
    const apartFrom = (teams: Set<number>, row: readonly number[]) =>
      [...teams].reduce((least, other) => {
        const colour = colourOf[other] as number;
        return colour < 0 ? least : Math.min(least, row[colour] as number);
      }, 1);
    const rows = DISTANCE.map((row, colour) => {
      const next = apartFrom(beside, row);
      const apart = Math.min(next, apartFrom(behind, row) + BEHIND);
      // Never a neighbour's colour; else a fresh one first.
      return { colour, worth: apart - 0.12 * (used[colour] as number) - (next ? 0 : 9) };
    });
    const best = rows.reduce((a, b) => (b.worth > a.worth ? b : a)).colour;
    colourOf[team] = best;
    pattern[team] = (used[best] as number) % PATTERNS;
    used[best] = (used[best] as number) + 1;
  }
  return ground.teams.map((team, at) => ({
    ...team,
    at,
    colour: PALETTE[colourOf[at] as number] as string,
    pattern: pattern[at] as number,
    label: labels[at] as string,
  }));
}

/** How far two colours are apart for the eye that tells them apart worst (OKLab). */
export function apart(one: string, other: string): number {
  return Math.min(
    ...SIGHT.map((sight) => {
      const [a, b] = [oklab(seen(sight, linear(one))), oklab(seen(sight, linear(other)))];
      return Math.hypot(a[0] - b[0], a[1] - b[1], a[2] - b[2]);
    }),
  );
}

const DISTANCE = PALETTE.map((one) => PALETTE.map((other) => apart(one, other)));

function neighbourTeams(ground: Ground, of: Int32Array): Set<number>[] {
  const near = ground.teams.map(() => new Set<number>());
  for (let at = 0; at < ground.edges.length; at += 2) {
    const a = of[ground.edges[at] as number] as number;
    const b = of[ground.edges[at + 1] as number] as number;
    if (a === b || a < 0 || b < 0) continue;
    near[a]?.add(b);
    near[b]?.add(a);
  }
  return near;
}

/** The number in a name where every name has another, else the ref. */
function shortLabels(teams: readonly GroundTeam[]): string[] {
  const numbers = teams.map(({ name }) => /\d+[A-Z]?/.exec(name)?.[0] ?? "");
  return numbers.every(Boolean) && new Set(numbers).size === teams.length
    ? numbers
    : teams.map(({ ref }) => ref);
}

function linear(hex: string): Rgb {
  const [r, g, b] = [1, 3, 5].map((at) => {
    const value = Number.parseInt(hex.slice(at, at + 2), 16) / 255;
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  });
  return [r ?? 0, g ?? 0, b ?? 0];
}

function seen(sight: Matrix, rgb: Rgb): Rgb {
  const dot = (row: Rgb) => row[0] * rgb[0] + row[1] * rgb[1] + row[2] * rgb[2];
  return sight.map((row) => Math.min(1, Math.max(0, dot(row)))) as never as Rgb;
}

function oklab([r, g, b]: Rgb): Rgb {
  const l = Math.cbrt(0.4122214708 * r + 0.5363325363 * g + 0.0514459929 * b);
  const m = Math.cbrt(0.2119034982 * r + 0.6806995451 * g + 0.1073969566 * b);
  const s = Math.cbrt(0.0883024619 * r + 0.2817188376 * g + 0.6299787005 * b);
  return [
    0.2104542553 * l + 0.793617785 * m - 0.0040720468 * s,
    1.9779984951 * l - 2.428592205 * m + 0.4505937099 * s,
    0.0259040371 * l + 0.7827717662 * m - 0.808675766 * s,
  ];
}
