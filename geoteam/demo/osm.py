"""Write the streets, the water and the parks as an OSM PBF file (own ids, not OpenStreetMap's)."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import numpy as np
import osmium
import shapely

from geoteam.crs import unproject
from geoteam.demo.ground import BRANCH, CREEK, RIVER, Area, Green, Ground, Line
from geoteam.demo.network import SPEEDS, Network
from geoteam.demo.places import Place, shift

_LEISURE = {
    "park": {"leisure": "park"},
    "valley": {"leisure": "park"},
    "circle": {"leisure": "park"},
    "bank": {"leisure": "park"},
    "cemetery": {"landuse": "cemetery"},
    "golf_course": {"leisure": "golf_course"},
    "rail_yard": {"landuse": "railway"},
    "industrial": {"landuse": "industrial"},
    "university": {"amenity": "university"},
}


def green_tags(kind: str) -> dict[str, str]:
    """Return the OSM tags of a green.

    Parameters
    ----------
    kind
        Its kind in ``geoteam.demo.ground``.

    Returns
    -------
    dict
        Tags.
    """
    return _LEISURE[kind]


class _Writer:
    def __init__(self, writer: osmium.SimpleWriter, place: Place) -> None:
        self.writer, self.place = writer, place
        self.node_id, self.way_id = 1, 1
        self.ways: list[tuple[list[int], dict[str, str]]] = []
        self.relations: list[tuple[list[tuple[int, str]], dict[str, str]]] = []

    def nodes(self, xy: np.ndarray) -> list[int]:
        lon, lat = unproject(*shift(xy, self.place), self.place.crs)
        first = self.node_id
        for k, (x, y) in enumerate(zip(np.round(lon, 7), np.round(lat, 7), strict=True)):
            self.writer.add_node(osmium.osm.mutable.Node(id=first + k, version=1, location=(x, y)))
        self.node_id += len(lon)
        return list(range(first, self.node_id))

    def way(self, refs: list[int], tags: dict[str, str]) -> int:
        self.ways.append((refs, tags))
        return len(self.ways)

    def area(self, shape: Area, tags: dict[str, str]) -> None:
        for polygon in shapely.get_parts(shape):
            if polygon.geom_type != "Polygon" or polygon.is_empty:
                continue
            rings = [polygon.exterior, *polygon.interiors]
            own = tags if len(rings) == 1 else {}
            members = []
            for number, ring in enumerate(rings):
                refs = self.nodes(np.asarray(ring.coords)[:-1])
                members.append((self.way([*refs, refs[0]], own), "inner" if number else "outer"))
            if len(rings) > 1:
                self.relations.append((members, {"type": "multipolygon", **tags}))

    def line(self, shape: Line, tags: dict[str, str]) -> None:
        for part in shapely.get_parts(shape):
            if len(part.coords) > 1:
                self.way(self.nodes(np.asarray(part.coords)), tags)

    def finish(self) -> None:
        for number, (refs, tags) in enumerate(self.ways, start=1):
            self.writer.add_way(osmium.osm.mutable.Way(id=number, version=1, nodes=refs, tags=tags))
        for number, (members, tags) in enumerate(self.relations, start=1):
            parts = [("w", way, role) for way, role in members]
            self.writer.add_relation(
                osmium.osm.mutable.Relation(id=number, version=1, members=parts, tags=tags)
            )


def _street_tags(name: str, highway: str, oneway: int, kind: str) -> dict[str, str]:
    tags = {"highway": highway, "maxspeed": str(SPEEDS[highway])}
    if name:
        tags["name"] = _signs(name)
    if oneway:
        tags["oneway"] = "yes"
    if kind == "ring":
        tags["junction"] = "roundabout"
    if kind == "bridge":
        tags |= {"bridge": "yes", "layer": "1"}
    return tags


def _signs(name: str) -> str:
    return " ".join(w.lower() if w[0].isdigit() else w.capitalize() for w in name.split())


def write_osm(
    path: Path, place: Place, ground: Ground, network: Network, greens: Iterable[Green]
) -> None:
    """Write the PBF file.

    Parameters
    ----------
    path
        Target, overwritten.
    place
        Where the invented city lies.
    ground, network, greens
        What to write.
    """
    path.unlink(missing_ok=True)
    header = osmium.io.Header()
    header.set("generator", "geoteam demo")
    with osmium.SimpleWriter(str(path), header=header) as simple:
        writer = _Writer(simple, place)
        _write_streets(writer, network)
        for shape, name in ((ground.river, RIVER), (ground.branch, BRANCH)):
            writer.area(shape, {"natural": "water", "water": "river", "name": name})
        writer.line(ground.creek, {"waterway": "stream", "name": CREEK})
        writer.line(ground.rail, {"railway": "rail"})
        for green in greens:
            writer.area(green.shape, {**green_tags(green.kind), "name": green.name})
        writer.finish()


def _write_streets(writer: _Writer, network: Network) -> None:
    refs = writer.nodes(network.nodes)
    columns = ["u", "v", "name", "highway", "oneway", "kind", "geometry"]
    for u, v, name, highway, oneway, kind, line in network.edges[columns].itertuples(index=False):
        inner = shapely.get_coordinates(line)[1:-1]
        chain = [refs[u], *(writer.nodes(inner) if len(inner) else []), refs[v]]
        tags = _street_tags(name, highway, oneway, kind)
        writer.way(chain[::-1] if oneway < 0 else chain, tags)
