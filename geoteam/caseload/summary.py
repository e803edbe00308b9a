"""Figures of a whole assignment, as plain data."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from geoteam.caseload.pool import PoolResult


def summarise(
    table: pd.DataFrame, results: list[tuple[tuple[str, str], PoolResult]]
) -> dict[str, Any]:
    """Sum an assignment up.

    Parameters
    ----------
    table
        The assignments.
    results
        Each pool (specialty, team) with its result.

    Returns
    -------
    dict
        ``clients``, ``assigned``, ``kept``, ``changed`` (had another officer), ``new`` (had none),
        ``unassigned`` by status, and ``pools``: load, capacity, clients left out, highest and
        lowest use of an officer, bound and gap of each.
    """
    done = table[table["status"] == "assigned"]
    kept = sum(bool(reason["kept"]) for reason in done["reason"])
    had = sum(bool(reason["present"]) for reason in done["reason"])
    others = table.loc[table["status"] != "assigned", "status"].value_counts()
    return {
        "clients": len(table),
        "assigned": len(done),
        "kept": kept,
        "changed": had - kept,
        "new": len(done) - had,
        "unassigned": {str(status): int(count) for status, count in sorted(others.items())},
        "pools": [_pool(name, result) for name, result in results],
    }


def _pool(name: tuple[str, str], result: PoolResult) -> dict[str, Any]:
    answer = result.answer
    use = result.load / np.maximum(result.capacity, 1e-9)
    load = float(result.clients["points"].sum())
    room = float(result.capacity.sum())
    each = room / max(len(result.officers), 1)
    gap = (answer.objective_minutes - answer.bound_minutes) / max(answer.objective_minutes, 1e-9)
    return {
        "specialty": name[0],
        "teams": sorted({str(team) for team in result.officers["team"]}),
        "clients": len(result.clients),
        "officers": len(result.officers),
        "points": round(load, 3),
        "capacity_points": round(room, 3),
        "left_out": int((answer.chosen < 0).sum()),
        "more_officers": round(max(0.0, load - room) / each, 2) if each else None,
        "highest_use": round(float(use.max(initial=0.0)), 4),
        "lowest_use": round(float(use.min(initial=np.inf)) if len(use) else 0.0, 4),
        "split_by_flow": answer.split,
        "gap": round(max(0.0, gap), 6),
    }
