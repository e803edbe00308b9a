"""The review queue: addresses that the geocoder would not decide alone."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
from sqlalchemy.orm import Session

from geoteam.crs import WGS84
from geoteam.maps import PointLayer, city_map
from geoteam.model import MatchStatus, User
from geoteam.services.clients import reach_of
from geoteam.services.ground import ground_of
from geoteam.services.paging import Page
from geoteam.services.review_decisions import ACTIONS, decide_item, undo_decision
from geoteam.services.review_items import note, open_item
from geoteam.services.review_reuse import wording
from geoteam.services.workspace import Workspace
from geoteam.store import audit, geocodes, queue
from geoteam.store import clients as client_store

REASONS: Mapping[str, str] = {
    "tie": "Several places fit equally well",
    "boundary": "The place may lie in another area",
    "doubtful": "The match is not certain enough",
    "no_match": "No place was found",
}
_ALL = 1_000_000


def _cause(row: pd.Series) -> str:
    if row["status"] == MatchStatus.TIE.value:
        return "tie"
    if row["status"] == MatchStatus.UNMATCHED.value:
        return "no_match"
    return "boundary" if row["boundary_ambiguous"] else "doubtful"


def _waiting(workspace: Workspace, session: Session, user: User) -> pd.DataFrame:
    """Load everything that waits and that the user may see, with its cause."""
    reach = reach_of(user)
    refs: Collection[str] | None = None
    if reach.officers is not None or reach.teams is not None:
        refs, _ = client_store.find(
            session,
            workspace.today(),
            officers=reach.officers,
            teams=reach.teams,
            or_without_team=reach.or_without_team,
            limit=_ALL,
        )
    frame, _ = queue.page(session, client_refs=refs, limit=_ALL)
    causes = [_cause(row) for _, row in frame.iterrows()]
    return frame.assign(cause=pd.Series(causes, index=frame.index, dtype="str"))


def reason_counts(workspace: Workspace, user: User) -> list[tuple[str, str, int]]:
    """Count what waits, by cause.

    Parameters
    ----------
    workspace
        The workspace.
    user
        An officer or a supervisor.

    Returns
    -------
    list of tuple
        Cause, its words, and how many; only causes that occur.
    """
    with workspace.reading() as session:
        counts = _waiting(workspace, session, user)["cause"].value_counts()
    return [(name, text, int(counts[name])) for name, text in REASONS.items() if name in counts]


def count_waiting(workspace: Workspace, user: User) -> int:
    """Count the addresses that wait for a decision of the user; none is read.

    Parameters
    ----------
    workspace
        The workspace.
    user
        An officer or a supervisor.

    Returns
    -------
    int
        How many.
    """
    with workspace.reading() as session:
        return len(_waiting(workspace, session, user))


def review_queue(
    workspace: Workspace, user: User, *, reason: str = "", page: int = 1, page_size: int = 50
) -> Page:
    """List the addresses that wait for a decision; the listing is audited.

    Parameters
    ----------
    workspace
        The workspace.
    user
        An officer or a supervisor.
    reason
        Only this cause; any when empty.
    page, page_size
        The part wanted.

    Returns
    -------
    Page
        Rows with ``id``, ``client_ref``, ``address``, ``zip``, ``reason`` and ``candidates`` (how
        many).
    """
    page = max(page, 1)
    with workspace.transaction() as session:
        frame = _waiting(workspace, session, user)
        if reason:
            frame = frame[frame["cause"] == reason]
        part = frame.iloc[(page - 1) * page_size : page * page_size]
        audit.append(
            session,
            at=workspace.now(),
            actor=user.username,
            action="address.list",
            object_kind="clients",
            object_ref="",
            purpose="address",
            detail={"rows": len(part), "total": len(frame)},
        )
    rows = [
        {
            "id": int(str(number)),
            "client_ref": row["client_ref"],
            "address": row["address"],
            "zip": row["zip"],
            "reason": row["reason"],
            "candidates": len(row["candidates"]),
        }
        for number, row in part.iterrows()
    ]
    return Page(rows, len(frame), page, page_size)


def review_item(workspace: Workspace, user: User, item: int) -> dict[str, Any]:
    """Open one address with its candidates; the reading is audited.

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
        ``id``, ``client_ref``, ``address``, ``zip``, ``reason``, ``waits``, ``reuse`` (for whom
        a decision will hold, in words) and ``candidates``, each with the ``unit`` it would lie in;
        and what holds for the residence now: ``present`` (number of the item), ``decision``,
        ``decided_as``, ``matched_address``, and ``decided_by``, ``decided_why`` and ``decided_at``
        ('' and None when no person decided).

    Raises
    ------
    NotFoundError
        When there is no such item, or none that the user may see.
    """
    with workspace.transaction() as session:
        found = open_item(workspace, session, user, item)
        present = geocodes.history(session, found.residence_id)[0]
        note(workspace, session, user, "address.read", found.client_ref, "")
    return {
        "id": found.id,
        "client_ref": found.client_ref,
        "address": found.address,
        "zip": found.zip,
        "reason": found.reason,
        "waits": found.decision == "review" and found.valid_to is None,
        "reuse": wording(found.status, found.boundary_ambiguous),
        "candidates": _candidates(workspace, found),
        "present": present.id,
        "decision": present.decision,
        "decided_as": present.reason,
        "matched_address": present.matched_address,
        "decided_by": present.decided_by,
        "decided_why": present.decided_why,
        "decided_at": present.valid_from if present.decided_by else None,
    }


def _candidates(workspace: Workspace, found: geocodes.Geocode) -> list[dict[str, Any]]:
    listed = [dict(one) for one in found.candidates]
    if listed:
        index = workspace.area_index(workspace.profile.unit_kind)
        units = index.locate(
            np.array([one["lon"] for one in listed], dtype=float),
            np.array([one["lat"] for one in listed], dtype=float),
        )
        for one, unit in zip(listed, units, strict=True):
            one["unit"] = str(unit)
    return listed


def review_map(workspace: Workspace, user: User, item: int, *, nonce: str = "") -> str:
    """Draw the candidates of one address, numbered as in the list; the reading is audited.

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
        A document made by folium.
    """
    with workspace.transaction() as session:
        found = open_item(workspace, session, user, item)
        note(workspace, session, user, "address.map", found.client_ref, "")
    listed = _candidates(workspace, found)
    frame = gpd.GeoDataFrame(
        {
            "title": [f"{k}. {one['address']}" for k, one in enumerate(listed, 1)],
            "number": [str(k) for k in range(1, len(listed) + 1)],
            "score": [f"{one['score']:.0f}" for one in listed],
            "unit": [one["unit"] or "outside every area" for one in listed],
        },
        geometry=gpd.points_from_xy([one["lon"] for one in listed], [one["lat"] for one in listed]),
        crs=WGS84,
    )
    layer = PointLayer(
        name="Candidates",
        frame=frame,
        title_column="title",
        mark_column="number",
        details={"score": "Score", "unit": "Area"},
        kind="stop",
        cluster=False,
    )
    ground = ground_of(workspace)
    bounds = None
    if listed:
        west, south, east, north = frame.total_bounds
        bounds = (west - 0.004, south - 0.003, east + 0.004, north + 0.003)
    return city_map(
        [ground.units(show=True), layer],
        title="Candidates",
        nonce=nonce,
        basemap_url=ground.basemap_url,
        attribution=ground.attribution,
        bounds=bounds or ground.bounds,
        empty="No candidate has a place",
        advice="Type the right address, or say what kind of place it is.",
    )


__all__ = [
    "ACTIONS",
    "REASONS",
    "count_waiting",
    "decide_item",
    "reason_counts",
    "review_item",
    "review_map",
    "review_queue",
    "undo_decision",
]
