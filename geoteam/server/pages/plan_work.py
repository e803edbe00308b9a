"""What a plan changes, and what is done about it: propose, approve, send back, take back."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

from flask import Response, flash, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from geoteam.errors import DisclosureError, InputError, WorkspaceBusyError
from geoteam.model import Role
from geoteam.server import forms
from geoteam.server.access import allow
from geoteam.server.context import user, workspace
from geoteam.server.pages.plans import page as page
from geoteam.server.pages.plans import plan_page
from geoteam.server.tables import csv_answer
from geoteam.services import plan_approval, plan_impact, plan_take_back, plan_views

_COLUMNS = (
    "client_ref", "name", "level", "address", "change", "cause", "before_unit", "after_unit",
    "before_team", "after_team", "before_officer", "after_officer", "before_minutes",
    "after_minutes", "why",
)  # fmt: skip


@page.get("/plans/<int:plan_id>/impact")
@allow(Role.SUPERVISOR)
def impact(plan_id: int) -> ResponseReturnValue:
    """Show what a plan would change.

    Parameters
    ----------
    plan_id
        The plan.

    Returns
    -------
    ResponseReturnValue
        The page; for a published plan, the way to its hand-over list.
    """
    view = plan_views.plan_view(workspace(), user(), plan_id)
    if view["status"] == "published":
        return redirect(url_for("plans.handover_list", plan_id=plan_id), 303)
    found = plan_impact.plan_impact(
        workspace(), user(), plan_id, on=forms.day(request.args, "from")
    )
    return render_template("plan_impact.html", found=found, plan=view)


@page.get("/plans/<int:plan_id>/impact.csv")
@allow(Role.SUPERVISOR)
def impact_csv(plan_id: int) -> ResponseReturnValue:
    """Send the clients whom a plan would move, with the reasons.

    Parameters
    ----------
    plan_id
        The plan.

    Returns
    -------
    ResponseReturnValue
        CSV in UTF-8.
    """
    day = forms.day(request.args, "from")
    found = plan_impact.plan_impact(workspace(), user(), plan_id, on=day, purpose="export")
    return csv_answer(found["clients"], _COLUMNS, f"plan-{plan_id}-impact.csv")


@page.get("/plans/<int:plan_id>/impact.json")
@allow(Role.SUPERVISOR)
def impact_json(plan_id: int) -> ResponseReturnValue:
    """Send all that the impact page shows, for machines.

    Parameters
    ----------
    plan_id
        The plan.

    Returns
    -------
    ResponseReturnValue
        JSON.
    """
    day = forms.day(request.args, "from")
    found = plan_impact.plan_impact(workspace(), user(), plan_id, on=day, purpose="export")
    answer: Response = jsonify(found | {"on": found["on"].isoformat()})
    return answer


@page.post("/plans/<int:plan_id>/propose")
@allow(Role.SUPERVISOR)
def propose(plan_id: int) -> ResponseReturnValue:
    """Ask for a plan to be published; where nobody needs to approve, it is published.

    Parameters
    ----------
    plan_id
        The draft.

    Returns
    -------
    ResponseReturnValue
        The way back to the plan.
    """

    def work() -> None:
        reason = forms.text(request.form, "reason", label="The reason", required=True)
        done = plan_approval.propose(workspace(), user(), plan_id, _day("from"), reason)
        flash("The plan is published." if done else "The plan waits for a second person.", "good")

    return _answer(plan_id, work)


@page.post("/plans/<int:plan_id>/approve")
@allow(Role.SUPERVISOR)
def approve(plan_id: int) -> ResponseReturnValue:
    """Publish a plan that somebody else proposed, as it was looked at.

    Parameters
    ----------
    plan_id
        The proposed plan.

    Returns
    -------
    ResponseReturnValue
        The way back to the plan.
    """

    def work() -> None:
        seen = forms.text(request.form, "seen", label="What you looked at", required=True)
        plan_approval.approve(workspace(), user(), plan_id, seen=seen)
        flash("The plan is published, and its assignments are written.", "good")

    return _answer(plan_id, work)


@page.post("/plans/<int:plan_id>/send-back")
@allow(Role.SUPERVISOR)
def send_back(plan_id: int) -> ResponseReturnValue:
    """Make a proposed plan a draft again, with the reason.

    Parameters
    ----------
    plan_id
        The proposed plan.

    Returns
    -------
    ResponseReturnValue
        The way back to the plan.
    """

    def work() -> None:
        why = forms.text(request.form, "why", label="The reason", required=True)
        plan_approval.send_back(workspace(), user(), plan_id, why)
        flash("The plan is a draft again.", "good")

    return _answer(plan_id, work)


@page.get("/plans/<int:plan_id>/return")
@allow(Role.SUPERVISOR)
def taken_back(plan_id: int) -> ResponseReturnValue:
    """Say who would return to the former officer if a plan that holds already were taken back.

    Parameters
    ----------
    plan_id
        The newest published plan.

    Returns
    -------
    ResponseReturnValue
        The page, from which it is taken back; of any other plan, the way to its own page.
    """
    view = plan_views.plan_view(workspace(), user(), plan_id)
    if not view["may_take_back"] or view["group"] != "now":
        return redirect(url_for("plans.show", plan_id=plan_id), 303)
    found = plan_impact.taken_back(workspace(), user(), plan_id, on=forms.day(request.args, "from"))
    today = workspace().today()
    return render_template("plan_take_back.html", found=found, plan=view, today=today)


@page.post("/plans/<int:plan_id>/take-back")
@allow(Role.SUPERVISOR)
def take_back(plan_id: int) -> ResponseReturnValue:
    """Take a published plan back, before its day or after.

    Parameters
    ----------
    plan_id
        The newest published plan.

    Returns
    -------
    ResponseReturnValue
        The way to the plan, or to the one that goes back.
    """
    target = [plan_id]

    def work() -> None:
        why = forms.text(request.form, "why", label="The reason", required=True)
        day = forms.day(request.form, "from")
        made = plan_take_back.take_back(workspace(), user(), plan_id, why, on=day)
        if made is None:
            flash("The plan is taken back. The plan before it stands.", "good")
            return
        target[0] = made.plan_id
        flash(_went_back(made.counts), "good")

    return _answer(plan_id, work, target)


def _went_back(counts: dict[str, Any] | None) -> str:
    """Say what became of those whom the plan taken back had moved."""
    if counts is None:
        return "This plan goes back to the one before. It waits for a second person."
    back = counts["back"]
    if back is None:
        return "This plan goes back to the one before."
    return (
        f"This plan goes back to the one before: {back['returned']:,} return to their former "
        f"officer, {back['others']:,} go to another one, {back['nobody']:,} have none; "
        f"{back['waited']:,} who had none before are without one again. {back['why']}"
    )


def _day(name: str) -> date:
    day = forms.day(request.form, name)
    if day is None:
        raise InputError("the first day is empty", remedy="Choose the day from which it holds")
    return day


def _answer(
    plan_id: int, work: Callable[[], None], target: list[int] | None = None
) -> ResponseReturnValue:
    """Do what a form asks; say on the page why not, with what was typed."""
    try:
        work()
    except (InputError, DisclosureError, WorkspaceBusyError) as fault:
        status = 403 if isinstance(fault, DisclosureError) else 400
        return plan_page(plan_id, fault), status
    return redirect(url_for("plans.show", plan_id=(target or [plan_id])[0]), 303)
