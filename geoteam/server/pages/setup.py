"""Setup: boundaries, addresses, streets, online services and accounts. No client is shown here."""

from __future__ import annotations

from collections.abc import Mapping

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from geoteam.errors import GeoteamError, InputError, NotFoundError
from geoteam.geocoding.services import info_of
from geoteam.model import Role
from geoteam.server import forms
from geoteam.server.access import allow
from geoteam.server.context import user, workspace
from geoteam.services import accounts, online, overview
from geoteam.services import plan_approval as approval
from geoteam.services.phone_map import WARNING, phone_map_is_on

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
        The page with the password, which is stored nowhere else; the page with what was typed when
        the account cannot be added.
    """
    try:
        username, password = _added()
    # An unknown officer is a slip in the form here, not a page that does not exist.
    except (InputError, NotFoundError) as fault:
        return _page(fault=fault, typed=request.form), 400
    return _page(username=username, password=password)


def _added() -> tuple[str, str]:
    form = request.form
    username = _username()
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
    return username, password


@page.post("/setup/users/disable")
@allow(Role.ADMINISTRATOR)
def disable_user() -> ResponseReturnValue:
    """Close an account; its sessions end at once.

    Returns
    -------
    ResponseReturnValue
        The way back.
    """
    username = _username()
    if username == user().username:
        raise InputError(
            "you cannot close your own account", remedy="Ask another administrator to do it"
        )
    accounts.disable_user(workspace(), user().username, username)
    flash(f"{username} can no longer sign in.", "good")
    return redirect(url_for("setup.index"), 303)


@page.post("/setup/users/enable")
@allow(Role.ADMINISTRATOR)
def enable_user() -> ResponseReturnValue:
    """Open a closed account again.

    Returns
    -------
    ResponseReturnValue
        The way back.
    """
    username = _username()
    accounts.disable_user(workspace(), user().username, username, disabled=False)
    flash(f"{username} can sign in again.", "good")
    return redirect(url_for("setup.index"), 303)


@page.post("/setup/users/password")
@allow(Role.ADMINISTRATOR)
def reset_password() -> ResponseReturnValue:
    """Give an account a new password and show it once.

    Returns
    -------
    ResponseReturnValue
        The page with the password, which is stored nowhere else.
    """
    username = _username()
    password = accounts.reset_password(workspace(), user().username, username)
    return _page(username=username, password=password)


@page.post("/setup/services/enable")
@allow(Role.ADMINISTRATOR)
def enable_service() -> ResponseReturnValue:
    """Turn an online geocoder on, after its warning was read.

    Returns
    -------
    ResponseReturnValue
        The way back; the page when the warning was not acknowledged, or is another one by now.
    """
    name = _service()
    try:
        if request.form.get("read") != "yes":
            raise InputError("the warning was not acknowledged", remedy="Read it and tick the box")
        online.enable(workspace(), user(), name, warning=request.form.get("warning", ""))
    except InputError as fault:
        return _page(service_fault=fault), 400
    flash(f"{info_of(name).title} is on.", "good")
    return redirect(url_for("setup.index"), 303)


@page.post("/setup/services/disable")
@allow(Role.ADMINISTRATOR)
def disable_service() -> ResponseReturnValue:
    """Turn an online geocoder off.

    Returns
    -------
    ResponseReturnValue
        The way back.
    """
    name = _service()
    online.disable(workspace(), user(), name)
    flash(f"{info_of(name).title} is off.", "good")
    return redirect(url_for("setup.index"), 303)


@page.post("/setup/plan-approval")
@allow(Role.ADMINISTRATOR)
def plan_approval() -> ResponseReturnValue:
    """Say whether a second person approves a plan before it is published.

    Returns
    -------
    ResponseReturnValue
        The way back.
    """
    wanted = forms.text(request.form, "on", label="On or off", required=True)
    on = forms.choice({"on": wanted}, "on", ("yes", "no"), "yes") == "yes"
    approval.set_approval(workspace(), user().username, on=on)
    flash("A second person approves plans." if on else "One person publishes plans.", "good")
    return redirect(url_for("setup.index"), 303)


def _service() -> str:
    return forms.text(request.form, "service", label="Service", required=True)


def _username() -> str:
    return forms.text(request.form, "username", label="User name", required=True)


def _page(
    username: str = "",
    password: str = "",
    *,
    fault: GeoteamError | None = None,
    service_fault: GeoteamError | None = None,
    typed: Mapping[str, str] = {},
) -> str:
    return render_template(
        "setup.html",
        view=overview.workspace_overview(workspace()),
        users=accounts.list_users(workspace()),
        services=online.list_services(workspace()),
        phone_map=phone_map_is_on(workspace()),
        phone_map_warning=WARNING,
        approval=approval.needs_approval(workspace()),
        role_choices=[(role.value, role.value.capitalize()) for role in Role],
        username=username,
        password=password,
        fault=fault,
        service_fault=service_fault,
        typed=typed,
    )
