"""The first page: what waits for this user today."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from flask import Blueprint, render_template, url_for
from flask.typing import ResponseReturnValue

from geoteam.model import Role
from geoteam.server.access import EVERY_ROLE, allow
from geoteam.server.context import user, workspace
from geoteam.services import (
    accounts,
    assignment,
    audit,
    clients,
    plan_handover,
    plan_news,
    review,
    tours,
)
from geoteam.services.wording import told_day

page = Blueprint("home", __name__)


@dataclass(frozen=True, slots=True)
class Card:
    """One task on the first page.

    Attributes
    ----------
    title
        What it is.
    text
        What it is for, in a sentence.
    link
        Where it leads.
    action
        Label of the link.
    count
        What waits there; None when nothing is counted.
    unit
        What is counted.
    """

    title: str
    text: str
    link: str
    action: str
    count: int | None = None
    unit: str = ""


@page.get("/")
@allow(*EVERY_ROLE)
def home() -> ResponseReturnValue:
    """Show the tasks of the user's role.

    Returns
    -------
    ResponseReturnValue
        The page.
    """
    role = user().role
    return render_template(
        "home.html",
        cards=_CARDS[role](),
        today=workspace().today(),
        gone=plan_news.taken_back(workspace(), user()) if role is Role.OFFICER else [],
    )


def _whose() -> str:
    """Say whose clients a supervisor's numbers count, where that is not everybody."""
    who = user()
    if who.role is not Role.SUPERVISOR or "*" in who.team_refs:
        return ""
    return ", in your teams or without a team yet"


def _map() -> Card:
    return Card(
        "Map",
        "Where the caseload is, by service area, district or grid, with partners and coverage.",
        url_for("map.show"),
        "Open the map",
    )


def _clients() -> Card:
    return Card(
        "Clients",
        "Records, addresses, and why each client has the officer they have.",
        url_for("clients.index"),
        "Open the list",
        clients.count_clients(workspace(), user()),
        "in your caseload"
        if user().role is Role.OFFICER
        else _whose().removeprefix(", ") or "in every team or without a team yet",
    )


def _review() -> Card:
    return Card(
        "Address review",
        "Addresses that a person must decide: ties, doubtful matches, places at an area's edge.",
        url_for("review.index"),
        "Work on the queue",
        review.count_waiting(workspace(), user()),
        f"waiting{_whose()}",
    )


def _assignment() -> Card:
    return Card(
        "Assignment",
        "Workload by team and officer, and every client who is still without an officer.",
        url_for("assignment.show"),
        "See the workload",
        assignment.count_unassigned(workspace(), user()),
        f"without an officer{_whose()}",
    )


def _tours() -> Card:
    found = tours.list_tours(workspace(), user(), workspace().today())
    return Card(
        "Tours",
        "Home visits with the police: who is due, in which order, by which streets.",
        url_for("tours.index"),
        "Open the tours",
        sum(row["status"] != "cancelled" for row in found),
        "today",
    )


def _plans() -> list[Card]:
    waiting = plan_news.count_waiting(workspace(), user())
    if not waiting:
        return []
    return [
        Card(
            "Plans",
            "Look at what a plan would change, then approve it or send it back.",
            url_for("plans.index"),
            "Look and decide",
            waiting,
            "plan waits for your approval" if waiting == 1 else "plans wait for your approval",
        )
    ]


def _handover() -> list[Card]:
    found = [
        one for one in plan_handover.coming(workspace(), user()) if one["done"] < one["clients"]
    ]
    if not found:
        return []
    days = " and ".join(told_day(one["on"]) for one in found)
    return [
        Card(
            "Hand-over",
            f"Clients who change officer with a plan from {days}: who takes over whom, and why.",
            url_for("plans.handovers"),
            "See the list",
            sum(one["clients"] - one["done"] for one in found),
            "to be handed over",
        )
    ]


def _supervisor() -> list[Card]:
    return [*_plans(), _map(), _clients(), _review(), _assignment(), _tours()]


def _officer() -> list[Card]:
    return [*_handover(), _tours(), _clients(), _map(), _review()]


def _police() -> list[Card]:
    found = tours.list_tours(workspace(), user())
    return [
        Card(
            "Shared with you",
            "The police copies of the tours that are planned with you, and nothing more.",
            url_for("shared.index"),
            "See what was shared",
            len(found),
            "tours",
        )
    ]


def _community() -> list[Card]:
    return [
        Card(
            "Community",
            "Need and partner coverage by district. Small numbers are withheld; nobody is shown.",
            url_for("community.show"),
            "See the coverage",
        ),
        _map(),
    ]


def _administrator() -> list[Card]:
    return [
        Card(
            "Setup",
            "Boundaries and their versions, addresses, streets, and who may sign in.",
            url_for("setup.index"),
            "Open setup",
            len(accounts.list_users(workspace())),
            "accounts",
        )
    ]


def _auditor() -> list[Card]:
    found = audit.list_events(workspace(), user())
    return [
        Card(
            "Audit",
            "Who saw or changed what, when and why; and proof that the log is whole.",
            url_for("audit.index"),
            "Open the log",
            found.total,
            "events",
        )
    ]


_CARDS: dict[Role, Callable[[], list[Card]]] = {
    Role.SUPERVISOR: _supervisor,
    Role.OFFICER: _officer,
    Role.POLICE: _police,
    Role.COMMUNITY: _community,
    Role.ADMINISTRATOR: _administrator,
    Role.AUDITOR: _auditor,
}
