"""From a graph in OSMnx's shape to arrays: one row an edge, however it may be driven."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import networkx as nx
import numpy as np
from numpy.typing import NDArray

from geoteam.crs import project
from geoteam.errors import StreetsError
from geoteam.streets.tags import speed_kmh

Arrays = dict[str, Any]
_FASTEST_KMH = 200.0


def graph_arrays(graph: nx.MultiDiGraph, speeds_kmh: Mapping[str, float], crs: str) -> Arrays:
    """Turn a graph into the arrays of a ``StreetNetwork``.

    Parameters
    ----------
    graph
        OSMnx's shape, EPSG:4326.
    speeds_kmh
        Free-flow speed by highway class; ``default`` for every other class.
    crs
        The measuring CRS, in which lengths are taken.

    Returns
    -------
    dict
        Field name -> array, tuple or text.

    Raises
    ------
    StreetsError
        When the graph is empty, not in EPSG:4326, or has nodes without a place.
    """
    _check(graph)
    ids = sorted(graph.nodes)
    where = {node: index for index, node in enumerate(ids)}
    try:
        lon = np.array([graph.nodes[node]["x"] for node in ids], dtype=np.float64)
        lat = np.array([graph.nodes[node]["y"] for node in ids], dtype=np.float64)
    except KeyError as error:
        raise StreetsError(f"a node of the street graph has no {error} coordinate") from error
    if not (np.isfinite(lon).all() and np.isfinite(lat).all()):
        raise StreetsError("a node of the street graph has coordinates that are not numbers")
    signals = [graph.nodes[node].get("highway") == "traffic_signals" for node in ids]
    rows = _rows(graph, where, lon, lat)
    names = sorted({row["name"] for row in rows} | {""})
    classes = sorted({row["highway"] for row in rows})
    name_at = {name: index for index, name in enumerate(names)}
    class_at = {name: index for index, name in enumerate(classes)}
    counts = np.array([len(row["lonlat"]) for row in rows], dtype=np.int64)
    start = np.concatenate([[0], np.cumsum(counts)])
    flat = np.concatenate([row["lonlat"] for row in rows])
    return {
        "node_id": np.array([_number(node, index) for index, node in enumerate(ids)]),
        "node_lon": lon,
        "node_lat": lat,
        "node_signal": np.array(signals, dtype=np.bool_),
        "edge_u": np.array([row["u"] for row in rows], dtype=np.int32),
        "edge_v": np.array([row["v"] for row in rows], dtype=np.int32),
        "edge_ahead": np.array([row["ahead"] for row in rows], dtype=np.bool_),
        "edge_back": np.array([row["back"] for row in rows], dtype=np.bool_),
        "edge_length_m": _lengths_m(flat, start, crs),
        "edge_kmh": np.array([_speed(row, speeds_kmh) for row in rows], dtype=np.float64),
        "edge_name": np.array([name_at[row["name"]] for row in rows], dtype=np.int32),
        "edge_highway": np.array([class_at[row["highway"]] for row in rows], dtype=np.int32),
        "geom_lon": flat[:, 0].copy(),
        "geom_lat": flat[:, 1].copy(),
        "geom_start": start,
        "names": tuple(names),
        "highways": tuple(classes),
        "banned": _banned(graph, rows, where),
    }


def _check(graph: nx.MultiDiGraph) -> None:
    crs = str(graph.graph.get("crs", "")).lower()
    if crs not in {"epsg:4326", "wgs84", "ogc:crs84"}:
        raise StreetsError(
            f"the street graph is in {crs or 'no coordinate system'}, not in EPSG:4326",
            remedy="Give the unprojected graph",
        )
    if not graph.number_of_edges():
        raise StreetsError("the street graph has no edges")


def _rows(
    graph: nx.MultiDiGraph, where: Mapping[Any, int], lon: NDArray[Any], lat: NDArray[Any]
) -> list[dict[str, Any]]:
    """One row for each stretch of street: an edge and its opposite are the same row."""
    found: dict[tuple[int, int, bytes], dict[str, Any]] = {}
    for start, end, data in sorted(
        graph.edges(data=True), key=lambda edge: (where[edge[0]], where[edge[1]])
    ):
        u, v = where[start], where[end]
        shape = data.get("geometry")
        if shape is None:
            lonlat = np.array([[lon[u], lat[u]], [lon[v], lat[v]]])
        else:
            lonlat = np.asarray(shape.coords, dtype=np.float64)[:, :2]
        rounded = np.round(lonlat, 7)
        opposite = found.get((v, u, rounded[::-1].tobytes()))
        if opposite is not None:
            opposite["back"] = True
            continue
        key = (u, v, rounded.tobytes())
        if key in found:
            continue
        found[key] = {
            "u": u,
            "v": v,
            "lonlat": lonlat,
            "ahead": True,
            "back": False,
            "name": str(_first(data.get("name")) or ""),
            "highway": str(_first(data.get("highway")) or "unclassified"),
            "maxspeed": data.get("maxspeed"),
            "ways": _ways(data.get("osmid")),
        }
    return list(found.values())


def _first(value: Any) -> Any:
    return value[0] if isinstance(value, list) and value else value


def _ways(value: Any) -> frozenset[Any]:
    return frozenset(value) if isinstance(value, list) else frozenset((value,))


def _number(node: Any, index: int) -> int:
    return node if isinstance(node, int) else index


def _speed(row: Mapping[str, Any], speeds_kmh: Mapping[str, float]) -> float:
    """Return the class's speed, or the posted one where that is lower."""
    usual = speeds_kmh.get(row["highway"], speeds_kmh.get("default", 30.0))
    tags = row["maxspeed"]
    posted = [speed_kmh(str(tag)) for tag in (tags if isinstance(tags, list) else [tags])]
    return float(min([usual, _FASTEST_KMH, *(kmh for kmh in posted if kmh)]))


