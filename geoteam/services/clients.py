"""Clients: finding them, and reading one record for a stated purpose."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd
from sqlalchemy.orm import Session

from geoteam.disclosure import visible_fields
from geoteam.errors import DisclosureError, NotFoundError
from geoteam.model import Role, User
from geoteam.services import visit_limits
from geoteam.services.assignment import explanation
from geoteam.services.paging import Page
from geoteam.services.scope import require_role, visible_refs
from geoteam.services.workspace import Workspace
from geoteam.store import assignments, audit, geocodes, residences, staff
from geoteam.store import clients as client_store

# What a record may be opened for; the audit log keeps which.
PURPOSES: Mapping[str, str] = {
    "supervision": "Supervision of this client",
    "address": "Address check",
    "tour": "Planning a home visit",
    "transfer": "Transfer or hand-over",
    "oversight": "Supervisor's review of the case",
}
_READERS = (Role.SUPERVISOR, Role.OFFICER)


@dataclass(frozen=True, slots=True)
class Filters:
    """Teams and officers that a user may choose from, as (ref, label).

    Attributes
    ----------
    teams
        The user's own first, then by id.
    officers
        By name within their teams, which are in the order of ``teams``.
    of_team
        Officers of each team, in the same order.
    """

    teams: list[tuple[str, str]]
    officers: list[tuple[str, str]]
    of_team: dict[str, list[tuple[str, str]]]

    def groups(self, team: str = "") -> list[tuple[str, list[tuple[str, str]]]]:
        """List the officers under the names of their teams.

        Parameters
        ----------
        team
            Only this one; '' for all.

        Returns
        -------
        list of tuple
            Name of the team, and its officers.
        """
        return [
            (label, self.of_team[ref])
            for ref, label in self.teams
            if ref in self.of_team and team in ("", ref)
        ]


@dataclass(frozen=True, slots=True)
class Reach:
    """Whose clients a user sees, as the store's filters take it; None is everybody."""

    officers: list[str] | None
    teams: list[str] | None
    or_without_team: bool


def reach_of(user: User) -> Reach:
    """Turn a user's scope into filters for the store.

    Parameters
    ----------
    user
        An officer or a supervisor.

    Returns
    -------
    Reach
        The filters.

    Raises
    ------
    DisclosureError
        For every other role.
    """
    require_role(user, _READERS, "see clients")
    if user.role is Role.OFFICER:
        return Reach([user.officer_ref] if user.officer_ref else [], None, or_without_team=False)
    if "*" in user.team_refs:
        return Reach(None, None, or_without_team=False)
    return Reach(None, list(user.team_refs), or_without_team=True)


def filters(workspace: Workspace, user: User) -> Filters:
    """List the teams and officers that a user may filter by.

    Parameters
    ----------
    workspace
        The workspace.
    user
        An officer or a supervisor.

    Returns
    -------
    Filters
        References with labels.
    """
    reach = reach_of(user)
    with workspace.reading() as session:
        teams, officers = staff.teams(session), staff.officers(session)
    if reach.officers is not None:
        officers = officers[officers.index.isin(reach.officers)]
        teams = teams[teams.index.isin(officers["team"])]
    elif reach.teams is not None:
        teams = teams[teams.index.isin(reach.teams)]
        officers = officers[officers["team"].isin(reach.teams)]
    labels = {str(ref): str(name) for ref, name in teams["name"].items()}
    order = sorted(labels, key=lambda ref: ref not in user.team_refs)
    named = officers.sort_values("name", key=lambda names: names.str.casefold())["name"]
    of_team = {
        team: [(str(ref), str(name)) for ref, name in named[own].items()]
        for team in order
        if (own := officers["team"].reindex(named.index) == team).any()
    }
    return Filters(
        [(ref, labels[ref]) for ref in order],
        [one for own_officers in of_team.values() for one in own_officers],
        of_team,
    )


def list_clients(
    workspace: Workspace,
    user: User,
    *,
    search: str = "",
    team: str = "",
    officer: str = "",
    page: int = 1,
    page_size: int = 50,
) -> Page:
    """List the clients whom a user may see.

    Parameters
    ----------
    workspace
        The workspace.
    user
        An officer or a supervisor.
    search
        Part of a name, id or address.
    team, officer
        Only this team's or officer's clients.
    page, page_size
        The part wanted.

    Returns
    -------
    Page
        Rows with ``client_ref``, ``name``, ``level``, ``unit``, ``team``, ``officer`` and
        ``decision`` of the address.
    """
    reach = reach_of(user)
    officers, teams, loose = reach.officers, reach.teams, reach.or_without_team
    if team:
        teams = [team] if teams is None or team in teams else []
        loose = False
    if officer:
        officers = [officer] if officers is None or officer in officers else []
        loose = False
    on = workspace.today()
    page = max(page, 1)
    with workspace.transaction() as session:
        refs, total = client_store.find(
            session,
            on,
            search=search,
            officers=officers,
            teams=teams,
            or_without_team=loose,
            limit=page_size,
            offset=(page - 1) * page_size,
        )
        frame = client_store.as_frame(session, on, refs=refs).reindex(refs)
        names = staff.officers(session)["name"]
        audit.append(
            session,
            at=workspace.now(),
            actor=user.username,
            action="clients.list",
            object_kind="clients",
            object_ref="",
            detail={"rows": len(refs), "total": total, "searched": bool(search)},
        )
    rows = [
        {
            "client_ref": ref,
            "name": row["name"],
            "level": row["level"],
            "unit": row["unit"],
            "team": row["team"],
            "officer": names.get(row["officer"], ""),
            "decision": row["decision"],
        }
        for ref, row in frame.iterrows()
    ]
    return Page(rows, total, page, page_size)


