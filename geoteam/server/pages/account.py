"""Sign in and out."""

from __future__ import annotations

import math

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from geoteam.errors import SignInError
from geoteam.server.access import EVERY_ROLE, PUBLIC, allow, forget, remember
from geoteam.server.context import current_user, parts, workspace
from geoteam.server.faults import error_page
from geoteam.server.forms import local_path
from geoteam.services import accounts

page = Blueprint("account", __name__)


@page.get("/sign-in")
@allow(PUBLIC)
def sign_in() -> ResponseReturnValue:
    """Show the sign-in form.

    Returns
    -------
    ResponseReturnValue
        The form, or the way on for somebody already signed in.
    """
    target = local_path(request.args.get("next", "/"))
    if current_user() is not None:
        return redirect(target, 303)
    return render_template("sign_in.html", target=target, username="", fault="")


@page.post("/sign-in")
@allow(PUBLIC)
def enter() -> ResponseReturnValue:
    """Check a name and a password, and start a session.

    Returns
    -------
    ResponseReturnValue
        The way on, or the form with one message for every kind of refusal.
    """
    wait_s = parts().throttle.wait_s(request.remote_addr or "")
    if wait_s > 0:
        body, status = error_page(
            429, what="There were too many tries to sign in from this computer's network address."
        )
        return body, status, {"Retry-After": str(math.ceil(wait_s))}
    username = request.form.get("username", "")[:200].strip()
    target = local_path(request.form.get("next", "/"))
    try:
        token, _ = accounts.sign_in(workspace(), username, request.form.get("password", "")[:1000])
    except SignInError as error:
        shown = render_template(
            "sign_in.html", target=target, username=username, fault=error.what, remedy=error.remedy
        )
        return shown, 401
    remember(token)
    return redirect(target, 303)


@page.post("/sign-out")
@allow(*EVERY_ROLE)
def sign_out() -> ResponseReturnValue:
    """End the session.

    Returns
    -------
    ResponseReturnValue
        The sign-in form.
    """
    accounts.sign_out(workspace(), forget())
    return redirect(url_for("account.sign_in"), 303)
