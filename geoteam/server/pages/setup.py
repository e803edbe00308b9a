"""Setup: boundaries, addresses, streets and accounts. No client is shown here."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from geoteam.model import Role
from geoteam.server import forms
from geoteam.server.access import allow
from geoteam.server.context import user, workspace
from geoteam.services import accounts, overview

page = Blueprint("setup", __name__)


@page.get("/setup")
@allow(Role.ADMINISTRATOR)
def index() -> ResponseReturnValue:
    """Show what the workspace stands on, and who may sign in.

    Returns
    -------
    ResponseReturnValue
        The page.
    """
    return _page()


@page.post("/setup/users")
@allow(Role.ADMINISTRATOR)
def add_user() -> ResponseReturnValue:
    """Add an account and show its first password once.

    Returns
    -------
    ResponseReturnValue
        The page with the password, which is stored nowhere else.
    """
    form = request.form
    username = forms.text(form, "username", label="User name", required=True)
    password = accounts.add_user(
        workspace(),
        user().username,
        username=username,
        name=forms.text(form, "name", label="Full name", required=True),
        role=Role(forms.choice(form, "role", tuple(Role), Role.OFFICER.value)),
        officer_ref=forms.text(form, "officer"),
        police_partner_ref=forms.text(form, "partner"),
        team_refs=tuple(forms.text(form, "teams").replace(",", " ").split()),
    )
    return _page(username=username, password=password)


@page.post("/setup/users/disable")
@allow(Role.ADMINISTRATOR)
def disable_user() -> ResponseReturnValue:
    """Close an account; its sessions end at once.

    Returns
    -------
    ResponseReturnValue
        The way back.
    """
    username = forms.text(request.form, "username", label="User name", required=True)
    accounts.disable_user(workspace(), user().username, username)
    flash(f"{username} can no longer sign in.", "good")
    return redirect(url_for("setup.index"), 303)


def _page(username: str = "", password: str = "") -> ResponseReturnValue:
    return render_template(
        "setup.html",
        view=overview.workspace_overview(workspace()),
        users=accounts.list_users(workspace()),
        role_choices=[(role.value, role.value.capitalize()) for role in Role],
        username=username,
        password=password,
    )
