"""Centre lines of the streets, before they are noded: what runs where, its name and its class."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry import LineString, MultiPolygon, Point, Polygon
from shapely.geometry.base import BaseGeometry

from geoteam.demo.ground import Area, Green, Ground
from geoteam.demo.names import AVENUES, LOCAL_TYPES, lettered, local_names, ordinal
from geoteam.demo.seeds import stream
from geoteam.demo.survey import LINES, Survey

SHORE_M, BRANCH_SHORE_M, EDGE_M = 95.0, 45.0, 0.6
# Diagonal avenues through hubs, in survey line numbers.
_AVENUES = (
    ((-33, 46), (-9, 11), (0, 0), (10, -13), (24, -29), (33, -44)),
    ((-27, -36), (-10, -13), (0, 0), (10, 12), (34, 41)),
    ((-23, 5), (-9, 11), (0, 20), (13, 38), (15, 50)),
    ((-18, 17), (0, 20), (10, 12), (22, 3), (46, -9)),
    ((-16, -6), (-10, -13), (10, -13), (27, -19), (47, -22)),
    ((-14, -52), (3, -39), (22, -50)),
    ((-47, 14), (-37, -14), (-27, -40)),
    ((0, 20), (-14, 38), (-16, 52)),
    ((22, 3), (31, 17), (30, 35)),
    ((-37, -14), (-47, -24)),
    ((10, 12), (31, 17), (48, 26)),
)  # fmt: skip
_HUBS = (
    (0, 0),
    (-9, 11),
    (10, -13),
    (10, 12),
    (-10, -13),
    (0, 20),
    (22, 3),
    (3, -39),
    (-37, -14),
    (31, 17),
)
_CIRCLES = (
    "FOUNDERS", "LAMPLIGHTER", "TIDEMARK", "COOPERS", "WEAVERS", "SURVEYORS", "ORRERY",
    "SOUTHGATE", "WESTGATE", "HARVEST",
)  # fmt: skip


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
    """

    line: BaseGeometry
    name: str
    highway: str
    rule: str
    oneway: int = 0
    kind: str = "grid"
    base: int = 1


def _majors(rng: np.random.Generator) -> dict[int, str]:
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


def _survey_line(survey: Survey, axis: str, index: float) -> LineString:
    # A vertex at every crossing and half way between, so that what follows the survey coincides.
    def spread(values: NDArray[np.float64]) -> NDArray[np.float64]:
        halves = (values[1:] + values[:-1]) / 2
        return np.sort(np.concatenate([values, halves]))

    own, other = (survey.p_m, survey.q_m) if axis == "p" else (survey.q_m, survey.p_m)
    along = spread(other)
    fixed = np.full_like(along, np.interp(index, survey.index, own))
    p, q = (fixed, along) if axis == "p" else (along, fixed)
    return LineString(np.column_stack(survey.bend(p, q)))


def _line_name(axis: str, index: int, highway: str) -> str:
    number = abs(index)
    if number == 0:
        return ""
    if axis == "p":
        return f"{ordinal(number)} STREET"
    if number > 22 and highway in ("primary", "secondary"):
        return f"{lettered(number)} ROAD"
    return f"{lettered(number)} STREET"


def _axis_parts(survey: Survey, axis: str, line: BaseGeometry) -> list[tuple[BaseGeometry, str]]:
    far = 9000.0
    halves = {
        "p": (
            (-far, 0, far, far, "NORTH COURT STREET"),
            (-far, -far, far, 0, "SOUTH COURT STREET"),
        ),
        "q": ((0, -far, far, far, "EAST COURT STREET"), (-far, -far, 0, far, "WEST COURT STREET")),
    }
    return [(shapely.clip_by_rect(line, *half[:4]), half[4]) for half in halves[axis]]


def _avenue_line(survey: Survey, hubs: Iterable[tuple[int, int]]) -> LineString:
    points = [
        (np.interp(i, survey.index, survey.p_m), np.interp(j, survey.index, survey.q_m))
        for i, j in hubs
    ]
    ring = np.asarray(shapely.get_coordinates(shapely.segmentize(LineString(points), 90.0)))
    return LineString(np.column_stack(survey.bend(ring[:, 0], ring[:, 1])))


def _dominant(line: BaseGeometry) -> str:
    x0, y0, x1, y1 = line.bounds
    return "p" if y1 - y0 > x1 - x0 else "q"


