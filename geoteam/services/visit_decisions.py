"""What a supervisor decides on a client's visits: one is to be made, or none for a while."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pandas as pd
from sqlalchemy.orm import Session

from geoteam.disclosure.policy import TOUR
from geoteam.errors import InputError, NotFoundError
from geoteam.model import Role, User
from geoteam.services.clients import list_clients, reach_of
from geoteam.services.paging import Page
from geoteam.services.people import clients_frame
from geoteam.services.scope import require_role, visible_refs
from geoteam.services.workspace import Workspace
from geoteam.store import audit, contacts, geocodes, residences, tours, visit_decisions
from geoteam.store.visit_decisions import ADD, EXCLUDE

SHORTEST_REASON = 3
# So many clients are offered to choose from.
MOST_FOUND = 12
# Longer than this nobody is left unvisited without a new decision.
MOST_DAYS = 366
_WORDS = {ADD: "a visit was added", EXCLUDE: "visits are excluded"}


def homes_frame(session: Session, clients: pd.DataFrame, today: date) -> pd.DataFrame:
    """Add to clients what their visits due follow from, beside contacts and standards.

    Parameters
    ----------
    session
        Open session.
    clients
        From `geoteam.services.people.clients_frame`.
    today
        The day of moves and decisions.

    Returns
    -------
    DataFrame
        As `geoteam.tours.visits_due` takes clients: ``address_since`` in place of ``since``, and
        ``moved_on``, ``added_on`` and ``excluded_until`` (dates or None).
    """
    clients = clients.rename(columns={"since": "address_since"})
    clients["address_since"] = _settled(session, clients)
    moved = residences.moves(session, today, clients.index)
    decided = visit_decisions.standing(session, today)
    added = decided[decided["kind"] == ADD]
    excluded = decided[decided["kind"] == EXCLUDE]
    days = {
        "moved_on": moved,
        "added_on": dict(zip(added["client_ref"], added["valid_from"], strict=True)),
        "excluded_until": dict(zip(excluded["client_ref"], excluded["valid_to"], strict=True)),
    }
    columns = {
        name: pd.Series([found.get(ref) for ref in clients.index], clients.index, dtype=object)
        for name, found in days.items()
    }
    return clients.assign(**columns)


def _settled(session: Session, clients: pd.DataFrame) -> pd.Series:
    """Tell since when an address holds: what a reviewer decided settles an earlier "moved"."""
    ids = clients["geocode_id"].dropna().astype("int64")
    decided = geocodes.decided_at(session, ids.tolist())
    days = {
        ref: decided[number].date() + timedelta(days=1)
        for ref, number in ids.items()
        if number in decided
    }
    since = clients["address_since"]
    return pd.Series(
        [max(filter(None, (own, days.get(ref))), default=None) for ref, own in since.items()],
        index=since.index,
        dtype=object,
    )


def add_visit(workspace: Workspace, user: User, client_ref: str, why: str) -> int:
    """Have a client visited, due or not, until the visit is made or the decision withdrawn.

    Parameters
    ----------
    workspace
        The workspace.
    user
        A supervisor of the client's team.
    client_ref
        The client.
    why
        The reason, three characters or more.

    Returns
    -------
    int
        Number of the decision.

    Raises
    ------
    InputError
        When there is no reason, or a decision on the client holds already.
    NotFoundError
        When there is no such client of the user's.
    """
    why = _reason(why)
    with workspace.transaction() as session:
        today = workspace.today()
        _require_free(workspace, session, user, client_ref)
        history = contacts.load(session, due_on=today, client_refs=[client_ref])
        seen = history[(history["kind"] == "field") & (history["outcome"] == "made")]
        # Who was seen today is to be seen again.
        first = today + timedelta(days=int((seen["on"] == today).any()))
        return _save(workspace, session, user, client_ref, ADD, first, None, why)


def exclude_visits(
    workspace: Workspace, user: User, client_ref: str, *, until: date, why: str
) -> list[date]:
    """Have a client not visited before a day.

    Parameters
    ----------
    workspace
        The workspace.
    user
        A supervisor of the client's team.
    client_ref
        The client.
    until
        The first day on which the client may be visited again.
    why
        The reason, three characters or more.

    Returns
    -------
    list of date
        Days before that on which a planned tour visits the client all the same.

    Raises
    ------
    InputError
        When there is no reason, the day is over or more than a year away, or a decision on the
        client holds already.
    NotFoundError
        When there is no such client of the user's.
    """
    why = _reason(why)
    today = workspace.today()
    if not today < until <= today + timedelta(days=MOST_DAYS):
        raise InputError(
            "the day until which there is no visit is not within a year from tomorrow",
            remedy=f"Choose a day up to {(today + timedelta(days=MOST_DAYS)).isoformat()}",
        )
    with workspace.transaction() as session:
        _require_free(workspace, session, user, client_ref)
        _save(workspace, session, user, client_ref, EXCLUDE, today, until, why)
        coming = tours.visits_planned(session, since=today)
    own = coming.loc[coming["client_ref"] == client_ref, "on"]
    return [day for day in own if day < until]


def withdraw(workspace: Workspace, user: User, decision_id: int) -> str:
    """Withdraw a decision on visits: as if it had not been made.

    Parameters
    ----------
    workspace
        The workspace.
    user
        A supervisor of the client's team.
    decision_id
        Number of the decision.

    Returns
    -------
    str
        The client.

    Raises
    ------
    NotFoundError
        When no such decision holds, or it is on a client whom the user may not see.
    """
    require_role(user, (Role.SUPERVISOR,), "withdraw a decision on visits")
    with workspace.transaction() as session:
        decided = visit_decisions.standing(session, workspace.today())
        ref = str(decided["client_ref"].get(decision_id, ""))
        if not ref or not _visible(workspace, session, user, ref):
            raise NotFoundError(
                "there is no such decision on a visit", remedy="See the list of decisions"
            )
        now = workspace.now()
        visit_decisions.withdraw(session, decision_id, by=user.name, at=now)
        _audit(workspace, session, user, "visit.withdraw", ref, {"decision": decision_id})
    return ref


def list_decisions(workspace: Workspace, user: User) -> list[dict[str, Any]]:
    """List the decisions on visits that hold, on clients whom a user may see.

    Parameters
    ----------
    workspace
        The workspace.
    user
        An officer or a supervisor.

    Returns
    -------
    list of dict
        By client: ``decision_id``, ``client_ref``, ``name``, ``officer``, ``kind`` (``add`` or
        ``exclude``), ``valid_from``, ``valid_to`` (None: until it is made or withdrawn), ``why``,
        ``by`` and ``at``.
    """
    reach_of(user)
    with workspace.transaction() as session:
        decided = visit_decisions.standing(session, workspace.today())
        refs = set(decided["client_ref"])
        clients = clients_frame(workspace, session, workspace.today(), refs=refs)
        shown = decided[decided["client_ref"].isin(visible_refs(user, clients))]
        audit.append(
            session,
            at=workspace.now(),
            actor=user.username,
            action="visits.decisions",
            object_kind="clients",
            object_ref="",
            purpose=TOUR,
            detail={"rows": len(shown)},
        )
    rows = shown.reset_index().to_dict("records")
    return [
        {str(key): value for key, value in row.items()}
        | {
            "name": clients.at[row["client_ref"], "name"],
            "officer": clients.at[row["client_ref"], "officer"],
        }
        for row in rows
    ]


def find_clients(workspace: Workspace, user: User, search: str) -> Page:
    """Find clients whose visits a supervisor may decide on; the search is audited.

    Parameters
    ----------
    workspace
        The workspace.
    user
        A supervisor; only clients whom the user may see are found.
    search
        Parts of a name, an id or an address.

    Returns
    -------
    Page
        The first ``MOST_FOUND`` by name, as of `list_clients`, each with ``decided``: the decision
        that holds, as of `decision_on`, or None.
    """
    require_role(user, (Role.SUPERVISOR,), "add or exclude a visit")
    found = list_clients(workspace, user, search=search, page_size=MOST_FOUND)
    with workspace.reading() as session:
        decided = visit_decisions.standing(session, workspace.today()).reset_index()
    own = {str(row["client_ref"]): row for row in decided.to_dict("records")}
    rows = [row | {"decided": own.get(row["client_ref"])} for row in found.rows]
    return Page(rows, found.total, found.page, found.page_size)


def decision_on(workspace: Workspace, user: User, client_ref: str) -> dict[str, Any] | None:
    """Find the decision on a client's visits that holds, for the client's record.

    Parameters
    ----------
    workspace
        The workspace.
    user
        An officer or a supervisor who has the record open; its reading is audited there.
    client_ref
        The client.

    Returns
    -------
    dict or None
        ``decision_id``, ``kind``, ``valid_from``, ``valid_to``, ``why``, ``by`` and ``at``; None
        when none holds, or the client is none of the user's.
    """
    reach_of(user)
    with workspace.reading() as session:
        if not _visible(workspace, session, user, client_ref):
            return None
        decided = visit_decisions.standing(session, workspace.today())
    own = decided[decided["client_ref"] == client_ref].reset_index().to_dict("records")
    return {str(key): value for key, value in own[0].items()} if own else None


def _reason(why: str) -> str:
    plain = " ".join(why.split())
    if len(plain) < SHORTEST_REASON:
        raise InputError(
            "the reason is too short" if plain else "the reason is missing",
            remedy="Say in a few words why; it is kept with the decision",
        )
    return plain


def _visible(workspace: Workspace, session: Session, user: User, client_ref: str) -> bool:
    clients = clients_frame(workspace, session, workspace.today(), refs=[client_ref])
    return client_ref in visible_refs(user, clients)


def _require_free(workspace: Workspace, session: Session, user: User, client_ref: str) -> None:
    """Refuse who may not decide, and a second decision on the same client."""
    require_role(user, (Role.SUPERVISOR,), "add or exclude a visit")
    if not _visible(workspace, session, user, client_ref):
        raise NotFoundError("there is no such client", remedy="Check the id of the client")
    visit_decisions.lock(session, client_ref)
    decided = visit_decisions.standing(session, workspace.today())
    own = decided[decided["client_ref"] == client_ref]
    if len(own):
        raise InputError(
            f"{_WORDS[str(own['kind'].iloc[0])]} for this client already",
            remedy="Withdraw that decision first",
        )


def _save(
    workspace: Workspace,
    session: Session,
    user: User,
    client_ref: str,
    kind: str,
    first: date,
    until: date | None,
    why: str,
) -> int:
    number = visit_decisions.save(
        session,
        client_ref,
        kind,
        valid_from=first,
        valid_to=until,
        why=why,
        by=user.name,
        at=workspace.now(),
    )
    detail = {"decision": number} | ({"until": until.isoformat()} if until else {})
    _audit(workspace, session, user, f"visit.{kind}", client_ref, detail)
    return number


def _audit(
    workspace: Workspace,
    session: Session,
    user: User,
    action: str,
    client_ref: str,
    detail: dict[str, Any],
) -> None:
    audit.append(
        session,
        at=workspace.now(),
        actor=user.username,
        action=action,
        object_kind="client",
        object_ref=client_ref,
        purpose=TOUR,
        detail=detail,
    )
