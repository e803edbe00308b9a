"""A pin that a person sets: which area it is in, and how far the nearest known address is."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from geoteam.crs import project
from geoteam.errors import InputError
from geoteam.model import User
from geoteam.services.ground import ground_of
from geoteam.services.review_items import note, open_item
from geoteam.services.workspace import Workspace

# How exactly the place is known, in metres, and in words.
RADII_M = {10: "to the door", 30: "to the building or lot", 100: "to the block"}
_KM = 1000.0
# No client of the city lives farther than this from its edge, in metres.
_FARTHEST_M = 50_000.0


@dataclass(frozen=True, slots=True)
class Pin:
    """Where a pin stands.

    Attributes
    ----------
    unit
        The area it lies in; '' outside every area.
    near
        The areas that its circle of uncertainty touches.
    nearest
        The nearest address of the reference.
    distance_m
        Metres to it.
    said
        All of it in words.
    """

    unit: str
    near: tuple[str, ...]
    nearest: str
    distance_m: float
    said: str


def look_at_pin(
    workspace: Workspace,
    user: User,
    item: int,
    *,
    lon: float | None,
    lat: float | None,
    radius_m: int,
) -> Pin:
    """Tell where a pin would stand before it is kept; the question is audited.

    Parameters
    ----------
    workspace
        The workspace.
    user
        An officer or a supervisor.
    item
        Number of the item.
    lon, lat
        Degrees, EPSG:4326.
    radius_m
        How exactly the place is known, one of ``RADII_M``.

    Returns
    -------
    Pin
        The answer.
    """
    with workspace.transaction() as session:
        found = open_item(workspace, session, user, item)
        note(workspace, session, user, "address.pin", found.client_ref)
    return pin_at(workspace, lon, lat, radius_m)


def pin_at(workspace: Workspace, lon: float | None, lat: float | None, radius_m: int) -> Pin:
    """Find the area and the nearest known address of a point.

    Parameters
    ----------
    workspace
        The workspace.
    lon, lat
        Degrees, EPSG:4326.
    radius_m
        How exactly the place is known, one of ``RADII_M``.

    Returns
    -------
    Pin
        The answer.

    Raises
    ------
    InputError
        When a coordinate is missing or no place on earth, the pin is far from the city, or the
        radius is not on offer.
    """
    if lon is None or lat is None or not (-180 <= lon <= 180 and -85 <= lat <= 85):
        raise InputError(
            "the pin has no place", remedy="Set it on the map, or type longitude and latitude"
        )
    _refuse_far(workspace, lon, lat)
    if radius_m not in RADII_M:
        raise InputError("the pin's exactness is not on offer", remedy="Choose one of the list")
    index = workspace.area_index(workspace.profile.unit_kind)
    at = np.array([lon]), np.array([lat])
    unit, near = str(index.locate(*at)[0]), tuple(index.near(*at, float(radius_m))[0])
    nearest, distance_m = _nearest(workspace, lon, lat)
    return Pin(unit, near, nearest, distance_m, _said(unit, near, nearest, distance_m))


def _refuse_far(workspace: Workspace, lon: float, lat: float) -> None:
    west, south, east, north = ground_of(workspace).bounds

    def beyond_m(lon: float, lat: float) -> float:
        edge = min(max(lon, west), east), min(max(lat, south), north)
        return metres_between(workspace, edge, (lon, lat))

    # Far outside its own part of the world a projection has no answer.
    if beyond_m(lon, lat) <= _FARTHEST_M:
        return
    if beyond_m(lat, lon) <= _FARTHEST_M:
        raise InputError(
            "longitude and latitude look swapped",
            remedy=f"Type {lat} as the longitude and {lon} as the latitude",
        )
    raise InputError(
        f"the pin is more than {_FARTHEST_M / _KM:.0f} km from the city",
        remedy="Move it, or choose Outside the city",
    )


def _nearest(workspace: Workspace, lon: float, lat: float) -> tuple[str, float]:
    reference = workspace.reference()
    parts = reference.parts
    lons, lats = reference.points()
    # Degrees of equal length are enough to tell which is nearest; the distance is measured.
    stretch = math.cos(math.radians(lat))
    row = int(np.argmin(((lons - lon) * stretch) ** 2 + (lats - lat) ** 2))
    street = int(parts.point_street[row])
    words = (
        f"{parts.point_number[row]}{parts.point_suffix[row]}",
        str(parts.street_base[street]),
        str(parts.street_quadrant[street]),
    )
    there = float(lons[row]), float(lats[row])
    return " ".join(word for word in words if word), metres_between(workspace, (lon, lat), there)


def metres_between(
    workspace: Workspace,
    one: tuple[float | None, float | None],
    other: tuple[float | None, float | None],
) -> float:
    """Measure how far two points are from each other.

    Parameters
    ----------
    workspace
        The workspace, for the projection of its reference.
    one, other
        Longitude and latitude, EPSG:4326.

    Returns
    -------
    float
        Metres; NaN when a coordinate is missing.
    """
    lon, lat = (np.array(pair, dtype=float) for pair in zip(one, other, strict=True))
    x, y = project(lon, lat, workspace.reference().crs)
    return float(math.hypot(x[1] - x[0], y[1] - y[0]))


def _said(unit: str, near: tuple[str, ...], nearest: str, distance_m: float) -> str:
    others = [code for code in near if code != unit]
    if not unit:
        where = "Outside every area"
    elif others:
        where = f"In area {unit}, but so near its edge that it may be {' or '.join(others)}"
    else:
        where = f"In area {unit}"
    far = f"{distance_m:.0f} m" if distance_m < _KM else f"{distance_m / _KM:.1f} km"
    return f"{where}. The nearest known address is {nearest}, {far} away."
