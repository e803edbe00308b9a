"""Who must not meet, on different tours: never at one address at one time."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from geoteam.tours.inputs import Pairs
from geoteam.tours.plan import TourPlan
from geoteam.tours.stops import same_place

# Place among the tours and client.
Visit = tuple[int, str]


def meeting(plans: Sequence[TourPlan], exclusive: Pairs) -> tuple[Visit, Visit] | None:
    """Find two clients who must not meet and are visited at one address at one time.

    Parameters
    ----------
    plans
        The tours.
    exclusive
        Pairs of clients.

    Returns
    -------
    tuple or None
        The first two found, each with the place of its tour; None when nobody meets.
    """
    on_tour: dict[str, tuple[int, Any]] = {
        str(ref): (place, row)
        for place, plan in enumerate(plans)
        for ref, row in plan.stops.iterrows()
    }
    for one, other in exclusive:
        if one not in on_tour or other not in on_tour:
            continue
        (here, a), (there, b) = on_tour[one], on_tour[other]
        at_once = a["arrives_at"] < b["leaves_at"] and b["arrives_at"] < a["leaves_at"]
        if at_once and same_place(a["lon"], a["lat"]) == same_place(b["lon"], b["lat"]):
            return (here, one), (there, other)
    return None