def _main_streets(survey: Survey, majors: dict[str, dict[int, str]]) -> list[Street]:
    streets = []
    for axis in ("p", "q"):
        for index, highway in majors[axis].items():
            line = _survey_line(survey, axis, index)
            if highway == "tertiary":
                continue
            if index == 0:
                streets += [
                    Street(half, name, highway, axis)
                    for half, name in _axis_parts(survey, axis, line)
                ]
            else:
                streets.append(Street(line, _line_name(axis, index, highway), highway, axis))
    for number, (hubs, name) in enumerate(zip(_AVENUES, AVENUES, strict=False)):
        line = _avenue_line(survey, hubs)
        streets.append(
            Street(line, f"{name} AVENUE", "primary" if number < 5 else "secondary",
                   _dominant(line), kind="avenue")
        )  # fmt: skip
    return streets


def _crossings(
    streets: list[Street], obstacle: Area, middle: BaseGeometry, spacing_m: float, longest_m: float
) -> list[Street]:
    """Choose which streets bridge an obstacle: big classes first, well spaced along it."""
    rank = {"primary": 0, "secondary": 1, "tertiary": 2}
    found: list[tuple[int, float, float, Street]] = []
    for street in streets:
        for part in shapely.get_parts(street.line.intersection(obstacle)):
            if part.geom_type != "LineString" or not part.crosses(middle):
                continue
            if part.length <= longest_m:
                where = middle.project(part.intersection(middle).centroid)
                found.append((rank[street.highway], part.length, where, replace(street, line=part)))
    chosen: list[tuple[float, Street]] = []
    for _, _, where, street in sorted(found, key=lambda item: item[:3]):
        if all(abs(where - other) > spacing_m for other, _ in chosen):
            chosen.append((where, replace(street, kind="bridge")))
    return [street for _, street in sorted(chosen, key=lambda item: item[0])]


def _main_middle(middle: BaseGeometry) -> LineString:
    return max(shapely.get_parts(middle), key=lambda part: part.length)


def _cut(streets: Iterable[Street], area: BaseGeometry) -> list[Street]:
    cut = []
    for street in streets:
        line = street.line.intersection(area)
        if line.length > 1:
            cut.append(replace(street, line=line))
    return cut


def _cell_kinds(
    cells: list[Polygon], survey: Survey, rng: np.random.Generator
) -> dict[str, list[Polygon]]:
    phase = rng.uniform(0, 6.28, 4)
    kinds: dict[str, list[Polygon]] = {"grid": [], "long": [], "local": []}
    for cell in cells:
        x, y = cell.centroid.coords[0]
        far = np.hypot(x, y * 1.15) / 1000
        field = np.sin(x / 1700 + phase[0]) + np.sin(y / 1500 + phase[1])
        field += 0.6 * np.sin((x + y) / 1300 + phase[2]) - 0.55 * (far - 4.6)
        if far < 3.1 or field > 0.55:
            kinds["grid"].append(cell)
        elif field > -0.1:
            kinds["long"].append(cell)
        else:
            kinds["local"].append(cell)
    return kinds


def _grid_streets(
    survey: Survey,
    majors: dict[str, dict[int, str]],
    kinds: dict[str, list[Polygon]],
    rng: np.random.Generator,
) -> list[Street]:
    grid = shapely.union_all(kinds["grid"]).buffer(EDGE_M)
    long = shapely.union_all(kinds["long"]).buffer(EDGE_M)
    both = shapely.union_all([grid, long])
    streets = []
    for axis in ("p", "q"):
        for index in survey.index:
            highway = majors[axis].get(int(index), "residential")
            if highway in ("primary", "secondary"):
                continue
            skip = axis == "q" and highway == "residential" and index % 2
            street = Street(_survey_line(survey, axis, index), _line_name(axis, int(index), highway),
                            highway, axis)  # fmt: skip
            streets += _cut([street], grid if skip else both)
    return streets + _places(survey, kinds["grid"], rng)


