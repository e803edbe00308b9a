"""What templates know: the navigation of a role, addresses, and how things are written."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Flask, current_app, request, url_for
from markupsafe import Markup

from geoteam.errors import ProfileError
from geoteam.maps import asset_url
from geoteam.server import wording
from geoteam.server.access import declared
from geoteam.server.context import current_user, seal_client, workspace
from geoteam.server.headers import nonce
from geoteam.services import plan_news

# Label, endpoint, keys.
_MENU = (
    ("Home", "home.home", "g h"),
    ("Map", "map.show", "g m"),
    ("Community", "community.show", "g n"),
    ("Clients", "clients.index", "g c"),
    ("Review", "review.index", "g r"),
    ("Assignment", "assignment.show", "g a"),
    ("Plans", "plans.index", "g p"),
    ("Hand-over", "plans.handovers", "g o"),
    ("Tours", "tours.index", "g t"),
    ("Shared", "shared.index", "g s"),
    ("Audit", "audit.index", "g u"),
    ("Setup", "setup.index", "g e"),
)


def teach_templates(app: Flask) -> None:
    """Give the templates of an application their words.

    Parameters
    ----------
    app
        The application.
    """
    app.jinja_env.trim_blocks = True
    app.jinja_env.lstrip_blocks = True
    app.jinja_env.filters.update(wording.FILTERS)

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
            "client_facts": wording.client_facts,
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


def _menu() -> list[dict[str, Any]]:
    who = current_user()
    # The police have one list of tours: those shared with them.
    shared = may("shared.index")
    # Supervisors find hand-overs under Plans.
    hidden = {"tours.index"} if shared else {"plans.handovers"} if may("plans.index") else set()
    here = request.blueprint or ""
    here = "plans" if here.startswith("plan_") else here
    here = "tours" if here.startswith(("tour_", "due", "duty", "road", "closures")) else here
    here = "shared" if shared and here == "tours" else here
    return [
        {
            "label": label,
            "url": url_for(endpoint),
            "keys": keys,
            "here": endpoint.partition(".")[0] == here,
            "waits": plan_news.count_waiting(workspace(), who)
            if who and endpoint == "plans.index"
            else 0,
        }
        for label, endpoint, keys in _MENU
        if may(endpoint) and endpoint not in hidden
    ]


def _city() -> str:
    try:
        return workspace().profile.city.name
    except ProfileError:
        return ""


def _asset(name: str) -> str:
    return asset_url(name, url_for("static", filename="build/"))
