"""The map of a printed tour, drawn as SVG from streets, route and stops."""

from __future__ import annotations

import html
import math
from collections.abc import Iterable, Sequence
from itertools import pairwise

import geopandas as gpd
import numpy as np
import shapely
from numpy.typing import NDArray

from geoteam.maps.paper import MAP_SIZE, Frame, frame_around, north_arrow, scale_bar

# Radius of a stop's mark and of the circle around the start's.
_DISC, _START = 30.0, 44.0
_APART = 2.15 * _DISC
# Farther from its place than this, a mark has a line to it.
_AWAY = 8.0
# Marks keep this far from the edge, where the scale and the arrow stand.
_RIM = 128.0
# Where a mark looks for room around its own place.
_RINGS = np.arange(6.0, 2400.0, 6.0)
_TURNS = np.linspace(0.0, 2 * np.pi, 32, endpoint=False)
# Bends of streets smaller than this are not drawn.
_FINE = 1.0
# A name comes again only this far away.
_REPEAT = 700.0
_STREETS = {
    "minor": ("#c9cdd1", 7.0),
    "ramp": ("#c9cdd1", 7.0),
    "middle": ("#b9bec3", 12.0),
    "major": ("#a9afb5", 17.0),
    "motorway": ("#b9a988", 20.0),
}
_LABEL = {"motorway": 29.0, "major": 29.0, "middle": 26.0, "minor": 23.0, "ramp": 0.0}
_AREA = {"water": "#cfe2ee", "park": "#e1eedb"}
_ROUTE = "#b3261e"


def draw_tour(
    *,
    stops: Sequence[tuple[str, float, float]],
    start: tuple[float, float] | None,
    legs: Sequence[shapely.LineString],
    streets: gpd.GeoDataFrame | None,
    areas: gpd.GeoDataFrame | None,
    crs: str,
    size: tuple[float, float] = MAP_SIZE,
) -> str:
    """Draw the map of a tour.

    Parameters
    ----------
    stops
        Number, longitude and latitude of each stop.
    start
        Longitude and latitude of the start; None when the reader may not know it.
    legs
        The path driven, in order, EPSG:4326.
    streets
        As of `merge_streets`; None for a map of the route alone.
    areas
        Column ``kind`` of ``water`` or ``park``; None when there are none.
    crs
        The measuring CRS; the scale bar is true in it.
    size
        Width and height of the drawing. Texts and marks have a size of their own, so that they
        are larger on paper when the drawing has fewer units.

    Returns
    -------
    str
        An SVG document.

    Raises
    ------
    MapError
        When there is neither a start nor a stop.
    """
    points = [(lon, lat) for _, lon, lat in stops] + ([start] if start else [])
    route = [coordinate[:2] for leg in legs for coordinate in leg.coords]
    width, height = size
    frame = frame_around([*points, *route], crs, width=width, height=height)
    sheet = shapely.box(0, 0, width, height)
    start_at = frame.place(shapely.Point(*start)) if start else None
    pins = _spread([frame.place(shapely.Point(lon, lat)) for _, lon, lat in stops], start_at, size)
    parts = [f'<rect width="{width:.0f}" height="{height:.0f}" fill="#f6f6f3"/>']
    if areas is not None:
        parts += _areas(areas, frame, sheet)
    near = _streets_near(streets, frame, sheet)
    if near is not None:
        parts += _street_lines(near)
    path = [frame.place(leg) for leg in legs]
    parts += _route(path)
    if near is not None:
        parts += _street_names(near, _taken(pins, start_at, path, size), sheet.buffer(-4))
    parts += [_leader(true, pin) for true, pin in pins if true.distance(pin) > _AWAY]
    if start_at:
        parts.append(_start_mark(start_at))
    parts += [_disc(pin, number) for (_, pin), (number, _, _) in zip(pins, stops, strict=True)]
    parts += [scale_bar(frame.metres_per_unit, height), north_arrow(width)]
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:.0f} {height:.0f}" '
        f'font-family="Public Sans">{"".join(parts)}</svg>'
    )


def _taken(
    pins: Sequence[tuple[shapely.Point, shapely.Point]],
    start_at: shapely.Point | None,
    path: Sequence[shapely.LineString],
    size: tuple[float, float],
) -> list[shapely.Geometry]:
    """Where no street name may stand: on marks, leaders, the route, the scale and the arrow."""
    width, height = size
    taken: list[shapely.Geometry] = [pin.buffer(_DISC * 1.15) for _, pin in pins]
    taken += [
        shapely.LineString([true, pin]).buffer(8)
        for true, pin in pins
        if true.distance(pin) > _AWAY
    ]
    taken += [start_at.buffer(_START * 1.2)] if start_at else []
    taken += [line.buffer(9) for line in path]
    return [
        *taken,
        shapely.box(0, height - 95, 560, height),
        shapely.box(width - 110, 0, width, 150),
    ]


