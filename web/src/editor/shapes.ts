// The ground in pixels of one zoom level: what is drawn, and what lies where.
import type { Ground, Line } from "./ground.ts";

/** Zoom level of these pixels; the canvas scales them to the level shown. */
export const LEVEL = 13;
const WORLD = 256 * 2 ** LEVEL;
/** Units a cell of the index should hold. */
const CELL = 3;
/** Pixels beside a border at which the unit beyond is looked for: about a metre. */
const ASIDE = 0.06;

export type Rect = { x0: number; y0: number; x1: number; y1: number };

/** Pixels from the north-west corner of the world. */
export function project(lon: number, lat: number): [number, number] {
  const sin = Math.sin((lat * Math.PI) / 180);
  return [WORLD * (lon / 360 + 0.5), WORLD * (0.5 - Math.log((1 + sin) / (1 - sin)) / Math.PI / 4)];
}

/** A stretch of border: at the rim of the ground, or where two units' vertices do not agree. */
export interface Loose {
  /** The unit beyond; -1 where there is none. */
  other: number;
  path: Path2D;
}

interface Stretches {
  other: number;
  /** Both ends of each stretch, four numbers. */
  ends: readonly number[];
}

export class Shapes {
  /** Pixels are counted from here, so that they stay exact on the canvas. */
  readonly origin: readonly [number, number];
  /** What of a unit's border is in no side: the unit beyond, and the stretches. */
  private readonly loose: (readonly Stretches[])[];
  /** Four numbers a unit. */
  readonly boxes: Float64Array;
  /** A point inside each unit. */
  readonly inside: Float64Array;
  /** Side of a square as large as the middle unit. */
  readonly typical: number;
  private readonly cells = new Map<number, number[]>();
  private readonly step: number;
  private readonly seen: Int32Array;
  private turn = 0;
  /** Distance below which two corners are one. */
  private grain = 0;
  private drawn = new Map<unknown, Path2D>();
  private readonly projected = new Map<Line, Float64Array>();

  constructor(readonly ground: Ground) {
    const [west, , , north] = ground.box(ground.units.keys());
    this.origin = project(west, north);
    const box = (at: number) => {
      const [x0, y0] = this.point(ground.boxes[at] as number, ground.boxes[at + 3] as number);
      const [x1, y1] = this.point(ground.boxes[at + 2] as number, ground.boxes[at + 1] as number);
      return [x0, y0, x1, y1];
    };
    this.boxes = new Float64Array(4 * ground.size);
    this.inside = new Float64Array(2 * ground.size);
    const spans: number[] = [];
    for (let unit = 0; unit < ground.size; unit++) {
      const [x0, y0, x1, y1] = box(4 * unit) as [number, number, number, number];
      this.boxes.set([x0, y0, x1, y1], 4 * unit);
      const at = 2 * unit;
      this.inside.set(this.point(ground.inside[at] as number, ground.inside[at + 1] as number), at);
      spans.push(Math.sqrt((x1 - x0) * (y1 - y0)));
    }
    this.typical = spans.sort((a, b) => a - b)[spans.length >> 1] ?? 1;
    this.step = this.typical * Math.sqrt(CELL);
    this.seen = new Int32Array(ground.size);
    for (let unit = 0; unit < ground.size; unit++) this.index(unit);
    this.loose = this.looseLines();
  }

  /** Draws corners that lie closer than this together as one, here and in every line beside. */
  refine(grain: number): void {
    if (grain === this.grain) return;
    this.grain = grain;
    this.drawn.clear();
  }

  unit(unit: number): Path2D {
    const rings = this.ground.rings[unit] as readonly Line[];
    return this.once(rings, () => this.path(rings, true));
  }

  /** Border of the two units of an edge; null where their vertices do not agree. */
  side(edge: number): Path2D | null {
    const lines = this.ground.sides[edge] as readonly Line[];
    return lines.length ? this.once(lines, () => this.path(lines, false)) : null;
  }

  /** What of a unit's border is in no side. */
  looseOf(unit: number): Loose[] {
    return (this.loose[unit] ?? []).map((one) => ({
      other: one.other,
      path: this.once(one, () => this.stretches(one.ends)),
    }));
  }

