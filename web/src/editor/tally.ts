// Counts what each team holds and follows every move: geoteam/plans/tally.py and the live figures of
// geoteam/plans/metrics.py, the same numbers by the same formulas.
import type { Ground } from "./ground.ts";

/** Figures of one team; NaN where there is none. */
export interface TeamFigures {
  units: number;
  clients: number;
  workload: number;
  officers: number;
  workload_per_officer: number;
  deviation: number;
  pieces: number;
  holes: number;
  area_m2: number;
  outline_m: number;
  polsby_popper: number;
}

/** Figures of the whole plan. */
export interface PlanFigures {
  worst_deviation: number;
  cut_edges: number;
  cut_border_m: number;
  unassigned_units: number;
  transfers: number;
  lost_officer: number;
}

export class Tally {
  /** Team of each unit, -1 for none. */
  readonly of: Int32Array;
  private readonly units: Int32Array;
  private readonly clients: Float64Array;
  private readonly workload: Float64Array;
  private readonly area: Float64Array;
  private readonly outline: Float64Array;
  private cutEdges = 0;
  private cutBorderM = 0;
  private transfers = 0;
  private lostOfficer = 0;
  private readonly ideal: number;
  /** Part of each unit, and how many parts there are; made when asked for. */
  private parts: Int32Array | null = null;
  private partCount = 0;

  /** `of`: position of each unit's team, -1 for none; the tally keeps its own copy. */
  constructor(
    private readonly ground: Ground,
    of: Int32Array,
  ) {
    this.of = of.slice();
    const { teams, edges, sharedM } = ground;
    const size = teams.length + 1;
    this.lostOfficer = ground.withOfficer;
    this.units = new Int32Array(size);
    this.clients = new Float64Array(size);
    this.workload = new Float64Array(size);
    this.area = new Float64Array(size);
    this.outline = new Float64Array(size);
    for (let unit = 0; unit < ground.size; unit++) {
      const team = this.of[unit] as number;
      this.add(this.slot(team), unit, 1);
      this.transfers += (ground.clients[unit] as number) - ground.ofTeam(unit, team);
      this.lostOfficer -= ground.ofOfficer(unit, team);
    }
    for (let edge = 0; edge < sharedM.length; edge++) {
      const team = this.of[edges[2 * edge] as number] as number;
      if (team === this.of[edges[2 * edge + 1] as number])
        bump(this.outline, this.slot(team), -(2 * (sharedM[edge] as number)));
      else {
        this.cutEdges++;
        this.cutBorderM += sharedM[edge] as number;
      }
    }
    const officers = teams.reduce((sum, team) => sum + team.officers, 0);
    const points = ground.workload.reduce((sum, value) => sum + value, 0);
    this.ideal = officers > 0 && points > 0 ? points / officers : Number.NaN;
  }

  /** Workload of each officer were it shared out evenly. */
  get idealPerOfficer(): number {
    return this.ideal;
  }

  /** Gives a unit to a team; -1 takes it from its team. */
  move(unit: number, team: number): void {
    const old = this.of[unit] as number;
    if (old === team) return;
    const { ground } = this;
    const from = this.slot(old);
    const to = this.slot(team);
    const others = ground.neighbours(unit);
    const edges = ground.edgesOf(unit);
    this.add(from, unit, -1);
    this.add(to, unit, 1);
    for (let i = 0; i < others.length; i++) {
      const side = ground.sharedM[edges[i] as number] as number;
      const other = this.of[others[i] as number] as number;
      if (other === old) {
        bump(this.outline, from, 2 * side);
        this.cutEdges++;
        this.cutBorderM += side;
      } else if (other === team) {
        bump(this.outline, to, -(2 * side));
        this.cutEdges--;
        this.cutBorderM -= side;
      }
    }
    this.transfers += ground.ofTeam(unit, old) - ground.ofTeam(unit, team);
    this.lostOfficer += ground.ofOfficer(unit, old) - ground.ofOfficer(unit, team);
    // What rounding left behind is nothing.
    if (!this.units[from])
      for (const sums of [this.clients, this.workload, this.area, this.outline]) sums[from] = 0;
    this.of[unit] = team;
    this.parts = null;
  }

  /** Figures of a team but for its holes, or those of the units without a team for -1. */
  team(team: number): Omit<TeamFigures, "holes"> {
    const at = this.slot(team);
    const officers = this.ground.teams[team]?.officers ?? 0;
    const workload = this.workload[at] as number;
    const each = officers > 0 ? workload / officers : Number.NaN;
    const outline = this.outline[at] as number;
    const area = this.area[at] as number;
    return {
      units: this.units[at] as number,
      clients: this.clients[at] as number,
      workload,
      officers,
      workload_per_officer: each,
      deviation: each / this.ideal - 1,
      pieces: this.pieces()[at] as number,
      area_m2: area,
      outline_m: outline,
      polsby_popper: outline > 0 ? (4 * Math.PI * area) / outline ** 2 : Number.NaN,
    };
  }

