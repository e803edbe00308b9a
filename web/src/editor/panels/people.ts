// Who would move: clients by team, now and as drawn.
import type { Ground } from "../ground.ts";

export interface Movers {
  /** Clients who come to the team from another. */
  join: number;
  /** Clients who go from the team to another, or to none. */
  leave: number;
  /** Clients of the team's officers who would lose their officer. */
  lose: number;
}

/** Counts them for any drawing of one ground; what is as in the last one is not counted again. */
export class People {
  private readonly living: Float64Array;
  private readonly served: Float64Array;
  private readonly come: Float64Array;
  private readonly stay: Float64Array;
  private readonly keep: Float64Array;
  /** Team of each unit when last counted. */
  private readonly of: Int32Array;

  constructor(private readonly ground: Ground) {
    const teams = ground.teams.length;
    this.living = new Float64Array(teams);
    this.served = new Float64Array(teams);
    this.come = new Float64Array(teams);
    this.stay = new Float64Array(teams);
    this.keep = new Float64Array(teams);
    this.of = new Int32Array(ground.size).fill(-1);
    for (let team = 0; team < ground.teams.length; team++)
      for (let unit = 0; unit < ground.size; unit++) {
        add(this.living, team, ground.ofTeam(unit, team));
        add(this.served, team, ground.ofOfficer(unit, team));
      }
  }

  /** One row a team. */
  movers(of: Int32Array): Movers[] {
    for (let unit = 0; unit < of.length; unit++) {
      const team = of[unit] as number;
      if (team === this.of[unit]) continue;
      this.count(unit, this.of[unit] as number, -1);
      this.count(unit, team, 1);
      this.of[unit] = team;
    }
    return this.ground.teams.map((_, team) => ({
      join: this.come[team] as number,
      leave: (this.living[team] as number) - (this.stay[team] as number),
      lose: (this.served[team] as number) - (this.keep[team] as number),
    }));
  }

  private count(unit: number, team: number, sign: 1 | -1): void {
    if (team < 0) return;
    const { ground } = this;
    const staying = ground.ofTeam(unit, team);
    add(this.stay, team, sign * staying);
    add(this.come, team, sign * ((ground.clients[unit] as number) - staying));
    add(this.keep, team, sign * ground.ofOfficer(unit, team));
  }
}

function add(sums: Float64Array, at: number, by: number): void {
  sums[at] = (sums[at] as number) + by;
}
