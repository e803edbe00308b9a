"""What templates know: the navigation of a role, and how days, numbers and shares are written."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from flask import Flask, current_app, request, url_for
from markupsafe import Markup, escape

from geoteam.errors import ProfileError
from geoteam.maps.assets import asset_url
from geoteam.server.access import declared
from geoteam.server.context import current_user, seal_client, workspace
from geoteam.server.headers import nonce

# Label, endpoint, keys.
_MENU = (
    ("Home", "home.home", "g h"),
    ("Map", "map.show", "g m"),
    ("Community", "community.show", "g n"),
    ("Clients", "clients.index", "g c"),
    ("Review", "review.index", "g r"),
    ("Assignment", "assignment.show", "g a"),
    ("Tours", "tours.index", "g t"),
    ("Shared", "shared.index", "g s"),
    ("Audit", "audit.index", "g u"),
    ("Setup", "setup.index", "g e"),
)
# Decision on an address -> tone and label of its badge.
_DECISIONS = {
    "accepted": ("badge-good", "located"),
    "review": ("badge-warn", "in review"),
    "unplaceable": ("badge-info", "no pin"),
}
_UNASSIGNED = {
    "no_location": "No usable location: in address review, or without a fixed address",
    "ambiguous": "In address review: too close to the edge of an area",
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
    "windows": "At home",
}
_DASH = Markup('<span class="muted">–</span>')


def teach_templates(app: Flask) -> None:
    """Give the templates of an application their words.

    Parameters
    ----------
    app
        The application.
    """
    app.jinja_env.trim_blocks = True
    app.jinja_env.lstrip_blocks = True
    app.jinja_env.filters.update(
        day=day,
        moment=moment,
        clock=clock,
        whole=whole,
        decimal=decimal,
        share=share,
        words=words,
        unassigned=unassigned,
        decision_badge=decision_badge,
    )

    @app.context_processor
    def _words() -> dict[str, Any]:
        return {
            "who": current_user(),
            "menu": _menu(),
            "city": _city(),
            "nonce": nonce(),
            "asset": _asset,
            "client_url": client_url,
            "client_link": client_link,
            "client_facts": client_facts,
            "may": may,
        }


def may(endpoint: str) -> bool:
    """Tell whether the user of this request may call an endpoint.

    Parameters
    ----------
    endpoint
        Name in the URL map.

    Returns
    -------
    bool
        True when the role is among the declared ones.
    """
    who = current_user()
    audiences = declared(current_app, endpoint) or frozenset()
    return who is not None and who.role in audiences


def link_to(endpoint: str, values: Mapping[str, Any]) -> str:
    """Give the address of a page, leaving out what is not set.

    Parameters
    ----------
    endpoint
        Name in the URL map.
    values
        Parts of the address; those that are empty are left out.

    Returns
    -------
    str
        A path.
    """
    return url_for(endpoint, **{name: value for name, value in values.items() if value})


def client_url(ref: str) -> str:
    """Give the address of a client's record, which does not tell who it is.

    Parameters
    ----------
    ref
        The agency's id.

    Returns
    -------
    str
        A path with the sealed id.
    """
    return url_for("clients.record", word=seal_client(ref))


def client_link(ref: str) -> Markup:
    """Give a link to a client's record, labelled with the agency's id.

    Parameters
    ----------
    ref
        The agency's id.

    Returns
    -------
    Markup
        A link.
    """
    return Markup('<a class="mono" href="{}">{}</a>').format(client_url(ref), ref)


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
    return f"{found.day} {found:%b %Y}"


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


def _fact(value: object) -> str | Markup:
    if isinstance(value, date):
        return day(value)
    if isinstance(value, (list, tuple)):
        parts = ["–".join(map(str, v)) if isinstance(v, (list, tuple)) else str(v) for v in value]
        return ", ".join(part.replace("_", " ") for part in parts) or _DASH
    return str(value) if value not in ("", None) else _DASH


def _menu() -> list[dict[str, Any]]:
    here = request.blueprint
    return [
        {
            "label": label,
            "url": url_for(endpoint),
            "keys": keys,
            "here": endpoint.partition(".")[0] == here,
        }
        for label, endpoint, keys in _MENU
        if may(endpoint)
    ]


def _city() -> str:
    try:
        return workspace().profile.city.name
    except ProfileError:
        return ""


def _asset(name: str) -> str:
    return asset_url(name, url_for("static", filename="build/"))


def _local(value: datetime | str | None) -> datetime | None:
    found = datetime.fromisoformat(value) if isinstance(value, str) and value else value
    if not isinstance(found, datetime):
        return None
    return found.astimezone(workspace().profile.city.zone)


def _unknown(value: float | None) -> bool:
    return value is None or value != value
