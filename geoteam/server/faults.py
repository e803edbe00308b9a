"""Error pages: what happened, and what to do about it."""

from __future__ import annotations

import logging
import traceback

from flask import Flask, current_app, has_request_context, redirect, render_template, request
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import CSRFError
from markupsafe import Markup
from werkzeug.exceptions import HTTPException, InternalServerError, MethodNotAllowed

from geoteam.errors import (
    DisclosureError,
    GeoteamError,
    InputError,
    NotFoundError,
    SettledError,
    SignInError,
    WorkspaceBusyError,
)

logger = logging.getLogger("geoteam.server")

# Status -> heading and remedy.
_PAGES: dict[int, tuple[str, str]] = {
    400: ("This request cannot be used", "Go back, look at what you entered, and try again."),
    401: ("Please sign in", "Your session has ended. Sign in and try again."),
    403: (
        "You may not open this page",
        "Your role does not include it. If your work needs it, ask your administrator.",
    ),
    404: (
        "There is no such page",
        "Look at the address, or start from the first page.",
    ),
    405: ("This page does not work that way", "Use the buttons and links of the pages."),
    409: (
        "Somebody else changed this, or is working on it",
        "Load the page again, look at what changed, and try once more.",
    ),
    413: ("What you sent is too large", "Send less at once, or load large files with the command."),
    429: ("Too many tries", "Wait a minute, then try again."),
    500: (
        "Something went wrong on our side",
        "Nothing was saved. Try again; if it happens again, tell your administrator when.",
    ),
}
_BARE = Markup("<!doctype html><html lang=en><title>{0}</title><h1>{0}</h1><p>{1}</p></html>")
# The first class that fits decides.
_STATUS: tuple[tuple[type[GeoteamError], int], ...] = (
    (NotFoundError, 404),
    (DisclosureError, 403),
    (SignInError, 401),
    (WorkspaceBusyError, 409),
    (SettledError, 409),
    (InputError, 400),
)


def status_of(error: GeoteamError) -> int:
    """Give the HTTP status that fits an error.

    Parameters
    ----------
    error
        An error raised on purpose.

    Returns
    -------
    int
        400, 401, 403, 404 or 409 for what the caller can mend; 500 for the rest.
    """
    return next((status for kind, status in _STATUS if isinstance(error, kind)), 500)


def log_fault(what: str, error: BaseException) -> None:
    """Log where an error came from, without its message, which may hold a person's data.

    Parameters
    ----------
    what
        What failed.
    error
        The error.
    """
    route = request.url_rule.rule if has_request_context() and request.url_rule else "-"
    lines: list[str] = []
    cause: BaseException | None = error
    while cause is not None and len(lines) < 200:
        lines += [type(cause).__name__, *traceback.format_tb(cause.__traceback__)]
        cause = cause.__cause__ or cause.__context__
    logger.error("%s: %s at %s\n%s", what, type(error).__name__, route, "\n".join(lines))


def error_page(status: int, *, what: str = "", remedy: str = "") -> tuple[str, int]:
    """Render the page of an error.

    Parameters
    ----------
    status
        HTTP status.
    what
        What happened, in a sentence; '' for nothing more than the heading.
    remedy
        What to do; '' for the usual advice.

    Returns
    -------
    tuple of str and int
        The page and its status.
    """
    heading, usual = _PAGES.get(status, _PAGES[400] if status < 500 else _PAGES[500])
    try:
        page = render_template(
            "error.html", status=status, heading=heading, what=what, remedy=remedy or usual
        )
    except Exception as error:  # noqa: BLE001  the page about an error must not fail itself
        log_fault("the error page cannot be rendered", error)
        page = _BARE.format(heading, remedy or usual)
    return page, status


def _page_above() -> str:
    """Find the page that a form's address belongs to, for who comes back to it after a refusal."""
    path = request.path
    if request.method != "GET" or not request.accept_mimetypes.accept_html:
        return ""
    adapter = current_app.create_url_adapter(request)
    while adapter is not None and path.count("/") > 1:
        path = path.rpartition("/")[0]
        if adapter.test(path, "GET"):
            return path
    return ""


def handle_faults(app: Flask) -> None:
    """Give an application its error pages.

    Parameters
    ----------
    app
        The application.
    """

    @app.errorhandler(CSRFError)
    def _forged(error: CSRFError) -> ResponseReturnValue:
        return error_page(
            400,
            what="The form has expired or did not come from this site, so nothing was changed.",
            remedy="Go back, load the page again, and send the form once more.",
        )

    @app.errorhandler(GeoteamError)
    def _refused(error: GeoteamError) -> ResponseReturnValue:
        status = status_of(error)
        if status >= 500:
            log_fault("a page failed", error)
        return error_page(status, what=error.what, remedy=error.remedy)

    @app.errorhandler(Exception)
    def _unexpected(error: Exception) -> ResponseReturnValue:
        log_fault("a page failed", error)
        return error_page(500)

    @app.errorhandler(HTTPException)
    def _http(error: HTTPException) -> ResponseReturnValue:
        if isinstance(error, InternalServerError) or error.code is None:
            return error_page(500)
        if error.code < 400:
            return error.get_response()
        above = _page_above() if isinstance(error, MethodNotAllowed) else ""
        if above:
            return redirect(above, 303)
        page, status = error_page(error.code)
        headers = [h for h in error.get_headers() if h[0].lower() in {"retry-after", "allow"}]
        return page, status, headers
