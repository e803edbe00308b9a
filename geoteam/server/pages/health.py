"""Tell a monitor whether the server can work."""

from __future__ import annotations

from flask import Blueprint, jsonify
from flask.typing import ResponseReturnValue

from geoteam.server.access import PUBLIC, allow
from geoteam.server.context import workspace
from geoteam.server.faults import log_fault

page = Blueprint("health", __name__)


@page.get("/health")
@allow(PUBLIC)
def health() -> ResponseReturnValue:
    """Ask the database whether the workspace is ready.

    Returns
    -------
    ResponseReturnValue
        ``{"status": "ok"}``, or ``"unready"`` with status 503. Nothing about data or versions.
    """
    try:
        ready = workspace().is_ready()
    except Exception as error:  # noqa: BLE001  whatever fails, a monitor must be told
        log_fault("the workspace does not answer", error)
        ready = False
    return (jsonify(status="ok"), 200) if ready else (jsonify(status="unready"), 503)
