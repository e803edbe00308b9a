// Where the names of teams stand: inside their largest piece, none over another.
import type { Editing } from "./editing.ts";
import type { Shapes } from "./shapes.ts";

export interface Label {
  /** Screen pixels from the origin of the shapes. */
  x: number;
  y: number;
  lines: { text: string; font: string; y: number; colour: string }[];
}

const FONT = '"Public Sans", system-ui, sans-serif';
const BIG = `700 13px ${FONT}`;
const SMALL = `600 11px ${FONT}`;
const INK = "#10161c";
const HIGH = "#8f1216";
const LOW = "#0b4a8f";
/** A lock behind a name; it is drawn, as no font of ours has it. */
export const LOCK = " \u{1F512}";
/** Side of the mark of a comment. */
const PIN = 26;
const TRIES = 6;
/** Screen pixels from such a point at which a name may stand, where another is in the way. */
const ASIDE: readonly [number, number][] = [
  [0, 0],
  [0, -18],
  [0, 18],
  [26, 0],
  [-26, 0],
  [20, -26],
  [20, 26],
  [0, -30],
  [0, 30],
];
const SPARE = 8;
/** Share of teams whose names must have room. */
const ENOUGH = 0.6;

interface Box {
  x: number;
  y: number;
  width: number;
  height: number;
}

const widths = new Map<string, number>();

export function placed(
  editing: Editing,
  shapes: Shapes,
  scale: number,
  context: CanvasRenderingContext2D,
): Label[] {
  const { tally, teams } = editing;
  const largest = largestPieces(editing);
  const order = teams.map((_, at) => at).filter((at) => largest[at]?.length);
  // The small ones first: they have the fewest places.
  const area = (at: number) => span(shapes, largest[at] ?? []) ** 2;
  order.sort((a, b) => area(a) - area(b));
  // All by name, or all by number: a mixture reads as a mistake.
  const fits = (at: number) =>
    span(shapes, largest[at] ?? []) * scale > width(context, teams[at]?.name ?? "", BIG) + SPARE;
  const named = order.filter(fits).length >= ENOUGH * order.length;
  const taken: Box[] = [];
  const pins = commented(editing).map((unit) => ({
    x: (shapes.inside[2 * unit] as number) * scale,
    y: (shapes.inside[2 * unit + 1] as number) * scale,
    width: PIN,
    height: PIN,
  }));
  const labels: Label[] = [];
  for (const at of order) {
    const team = teams[at];
    if (!team) continue;
    const units = largest[at] ?? [];
    const share = tally.team(at).deviation;
    const lock = editing.locked.has(at) ? LOCK : "";
    const name = (named && fits(at) ? team.name : team.label) + lock;
    const lines = [{ text: name, font: BIG, y: 0, colour: INK }];
    if (Number.isFinite(share)) {
      (lines[0] as Label["lines"][0]).y = -7;
      lines.push({
        text: percent(share),
        font: SMALL,
        y: 8,
        colour: share > editing.tolerance ? HIGH : share < -editing.tolerance ? LOW : INK,
      });
    }
    const size = {
      width: Math.max(...lines.map((line) => width(context, line.text, line.font))) + 8,
      height: lines.length > 1 ? 32 : 18,
    };
    const free = (x: number, y: number) => {
      const box = { x, y, ...size };
      return taken.every((other) => !overlap(box, other)) ? box : null;
    };
    const mine = new Set(units);
    const near = spots(shapes, units).flatMap(([x, y]) =>
      ASIDE.map(([dx, dy]): [number, number] => [x + dx / scale, y + dy / scale]),
    );
    // Beside the marks of comments where that can be, else under one.
    let box: Box | null = null;
    for (const [x, y] of near) {
      const here = free(x * scale, y * scale);
      if (!here || !mine.has(shapes.at(x, y))) continue;
      box ??= here;
      if (pins.some((pin) => overlap(here, pin))) continue;
      box = here;
      break;
    }
    if (!box) continue;
    taken.push(box);
    labels.push({ x: box.x, y: box.y, lines });
  }
  return labels;
}

/** A share in whole percent with its sign. */
export function percent(share: number): string {
  const whole = Math.round(Math.abs(share) * 100);
  return `${whole ? (share > 0 ? "+" : "−") : ""}${whole} %`;
}

/** Units that carry the mark of a comment. */
function commented({ comments, ground }: Editing): number[] {
  return comments
    .filter((one) => !one.resolved_at)
    .map(({ unit }) => ground.unit(unit))
    .filter((unit) => unit >= 0);
}

/** Units of the largest piece of each team. */
function largestPieces({ tally, of, teams }: Editing): number[][] {
  const parts = tally.partOf();
  const units: number[][] = [];
  parts.forEach((part, unit) => {
    const all = units[part];
    if (all) all.push(unit);
    else units[part] = [unit];
  });
  const largest: number[][] = teams.map(() => []);
  for (const part of units) {
    const team = of[part[0] as number] as number;
    if (team >= 0 && part.length > (largest[team]?.length ?? 0)) largest[team] = part;
  }
  return largest;
}

function span(shapes: Shapes, units: readonly number[]): number {
  let [west, east] = [Infinity, -Infinity];
  for (const unit of units) {
    west = Math.min(west, shapes.boxes[4 * unit] as number);
    east = Math.max(east, shapes.boxes[4 * unit + 2] as number);
  }
  return east - west;
}

/** Points inside units, those nearest to the middle of them all first. */
function spots(shapes: Shapes, units: readonly number[]): [number, number][] {
  let [x, y, weight] = [0, 0, 0];
  for (const unit of units) {
    const at = 4 * unit;
    const [x0, y0, x1, y1] = shapes.boxes.subarray(at, at + 4) as never as number[];
    const area = ((x1 as number) - (x0 as number)) * ((y1 as number) - (y0 as number));
    x += area * (shapes.inside[2 * unit] as number);
    y += area * (shapes.inside[2 * unit + 1] as number);
    weight += area;
  }
  const far = (unit: number) =>
    Math.hypot(
      (shapes.inside[2 * unit] as number) - x / weight,
      (shapes.inside[2 * unit + 1] as number) - y / weight,
    );
  const best: { unit: number; far: number }[] = [];
  for (const unit of units) {
    const one = { unit, far: far(unit) };
    if (best.length === TRIES && one.far >= (best[TRIES - 1]?.far ?? 0)) continue;
    const at = best.findIndex((other) => other.far > one.far);
    best.splice(at < 0 ? best.length : at, 0, one);
    best.length = Math.min(best.length, TRIES);
  }
  return best.map(({ unit }) => [
    shapes.inside[2 * unit] as number,
    shapes.inside[2 * unit + 1] as number,
  ]);
}

function overlap(a: Box, b: Box): boolean {
  return (
    Math.abs(a.x - b.x) < (a.width + b.width) / 2 && Math.abs(a.y - b.y) < (a.height + b.height) / 2
  );
}

function width(context: CanvasRenderingContext2D, text: string, font: string): number {
  const key = `${font}${text}`;
  let found = widths.get(key);
  if (found === undefined) {
    context.font = font;
    found = context.measureText(text).width;
    widths.set(key, found);
  }
  return found;
}
