"""What the page and the map of one item show."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

import geopandas as gpd
import pandas as pd
import shapely

from geoteam.crs import WGS84
from geoteam.maps import AreaLayer, PointLayer, city_map
from geoteam.model import User
from geoteam.services import review_reuse
from geoteam.services import review_shelters as shelters
from geoteam.services.ground import ground_of, outline
from geoteam.services.review_claims import claim
from geoteam.services.review_items import is_gone, is_proposal, note, open_item, waits
from geoteam.services.review_places import candidates_of, cause_of, known_of, start_of
from geoteam.services.workspace import Workspace
from geoteam.store import geocodes, queue

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
        decision will hold, in words), ``candidates`` (as `review_places.candidates_of`),
        ``shelters`` (as `review_shelters.listed`), ``known`` (the client's earlier addresses,
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
        candidates = candidates_of(workspace, session, found)
        known = known_of(workspace, session, found)
        offered = shelters.listed(workspace, session) if waits(found) and not held else []
    moves = is_proposal(found)
    return {
        "id": found.id,
        "client_ref": found.client_ref,
        "address": found.address,
        "zip": found.zip,
        "cause": cause_of(found),
        "reason": found.reason,
        "waits": waits(found),
        "held": held,
        "reuse": review_reuse.HERE
        if moves or is_gone(found)
        else review_reuse.wording(found.status, found.boundary_ambiguous),
        "candidates": candidates,
        "shelters": offered,
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
        known = [one for one in known_of(workspace, session, found) if one["lon"] is not None]
        listed = candidates_of(workspace, session, found)
        note(workspace, session, user, "address.map", found.client_ref)
    ground = ground_of(workspace)
    spots = [(one["lon"], one["lat"]) for one in (listed or known)]
    bounds = _around(spots) if spots else ground.bounds
    return city_map(
        [
            _near_units(ground.unit_kind, ground.unit_areas, bounds),
            *_marks(listed),
            *_earlier(known),
        ],
        title="Present place and new place" if is_proposal(found) else "Candidates",
        nonce=nonce,
        basemap_url=ground.basemap_url,
        attribution=ground.attribution,
        bounds=bounds,
        pin=start_of(workspace, listed, known),
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


def _marks(listed: Sequence[Mapping[str, Any]]) -> list[PointLayer]:
    """Mark the candidates by their numbers; the place in force looks unlike a new one."""
    layers: dict[str, list[tuple[int, Mapping[str, Any]]]] = {}
    for k, one in enumerate(listed):
        layers.setdefault(one["label"] or "Candidates", []).append((k, one))
    return [
        _points(
            name,
            "start" if name == "Present place" else "stop",
            [f"candidate:{k}" for k, _ in those],
            [str(k + 1) for k, _ in those],
            [str(one["address"]) for _, one in those],
            [f"score {one['score']:.0f}, area {one['unit'] or 'none'}" for _, one in those],
            [one for _, one in those],
        )
        for name, those in layers.items()
    ]


def _earlier(known: Sequence[Mapping[str, Any]]) -> list[PointLayer]:
    if not known:
        return []
    return [
        _points(
            "Earlier addresses",
            "client",
            [f"known:{k}" for k in range(len(known))],
            [str(one["letter"]) for one in known],
            [str(one["matched_address"]) for one in known],
            [f"{one['valid_from']} to {one['valid_to'] or 'now'}" for one in known],
            known,
        )
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
        mark=marks[0],
        details={"detail": "About"},
        kind=kind,
        cluster=False,
    )
