"""Audit: who saw or changed what."""

from __future__ import annotations

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from geoteam.model import Role
from geoteam.server import forms
from geoteam.server.access import allow
from geoteam.server.context import user, workspace
from geoteam.server.show import link_to
from geoteam.services import audit

page = Blueprint("audit", __name__)


@page.get("/audit")
@allow(Role.AUDITOR)
def index() -> ResponseReturnValue:
    """List events, newest first.

    Returns
    -------
    ResponseReturnValue
        One page of the log.
    """
    return _page(None)


@page.post("/audit/verify")
@allow(Role.AUDITOR)
def verify() -> ResponseReturnValue:
    """Check the chain of hashes from the first event to the last.

    Returns
    -------
    ResponseReturnValue
        The log with the finding above it.
    """
    return _page(audit.verify(workspace()))


def _page(faults: list[audit.AuditFault] | None) -> ResponseReturnValue:
    args = request.args
    chosen = {"actor": forms.text(args, "actor"), "action": forms.text(args, "action")}
    found = audit.list_events(
        workspace(),
        user(),
        actor=chosen["actor"],
        action=chosen["action"],
        page=forms.whole(args, "page", 1, low=1, high=1_000_000),
    )

    def link(number: int) -> str:
        return link_to("audit.index", {**chosen, "page": number})

    return render_template("audit.html", found=found, chosen=chosen, link=link, faults=faults)
