"""What the page and the map of one item show."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from sqlalchemy.orm import Session

from geoteam.crs import WGS84
from geoteam.maps import AreaLayer, PointLayer, city_map
from geoteam.model import User
from geoteam.services import review_reuse
from geoteam.services.geocoding import place
from geoteam.services.ground import ground_of, outline
from geoteam.services.review_claims import claim
from geoteam.services.review_items import is_proposal, note, open_item, waits
from geoteam.services.workspace import Workspace
from geoteam.store import clients as client_store
from geoteam.store import geocodes, plans, queue, residences

# Around what is shown, in degrees: the map begins with a few blocks of the neighbourhood.
_MARGIN = (0.004, 0.003)


def review_item(workspace: Workspace, user: User, item: int) -> dict[str, Any]:
    """Open one address with its candidates, and keep it for the user; the reading is audited.

    Parameters
    ----------
    workspace
        The workspace.
    user
        An officer or a supervisor.
    item
        Number of the item.

    Returns
    -------
    dict
        ``id``, ``client_ref``, ``address``, ``zip``, ``cause``, ``reason``, ``waits``, ``held``
        (who else has it open, as `review_claims.claim`, None for the user), ``reuse`` (for whom a
        decision will hold, in words), ``candidates`` (each with ``label``, ``unit``, ``team`` and
        ``near``, the other areas that it may lie in), ``known`` (the client's earlier addresses,
        latest first), ``history`` (what held for this address, latest first); and what holds now:
        ``present`` (number of the item), ``decision``, ``decided_as``, ``matched_address``,
        ``decided_by``, ``decided_why``, ``decided_at`` ('' and None when no person decided) and
        ``batch``.

    Raises
    ------
    NotFoundError
        When there is no such item, or none that the user may see.
    """
    with workspace.transaction() as session:
        found = open_item(workspace, session, user, item)
        held = claim(workspace, session, user, found) if waits(found) else None
        history = geocodes.history(session, found.residence_id)
        present, latest = history[0], queue.latest(session, found.residence_id)
        note(workspace, session, user, "address.read", found.client_ref)
        candidates = _candidates(workspace, found)
        _name_teams(workspace, session, candidates)
        known = _known(workspace, session, found)
    moves = is_proposal(found)
    return {
        "id": found.id,
        "client_ref": found.client_ref,
        "address": found.address,
        "zip": found.zip,
        "cause": queue.cause_of(found.decision, found.status, found.boundary_ambiguous),
        "reason": found.reason,
        "waits": waits(found),
        "held": held,
        "reuse": review_reuse.HERE
        if moves
        else review_reuse.wording(found.status, found.boundary_ambiguous),
        "candidates": candidates,
        "known": known,
        "history": [asdict(one) for one in history],
        "present": latest,
        "decision": present.decision,
        "decided_as": present.reason,
        "matched_address": present.matched_address,
        "decided_by": present.decided_by,
        "decided_why": present.decided_why,
        "decided_at": present.valid_from if present.decided_by else None,
        "batch": present.batch,
    }


def _name_teams(
    workspace: Workspace, session: Session, candidates: Sequence[dict[str, Any]]
) -> None:
    """Say which team each candidate would fall to under the plan in force."""
    plan = plans.in_force(session, workspace.today())
    units = [one["unit"] for one in candidates]
    names = plans.team_names(session, plan.id, units) if plan else {}
    for one in candidates:
        one["team"] = names.get(one["unit"], "")


def _candidates(workspace: Workspace, found: geocodes.Geocode) -> list[dict[str, Any]]:
    listed = [dict(one) for one in found.candidates]
    if not listed:
        return []
    index = workspace.area_index(workspace.profile.unit_kind)
    at = (
        np.array([one["lon"] for one in listed], dtype=float),
        np.array([one["lat"] for one in listed], dtype=float),
    )
    radius_m = np.array([float(one.get("uncertainty_m") or 0.0) for one in listed])
    for one, unit, near in zip(listed, index.locate(*at), index.near(*at, radius_m), strict=True):
        one["unit"] = str(unit)
        one["near"] = [code for code in near if code != unit]
        told = "Present place" if one.get("present") else "New place"
        one["label"] = told if is_proposal(found) else ""
    return listed


def _known(workspace: Workspace, session: Session, found: geocodes.Geocode) -> list[dict[str, Any]]:
    """List the client's earlier addresses; those never looked up are placed now, for the eye."""
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


