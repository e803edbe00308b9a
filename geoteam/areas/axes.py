"""Whether coordinates that claim to be longitude and latitude can be so."""

from __future__ import annotations

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import shapely

from geoteam.crs import measuring


@dataclass(frozen=True, slots=True)
class AxisFault:
    """Coordinates that are not longitude and latitude of the city.

    Attributes
    ----------
    kind
        ``swapped_axes`` or ``wrong_crs``.
    message
        What is wrong.
    remedy
        What to do about it.
    x, y
        Middle of the layer, in the file's own order.
    """

    kind: str
    message: str
    remedy: str
    x: float
    y: float


def axis_fault(geometry: gpd.GeoSeries, city_crs: str | None) -> AxisFault | None:
    """Tell by the values alone whether axes are swapped or the CRS is another one.

    Parameters
    ----------
    geometry
        Geometries that should be in EPSG:4326, longitude first.
    city_crs
        The city's measuring CRS; its area of use, where known, says where the city may lie.

    Returns
    -------
    AxisFault or None
        None when the values are plausible.
    """
    xy = shapely.get_coordinates(geometry.to_numpy())
    xy = xy[np.isfinite(xy).all(axis=1)]
    if not len(xy):
        return None
    (west, south), (east, north) = xy.min(axis=0), xy.max(axis=0)
    x, y = (float(v) for v in ((west + east) / 2, (south + north) / 2))
    use = measuring(city_crs).area_of_use if city_crs else None
    if max(abs(west), abs(east)) > 180 or max(abs(south), abs(north)) > 180:
        return AxisFault(
            "wrong_crs",
            f"coordinates such as ({x:.0f}, {y:.0f}) are no degrees; they look like metres or feet",
            "Say which projected CRS the file is in",
            x,
            y,
        )
    latitude_off = max(abs(south), abs(north)) > 90
    inside = use is not None and _inside(x, y, use.bounds)
    swapped_inside = use is not None and not inside and _inside(y, x, use.bounds)
    if latitude_off or swapped_inside:
        return AxisFault(
            "swapped_axes",
            f"latitude and longitude are swapped: the first coordinate is about {x:.2f}, "
            f"the second about {y:.2f}",
            "Export the file again with longitude (x) first, latitude (y) second",
            x,
            y,
        )
    if use is not None and not _meets((west, south, east, north), use.bounds):
        return AxisFault(
            "wrong_crs",
            f"the boundaries lie near ({x:.2f}, {y:.2f}), outside the area that the city's "
            f"coordinate system is made for ({use.name.rstrip('.')})",
            "Check that this is the city's file, and its CRS",
            x,
            y,
        )
    return None


def _inside(x: float, y: float, box: tuple[float, float, float, float]) -> bool:
    return box[0] <= x <= box[2] and box[1] <= y <= box[3]


def _meets(a: tuple[float, float, float, float], b: tuple[float, float, float, float]) -> bool:
    return a[0] <= b[2] and b[0] <= a[2] and a[1] <= b[3] and b[1] <= a[3]
