"""What a plan means for its teams: caseload, workload, balance and contiguity."""

from __future__ import annotations

from collections.abc import Mapping

import networkx as nx
import pandas as pd


def pieces(plan: Mapping[str, str], adjacency: pd.DataFrame) -> dict[str, int]:
    """Count the disconnected parts of each team area.

    Parameters
    ----------
    plan
        Unit code -> team ref.
    adjacency
        Rook neighbours: columns ``code`` and ``other``.

    Returns
    -------
    dict of str to int
        Team ref -> number of connected parts; 1 is a contiguous area.
    """
    graph = nx.Graph()
    graph.add_nodes_from(plan)
    graph.add_edges_from(
        (code, other)
        for code, other in zip(adjacency["code"], adjacency["other"], strict=True)
        if code in plan and other in plan and plan[code] == plan[other]
    )
    counts: dict[str, int] = {}
    for part in nx.connected_components(graph):
        team = plan[next(iter(part))]
        counts[team] = counts.get(team, 0) + 1
    return counts


def team_metrics(
    plan: Mapping[str, str],
    *,
    load: pd.DataFrame,
    officers: Mapping[str, float],
    adjacency: pd.DataFrame,
) -> pd.DataFrame:
    """Compute what each team would carry under a plan.

    Parameters
    ----------
    plan
        Unit code -> team ref.
    load
        Index unit code; columns ``clients`` and ``workload`` (points).
    officers
        Team ref -> officers, in full-time shares.
    adjacency
        Rook neighbours of the units: columns ``code`` and ``other``.

    Returns
    -------
    DataFrame
        Index ``team``; columns ``units``, ``clients``, ``workload``, ``officers``,
        ``workload_per_officer`` (NaN without officers), ``deviation`` (share above or below the
        mean workload per officer of all teams) and ``pieces``.
    """
    rows = load.reindex(list(plan)).fillna(0.0)
    grouped = rows.groupby(pd.Series(plan), sort=True)
    table = grouped[["clients", "workload"]].sum()
    table.insert(0, "units", grouped.size())
    table["officers"] = pd.Series(officers, dtype=float).reindex(table.index).fillna(0.0)
    staffed = table["officers"].where(table["officers"] > 0)
    table["workload_per_officer"] = table["workload"] / staffed
    ideal = table["workload"].sum() / table["officers"].sum() if table["officers"].sum() else None
    table["deviation"] = table["workload_per_officer"] / ideal - 1.0 if ideal else float("nan")
    table["pieces"] = pd.Series(pieces(plan, adjacency)).reindex(table.index)
    table.index.name = "team"
    return table
