"""Answers for scripts of our own pages: JSON in, JSON out, refusals too."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, jsonify, request
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException

from geoteam.errors import GeoteamError, InputError
from geoteam.server.faults import log_fault, status_of

_UNREADABLE = 422
_REMEDIES = {
    401: ("your session has ended", "Sign in again; what you drew is kept here until then."),
    403: ("your role does not include this", "Ask your administrator if your work needs it."),
    413: ("this is too much at once", "Send less at once."),
}


def refuse_in_json(api: Blueprint) -> None:
    """Let a blueprint refuse with ``{"error", "remedy"}`` in place of a page.

    What cannot be used is 422, what may not be done 403, what is settled or changed by somebody
    else 409.

    Parameters
    ----------
    api
        The blueprint.
    """

    @api.errorhandler(GeoteamError)
    def _refused(error: GeoteamError) -> ResponseReturnValue:
        status = status_of(error)
        if status >= 500:
            log_fault("a call failed", error)
        if status == 400 and isinstance(error, InputError):
            status = _UNREADABLE
        return refusal(status, error.what, error.remedy)

    @api.errorhandler(CSRFError)
    def _forged(error: CSRFError) -> ResponseReturnValue:
        return refusal(
            400,
            "the page has expired or this did not come from this site, so nothing was changed",
            "Load the page again.",
        )

    @api.errorhandler(Exception)
    def _unexpected(error: Exception) -> ResponseReturnValue:
        log_fault("a call failed", error)
        return refusal(500, "something went wrong on our side", "Nothing was saved. Try again.")

    @api.errorhandler(HTTPException)
    def _http(error: HTTPException) -> ResponseReturnValue:
        status = error.code or 500
        what, remedy = _REMEDIES.get(status, ("this cannot be used", "Load the page again."))
        return refusal(status, what, remedy)


def refusal(status: int, what: str, remedy: str) -> Response:
    """Refuse a call.

    Parameters
    ----------
    status
        HTTP status.
    what
        What is wrong.
    remedy
        What to do about it.

    Returns
    -------
    Response
        ``{"error", "remedy"}``.
    """
    answer = jsonify(error=what, remedy=remedy)
    answer.status_code = status
    return answer


def sent() -> dict[str, Any]:
    """Read the JSON object that was sent.

    Returns
    -------
    dict
        The object.

    Raises
    ------
    InputError
        When it is none.
    """
    value = request.get_json(silent=True)
    if not isinstance(value, dict):
        raise InputError("this is no JSON object", remedy="Load the page again")
    return value


def words(value: dict[str, Any], name: str) -> str:
    """Read a text from an object that was sent.

    Parameters
    ----------
    value
        From `sent`.
    name
        The field.

    Returns
    -------
    str
        The text; '' when it is missing.

    Raises
    ------
    InputError
        When it is something else.
    """
    found = value.get(name, "")
    if not isinstance(found, str):
        raise InputError(f"{name} is no text", remedy="Load the page again")
    return found


def whole(value: dict[str, Any], name: str) -> int:
    """Read a whole number from an object that was sent.

    Parameters
    ----------
    value
        From `sent`.
    name
        The field.

    Returns
    -------
    int
        The number, 0 or more; 0 when it is missing.

    Raises
    ------
    InputError
        When it is something else.
    """
    found = value.get(name, 0)
    if not isinstance(found, int) or isinstance(found, bool) or not 0 <= found < 2**31:
        raise InputError(f"{name} is no whole number", remedy="Load the page again")
    return found