def review_map(workspace: Workspace, user: User, item: int, *, nonce: str = "") -> str:
    """Draw one address: its candidates, numbered as in the list, and earlier addresses, lettered.

    The reading is audited.

    Parameters
    ----------
    workspace
        The workspace.
    user
        An officer or a supervisor.
    item
        Number of the item.
    nonce
        Nonce of the content security policy.

    Returns
    -------
    str
        A document made by folium, with a pin that the page can show.
    """
    with workspace.transaction() as session:
        found = open_item(workspace, session, user, item)
        known = [one for one in _known(workspace, session, found) if one["lon"] is not None]
        note(workspace, session, user, "address.map", found.client_ref)
    listed = _candidates(workspace, found)
    ground = ground_of(workspace)
    spots = [(one["lon"], one["lat"]) for one in (listed or known)]
    bounds = _around(spots) if spots else ground.bounds
    middle = ((bounds[0] + bounds[2]) / 2, (bounds[1] + bounds[3]) / 2)
    marks = [layer for layer in _marks(listed, known) if len(layer.frame)]
    return city_map(
        [_near_units(ground.unit_kind, ground.unit_areas, bounds), *marks],
        title="Candidates",
        nonce=nonce,
        basemap_url=ground.basemap_url,
        attribution=ground.attribution,
        bounds=bounds,
        pin=spots[0] if spots else middle,
    )


def _around(spots: Sequence[tuple[float, float]]) -> tuple[float, float, float, float]:
    lon, lat = [one[0] for one in spots], [one[1] for one in spots]
    dx, dy = _MARGIN
    return (min(lon) - dx, min(lat) - dy, max(lon) + dx, max(lat) + dy)


def _near_units(
    kind: str, units: gpd.GeoDataFrame, bounds: tuple[float, float, float, float]
) -> AreaLayer:
    """Outline the units in and around the view, and no more: the document must come at once."""
    west, south, east, north = bounds
    wide, high = east - west, north - south
    view = shapely.box(west - wide, south - high, east + wide, north + high)
    return outline(kind, units[units.intersects(view)], show=True)


def _marks(
    listed: Sequence[Mapping[str, Any]], known: Sequence[Mapping[str, Any]]
) -> list[PointLayer]:
    return [
        _points(
            "Candidates",
            "stop",
            [f"candidate:{k}" for k in range(len(listed))],
            [str(k) for k in range(1, len(listed) + 1)],
            [str(one["address"]) for one in listed],
            [f"score {one['score']:.0f}, area {one['unit'] or 'none'}" for one in listed],
            listed,
        ),
        _points(
            "Earlier addresses",
            "client",
            [f"known:{k}" for k in range(len(known))],
            [str(one["letter"]) for one in known],
            [str(one["matched_address"]) for one in known],
            [f"{one['valid_from']} to {one['valid_to'] or 'now'}" for one in known],
            known,
        ),
    ]


def _points(
    name: str,
    kind: Any,
    codes: list[str],
    marks: list[str],
    addresses: list[str],
    details: list[str],
    places: Sequence[Mapping[str, Any]],
) -> PointLayer:
    frame = gpd.GeoDataFrame(
        {
            "title": [f"{mark}. {text}" for mark, text in zip(marks, addresses, strict=True)],
            "mark": marks,
            "detail": details,
        },
        index=pd.Index(codes, dtype="str"),
        geometry=gpd.points_from_xy([p["lon"] for p in places], [p["lat"] for p in places]),
        crs=WGS84,
    )
    return PointLayer(
        name=name,
        frame=frame,
        title_column="title",
        mark_column="mark",
        mark="1" if kind == "stop" else "A",
        details={"detail": "About"},
        kind=kind,
        cluster=False,
    )
