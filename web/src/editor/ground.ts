// The ground of a plan: its units, who lives in them and which teams there are, as arrays.
// Positions in `units` and `teams` name units and teams everywhere; -1 is "no team".

/** A line in whole steps: x0, y0, then one pair of differences a point. */
export type Packed = readonly number[];

/** What the server sends, see server/pages/plan_edits.py. */
export interface GroundJson {
  plan: number;
  name: string;
  set: number;
  unit_kind: string;
  noun: string;
  units: string[];
  labels: string[];
  parents: string[];
  origin: [number, number];
  scale: number;
  shapes: Packed[][];
  area_m2: number[];
  outline_m: number[];
  edges: number[];
  shared_m: number[];
  sides: Packed[][];
  rim: (0 | 1)[];
  hull: { x_m: number[]; y_m: number[]; unit: number[] };
  clients: number[];
  unplaced: number;
  workload: number[];
  by_team: [number, number, number][];
  by_officer: [number, number, number][];
  teams: Omit<GroundTeam, "colour" | "pattern">[];
  /** Colour and texture of each team. */
  fills: [string, number][];
  districts?: Record<string, Packed[]>;
  address: string;
}

export interface GroundTeam {
  ref: string;
  name: string;
  /** Full-time shares. */
  officers: number;
  /** It works in the whole city and may hold no area, whatever it held before. */
  citywide: boolean;
  office: [number, number] | null;
  colour: string;
  /** 0 plain, 1 dotted, 2 ruled, 3 crossed: with the colour it is the team's own. */
  pattern: number;
}

/** Points as lon, lat, lon, lat. */
export type Line = Float64Array;

/** Longitude, latitude: west, south, east, north. */
export type Box = [number, number, number, number];

export class Ground {
  readonly name: string;
  readonly set: number;
  /** What people call a unit of this plan, in the singular. */
  readonly noun: string;
  readonly unitKind: string;
  readonly units: readonly string[];
  readonly labels: readonly string[];
  readonly parents: readonly string[];
  readonly teams: readonly GroundTeam[];
  /** Every ring of every unit, holes and parts alike; filled by the even-odd rule. */
  readonly rings: Line[][];
  /** The border between the two units of each edge. */
  readonly sides: Line[][];
  readonly districts: { code: string; rings: Line[] }[];
  readonly edges: Int32Array;
  readonly sharedM: Float64Array;
  readonly areaM2: Float64Array;
  readonly outlineM: Float64Array;
  readonly rim: Uint8Array;
  readonly clients: Float64Array;
  readonly workload: Float64Array;
  /** Clients of whom no place in the plan's area is known: no figure counts them. */
  readonly unplaced: number;
  readonly hull: GroundJson["hull"];
  /** The box of each unit, four numbers a unit. */
  readonly boxes: Float64Array;
  /** A point inside each unit, two numbers a unit. */
  readonly inside: Float64Array;
  readonly basemap: string;
  /** Clients whose present officer is in one of the teams. */
  readonly withOfficer: number;
  private readonly unitAt: Map<string, number>;
  private readonly teamAt: Map<string, number>;
  private readonly starts: Int32Array;
  private readonly others: Int32Array;
  private readonly edgeOf: Int32Array;
  private readonly byTeam: Map<number, number>;
  private readonly byOfficer: Map<number, number>;

  constructor(json: GroundJson) {
    this.name = json.name;
    this.set = json.set;
    this.noun = json.noun;
    this.unitKind = json.unit_kind;
    this.units = json.units;
    this.labels = json.labels;
    this.parents = json.parents;
    this.teams = json.teams.map((team, at) => {
      const [colour, pattern] = json.fills[at] as [string, number];
      return { ...team, colour, pattern };
    });
    const unpack = (packed: Packed) => unpacked(packed, json.origin, json.scale);
    this.rings = json.shapes.map((rings) => rings.map(unpack));
    this.sides = json.sides.map((lines) => lines.map(unpack));
    this.districts = Object.entries(json.districts ?? {}).map(([code, rings]) => ({
      code,
      rings: rings.map(unpack),
    }));
    this.edges = Int32Array.from(json.edges);
    this.sharedM = Float64Array.from(json.shared_m);
    this.areaM2 = Float64Array.from(json.area_m2);
    this.outlineM = Float64Array.from(json.outline_m);
    this.rim = Uint8Array.from(json.rim);
    this.clients = Float64Array.from(json.clients);
    this.workload = Float64Array.from(json.workload);
    this.unplaced = json.unplaced;
    this.hull = json.hull;
    this.basemap = json.address;
    this.unitAt = new Map(json.units.map((code, at) => [code, at]));
    this.teamAt = new Map(json.teams.map((team, at) => [team.ref, at]));
    this.byTeam = this.table(json.by_team);
    this.byOfficer = this.table(json.by_officer);
    this.withOfficer = json.by_officer.reduce((sum, [, , count]) => sum + count, 0);
    [this.starts, this.others, this.edgeOf] = ends(this.edges, json.units.length);
    this.boxes = new Float64Array(4 * json.units.length);
    this.inside = new Float64Array(2 * json.units.length);
    this.rings.forEach((rings, unit) => {
      this.boxes.set(boxOf(rings), 4 * unit);
      this.inside.set(pointInside(rings), 2 * unit);
    });
  }

  get size(): number {
    return this.units.length;
  }

  /** Position of a unit; -1 when there is none of that code. */
  unit(code: string): number {
    return this.unitAt.get(code) ?? -1;
  }

  /** Position of a team; -1 for '' and for a team that is no longer there. */
  team(ref: string): number {
    return this.teamAt.get(ref) ?? -1;
  }

  ref(team: number): string {
    return this.teams[team]?.ref ?? "";
  }

