"""One peer on one redrawing problem; runs in an environment that has gerrychain and spopt.

`peers_plans.py PEER PROBLEM.json OUT.json`: the problem as plans_large.py writes it; the answer is
the team of each unit, and wall and CPU seconds of the search without reading and building.
"""

from __future__ import annotations

import json
import random
import sys
import time
import warnings
from functools import partial
from pathlib import Path

import geopandas as gpd
import networkx as nx
import numpy as np


def gerrychain(problem: dict, *, steps: int, bursts: int):
    """Best mean Polsby-Popper of so many recombination steps, in bursts that restart at the best.

    One burst is the plain chain.
    """
    from gerrychain import Graph, MarkovChain, Partition, accept, constraints, updaters
    from gerrychain.proposals import recom
    from gerrychain.tree import recursive_tree_part

    random.seed(problem["seed"])
    np.random.seed(problem["seed"])  # noqa: NPY002  the peer draws from it
    graph = nx.Graph()
    # In order: GerryChain numbers nodes anew as it finds them.
    graph.add_nodes_from(range(len(problem["weight"])))
    side = np.zeros(len(problem["weight"]))
    for (i, j), shared in zip(problem["edges"], problem["shared_m"], strict=True):
        graph.add_edge(i, j, shared_perim=shared)
        side[[i, j]] += shared
    for unit, weight in enumerate(problem["weight"]):
        outer = problem["outline_m"][unit] - side[unit]
        # Sides shorter than a tenth of the tolerance of neighbours are none.
        graph.add_node(
            unit,
            pop=weight,
            area=problem["area_m2"][unit],
            boundary_node=outer > 1.0,
            boundary_perim=max(outer, 0.0),
        )
    graph = Graph.from_networkx(graph)
    ideal = sum(problem["weight"]) / problem["teams"]
    tolerance = problem["tolerance"]
    from gerrychain.metrics import polsby_popper

    known = {
        "population": updaters.Tally("pop", alias="population"),
        "area": updaters.Tally("area", alias="area"),
        "perimeter": updaters.perimeter,
        "exterior_boundaries": updaters.exterior_boundaries,
        "interior_boundaries": updaters.interior_boundaries,
        "boundary_nodes": updaters.boundary_nodes,
        "cut_edges": updaters.cut_edges,
        "cut_edges_by_part": updaters.cut_edges_by_part,
    }
    begin = clock()
    first = recursive_tree_part(graph, range(problem["teams"]), ideal, "pop", tolerance)
    best = Partition(graph, first, known)

    def score(plan) -> float:
        return float(np.mean(list(polsby_popper(plan).values())))

    top = score(best)
    propose = partial(recom, pop_col="pop", pop_target=ideal, epsilon=tolerance, node_repeats=0)
    balanced = constraints.within_percent_of_ideal_population(best, tolerance)
    for _ in range(bursts):
        chain = MarkovChain(
            propose, constraints.Validator([balanced]), accept.always_accept, best, steps // bursts
        )
        for plan in chain:
            reached = score(plan)
            if reached > top:
                best, top = plan, reached
    return [best.assignment[unit] for unit in range(len(problem["weight"]))], clock(begin)


def skater(problem: dict):
    """SKATER on the centroids, no fewer units in a region than a team has at the tolerance."""
    from spopt.region import Skater

    frame, weights = spatial(problem)
    floor = int(0.5 * len(frame) / problem["teams"])
    begin = clock()
    model = Skater(frame, weights, ["x", "y"], n_clusters=problem["teams"], floor=floor)
    model.solve()
    return [int(part) for part in model.labels_], clock(begin)


def max_p(problem: dict):
    """Max-p on the centroids, no less weight in a region than a team may have."""
    from spopt.region import MaxPHeuristic

    frame, weights = spatial(problem)
    np.random.seed(problem["seed"])  # noqa: NPY002  the peer draws from it
    least = (1 - problem["tolerance"]) * frame["weight"].sum() / problem["teams"]
    begin = clock()
    model = MaxPHeuristic(frame, weights, ["x", "y"], "weight", least, top_n=2)
    model.solve()
    return [int(part) for part in model.labels_], clock(begin)


def spatial(problem: dict):
    from libpysal.weights import W

    count = len(problem["weight"])
    neighbours: dict[int, list[int]] = {unit: [] for unit in range(count)}
    for i, j in problem["edges"]:
        neighbours[i].append(j)
        neighbours[j].append(i)
    x, y = problem["x_m"], problem["y_m"]
    frame = gpd.GeoDataFrame(
        {"x": x, "y": y, "weight": problem["weight"]}, geometry=gpd.points_from_xy(x, y)
    )
    return frame, W(neighbours, silence_warnings=True)


def clock(begin: tuple[float, float] = (0.0, 0.0)) -> tuple[float, float]:
    return time.perf_counter() - begin[0], time.process_time() - begin[1]


PEERS = {
    "gerrychain_chain": partial(gerrychain, steps=1000, bursts=1),
    "gerrychain_bursts": partial(gerrychain, steps=1000, bursts=100),
    "skater": skater,
    "max_p": max_p,
}

if __name__ == "__main__":
    warnings.filterwarnings("ignore")
    name, source, target = sys.argv[1:]
    assignment, (wall, cpu) = PEERS[name](json.loads(Path(source).read_text()))
    answer = {"assignment": assignment, "wall_s": round(wall, 2), "cpu_s": round(cpu, 2)}
    Path(target).write_text(json.dumps(answer))
