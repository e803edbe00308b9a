"""What visits to a client must keep to: seen and changed by those who supervise the client."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pandas as pd
from sqlalchemy.orm import Session

from geoteam.errors import InputError, NotFoundError
from geoteam.model import Role, User
from geoteam.services.home_hours import Windows, read_hours, tell_hours, too_short
from geoteam.services.import_clients import VISIT_MINUTES
from geoteam.services.import_no_contact import NoContactLoader
from geoteam.services.import_report import ImportReport
from geoteam.services.import_run import Choice, run
from geoteam.services.import_values import BadValue
from geoteam.services.scope import require_role, visible_refs
from geoteam.services.workspace import Workspace
from geoteam.store import audit, tour_lists, visit_limits
from geoteam.store import clients as client_store

_EDITORS = (Role.SUPERVISOR, Role.OFFICER)
_LONGEST_WHY = 500


@dataclass(frozen=True, slots=True)
class Limits:
    """What visits to one client must keep to.

    Attributes
    ----------
    announced
        The client is called beforehand.
    two_officers
        Never one officer alone.
    interpreter
        Language that somebody on the tour must speak, '' for none.
    dog
        There is a dog.
    service_minutes
        How long a visit takes; None: as long as the city's visits do.
    hours
        When the client is at home, as `tell_hours` tells it; '' at any time.
    """

    announced: bool = False
    two_officers: bool = False
    interpreter: str = ""
    dog: bool = False
    service_minutes: float | None = None
    hours: str = ""


def record_of(
    workspace: Workspace, session: Session, user: User, ref: str, windows: Windows
) -> dict[str, Any]:
    """Load what visits to a client must keep to; the caller has checked and audits the reading.

    Parameters
    ----------
    workspace
        The workspace.
    session
        Open session.
    user
        Who reads.
    ref
        The client.
    windows
        The client's hours at home.

    Returns
    -------
    dict
        Fields as the policy names them: those of `Limits`, with ``windows`` for the hours, and
        ``no_contact``: ``client_ref``, ``name`` ('' when the user may not open that client's
        record), ``no_contact_why``, ``by`` and ``at`` of each client whom this one must not meet.
    """
    row = visit_limits.limits_frame(session, [ref]).iloc[0]
    pairs = visit_limits.no_contact(session, ref)
    others = client_store.as_frame(
        session, workspace.today(), refs=[one.other_ref for one in pairs], active_only=False
    )
    known = set(visible_refs(user, others))
    minutes = float(row["service_minutes"])
    return {
        "announced": bool(row["announced"]),
        "two_officers": bool(row["two_officers"]),
        "interpreter": str(row["interpreter"]),
        "dog": bool(row["dog"]),
        "service_minutes": None if math.isnan(minutes) else minutes,
        "windows": tell_hours(windows),
        "no_contact": [
            {
                "client_ref": one.other_ref,
                "name": str(others["name"][one.other_ref]) if one.other_ref in known else "",
                "no_contact_why": one.why,
                "by": one.by,
                "at": one.at,
            }
            for one in pairs
        ],
    }


def told_limits(session: Session, windows: pd.Series) -> pd.DataFrame:
    """Tell the limits of many clients as a file to import has them.

    Parameters
    ----------
    session
        Open session.
    windows
        Hours at home; index ``client_ref``.

    Returns
    -------
    DataFrame
        On the same index, all text: ``home_hours``, ``announced``, ``two_officers``,
        ``interpreter``, ``dog``, ``service_minutes``.
    """
    limits = visit_limits.limits_frame(session, windows.index)
    told = pd.DataFrame({"home_hours": [tell_hours(own) for own in windows]}, index=windows.index)
    for name in visit_limits.NONE:
        values = limits[name].tolist()
        if name in ("announced", "two_officers", "dog"):
            values = ["yes" if value else "no" for value in values]
        elif name == "service_minutes":
            values = ["" if math.isnan(value) else f"{value:g}" for value in values]
        told[name] = values
    return told


def last_change(session: Session, ref: str) -> tuple[str, datetime | None]:
    """Tell who last changed the limits of a client.

    Parameters
    ----------
    session
        Open session.
    ref
        The client.

    Returns
    -------
    tuple
        User and moment; '' and None when nobody ever did.
    """
    row = visit_limits.limits_frame(session, [ref]).iloc[0]
    return str(row["changed_by"]), row["changed_at"]


def change_limits(workspace: Workspace, user: User, ref: str, limits: Limits) -> bool:
    """Change what visits to a client must keep to.

    Parameters
    ----------
    workspace
        The workspace.
    user
        The client's officer, or a supervisor of the team.
    ref
        The client.
    limits
        All limits as they are to be.

    Returns
    -------
    bool
        Whether anything is other than before.

    Raises
    ------
    InputError
        When the hours cannot be read or leave no room for a visit, or the minutes are too few or
        too many.
    NotFoundError
        When there is no such client, or none that the user may know of.
    """
    try:
        windows = read_hours(limits.hours)
    except BadValue as bad:
        raise InputError(f"hours at home: {bad.message}", remedy=bad.remedy) from bad
    low, high = VISIT_MINUTES
    if limits.service_minutes is not None and not low <= limits.service_minutes <= high:
        raise InputError(f"a visit takes {low} to {high} minutes", remedy="Correct the minutes")
    usual = workspace.profile.tours.service_minutes
    if short := too_short(windows, limits.service_minutes or usual):
        raise InputError(f"part of the hours at home {short.message}", remedy=short.remedy)
    row = {
        "client_ref": ref,
        "announced": limits.announced,
        "two_officers": limits.two_officers,
        "interpreter": " ".join(limits.interpreter.split()),
        "dog": limits.dog,
        "service_minutes": limits.service_minutes,
    }
    with workspace.transaction() as session:
        _require_client(workspace, session, user, ref)
        changed = visit_limits.save(session, [row], by=user.username, at=workspace.now())
        hours = client_store.change_windows(session, ref, windows)
        if hours:
            visit_limits.touch(session, ref, by=user.username, at=workspace.now())
        if changed or hours:
            _note(workspace, session, user, ref, "client.visit_limits", {})
    return bool(changed) or hours


def keep_apart(workspace: Workspace, user: User, ref: str, other: str, why: str) -> list[date]:
    """Say that two clients must not meet; they are planned on no tour together.

    Parameters
    ----------
    workspace
        The workspace.
    user
        The officer of both clients, or a supervisor who may open both records.
    ref
        The client.
    other
        The other client.
    why
        The reason; kept with the pair.

    Returns
    -------
    list of date
        Days of tours planned or under way that visit both all the same.

    Raises
    ------
    InputError
        When no reason is given, or the other is the same client, or none that the user may know
        of.
    NotFoundError
        When there is no such client, or none that the user may know of.
    """
    why = " ".join(why.split())
    if not why or len(why) > _LONGEST_WHY:
        raise InputError(
            f"the reason has 1 to {_LONGEST_WHY} characters", remedy="Say why they must not meet"
        )
    with workspace.transaction() as session:
        _require_client(workspace, session, user, ref)
        if not _sees(workspace, session, user, other):
            # The same whether there is such a client or not.
            raise InputError(
                "there is no such client, or none of yours",
                remedy="Check the id; a supervisor of both clients can keep them apart",
            )
        visit_limits.save_no_contact(
            session, [(ref, other, why)], by=user.username, at=workspace.now()
        )
        _note(workspace, session, user, ref, "client.no_contact.add", {"clients": [ref, other]})
        return tour_lists.holding(session, ref, other, workspace.today())


def let_meet(workspace: Workspace, user: User, ref: str, other: str) -> None:
    """Take back that two clients must not meet.

    Parameters
    ----------
    workspace
        The workspace.
    user
        The officer of both clients, or a supervisor who may open both records.
    ref, other
        The two clients.

    Raises
    ------
    NotFoundError
        When they are not kept apart, or the user may not know of one of them.
    """
    with workspace.transaction() as session:
        _require_client(workspace, session, user, ref)
        if not _sees(workspace, session, user, other):
            # The same whether the two are kept apart or not.
            raise NotFoundError(
                "there is no such client, or none of yours",
                remedy="A supervisor of both clients can let them meet again",
            )
        if not visit_limits.remove_no_contact(session, ref, other):
            raise NotFoundError("these two clients are not kept apart", remedy="Open the page anew")
        _note(workspace, session, user, ref, "client.no_contact.remove", {"clients": [ref, other]})


def import_no_contact(
    workspace: Workspace, actor: str, path: Path, *, mapping: Choice = None, partial: bool = False
) -> ImportReport:
    """Load pairs of clients who must not meet; pairs that are not in the file stay.

    Parameters
    ----------
    workspace
        The workspace.
    actor
        Who the audit log names.
    path
        CSV or XLSX: two columns of client ids, and why.
    mapping
        Field to column; the rest is taken as saved or guessed.
    partial
        Load the good rows and write the bad ones to ``FILE.problems.csv``.

    Returns
    -------
    ImportReport
        Counts and the mapping.

    Raises
    ------
    UnreadableFileError
        When the file is no table.
    ImportProblems
        When rows or columns have problems; nothing was loaded.
    """
    with workspace.transaction() as session:
        return run(
            workspace,
            session,
            actor,
            path,
            NoContactLoader(actor, workspace.now()),
            mapping=mapping,
            partial=partial,
            progress=None,
        )


def list_no_contact(workspace: Workspace, actor: str) -> list[dict[str, Any]]:
    """List all pairs of clients who must not meet; the listing is audited.

    Parameters
    ----------
    workspace
        The workspace.
    actor
        Who the audit log names.

    Returns
    -------
    list of dict
        ``client``, ``other``, ``why``, ``by`` and ``at``.
    """
    with workspace.transaction() as session:
        pairs = visit_limits.no_contact(session)
        audit.append(
            session,
            at=workspace.now(),
            actor=actor,
            action="clients.no_contact.list",
            object_kind="clients",
            object_ref="",
            detail={"rows": len(pairs)},
        )
    return [
        {"client": p.client_ref, "other": p.other_ref, "why": p.why, "by": p.by, "at": p.at}
        for p in pairs
    ]


def _require_client(workspace: Workspace, session: Session, user: User, ref: str) -> None:
    require_role(user, _EDITORS, "change a client's visits")
    if not _sees(workspace, session, user, ref):
        raise NotFoundError("there is no such client", remedy="Check the id of the client")


def _sees(workspace: Workspace, session: Session, user: User, ref: str) -> bool:
    frame = client_store.as_frame(session, workspace.today(), refs=[ref], active_only=False)
    return ref in visible_refs(user, frame)


def _note(
    workspace: Workspace,
    session: Session,
    user: User,
    ref: str,
    action: str,
    detail: dict[str, Any],
) -> None:
    audit.append(
        session,
        at=workspace.now(),
        actor=user.username,
        action=action,
        object_kind="client",
        object_ref=ref,
        detail=detail,
    )