def _lengths_m(lonlat: NDArray[Any], start: NDArray[Any], crs: str) -> NDArray[np.float64]:
    x, y = project(lonlat[:, 0], lonlat[:, 1], crs)
    steps = np.hypot(np.diff(x), np.diff(y))
    steps = np.append(steps, 0.0)
    steps[start[1:] - 1] = 0.0  # from the end of one edge to the start of the next
    if not np.isfinite(steps).all():
        raise StreetsError(
            f"some streets lie outside the area of {crs}",
            remedy="Check [city] crs in the profile against the street file",
        )
    return np.add.reduceat(steps, start[:-1])


def _banned(
    graph: nx.MultiDiGraph, rows: list[dict[str, Any]], where: Mapping[Any, int]
) -> NDArray[np.int32]:
    """Pairs of arcs (2 * edge, + 1 against the edge) that a turn restriction forbids."""
    pairs: set[tuple[int, int]] = set()
    at: dict[int, list[int]] = {}
    restrictions = graph.graph.get("restrictions", ())
    nodes = {where[via] for _, _, via, _ in restrictions if via in where}
    for index, row in enumerate(rows):
        for node in {row["u"], row["v"]} & nodes:
            at.setdefault(node, []).append(index)
    for kind, start, via, end in restrictions:
        here = at.get(where.get(via, -1), [])
        entering = _arcs(rows, here, where.get(via), "in", start)
        leaving = _arcs(rows, here, where.get(via), "out", end)
        if kind.startswith("only_") and leaving:
            leaving = [
                arc for arc in _arcs(rows, here, where.get(via), "out", None) if arc not in leaving
            ]
        elif not kind.startswith("no_"):
            continue
        same_way = start == end
        pairs |= {
            (one, two)
            for one in entering
            for two in leaving
            # A ban on U-turns is about going back; another on one way is about going on.
            if not same_way or kind != "no_u_turn" or two == one ^ 1
        }
    return np.array(sorted(pairs), dtype=np.int32).reshape(-1, 2)


def _arcs(
    rows: list[dict[str, Any]], here: list[int], node: int | None, side: str, way: Any
) -> list[int]:
    found = []
    for index in here:
        row = rows[index]
        if way is not None and way not in row["ways"]:
            continue
        ahead_ends, back_ends = ("v", "u") if side == "in" else ("u", "v")
        if row["ahead"] and row[ahead_ends] == node:
            found.append(2 * index)
        if row["back"] and row[back_ends] == node:
            found.append(2 * index + 1)
    return found
