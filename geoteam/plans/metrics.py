"""The registry of plan metrics: what each figure means, how it is computed and from where."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from geoteam.plans.tally import Tally

_Values = NDArray[np.float64] | NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Metric:
    """One figure of a plan or of each of its teams.

    Attributes
    ----------
    key
        Its name in tables, files and messages; never given to another figure.
    title
        Its name for people.
    unit
        What it is counted in; '1' is a share or ratio.
    formula
        How it is computed, in words and plain mathematics.
    source
        Who defined it; 'geoteam' where it is ours.
    better
        ``higher``, ``lower``, ``nearer 0`` or ``nearer 1``; '' where neither is.
    compute
        Computes it: one value a team, or one for the plan.
    version
        Raised when the formula changes, so that old figures are not compared with new ones.
    live
        Whether it is cheap enough to follow every stroke.
    """

    key: str
    title: str
    unit: str
    formula: str
    source: str
    better: Literal["higher", "lower", "nearer 0", "nearer 1", ""]
    compute: Callable[[Tally], _Values | float | int]
    version: int = 1
    live: bool = True


def _ratio(above: _Values, below: _Values) -> NDArray[np.float64]:
    """Divide; NaN where there is nothing to divide by."""
    out = np.full(len(above), np.nan)
    np.divide(above, below, out=out, where=np.asarray(below) > 0)
    return out


def _per_officer(tally: Tally) -> NDArray[np.float64]:
    return _ratio(tally.workload, tally.officers)


def _deviation(tally: Tally) -> NDArray[np.float64]:
    officers, workload = tally.officers.sum(), tally.load.workload.sum()
    if not (officers > 0 and workload > 0):
        return np.full(len(tally.teams), np.nan)
    ideal = float(workload / officers)
    return _per_officer(tally) / ideal - 1.0


def _worst_deviation(tally: Tally) -> float:
    off = np.abs(_deviation(tally))
    return float(np.nanmax(off)) if np.isfinite(off).any() else float("nan")


def _polsby_popper(tally: Tally) -> NDArray[np.float64]:
    return _ratio(4 * np.pi * tally.area_m2, tally.outline_m**2)


_OURS = "geoteam"
_HULL = (
    "Niemi, Grofman, Carlucci and Hofeller (1990), Measuring compactness and the role of a "
    "compactness standard, Journal of Politics 52(4), 1155-1181"
)
_RECOM = (
    "DeFord, Duchin and Solomon (2021), Recombination: a family of Markov chains for "
    "redistricting, Harvard Data Science Review 3(1)"
)

TEAM_METRICS: tuple[Metric, ...] = (
    Metric("units", "Units", "units", "number of units of the team", _OURS, "", lambda t: t.units),
    Metric(
        "clients",
        "Caseload",
        "clients",
        "number of clients under general supervision who live in the team's units",
        _OURS,
        "",
        lambda t: t.clients,
    ),
    Metric(
        "workload",
        "Workload",
        "points",
        "sum of the workload points of these clients; by default the contacts a month that a "
        "client's level requires",
        _OURS,
        "",
        lambda t: t.workload,
    ),
    Metric(
        "officers",
        "Officers",
        "full-time shares",
        "sum of the full-time shares of the team's officers",
        _OURS,
        "",
        lambda t: t.officers,
    ),
    Metric(
        "workload_per_officer",
        "Workload per officer",
        "points",
        "workload / officers; none without officers",
        _OURS,
        "",
        _per_officer,
    ),
    Metric(
        "deviation",
        "Deviation from ideal",
        "1",
        "workload per officer / (workload of all units / officers of all teams) - 1",
        "Equal population, Reynolds v. Sims, 377 U.S. 533 (1964), with each team's ideal in "
        "proportion to its officers",
        "nearer 0",
        _deviation,
    ),
    Metric(
        "pieces",
        "Pieces",
        "pieces",
        "connected components of the team's units, joined where they share a side of more than "
        "1 m; corners do not join",
        _RECOM + " (rook contiguity)",
        "nearer 1",
        lambda t: t.pieces,
    ),
    Metric(
        "holes",
        "Holes",
        "holes",
        "connected groups of units of others, or of nobody, that the team's units enclose, corners "
        "closing; a group at the edge of the units' ground is no hole, nor is ground without units",
        _OURS,
        "nearer 0",
        lambda t: t.holes,
    ),
    Metric("area_m2", "Area", "m²", "sum of the units' areas", _OURS, "", lambda t: t.area_m2),
    Metric(
        "outline_m",
        "Outline",
        "m",
        "sum of the units' perimeters - 2 × sum of the sides that two units of the team share; "
        "borders of holes are part of it",
        _OURS,
        "lower",
        lambda t: t.outline_m,
    ),
    Metric(
        "polsby_popper",
        "Polsby-Popper",
        "1",
        "4 × π × area / outline²; 1 is a circle",
        "Polsby and Popper (1991), The third criterion: compactness as a procedural safeguard "
        "against partisan gerrymandering, Yale Law and Policy Review 9(2), 301-353",
        "higher",
        _polsby_popper,
    ),
    Metric(
        "reock",
        "Reock",
        "1",
        "area / area of the smallest circle around the team area; 1 is a circle",
        "Reock (1961), A note: measuring compactness as a requirement of legislative "
        "apportionment, Midwest Journal of Political Science 5(1), 70-74",
        "higher",
        lambda t: _ratio(t.area_m2, t.circle_area_m2),
        live=False,
    ),
    Metric(
        "hull_ratio",
        "Convex hull ratio",
        "1",
        "area / area of the convex hull of the team area; 1 has no dent, hole or second piece",
        _HULL,
        "higher",
        lambda t: _ratio(t.area_m2, t.hull_area_m2),
        live=False,
    ),
)
PLAN_METRICS: tuple[Metric, ...] = (
    Metric(
        "worst_deviation",
        "Worst deviation",
        "1",
        "largest |deviation from ideal| of a team with officers",
        "as the deviation from ideal",
        "lower",
        _worst_deviation,
    ),
    Metric(
        "cut_edges",
        "Cut edges",
        "edges",
        "number of pairs of neighbouring units that are not in the same team; units without a team "
        "count as one team",
        _RECOM,
        "lower",
        lambda t: t.cut_edges,
    ),
    Metric(
        "cut_border_m",
        "Cut border",
        "m",
        "sum of the sides that such pairs share",
        _RECOM,
        "lower",
        lambda t: t.cut_border_m,
    ),
    Metric(
        "unassigned_units",
        "Unassigned units",
        "units",
        "number of units without a team",
        _OURS,
        "lower",
        lambda t: t.unassigned_units,
    ),
    Metric(
        "transfers",
        "Clients whose home changes team area",
        "clients",
        "clients counted in the caseload - those whose unit stays with the team whose area they "
        "live in now",
        _OURS,
        "lower",
        lambda t: t.transfers,
    ),
    Metric(
        "lost_officer",
        "Clients who would lose their officer",
        "clients",
        "clients whose present officer is in a team of the plan - those whose unit goes to that "
        "officer's team",
        _OURS,
        "lower",
        lambda t: t.lost_officer,
    ),
)


def team_metrics(tally: Tally, *, live: bool = False) -> pd.DataFrame:
    """Compute every metric of every team.

    Parameters
    ----------
    tally
        The plan.
    live
        Only what follows every stroke.

    Returns
    -------
    DataFrame
        Index ``team``, in the tally's order; one column a metric of ``TEAM_METRICS``, NaN where it
        has no value.
    """
    columns = {m.key: m.compute(tally) for m in TEAM_METRICS if m.live or not live}
    return pd.DataFrame(columns, index=pd.Index(tally.teams, name="team", dtype="str"))


def plan_metrics(tally: Tally) -> dict[str, float | int]:
    """Compute every metric of the plan as a whole.

    Parameters
    ----------
    tally
        The plan.

    Returns
    -------
    dict
        Key of ``PLAN_METRICS`` -> value; NaN where it has none.
    """
    values: dict[str, float | int] = {}
    for metric in PLAN_METRICS:
        value = metric.compute(tally)
        values[metric.key] = value if isinstance(value, int) else float(value)
    return values
