"""How much of the caseload partners reach, by driving time over the streets."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from geoteam.errors import InputError
from geoteam.streets import StreetNetwork

Floats = NDArray[np.float64]


def minutes_to_partner(
    network: StreetNetwork, clients: ArrayLike, partners: ArrayLike
) -> tuple[Floats, NDArray[np.int64]]:
    """Compute the drive from each client to the nearest partner.

    Parameters
    ----------
    network
        The streets.
    clients, partners
        Points, shape (n, 2) and (m, 2), longitude first; NaN where a place is unknown.

    Returns
    -------
    tuple of ndarray
        Minutes (n,), infinite where no partner is reached, and the partner's row (n,), -1 there.
    """
    seconds, which = network.nearest_s(partners, clients, towards=True)
    return seconds / 60.0, which


def coverage(
    network: StreetNetwork,
    clients: ArrayLike,
    partners: ArrayLike,
    *,
    minutes: float,
    groups: Sequence[str] | pd.Series,
    all_groups: Sequence[str] | pd.Index | None = None,
) -> pd.DataFrame:
    """Compute the share of caseload within some minutes of a partner, by group.

    Parameters
    ----------
    network
        The streets.
    clients, partners
        Points, shape (n, 2) and (m, 2), longitude first; NaN where a place is unknown.
    minutes
        Longest drive from the client to a partner that counts as reached.
    groups
        Group of each client, such as the district; length n.
    all_groups
        Groups to list; by default those that occur, sorted.

    Returns
    -------
    DataFrame
        Index ``group``; columns ``clients`` (with a known place), ``covered``, ``share``
        (covered / clients, 0-1; NaN without clients), ``median_minutes`` (infinite where more
        than half reach no partner; NaN without clients) and ``unlocated`` (clients without a
        place, in neither figure). Without partners nobody is covered.

    Raises
    ------
    InputError
        When the limit is not positive or the lengths differ.
    """
    if not (np.isfinite(minutes) and minutes > 0):
        raise InputError("minutes must be a positive number")
    points = np.asarray(clients, dtype=np.float64).reshape(-1, 2)
    names = pd.Series(list(groups), dtype="str")
    if len(names) != len(points):
        raise InputError(f"{len(points)} clients have {len(names)} groups")
    took, _ = minutes_to_partner(network, points, partners)
    located = np.isfinite(points).all(axis=1)
    table = pd.DataFrame(
        {
            "group": names,
            "clients": located,
            "covered": located & (took <= minutes),
            "unlocated": ~located,
        }
    )
    listed = pd.Index(
        sorted(names.unique()) if all_groups is None else list(all_groups),
        name="group",
        dtype="str",
    )
    sums = table.groupby("group")[["clients", "covered", "unlocated"]].sum()
    result = sums.reindex(listed).fillna(0).astype("int64")
    result["share"] = (result["covered"] / result["clients"]).where(result["clients"] > 0)
    median = pd.Series(took[located]).groupby(names.to_numpy()[located]).median()
    result["median_minutes"] = median.reindex(listed).to_numpy()
    return result[["clients", "covered", "share", "median_minutes", "unlocated"]]
