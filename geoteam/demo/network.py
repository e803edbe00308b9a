"""From centre lines to a street graph: nodes at crossings, no crumbs, every place reachable."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components
from scipy.spatial import cKDTree
from shapely.geometry.base import BaseGeometry

from geoteam.demo.seeds import stream
from geoteam.demo.street import Street

Lines = NDArray[np.object_]
_RANK = {"primary": 0, "secondary": 1, "tertiary": 2, "residential": 3}
SPEEDS = {
    "motorway": 80,
    "motorway_link": 45,
    "primary": 56,
    "secondary": 48,
    "tertiary": 40,
    "residential": 32,
}


@dataclass(frozen=True)
class Network:
    """The street graph.

    Attributes
    ----------
    nodes
        Coordinates in city metres.
    edges
        One row a stretch between two nodes: u, v, name, highway, oneway, rule, base, kind, street
        (number of the centre line), geometry from u to v.
    """

    nodes: NDArray[np.float64]
    edges: pd.DataFrame


def _node(lines: list[BaseGeometry] | Lines) -> Lines:
    return np.asarray(shapely.get_parts(shapely.union_all(lines, grid_size=0.05)))


def _parents(lines: Lines, streets: list[Street]) -> NDArray[np.int64]:
    parts, owner = shapely.get_parts([s.line for s in streets], return_index=True)
    rank = np.array([_RANK[s.highway] + 4 * (s.kind == "edge") for s in streets])[owner]
    middles = shapely.line_interpolate_point(lines, 0.5, normalized=True)
    tree = shapely.STRtree(parts)
    which, part = tree.query(middles, predicate="dwithin", distance=0.5)
    best = pd.DataFrame({"line": which, "rank": rank[part], "street": owner[part]})
    best = best.sort_values(["line", "rank", "street"]).drop_duplicates("line")
    parents = np.full(len(lines), -1)
    parents[best["line"]] = best["street"]
    return parents


def _ends(lines: Lines) -> tuple[NDArray[np.float64], NDArray[np.int64], NDArray[np.int64]]:
    first = shapely.get_coordinates(shapely.get_point(lines, 0))
    last = shapely.get_coordinates(shapely.get_point(lines, -1))
    keys = np.round(np.vstack([first, last]), 2)
    nodes, inverse = np.unique(keys, axis=0, return_inverse=True)
    inverse = inverse.ravel()
    return nodes, inverse[: len(lines)], inverse[len(lines) :]


def _degree(u: NDArray[np.int64], v: NDArray[np.int64], count: int) -> NDArray[np.int64]:
    return np.bincount(u, minlength=count) + np.bincount(v, minlength=count)


def _merge_near(
    lines: Lines, parents: NDArray[np.int64], within_m: float
) -> tuple[Lines, NDArray[np.int64]]:
    """Draw nodes that are closer than a few metres together, and drop what shrinks to nothing."""
    nodes, u, v = _ends(lines)
    pairs = cKDTree(nodes).query_pairs(within_m, output_type="ndarray")
    graph = coo_matrix((np.ones(len(pairs)), (pairs[:, 0], pairs[:, 1])), shape=(len(nodes),) * 2)
    _, group = connected_components(graph, directed=False)
    weight = _degree(u, v, len(nodes)).astype(float)
    total = np.bincount(group, weight)
    centre = np.column_stack([np.bincount(group, weight * nodes[:, k]) / total for k in (0, 1)])
    gu, gv = group[u], group[v]
    coords, owner = shapely.get_coordinates(lines, return_index=True)
    starts = np.flatnonzero(np.r_[True, np.diff(owner) > 0])
    stops = np.r_[starts[1:], len(owner)] - 1
    coords[starts], coords[stops] = centre[gu], centre[gv]
    # Shape points that fall inside the merged node would make hooks.
    near = np.hypot(*(coords - centre[gu][owner]).T) < within_m
    near |= np.hypot(*(coords - centre[gv][owner]).T) < within_m
    near[starts] = near[stops] = False
    moved = shapely.linestrings(coords[~near], indices=owner[~near])
    keep = (gu != gv) | (shapely.length(moved) > 6 * within_m)
    low, high = np.minimum(gu, gv), np.maximum(gu, gv)
    order = pd.DataFrame({"low": low, "high": high, "length": np.round(shapely.length(moved), 0)})
    order["bulge"] = np.round(order["length"] / 12)
    keep &= ~order.duplicated(["low", "high", "bulge"]).to_numpy()
    return moved[keep], parents[keep]


def _drop_dangles(lines: Lines, shortest_m: float) -> NDArray[np.bool_]:
    keep = np.ones(len(lines), dtype=bool)
    length = shapely.length(lines)
    nodes, u, v = _ends(lines)
    for _ in range(12):
        degree = _degree(u[keep], v[keep], len(nodes))
        loose = keep & ((degree[u] == 1) | (degree[v] == 1)) & (length < shortest_m)
        if not loose.any():
            break
        keep &= ~loose
    return keep


# Chance that a small stretch is left out, so that blocks merge and lanes end.
_GAPS = {"grid": 0.055, "lane": 0.07, "cross": 0.3}


def _thin(
    parents: NDArray[np.int64], streets: list[Street], rng: np.random.Generator
) -> NDArray[np.bool_]:
    chance = [_GAPS.get(s.kind, 0.0) if s.highway == "residential" else 0.0 for s in streets]
    return np.asarray(rng.uniform(size=len(parents)) >= np.array(chance)[parents])


def _main_part(lines: Lines) -> NDArray[np.bool_]:
    nodes, u, v = _ends(lines)
    graph = coo_matrix((np.ones(len(u)), (u, v)), shape=(len(nodes),) * 2)
    _, part = connected_components(graph, directed=False)
    return np.asarray(part[u] == np.bincount(part).argmax())


def _join(lines: Lines, parents: NDArray[np.int64]) -> tuple[Lines, NDArray[np.int64]]:
    """Join stretches of one street that meet where nothing else does."""
    merged, owners = [], []
    nodes, u, v = _ends(lines)
    degree = _degree(u, v, len(nodes))
    order = np.argsort(parents, kind="stable")
    for chunk in np.split(order, np.flatnonzero(np.diff(parents[order])) + 1):
        if (degree[np.r_[u[chunk], v[chunk]]] == 2).any():
            parts = _merge_at(lines[chunk], u[chunk], v[chunk], degree)
        else:
            parts = list(lines[chunk])
        merged += parts
        owners += [parents[chunk[0]]] * len(parts)
    return np.asarray(merged, dtype=object), np.asarray(owners)


def _merge_at(
    lines: Lines, u: NDArray[np.int64], v: NDArray[np.int64], degree: NDArray[np.int64]
) -> list[BaseGeometry]:
    at: dict[int, list[int]] = {}
    for number, (a, b) in enumerate(zip(u, v, strict=True)):
        at.setdefault(int(a), []).append(number)
        at.setdefault(int(b), []).append(number)
    coords = {n: shapely.get_coordinates(line) for n, line in enumerate(lines)}
    ends = {n: (int(a), int(b)) for n, (a, b) in enumerate(zip(u, v, strict=True))}
    for node in sorted(at):
        if degree[node] != 2 or len(at[node]) != 2 or at[node][0] == at[node][1]:
            continue
        one, two = at[node]
        first, second = coords[one], coords.pop(two)
        (a, b), (c, d) = ends[one], ends.pop(two)
        if a == node:
            first, a = first[::-1], b
        if d == node:
            second, d = second[::-1], c
        coords[one], ends[one] = np.vstack([first, second[1:]]), (a, d)
        at[d] = [one if n == two else n for n in at[d]]
        at[a] = [one if n == one else n for n in at[a]]
        at[node] = []
    return [shapely.linestrings(coords[n]) for n in sorted(coords)]


def _oneways(edges: pd.DataFrame, rng: np.random.Generator) -> NDArray[np.int64]:
    """One-way pairs in the core; a stretch's direction is given from u to v."""
    oneway: NDArray[np.int64] = edges["oneway"].to_numpy().copy()
    lines = edges["geometry"].to_numpy()
    x, y = shapely.get_coordinates(shapely.line_interpolate_point(lines, 0.5, normalized=True)).T
    small = edges["highway"].isin(["residential", "tertiary"]) & (edges["kind"] == "grid")
    core = small.to_numpy() & (np.hypot(x, y * 1.2) < 2900)
    street = edges["street"].to_numpy()
    paired = np.unique(street[core])
    paired = paired[rng.uniform(size=len(paired)) < 0.6]
    change = shapely.get_coordinates(shapely.get_point(lines, -1))
    change = change - shapely.get_coordinates(shapely.get_point(lines, 0))
    rising = np.where(edges["rule"] == "p", change[:, 1], change[:, 0]) > 0
    chosen = core & np.isin(street, paired)
    oneway[chosen] = np.where(rising == (street % 2 == 1), 1, -1)[chosen]
    return oneway


