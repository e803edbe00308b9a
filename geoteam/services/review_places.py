"""The places that an item of the review queue speaks of: candidates, earlier homes, the start."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from sqlalchemy.orm import Session

from geoteam.model import MatchCode
from geoteam.services.geocoding import place
from geoteam.services.ground import ground_of
from geoteam.services.review_items import is_proposal
from geoteam.services.workspace import Workspace
from geoteam.store import clients as client_store
from geoteam.store import geocodes, plans, queue, residences

# For candidates that do not say how exact they are, in metres.
_EXACT_M = {
    MatchCode.POINT_ADDRESS.value: 10.0,
    MatchCode.PLACE.value: 30.0,
    MatchCode.STREET_INT.value: 30.0,
}
_ROUGH_M = 135.0


def radius_of(candidate: Mapping[str, Any]) -> float:
    """Tell how exact a candidate is.

    Parameters
    ----------
    candidate
        The candidate.

    Returns
    -------
    float
        Metres.
    """
    known = candidate.get("uncertainty_m")
    return float(known or _EXACT_M.get(str(candidate["match_code"]), _ROUGH_M))


def lay_over(
    workspace: Workspace, session: Session, places: Sequence[Mapping[str, Any]]
) -> list[dict[str, Any]]:
    """Lay candidates over the areas in force and the teams of the plan in force.

    Parameters
    ----------
    workspace
        The workspace.
    session
        Open session.
    places
        Candidates.

    Returns
    -------
    list of dict
        Copies with ``unit`` ('' outside every area), ``near`` (the other areas that the circle of
        uncertainty touches) and ``team`` ('' for none).
    """
    if not places:
        return []
    index = workspace.area_index(workspace.profile.unit_kind)
    lon, lat = (np.array([one[name] for one in places], dtype=float) for name in ("lon", "lat"))
    units = [str(unit) for unit in index.locate(lon, lat)]
    near = index.near(lon, lat, np.array([radius_of(one) for one in places]))
    plan = plans.in_force(session, workspace.today())
    # The plan may be drawn on other units than the police's.
    own = workspace.index_of(plan.boundary_set_id).locate(lon, lat).tolist() if plan else units
    teams = plans.team_names(session, plan.id, own) if plan else {}
    return [
        {
            **one,
            "unit": unit,
            "near": [code for code in codes if code != unit],
            "team": teams.get(mine, ""),
        }
        for one, unit, mine, codes in zip(places, units, own, near, strict=True)
    ]


def candidates_of(
    workspace: Workspace, session: Session, found: geocodes.Geocode
) -> list[dict[str, Any]]:
    """List the candidates of an item.

    Parameters
    ----------
    workspace
        The workspace.
    session
        Open session.
    found
        The item.

    Returns
    -------
    list of dict
        As `lay_over`, with ``label``: where a place is in force, which one is that.
    """
    listed = lay_over(workspace, session, found.candidates)
    new = "Possible place" if cause_of(found) == "lost" else "New place"
    for one in listed:
        told = "Present place" if one.get("present") else new
        one["label"] = told if is_proposal(found) else ""
    return listed


def cause_of(found: geocodes.Geocode) -> str:
    """Tell why an item waits.

    Parameters
    ----------
    found
        The item.

    Returns
    -------
    str
        One of ``store.queue.CAUSES``.
    """
    return queue.cause_of(
        found.decision,
        found.status,
        found.boundary_ambiguous,
        len(found.candidates),
        found.decided_by,
    )


def known_of(
    workspace: Workspace, session: Session, found: geocodes.Geocode
) -> list[dict[str, Any]]:
    """List the client's earlier addresses; those never looked up are placed now, for the eye.

    Parameters
    ----------
    workspace
        The workspace.
    session
        Open session.
    found
        The item.

    Returns
    -------
    list of dict
        ``address``, ``zip``, ``kind``, ``valid_from``, ``valid_to``, ``matched_address``, ``lon``
        and ``lat`` ('' and None without a certain place) and ``letter`` (on the map, else ''),
        latest first.
    """
    client = client_store.get(session, found.client_ref)
    homes = [home for home in client.residences if home.id != found.residence_id] if client else []
    places: dict[int, tuple[str, float, float]] = {}
    unseen = []
    for home in homes:
        kept = next((g for g in geocodes.history(session, home.id) if g.valid_to is None), None)
        if kept is None:
            unseen.append(home)
        elif kept.decision == "accepted" and kept.lon is not None and kept.lat is not None:
            places[home.id] = kept.matched_address, kept.lon, kept.lat
    places |= _looked_up(workspace, unseen)
    rows = []
    for home in sorted(homes, key=lambda home: home.valid_from, reverse=True):
        matched, lon, lat = places.get(home.id, ("", None, None))
        rows.append(
            {
                "address": home.address,
                "zip": home.zip,
                "kind": home.kind,
                "valid_from": home.valid_from,
                "valid_to": home.valid_to,
                "matched_address": matched,
                "lon": lon,
                "lat": lat,
            }
        )
    # Letters for those that stand on the map.
    letters = iter("ABCDEFGHIJKLMNOPQRSTUVWXYZ")
    for row in rows:
        row["letter"] = next(letters, "+") if row["lon"] is not None else ""
    return rows


def _looked_up(
    workspace: Workspace, homes: Sequence[residences.Residence]
) -> dict[int, tuple[str, float, float]]:
    if not homes:
        return {}
    index = pd.Index([home.id for home in homes])
    address, zips, kinds = (
        pd.Series([getattr(home, name) for home in homes], index=index, dtype="str")
        for name in ("address", "zip", "kind")
    )
    placed = place(workspace, address, zips, kinds)
    sure = placed[(placed["decision"] == "accepted") & placed["lon"].notna()]
    return {
        int(str(number)): (str(row["matched_address"]), float(row["lon"]), float(row["lat"]))
        for number, row in sure.iterrows()
    }


def start_of(
    workspace: Workspace, listed: Sequence[Mapping[str, Any]], known: Sequence[Mapping[str, Any]]
) -> tuple[float, float]:
    """Tell where a pin stands before anybody moves it, which is a guess.

    Parameters
    ----------
    workspace
        The workspace.
    listed
        The candidates.
    known
        The client's earlier addresses.

    Returns
    -------
    tuple of float
        Longitude and latitude: of the first candidate, else of the latest earlier address that has
        a place, else of the middle of the city. Degrees, EPSG:4326.
    """
    spots = [*listed, *(one for one in known if one["lon"] is not None)]
    if spots:
        return float(spots[0]["lon"]), float(spots[0]["lat"])
    west, south, east, north = ground_of(workspace).bounds
    return (west + east) / 2, (south + north) / 2