def count_clients(workspace: Workspace, user: User) -> int:
    """Count the clients whom a user may see; nobody's record is read.

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
    reach = reach_of(user)
    with workspace.reading() as session:
        _, total = client_store.find(
            session,
            workspace.today(),
            officers=reach.officers,
            teams=reach.teams,
            or_without_team=reach.or_without_team,
            limit=1,
        )
    return total


def client_record(workspace: Workspace, user: User, ref: str, purpose: str) -> dict[str, Any]:
    """Read one client's record; the reading is audited.

    Parameters
    ----------
    workspace
        The workspace.
    user
        An officer or a supervisor.
    ref
        The client.
    purpose
        One of ``PURPOSES``.

    Returns
    -------
    dict
        The fields that policy lets this role see, ``explanation``, ``residences`` (newest first;
        ``review_item`` is the number of the address in the review queue, None when it does not
        wait), ``withheld`` (names of fields that it does not), ``limits_changed_by`` and
        ``limits_changed_at`` (limits of visits) and ``usual_minutes`` (of a visit in this city).

    Raises
    ------
    NotFoundError
        When there is no such client, or none that the user may know of.
    DisclosureError
        When the purpose is not one of those.
    """
    require_role(user, _READERS, "read a client's record")
    if purpose not in PURPOSES:
        raise DisclosureError("a record needs a purpose", remedy="Say what you open it for")
    on = workspace.today()
    with workspace.transaction() as session:
        frame = client_store.as_frame(session, on, refs=[ref], active_only=False)
        client = client_store.get(session, ref)
        if client is None or ref not in visible_refs(user, frame):
            raise NotFoundError("there is no such client", remedy="Check the id of the client")
        row = frame.iloc[0]
        record = {
            "client_ref": ref,
            "name": row["name"],
            "level": row["level"],
            "needs": list(row["needs"]),
            "intake_on": row["intake_on"],
            "access_notes": row["access_notes"],
            "unit": row["unit"],
            "team": row["team"],
            "officer": row["officer"],
            **visit_limits.record_of(workspace, session, user, ref, row["windows"]),
        }
        shown = visible_fields(record, user.role)
        changed_by, changed_at = visit_limits.last_change(session, ref)
        # Whom else the page names.
        others = [pair["client_ref"] for pair in shown.get("no_contact", ())]
        homes = _homes(session, client.id)
        explained = explanation(session, row, assignments.reason_of(session, ref, on))
        audit.append(
            session,
            at=workspace.now(),
            actor=user.username,
            action="client.read",
            object_kind="client",
            object_ref=ref,
            purpose=purpose,
            detail={"fields": sorted(shown)} | ({"clients": others} if others else {}),
        )
    withheld = sorted(set(record) - set(shown))
    return (
        dict.fromkeys(record)
        | shown
        | {
            "explanation": explained,
            "residences": homes,
            "withheld": withheld,
            "limits_changed_by": changed_by,
            "limits_changed_at": changed_at,
            "usual_minutes": workspace.profile.tours.service_minutes,
        }
    )


def _homes(session: Session, client_id: int) -> list[dict[str, Any]]:
    homes = []
    for home in residences.of_clients(session, [client_id]).get(client_id, []):
        known = geocodes.history(session, home.id)
        present = next((g for g in known if g.valid_to is None), None)
        homes.append(
            {
                "address": home.address,
                "kind": home.kind,
                "valid_from": home.valid_from,
                "valid_to": home.valid_to,
                "matched_address": present.matched_address if present else "",
                "match_code": present.match_code if present else "",
                "score": present.score if present else None,
                "decision": present.decision if present else "",
                "reason": present.reason if present else "",
                "review_item": present.id
                if present and present.decision == "review" and home.valid_to is None
                else None,
            }
        )
    return sorted(homes, key=lambda home: home["valid_from"], reverse=True)


def export_clients(workspace: Workspace, actor: str) -> pd.DataFrame:
    """Load every active client with place and assignment, for the agency's own files.

    Parameters
    ----------
    workspace
        The workspace.
    actor
        Who the audit log names.

    Returns
    -------
    DataFrame
        One row a client: client_ref, name, level, address, zip, matched_address, match_code,
        decision, lon, lat, unit, team, officer; and intake_on, home_hours, announced,
        two_officers, interpreter, dog and service_minutes, as a file to import has them.
    """
    columns = [
        "name", "level", "address", "zip", "matched_address", "match_code", "decision",
        "lon", "lat", "unit", "team", "officer", "intake_on", "windows",
    ]  # fmt: skip
    with workspace.transaction() as session:
        frame = client_store.as_frame(session, workspace.today())[columns]
        frame = frame.join(visit_limits.told_limits(session, frame.pop("windows")))
        audit.append(
            session,
            at=workspace.now(),
            actor=actor,
            action="clients.export",
            object_kind="clients",
            object_ref="",
            purpose="export",
            detail={"rows": len(frame)},
        )
    return frame.reset_index()