  get districts(): Path2D {
    const { districts } = this.ground;
    const rings = () => districts.flatMap((district) => district.rings);
    return this.once(districts, () => this.path(rings(), true));
  }

  point(lon: number, lat: number): [number, number] {
    const [x, y] = project(lon, lat);
    return [x - this.origin[0], y - this.origin[1]];
  }

  /** The way back from pixels to longitude and latitude. */
  place(x: number, y: number): [number, number] {
    const lon = ((x + this.origin[0]) / WORLD - 0.5) * 360;
    const north = Math.PI * (1 - (2 * (y + this.origin[1])) / WORLD);
    return [lon, (Math.atan(Math.sinh(north)) * 180) / Math.PI];
  }

  /** Units whose box meets a rectangle. */
  within(rect: Rect): number[] {
    this.turn++;
    const found: number[] = [];
    this.eachCell(rect, (key) => {
      for (const unit of this.cells.get(key) ?? []) {
        if (this.seen[unit] === this.turn) continue;
        this.seen[unit] = this.turn;
        const at = 4 * unit;
        if (
          (this.boxes[at] as number) <= rect.x1 &&
          (this.boxes[at + 2] as number) >= rect.x0 &&
          (this.boxes[at + 1] as number) <= rect.y1 &&
          (this.boxes[at + 3] as number) >= rect.y0
        )
          found.push(unit);
      }
    });
    return found;
  }

  /** The unit at a point, but for one that is known not to be; -1 for none. */
  at(x: number, y: number, not = -1): number {
    const [lon, lat] = this.place(x, y);
    const found = this.within({ x0: x, y0: y, x1: x, y1: y });
    return found.find((unit) => unit !== not && this.ground.holds(unit, lon, lat)) ?? -1;
  }

  /** Units under a brush drawn from one point to another: touched by its middle, or whose own
   * inner point lies under it. */
  brushed(x0: number, y0: number, x1: number, y1: number, radius: number): number[] {
    const length = Math.hypot(x1 - x0, y1 - y0);
    const steps = Math.max(1, Math.ceil(length / (this.typical / 6)));
    const found = new Set<number>();
    for (let i = 0; i <= steps; i++) {
      const unit = this.at(x0 + ((x1 - x0) * i) / steps, y0 + ((y1 - y0) * i) / steps);
      if (unit >= 0) found.add(unit);
    }
    if (radius > 0)
      for (const unit of this.within({
        x0: Math.min(x0, x1) - radius,
        y0: Math.min(y0, y1) - radius,
        x1: Math.max(x0, x1) + radius,
        y1: Math.max(y0, y1) + radius,
      })) {
        const x = this.inside[2 * unit] as number;
        const y = this.inside[2 * unit + 1] as number;
        const along = length
          ? Math.min(1, Math.max(0, ((x - x0) * (x1 - x0) + (y - y0) * (y1 - y0)) / length ** 2))
          : 0;
        if (Math.hypot(x - x0 - along * (x1 - x0), y - y0 - along * (y1 - y0)) <= radius)
          found.add(unit);
      }
    return [...found];
  }

  inRectangle(rect: Rect): number[] {
    return this.within(rect).filter((unit) => {
      const x = this.inside[2 * unit] as number;
      const y = this.inside[2 * unit + 1] as number;
      return x >= rect.x0 && x <= rect.x1 && y >= rect.y0 && y <= rect.y1;
    });
  }

  /** Units whose inner point a line goes round, however it crosses itself. */
  inLasso(line: readonly number[]): number[] {
    const ring = Float64Array.from(line);
    const rect = { x0: Infinity, y0: Infinity, x1: -Infinity, y1: -Infinity };
    for (let i = 0; i + 1 < ring.length; i += 2) {
      rect.x0 = Math.min(rect.x0, ring[i] as number);
      rect.x1 = Math.max(rect.x1, ring[i] as number);
      rect.y0 = Math.min(rect.y0, ring[i + 1] as number);
      rect.y1 = Math.max(rect.y1, ring[i + 1] as number);
    }
    return this.within(rect).filter((unit) => {
      const x = this.inside[2 * unit] as number;
      const y = this.inside[2 * unit + 1] as number;
      return turns(ring, x, y) !== 0;
    });
  }