def open_where_stuck(edges: pd.DataFrame, count: int) -> pd.DataFrame:
    """Turn one-ways that cut places off into two-way streets, until all is one component.

    Parameters
    ----------
    edges
        u, v and oneway; changed in place.
    count
        How many nodes there are.

    Returns
    -------
    DataFrame
        The same edges.
    """
    for _ in range(20):
        forward = edges[edges["oneway"] >= 0]
        backward = edges[edges["oneway"] <= 0]
        rows = np.r_[forward["u"], backward["v"]]
        cols = np.r_[forward["v"], backward["u"]]
        graph = coo_matrix((np.ones(len(rows)), (rows, cols)), shape=(count, count))
        parts, part = connected_components(graph, directed=True, connection="strong")
        if parts == 1:
            break
        main = np.bincount(part).argmax()
        stuck = (part[edges["u"]] != main) | (part[edges["v"]] != main)
        edges.loc[stuck, "oneway"] = 0
    return edges


def make_network(seed: int, streets: list[Street]) -> Network:
    """Node the centre lines and clean them up.

    Parameters
    ----------
    seed
        The seed of the city.
    streets
        Centre lines, overlapping.

    Returns
    -------
    Network
        Planar and strongly connected.
    """
    rng = stream(seed, "network")
    lines = _node([s.line for s in streets])
    parents = _parents(lines, streets)
    known = parents >= 0
    lines, parents = _merge_near(lines[known], parents[known], 17.0)
    keep = _thin(parents, streets, rng)
    lines, parents = lines[keep], parents[keep]
    keep = _drop_dangles(lines, 45.0)
    lines, parents = lines[keep], parents[keep]
    # Where moved nodes made streets cross anew, node again.
    again = _node(lines)
    middles = shapely.line_interpolate_point(again, 0.5, normalized=True)
    lines, parents = again, parents[shapely.STRtree(lines).nearest(middles)]
    lines, parents = _join(lines, parents)
    keep = _drop_dangles(lines, 30.0)
    lines, parents = lines[keep], parents[keep]
    keep = _main_part(lines)
    lines, parents = _join(lines[keep], parents[keep])
    return _as_network(lines, parents, streets, rng)


