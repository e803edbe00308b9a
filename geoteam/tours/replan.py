"""The rest of a tour that is under way: what is done stays done, what is promised is kept."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from geoteam.errors import TourError
from geoteam.tours.moments import Moment
from geoteam.tours.plan import Break, TourPlan, plan_tour


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
        Visits that begin at a promised moment; they go before all others.
    max_stops
        Most stops still to come.
    rest
        The break, if it is still owed.
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
    coming = visits.index.difference(list(done), sort=False)
    rows = visits.index.get_indexer(coming)
    places = [0, *(rows + 1)]
    drive = np.array(matrix[np.ix_(places, places)], dtype=np.float64)
    here = 1 + visits.index.tolist().index(done[-1]) if done else 0
    # Out from where the car stands, home to where the tour ends.
    drive[0] = matrix[here, places]
    some = visits.loc[coming].copy()
    some["required"] = some["required"].astype(bool) | some.index.isin(list(promised))
    windows = [
        [(promised[ref], promised[ref] + timedelta(seconds=service_s))] if ref in promised else own
        for ref, own, service_s in zip(some.index, some["windows"], some["service_s"], strict=True)
    ]
    some["windows"] = pd.Series(windows, index=some.index, dtype=object)
    return plan_tour(
        some,
        start,
        matrix=drive,
        departs=at,
        latest_return=latest_return,
        max_stops=max_stops,
        rest=rest,
        seed=seed,
    )