  /** Figures of all teams, in the order of the ground's teams. */
  teams(): TeamFigures[] {
    const holes = this.holes();
    return this.ground.teams.map((_, at) => ({ ...this.team(at), holes: holes[at] as number }));
  }

  /** The deviation farthest from nothing, with its sign. */
  farthest(): number {
    let worst = Number.NaN;
    this.ground.teams.forEach((team, at) => {
      const off = (this.workload[at] as number) / team.officers / this.ideal - 1;
      if (team.officers > 0 && !(Math.abs(off) <= Math.abs(worst))) worst = off;
    });
    return worst;
  }

  plan(): PlanFigures {
    return {
      worst_deviation: Math.abs(this.farthest()),
      cut_edges: this.cutEdges,
      cut_border_m: this.cutBorderM,
      unassigned_units: this.units[this.slot(-1)] as number,
      transfers: this.transfers,
      lost_officer: this.lostOfficer,
    };
  }

  /** Number of the part that each unit lies in; parts are joined by sides within a team. */
  partOf(): Int32Array {
    if (this.parts) return this.parts;
    const { edges, size } = this.ground;
    const root = new Int32Array(size).map((_, unit) => unit);
    for (let at = 0; at < edges.length; at += 2) {
      const a = edges[at] as number;
      const b = edges[at + 1] as number;
      if (this.of[a] === this.of[b]) join(root, a, b);
    }
    const parts = new Int32Array(size).fill(-1);
    this.partCount = 0;
    for (let unit = 0; unit < size; unit++) {
      const top = find(root, unit);
      if (parts[top] === -1) parts[top] = this.partCount++;
      parts[unit] = parts[top] as number;
    }
    this.parts = parts;
    return parts;
  }

  /** How many parts each team has; those of units without a team stand last. */
  pieces(): Int32Array {
    const pieces = new Int32Array(this.units.length);
    for (const team of this.holders()) bump(pieces, this.slot(team), 1);
    return pieces;
  }

  /** Groups of other units that each team encloses, none of them at the ground's edge. */
  holes(): Int32Array {
    const parts = this.partOf();
    const { edges, rim, size, teams } = this.ground;
    const beyond = this.partCount;
    const holder = this.holders();
    const pairs = new Set<number>();
    for (let at = 0; at < edges.length; at += 2) {
      const a = parts[edges[at] as number] as number;
      const b = parts[edges[at + 1] as number] as number;
      if (a !== b) pairs.add(Math.min(a, b) * (beyond + 1) + Math.max(a, b));
    }
    for (let unit = 0; unit < size; unit++)
      if (rim[unit]) pairs.add((parts[unit] as number) * (beyond + 1) + beyond);
    const a = Int32Array.from(pairs, (pair) => Math.floor(pair / (beyond + 1)));
    const b = Int32Array.from(pairs, (pair) => pair % (beyond + 1));
    const own = this.pieces();
    const holes = new Int32Array(teams.length);
    const root = new Int32Array(beyond + 1);
    for (let team = 0; team < teams.length; team++) {
      if (!this.units[team]) continue;
      for (let part = 0; part <= beyond; part++) root[part] = part;
      let groups = beyond + 1;
      for (let i = 0; i < a.length; i++) {
        const here = a[i] as number;
        const there = b[i] as number;
        if (holder[here] !== team && holder[there] !== team && join(root, here, there)) groups--;
      }
      holes[team] = groups - (own[team] as number) - 1;
    }
    return holes;
  }

  /** Team of each part. */
  private holders(): Int32Array {
    const parts = this.partOf();
    const holder = new Int32Array(this.partCount);
    for (let unit = 0; unit < parts.length; unit++)
      holder[parts[unit] as number] = this.of[unit] as number;
    return holder;
  }

  private slot(team: number): number {
    return team < 0 ? this.units.length - 1 : team;
  }

  private add(slot: number, unit: number, sign: 1 | -1): void {
    const { clients, workload, areaM2, outlineM } = this.ground;
    bump(this.units, slot, sign);
    bump(this.clients, slot, sign * (clients[unit] as number));
    bump(this.workload, slot, sign * (workload[unit] as number));
    bump(this.area, slot, sign * (areaM2[unit] as number));
    bump(this.outline, slot, sign * (outlineM[unit] as number));
  }
}

function find(root: Int32Array, one: number): number {
  let at = one;
  while (root[at] !== at) {
    root[at] = root[root[at] as number] as number;
    at = root[at] as number;
  }
  return at;
}

/** Joins two groups; false when they were one. */
function join(root: Int32Array, a: number, b: number): boolean {
  const one = find(root, a);
  const other = find(root, b);
  if (one === other) return false;
  root[Math.max(one, other)] = Math.min(one, other);
  return true;
}

function bump(sums: Float64Array | Int32Array, at: number, by: number): void {
  sums[at] = (sums[at] as number) + by;
}
