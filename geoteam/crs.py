"""The CRS rules: data lives in EPSG:4326 (longitude first); only a projected CRS measures."""

from __future__ import annotations

from functools import lru_cache

import geopandas as gpd
import numpy as np
import pyproj
from numpy.typing import ArrayLike, NDArray

from geoteam.errors import CrsError

WGS84 = "EPSG:4326"
_WEB_MERCATOR = {3857, 900913, 3785}


@lru_cache(maxsize=64)
def measuring(crs: str) -> pyproj.CRS:
    """Return a CRS in which lengths and areas may be measured.

    Parameters
    ----------
    crs
        Name of a projected CRS in metres, such as ``EPSG:26985``.

    Returns
    -------
    pyproj.CRS
        The parsed CRS.

    Raises
    ------
    CrsError
        When the CRS is geographic, is Web Mercator or does not count in metres.
    """
    try:
        parsed = pyproj.CRS.from_user_input(crs)
    except pyproj.exceptions.CRSError as error:
        raise CrsError(
            f"{crs!r} is no coordinate system", remedy="Give an EPSG code such as EPSG:26985"
        ) from error
    if not parsed.is_projected or parsed.to_epsg() in _WEB_MERCATOR:
        raise CrsError(
            f"{parsed.name} cannot measure lengths or areas",
            remedy="Set [city] crs in the profile to the local projected CRS in metres",
        )
    if abs(parsed.axis_info[0].unit_conversion_factor - 1.0) > 1e-9:
        raise CrsError(
            f"{parsed.name} counts in {parsed.axis_info[0].unit_name}, not in metres",
            remedy="Choose the metre variant of the local CRS",
        )
    return parsed


@lru_cache(maxsize=64)
def _to_metres(crs: str) -> pyproj.Transformer:
    return pyproj.Transformer.from_crs(WGS84, measuring(crs), always_xy=True)


def project(
    lon: ArrayLike, lat: ArrayLike, crs: str
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Project longitudes and latitudes to metres.

    Parameters
    ----------
    lon, lat
        Degrees in EPSG:4326.
    crs
        The measuring CRS.

    Returns
    -------
    tuple of ndarray
        Eastings and northings in metres, same shape as the input.
    """
    x, y = _to_metres(crs).transform(
        np.asarray(lon, dtype=np.float64), np.asarray(lat, dtype=np.float64)
    )
    return np.asarray(x), np.asarray(y)


def unproject(
    x_m: ArrayLike, y_m: ArrayLike, crs: str
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Turn metres of a measuring CRS back into longitudes and latitudes.

    Parameters
    ----------
    x_m, y_m
        Eastings and northings in metres.
    crs
        The measuring CRS they are in.

    Returns
    -------
    tuple of ndarray
        Longitudes and latitudes in degrees, EPSG:4326.
    """
    lon, lat = _to_metres(crs).transform(
        np.asarray(x_m, dtype=np.float64), np.asarray(y_m, dtype=np.float64), direction="INVERSE"
    )
    return np.asarray(lon), np.asarray(lat)


def require_wgs84(frame: gpd.GeoDataFrame, what: str) -> gpd.GeoDataFrame:
    """Refuse a frame that is not in EPSG:4326; never reproject silently.

    Parameters
    ----------
    frame
        Any GeoDataFrame.
    what
        Its name, for the message.

    Returns
    -------
    GeoDataFrame
        The same frame.

    Raises
    ------
    CrsError
        When the CRS is missing or another one.
    """
    if frame.crs is None:
        raise CrsError(
            f"{what} has no coordinate system",
            remedy="Say which one it is in (for example EPSG:4326)",
        )
    if not frame.crs.equals(pyproj.CRS(WGS84), ignore_axis_order=True):
        raise CrsError(f"{what} is in {frame.crs.name}, not in EPSG:4326")
    return frame


def to_measuring(frame: gpd.GeoDataFrame, crs: str) -> gpd.GeoDataFrame:
    """Project an EPSG:4326 frame to the measuring CRS.

    Parameters
    ----------
    frame
        GeoDataFrame in EPSG:4326.
    crs
        The measuring CRS.

    Returns
    -------
    GeoDataFrame
        A copy in metres.
    """
    return require_wgs84(frame, "frame").to_crs(measuring(crs))
