"""Assign 8,000 made-up clients to 250 officers: seconds, peak memory, gap and who is left out.

python benchmarks/assign.py --clients 8000 --officers 250 --json
"""

from __future__ import annotations

import argparse
import json
import resource
import time

import numpy as np
import pandas as pd

from geoteam.caseload import assign
from geoteam.profile import CaseloadTable

LEVELS = np.array([8.0, 4.0, 2.0, 1.0])
SPECIALTIES = ("sex_offense", "mental_health", "domestic_violence", "gps")


def make_case(
    clients: int, officers: int, seed: int, load: float
) -> tuple[pd.DataFrame, pd.DataFrame, dict[str, str]]:
    """Make clients in 56 units of 16 team areas, and officers whose capacity is load / total."""
    random = np.random.default_rng(seed)
    unit = random.integers(0, 56, clients)
    middle = np.column_stack(
        [-77.1 + 0.02 * (np.arange(56) % 8), 38.85 + 0.02 * (np.arange(56) // 8)]
    )
    homes = middle[unit] + random.uniform(-0.01, 0.01, (clients, 2))
    points = random.choice(LEVELS, clients, p=[0.1, 0.25, 0.4, 0.25])
    special = np.where(random.random(clients) < 0.2, random.integers(0, 4, clients), -1)
    plan = {f"U{code}": f"T{code * 16 // 56:02d}" for code in range(56)}
    pool = np.where(special >= 0, 16 + special, unit * 16 // 56)
    need = np.bincount(pool, weights=points, minlength=20)
    share = np.maximum(1, np.round(officers * need / need.sum())).astype(int)
    team = np.repeat(np.arange(20), share)
    names = [f"O{number:03d}" for number in range(len(team))]
    present = np.array(["" for _ in range(clients)], dtype=object)
    for number in range(20):
        members = np.flatnonzero(pool == number)
        mine = [name for name, of in zip(names, team, strict=True) if of == number]
        # Neighbours by longitude share an officer; three in ten are new.
        order = members[np.argsort(homes[members, 0])]
        spots = np.minimum(
            (np.linspace(0, 1, len(order)) ** 1.3 * len(mine)).astype(int), len(mine) - 1
        )
        present[order] = [mine[spot] for spot in spots]
    present[random.random(clients) < 0.3] = ""
    people = pd.DataFrame(
        {
            "level": "any",
            "specialty": [SPECIALTIES[one] if one >= 0 else "" for one in special],
            "points": points,
            "lon": homes[:, 0],
            "lat": homes[:, 1],
            "unit": [f"U{code}" for code in unit],
            "boundary_ambiguous": False,
            "located": True,
            "officer": pd.array(present.astype("str"), dtype="str"),
        },
        index=pd.Index([f"C{number:05d}" for number in range(clients)], name="client_ref"),
    )
    staff = pd.DataFrame(
        {
            "team": [f"T{number:02d}" for number in team],
            "specialty": [SPECIALTIES[number - 16] if number >= 16 else "" for number in team],
            "capacity_points": np.ceil(need[team] / share[team] / load * 10) / 10,
            "lon": -77.0,
            "lat": 38.9,
        },
        index=pd.Index(names, name="officer_ref"),
    )
    return people, staff, plan


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--clients", type=int, default=8000)
    parser.add_argument("--officers", type=int, default=250)
    parser.add_argument("--seed", type=int, default=2026)
    parser.add_argument("--load", type=float, default=0.95, help="workload / capacity")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    people, staff, plan = make_case(options.clients, options.officers, options.seed, options.load)
    table = CaseloadTable(citywide=SPECIALTIES)
    began = time.process_time()
    answer = assign(people, staff, plan, profile_caseload=table)
    worst = max(answer.summary["pools"], key=lambda pool: pool["gap"])
    figures = {
        "clients": len(people),
        "officers": len(staff),
        "assigned": answer.summary["assigned"],
        "kept": answer.summary["kept"],
        "unassigned": answer.summary["unassigned"],
        "objective_minutes": round(answer.objective, 1),
        "bound_minutes": round(answer.bound, 1),
        "gap": round(answer.gap, 6),
        "worst_team_gap": worst["gap"],
        "split_by_flow": sum(pool["split_by_flow"] for pool in answer.summary["pools"]),
        "seconds": round(answer.seconds, 2),
        "cpu_seconds": round(time.process_time() - began, 2),
        "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
    }
    if options.json:
        print(json.dumps(figures))
    else:
        for name, value in figures.items():
            print(f"{name:20} {value}")


if __name__ == "__main__":
    main()
