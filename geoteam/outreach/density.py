"""Caseload and workload by area."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd

from geoteam.crs import to_measuring
from geoteam.errors import FrameError

MEASURES = ("clients", "workload", "officers", "officer_share", "workload_per_officer")


def measure(clients: pd.DataFrame, groups: pd.Series, index: pd.Index) -> pd.DataFrame:
    """Count clients, workload and officers by group.

    Parameters
    ----------
    clients
        Table with ``points`` (workload points) and ``officer`` ("" when unassigned).
    groups
        Group of each client, aligned with ``clients``; "" is no group.
    index
        Groups to list; those without clients get zeros.

    Returns
    -------
    DataFrame
        Index as given; columns ``clients``, ``workload`` (points), ``officers`` (people with a
        client there), ``officer_share`` (each officer counted by the share of the own workload
        that lies there) and ``workload_per_officer`` (assigned points by officer_share, that is
        the average caseload of those who work there; NaN without officers).
    """
    points = clients["points"].astype("float64")
    grouped = pd.DataFrame(
        {"group": groups, "points": points, "officer": clients["officer"]}, index=clients.index
    )
    counts = grouped.groupby("group")["points"].agg(clients="size", workload="sum")
    held = grouped[grouped["officer"] != ""]
    by_officer = held.groupby(["group", "officer"])["points"].agg(["size", "sum"])
    # Shares by points; by heads for an officer whose clients carry no points at all.
    own = by_officer.groupby("officer").transform("sum")
    with np.errstate(invalid="ignore", divide="ignore"):
        share = (by_officer["sum"] / own["sum"]).where(
            own["sum"] > 0, by_officer["size"] / own["size"]
        )
    table = counts.reindex(index).fillna(0.0)
    table["clients"] = table["clients"].astype("int64")
    table["officers"] = share.groupby("group").size().reindex(index).fillna(0).astype("int64")
    table["officer_share"] = share.groupby("group").sum().reindex(index).fillna(0.0)
    assigned = held.groupby("group")["points"].sum().reindex(index).fillna(0.0)
    table["workload_per_officer"] = (assigned / table["officer_share"]).where(
        table["officer_share"] > 0
    )
    return pd.DataFrame(table, columns=list(MEASURES))


def density(
    clients: pd.DataFrame, areas: gpd.GeoDataFrame, *, crs: str, by: str = "unit"
) -> pd.DataFrame:
    """Count caseload, workload and officers by area.

    Parameters
    ----------
    clients
        CLIENTS table; column ``by`` holds area codes.
    areas
        BOUNDARIES frame whose codes ``by`` holds; every area gets a row.
    crs
        The measuring CRS.
    by
        Column of ``clients``: ``unit``, ``district`` or another one with area codes.

    Returns
    -------
    DataFrame
        Index ``code`` in the order of ``areas``; columns ``clients``, ``workload`` (points),
        ``officers`` (people with a client there), ``officer_share`` (each officer by the share
        of the own workload there), ``workload_per_officer`` (average caseload of those who work
        there, NaN without officers), ``area_km2`` and ``clients_per_km2``.
        ``attrs["outside"]`` counts the clients in none of the areas.

    Raises
    ------
    FrameError
        When a column is missing.
    CrsError
        When the areas are not in EPSG:4326 or ``crs`` cannot measure.
    """
    missing = [name for name in (by, "points", "officer") if name not in clients.columns]
    if missing:
        raise FrameError(f"clients: column(s) missing: {', '.join(missing)}")
    table = measure(clients, clients[by], areas.index)
    table["area_km2"] = (to_measuring(areas, crs).area / 1e6).to_numpy()
    table["clients_per_km2"] = table["clients"] / table["area_km2"]
    table.attrs["outside"] = int(len(clients) - table["clients"].sum())
    return table
