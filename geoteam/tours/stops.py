"""Stops: visits at one address are made together, within what everybody's hours allow."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.sparse.csgraph import connected_components

from geoteam.tours.moments import Span, intersect

# About 0.1 m: the same address point.
_DEGREE_DECIMALS = 6
# Among so many who shun each other the best choice is found by trying all.
_TRY_ALL = 16


@dataclass(frozen=True)
class Stop:
    """One place where the car stops.

    Attributes
    ----------
    visits
        Rows of the visits made there.
    row
        Row and column of the place in the matrix.
    service_s
        Time at the stop, for all its visits.
    starts
        Spans in which the stop may begin so that it ends while the clients are at home and both
        people are on duty; closed at both ends.
    priority
        Priority points of all its visits.
    required
        A visit there must be made if it can be.
    promised
        A visit there goes before all that are required.
    shuns
        Rows of visits that must not be on one tour with it.
    """

    visits: tuple[int, ...]
    row: int
    service_s: int
    starts: tuple[Span, ...]
    priority: float
    required: bool
    promised: bool = False
    shuns: frozenset[int] = frozenset()


def same_place(lon: float, lat: float) -> tuple[float, float]:
    """Name an address by its place, so that equal names are one address.

    Parameters
    ----------
    lon, lat
        Its place (EPSG:4326).

    Returns
    -------
    tuple of float
        Rounded to about 0.1 m.
    """
    return round(float(lon), _DEGREE_DECIMALS), round(float(lat), _DEGREE_DECIMALS)


def start_spans(spans: list[Span], service_s: int) -> tuple[Span, ...]:
    """Tell when a service may begin so that it ends within the same span.

    Parameters
    ----------
    spans
        When the service may take place.
    service_s
        Its length.

    Returns
    -------
    tuple of tuple of int
        Earliest and latest beginnings.
    """
    return tuple((a, b - service_s) for a, b in spans if b - a >= service_s)


def clashes(stops: Sequence[Stop]) -> NDArray[np.bool_]:
    """Tell which stops must not be on one tour.

    Parameters
    ----------
    stops
        The stops.

    Returns
    -------
    numpy.ndarray
        Stop by stop, symmetric.
    """
    found = np.zeros((len(stops), len(stops)), dtype=bool)
    for place, stop in enumerate(stops):
        if stop.shuns:
            found[place] = [not stop.shuns.isdisjoint(other.visits) for other in stops]
    return found


def cliques(stops: Sequence[Stop]) -> list[list[int]]:
    """Part the stops into groups of which one stop at most can be on a tour.

    Parameters
    ----------
    stops
        The stops.

    Returns
    -------
    list of list of int
        Positions; a stop that may be with all others is alone.
    """
    shun = clashes(stops)
    found: list[list[int]] = []
    for at in range(len(stops)):
        group = next((group for group in found if shun[at, group].all()), None)
        if group is None:
            found.append([at])
        else:
            group.append(at)
    return found


def heaviest_apart(shun: NDArray[np.bool_], worth: Sequence[int]) -> list[int]:
    """Choose stops of which none shuns another, worth the most together.

    Every choice is tried where few shun each other directly or by way of others; among many the
    one worth most goes first.

    Parameters
    ----------
    shun
        As of `clashes`.
    worth
        Worth of each stop.

    Returns
    -------
    list of int
        Positions, in order.
    """
    chosen: list[int] = []
    for some in _joined(shun):
        if len(some) <= _TRY_ALL:
            chosen += _heaviest(some, shun, worth)
        else:
            for one in sorted(some, key=lambda at: -worth[at]):
                if not shun[one, chosen].any():
                    chosen.append(one)
    return sorted(chosen)


def most_apart(stops: Sequence[Stop]) -> float:
    """Bound the priority points of stops of which none shuns another.

    Parameters
    ----------
    stops
        The stops.

    Returns
    -------
    float
        No choice has more points.
    """
    shun, points = clashes(stops), [stop.priority for stop in stops]
    groups = [
        _heaviest(some, shun, points) if len(some) <= _TRY_ALL else some for some in _joined(shun)
    ]
    return float(sum(points[at] for some in groups for at in some))


def _joined(shun: NDArray[np.bool_]) -> list[list[int]]:
    """Group stops that shun each other directly or by way of others."""
    count, group = connected_components(shun, directed=False)
    return [np.flatnonzero(group == number).tolist() for number in range(count)]


def _heaviest(some: list[int], shun: NDArray[np.bool_], worth: Sequence[float]) -> list[int]:
    rivals = shun[np.ix_(some, some)].sum(axis=1)
    if not rivals.any():
        return some
    one = some[int(np.argmax(rivals))]
    others = [other for other in some if other != one]
    ways = (
        _heaviest(others, shun, worth),
        [one, *_heaviest([at for at in others if not shun[one, at]], shun, worth)],
    )
    return max(ways, key=lambda way: sum(worth[at] for at in way))


def settle(stops: Sequence[Stop]) -> list[Stop]:
    """Let the more urgent of two required stops that must not be on one tour be required alone.

    Parameters
    ----------
    stops
        Stops that can each be made alone.

    Returns
    -------
    list of Stop
        The stops; what is promised goes before what has more priority.
    """
    shun, settled = clashes(stops), list(stops)
    firm: list[int] = []
    must = [at for at, stop in enumerate(stops) if stop.required]
    for at in sorted(must, key=lambda at: (not stops[at].promised, -stops[at].priority, at)):
        if shun[at, firm].any():
            settled[at] = replace(stops[at], required=False, promised=False)
        else:
            firm.append(at)
    return settled


def make_stops(
    visits: pd.DataFrame,
    rows: Sequence[int],
    spans: list[list[Span]],
    duty: list[Span],
    longest_stop_s: int,
    pairs: Sequence[tuple[int, int]] = (),
) -> list[Stop]:
    """Join the visits at one address into stops.

    Parameters
    ----------
    visits
        Columns ``lon``, ``lat``, ``service_s``, ``priority``, ``required``; perhaps ``promised``.
    rows
        Rows of the visits that have a place and may be made.
    spans
        When each client is at home, in seconds after the departure.
    duty
        When both people are on duty.
    longest_stop_s
        More visits at one address than fit in this make a further stop there.
    pairs
        Rows of visits that must not be on one tour; each is a stop of its own.

    Returns
    -------
    list of Stop
        In the order of each stop's first visit.
    """
    shuns: dict[int, set[int]] = {}
    for one, other in pairs:
        if one in rows and other in rows:
            shuns.setdefault(one, set()).add(other)
            shuns.setdefault(other, set()).add(one)
    places = visits[["lon", "lat"]].to_numpy(dtype=np.float64)
    groups: dict[tuple[float, float, int], list[int]] = {}
    for row in rows:
        alone = row if row in shuns else -1
        groups.setdefault((*same_place(*places[row]), alone), []).append(row)
    service = np.ceil(visits["service_s"].to_numpy(dtype=np.float64)).astype(int)
    priority = visits["priority"].to_numpy(dtype=np.float64)
    required = visits["required"].to_numpy(dtype=bool)
    promised = visits["promised"].to_numpy(dtype=bool) if "promised" in visits else required & False
    stops = []
    for members_there in groups.values():
        # The most urgent first, so that they share the first stop of a crowded address.
        ranked = sorted(
            members_there,
            key=lambda row: (not promised[row], not required[row], -priority[row], row),
        )
        for members, common in _bundles(ranked, spans, duty, service, longest_stop_s):
            total = int(service[members].sum())
            stops.append(
                Stop(
                    visits=tuple(sorted(members)),
                    row=members[0] + 1,
                    service_s=total,
                    starts=start_spans(common, total),
                    priority=float(priority[members].sum()),
                    required=bool(required[members].any()),
                    promised=bool(promised[members].any()),
                    shuns=frozenset(shuns.get(members[0], ())),
                )
            )
    return sorted(stops, key=lambda stop: stop.visits)


def _bundles(
    rows: list[int],
    spans: list[list[Span]],
    duty: list[Span],
    service: np.ndarray,
    longest_stop_s: int,
) -> list[tuple[list[int], list[Span]]]:
    bundles: list[tuple[list[int], list[Span]]] = []
    for row in rows:
        own = intersect(spans[row], duty)
        for place, (members, common) in enumerate(bundles):
            joint = intersect(common, own)
            total = int(service[[*members, row]].sum())
            if total <= longest_stop_s and start_spans(joint, total):
                bundles[place] = ([*members, row], joint)
                break
        else:
            bundles.append(([row], own))
    return bundles
