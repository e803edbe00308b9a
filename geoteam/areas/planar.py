"""Boundaries in metres, so that edges that are the same in degrees stay the same."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import shapely
from numpy.typing import NDArray

from geoteam.crs import WGS84, measuring

# An edge that is straight in degrees bends in projection: 2 mm in a kilometre, 8 cm in six. Where
# only one of two neighbours has a vertex, that would make a sliver of nothing. In steps of 0.0005
# degrees (under 60 m) the bend is a hundredth of a millimetre.
_STEP_DEG = 0.0005


def to_metres(shapes: NDArray[np.object_], crs: str) -> NDArray[np.object_]:
    """Project shapes from EPSG:4326, keeping straight edges where they are in degrees.

    Parameters
    ----------
    shapes
        Geometries in EPSG:4326.
    crs
        The measuring CRS.

    Returns
    -------
    ndarray
        The same geometries in metres; long edges have more vertices, unless one is invalid.
    """
    # GEOS mends invalid rings in passing when it adds vertices; they must arrive as they are.
    whole = bool(shapely.is_valid(shapes).all())
    dense = shapely.segmentize(shapes, _STEP_DEG) if whole else shapes
    metric: NDArray[np.object_] = (
        gpd.GeoSeries(dense, crs=WGS84).to_crs(measuring(crs)).to_numpy().copy()
    )
    return metric
