"""A team's day: all its tours side by side, and the visits that are due and on none of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy.orm import Session

from geoteam.disclosure import visible_fields
from geoteam.disclosure.policy import TOUR
from geoteam.errors import NotFoundError
from geoteam.model import Role, User
from geoteam.services.clients import filters, reach_of
from geoteam.services.road_plan import states_of
from geoteam.services.road_state import RoadState
from geoteam.services.tour_closures import ClosedStreet, closed_streets
from geoteam.services.tour_moves import last_move
from geoteam.services.tour_plans import due_frame
from geoteam.services.tour_views import TourView, look, sees_tour
from geoteam.services.wording import counted
from geoteam.services.workspace import Workspace
from geoteam.store import audit, staff, tours
from geoteam.store.tours import SavedTour

_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"


@dataclass(frozen=True, slots=True)
class DayTour:
    """One tour of the day.

    Attributes
    ----------
    letter
        Its name on this page and on the map.
    view
        What the reader may see of it.
    version
        Number of its version; who changes it names the one seen.
    officer_ref
        Who makes it.
    share
        ``visits``, ``road`` and ``drive``: each as a share of the most of any tour of the day.
    """

    letter: str
    view: TourView
    version: int
    officer_ref: str
    share: dict[str, float]

    @property
    def road_s(self) -> float:
        """Seconds from the departure to the return.

        Returns
        -------
        float
            0 without a visit.
        """
        view = self.view
        return (view.returns_at - view.departs_at).total_seconds() if view.stops else 0.0


@dataclass(frozen=True, slots=True)
class TeamDay:
    """A team's day.

    Attributes
    ----------
    on, team
        The day and the team.
    teams
        Teams to choose from, as (ref, label).
    tours
        Those that stand, in order of departure.
    unplanned
        Visits due and on no tour, most urgent first: ``client_ref``, ``name``, ``officer``,
        ``level``, ``due_on``, ``overdue_days``, ``priority``, ``reason`` (why it is due),
        ``why_not`` and ``remedy``.
    undo
        The day's last move of the reader can be taken back.
    open
        The day is not over: visits may be moved.
    closed
        Streets closed on the day.
    """

    on: date
    team: str
    teams: list[tuple[str, str]]
    tours: list[DayTour]
    unplanned: list[dict[str, Any]] = field(default_factory=list)
    undo: bool = False
    open: bool = True
    closed: list[ClosedStreet] = field(default_factory=list)


def team_day(workspace: Workspace, user: User, *, on: date, team: str = "") -> TeamDay:
    """Open a team's day; an officer sees the officer's own tours only. The reading is audited.

    Parameters
    ----------
    workspace
        The workspace.
    user
        A supervisor of the team, or an officer.
    on
        The day.
    team
        The team; '' for the user's first.

    Returns
    -------
    TeamDay
        Tours and visits on none.

    Raises
    ------
    NotFoundError
        When the team is none of the user's.
    """
    choices = filters(workspace, user).teams
    if team and team not in dict(choices):
        raise NotFoundError("there is no such team of yours", remedy="Choose from the list")
    team = team or (choices[0][0] if choices else "")
    with workspace.transaction() as session:
        saved = day_tours(session, user, on, team)
        seen = [look(workspace, session, user, one.ref, user.role) for one in saved]
        unplanned = _unplanned(workspace, session, user, on, team, saved)
        audit.append(
            session,
            at=workspace.now(),
            actor=user.username,
            action="tours.day",
            object_kind="team",
            object_ref=team,
            purpose=TOUR,
            detail={
                "on": on.isoformat(),
                "clients": sorted(
                    {ref for one in seen for ref in one.refs}
                    | {row["client_ref"] for row in unplanned}
                ),
            },
        )
    return TeamDay(
        on=on,
        team=team,
        teams=choices,
        tours=_side_by_side(saved, [one.view for one in seen]),
        unplanned=unplanned,
        undo=last_move(saved, user) is not None,
        open=on >= workspace.today(),
        closed=closed_streets(workspace, on),
    )


def day_tours(session: Session, user: User, on: date, team: str) -> list[SavedTour]:
    """Load the tours of a team's day that stand, as far as the user may see them.

    Parameters
    ----------
    session
        Open session.
    user
        Who asks.
    on
        The day.
    team
        The team.

    Returns
    -------
    list of SavedTour
        In order of departure.
    """
    reach_of(user)
    found = tours.list_tours(session, on=on)
    return [
        tours.get(session, str(ref))
        for ref, row in found.iterrows()
        if row["team"] == team
        and row["status"] in (*tours.STANDING, "done")
        and sees_tour(user, row["officer"], row["team"], "")
    ]


def day_state(
    workspace: Workspace, user: User, *, on: date, team: str
) -> dict[str, dict[str, Any]]:
    """Tell how the tours of a day stand, without anybody's data.

    Parameters
    ----------
    workspace
        The workspace.
    user
        Who asks.
    on
        The day.
    team
        The team.

    Returns
    -------
    dict
        Reference to ``version``, ``badges`` (tone and text: late, silent, help, how many are done)
        and ``done`` (numbers of stops).
    """
    with workspace.reading() as session:
        saved = day_tours(session, user, on, team)
        begun = [one.ref for one in saved if on == workspace.today()]
        states = states_of(workspace, session, begun)
    return {one.ref: _standing(one, states.get(one.ref)) for one in saved}


def _standing(saved: SavedTour, state: RoadState | None) -> dict[str, Any]:
    told: dict[str, Any] = {"version": saved.version, "badges": [], "done": []}
    if state is None or state.begun_at is None:
        return told
    badges = []
    if state.help:
        badges.append(("bad", "asks for help"))
    if state.silent:
        badges.append(("bad", "no word in time"))
    if state.missed:
        badges.append(("bad", f"comes too late for {counted(len(state.missed), 'visit')}"))
    if state.late_s >= 60:
        badges.append(("warn", f"{counted(round(state.late_s / 60), 'minute')} late"))
    done = [one.position for one in saved.stops if one.client_ref in state.done]
    badges.append(("good", f"{len(done)} of {len(saved.stops)} done"))
    return told | {"badges": badges, "done": done}


def _side_by_side(saved: Sequence[SavedTour], views: Sequence[TourView]) -> list[DayTour]:
    def sums(view: TourView) -> dict[str, float]:
        road_s = (view.returns_at - view.departs_at).total_seconds() if view.stops else 0.0
        return {"visits": len(view.stops), "road": road_s, "drive": view.drive_s}

    rows = [sums(view) for view in views]
    most = {
        name: max((row[name] for row in rows), default=0.0) for name in ("visits", "road", "drive")
    }
    return [
        DayTour(
            letter_of(at),
            view,
            one.version,
            one.officer_ref,
            {name: value / most[name] if most[name] else 0.0 for name, value in row.items()},
        )
        for at, (one, view, row) in enumerate(zip(saved, views, rows, strict=True))
    ]


def letter_of(at: int) -> str:
    """Name the tours of a day: A to Z, then A2, B2 and so on.

    Parameters
    ----------
    at
        Position, from 0.

    Returns
    -------
    str
        One letter, with a number beyond 26.
    """
    again, place = divmod(at, len(_LETTERS))
    return _LETTERS[place] + (str(again + 1) if again else "")


def _unplanned(
    workspace: Workspace,
    session: Session,
    user: User,
    on: date,
    team: str,
    saved: Sequence[SavedTour],
) -> list[dict[str, Any]]:
    """List the visits due and on no tour, with the reason found when a tour was planned."""
    officers = staff.officers(session)
    names = officers.loc[officers["team"] == team, "name"]
    if user.role is Role.OFFICER:
        names = names[names.index == user.officer_ref]
    due, _ = due_frame(workspace, session, on, [str(ref) for ref in names.index])
    reasons: dict[str, Mapping[str, Any]] = {
        one["client_ref"]: one for tour in saved for one in tour.left_out
    }
    busy = {tour.officer_ref for tour in saved}
    rows = []
    for ref, row in due.iterrows():
        record = {"client_ref": str(ref)} | {
            key: row[key]
            for key in ("name", "level", "due_on", "overdue_days", "priority", "reason")
        }
        why = reasons.get(str(ref), {})
        missing = (
            "Has come due since the tours of the day were planned."
            if row["officer"] in busy
            else f"{names[row['officer']]} has no tour on this day."
        )
        rows.append(
            visible_fields(record, user.role, purpose=TOUR)
            | {
                "client_ref": str(ref),
                "officer": str(names[row["officer"]]),
                "why_not": str(why.get("reason", missing)),
                "remedy": str(why.get("remedy", "")),
            }
        )
    return rows
