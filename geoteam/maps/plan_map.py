"""The map of a plan, drawn as SVG: team areas in colours, their names, units, what changes."""

from __future__ import annotations

import html
from collections.abc import Mapping

import geopandas as gpd
import numpy as np
import shapely
from numpy.typing import NDArray

from geoteam.errors import MapError
from geoteam.maps.paper import Frame, frame_around, north_arrow, scale_bar

WIDTH, HEIGHT = 1880.0, 1500.0
_INK = "#1b2530"
_LARGE, _LEAST = 34.0, 15.0
# As in web/src/editor: fills over the streets, light textures, dark lines where the team changes.
_OPACITY = 0.75
_LIGHT = 'fill="#ffffff" fill-opacity="0.7"'
_PATTERNS = (
    f'<defs><pattern id="dots" width="36" height="36" patternUnits="userSpaceOnUse">'
    f'<circle cx="9" cy="9" r="5" {_LIGHT}/><circle cx="27" cy="27" r="5" {_LIGHT}/></pattern>'
    f'<pattern id="lines" width="36" height="36" patternUnits="userSpaceOnUse">'
    f'<rect y="15" width="36" height="6" {_LIGHT}/></pattern>'
    f'<pattern id="cross" width="36" height="36" patternUnits="userSpaceOnUse">'
    f'<rect y="15" width="36" height="5" {_LIGHT}/><rect x="15" width="5" height="36" {_LIGHT}/>'
    '</pattern><pattern id="moved" width="22" height="22" patternUnits="userSpaceOnUse" '
    'patternTransform="rotate(45)"><rect width="6" height="22" fill="#1b2530" '
    'fill-opacity="0.45"/></pattern></defs>'
)


def draw_plan(
    areas: gpd.GeoDataFrame,
    units: gpd.GeoDataFrame,
    *,
    fills: Mapping[str, tuple[str, str]],
    changed: Mapping[str, str],
    offices: list[tuple[float, float]],
    crs: str,
) -> str:
    """Draw the team areas of a plan.

    Parameters
    ----------
    areas
        One row a team: ``name``; EPSG:4326.
    units
        BOUNDARIES of the plan's units.
    fills
        Hue and pattern of each team, by the index of ``areas``: those of the screen.
    changed
        Unit -> anything, of those that change team: they are hatched.
    offices
        Longitude and latitude of the field offices.
    crs
        The measuring CRS; the scale bar is true in it.

    Returns
    -------
    str
        An SVG document.

    Raises
    ------
    MapError
        When there is no team area.
    """
    if not len(areas):
        raise MapError("a plan without team areas has no map")
    west, south, east, north = areas.total_bounds
    frame = frame_around([(west, south), (east, north)], crs, width=WIDTH, height=HEIGHT, margin=40)
    placed = frame.place(areas.geometry.to_numpy())
    thin = frame.place(units.geometry.to_numpy())
    parts = [f'<rect width="{WIDTH:.0f}" height="{HEIGHT:.0f}" fill="#ffffff"/>', _PATTERNS]
    for team, shape in zip(areas.index, placed, strict=True):
        hue, pattern = fills[str(team)]
        path = f'<path d="{_rings(shape)}" fill-rule="evenodd"'
        parts.append(f'{path} fill="{hue}" fill-opacity="{_OPACITY}"/>')
        if pattern != "plain":
            parts.append(f'{path} fill="url(#{pattern})"/>')
    for code, shape in zip(units.index, thin, strict=True):
        fill = "url(#moved)" if str(code) in changed else "none"
        parts.append(
            f'<path d="{_rings(shape)}" fill="{fill}" stroke="#5c6873" stroke-width="1.5"/>'
        )
    parts += [
        f'<path d="{_rings(shape)}" fill="none" stroke="{_INK}" stroke-width="7" '
        'stroke-linejoin="round"/>'
        for shape in placed
    ]
    parts += [_office(frame, lon, lat) for lon, lat in offices]
    parts += _names(areas, placed)
    parts += [scale_bar(frame.metres_per_unit, HEIGHT), north_arrow(WIDTH)]
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH:.0f} {HEIGHT:.0f}" '
        f'font-family="Public Sans">{"".join(parts)}</svg>'
    )


def _rings(shape: shapely.Geometry) -> str:
    simple = shapely.simplify(shape, 1.0)
    return "".join(
        _ring(np.asarray(ring.coords))
        for part in shapely.get_parts(simple)
        if part.geom_type == "Polygon"
        for ring in (part.exterior, *part.interiors)
    )


def _ring(points: NDArray[np.float64]) -> str:
    return "M" + " L".join(f"{x:.1f} {y:.1f}" for x, y in points[:, :2]) + "Z "


def _office(frame: Frame, lon: float, lat: float) -> str:
    at = frame.place(shapely.Point(lon, lat))
    return (
        f'<rect x="{at.x - 13:.1f}" y="{at.y - 13:.1f}" width="26" height="26" rx="4" '
        f'fill="{_INK}" stroke="#ffffff" stroke-width="4"/>'
    )


def _names(areas: gpd.GeoDataFrame, placed: NDArray[np.object_]) -> list[str]:
    """Write each team's name at the widest place of its largest part, in a size that fits."""
    parts = []
    for name, shape in zip(areas["name"], placed, strict=True):
        largest = max(shapely.get_parts(shape), key=lambda part: float(part.area))
        middle = shapely.maximum_inscribed_circle(largest, 2.0)
        at = shapely.Point(middle.coords[0])
        lines = _wrapped(str(name))
        room = 2.6 * middle.length
        wide = max(len(line) for line in lines) * 0.56
        size = max(_LEAST, min(_LARGE, room / max(wide, 1.0)))
        top = at.y - size * 0.6 * (len(lines) - 1)
        parts += [
            f'<text x="{at.x:.1f}" y="{top + size * (1.2 * k + 0.34):.1f}" text-anchor="middle" '
            f'font-size="{size:.1f}" font-weight="700" fill="{_INK}" stroke="#ffffff" '
            f'stroke-width="{size * 0.22:.1f}" stroke-linejoin="round" paint-order="stroke">'
            f"{html.escape(line)}</text>"
            for k, line in enumerate(lines)
        ]
    return parts


def _wrapped(name: str) -> list[str]:
    """Break a long name at the blank nearest to its middle."""
    clean = "".join(c for c in name if c.isprintable())
    blanks = [k for k, c in enumerate(clean) if c == " "]
    if len(clean) < 10 or not blanks:
        return [clean]
    at = min(blanks, key=lambda k: abs(k - len(clean) / 2))
    return [clean[:at], clean[at + 1 :]]
