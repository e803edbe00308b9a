"""Centre lines of all surface streets, before they are noded: what runs where."""

from __future__ import annotations

from dataclasses import replace

import shapely
from shapely.geometry import MultiPolygon, Polygon
from shapely.geometry.base import BaseGeometry

from geoteam.demo.avenues import avenues, choose_majors, circles, end_at_crossings, frame_streets
from geoteam.demo.cells import grid_streets, local_streets, sort_cells
from geoteam.demo.ground import Area, Green, Ground
from geoteam.demo.seeds import stream
from geoteam.demo.shores import branch_strip, park_streets, river_strip, shore_streets
from geoteam.demo.street import EDGE_M, Street, cut
from geoteam.demo.survey import Survey

_RANK = {"primary": 0, "secondary": 1, "tertiary": 2}
_BIG = 60_000.0


def _bridges(
    streets: list[Street], obstacle: Area, middle: BaseGeometry, spacing_m: float, longest_m: float
) -> list[Street]:
    """Choose which streets bridge an obstacle: big classes first, well spaced along it."""
    line = max(shapely.get_parts(middle), key=lambda part: part.length)
    found: list[tuple[int, float, float, Street]] = []
    for street in streets:
        for part in shapely.get_parts(street.line.intersection(obstacle)):
            if part.length > longest_m or not part.crosses(line):
                continue
            where = line.project(part.intersection(line).centroid)
            found.append((_RANK[street.highway], part.length, where, replace(street, line=part)))
    chosen: list[tuple[float, Street]] = []
    for _, _, where, street in sorted(found, key=lambda item: item[:3]):
        if all(abs(where - other) > spacing_m for other, _ in chosen):
            chosen.append((where, replace(street, kind="bridge")))
    return [street for _, street in sorted(chosen, key=lambda item: item[0])]


def _land(ground: Ground) -> tuple[Area, Area, Area]:
    """Return land without shores, the same without the valley, and without big closed areas too."""
    strips = shapely.union_all([river_strip(ground), branch_strip(ground)])
    dry = ground.outline.difference(strips)
    dry = MultiPolygon([part for part in shapely.get_parts(dry) if part.area > 150_000])
    land = dry.difference(ground.valley.buffer(-1))
    closed = [
        g.shape.buffer(-2)
        for g in ground.greens
        if g.kind not in ("valley", "bank") and g.shape.area > _BIG
    ]
    return dry, land, land.difference(shapely.union_all(closed))


def _cells(frame: list[Street], land: Area) -> list[Polygon]:
    lines = shapely.union_all([*(s.line for s in frame), land.boundary], grid_size=0.05)
    faces = shapely.get_parts(shapely.polygonize(shapely.get_parts(lines)))
    shapely.prepare(land)
    return [f for f in faces if f.area > 3000 and land.contains(f.representative_point())]


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
    taken: set[str] = set()
    majors = {axis: choose_majors(rng) for axis in ("p", "q")}
    dry, land, open_land = _land(ground)
    rings = circles(survey, land)
    disks = shapely.union_all([disk for disk, _ in rings])
    frame, diagonals = frame_streets(survey, majors), avenues(survey)
    bridges = _all_bridges(frame + diagonals, ground)
    shores = shore_streets(ground, dry, taken, rng)
    frame = cut(frame, open_land.buffer(EDGE_M))
    parks = park_streets(ground.greens, land)
    ends = [s.line for s in frame + shores + parks] + [disks.boundary]
    diagonals = end_at_crossings(cut(diagonals, open_land.buffer(EDGE_M)), shapely.union_all(ends))
    kinds = sort_cells(_cells(frame + diagonals + shores, land), rng)
    small = grid_streets(survey, majors, kinds, rng)
    for cell in kinds["local"]:
        small += local_streets(cell, taken, survey, rng)
    small = cut(small, open_land.buffer(EDGE_M))
    rail = ground.rail.buffer(18)
    small = [
        s if s.highway == "tertiary" else replace(s, line=s.line.difference(rail)) for s in small
    ]
    streets = frame + diagonals + small + shores + parks
    streets = [replace(s, line=s.line.difference(disks)) for s in streets]
    streets += [street for _, street in rings]
    greens = [Green(s.name.title(), "circle", disk.buffer(-14)) for disk, s in rings]
    return streets + bridges, greens


def _all_bridges(streets: list[Street], ground: Ground) -> list[Street]:
    inside = ground.outline
    return [
        *_bridges(
            streets, river_strip(ground).intersection(inside), ground.river_middle, 1500, 1700
        ),
        *_bridges(
            streets, branch_strip(ground).intersection(inside), ground.branch_middle, 900, 700
        ),
        *_bridges(streets, ground.valley, ground.creek, 800, 900),
    ]