def _places(survey: Survey, cells: list[Polygon], rng: np.random.Generator) -> list[Street]:
    places = []
    for cell in cells:
        for axis in ("p", "q"):
            if rng.uniform() > 0.45:
                continue
            x, y = cell.centroid.coords[0]
            p, q = (float(value) for value in survey.unbend(x, y))
            block = survey.block_p(p) if axis == "p" else survey.block_q(q)
            low = int(np.floor(abs(block)))
            if low == 0 or (axis == "q" and low <= 22):
                continue
            half = np.sign(block) * (low + 0.5)
            name = f"{ordinal(low)} PLACE" if axis == "p" else f"{lettered(low)} PLACE"
            line = _survey_line(survey, axis, half)
            places += _cut([Street(line, name, "residential", axis)], cell.buffer(EDGE_M))
    return places


def _local_streets(
    cell: Polygon, names: list[str], survey: Survey, rng: np.random.Generator
) -> list[Street]:
    """Fill a cell with a grid of its own: turned, wavy, and named after nothing."""
    x, y = cell.centroid.coords[0]
    reach = float(np.hypot(*(np.asarray(cell.bounds[2:]) - np.asarray(cell.bounds[:2])))) / 2 + 60
    turn = rng.uniform(-0.7, 0.7)
    wave, length, phase = rng.uniform(18, 60), rng.uniform(420, 900), rng.uniform(0, 6.28, 2)
    east, north = rng.uniform(85, 120), rng.uniform(140, 210)
    inside = cell.buffer(EDGE_M)
    streets = []
    along = np.arange(-reach, reach, 25.0)
    for direction, gap in enumerate((east, north)):
        offsets = np.arange(-reach, reach, gap)
        offsets = offsets + rng.uniform(-0.16, 0.16, len(offsets)) * gap
        for number, offset in enumerate(offsets):
            across = offset + wave * np.sin(
                along * 2 * np.pi / length + phase[direction] + offset / 700
            )
            u, v = (along, across) if direction else (across, along)
            line = LineString(
                np.column_stack(
                    [
                        x + u * np.cos(turn) - v * np.sin(turn),
                        y + u * np.sin(turn) + v * np.cos(turn),
                    ]
                )
            ).intersection(inside)
            if line.length < 60:
                continue
            middle = number == len(offsets) // 2
            kind = LOCAL_TYPES[int(rng.integers(len(LOCAL_TYPES)))]
            for part in shapely.get_parts(line):
                if part.length < 60:
                    continue
                name = names.pop() if names else "OUTER"
                streets.append(
                    Street(part, f"{name} {'ROAD' if middle else kind}", "tertiary" if middle else "residential",
                           "len", kind="local", base=_base(survey, part))
                )  # fmt: skip
    return streets


def _base(survey: Survey, line: BaseGeometry) -> int:
    x, y = line.coords[0]
    p, q = survey.unbend(x, y)
    block = survey.block_q(q) if _dominant(line) == "p" else survey.block_p(p)
    return max(1, int(abs(float(block))))


def _waterside(ground: Ground, land: Area) -> list[Street]:
    streets = []
    river_bank = ground.river.buffer(SHORE_M + 40).buffer(-40).simplify(2).boundary
    names = iter(("WATER STREET", "SHORE ROAD", "STRAND ROAD", "LANDING ROAD", "EYOT LANE"))
    banks = river_bank.intersection(ground.outline.buffer(-1)).difference(
        ground.branch.buffer(BRANCH_SHORE_M)
    )
    for part in sorted(shapely.get_parts(shapely.line_merge(banks)), key=lambda line: -line.length):
        if part.length > 900:
            streets.append(Street(part, next(names, "QUAY LANE"), "tertiary", "len", kind="shore"))
    branch_bank = ground.branch.buffer(BRANCH_SHORE_M).simplify(2).boundary
    banks = branch_bank.intersection(ground.outline.buffer(-1)).difference(
        ground.river.buffer(SHORE_M)
    )
    names = iter(("TOWPATH ROAD", "MEADOWBANK ROAD", "WHARF LANE", "SEDGE LANE"))
    for part in sorted(shapely.get_parts(shapely.line_merge(banks)), key=lambda line: -line.length):
        if part.length > 600:
            streets.append(
                Street(part, next(names, "QUAY LANE"), "residential", "len", kind="shore")
            )
    edge = ground.valley.boundary.intersection(land)
    names = iter(
        ("BEECHES DRIVE", "VALLEY VIEW ROAD", "SALLOW TERRACE", "RAVINE ROAD", "OVERLOOK DRIVE")
    )
    for part in sorted(shapely.get_parts(shapely.line_merge(edge)), key=lambda line: -line.length):
        if part.length > 400:
            streets.append(
                Street(part, next(names, "VALLEY LANE"), "residential", "len", kind="shore")
            )
    return streets


