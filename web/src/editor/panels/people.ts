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

/** Counts them for any drawing of one ground. */
export class People {
  private readonly living: Float64Array;
  private readonly served: Float64Array;

  constructor(private readonly ground: Ground) {
    this.living = new Float64Array(ground.teams.length);
    this.served = new Float64Array(ground.teams.length);
    for (let team = 0; team < ground.teams.length; team++)
      for (let unit = 0; unit < ground.size; unit++) {
        add(this.living, team, ground.ofTeam(unit, team));
        add(this.served, team, ground.ofOfficer(unit, team));
      }
  }

  /** One row a team. */
  movers(of: Int32Array): Movers[] {
    const { ground } = this;
    const come = new Float64Array(ground.teams.length);
    const stay = new Float64Array(ground.teams.length);
    const keep = new Float64Array(ground.teams.length);
    for (let unit = 0; unit < of.length; unit++) {
      const team = of[unit] as number;
      if (team < 0) continue;
      const staying = ground.ofTeam(unit, team);
      add(stay, team, staying);
      add(come, team, (ground.clients[unit] as number) - staying);
      add(keep, team, ground.ofOfficer(unit, team));
    }
    return ground.teams.map((_, team) => ({
      join: come[team] as number,
      leave: (this.living[team] as number) - (stay[team] as number),
      lose: (this.served[team] as number) - (keep[team] as number),
    }));
  }
}

function add(sums: Float64Array, at: number, by: number): void {
  sums[at] = (sums[at] as number) + by;
}
