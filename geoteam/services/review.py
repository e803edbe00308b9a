"""The review queue: addresses that the geocoder would not decide alone."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
from sqlalchemy.orm import Session

from geoteam.crs import WGS84
from geoteam.errors import InputError, NotFoundError
from geoteam.maps import PointLayer, city_map
from geoteam.model import AddressKind, MatchCode, MatchStatus, User
from geoteam.services.clients import reach_of
from geoteam.services.geocoding import place
from geoteam.services.ground import ground_of
from geoteam.services.paging import Page
from geoteam.services.scope import visible_refs
from geoteam.services.workspace import Workspace
from geoteam.store import audit, decisions, geocodes, queue
from geoteam.store import clients as client_store

ACTIONS = ("candidate", "address", "shelter", "no_fixed_address", "outside", "invalid")
_WITHOUT_PLACE = {
    "shelter": AddressKind.SHELTER,
    "no_fixed_address": AddressKind.NO_FIXED_ADDRESS,
    "outside": AddressKind.OUTSIDE,
    "invalid": AddressKind.INVALID,
}
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


def _open_item(
    workspace: Workspace, session: Session, user: User, item: int, *, lock: bool = False
) -> geocodes.Geocode:
    reach_of(user)
    found = geocodes.get(session, item, lock=lock)
    client = client_store.as_frame(session, workspace.today(), refs=[found.client_ref])
    if not visible_refs(user, client):
        raise NotFoundError("there is no such item in the queue", remedy="See: Review")
    return found


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
        ``id``, ``client_ref``, ``address``, ``zip``, ``reason``, ``waits`` and ``candidates``, each
        with the ``unit`` it would lie in.

    Raises
    ------
    NotFoundError
        When there is no such item, or none that the user may see.
    """
    with workspace.transaction() as session:
        found = _open_item(workspace, session, user, item)
        _audit(workspace, session, user, "address.read", found.client_ref, "")
    return {
        "id": found.id,
        "client_ref": found.client_ref,
        "address": found.address,
        "zip": found.zip,
        "reason": found.reason,
        "waits": found.decision == "review" and found.valid_to is None,
        "candidates": _candidates(workspace, found),
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
        found = _open_item(workspace, session, user, item)
        _audit(workspace, session, user, "address.map", found.client_ref, "")
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


def decide_item(
    workspace: Workspace,
    user: User,
    item: int,
    *,
    action: str,
    candidate: int | None = None,
    address: str = "",
    why: str,
) -> None:
    """Keep a person's decision on an address; it is used again for the same text.

    Parameters
    ----------
    workspace
        The workspace.
    user
        An officer or a supervisor.
    item
        Number of the item.
    action
        One of ``ACTIONS``.
    candidate
        Position of the chosen candidate, from 0.
    address
        The right address, for the action ``address``.
    why
        How the person knows.

    Raises
    ------
    InputError
        When the item was decided already, the choice is incomplete, or the corrected address is
        itself not certain.
    """
    if action not in ACTIONS:
        raise InputError("no decision was chosen", remedy="Choose a candidate or say what it is")
    if not why.strip():
        raise InputError("a decision needs a reason", remedy="Say how you know")
    with workspace.transaction() as session:
        found = _open_item(workspace, session, user, item, lock=True)
        if found.decision != "review" or found.valid_to is not None:
            raise InputError(
                "this address was decided already", remedy="Go back to the queue for the next one"
            )
        result = _result(workspace, found, action, candidate, address)
        row = pd.DataFrame(
            [result | {"boundary_ambiguous": False, "candidates": list(found.candidates)}],
            index=pd.Index([found.residence_id], name="residence_id"),
        )
        now = workspace.now()
        geocodes.save(session, row, now, decided_by=user.username, decided_why=why.strip())
        plain = {k: None if v != v else v for k, v in result.items()}
        decisions.save(
            session,
            decisions.AddressDecision(
                text=decisions.key(found.address, found.zip),
                result=plain,
                decided_by=user.username,
                decided_why=why.strip(),
                decided_at=now,
            ),
        )
        _audit(workspace, session, user, "address.decide", found.client_ref, action)


def _result(
    workspace: Workspace,
    found: geocodes.Geocode,
    action: str,
    candidate: int | None,
    address: str,
) -> dict[str, Any]:
    nowhere = float("nan")
    result: dict[str, Any] = {
        "status": MatchStatus.MATCHED.value,
        "kind": AddressKind.ADDRESS.value,
        "inferred": False,
        "decision": "accepted",
    }
    if action in _WITHOUT_PLACE:
        return result | {
            "status": MatchStatus.UNMATCHED.value,
            "match_code": MatchCode.NONE.value,
            "kind": _WITHOUT_PLACE[action].value,
            "score": 0.0,
            "lon": nowhere,
            "lat": nowhere,
            "uncertainty_m": nowhere,
            "matched_address": "",
            "reference_id": "",
            "reason": f"a person decided: {action.replace('_', ' ')}",
            "decision": "unplaceable",
        }
    if action == "candidate":
        if candidate is None or not 0 <= candidate < len(found.candidates):
            raise InputError("that candidate is not in the list", remedy="Choose one of the list")
        chosen = found.candidates[candidate]
        return result | {
            "match_code": chosen["match_code"],
            "score": 100.0,
            "lon": float(chosen["lon"]),
            "lat": float(chosen["lat"]),
            "uncertainty_m": float(chosen.get("uncertainty_m") or 10.0),
            "matched_address": chosen["address"],
            "reference_id": str(chosen.get("reference_id", "")),
            "reason": "a person chose this candidate",
        }
    return result | _corrected(workspace, address)


def _corrected(workspace: Workspace, address: str) -> dict[str, Any]:
    if not address.strip():
        raise InputError("the right address is empty", remedy="Type it, or choose another decision")
    placed = place(workspace, pd.Series([address], dtype="str"), pd.Series([""], dtype="str")).iloc[
        0
    ]
    if placed["decision"] != "accepted":
        raise InputError(
            f"the address you typed is not certain either: {placed['reason']}",
            remedy="Add the quadrant or the street type, or choose another decision",
        )
    columns = (
        "match_code",
        "score",
        "lon",
        "lat",
        "uncertainty_m",
        "matched_address",
        "reference_id",
    )
    kept: dict[str, Any] = {
        name: placed[name].item() if hasattr(placed[name], "item") else placed[name]
        for name in columns
    }
    return kept | {"reason": "a person corrected the address"}


def undo_decision(workspace: Workspace, user: User, item: int) -> None:
    """Take a decision back: the address waits again, and the decision is not reused.

    Parameters
    ----------
    workspace
        The workspace.
    user
        An officer or a supervisor.
    item
        Number of the item that was decided.

    Raises
    ------
    NotFoundError
        When no decision of a person holds for this address.
    """
    with workspace.transaction() as session:
        found = _open_item(workspace, session, user, item, lock=True)
        history = geocodes.history(session, found.residence_id)
        if not history[0].decided_by:
            raise NotFoundError(
                "no person has decided on this address, or that was taken back already",
                remedy="See: Review",
            )
        if len(history) > 1:
            geocodes.restore_previous(session, found.residence_id, workspace.now())
        else:
            _look_up_again(workspace, session, found)
        decisions.forget(session, decisions.key(found.address, found.zip))
        _audit(workspace, session, user, "address.undo", found.client_ref, "")


def _look_up_again(workspace: Workspace, session: Session, found: geocodes.Geocode) -> None:
    """Let the geocoder speak where a decision had been reused before it could."""
    index = pd.Index([found.residence_id], name="residence_id")
    address, zips, kinds = (
        pd.Series([text], index=index, dtype="str")
        for text in (found.address, found.zip, found.residence_kind)
    )
    geocodes.save(session, place(workspace, address, zips, kinds), workspace.now())


def _audit(
    workspace: Workspace, session: Session, user: User, action: str, ref: str, decision: str
) -> None:
    audit.append(
        session,
        at=workspace.now(),
        actor=user.username,
        action=action,
        object_kind="client",
        object_ref=ref,
        purpose="address",
        detail={"decision": decision} if decision else {},
    )
