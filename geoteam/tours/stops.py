"""Stops: visits at one address are made together, within what everybody's hours allow."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from geoteam.tours.moments import Span, intersect

# About 0.1 m: the same address point.
_DEGREE_DECIMALS = 6


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
    """

    visits: tuple[int, ...]
    row: int
    service_s: int
    starts: tuple[Span, ...]
    priority: float
    required: bool


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


def make_stops(
    visits: pd.DataFrame, spans: list[list[Span]], duty: list[Span], longest_stop_s: int
) -> list[Stop]:
    """Join the visits at one address into stops.

    Parameters
    ----------
    visits
        Columns ``lon``, ``lat``, ``service_s``, ``priority``, ``required``.
    spans
        When each client is at home, in seconds after the departure.
    duty
        When both people are on duty.
    longest_stop_s
        More visits at one address than fit in this make a further stop there.

    Returns
    -------
    list of Stop
        In the order of each stop's first visit.
    """
    groups: dict[tuple[float, float], list[int]] = {}
    places = np.round(visits[["lon", "lat"]].to_numpy(dtype=np.float64), _DEGREE_DECIMALS)
    for row, (lon, lat) in enumerate(places):
        if np.isfinite(lon) and np.isfinite(lat):
            groups.setdefault((float(lon), float(lat)), []).append(row)
    service = np.ceil(visits["service_s"].to_numpy(dtype=np.float64)).astype(int)
    priority = visits["priority"].to_numpy(dtype=np.float64)
    required = visits["required"].to_numpy(dtype=bool)
    stops = []
    for rows in groups.values():
        # The most urgent first, so that they share the first stop of a crowded address.
        rows = sorted(rows, key=lambda row: (not required[row], -priority[row], row))
        for members, common in _bundles(rows, spans, duty, service, longest_stop_s):
            total = int(service[members].sum())
            stops.append(
                Stop(
                    visits=tuple(sorted(members)),
                    row=members[0] + 1,
                    service_s=total,
                    starts=start_spans(common, total),
                    priority=float(priority[members].sum()),
                    required=bool(required[members].any()),
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
