"""The rest of a tour that is under way: what is done stays done, what is promised is kept."""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from geoteam.errors import TourError
from geoteam.tours.inputs import Break, Pairs
from geoteam.tours.left_out import NO_CONTACT, entry
from geoteam.tours.moments import Moment
from geoteam.tours.plan import TourPlan, plan_tour
from geoteam.tours.stops import same_place
from geoteam.tours.travel import Peaks


def replan_tour(
    visits: pd.DataFrame,
    start: tuple[float, float],
    *,
    matrix: NDArray[np.float64],
    at: datetime,
    latest_return: Moment,
    done: Sequence[str] = (),
    fixed: Mapping[str, datetime] | None = None,
    max_stops: int = 12,
    rest: Break | None = None,
    exclusive: Pairs = (),
    skills: Collection[str] = (),
    people: int = 2,
    peaks: Peaks = (),
    longest_drive_s: float | None = None,
    seed: int = 0,
) -> TourPlan:
    """Plan the rest of a tour from where the car is.

    Parameters
    ----------
    visits
        As of `plan_tour`: those done, and those to choose from.
    start
        Longitude and latitude of the place where the tour ends.
    matrix
        As of `plan_tour`, for all the visits.
    at
        From when on the car is free.
    latest_return
        As of `plan_tour`.
    done
        Visits made, in order: the car stands at the last one, or at the start without any.
    fixed
        Visits that begin at a promised moment; they go before all others. Those promised for one
        moment at one address are made together.
    max_stops
        Most stops still to come.
    rest
        The break, if it is still owed.
    exclusive
        As of `plan_tour`; who must not meet a client that was visited is left out.
    skills, people, peaks, longest_drive_s
        As of `plan_tour`; the driving still to come.
    seed
        Seed of the search.

    Returns
    -------
    TourPlan
        The stops still to come.

    Raises
    ------
    TourError
        When a done or fixed visit is not among the visits, or as of `plan_tour`.
    """
    promised = dict(fixed or {})
    unknown = [ref for ref in (*done, *promised) if ref not in visits.index]
    if unknown:
        raise TourError(f"{len(unknown)} done or fixed visits are not among the visits")
    met = _met(exclusive, set(done))
    coming = visits.index[~visits.index.isin([*done, *met])]
    rows = visits.index.get_indexer(coming)
    places = [0, *(rows + 1)]
    drive = np.array(matrix[np.ix_(places, places)], dtype=np.float64)
    here = 1 + visits.index.tolist().index(done[-1]) if done else 0
    # Out from where the car stands, home to where the tour ends.
    drive[0] = matrix[here, places]
    plan = plan_tour(
        _with_promises(visits.loc[coming], promised),
        start,
        matrix=drive,
        departs=at,
        latest_return=latest_return,
        max_stops=max_stops,
        rest=rest,
        exclusive=exclusive,
        skills=skills,
        people=people,
        peaks=peaks,
        longest_drive_s=longest_drive_s,
        seed=seed,
    )
    kept_off = visits.loc[visits.index.isin(met) & ~visits.index.isin(list(done)), "priority"]
    left_out = [
        *plan.left_out,
        *(entry(ref, NO_CONTACT, priority) for ref, priority in kept_off.items()),
    ]
    left_out.sort(key=lambda one: (-one["priority"], one["client_ref"]))
    return replace(plan, left_out=left_out, summary=plan.summary | {"left_out": len(left_out)})


def _met(exclusive: Pairs, done: set[str]) -> set[str]:
    """Return whom a client that was visited must not meet."""
    return {
        str(other)
        for one, two in exclusive
        for ref, other in ((one, two), (two, one))
        if ref in done
    }


def _with_promises(visits: pd.DataFrame, promised: Mapping[str, datetime]) -> pd.DataFrame:
    """Give each promised visit the window of all those promised for its moment and address."""
    together: dict[tuple[object, ...], float] = {}
    keys: dict[object, tuple[object, ...]] = {}
    columns = (visits["lon"], visits["lat"], visits["service_s"])
    for ref, lon, lat, service_s in zip(visits.index, *columns, strict=True):
        if ref in promised:
            key = (promised[ref], *same_place(lon, lat))
            keys[ref], together[key] = key, together.get(key, 0.0) + math.ceil(service_s)
    windows = [
        [(promised[ref], promised[ref] + timedelta(seconds=together[keys[ref]]))]
        if ref in keys
        else own
        for ref, own in zip(visits.index, visits["windows"], strict=True)
    ]
    firm = visits.index.isin(list(promised))
    return visits.assign(
        windows=pd.Series(windows, index=visits.index, dtype=object),
        required=visits["required"].astype(bool) | firm,
        promised=firm,
    )
