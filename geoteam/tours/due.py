"""Which home visits are due: contact standards against the contacts that took place."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
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
POINTS_PER_MISSED_CONTACT = 2
MOST_MISSED_CONTACT_POINTS = 6
POINTS_NEVER_SEEN = 15
POINTS_NEW_HOME = 10
POINTS_ADDED = 30
# A client who moved is seen at the new home within so many days, or the level's if those are fewer.
NEW_HOME_DAYS = 10
# So many days after intake a client is called new.
NEW_INTAKE_DAYS = 30

_COLUMNS = ["client_ref", "on", "kind", "outcome"]
_ORDER = ("on", "client_ref", "kind", "outcome")


@dataclass(frozen=True, slots=True)
class _History:
    """Home contacts of one client up to the day, and what was missed since the last one made."""

    made: date | None = None
    tries: int = 0
    moved: date | None = None
    missed: int = 0


@dataclass(frozen=True, slots=True)
class _Home:
    """What is known of one client beside the contacts."""

    level: str
    intake: date | None = None
    moved_on: date | None = None
    added_on: date | None = None


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
    that interval since the last home contact made (or since intake) is kept. Who moved since is
    to be seen at the new home within 10 days of the move, or within the interval where that is
    shorter. A try that failed does not move the due date but raises the priority. A visit that a
    supervisor added is due from that day, whatever the level requires, until a home contact is
    made on that day or later.

    Priority points: 5 for each contact a month of the level, 2 for each day overdue (at most 60),
    5 for each failed try since the last contact made (at most 15), 2 for each office or phone
    contact missed since then (at most 6), 15 when nobody was ever seen at home, 10 when the client
    moved since, 30 when a supervisor added the visit.

    Parameters
    ----------
    clients
        Index ``client_ref``; column ``level``. Optional: ``intake_on`` (date), ``located`` and
        ``boundary_ambiguous`` (as in CLIENTS; an address in doubt goes to review, not on a tour),
        ``address_since`` (date: a "moved" reported before it is settled), ``moved_on`` (date of
        the move to the present home; none when no other home is known), ``added_on`` (date from
        which a supervisor wants a visit) and ``excluded_until`` (date: no visit before it).
    contacts
        Columns ``client_ref``, ``on`` (date), ``kind`` (only ``field`` keeps the standard; of
        ``office`` and ``phone`` what was missed counts) and ``outcome`` (``made``, ``not_home``,
        ``refused``, ``moved``), in any order.
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
        ``last_made_on`` (date or None), ``tries`` (failed since), ``interval_days`` (NaN when the
        level requires none), ``joint`` (the level is visited together with the police, or a
        supervisor added the visit), ``required`` (a supervisor added it), ``excluded_until``
        (date, when it is later than the day of the tour, else None), ``usable`` and ``blocked``
        (why not).

    Raises
    ------
    TourError
        When a column is missing or a level has no contact standard.
    """
    _check(clients, contacts, standards)
    histories = _histories(contacts, on)
    days = {name: _days(clients, name) for name in _DAYS}
    located = _flags(clients, "located", default=True)
    in_doubt = _flags(clients, "boundary_ambiguous", default=False)
    rows = []
    for place, (ref, level) in enumerate(zip(clients.index, clients["level"], strict=True)):
        history = histories.get(str(ref), _History())
        added = days["added_on"][place]
        if added is not None and history.made is not None and history.made >= added:
            added = None
        standard = standards[level]
        if standard.field <= 0 and added is None:
            continue
        intake, moved_on = days["intake_on"][place], days["moved_on"][place]
        if moved_on is not None and history.made is not None and history.made >= moved_on:
            moved_on = None
        row = _row(_Home(str(level), intake, moved_on, added), standard, history, on)
        if row["due_on"] <= on + timedelta(days=within_days):
            until = days["excluded_until"][place]
            blocked = _blocked(
                located[place], in_doubt[place], days["address_since"][place], history
            )
            rows.append(
                {
                    "client_ref": ref,
                    **row,
                    "excluded_until": until if until is not None and until > on else None,
                    "usable": not blocked,
                    "blocked": blocked,
                }
            )
    made_up = _row(_Home(""), _ANY, _History(), on)
    columns = ["client_ref", *made_up, "excluded_until", "usable", "blocked"]
    table = pd.DataFrame(rows, columns=pd.Index(columns))
    table = table.sort_values(["priority", "client_ref"], ascending=[False, True])
    types = {"reason": "str", "level": "str", "blocked": "str"} | dict.fromkeys(_FLAGS, "bool")
    return table.astype(types).set_index("client_ref")


_ANY = ContactStandard(contacts=1, field=1)
_FLAGS = ("joint", "required", "usable")
_DAYS = ("intake_on", "address_since", "moved_on", "added_on", "excluded_until")