  /** Clients of a unit who live in the area of a team now. */
  ofTeam(unit: number, team: number): number {
    return team < 0 ? 0 : (this.byTeam.get(unit * this.teams.length + team) ?? 0);
  }

  /** Clients of a unit whose present officer is in a team. */
  ofOfficer(unit: number, team: number): number {
    return team < 0 ? 0 : (this.byOfficer.get(unit * this.teams.length + team) ?? 0);
  }

  /** Neighbours of a unit, those that share a side with it. */
  neighbours(unit: number): Int32Array {
    return this.others.subarray(this.starts[unit], this.starts[unit + 1]);
  }

  /** The edges to these neighbours, in the same order. */
  edgesOf(unit: number): Int32Array {
    return this.edgeOf.subarray(this.starts[unit], this.starts[unit + 1]);
  }

  box(units: Iterable<number>): Box {
    const box: Box = [180, 90, -180, -90];
    for (const unit of units) widen(box, this.boxes.subarray(4 * unit, 4 * unit + 4));
    return box;
  }

  /** South-west and north-east of units, as the map wants them. */
  corners(units: Iterable<number>): [number, number][] {
    const [west, south, east, north] = this.box(units);
    return [
      [south, west],
      [north, east],
    ];
  }

  /** Whether a point lies in a unit. */
  holds(unit: number, lon: number, lat: number): boolean {
    const [west, south, east, north] = this.boxes.subarray(4 * unit, 4 * unit + 4) as never as Box;
    if (lon < west || lon > east || lat < south || lat > north) return false;
    return (this.rings[unit] ?? []).reduce((odd, ring) => odd !== crosses(ring, lon, lat), false);
  }

  private table(rows: [number, number, number][]): Map<number, number> {
    return new Map(rows.map(([unit, team, count]) => [unit * this.teams.length + team, count]));
  }
}

function unpacked(packed: Packed, origin: [number, number], scale: number): Line {
  const line = new Float64Array(packed.length);
  let x = 0;
  let y = 0;
  for (let i = 0; i + 1 < packed.length; i += 2) {
    x += packed[i] as number;
    y += packed[i + 1] as number;
    line[i] = origin[0] + x / scale;
    line[i + 1] = origin[1] + y / scale;
  }
  return line;
}

/** Every edge from both its ends, sorted by unit: starts of each unit, its neighbours, edges. */
function ends(edges: Int32Array, units: number): [Int32Array, Int32Array, Int32Array] {
  const starts = new Int32Array(units + 1);
  for (const unit of edges) starts[unit + 1] = (starts[unit + 1] as number) + 1;
  for (let i = 0; i < units; i++) starts[i + 1] = (starts[i + 1] as number) + (starts[i] as number);
  const next = starts.slice();
  const others = new Int32Array(edges.length);
  const edgeOf = new Int32Array(edges.length);
  for (let at = 0; at < edges.length; at++) {
    const place = next[edges[at] as number] as number;
    next[edges[at] as number] = place + 1;
    others[place] = edges[at ^ 1] as number;
    edgeOf[place] = at >> 1;
  }
  return [starts, others, edgeOf];
}

function boxOf(rings: Line[]): Box {
  const box: Box = [180, 90, -180, -90];
  for (const ring of rings)
    for (let i = 0; i + 1 < ring.length; i += 2) {
      const lon = ring[i] as number;
      const lat = ring[i + 1] as number;
      widen(box, [lon, lat, lon, lat]);
    }
  return box;
}

function widen(box: Box, by: ArrayLike<number>): void {
  box[0] = Math.min(box[0], by[0] as number);
  box[1] = Math.min(box[1], by[1] as number);
  box[2] = Math.max(box[2], by[2] as number);
  box[3] = Math.max(box[3], by[3] as number);
}

/** Whether a ray from the point crosses the ring an odd number of times. */
export function crosses(ring: Line, x: number, y: number): boolean {
  let odd = false;
  for (let i = 0, j = ring.length - 2; i + 1 < ring.length; j = i, i += 2) {
    const y1 = ring[i + 1] as number;
    const y2 = ring[j + 1] as number;
    if (y1 > y === y2 > y) continue;
    const x1 = ring[i] as number;
    const x2 = ring[j] as number;
    if (x < x1 + ((y - y1) / (y2 - y1)) * (x2 - x1)) odd = !odd;
  }
  return odd;
}

/** The middle of the widest stretch of a unit on a few lines from west to east. */
function pointInside(rings: Line[]): [number, number] {
  const [west, south, east, north] = boxOf(rings);
  let best: [number, number] = [(west + east) / 2, (south + north) / 2];
  let widest = 0;
  for (const share of [0.5, 0.4, 0.6, 0.3, 0.7]) {
    const lat = south + share * (north - south);
    const cuts: number[] = [];
    for (const ring of rings) cutsAt(ring, lat, cuts);
    cuts.sort((a, b) => a - b);
    for (let i = 0; i + 1 < cuts.length; i += 2) {
      const from = cuts[i] as number;
      const to = cuts[i + 1] as number;
      // Further from the middle only for a clear gain.
      if (to - from > 1.25 * widest) {
        widest = to - from;
        best = [(from + to) / 2, lat];
      }
    }
  }
  return best;
}

function cutsAt(ring: Line, lat: number, cuts: number[]): void {
  for (let i = 0, j = ring.length - 2; i + 1 < ring.length; j = i, i += 2) {
    const y1 = ring[i + 1] as number;
    const y2 = ring[j + 1] as number;
    if (y1 > lat === y2 > lat) continue;
    const x1 = ring[i] as number;
    cuts.push(x1 + ((lat - y1) / (y2 - y1)) * ((ring[j] as number) - x1));
  }
}
