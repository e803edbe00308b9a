"""Which home visits are due: contact standards against the contacts that took place."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import pandas as pd

from geoteam.errors import TourError
from geoteam.profile import ContactStandard

DAYS_PER_MONTH = 365.25 / 12
# Priority points; whole numbers, so that a sum can be checked by hand.
POINTS_PER_MONTHLY_CONTACT = 5
POINTS_PER_DAY_OVERDUE = 2
MOST_OVERDUE_POINTS = 60
POINTS_PER_MISSED_TRY = 5
MOST_MISSED_POINTS = 15
POINTS_NEVER_SEEN = 15

_COLUMNS = ["client_ref", "on", "kind", "outcome"]


@dataclass(frozen=True, slots=True)
class _History:
    """Home contacts of one client up to the day."""

    made: date | None = None
    tries: int = 0
    moved: date | None = None


def visits_due(
    clients: pd.DataFrame,
    contacts: pd.DataFrame,
    standards: Mapping[str, ContactStandard],
    *,
    on: date,
    within_days: int = 0,
) -> pd.DataFrame:
    """List the home visits that are due on a day.

    A level that requires ``field`` home contacts a month requires one every 30.44 / ``field``
    days: 4 a month is every 7.6 days, 0.5 every 60.9. A visit is due on the last day on which
    that interval since the last home contact made (or since intake) is kept. A try that failed
    does not move the due date but raises the priority.

    Priority points: 5 for each contact a month of the level, 2 for each day overdue (at most 60),
    5 for each failed try since the last contact made (at most 15), 15 when nobody was ever seen
    at home.

    Parameters
    ----------
    clients
        Index ``client_ref``; column ``level``. Optional: ``intake_on`` (date), ``located`` and
        ``boundary_ambiguous`` (as in CLIENTS; an address in doubt goes to review, not on a tour)
        and ``address_since`` (date: a "moved" reported before it is settled).
    contacts
        Columns ``client_ref``, ``on`` (date), ``kind`` (only ``field`` counts here) and
        ``outcome`` (``made``, ``not_home``, ``refused``, ``moved``), in any order.
    standards
        Contact standard of each level.
    on
        The day of the tour. Later contacts are ignored.
    within_days
        Also list visits that fall due up to this many days later.

    Returns
    -------
    DataFrame
        Index ``client_ref``; most urgent first (then by reference): ``due_on`` (date),
        ``overdue_days`` (negative: still to come), ``priority`` (points), ``reason``, ``level``,
        ``last_made_on`` (date or None), ``tries`` (failed since), ``interval_days``, ``joint``
        (the level is visited together with the police), ``usable`` and ``blocked`` (why not).

    Raises
    ------
    TourError
        When a column is missing or a level has no contact standard.
    """
    _check(clients, contacts, standards)
    histories = _histories(contacts, on)
    rows = []
    for place, (ref, level) in enumerate(zip(clients.index, clients["level"], strict=True)):
        standard = standards[level]
        if standard.field <= 0:
            continue
        intake = _day(clients["intake_on"].iloc[place]) if "intake_on" in clients else None
        history = histories.get(str(ref), _History())
        row = _row(str(level), standard, history, intake, on)
        if row["due_on"] <= on + timedelta(days=within_days):
            blocked = _blocked(clients, place, history)
            rows.append({"client_ref": ref, **row, "usable": not blocked, "blocked": blocked})
    columns = ["client_ref", *_row("", _ANY, _History(), None, on), "usable", "blocked"]
    table = pd.DataFrame(rows, columns=pd.Index(columns))
    table = table.sort_values(["priority", "client_ref"], ascending=[False, True])
    return table.astype({"reason": "str", "level": "str", "blocked": "str"}).set_index("client_ref")


_ANY = ContactStandard(contacts=1, field=1)


def _row(
    level: str, standard: ContactStandard, history: _History, intake: date | None, on: date
) -> dict[str, Any]:
    interval = DAYS_PER_MONTH / standard.field
    since = history.made or intake
    due_on = on if since is None else since + timedelta(days=int(interval))
    overdue = (on - due_on).days
    priority = (
        round(POINTS_PER_MONTHLY_CONTACT * standard.contacts)
        + min(MOST_OVERDUE_POINTS, POINTS_PER_DAY_OVERDUE * max(0, overdue))
        + min(MOST_MISSED_POINTS, POINTS_PER_MISSED_TRY * history.tries)
        + (POINTS_NEVER_SEEN if history.made is None else 0)
    )
    return {
        "due_on": due_on,
        "overdue_days": overdue,
        "priority": max(1, priority),
        "reason": _sentence(level, interval, history, intake, due_on, overdue),
        "level": level,
        "last_made_on": history.made,
        "tries": history.tries,
        "interval_days": round(interval, 1),
        "joint": standard.accountability_tour,
    }


def _sentence(
    level: str, interval: float, history: _History, intake: date | None, due_on: date, overdue: int
) -> str:
    if history.made is not None:
        seen = f"last seen at home on {_shown(history.made)}"
    elif intake is not None:
        seen = f"never seen at home since intake on {_shown(intake)}"
    else:
        seen = "never seen at home, and no intake date"
    if history.tries:
        seen += f", {history.tries} failed {'try' if history.tries == 1 else 'tries'} since"
    if overdue > 0:
        when = f"due on {_shown(due_on)}, {overdue} {'day' if overdue == 1 else 'days'} overdue"
    elif overdue == 0:
        when = "due today"
    else:
        when = f"due on {_shown(due_on)}, in {-overdue} {'day' if overdue == -1 else 'days'}"
    return f"{level}: a home contact every {interval:.1f} days; {seen}; {when}."


def _histories(contacts: pd.DataFrame, on: date) -> dict[str, _History]:
    histories: dict[str, _History] = {}
    field = contacts[contacts["kind"] == "field"]
    days = [_day(value) for value in field["on"]]
    events = sorted(
        (day, str(ref), str(outcome))
        for day, ref, outcome in zip(days, field["client_ref"], field["outcome"], strict=True)
        if day is not None and day <= on
    )
    for day, ref, outcome in events:
        old = histories.get(ref, _History())
        if outcome == "made":
            histories[ref] = _History(made=day)
        else:
            moved = day if outcome == "moved" else old.moved
            histories[ref] = _History(old.made, old.tries + 1, moved)
    return histories


def _blocked(clients: pd.DataFrame, place: int, history: _History) -> str:
    if "located" in clients and not clients["located"].iloc[place]:
        return "The client has no usable location; see the review queue."
    if "boundary_ambiguous" in clients and clients["boundary_ambiguous"].iloc[place]:
        return "The location is in doubt; it waits in the review queue."
    since = _day(clients["address_since"].iloc[place]) if "address_since" in clients else None
    if history.moved is not None and (since is None or since <= history.moved):
        return (
            f"The last visit, on {_shown(history.moved)}, found that the client had moved; "
            "the address must be reviewed first."
        )
    return ""


def _shown(day: date) -> str:
    return f"{day.day} {day:%b %Y}"


def _day(value: object) -> date | None:
    if value is None or pd.isna(value):  # type: ignore[call-overload]
        return None
    return pd.Timestamp(value).date()  # type: ignore[arg-type]


def _check(
    clients: pd.DataFrame, contacts: pd.DataFrame, standards: Mapping[str, ContactStandard]
) -> None:
    missing = [name for name in _COLUMNS if name not in contacts.columns]
    if missing or "level" not in clients.columns:
        raise TourError(
            f"column(s) missing: {', '.join(missing) or 'level'}",
            where="contacts" if missing else "clients",
        )
    unknown = sorted({str(name) for name in clients["level"].unique()} - set(standards))
    if unknown:
        raise TourError(
            f"no contact standard for level(s) {', '.join(repr(name) for name in unknown)}",
            where="[contact_standards]",
            remedy=f"Use one of {', '.join(standards)}, or add the level to the city profile",
        )