def _row(home: _Home, standard: ContactStandard, history: _History, on: date) -> dict[str, Any]:
    interval = DAYS_PER_MONTH / standard.field if standard.field > 0 else float("nan")
    due_on = _due_on(home, history, interval, on)
    overdue = (on - due_on).days
    priority = (
        round(POINTS_PER_MONTHLY_CONTACT * standard.contacts)
        + min(MOST_OVERDUE_POINTS, POINTS_PER_DAY_OVERDUE * max(0, overdue))
        + min(MOST_MISSED_POINTS, POINTS_PER_MISSED_TRY * history.tries)
        + min(MOST_MISSED_CONTACT_POINTS, POINTS_PER_MISSED_CONTACT * history.missed)
        + (POINTS_NEVER_SEEN if history.made is None else 0)
        + (POINTS_NEW_HOME if home.moved_on is not None else 0)
        + (POINTS_ADDED if home.added_on is not None else 0)
    )
    return {
        "due_on": due_on,
        "overdue_days": overdue,
        "priority": max(1, priority),
        "reason": _sentence(home, interval, history, due_on, on),
        "level": home.level,
        "last_made_on": history.made,
        "tries": history.tries,
        "interval_days": round(interval, 1),
        "joint": standard.accountability_tour or home.added_on is not None,
        "required": home.added_on is not None,
    }


def _due_on(home: _Home, history: _History, interval: float, on: date) -> date:
    """Find the earliest day that the standard, a move or a supervisor asks for."""
    asked = [] if home.added_on is None else [home.added_on]
    if math.isfinite(interval):
        since = history.made or home.intake
        asked.append(on if since is None else since + timedelta(days=int(interval)))
        if home.moved_on is not None:
            asked.append(home.moved_on + timedelta(days=min(NEW_HOME_DAYS, int(interval))))
    return min(asked)


def _sentence(home: _Home, interval: float, history: _History, due_on: date, on: date) -> str:
    rule = (
        f"a home contact every {interval:.1f} days"
        if math.isfinite(interval)
        else "no home contact required"
    )
    said = [rule, _seen(home, history, on)]
    if history.missed:
        what = "contact" if history.missed == 1 else "contacts"
        said.append(f"{history.missed} office or phone {what} missed")
    overdue = (on - due_on).days
    if overdue > 0:
        when = f"due on {_shown(due_on)}, {overdue} {'day' if overdue == 1 else 'days'} overdue"
    elif overdue == 0:
        when = "due today"
    else:
        when = f"due on {_shown(due_on)}, in {-overdue} {'day' if overdue == -1 else 'days'}"
    added = f"Added by a supervisor for {_shown(home.added_on)}. " if home.added_on else ""
    return f"{added}{home.level}: {'; '.join([*said, when])}."


def _seen(home: _Home, history: _History, on: date) -> str:
    intake = home.intake
    if history.made is not None:
        seen = f"last seen at home on {_shown(history.made)}"
    elif intake is not None and timedelta() <= on - intake <= timedelta(days=NEW_INTAKE_DAYS):
        seen = f"new since intake on {_shown(intake)}, not yet seen at home"
    elif intake is not None:
        seen = f"never seen at home since intake on {_shown(intake)}"
    else:
        seen = "never seen at home, and no intake date"
    if history.tries:
        seen += f", {history.tries} failed {'try' if history.tries == 1 else 'tries'} since"
    if home.moved_on is not None:
        seen += f"; moved on {_shown(home.moved_on)}, not yet seen at the new home"
    return seen


def _histories(contacts: pd.DataFrame, on: date) -> dict[str, _History]:
    histories: dict[str, _History] = {}
    events = sorted(
        (day, str(ref), str(outcome), kind == "field")
        for value, ref, kind, outcome in zip(*(contacts[name] for name in _ORDER), strict=True)
        if (kind == "field" or outcome != "made") and (day := _day(value)) is not None and day <= on
    )
    for day, ref, outcome, at_home in events:
        old = histories.get(ref, _History())
        if not at_home:
            histories[ref] = replace(old, missed=old.missed + 1)
        elif outcome == "made":
            histories[ref] = _History(made=day)
        else:
            moved = day if outcome == "moved" else old.moved
            histories[ref] = replace(old, tries=old.tries + 1, moved=moved)
    return histories


def _blocked(located: bool, in_doubt: bool, since: date | None, history: _History) -> str:
    if not located:
        return "The client has no usable location; see the review queue."
    if in_doubt:
        return "The location is in doubt; it waits in the review queue."
    if history.moved is not None and (since is None or since <= history.moved):
        return (
            f"The last visit, on {_shown(history.moved)}, found that the client had moved; "
            "the address must be reviewed first."
        )
    return ""


def _days(clients: pd.DataFrame, name: str) -> list[date | None]:
    if name not in clients:
        return [None] * len(clients)
    return [_day(value) for value in clients[name]]


def _flags(clients: pd.DataFrame, name: str, *, default: bool) -> list[bool]:
    return clients[name].tolist() if name in clients else [default] * len(clients)


def _shown(day: date) -> str:
    return f"{day.day} {day:%b %Y}"


def _day(value: Any) -> date | None:
    if type(value) is date:
        return value
    if value is None or pd.isna(value):
        return None
    return pd.Timestamp(value).date()


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
