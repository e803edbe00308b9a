"""How days, numbers, shares, codes and states are written on pages."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime
from typing import Any

from markupsafe import Markup, escape

from geoteam.server.context import workspace
from geoteam.services.tour_stops import told_limits
from geoteam.services.visits_hours import hours_text
from geoteam.services.wording import told_day

# Decision on an address -> tone and label of its badge.
_DECISIONS = {
    "accepted": ("badge-good", "located"),
    "review": ("badge-warn", "in review"),
    "unplaceable": ("badge-info", "no pin"),
}
# How full somebody is -> tone and label of its badge.
_LOADS = {
    "over": ("badge-bad", "over"),
    "full": ("badge-warn", "full"),
    "low": ("badge-info", "half or less"),
}
_UNASSIGNED = {
    "no_location": "No usable location: in address review, or without a fixed address",
    "ambiguous": "Too close to the border of two teams' areas",
    "outside": "Lives in no area of the boundaries in force",
    "no_team": "The area belongs to no team in the plan",
    "no_officer": "The team has no officer for this kind of supervision",
    "no_capacity": "Every officer of the team is full",
    "not_run": "Came in after the last run",
}
_CLIENT_FACTS = {
    "level": "Supervision level",
    "needs": "Needs",
    "unit": "Area",
    "team": "Team",
    "officer": "Officer",
    "intake_on": "Under supervision since",
    "access_notes": "At the door",
}
_DASH = Markup('<span class="muted">–</span>')


def client_facts(client: Mapping[str, Any]) -> list[tuple[str, Any]]:
    """Pick the facts of a client's record that this reader was given.

    Parameters
    ----------
    client
        The record, already cut down to what policy allows.

    Returns
    -------
    list[tuple[str, Any]]
        Label and text of each fact.
    """
    withheld = client.get("withheld", ())
    return [
        (label, _fact(client[field]))
        for field, label in _CLIENT_FACTS.items()
        if field in client and field not in withheld
    ]


def named_facts(pairs: Iterable[tuple[str, Any]]) -> list[tuple[str | Markup, str | Markup]]:
    """Write pairs of a name and a value for people.

    Parameters
    ----------
    pairs
        Names as code words, and values of any plain kind.

    Returns
    -------
    list[tuple[str | Markup, str | Markup]]
        Label and text of each.
    """
    return [(words(name), _fact(value)) for name, value in pairs]


def day(value: date | str | None) -> str | Markup:
    """Write a day, such as ``3 Mar 2026``.

    Parameters
    ----------
    value
        A day, a moment, or ISO text of a day.

    Returns
    -------
    str | Markup
        The day in words; a dash when there is none.
    """
    found = date.fromisoformat(value[:10]) if isinstance(value, str) and value else value
    if not isinstance(found, date):
        return _DASH
    return told_day(found)


def moment(value: datetime | str | None) -> str | Markup:
    """Write a moment in the city's time zone, to the minute.

    Parameters
    ----------
    value
        A timezone-aware moment or its ISO text.

    Returns
    -------
    str | Markup
        Such as ``3 Mar 2026 14:05``; a dash when there is none.
    """
    found = _local(value)
    return _DASH if found is None else f"{found.day} {found:%b %Y %H:%M}"


def clock(value: datetime | str | None) -> str | Markup:
    """Write the time of day of a moment in the city's time zone.

    Parameters
    ----------
    value
        A timezone-aware moment or its ISO text.

    Returns
    -------
    str | Markup
        Such as ``14:05``; a dash when there is none.
    """
    found = _local(value)
    return _DASH if found is None else f"{found:%H:%M}"


def whole(value: float | None) -> str | Markup:
    """Write a whole number with thousands marks.

    Parameters
    ----------
    value
        A number; None or NaN when unknown.

    Returns
    -------
    str | Markup
        Such as ``8,000``; a dash when unknown.
    """
    return _DASH if _unknown(value) else f"{float(value or 0):,.0f}"


def decimal(value: float | None, places: int = 1) -> str | Markup:
    """Write a number with decimals.

    Parameters
    ----------
    value
        A number; None or NaN when unknown.
    places
        Decimal places.

    Returns
    -------
    str | Markup
        Such as ``1,234.5``; a dash when unknown.
    """
    return _DASH if _unknown(value) else f"{float(value or 0):,.{places}f}"


def share(value: float | None, places: int = 0) -> str | Markup:
    """Write a share of 0 to 1 in percent.

    Parameters
    ----------
    value
        A share; None or NaN when unknown.
    places
        Decimal places.

    Returns
    -------
    str | Markup
        Such as ``63 %``; a dash when unknown.
    """
    return _DASH if _unknown(value) else f"{100 * float(value or 0):.{places}f} %"


def words(value: object) -> str | Markup:
    """Write a code as words: ``no_fixed_address`` becomes ``No fixed address``.

    Parameters
    ----------
    value
        A code.

    Returns
    -------
    str | Markup
        The words; a dash for ''.
    """
    text = str(value).replace("_", " ").strip()
    return escape(text[:1].upper() + text[1:]) if text else _DASH


def sentence(text: str) -> str:
    """Write a message as a sentence.

    Parameters
    ----------
    text
        What an error says, without capital or full stop.

    Returns
    -------
    str
        With both; '' stays ''.
    """
    if not text:
        return ""
    whole_text = text[:1].upper() + text[1:]
    return whole_text if whole_text.endswith((".", "!", "?", ":")) else whole_text + "."


def decision_badge(decision: str) -> Markup:
    """Write the state of an address as a badge.

    Parameters
    ----------
    decision
        ``accepted``, ``review`` or ``unplaceable``; '' when it was never looked at.

    Returns
    -------
    Markup
        A badge.
    """
    tone, label = _DECISIONS.get(decision, ("", "not looked at"))
    return Markup('<span class="badge {}">{}</span>').format(tone, label)


def unassigned(status: str) -> str:
    """Write why clients have no officer.

    Parameters
    ----------
    status
        Status of an assignment.

    Returns
    -------
    str
        The reason in plain words.
    """
    return _UNASSIGNED.get(status, status.replace("_", " "))


def load_tone(use: float | None) -> str:
    """Tell how an officer or team stands to their capacity.

    Parameters
    ----------
    use
        Share of capacity in use; None or NaN when unknown.

    Returns
    -------
    str
        ``over``, ``full``, ``low`` (half or less) or ''; as rounded to whole percent.
    """
    if _unknown(use) or use is None:
        return ""
    percent = float(f"{100 * use:.0f}")
    return "over" if percent > 100 else "full" if percent == 100 else "low" if percent <= 50 else ""


def load_badge(use: float | None) -> Markup:
    """Write that an officer or team is over capacity, full, or at half or less.

    Parameters
    ----------
    use
        Share of capacity in use; None or NaN when unknown.

    Returns
    -------
    Markup
        A badge; nothing in between.
    """
    tone = load_tone(use)
    if not tone:
        return Markup("")
    return Markup('<span class="badge {}">{}</span>').format(*_LOADS[tone])


def _fact(value: object) -> str | Markup:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, Mapping):
        return ", ".join(f"{words(name)} {_fact(one)}" for name, one in value.items()) or _DASH
    if isinstance(value, date):
        return day(value)
    if isinstance(value, (list, tuple)):
        parts = ["–".join(map(str, v)) if isinstance(v, (list, tuple)) else str(v) for v in value]
        return ", ".join(part.replace("_", " ") for part in parts) or _DASH
    if isinstance(value, float):
        return decimal(value)
    if isinstance(value, int):
        return whole(value)
    return str(value) if value not in ("", None) else _DASH


def _local(value: datetime | str | None) -> datetime | None:
    found = datetime.fromisoformat(value) if isinstance(value, str) and value else value
    if not isinstance(found, datetime):
        return None
    return found.astimezone(workspace().profile.city.zone)


def _unknown(value: float | None) -> bool:
    return value is None or value != value


# Name in templates -> filter.
FILTERS: Mapping[str, Callable[..., Any]] = {
    "hours_text": hours_text,
    "limits": told_limits,
    "day": day,
    "moment": moment,
    "clock": clock,
    "whole": whole,
    "decimal": decimal,
    "share": share,
    "words": words,
    "sentence": sentence,
    "unassigned": unassigned,
    "decision_badge": decision_badge,
    "facts": named_facts,
    "load_badge": load_badge,
    "load_tone": load_tone,
}