def _rings(survey: Survey, land: Area) -> list[tuple[Polygon, Street]]:
    rings = []
    for number, ((i, j), name) in enumerate(zip(_HUBS, _CIRCLES, strict=True)):
        p = np.interp(i, survey.index, survey.p_m)
        q = np.interp(j, survey.index, survey.q_m)
        x, y = (float(value) for value in survey.bend(p, q))
        disk = Point(x, y).buffer(95 if number == 0 else 58, quad_segs=6)
        if land.contains(disk):
            ring = LineString(list(disk.exterior.coords)[::-1])
            rings.append((disk, Street(ring, f"{name} CIRCLE", "primary", "len", 1, kind="ring")))
    return rings


def _edges_of_greens(greens: Iterable[Green], land: Area) -> list[Street]:
    streets = []
    for green in greens:
        if green.kind in ("valley", "rail_yard") or green.shape.geom_type != "Polygon":
            continue
        title = green.name.upper().replace("FOUNDERS ", "")
        for part in shapely.get_parts(green.shape.exterior.intersection(land)):
            streets.append(
                Street(part, f"{title.split()[0]} PARK ROAD", "residential", "len", kind="edge")
            )
    return streets


def lay_streets(seed: int, survey: Survey, ground: Ground) -> tuple[list[Street], list[Green]]:
    """Lay out the centre lines of all surface streets.

    Parameters
    ----------
    seed
        The seed of the city.
    survey, ground
        Where lines may run.

    Returns
    -------
    list of Street
        Lines that still overlap and cross without a node.
    list of Green
        The greens inside the circles.
    """
    rng = stream(seed, "fabric")
    majors = {axis: _majors(rng) for axis in ("p", "q")}
    closed = [
        g.shape.buffer(-2) for g in ground.greens if g.kind != "valley" and g.shape.area > 60000
    ]
    shores = [ground.river.buffer(SHORE_M + 40).buffer(-40).simplify(2),
              ground.branch.buffer(BRANCH_SHORE_M).simplify(2)]  # fmt: skip
    dry = ground.outline.difference(shapely.union_all(shores))
    dry = MultiPolygon([part for part in shapely.get_parts(dry) if part.area > 150_000])
    land = dry.difference(ground.valley.buffer(-1))
    open_land = land.difference(shapely.union_all(closed))
    mains = _main_streets(survey, majors)
    bridges = [
        *_crossings(mains, shores[0].intersection(ground.outline), _main_middle(ground.river_middle), 1500, 1700),
        *_crossings(mains, shores[1].intersection(ground.outline), _main_middle(ground.branch_middle), 900, 700),
        *_crossings(mains, ground.valley, ground.creek, 800, 900),
    ]  # fmt: skip
    main_land = open_land
    mains = _cut(mains, main_land.buffer(EDGE_M))
    waterside = _waterside(ground, dry)
    frame = shapely.union_all(
        [s.line for s in mains] + [s.line for s in waterside] + [land.boundary], grid_size=0.05
    )
    cells = [c for c in shapely.get_parts(shapely.polygonize(shapely.get_parts(frame)))
             if c.area > 3000 and land.contains(c.representative_point())]  # fmt: skip
    kinds = _cell_kinds(cells, survey, rng)
    streets = _grid_streets(survey, majors, kinds, rng)
    names = local_names(rng)
    for cell in kinds["local"]:
        streets += _local_streets(cell, names, survey, rng)
    streets = _cut(streets, open_land.buffer(EDGE_M))
    streets = mains + streets + waterside + _edges_of_greens(ground.greens, land)
    rail = ground.rail.buffer(18)
    streets = [
        s
        if s.highway in ("primary", "secondary", "tertiary")
        else replace(s, line=s.line.difference(rail))
        for s in streets
    ]
    rings = _rings(survey, land)
    disks = shapely.union_all([disk for disk, _ in rings])
    streets = [replace(s, line=s.line.difference(disks)) for s in streets]
    streets += [street for _, street in rings]
    greens = [Green(street.name.title(), "circle", disk.buffer(-14)) for disk, street in rings]
    return streets + bridges, greens
