"""The great plan: diagonal avenues from circle to circle, and the roads that frame the cells."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

import numpy as np
import shapely
from shapely.geometry import LineString, Point, Polygon
from shapely.geometry.base import BaseGeometry
from shapely.ops import substring

from geoteam.demo.ground import Area
from geoteam.demo.names import AVENUES
from geoteam.demo.street import Street, dominant, line_name, lines_of, survey_line
from geoteam.demo.survey import LINES, Survey

# Corners of the avenues, in survey line numbers.
_AVENUES = (
    ((-33, 46), (-9, 11), (0, 0), (10, -13), (24, -29), (33, -44)),
    ((-27, -36), (-10, -13), (0, 0), (10, 12), (34, 41)),
    ((-23, 5), (-9, 11), (0, 20), (13, 38), (15, 50)),
    ((-18, 17), (0, 20), (10, 12), (22, 3), (46, -9)),
    ((-16, -6), (-10, -13), (10, -13), (27, -19), (47, -22)),
    ((-14, -52), (3, -39), (22, -50)),
    ((-47, 14), (-37, -14), (-27, -40)),
    ((0, 20), (-14, 38), (-16, 52)),
    ((22, 3), (31, 17)),
    ((31, 17), (48, 26)),
)
_HUBS = (
    (0, 0), (-9, 11), (10, -13), (10, 12), (-10, -13), (0, 20), (22, 3), (3, -39), (-37, -14),
    (31, 17),
)  # fmt: skip
_CIRCLES = (
    "FOUNDERS", "LAMPLIGHTER", "TIDEMARK", "COOPERS", "WEAVERS", "SURVEYORS", "ORRERY",
    "SOUTHGATE", "WESTGATE", "HARVEST",
)  # fmt: skip


def choose_majors(rng: np.random.Generator) -> dict[int, str]:
    """Choose which survey lines of one direction are more than residential.

    Parameters
    ----------
    rng
        Random stream.

    Returns
    -------
    dict
        Line number -> OSM class.
    """
    classes: dict[int, str] = {0: "primary"}
    for sign in (1, -1):
        cycle = ["tertiary", "secondary", "tertiary", "primary"]
        index, turn = 0, 0
        while True:
            index += int(rng.choice([3, 4, 4]))
            if index > LINES:
                break
            classes[sign * index] = cycle[turn % 4]
            turn += 1
    return classes


def _axis_parts(axis: str, line: BaseGeometry) -> list[tuple[BaseGeometry, str]]:
    far = 9000.0
    halves = {
        "p": ((-far, 0, far, far, "NORTH"), (-far, -far, far, 0, "SOUTH")),
        "q": ((0, -far, far, far, "EAST"), (-far, -far, 0, far, "WEST")),
    }
    return [
        (shapely.clip_by_rect(line, *half[:4]), f"{half[4]} COURT STREET") for half in halves[axis]
    ]


def frame_streets(survey: Survey, majors: dict[str, dict[int, str]]) -> list[Street]:
    """Draw the primary and secondary lines of the survey.

    Parameters
    ----------
    survey
        The survey.
    majors
        For ``p`` and ``q``, the class of the bigger lines.

    Returns
    -------
    list of Street
        Right across the city, over land and water.
    """
    streets = []
    for axis in ("p", "q"):
        for index, highway in majors[axis].items():
            if highway == "tertiary":
                continue
            line = survey_line(survey, axis, index)
            named = (
                _axis_parts(axis, line) if index == 0 else [(line, line_name(axis, index, highway))]
            )
            streets += [Street(part, name, highway, axis) for part, name in named]
    return streets


def _hub(survey: Survey, i: float, j: float) -> tuple[float, float]:
    p = np.interp(i, survey.index, survey.p_m)
    q = np.interp(j, survey.index, survey.q_m)
    return float(p), float(q)


def avenues(survey: Survey) -> list[Street]:
    """Draw the diagonal avenues.

    Parameters
    ----------
    survey
        The survey; avenues are straight in it and bend with it.

    Returns
    -------
    list of Street
        Over land and water.
    """
    streets = []
    for number, (corners, name) in enumerate(zip(_AVENUES, AVENUES, strict=False)):
        straight = LineString([_hub(survey, i, j) for i, j in corners])
        points = shapely.get_coordinates(shapely.segmentize(straight, 90.0))
        line = LineString(np.column_stack(survey.bend(points[:, 0], points[:, 1])))
        highway = "primary" if number < 5 else "secondary"
        streets.append(Street(line, f"{name} AVENUE", highway, dominant(line), kind="avenue"))
    return streets


def end_at_crossings(streets: Iterable[Street], others: BaseGeometry) -> list[Street]:
    """Shorten avenues so that they begin and end at another big street or at a circle.

    Parameters
    ----------
    streets
        Avenues, cut at the water.
    others
        Lines at which they may end.

    Returns
    -------
    list of Street
        Without loose ends.
    """
    shortened = []
    for street in streets:
        kept = []
        for part in lines_of(street.line):
            stops = shapely.get_coordinates(part.intersection(others))
            along = sorted(part.project(Point(xy)) for xy in stops)
            if len(along) > 1 and along[-1] - along[0] > 150:
                kept.append(substring(part, max(0.0, along[0] - 1), along[-1] + 1))
        if kept:
            shortened.append(replace(street, line=shapely.union_all(kept)))
    return shortened


def circles(survey: Survey, land: Area) -> list[tuple[Polygon, Street]]:
    """Draw the circles in which avenues meet.

    Parameters
    ----------
    survey
        The survey.
    land
        Circles lie wholly in it.

    Returns
    -------
    list of tuple
        The disk and the one-way ring round it, clockwise reversed as traffic keeps right.
    """
    found = []
    for number, ((i, j), name) in enumerate(zip(_HUBS, _CIRCLES, strict=True)):
        p, q = _hub(survey, i, j)
        x, y = (float(value) for value in survey.bend(p, q))
        disk = Point(x, y).buffer(95 if number == 0 else 58, quad_segs=6)
        if land.contains(disk):
            ring = LineString(list(disk.exterior.coords)[::-1])
            found.append((disk, Street(ring, f"{name} CIRCLE", "primary", "len", 1, kind="ring")))
    return found