def _streets_near(
    streets: gpd.GeoDataFrame | None, frame: Frame, sheet: shapely.Polygon
) -> gpd.GeoDataFrame | None:
    if streets is None or len(streets) == 0:
        return None
    box = shapely.box(*frame.around(sheet.bounds[2:]))
    inside = streets.iloc[np.sort(streets.sindex.query(box, predicate="intersects"))]
    if not len(inside):
        return None
    lines = shapely.intersection(frame.place(inside.geometry.to_numpy()), sheet)
    return inside.assign(on_paper=shapely.simplify(lines, _FINE))


def _areas(areas: gpd.GeoDataFrame, frame: Frame, sheet: shapely.Polygon) -> list[str]:
    shapes = shapely.intersection(shapely.make_valid(frame.place(areas.geometry.to_numpy())), sheet)
    return [
        f'<path d="{_path(ring.coords)}Z" fill="{_AREA[kind]}"/>'
        for shape, kind in zip(shapes, areas["kind"], strict=True)
        for part in shapely.get_parts(shape)
        if part.geom_type == "Polygon"
        for ring in [part.exterior]
    ]


def _street_lines(near: gpd.GeoDataFrame) -> list[str]:
    parts = []
    for part in ("casing", "fill"):
        for rank, (colour, width) in _STREETS.items():
            lines = near.loc[near["rank"] == rank, "on_paper"]
            d = "".join(_path(one.coords) for shape in lines for one in _lines(shape))
            stroke = colour if part == "casing" else "#ede3cd" if rank == "motorway" else "#ffffff"
            wide = width + 4 if part == "casing" else width
            if d:
                parts.append(
                    f'<path d="{d}" fill="none" stroke="{stroke}" stroke-width="{wide}" '
                    'stroke-linecap="round" stroke-linejoin="round"/>'
                )
    return parts


def _street_names(
    near: gpd.GeoDataFrame, taken: Sequence[shapely.Geometry], room: shapely.Polygon
) -> list[str]:
    """Write each name along its longest straight piece, on the street or beside it."""
    rows = []
    for name, rank, shape in zip(near["name"], near["rank"], near["on_paper"], strict=True):
        size = _LABEL[rank]
        wide = len(name) * size * 0.56
        if name and size:
            runs = [run for line in _lines(shape) for run in _straights(line, wide)]
            rows += [(rank, size, name, wide, a, b) for a, b in runs]
    order = list(_LABEL)
    rows.sort(key=lambda row: (order.index(row[0]), -math.dist(row[4], row[5]), row[2]))
    done: dict[str, list[tuple[float, float]]] = {}
    blocked, tree = list(taken), shapely.STRtree(taken)
    parts = []
    for _, size, name, wide, a, b in rows:
        angle = math.atan2(b[1] - a[1], b[0] - a[0])
        if math.cos(angle) < -1e-9:
            angle += math.pi
        for at in _spots(a, b, angle, wide, size):
            if any(math.dist(at, other) < _REPEAT for other in done.get(name, [])):
                continue
            box = _label_box(at, angle, wide, size)
            if not box.within(room) or len(tree.query(box, predicate="intersects")):
                continue
            blocked.append(box)
            tree = shapely.STRtree(blocked)
            done.setdefault(name, []).append(at)
            parts.append(_name(name, at, angle, size))
            break
    return parts


def _spots(
    a: tuple[float, float], b: tuple[float, float], angle: float, wide: float, size: float
) -> Iterable[tuple[float, float]]:
    """Places for a text on a straight piece, best first: on the street, then beside it."""
    aside = size * 0.5 + 22
    shares = (0.5, 0.3, 0.7) if math.dist(a, b) > 1.8 * wide else (0.5,)
    for off in (0.0, -aside, aside):
        for share in shares:
            yield (
                a[0] + (b[0] - a[0]) * share - math.sin(angle) * off,
                a[1] + (b[1] - a[1]) * share + math.cos(angle) * off,
            )


def _name(name: str, at: tuple[float, float], angle: float, size: float) -> str:
    text = html.escape("".join(c for c in name if c.isprintable()))
    return (
        f'<text transform="translate({at[0]:.1f} {at[1]:.1f}) rotate({math.degrees(angle):.1f})" '
        f'y="{size * 0.34:.1f}" text-anchor="middle" font-size="{size}" fill="#3b444d" '
        'stroke="#ffffff" stroke-width="5" stroke-linejoin="round" paint-order="stroke">'
        f"{text}</text>"
    )


def _straights(
    line: shapely.LineString, wanted: float
) -> Iterable[tuple[tuple[float, float], tuple[float, float]]]:
    """Pieces of a line that are straight enough and long enough for a text."""
    points = list(shapely.simplify(line, 6.0).coords)
    for a, b in pairwise(points):
        if math.dist(a, b) >= wanted:
            yield (a[0], a[1]), (b[0], b[1])