  /** The nearest unit in a direction, neighbours first; the unit itself when there is none. */
  next(unit: number, dx: number, dy: number): number {
    const all = Array.from({ length: this.ground.size }, (_, other) => other);
    for (const from of [this.ground.neighbours(unit), all]) {
      let best = -1;
      let least = Infinity;
      for (const other of from) {
        const x = (this.inside[2 * other] as number) - (this.inside[2 * unit] as number);
        const y = (this.inside[2 * other + 1] as number) - (this.inside[2 * unit + 1] as number);
        const ahead = x * dx + y * dy;
        const aside = Math.abs(x * dy - y * dx);
        if (other === unit || ahead <= 0 || aside > 1.2 * ahead) continue;
        if (ahead + 2 * aside < least) {
          least = ahead + 2 * aside;
          best = other;
        }
      }
      if (best >= 0) return best;
    }
    return unit;
  }

  /** Points spread over a unit, the same ones every time; about the client's homes they say nothing
   * but the unit. */
  dots(unit: number, count: number): Float64Array {
    const random = randomFrom(unit + 1);
    const at = 4 * unit;
    const [x0, y0, x1, y1] = this.boxes.subarray(at, at + 4) as never as [
      number,
      number,
      number,
      number,
    ];
    const points = new Float64Array(2 * count);
    for (let made = 0, tries = 0; made < count && tries < 60 * count; tries++) {
      const x = x0 + random() * (x1 - x0);
      const y = y0 + random() * (y1 - y0);
      const [lon, lat] = this.place(x, y);
      if (!this.ground.holds(unit, lon, lat)) continue;
      points[2 * made] = x;
      points[2 * made + 1] = y;
      made++;
    }
    return points;
  }

  private once(key: unknown, make: () => Path2D): Path2D {
    const found = this.drawn.get(key) ?? make();
    this.drawn.set(key, found);
    return found;
  }

  private pixels(line: Line): Float64Array {
    let found = this.projected.get(line);
    if (!found) {
      found = new Float64Array(line.length);
      for (let i = 0; i + 1 < line.length; i += 2)
        found.set(this.point(line[i] as number, line[i + 1] as number), i);
      this.projected.set(line, found);
    }
    return found;
  }

  /** Lines with their corners on a grid, those on one place or in one straight row as one: the
   * same both ways round, so that units go on meeting where they met. */
  private path(lines: readonly Line[], closed: boolean): Path2D {
    const path = new Path2D();
    for (const line of lines) {
      const kept = thinned(this.pixels(line), this.grain);
      for (let i = 0; i + 1 < kept.length; i += 2) {
        if (i) path.lineTo(kept[i] as number, kept[i + 1] as number);
        else path.moveTo(kept[i] as number, kept[i + 1] as number);
      }
      if (closed) path.closePath();
    }
    return path;
  }

  private stretches(ends: readonly number[]): Path2D {
    const path = new Path2D();
    for (let i = 0; i + 3 < ends.length; i += 4) {
      const [x0, y0, x1, y1] = ends.slice(i, i + 4).map((at) => snapped(at, this.grain));
      if (x0 === x1 && y0 === y1) continue;
      path.moveTo(x0 as number, y0 as number);
      path.lineTo(x1 as number, y1 as number);
    }
    return path;
  }

  private index(unit: number): void {
    const at = 4 * unit;
    const [x0, y0, x1, y1] = this.boxes.subarray(at, at + 4);
    this.eachCell({ x0, y0, x1, y1 } as Rect, (key) => {
      const cell = this.cells.get(key);
      if (cell) cell.push(unit);
      else this.cells.set(key, [unit]);
    });
  }

  private eachCell(rect: Rect, visit: (key: number) => void): void {
    const last = 4095;
    const cell = (value: number) => Math.min(last, Math.max(0, Math.floor(value / this.step)));
    for (let row = cell(rect.y0); row <= cell(rect.y1); row++)
      for (let column = cell(rect.x0); column <= cell(rect.x1); column++)
        visit(row * (last + 1) + column);
  }

