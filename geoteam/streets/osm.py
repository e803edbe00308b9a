"""OSM files (``.osm``, ``.osm.gz``, ``.osm.pbf``) to a graph in OSMnx's shape."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import networkx as nx
import numpy as np
import osmium
from shapely import LineString

from geoteam.crs import WGS84
from geoteam.errors import StreetsError, UnreadableFileError
from geoteam.streets.simplify import Way, simplify
from geoteam.streets.tags import direction, is_drivable

_EARTH_RADIUS_M = 6_371_009.0  # the radius OSMnx takes
_TIMED = ("day_on", "hour_on", "restriction:conditional")


@dataclass
class _Read:
    """What one pass over the file gathers."""

    ways: list[Way] = field(default_factory=list)
    places: dict[int, tuple[float, float]] = field(default_factory=dict)
    signals: set[int] = field(default_factory=set)
    restrictions: list[tuple[str, int, int, int]] = field(default_factory=list)
    passed_over: dict[str, int] = field(default_factory=dict)

    def skip(self, why: str) -> None:
        self.passed_over[why] = self.passed_over.get(why, 0) + 1


def read_osm(path: Path) -> nx.MultiDiGraph:
    """Read the drivable streets of an OSM file.

    Parameters
    ----------
    path
        ``.osm``, ``.osm.gz``, ``.osm.bz2`` or ``.osm.pbf``.

    Returns
    -------
    networkx.MultiDiGraph
        OSMnx's shape: nodes with ``x`` and ``y``, one directed edge for each way a street may be
        driven with ``osmid``, ``name``, ``highway``, ``maxspeed``, ``oneway``, ``reversed``,
        ``length`` (metres, great circle) and ``geometry``; ``graph["crs"]`` is EPSG:4326.
        ``graph["restrictions"]`` lists (kind, from way, via node, to way) of the turn
        restrictions in force at all hours, ``graph["passed_over"]`` what was left out and why.

    Raises
    ------
    UnreadableFileError
        When the file is empty, truncated or not OSM.
    StreetsError
        When no drivable street is in it.
    """
    read = _Read()
    try:
        selected = osmium.filter.KeyFilter("highway", "restriction", "restriction:conditional")
        for thing in osmium.FileProcessor(str(path)).with_locations().with_filter(selected):
            if isinstance(thing, osmium.osm.Way):
                _take_way(thing, read)
            elif isinstance(thing, osmium.osm.Node):
                if thing.tags.get("highway") == "traffic_signals":
                    read.signals.add(thing.id)
            elif isinstance(thing, osmium.osm.Relation):
                _take_restriction(thing, read)
    except (RuntimeError, UnicodeDecodeError) as error:
        raise UnreadableFileError(
            f"the street file cannot be read as OSM: {error}",
            where=str(path),
            remedy="Give a complete .osm, .osm.gz or .osm.pbf file",
        ) from error
    if not read.ways:
        raise StreetsError("the file holds no street that a car may use", where=str(path))
    return _graph(read)


def _take_way(way: Any, read: _Read) -> None:
    tags = {tag.k: tag.v for tag in way.tags}
    if not is_drivable(tags):
        return
    refs: list[int] = []
    for node in way.nodes:
        if not node.location.valid():
            # Extracts cut ways at their border: keep the part whose nodes are there.
            read.skip("way nodes without a place in the file")
            continue
        if refs and refs[-1] == node.ref:
            continue
        refs.append(node.ref)
        read.places[node.ref] = (node.lon, node.lat)
    if len(refs) < 2:
        read.skip("ways with fewer than two placed nodes")
        return
    towards = direction(tags)
    kind = (tags.get("name", ""), tags["highway"], tags.get("maxspeed", ""))
    ordered = tuple(refs[::-1] if towards < 0 else refs)
    read.ways.append(Way(ordered, kind, towards != 0, (way.id,)))


def _take_restriction(relation: Any, read: _Read) -> None:
    tags = relation.tags
    if tags.get("type") != "restriction":
        return
    kind = tags.get("restriction", "")
    if any(key in tags for key in _TIMED):
        read.skip("turn restrictions of certain hours only")
        return
    if "motorcar" in tags.get("except", "").replace(" ", "").split(";"):
        return
    roles: dict[str, list[tuple[str, int]]] = {}
    for member in relation.members:
        roles.setdefault(member.role, []).append((member.type, member.ref))
    via = roles.get("via", [])
    if len(via) != 1 or via[0][0] != "n" or not roles.get("from") or not roles.get("to"):
        read.skip("turn restrictions over more than one node")
        return
    for _, start in roles["from"]:
        for _, end in roles["to"]:
            read.restrictions.append((kind, start, via[0][1], end))


def _graph(read: _Read) -> nx.MultiDiGraph:
    graph = nx.MultiDiGraph(
        crs=WGS84, restrictions=tuple(read.restrictions), passed_over=dict(read.passed_over)
    )
    keep = {via for _, _, via, _ in read.restrictions} & read.places.keys()
    for edge in simplify(read.ways, keep):
        for node in (edge.refs[0], edge.refs[-1]):
            if node not in graph:
                lon, lat = read.places[node]
                graph.add_node(node, x=lon, y=lat)
                if node in read.signals:
                    graph.nodes[node]["highway"] = "traffic_signals"
        _add_edge(graph, edge, np.array([read.places[ref] for ref in edge.refs]))
    return graph


def _add_edge(graph: nx.MultiDiGraph, edge: Way, lonlat: np.ndarray) -> None:
    name, highway, maxspeed = edge.kind
    shared = {
        "osmid": edge.ways[0] if len(edge.ways) == 1 else list(edge.ways),
        "highway": highway,
        "oneway": edge.oneway,
        "length": _great_circle_m(lonlat),
    }
    if name:
        shared["name"] = name
    if maxspeed:
        shared["maxspeed"] = maxspeed
    first, last = edge.refs[0], edge.refs[-1]
    graph.add_edge(first, last, **shared, reversed=False, geometry=LineString(lonlat))
    if not edge.oneway:
        graph.add_edge(last, first, **shared, reversed=True, geometry=LineString(lonlat[::-1]))


def _great_circle_m(lonlat: np.ndarray) -> float:
    lon, lat = np.radians(lonlat[:, 0]), np.radians(lonlat[:, 1])
    h = (
        np.sin(np.diff(lat) / 2) ** 2
        + np.cos(lat[:-1]) * np.cos(lat[1:]) * np.sin(np.diff(lon) / 2) ** 2
    )
    return float(np.sum(2 * _EARTH_RADIUS_M * np.arcsin(np.sqrt(np.minimum(h, 1.0)))))
