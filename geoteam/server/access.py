"""Who may call which route: declared beside each view, refused where nothing is declared."""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum
from typing import TypeVar, cast

from flask import Flask, g, redirect, request, session, url_for
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import Forbidden, Unauthorized

from geoteam.model import Role, User
from geoteam.server.context import current_user, workspace
from geoteam.services import accounts

_MARK = "__geoteam_allowed__"
_COOKIE_FIELD = "token"
_View = TypeVar("_View", bound=Callable[..., object])


class Anyone(StrEnum):
    """The one audience beside the roles."""

    PUBLIC = "public"


PUBLIC = Anyone.PUBLIC
EVERY_ROLE = tuple(Role)


def allow(*audiences: Role | Anyone) -> Callable[[_View], _View]:
    """Declare who may call a view.

    Parameters
    ----------
    *audiences
        Roles, or ``PUBLIC`` for people who are not signed in.

    Returns
    -------
    Callable[[_View], _View]
        A decorator that marks the view and changes nothing else.

    Raises
    ------
    ValueError
        When nobody is named.
    """
    if not audiences:
        raise ValueError("a view that nobody may call is no view")

    def mark(view: _View) -> _View:
        setattr(view, _MARK, frozenset(audiences))
        return view

    return mark


def declared(app: Flask, endpoint: str) -> frozenset[Role | Anyone] | None:
    """Tell who may call an endpoint.

    Parameters
    ----------
    app
        The application.
    endpoint
        A name of its URL map.

    Returns
    -------
    frozenset[Role | Anyone] | None
        The declaration, None when there is none.
    """
    view = app.view_functions.get(endpoint)
    return cast("frozenset[Role | Anyone] | None", getattr(view, _MARK, None))


def check_declarations(app: Flask) -> None:
    """Refuse to start an application with a route that does not say who may call it.

    Parameters
    ----------
    app
        The application with all its routes.

    Raises
    ------
    RuntimeError
        When one or more endpoints carry no declaration.
    """
    silent = sorted(
        {rule.endpoint for rule in app.url_map.iter_rules() if not declared(app, rule.endpoint)}
    )
    if silent:
        raise RuntimeError(f"routes that do not say who may call them: {', '.join(silent)}")


def remember(token: str) -> None:
    """Start a session in this browser, dropping whatever the old one held.

    Parameters
    ----------
    token
        The random token of the session, from ``accounts.sign_in``.
    """
    session.clear()
    session[_COOKIE_FIELD] = token


def forget() -> str:
    """End the session in this browser.

    Returns
    -------
    str
        The token it held, '' when there was none.
    """
    token = str(session.get(_COOKIE_FIELD, ""))
    session.clear()
    return token


def guard(app: Flask) -> None:
    """Ask before every request who calls and whether they may.

    Parameters
    ----------
    app
        The application to guard.
    """

    @app.before_request
    def _check() -> ResponseReturnValue | None:
        g.user = _signed_in()
        if request.endpoint is None:
            # No such page or method: the error page follows, and tells nothing.
            return None
        audiences = declared(app, request.endpoint)
        if audiences is None:
            raise Forbidden
        if PUBLIC in audiences:
            return None
        who = current_user()
        if who is None:
            return _ask_to_sign_in()
        if who.role not in audiences:
            raise Forbidden
        return None


def _signed_in() -> User | None:
    if request.endpoint in {"static", "health.health"}:
        return None
    token = session.get(_COOKIE_FIELD)
    if not isinstance(token, str):
        return None
    who = accounts.session_user(workspace(), token)
    if who is None:
        session.pop(_COOKIE_FIELD)
    return who


def _ask_to_sign_in() -> ResponseReturnValue:
    as_page = request.headers.get("Sec-Fetch-Dest", "document") == "document"
    if request.method not in {"GET", "HEAD"} or not as_page:
        raise Unauthorized
    return redirect(url_for("account.sign_in", next=request.path), 303)
