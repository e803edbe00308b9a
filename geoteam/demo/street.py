"""One centre line of a street, and the few steps that every layer of the fabric needs."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry import LineString
from shapely.geometry.base import BaseGeometry

from geoteam.demo.names import lettered, ordinal
from geoteam.demo.survey import Survey

# Lines overlap the edge of their area by this much, so that they are noded with it.
EDGE_M = 0.6


@dataclass(frozen=True)
class Street:
    """One centre line.

    Attributes
    ----------
    line
        Geometry in city metres; house numbers of rule ``len`` grow along it.
    name
        Name and type in upper case, without quadrant; empty for ramps.
    highway
        OSM class.
    rule
        What its house numbers follow: ``p``, ``q``, ``len`` or empty (no addresses).
    oneway
        1 along the line, -1 against it, 0 both.
    kind
        ``grid``, ``local``, ``avenue``, ``ring``, ``shore``, ``bridge`` or ``parkway``.
    base
        First hundred-block of rule ``len``.
    ruler
        The whole line before parks and water cut it, along which numbers of rule ``len`` grow.
    """

    line: BaseGeometry
    name: str
    highway: str
    rule: str
    oneway: int = 0
    kind: str = "grid"
    base: int = 1
    ruler: BaseGeometry | None = None


def cut(streets: Iterable[Street], area: BaseGeometry) -> list[Street]:
    """Keep what lies in an area.

    Parameters
    ----------
    streets
        Centre lines.
    area
        Where they may run.

    Returns
    -------
    list of Street
        Shortened; those with nothing left are dropped.
    """
    kept = []
    for street in streets:
        line = street.line.intersection(area)
        if line.length > 1:
            kept.append(replace(street, line=line))
    return kept


def dominant(line: BaseGeometry) -> str:
    """Tell which lines a street runs along: ``p`` for north-south, ``q`` for east-west.

    Parameters
    ----------
    line
        Its geometry.

    Returns
    -------
    str
        ``p`` or ``q``.
    """
    x0, y0, x1, y1 = line.bounds
    return "p" if y1 - y0 > x1 - x0 else "q"


def lines_of(geometry: BaseGeometry) -> list[LineString]:
    """Return the lines of a geometry, joined end to end, the longest first.

    Parameters
    ----------
    geometry
        Lines of any kind.

    Returns
    -------
    list of LineString
        Parts.
    """
    merged = shapely.line_merge(geometry) if geometry.geom_type != "LineString" else geometry
    parts = [part for part in shapely.get_parts(merged) if part.geom_type == "LineString"]
    return sorted(parts, key=lambda part: (-round(part.length, 3), part.bounds))


def survey_line(survey: Survey, axis: str, index: float) -> LineString:
    """Draw one line of the survey across the whole city.

    Parameters
    ----------
    survey
        The survey.
    axis
        ``p`` for a numbered (north-south) line, ``q`` for a lettered one.
    index
        Its number; 4.5 is half way between lines 4 and 5.

    Returns
    -------
    LineString
        With a vertex at every crossing and half way between, so that whatever follows the survey
        coincides.
    """

    def spread(values: NDArray[np.float64]) -> NDArray[np.float64]:
        halves = (values[1:] + values[:-1]) / 2
        return np.sort(np.concatenate([values, halves]))

    own, other = (survey.p_m, survey.q_m) if axis == "p" else (survey.q_m, survey.p_m)
    along = spread(other)
    fixed = np.full_like(along, np.interp(index, survey.index, own))
    p, q = (fixed, along) if axis == "p" else (along, fixed)
    return LineString(np.column_stack(survey.bend(p, q)))


def line_name(axis: str, index: int, highway: str) -> str:
    """Name a line of the survey.

    Parameters
    ----------
    axis
        ``p`` or ``q``.
    index
        Its number, not 0.
    highway
        Its class; big roads far out are roads, all others streets.

    Returns
    -------
    str
        Such as ``14TH STREET`` or ``LINDEN ROAD``.
    """
    number = abs(index)
    if axis == "p":
        return f"{ordinal(number)} STREET"
    road = number > 22 and highway in ("primary", "secondary")
    return f"{lettered(number)} {'ROAD' if road else 'STREET'}"