def _ring_directions(
    edges: pd.DataFrame, nodes: NDArray[np.float64], streets: list[Street]
) -> NDArray[np.int64]:
    """Traffic keeps right, so it goes round circles against the clock."""
    oneway = np.zeros(len(edges), dtype=np.int64)
    own, u, v = (edges[column].to_numpy() for column in ("street", "u", "v"))
    for k in np.flatnonzero(edges["kind"] == "ring").tolist():
        centre = streets[own[k]].line.centroid.coords[0]
        a, b = nodes[u[k]] - centre, nodes[v[k]] - centre
        oneway[k] = 1 if a[0] * b[1] - a[1] * b[0] > 0 else -1
    return oneway


def _as_network(
    lines: Lines, parents: NDArray[np.int64], streets: list[Street], rng: np.random.Generator
) -> Network:
    lines = shapely.simplify(lines, 0.4)
    nodes, u, v = _ends(lines)
    edges = pd.DataFrame({"u": u, "v": v})
    for column in ("name", "highway", "rule", "kind", "base"):
        edges[column] = [getattr(streets[k], column) for k in parents]
    edges["street"], edges["geometry"] = parents, lines
    edges["oneway"] = _ring_directions(edges, nodes, streets)
    edges["oneway"] = _oneways(edges, rng)
    return Network(nodes, open_where_stuck(edges, len(nodes)))