  private looseLines(): Stretches[][] {
    const { ground } = this;
    return ground.rings.map((rings, unit) => {
      const edges = ground.edgesOf(unit);
      if (!ground.rim[unit] && edges.every((edge) => ground.sides[edge]?.length)) return [];
      const shared = new Set<string>();
      for (const edge of edges)
        for (const line of ground.sides[edge] ?? [])
          for (let i = 0; i + 3 < line.length; i += 2) shared.add(segment(line, i, i + 2));
      const found = new Map<number, number[]>();
      for (const ring of rings) {
        let outside = 0;
        for (let i = 0; i + 1 < ring.length; i += 2) {
          const next = (i + 2) % ring.length;
          if (shared.has(segment(ring, i, next))) continue;
          const from = this.point(ring[i] as number, ring[i + 1] as number);
          const to = this.point(ring[next] as number, ring[next + 1] as number);
          // A ring has its unit on the same side all the way.
          outside ||= this.at(...beside(from, to, 1)) === unit ? -1 : 1;
          const other = this.at(...beside(from, to, outside), unit);
          const ends = found.get(other) ?? [];
          found.set(other, ends);
          ends.push(...from, ...to);
        }
      }
      return [...found].map(([other, ends]) => ({ other, ends }));
    });
  }
}

function snapped(at: number, grain: number): number {
  return grain ? Math.round(at / grain) * grain : at;
}

/** Corners of a line on a grid, without those that say nothing new. */
export function thinned(line: ArrayLike<number>, grain: number): number[] {
  const kept: number[] = [];
  for (let i = 0; i + 1 < line.length; i += 2) {
    const x = snapped(line[i] as number, grain);
    const y = snapped(line[i + 1] as number, grain);
    const last = kept.length - 2;
    if (last >= 0 && kept[last] === x && kept[last + 1] === y) continue;
    if (last >= 2) {
      const dx = (kept[last] as number) - (kept[last - 2] as number);
      const dy = (kept[last + 1] as number) - (kept[last - 1] as number);
      const ex = x - (kept[last] as number);
      const ey = y - (kept[last + 1] as number);
      if (Math.abs(dx * ey - dy * ex) < 1e-9 && dx * ex + dy * ey > 0) kept.length = last;
    }
    kept.push(x, y);
  }
  return kept;
}

/** A point just beside the middle of a stretch, on one side or the other. */
function beside(from: [number, number], to: [number, number], side: number): [number, number] {
  const step = (side * ASIDE) / (Math.hypot(to[0] - from[0], to[1] - from[1]) || 1);
  return [
    (from[0] + to[0]) / 2 + (to[1] - from[1]) * step,
    (from[1] + to[1]) / 2 + (from[0] - to[0]) * step,
  ];
}

/** One name for a stretch between two points, whichever way it is drawn. */
function segment(line: Line, a: number, b: number): string {
  const one = `${Math.round((line[a] as number) * 1e6)} ${Math.round((line[a + 1] as number) * 1e6)}`;
  const two = `${Math.round((line[b] as number) * 1e6)} ${Math.round((line[b + 1] as number) * 1e6)}`;
  return one < two ? `${one} ${two}` : `${two} ${one}`;
}

/** How often a ring goes round a point, and which way. */
function turns(ring: Line, x: number, y: number): number {
  let count = 0;
  for (let i = 0, j = ring.length - 2; i + 1 < ring.length; j = i, i += 2) {
    const y1 = ring[j + 1] as number;
    const y2 = ring[i + 1] as number;
    if (y1 > y === y2 > y) continue;
    const x1 = ring[j] as number;
    const right = x < x1 + ((y - y1) / (y2 - y1)) * ((ring[i] as number) - x1);
    if (right) count += y2 > y1 ? 1 : -1;
  }
  return count;
}

/** Mulberry32: small, and the same numbers everywhere. */
function randomFrom(seed: number): () => number {
  let state = seed * 0x9e3779b9;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}
