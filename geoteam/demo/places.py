"""Where the invented city lies, and how its metres become longitudes and latitudes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray

from geoteam.crs import unproject


@dataclass(frozen=True)
class Place:
    """The spot on the map.

    Attributes
    ----------
    crs
        Measuring CRS.
    east_m, north_m
        Its coordinates of the central circle.
    """

    crs: str = "EPSG:26914"
    east_m: float = 541_300.0
    north_m: float = 4_362_700.0


def shift(xy: NDArray[np.float64], place: Place) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Turn city metres into eastings and northings.

    Parameters
    ----------
    xy
        Array (n, 2) of city metres.
    place
        Where the city lies.

    Returns
    -------
    tuple of ndarray
        Eastings and northings in metres of ``place.crs``.
    """
    xy = np.asarray(xy, dtype=np.float64).reshape(-1, 2)
    return xy[:, 0] + place.east_m, xy[:, 1] + place.north_m


def to_degrees(shape: shapely.Geometry, place: Place) -> shapely.Geometry:
    """Turn a shape in city metres into longitudes and latitudes, rounded to a centimetre.

    Parameters
    ----------
    shape
        Geometry in city metres.
    place
        Where the city lies.

    Returns
    -------
    Geometry
        In EPSG:4326; equal vertices stay equal.
    """

    def degrees(xy: NDArray[np.float64]) -> NDArray[np.float64]:
        lon, lat = unproject(*shift(xy, place), place.crs)
        both: NDArray[np.float64] = np.column_stack([lon, lat])
        return np.asarray(np.round(both, 7), dtype=np.float64)

    return shapely.transform(shape, degrees)
