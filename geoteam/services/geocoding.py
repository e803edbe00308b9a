"""Placing residences: the geocoder, the boundary rule, and people's earlier decisions."""

from __future__ import annotations

import numpy as np
import pandas as pd
from sqlalchemy.orm import Session

from geoteam.geocoding import AddressGrammar, decide, geocode
from geoteam.model import AddressKind, MatchCode, MatchStatus, ResidenceKind
from geoteam.services.city import grammar_of
from geoteam.services.review_reuse import holds_for_all
from geoteam.services.workspace import Workspace
from geoteam.store import audit, decisions, geocodes

_DECIDED = ("status", "match_code", "kind", "score", "lon", "lat", "uncertainty_m",
            "matched_address", "reference_id", "inferred", "reason", "decision")  # fmt: skip


def geocode_residences(workspace: Workspace, actor: str) -> dict[str, int]:
    """Geocode every present residence that has no geocode yet.

    A person's earlier decision is reused: on the same text for the same client, or for everybody
    when it is a reading of the text (`review_reuse`). What the agency's record says of a residence
    without a fixed address wins over both. Nothing is dropped: what cannot be accepted waits in the
    review queue, and what has no place says why.

    Parameters
    ----------
    workspace
        The workspace.
    actor
        Who the audit log names.

    Returns
    -------
    dict of str to int
        How many were ``accepted``, sent to ``review``, ``unplaceable``, and ``reused``.
    """
    with workspace.transaction() as session:
        waiting = geocodes.without_geocode(session)
        if waiting.empty:
            return {"accepted": 0, "review": 0, "unplaceable": 0, "reused": 0}
        placed = place(workspace, waiting["address"], waiting["zip"], waiting["kind"])
        reused = reuse_decisions(session, waiting, placed, grammar_of(workspace.profile))
        fingerprint = workspace.reference().fingerprint
        geocodes.save(session, placed, workspace.now(), reference=fingerprint)
        counts = placed["decision"].value_counts()
        summary = {
            name: int(counts.get(name, 0)) for name in ("accepted", "review", "unplaceable")
        } | {"reused": reused}
        audit.append(
            session,
            at=workspace.now(),
            actor=actor,
            action="clients.geocode",
            object_kind="residences",
            object_ref="",
            detail=summary,
        )
    return summary


def place(
    workspace: Workspace, address: pd.Series, zips: pd.Series, kinds: pd.Series | None = None
) -> pd.DataFrame:
    """Geocode texts and decide which results count.

    Parameters
    ----------
    workspace
        The workspace, for its reference and the unit boundaries in force.
    address, zips
        Address texts and ZIP codes; same index.
    kinds
        Residence kinds; what the agency's record says of a residence wins over its text.

    Returns
    -------
    DataFrame
        GEOCODES with ``boundary_ambiguous``, ``units`` (codes of the units that the circle of the
        uncertainty touches, comma separated; '' without a place) and ``decision``, on the same
        index. The reason of what waits because of a boundary names those units.
    """
    found = geocode(address, workspace.reference(), zips=zips)
    if kinds is not None:
        _without_address(found, kinds)
    return weigh(workspace, found)


def weigh(workspace: Workspace, found: pd.DataFrame) -> pd.DataFrame:
    """Lay geocodes over the unit boundaries in force, and decide which count.

    Parameters
    ----------
    workspace
        The workspace.
    found
        GEOCODES; changed in place.

    Returns
    -------
    DataFrame
        What `place` returns.
    """
    index = workspace.area_index(workspace.profile.unit_kind)
    lon, lat = found["lon"].to_numpy(), found["lat"].to_numpy()
    radius_m = found["uncertainty_m"].fillna(0.0).to_numpy()
    ambiguous = index.ambiguous(lon, lat, radius_m)
    units = index.locate(lon, lat)
    # Nearness costs a hundred times more than lying in, so only few are asked.
    crossing = np.flatnonzero(ambiguous)
    near = index.near(lon[crossing], lat[crossing], radius_m[crossing])
    units[crossing] = [",".join(codes) for codes in near]
    found["boundary_ambiguous"] = ambiguous
    found["units"] = pd.Series(units, index=found.index, dtype="str")
    rule = workspace.profile.geocoding
    decided = decide(
        found,
        ambiguous,
        units=found["units"],
        accept_score=rule.accept_score,
        accept_area_score=rule.accept_area_score,
    )
    found["decision"] = decided["decision"]
    found["reason"] = decided["reason"]
    return found


def _without_address(found: pd.DataFrame, kinds: pd.Series) -> None:
    """Keep people without a fixed address off the map, whatever their text looks like."""
    rows = (kinds == ResidenceKind.NO_FIXED_ADDRESS.value).to_numpy()
    found.loc[rows, "kind"] = AddressKind.NO_FIXED_ADDRESS.value
    found.loc[rows, "status"] = MatchStatus.UNMATCHED.value
    found.loc[rows, "match_code"] = MatchCode.NONE.value
    found.loc[rows, ["score", "lon", "lat", "uncertainty_m"]] = [0.0, *[float("nan")] * 3]
    found.loc[rows, ["matched_address", "reference_id"]] = ""
    # Without candidates nothing is left to decide, so they do not wait in the queue.
    found["candidates"] = [
        [] if without else one for without, one in zip(rows, found["candidates"], strict=True)
    ]
    found.loc[rows, "reason"] = "the agency's record says that there is no fixed address."


def reuse_decisions(
    session: Session, waiting: pd.DataFrame, placed: pd.DataFrame, grammar: AddressGrammar
) -> int:
    """Put people's decisions in the place of the geocoder's answer.

    Parameters
    ----------
    session
        Open session.
    waiting
        Residences: client_ref, kind, address and zip.
    placed
        What `place` made of them, on the same index; changed in place, with the new columns
        decided_by and decided_why.
    grammar
        The address habits of the city.

    Returns
    -------
    int
        How many decisions were used.
    """
    placed["decided_by"] = ""
    placed["decided_why"] = ""
    # Where the agency's record says that there is no address, no decision on a text changes it.
    housed = waiting[waiting["kind"] != ResidenceKind.NO_FIXED_ADDRESS.value]
    keys = [
        (decisions.key(a, z, ref), decisions.key(a, z))
        for a, z, ref in zip(housed["address"], housed["zip"], housed["client_ref"], strict=True)
    ]
    known = decisions.find(session, {key for pair in keys for key in pair})
    reused = 0
    for row, text, (own, shared) in zip(housed.index, housed["address"], keys, strict=True):
        decision = known.get(own)
        if decision is None:
            decision = known.get(shared)
            status, crosses = str(placed.at[row, "status"]), placed.at[row, "boundary_ambiguous"]
            # Asked again, since the reference or the areas may have changed in between.
            if decision is None or not holds_for_all(
                status, bool(crosses), text, decision.result, grammar
            ):
                continue
        for column in _DECIDED:
            if column in decision.result:
                value = decision.result[column]
                placed.at[row, column] = float("nan") if value is None else value
        placed.at[row, "boundary_ambiguous"] = False
        placed.at[row, "decided_by"] = decision.decided_by
        placed.at[row, "decided_why"] = decision.decided_why
        reused += 1
    return reused
