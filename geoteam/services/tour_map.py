"""The map of a tour: its route, its numbered stops, and the streets closed on its day."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
from shapely import LineString, Point

from geoteam.crs import WGS84
from geoteam.maps import RouteLayer, city_map
from geoteam.model import User
from geoteam.services.ground import ground_of
from geoteam.services.tour_closures import closed_streets
from geoteam.services.tour_views import tour
from geoteam.services.workspace import Workspace


def tour_map(workspace: Workspace, user: User, ref: str, *, nonce: str = "") -> str:
    """Draw a tour's route, its numbered stops and the streets closed on its day.

    Parameters
    ----------
    workspace
        The workspace.
    user
        Who may see the tour.
    ref
        The tour's reference.
    nonce
        Nonce of the content security policy.

    Returns
    -------
    str
        A document made by folium.
    """
    view = tour(workspace, user, ref, action="tour.map")
    zone = workspace.profile.city.zone
    start = {
        "number": 0,
        "title": view.start or "Start",
        "arrives": f"{view.departs_at.astimezone(zone):%H:%M}",
        "geometry": Point(*view.start_point),
    }
    rows = [start] + [
        {
            "number": stop["number"],
            "title": stop.get("address", ""),
            "arrives": f"{stop['arrives_at'].astimezone(zone):%H:%M}",
            "geometry": Point(stop["lon"], stop["lat"]),
        }
        for stop in view.stops
    ]
    stops = gpd.GeoDataFrame(rows, geometry="geometry", crs=WGS84)
    ground = ground_of(workspace)
    layer = RouteLayer(
        name="Tour",
        legs=[view.route] if view.route is not None else [],
        stops=stops,
        details={"arrives": "Arrives"},
        closed=[one.lines for one in closed_streets(workspace, view.on)],
    )
    return city_map(
        [ground.units(show=False), layer],
        title="Tour",
        nonce=nonce,
        bounds=_around(stops, view.route),
        basemap_url=ground.basemap_url,
        attribution=ground.attribution,
    )


def _around(stops: gpd.GeoDataFrame, route: LineString | None) -> tuple[float, float, float, float]:
    boxes = [stops.total_bounds] + ([np.array(route.bounds)] if route is not None else [])
    low, high = np.min([b[:2] for b in boxes], axis=0), np.max([b[2:] for b in boxes], axis=0)
    margin = np.maximum((high - low) * 0.06, 0.001)
    west, south, east, north = (float(v) for v in (*(low - margin), *(high + margin)))
    return west, south, east, north