def _label_box(at: tuple[float, float], angle: float, wide: float, size: float) -> shapely.Polygon:
    box = shapely.box(-wide / 2 - 6, -size * 0.5, wide / 2 + 6, size * 0.5)
    cos, sin = math.cos(angle), math.sin(angle)
    return shapely.affinity.affine_transform(box, [cos, -sin, sin, cos, at[0], at[1]])


def _route(path: Sequence[shapely.LineString]) -> list[str]:
    d = "".join(_path(leg.coords) for leg in path)
    if not d:
        return []
    style = 'fill="none" stroke-linecap="round" stroke-linejoin="round"'
    parts = [
        f'<path d="{d}" {style} stroke="#ffffff" stroke-width="18"/>',
        f'<path d="{d}" {style} stroke="{_ROUTE}" stroke-width="9"/>',
    ]
    for leg in path:
        for along in np.arange(55.0, max(leg.length - 45.0, 0.0), 110.0):
            a, b = leg.interpolate(along - 4), leg.interpolate(along + 4)
            turn = math.degrees(math.atan2(b.y - a.y, b.x - a.x))
            parts.append(
                f'<path d="M16 0 L-11 13 L-5 0 L-11 -13 Z" fill="{_ROUTE}" stroke="#ffffff" '
                f'stroke-width="3" transform="translate({a.x:.1f} {a.y:.1f}) rotate({turn:.1f})"/>'
            )
    return parts


def _spread(
    points: Sequence[shapely.Point],
    start: shapely.Point | None,
    size: tuple[float, float],
) -> list[tuple[shapely.Point, shapely.Point]]:
    """Move marks apart that would cover each other or the start; the true places stay with them."""
    free_of = [] if start is None else [(start.x, start.y, _DISC + _START)]
    pins: dict[int, shapely.Point] = {}
    # Those that may stay where they are come first; each of the others goes to the nearest free
    # place around its own.
    for last in (False, True):
        for row, point in enumerate(points):
            if row in pins:
                continue
            at = _nearest_free(point, free_of, size) if last else point
            if _is_free(np.array([[at.x, at.y]]), free_of)[0]:
                pins[row] = at
                free_of.append((at.x, at.y, _APART))
    return [(point, pins.get(row, point)) for row, point in enumerate(points)]


def _nearest_free(
    point: shapely.Point, free_of: Sequence[tuple[float, float, float]], size: tuple[float, float]
) -> shapely.Point:
    far, turn = (grid.ravel() for grid in np.meshgrid(_RINGS, _TURNS, indexing="ij"))
    around = np.column_stack([point.x + far * np.cos(turn), point.y + far * np.sin(turn)])
    inside = ((around >= _RIM) & (around <= np.array(size) - _RIM)).all(axis=1)
    free = around[inside & _is_free(around, free_of)]
    return shapely.Point(free[0]) if len(free) else point


def _is_free(
    places: NDArray[np.float64], free_of: Sequence[tuple[float, float, float]]
) -> NDArray[np.bool_]:
    if not free_of:
        return np.ones(len(places), dtype=bool)
    x, y, least = np.array(free_of).T
    far = np.hypot(places[:, :1] - x, places[:, 1:] - y)
    return np.asarray((far >= least).all(axis=1))


def _leader(true: shapely.Point, pin: shapely.Point) -> str:
    return (
        f'<path d="M{true.x:.1f} {true.y:.1f} L{pin.x:.1f} {pin.y:.1f}" stroke="#1b2530" '
        f'stroke-width="4"/><circle cx="{true.x:.1f}" cy="{true.y:.1f}" r="7" fill="#1b2530"/>'
    )


def _disc(pin: shapely.Point, number: str) -> str:
    return (
        f'<circle cx="{pin.x:.1f}" cy="{pin.y:.1f}" r="{_DISC}" fill="{_ROUTE}" stroke="#ffffff" '
        f'stroke-width="5"/><text x="{pin.x:.1f}" y="{pin.y + 13:.1f}" text-anchor="middle" '
        f'font-size="36" font-weight="700" fill="#ffffff">{html.escape(number)}</text>'
    )


def _start_mark(at: shapely.Point) -> str:
    return (
        f'<rect x="{at.x - 28:.1f}" y="{at.y - 28:.1f}" width="56" height="56" rx="8" '
        'fill="#1b2530" stroke="#ffffff" stroke-width="5"/>'
        f'<text x="{at.x:.1f}" y="{at.y + 13:.1f}" text-anchor="middle" font-size="36" '
        'font-weight="700" fill="#ffffff">S</text>'
    )


def _lines(shape: shapely.Geometry) -> list[shapely.LineString]:
    return [part for part in shapely.get_parts(shape) if part.geom_type == "LineString"]


def _path(coordinates: Iterable[Sequence[float]]) -> str:
    points = [f"{point[0]:.1f} {point[1]:.1f}" for point in coordinates]
    return f"M{points[0]} L{' L'.join(points[1:])} " if len(points) > 1 else ""
