"""Whether the hours of those who serve several areas suffice for what each area needs."""

from __future__ import annotations

from collections.abc import Collection, Mapping

import numpy as np
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import maximum_flow


def shortages(
    need_min: Mapping[str, int],
    free_min: Mapping[str, int],
    serves: Mapping[str, Collection[str]],
) -> dict[str, int]:
    """Share people's minutes out to areas so that as little as possible is missing in all.

    A largest flow from people to the areas that they serve.

    Parameters
    ----------
    need_min
        Minutes that each area needs.
    free_min
        Minutes that each person has.
    serves
        The areas that each person serves; others than those in need do not matter.

    Returns
    -------
    dict of str to int
        Minutes missing in each area; 0 where the minutes suffice.
    """
    areas, people = list(need_min), list(free_min)
    places = {area: 1 + place for place, area in enumerate(areas)}
    sink = 1 + len(areas) + len(people)
    links = [
        (1 + len(areas) + number, places[area], free_min[ref])
        for number, ref in enumerate(people)
        for area in sorted(set(serves.get(ref, ())))
        if area in places
    ]
    links += [(0, 1 + len(areas) + number, free_min[ref]) for number, ref in enumerate(people)]
    links += [(places[area], sink, need_min[area]) for area in areas]
    links = [one for one in links if one[2] > 0]
    if not links:
        return dict(need_min)
    ends = np.array(links, dtype=np.int32)
    graph = csr_matrix((ends[:, 2], (ends[:, 0], ends[:, 1])), shape=(sink + 1, sink + 1))
    flow = maximum_flow(graph, 0, sink).flow
    return {area: need_min[area] - int(flow[places[area], sink]) for area in areas}
