"""What fills the cells between big roads: the old grid, long blocks, or winding lanes."""

from __future__ import annotations

import numpy as np
import shapely
from shapely.geometry import LineString, Polygon
from shapely.geometry.base import BaseGeometry

from geoteam.demo.names import LOCAL_TYPES, lettered, local_name, ordinal
from geoteam.demo.street import EDGE_M, Street, cut, dominant, line_name, lines_of, survey_line
from geoteam.demo.survey import Survey


def sort_cells(cells: list[Polygon], rng: np.random.Generator) -> dict[str, list[Polygon]]:
    """Decide how each cell was built: like its neighbours, and the more winding the farther out.

    Parameters
    ----------
    cells
        Land between big roads.
    rng
        Random stream.

    Returns
    -------
    dict
        ``grid``, ``long`` and ``local`` cells.
    """
    phase = rng.uniform(0, 6.28, 4)
    kinds: dict[str, list[Polygon]] = {"grid": [], "long": [], "local": []}
    for cell in cells:
        x, y = cell.centroid.coords[0]
        far = np.hypot(x, y * 1.15) / 1000
        field = np.sin(x / 1700 + phase[0]) + np.sin(y / 1500 + phase[1])
        field += 0.6 * np.sin((x + y) / 1300 + phase[2]) - 0.5 * (far - 5.0)
        kind = "grid" if far < 3.1 or field > 0.5 else "long" if field > -0.2 else "local"
        kinds[kind].append(cell)
    return kinds


def grid_streets(
    survey: Survey,
    majors: dict[str, dict[int, str]],
    kinds: dict[str, list[Polygon]],
    rng: np.random.Generator,
) -> list[Street]:
    """Draw the smaller lines of the survey in the cells that follow it.

    Parameters
    ----------
    survey
        The survey.
    majors
        For ``p`` and ``q``, the class of the bigger lines.
    kinds
        Sorted cells; those with long blocks lack every other lettered street.
    rng
        Random stream.

    Returns
    -------
    list of Street
        Streets and half-way places.
    """
    grid = shapely.union_all(kinds["grid"]).buffer(EDGE_M)
    both = shapely.union_all([grid, shapely.union_all(kinds["long"]).buffer(EDGE_M)])
    streets = []
    for axis in ("p", "q"):
        for index in (int(i) for i in survey.index):
            highway = majors[axis].get(index, "residential")
            if highway in ("primary", "secondary"):
                continue
            line = survey_line(survey, axis, index)
            street = Street(line, line_name(axis, index, highway), highway, axis)
            skip = axis == "q" and highway == "residential" and index % 2 == 1
            streets += cut([street], grid if skip else both)
    return streets + _places(survey, kinds["grid"], rng)


def _places(survey: Survey, cells: list[Polygon], rng: np.random.Generator) -> list[Street]:
    """Half-way streets that serve one cell only, such as 14TH PLACE."""
    places = []
    for cell in cells:
        for axis in ("p", "q"):
            if rng.uniform() > 0.45:
                continue
            p, q = survey.unbend(*cell.centroid.coords[0])
            block = float(survey.block_p(p) if axis == "p" else survey.block_q(q))
            low = int(abs(block))
            if low == 0 or (axis == "q" and low <= 22):
                continue
            name = f"{ordinal(low) if axis == 'p' else lettered(low)} PLACE"
            line = survey_line(survey, axis, float(np.sign(block)) * (low + 0.5))
            places += cut([Street(line, name, "residential", axis)], cell.buffer(EDGE_M))
    return places


def _orientation(cell: Polygon) -> float:
    corners = np.asarray(shapely.minimum_rotated_rectangle(cell).exterior.coords)
    side = corners[1] - corners[0]
    return float(np.arctan2(side[1], side[0]))


def _wavy(
    cell: Polygon, rng: np.random.Generator, reach: float
) -> list[tuple[int, bool, BaseGeometry]]:
    """Lines of a small grid of the cell's own, turned and waved: lanes (0), cross streets (1)."""
    x, y = cell.centroid.coords[0]
    turn = _orientation(cell) + rng.uniform(-0.3, 0.3)
    wave = rng.uniform(8, 24) if rng.uniform() < 0.5 else rng.uniform(30, 62)
    length, phase = rng.uniform(520, 1100), rng.uniform(0, 6.28, 2)
    along = np.arange(-reach, reach, 25.0)
    inside = cell.buffer(EDGE_M)
    found = []
    for direction, gap in enumerate((rng.uniform(88, 125), rng.uniform(150, 260))):
        offsets = np.arange(-reach, reach, gap)
        offsets = offsets + rng.uniform(-0.2, 0.2, len(offsets)) * gap
        for number, offset in enumerate(offsets):
            bend = np.sin(along * 2 * np.pi / length + phase[direction] + offset / 600)
            across = offset + wave * bend
            u, v = (across, along) if direction else (along, across)
            cos, sin = np.cos(turn), np.sin(turn)
            line = LineString(np.column_stack([x + u * cos - v * sin, y + u * sin + v * cos]))
            found.append((direction, number == len(offsets) // 2, line.intersection(inside)))
    return found


def local_streets(
    cell: Polygon, taken: set[str], survey: Survey, rng: np.random.Generator
) -> list[Street]:
    """Fill a cell with winding lanes.

    Parameters
    ----------
    cell
        Land between big roads.
    taken
        Names in use; grows.
    survey
        For the first house number of each lane.
    rng
        Random stream.

    Returns
    -------
    list of Street
        Lanes, cross streets, and one through road each way.
    """
    reach = float(np.hypot(*(np.subtract(cell.bounds[2:], cell.bounds[:2])))) / 2 + 60
    found = [
        (direction, through, part)
        for direction, through, line in _wavy(cell, rng, reach)
        for part in lines_of(line)
        if part.length >= 60
    ]
    streets = []
    bases = first_blocks(survey, [part for _, _, part in found])
    for (direction, through, part), base in zip(found, bases, strict=True):
        ending = "ROAD" if through else LOCAL_TYPES[int(rng.integers(len(LOCAL_TYPES)))]
        highway = "tertiary" if through else "residential"
        kind = "cross" if direction else "lane"
        name = f"{local_name(rng, taken)} {ending}"
        streets.append(Street(part, name, highway, "len", kind=kind, base=base, ruler=part))
    return streets


def first_blocks(survey: Survey, lines: list[LineString]) -> list[int]:
    """Return the hundred-blocks in which lanes begin.

    Parameters
    ----------
    survey
        The survey.
    lines
        The lanes.

    Returns
    -------
    list of int
        1 or more each.
    """
    starts = np.array([line.coords[0] for line in lines]).reshape(-1, 2)
    p, q = survey.unbend(starts[:, 0], starts[:, 1])
    north_south = np.array([dominant(line) == "p" for line in lines], dtype=bool)
    block = np.abs(np.where(north_south, survey.block_q(q), survey.block_p(p)))
    return [int(value) for value in np.maximum(block, 1)]
