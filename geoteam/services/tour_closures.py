"""What closed streets mean for a tour: homes cut off, a route out of date, a walk to the door."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import numpy as np
import pandas as pd
import shapely

from geoteam.crs import project, unproject
from geoteam.services.street_closures import Closure, edges_of, in_force, streets_on
from geoteam.services.workspace import Workspace
from geoteam.store.tours import STANDING, SavedTour
from geoteam.streets import StreetNetwork
from geoteam.tours import TourPlan

# A route lies on a closed street where it follows it so closely, for longer than it crosses it.
_ON_M, _ALONG_M = 0.5, 5.0


def name_closures(workspace: Workspace, on: date, plan: TourPlan, visits: pd.DataFrame) -> TourPlan:
    """Name the closure that cuts a home off, where a visit is left out for it.

    Parameters
    ----------
    workspace
        The workspace.
    on
        The day.
    plan
        The tour.
    visits
        What it was planned from, with ``lon`` and ``lat``.

    Returns
    -------
    TourPlan
        The same, with other reasons of visits that are unreachable on that day only.
    """
    return replace(plan, left_out=named_in(workspace, (on,), plan.left_out, visits))


def named_in(
    workspace: Workspace,
    days: Collection[date],
    left_out: Sequence[dict[str, Any]],
    visits: pd.DataFrame,
) -> list[dict[str, Any]]:
    """Name the closure that cuts a home off in the reasons of visits left out.

    Parameters
    ----------
    workspace
        The workspace.
    days
        The days.
    left_out
        As of `geoteam.tours.TourPlan`.
    visits
        The visits, with ``lon`` and ``lat``.

    Returns
    -------
    list of dict
        The same visits.
    """
    lost = [one["client_ref"] for one in left_out if one["code"] == "unreachable"]
    closures = in_force(workspace, days) if lost else []
    if not closures:
        return list(left_out)
    network = workspace.streets()
    places = visits.loc[lost, ["lon", "lat"]].to_numpy(dtype=np.float64)
    reached = network.snap(places).near & ~streets_on(workspace, *days).snap(places).near
    new: dict[str, dict[str, Any]] = {}
    points = shapely.points(*project(places[:, 0], places[:, 1], network.crs))
    for ref, point, is_cut_off in zip(lost, points, reached, strict=True):
        if is_cut_off:
            near = min(
                closures, key=lambda one: float(shapely.distance(_lines(network, one), point))
            )
            new[ref] = {
                "reason": f"Unreachable: {near.told}, and no open street is near.",
                # A day on which it can be made is looked for by planning.
                "remedy": "",
            }
    return [dict(one) | new.get(one["client_ref"], {}) for one in left_out]


@dataclass(frozen=True, slots=True)
class Notes:
    """What closures mean for a tour.

    Attributes
    ----------
    route
        Closed streets that the planned route uses; the route is out of date when there are any.
    stops
        Sentences on stops where the car cannot drive up.
    """

    route: tuple[str, ...] = ()
    stops: tuple[str, ...] = ()

    @property
    def told(self) -> list[str]:
        """Everything in sentences.

        Returns
        -------
        list of str
            Empty where no closure touches the tour.
        """
        return [*(f"The route is out of date: it uses {one}." for one in self.route), *self.stops]


@dataclass(frozen=True, slots=True)
class ClosedStreet:
    """A street closed on some day, to be drawn.

    Attributes
    ----------
    told
        Which, until when and why.
    lines
        Where, in EPSG:4326, longitude first.
    """

    told: str
    lines: shapely.MultiLineString


def closed_streets(workspace: Workspace, on: date) -> list[ClosedStreet]:
    """List the streets that are closed on a day, with what a map draws of them.

    Parameters
    ----------
    workspace
        The workspace.
    on
        The day.

    Returns
    -------
    list of ClosedStreet
        Those that begin first, first; without those that the street map has no more.
    """
    closures = in_force(workspace, [on])
    if not closures:
        return []
    network = workspace.streets()

    def degrees(places: np.ndarray) -> np.ndarray:
        return np.column_stack(unproject(places[:, 0], places[:, 1], network.crs))

    return [
        ClosedStreet(one.told, shapely.transform(_lines(network, one), degrees))
        for one in closures
        if len(edges_of(network, [one]))
    ]


def closure_notes(workspace: Workspace, saved: SavedTour) -> Notes:
    """Tell what closures of its day mean for a tour.

    Parameters
    ----------
    workspace
        The workspace.
    saved
        The tour.

    Returns
    -------
    Notes
        Empty where no closure touches the tour, and once it is done or cancelled.
    """
    closures = in_force(workspace, [saved.on]) if saved.status in STANDING else []
    if not closures:
        return Notes()
    network = workspace.streets()
    used: tuple[str, ...] = ()
    if saved.route is not None:
        lon, lat = shapely.get_coordinates(saved.route).T
        line = shapely.linestrings(*project(lon, lat, network.crs))
        used = tuple(
            one.told
            for one in closures
            if shapely.intersection(line, _lines(network, one).buffer(_ON_M)).length > _ALONG_M
        )
    return Notes(used, _walks(workspace, network, closures, saved))


def _walks(
    workspace: Workspace, network: StreetNetwork, closures: Sequence[Closure], saved: SavedTour
) -> tuple[str, ...]:
    """Tell of stops on a closed street, or on one that is cut off: the car goes to the next."""
    if not saved.stops:
        return ()
    places = np.array([(stop.lon, stop.lat) for stop in saved.stops])
    usual, there = network.snap(places), streets_on(workspace, saved.on).snap(places)
    told = []
    for row in np.flatnonzero(usual.near & there.near & (usual.edge != there.edge)):
        closed = [one for one in closures if usual.edge[row] in edges_of(network, [one])]
        why = f"on {closed[0].told}" if closed else "cut off by a closed street"
        name = network.names[network.edge_name[there.edge[row]]] or "the next street"
        told.append(
            f"Stop {saved.stops[row].position} is {why}. The car goes to {name}, "
            f"{there.distance_m[row]:.0f} m from the door."
        )
    return tuple(told)


def _lines(network: StreetNetwork, closure: Closure) -> shapely.MultiLineString:
    return shapely.MultiLineString(list(network.lines_m[edges_of(network, [closure])]))
