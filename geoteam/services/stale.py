"""Looking addresses up again when the reference has changed.

Nothing moves a home out of its circle of uncertainty, to another area or to another team, makes
its place less exact, takes it away, or overrules a person without a decision: such changes are
proposed in the review queue, and what is in force stands until then.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from sqlalchemy.orm import Session

from geoteam.services.batch import safe, write_rows
from geoteam.services.city import grammar_of
from geoteam.services.geocoding import place, reuse_decisions
from geoteam.services.progress import Progress, silent
from geoteam.services.stale_rules import PROPOSED, RENEWED, SAVED, UNCHANGED, compare
from geoteam.services.workspace import Workspace
from geoteam.store import audit, geocodes, proposals, stale

_PIECE = 5_000
# What a person must look at comes first.
_FIRST = (PROPOSED, SAVED, RENEWED, UNCHANGED)
COLUMNS = (
    "client_ref", "done", "old_place", "old_unit", "old_team",
    "new_place", "moved_m", "new_unit", "new_team", "reason",
)  # fmt: skip


@dataclass(frozen=True)
class Refreshed:
    """What looking up again did, or would do.

    Attributes
    ----------
    checked
        Geocodes that another reference had made.
    unchanged
        Those that the present reference confirms, or that a person decided and it does not
        contradict.
    renewed
        Those that still have no place, with another reason or other candidates.
    saved
        Those that were replaced.
    proposed
        Those that stand until a person decides in the review queue.
    rows
        One each, with the columns ``COLUMNS``; what is proposed first, then what is saved. Teams
        are those of the plan in force, ``moved_m`` is in metres.
    """

    checked: int
    unchanged: int
    renewed: int
    saved: int
    proposed: int
    rows: pd.DataFrame

    def summary(self) -> dict[str, int]:
        """Give the counts.

        Returns
        -------
        dict of str to int
            For the audit log and for ``--json``; no person's data.
        """
        names = ("checked", "unchanged", "renewed", "saved", "proposed")
        return {name: getattr(self, name) for name in names}


def count_stale(workspace: Workspace) -> int:
    """Count the addresses of clients that the present reference has not looked at.

    Parameters
    ----------
    workspace
        The workspace.

    Returns
    -------
    int
        How many.
    """
    with workspace.reading() as session:
        return stale.count(session, workspace.reference().fingerprint)


def refresh_geocodes(
    workspace: Workspace,
    actor: str,
    *,
    preview: bool = False,
    output: Path | None = None,
    progress: Progress = silent,
) -> Refreshed:
    """Look up again what another reference placed, save what may be saved and propose the rest.

    All or nothing; a second run finds nothing to do. Addresses that somebody decides on meanwhile
    are left to the next run. The reading is audited.

    Parameters
    ----------
    workspace
        The workspace.
    actor
        Who the audit log names.
    preview
        Tell what would be done and change nothing.
    output
        Table of all rows to write; ``.csv``, ``.xlsx`` or ``.parquet``.
    progress
        Told how far it is.

    Returns
    -------
    Refreshed
        What was done.

    Raises
    ------
    InputError
        When the output has another ending.
    WorkspaceError
        When the output cannot be written; nothing is changed then.
    """
    fingerprint = workspace.reference().fingerprint
    with workspace.reading() as session:
        before = stale.load(session, fingerprint)
    placed = _look_up(workspace, before, progress)
    with workspace.transaction() as session:
        now = stale.load(session, fingerprint, lock=not preview)
        same = now["geocode_id"].eq(before["geocode_id"].reindex(now.index))
        present, placed = now[same], placed.loc[now.index[same]]
        _reuse(workspace, session, present, placed)
        changes = compare(workspace, session, present, placed)
        if not preview:
            _write(workspace, session, present, placed, changes, fingerprint)
        done = _report(changes)
        if output is not None:
            # Within the transaction: a change whose list is lost could not be listed again.
            write_rows(safe(done.rows), output)
        if len(present):
            audit.append(
                session,
                at=workspace.now(),
                actor=actor,
                action="clients.geocode",
                object_kind="residences",
                object_ref="",
                purpose="export" if output is not None else "newer reference",
                detail=done.summary() | {"preview": preview},
            )
    return done


def _look_up(workspace: Workspace, present: pd.DataFrame, progress: Progress) -> pd.DataFrame:
    parts = []
    for start in range(0, max(len(present), 1), _PIECE):
        progress("looking addresses up again", start / max(len(present), 1))
        part = present.iloc[start : start + _PIECE]
        parts.append(place(workspace, part["address"], part["zip"], part["residence_kind"]))
    progress("looking addresses up again", 1.0)
    return pd.concat(parts)


def _reuse(
    workspace: Workspace, session: Session, present: pd.DataFrame, placed: pd.DataFrame
) -> None:
    """Let people's decisions on a text win, as for any new geocode.

    Where a person's decision is in force, the geocoder's own answer is wanted beside it.
    """
    alone = present[present["decided_by"] == ""]
    waiting = alone[["client_ref", "address", "zip"]].assign(kind=alone["residence_kind"])
    reuse_decisions(session, waiting, placed, grammar_of(workspace.profile))


def _write(
    workspace: Workspace,
    session: Session,
    present: pd.DataFrame,
    placed: pd.DataFrame,
    changes: pd.DataFrame,
    fingerprint: str,
) -> None:
    at = workspace.now()
    told = placed.assign(reason=changes["reason"])
    saved, proposed = changes["done"].isin((SAVED, RENEWED)), changes["done"] == PROPOSED
    geocodes.save(session, told[saved], at, reference=fingerprint)
    proposals.withdraw(session, present.index[~saved].tolist())
    against = told[proposed].drop(columns=["decided_by", "decided_why"])
    pairs = zip(present[proposed].iterrows(), against.iterrows(), strict=True)
    both = [_both(old, new) for (_, old), (_, new) in pairs]
    against = against.assign(candidates=pd.Series(both, index=against.index, dtype=object))
    geocodes.propose(session, against, at, reference=fingerprint)
    stale.stamp(session, present.loc[~saved, "geocode_id"].tolist(), fingerprint)


def _both(old: pd.Series, new: pd.Series) -> list[dict[str, Any]]:
    """List the present place first, then what the newer reference says; each place once."""
    listed = [_candidate(old) | {"present": True}] if old["decision"] == "accepted" else []
    listed += [_candidate(new)] if np.isfinite(new["lon"]) else []
    known = {(one["lon"], one["lat"]) for one in listed}
    return listed + [one for one in new["candidates"] if (one["lon"], one["lat"]) not in known]


def _candidate(row: pd.Series) -> dict[str, Any]:
    return {
        "address": str(row["matched_address"]),
        "lon": float(row["lon"]),
        "lat": float(row["lat"]),
        "score": float(row["score"]),
        "match_code": str(row["match_code"]),
        "reference_id": str(row["reference_id"]),
        "uncertainty_m": float(row["uncertainty_m"]),
    }


def _report(changes: pd.DataFrame) -> Refreshed:
    counts = changes["done"].value_counts()
    parts = [changes.loc[changes["done"] == done, list(COLUMNS)] for done in _FIRST]
    return Refreshed(
        checked=len(changes),
        unchanged=int(counts.get(UNCHANGED, 0)),
        renewed=int(counts.get(RENEWED, 0)),
        saved=int(counts.get(SAVED, 0)),
        proposed=int(counts.get(PROPOSED, 0)),
        rows=pd.concat(parts, ignore_index=True),
    )
