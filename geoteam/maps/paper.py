"""Drawings on paper: from degrees to drawing units, the scale bar and the north arrow."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray

from geoteam.crs import project, unproject
from geoteam.errors import MapError

# A drawing counts in tenths of a millimetre on paper; this is the size of a tour's map.
MAP_SIZE = (1880.0, 1000.0)
_MARGIN = 130.0
_LEAST_WIDTH_M = 900.0


@dataclass(frozen=True)
class Frame:
    """From degrees to paper: the measuring CRS, then one scale and no rotation."""

    crs: str
    west_m: float
    north_m: float
    metres_per_unit: float

    def place(self, geometry: shapely.Geometry) -> shapely.Geometry:
        """Put a geometry on paper.

        Parameters
        ----------
        geometry
            In EPSG:4326.

        Returns
        -------
        Geometry
            In drawing units, y downwards.
        """

        def on_paper(lonlat: NDArray[np.float64]) -> NDArray[np.float64]:
            x_m, y_m = project(lonlat[:, 0], lonlat[:, 1], self.crs)
            return np.column_stack(
                [
                    (x_m - self.west_m) / self.metres_per_unit,
                    (self.north_m - y_m) / self.metres_per_unit,
                ]
            )

        return shapely.transform(geometry, on_paper)

    def around(self, size: tuple[float, float]) -> tuple[float, float, float, float]:
        """Tell what part of the world a drawing covers.

        Parameters
        ----------
        size
            Width and height of the drawing, in its units.

        Returns
        -------
        tuple of float
            West, south, east and north, EPSG:4326, of a box that holds all of it.
        """
        x_m = self.west_m + self.metres_per_unit * size[0] * np.array([0, 0.5, 1, 1, 1, 0.5, 0, 0])
        y_m = self.north_m - self.metres_per_unit * size[1] * np.array([0, 0, 0, 0.5, 1, 1, 1, 0.5])
        lon, lat = unproject(x_m, y_m, self.crs)
        return float(lon.min()), float(lat.min()), float(lon.max()), float(lat.max())


def frame_around(
    points: Sequence[tuple[float, float]],
    crs: str,
    *,
    width: float = MAP_SIZE[0],
    height: float = MAP_SIZE[1],
    margin: float = _MARGIN,
) -> Frame:
    """Choose scale and place so that all points are well inside the drawing.

    Parameters
    ----------
    points
        Longitudes and latitudes.
    crs
        The measuring CRS.
    width, height, margin
        Size of the drawing, and what stays free around the points; in drawing units.

    Returns
    -------
    Frame
        The frame.

    Raises
    ------
    MapError
        When there is no point.
    """
    if not points:
        raise MapError("a tour without start and stops has no map")
    lon, lat = np.array(points, dtype=np.float64).T
    x_m, y_m = project(lon, lat, crs)
    wide, high = float(np.ptp(x_m)), float(np.ptp(y_m))
    scale = max(wide / (width - 2 * margin), high / (height - 2 * margin), _LEAST_WIDTH_M / width)
    middle_x, middle_y = (x_m.max() + x_m.min()) / 2, (y_m.max() + y_m.min()) / 2
    return Frame(crs, middle_x - scale * width / 2, middle_y + scale * height / 2, scale)


def scale_bar(metres_per_unit: float, height: float) -> str:
    """Draw a scale bar in the lower left corner.

    Parameters
    ----------
    metres_per_unit
        Scale of the drawing.
    height
        Height of the drawing, in its units.

    Returns
    -------
    str
        SVG elements.
    """
    most = 440 * metres_per_unit
    size = 10 ** math.floor(math.log10(most))
    metres = next(size * step for step in (5, 2, 1) if size * step <= most)
    wide = metres / metres_per_unit
    told = f"{metres / 1000:g} km" if metres >= 1000 else f"{metres:g} m"
    miles = metres / 1609.344
    return (
        f'<g transform="translate(30 {height - 34:.0f})"><rect x="-12" y="-50" '
        f'width="{wide + 24:.0f}" height="72" fill="#ffffff" fill-opacity="0.85" rx="6"/>'
        f'<path d="M0 -10 V8 H{wide:.1f} V-10" fill="none" stroke="#1b2530" stroke-width="5"/>'
        f'<text x="{wide / 2:.1f}" y="-12" text-anchor="middle" font-size="27" fill="#1b2530">'
        f"{told} ({miles:.2f} mi)</text></g>"
    )


def north_arrow(width: float) -> str:
    """Draw an arrow to the north in the upper right corner.

    Parameters
    ----------
    width
        Width of the drawing, in its units.

    Returns
    -------
    str
        SVG elements.
    """
    return (
        f'<g transform="translate({width - 55:.0f} 70)"><circle r="44" fill="#ffffff" '
        'fill-opacity="0.85"/><path d="M0 -36 L17 26 L0 13 L-17 26 Z" fill="#1b2530"/>'
        '<text y="66" text-anchor="middle" font-size="30" font-weight="700" fill="#1b2530" '
        'stroke="#ffffff" stroke-width="6" paint-order="stroke">N</text></g>'
    )
