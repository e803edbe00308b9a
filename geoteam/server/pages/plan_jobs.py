"""The solver, started, followed and stopped from the plan editor."""

from __future__ import annotations

from flask import Blueprint, jsonify, request
from flask.typing import ResponseReturnValue

from geoteam.model import Role
from geoteam.server import forms
from geoteam.server.access import allow
from geoteam.server.answers import refuse_in_json, sent
from geoteam.server.context import user, workspace
from geoteam.services import plan_jobs

api = Blueprint("plan_jobs", __name__)
refuse_in_json(api)
_LAST = 2**31 - 1


@api.post("/plans/<int:plan_id>/solve")
@allow(Role.SUPERVISOR)
def start(plan_id: int) -> ResponseReturnValue:
    """Start the solver for a draft.

    Parameters
    ----------
    plan_id
        The draft.

    Returns
    -------
    ResponseReturnValue
        JSON: the run's id.
    """
    return jsonify(job=plan_jobs.start(workspace(), user(), plan_id, sent()))


@api.get("/plans/<int:plan_id>/solve.json")
@allow(Role.SUPERVISOR)
def current(plan_id: int) -> ResponseReturnValue:
    """Name the run to show of a plan: the one at work, else one's last until it is thrown away.

    Parameters
    ----------
    plan_id
        The plan.

    Returns
    -------
    ResponseReturnValue
        JSON: the run's id, null when there is none.
    """
    return jsonify(job=plan_jobs.current(workspace(), user(), plan_id))


@api.get("/plans/jobs/<job>.json")
@allow(Role.SUPERVISOR)
def follow(job: str) -> ResponseReturnValue:
    """Tell how far a run of the solver is, and the best plan so far.

    Parameters
    ----------
    job
        The run.

    Returns
    -------
    ResponseReturnValue
        JSON.
    """
    seen = forms.whole(request.args, "seen", 0, low=0, high=_LAST)
    return jsonify(plan_jobs.follow(workspace(), user(), job, seen=seen))


@api.post("/plans/jobs/<job>/stop")
@allow(Role.SUPERVISOR)
def stop(job: str) -> ResponseReturnValue:
    """Stop a run of the solver and keep the best plan it has found.

    Parameters
    ----------
    job
        The run.

    Returns
    -------
    ResponseReturnValue
        JSON: how the run ended.
    """
    plan_jobs.stop(workspace(), user(), job)
    return jsonify(plan_jobs.follow(workspace(), user(), job))


@api.post("/plans/jobs/<job>/discard")
@allow(Role.SUPERVISOR)
def discard(job: str) -> ResponseReturnValue:
    """Throw away what came of one's own run of the solver.

    Parameters
    ----------
    job
        The run.

    Returns
    -------
    ResponseReturnValue
        JSON: nothing.
    """
    plan_jobs.discard(workspace(), user(), job)
    return jsonify({})
