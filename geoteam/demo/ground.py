"""The lie of the land: the city's outline, its river, branch and creek, parks and railway."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import shapely
from numpy.typing import NDArray
from scipy.interpolate import CubicSpline
from shapely.geometry import LineString, Point, Polygon, box
from shapely.geometry.base import BaseGeometry
from shapely.ops import substring

from geoteam.demo.seeds import stream
from geoteam.demo.survey import Survey

RIVER = "Wending River"
BRANCH = "East Wending"
CREEK = "Sallow Creek"

_OUTLINE = (
    (-7450, 5350), (-5900, 6550), (-1500, 6550), (-1500, 6250), (600, 6250), (600, 6650),
    (3900, 6650), (3900, 6250), (5300, 6250), (7500, 4100), (7500, 900), (7200, 900),
    (7200, -1900), (7550, -1900), (7550, -5700), (6800, -6550), (1200, -6550), (1200, -6350),
    (-1900, -6350), (-1900, -6600), (-4700, -6600), (-7450, -4300), (-7450, 400), (-7200, 400),
    (-7200, 2600), (-7450, 2600),
)  # fmt: skip
_RIVER_COURSE = (
    (-9200, 4550), (-7300, 4000), (-5900, 3300), (-4800, 2100), (-4300, 700), (-4250, -700),
    (-3800, -2100), (-2700, -3250), (-1100, -3800), (700, -3650), (2500, -3150), (4100, -3050),
    (5600, -3700), (7000, -4500), (9200, -5200),
)  # fmt: skip
_BRANCH_COURSE = (
    (9300, 3350), (7700, 2900), (6600, 2450), (5900, 1600), (5450, 600), (4700, -100),
    (4350, -1000), (4500, -1900), (4300, -2800), (4100, -3100),
)  # fmt: skip
_CREEK_COURSE = (
    (600, 7600), (500, 6600), (-50, 5900), (-250, 5200), (-900, 4600), (-1000, 3900),
    (-1500, 3300), (-1700, 2500), (-2300, 1900), (-2500, 1200), (-3100, 700), (-4250, 500),
)  # fmt: skip
_RAIL_COURSE = (
    (8200, 5600), (6400, 4500), (4600, 3500), (3000, 2400), (2000, 1750), (1100, 1150), (760, 700),
)  # fmt: skip
_WINDOWS = {"full": box(-8000, -7000, 8000, 7000), "small": box(-5150, -4700, 800, 900)}

# Lines and polygons, single or multiple.
Line: TypeAlias = BaseGeometry
Area: TypeAlias = BaseGeometry


@dataclass(frozen=True)
class Green:
    """A named green or closed area: park, cemetery, campus, rail yard."""

    name: str
    kind: str
    shape: Area


@dataclass(frozen=True)
class Ground:
    """Everything that was there before the streets; metres from the central circle.

    Attributes
    ----------
    outline
        The city limit.
    river, branch
        Water areas.
    river_middle, branch_middle, creek
        Middle lines of the water courses.
    valley
        The park along the creek.
    rail
        Middle line of the railway.
    greens
        Parks and closed areas, the valley among them.
    """

    outline: Polygon
    river: Area
    branch: Area
    river_middle: Line
    branch_middle: Line
    creek: Line
    valley: Area
    rail: Line
    greens: tuple[Green, ...]

    @property
    def water(self) -> Area:
        """River and branch together."""
        return shapely.union_all([self.river, self.branch])


def _smooth(points: tuple[tuple[float, float], ...], step_m: float) -> NDArray[np.float64]:
    given = np.asarray(points, dtype=np.float64)
    along = np.concatenate([[0], np.cumsum(np.hypot(*np.diff(given, axis=0).T))])
    curve = CubicSpline(along, given)
    return np.asarray(curve(np.arange(0, along[-1], step_m)))


def _band(
    middle: NDArray[np.float64], left: NDArray[np.float64], right: NDArray[np.float64]
) -> Area:
    slope = np.gradient(middle, axis=0)
    normal = np.column_stack([-slope[:, 1], slope[:, 0]])
    normal /= np.hypot(*normal.T)[:, None]
    ring = np.vstack([middle + normal * left[:, None], (middle - normal * right[:, None])[::-1]])
    return Polygon(ring).buffer(0)


def _waves(
    rng: np.random.Generator, along: NDArray[np.float64], sizes: tuple[float, ...]
) -> NDArray[np.float64]:
    total = np.zeros_like(along)
    for size, length in zip(sizes, (1900.0, 700.0, 260.0), strict=False):
        total += size * np.sin(along * 2 * np.pi / length + rng.uniform(0, 6.28))
    return total


def _course(
    rng: np.random.Generator,
    points: tuple[tuple[float, float], ...],
    width: tuple[float, float],
    waves: tuple[float, ...],
) -> tuple[LineString, Area]:
    middle = _smooth(points, 60.0)
    share = np.linspace(0, 1, len(middle), dtype=np.float64)
    half = (width[0] + (width[1] - width[0]) * share**1.4) / 2
    along = np.arange(len(middle), dtype=np.float64) * 60.0
    band = _band(middle, half + _waves(rng, along, waves), half + _waves(rng, along, waves))
    return LineString(middle), band.simplify(3.0)


def _meander(rng: np.random.Generator, points: tuple[tuple[float, float], ...]) -> LineString:
    middle = _smooth(points, 30.0)
    slope = np.gradient(middle, axis=0)
    normal = np.column_stack([-slope[:, 1], slope[:, 0]]) / np.hypot(*slope.T)[:, None]
    along = np.arange(len(middle), dtype=np.float64) * 30.0
    return LineString(middle + normal * _waves(rng, along, (60.0, 50.0, 22.0))[:, None])


def survey_box(survey: Survey, west: int, east: int, south: int, north: int) -> Polygon:
    """Return the area between survey lines, bent like the streets around it.

    Parameters
    ----------
    survey
        The survey.
    west, east
        Numbered lines, negative to the west.
    south, north
        Lettered lines, negative to the south.

    Returns
    -------
    Polygon
        In city coordinates, with a vertex every 40 m.
    """
    middle = len(survey.index) // 2
    p0, p1 = survey.p_m[middle + west], survey.p_m[middle + east]
    q0, q1 = survey.q_m[middle + south], survey.q_m[middle + north]
    ring = np.asarray(shapely.get_coordinates(shapely.segmentize(box(p0, q0, p1, q1), 40.0)))
    return Polygon(np.column_stack(survey.bend(ring[:, 0], ring[:, 1]))).buffer(0)


# name, kind, survey lines west, east, south, north
_GREENS = (
    ("Founders Mall", "park", -24, 0, -1, 1),
    ("Lantern Park", "park", 17, 23, 10, 18),
    ("Ropewalk Park", "park", -8, -5, 21, 25),
    ("Orchard Park", "park", 3, 6, -22, -17),
    ("Northfield Arboretum", "park", 14, 22, 33, 42),
    ("Gannet Park", "park", -36, -31, 28, 35),
    ("Harmony Cemetery", "cemetery", 8, 13, 24, 29),
    ("Westmark Golf Links", "golf_course", -44, -37, -20, -8),
    ("Heron Meadows", "park", -18, -12, -44, -37),
    ("Foundry Yard", "industrial", 11, 16, 3, 6),
    ("Quillhaven College", "university", -23, -18, 20, 24),
    ("Sandpiper Park", "park", 38, 43, -4, 4),
    ("South Common", "park", 4, 9, -51, -46),
    ("Cobbler Green", "park", 2, 4, 9, 11),
    ("Tanner Square", "park", -4, -2, -11, -8),
    ("Old Fairground", "park", 24, 28, -44, -37),
    ("Mill Hill Reservoir Park", "park", -6, -2, 36, 40),
    ("Kestrel Field", "park", 29, 33, 22, 27),
    ("Ferry Green", "park", -34, -31, -33, -28),
)  # fmt: skip


def _greens(survey: Survey, rail: LineString, valley: Area, water: Area) -> tuple[Green, ...]:
    found = [Green(f"{CREEK} Valley", "valley", valley)]
    for name, kind, *lines in _GREENS:
        found.append(Green(name, kind, survey_box(survey, *lines).difference(water.buffer(20))))
    yard = substring(rail, rail.length - 3300, rail.length - 1500).buffer(150, cap_style="flat")
    found.append(Green("Junction Rail Yard", "rail_yard", yard.simplify(4)))
    return tuple(found)


# Stretches of bank that are parks: name and the box in which they lie.
_BANKS = (
    ("Strand Park", (-5600, -2300, -4000, 900)),
    ("Osier Bank", (-4050, -3900, -2600, -2300)),
    ("Landing Park", (-1300, -5200, 3300, -3500)),
    ("Ferry Bank", (-7600, 2500, -5300, 4000)),
    ("Estuary Flats", (4700, -6600, 7600, -4000)),
    ("Tidewater Park", (-2600, -3700, 2400, -2600)),
)


def _banks(river: Area, outline: Polygon) -> list[Green]:
    strip = river.buffer(88).difference(river.buffer(6)).intersection(outline)
    return [Green(name, "bank", shapely.clip_by_rect(strip, *where)) for name, where in _BANKS]


def make_ground(seed: int, survey: Survey, size: str) -> Ground:
    """Shape the land.

    Parameters
    ----------
    seed
        The seed of the city.
    survey
        The survey, which parks follow.
    size
        ``full`` or ``small`` (the bend of the river and a corner of the centre).

    Returns
    -------
    Ground
        Outline, water, parks and railway, cut at the outline.
    """
    rng = stream(seed, "ground")
    outline = Polygon(_OUTLINE).intersection(_WINDOWS[size])
    river_middle, river = _course(rng, _RIVER_COURSE, (330.0, 780.0), (45.0, 26.0, 6.0))
    branch_middle, branch = _course(rng, _BRANCH_COURSE, (90.0, 250.0), (16.0, 12.0, 4.0))
    island = _band(
        _smooth(((-4270, 1150), (-4330, 700), (-4290, 250), (-4260, -150)), 60.0),
        *(np.sin(np.linspace(0.1, 3.04, 22)) * 75,) * 2,
    )
    river = river.difference(island.buffer(-2).simplify(2))
    creek = _meander(rng, _CREEK_COURSE).difference(river)
    creek = max(shapely.get_parts(creek), key=lambda part: part.length)
    wide = [
        Point(creek.interpolate(d)).buffer(130 + 70 * np.sin(d / 520) + 45 * np.sin(d / 190))
        for d in np.arange(0, creek.length, 60.0)
    ]
    valley = shapely.union_all(wide).buffer(60).buffer(-60).simplify(6).difference(river.buffer(20))
    rail = LineString(_smooth(_RAIL_COURSE, 80.0))
    branch = branch.difference(river)
    greens = _greens(survey, rail, valley, shapely.union_all([river, branch]))
    greens = (*greens, *_banks(river, outline))
    inside: list[Green] = []
    for green in greens:
        shape = green.shape.intersection(outline)
        if shape.area > 2000:
            inside.append(Green(green.name, green.kind, shape))

    def cut(shape: BaseGeometry) -> BaseGeometry:
        return shape.intersection(outline)

    middle = branch_middle.difference(river)
    return Ground(
        outline, cut(river), cut(branch), cut(river_middle), cut(middle), cut(creek), cut(valley),
        cut(rail), tuple(inside),
    )  # fmt: skip
