"""What an assignment is solved from: clients, officers, and plans with the days when they hold."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import pandas as pd
from sqlalchemy.orm import Session

from geoteam.errors import NotFoundError
from geoteam.services.people import clients_frame, doubtful_in_plan, officers_frame, units_in_plan
from geoteam.services.plan_return import undone_by
from geoteam.services.workspace import Workspace
from geoteam.store import assignment_runs, assignments, plan_states, plans
from geoteam.store.plans import SavedPlan


@dataclass(frozen=True, eq=False)
class Stretch:
    """A plan for the days in which it holds.

    Attributes
    ----------
    plan
        The plan.
    on
        First day of the stretch: today, or the plan's own first day.
    units
        Unit -> team.
    places, doubtful
        Unit of each client in the plan's own boundaries, and whether the client may live in
        another team's area.
    stored
        Officer of each client on that day, as written by now; '' for none.
    stays
        Whether the client still lives in the unit that is written for that day.
    """

    plan: SavedPlan
    on: date
    units: Mapping[str, str]
    places: pd.Series
    doubtful: pd.Series
    stored: pd.Series
    stays: pd.Series


@dataclass(frozen=True, eq=False)
class Case:
    """All that an assignment is solved from.

    Attributes
    ----------
    clients, officers
        CLIENTS (with all of ``clients_frame``) and OFFICERS of today.
    before
        Index client_ref: ``unit``, ``team`` and ``officer`` that hold until the first stretch.
    stretches
        By day; never empty.
    overload
        Share by which officers may exceed a full caseload.
    last_run
        Id of the newest run, and its digest.
    by_plans
        Ids and days of the published plans, to notice that one came meanwhile.
    publishing
        Whether the first stretch is a plan that is not published yet: whoever need not change
        officer for it keeps the one of ``before``.
    former
        Index client_ref: where the plan takes back the one before it, the officer who gave the
        client away for that; '' for everybody else.
    had
        Index client_ref: whether the client had an officer before the plan that is taken back; true
        for everybody where none is.
    """

    clients: pd.DataFrame
    officers: pd.DataFrame
    before: pd.DataFrame
    stretches: list[Stretch]
    overload: float
    last_run: Mapping[str, Any] | None
    by_plans: list[tuple[int, date | None]]
    publishing: bool
    former: pd.Series
    had: pd.Series

    @property
    def digest(self) -> str:
        """Name all that the outcome depends on but the officers, which it made itself."""
        people = self.clients[["points", "specialty", "lon", "lat", "located"]].assign(
            needs=self.clients["needs"].map(sorted).map(str),
            source=self.clients["source_officer"],
        )
        staff = self.officers[["team", "specialty", "capacity_points"]]
        parts = [people.to_csv(), staff.to_csv(), repr(self.overload)]
        for number, stretch in enumerate(self.stretches):
            since = stretch.on.isoformat() if number else ""
            places = stretch.places.to_frame().assign(doubtful=stretch.doubtful)
            parts += [places.to_csv(), repr(sorted(stretch.units.items())), since]
        return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def load_case(
    workspace: Workspace,
    session: Session,
    *,
    overload: float | None = None,
    plan: SavedPlan | None = None,
    since: date | None = None,
) -> Case:
    """Load what an assignment is solved from.

    Parameters
    ----------
    workspace
        The workspace.
    session
        Open session.
    overload
        Share by which officers may exceed a full caseload; by default that of the last run.
    plan
        Only this plan, published or not, from ``since`` on; by default every published plan from
        today on.
    since
        First day of ``plan``, today or later.

    Returns
    -------
    Case
        The case.

    Raises
    ------
    NotFoundError
        When no plan is in force.
    """
    today = workspace.today()
    published = plan_states.schedule(session, today)
    last = assignment_runs.last_run(session)
    clients = clients_frame(workspace, session, today)
    if plan is None:
        now = [(one, max(one.effective_from or today, today)) for one in published]
        if not now or now[0][1] > today:
            raise NotFoundError(
                "no plan is in force", remedy="Publish one with: geoteam plans publish"
            )
    else:
        now = [(plan, since or today)]
    stretches = [_stretch(workspace, session, one, on, clients) for one, on in now]
    known = last["summary"].get("overload", 0.0) if last else 0.0
    undone = None if plan is None else undone_by(session, published, plan, stretches[0].on)
    former, had = _before_it(session, undone, clients)
    return Case(
        clients=clients,
        officers=officers_frame(session, workspace, clients),
        before=_on_day(session, max(today, now[0][1] - timedelta(days=1)), clients),
        stretches=stretches,
        overload=known if overload is None else overload,
        last_run=last,
        by_plans=[(one.id, one.effective_from) for one in published],
        publishing=plan is not None,
        former=former,
        had=had,
    )


def _stretch(
    workspace: Workspace, session: Session, plan: SavedPlan, on: date, clients: pd.DataFrame
) -> Stretch:
    teams = plans.units(session, plan.id)
    written = _on_day(session, on, clients)
    places = units_in_plan(workspace, plan, clients)
    return Stretch(
        plan,
        on,
        units=teams,
        places=places,
        doubtful=doubtful_in_plan(workspace, plan, teams, clients),
        stored=written["officer"],
        stays=written["unit"] == places,
    )


def _before_it(
    session: Session, undone: SavedPlan | None, clients: pd.DataFrame
) -> tuple[pd.Series, pd.Series]:
    """Tell who gave each client away for a plan, and who had an officer before it."""
    if undone is None or undone.effective_from is None:
        nobody = pd.Series("", index=clients.index, dtype="str")
        return nobody, nobody == ""
    day = undone.effective_from
    moved = assignments.transfers(session, undone.id, day)["before_officer"]
    # Whom the plan did not change had the officer of its first day before it.
    stayed = _on_day(session, day, clients)["officer"].drop(moved.index, errors="ignore")
    had = pd.concat([moved, stayed]).reindex(clients.index, fill_value="") != ""
    return moved.reindex(clients.index, fill_value="").astype("str"), had


def _on_day(session: Session, on: date, clients: pd.DataFrame) -> pd.DataFrame:
    held = assignments.on_day(session, on)[["unit", "team", "officer"]]
    return held.reindex(clients.index, fill_value="").astype("str")
