"""The plan editor: its page, and the calls of its script."""

from __future__ import annotations

from flask import (
    Blueprint,
    Response,
    flash,
    jsonify,
    redirect,
    render_template,
    request,
    url_for,
)
from flask.typing import ResponseReturnValue

from geoteam.errors import InputError
from geoteam.model import Role
from geoteam.server import forms
from geoteam.server.access import allow
from geoteam.server.answers import refuse_in_json, sent, whole, words
from geoteam.server.context import user, workspace
from geoteam.server.pages.plans import index_page
from geoteam.services import (
    plan_comments,
    plan_edits,
    plan_ground,
    plan_new,
    plan_sent,
    plan_split,
    plan_state,
)

page = Blueprint("plan_editor", __name__)
api = Blueprint("plan_edits", __name__)
refuse_in_json(api)
_LAST = 2**31 - 1
# What the form says for a plan that begins without any team.
_NOTHING = "nothing"


@page.post("/plans")
@allow(Role.SUPERVISOR)
def create() -> ResponseReturnValue:
    """Make a new draft and open it.

    Returns
    -------
    ResponseReturnValue
        The way to its editor; the page with what was typed when none was made.
    """
    try:
        plan_id = _create()
    except InputError as fault:
        return index_page(fault), 400
    return redirect(url_for("plan_editor.edit", plan_id=plan_id), 303)


def _create() -> int:
    form = request.form
    name = forms.text(form, "name", label="The name", required=True)
    kinds = list(plan_new.unit_kinds(workspace()))
    kind = forms.choice(form, "unit_kind", kinds, kinds[0])
    copy_of = None
    if forms.text(form, "copy_of") != _NOTHING:
        copy_of = forms.whole(form, "copy_of", 0, low=0, high=_LAST) or next(
            iter(plan_new.beginnings(workspace())), None
        )
    return plan_new.new_plan(workspace(), user(), name, kind, copy_of, typed="typed" in form)


@page.get("/plans/<int:plan_id>/edit")
@allow(Role.SUPERVISOR)
def edit(plan_id: int) -> ResponseReturnValue:
    """Show the editor of a plan.

    Parameters
    ----------
    plan_id
        The plan.

    Returns
    -------
    ResponseReturnValue
        The page; its script loads the rest.
    """
    plan = plan_state.heading(workspace(), user(), plan_id)
    return render_template(
        "plan_edit.html",
        plan=plan,
        finer=plan_new.finer_kinds(workspace(), plan.boundary_set_id),
        zone=workspace().profile.city.zone.key,
    )


@api.get("/plans/<int:plan_id>/ground.json")
@allow(Role.SUPERVISOR)
def ground(plan_id: int) -> ResponseReturnValue:
    """Send the units, borders, people by unit and teams that a plan is drawn with.

    Parameters
    ----------
    plan_id
        The plan.

    Returns
    -------
    ResponseReturnValue
        JSON; nothing when the browser has it.
    """
    found = plan_ground.ground(workspace(), user(), plan_id)
    answer = Response(found.body, mimetype="application/json")
    answer.set_etag(found.digest)
    return answer.make_conditional(request)


@api.get("/plans/<int:plan_id>/state.json")
@allow(Role.SUPERVISOR)
def state(plan_id: int) -> ResponseReturnValue:
    """Tell what a plan looks like now, and what was done since.

    Parameters
    ----------
    plan_id
        The plan.

    Returns
    -------
    ResponseReturnValue
        JSON.
    """
    since = forms.whole(request.args, "since", 0, low=0, high=_LAST)
    editing = request.args.get("editing")
    found = plan_state.state(
        workspace(),
        user(),
        plan_id,
        since,
        editing=None if editing is None else editing == "1",
    )
    return jsonify(found)


@api.post("/plans/<int:plan_id>/edits")
@allow(Role.SUPERVISOR)
def edits(plan_id: int) -> ResponseReturnValue:
    """Apply edits to a draft.

    Parameters
    ----------
    plan_id
        The plan.

    Returns
    -------
    ResponseReturnValue
        JSON: what was accepted, what was not and why, and what others did.
    """
    value = sent()
    wanted = plan_sent.read_edits(value.get("edits"))
    base = whole(value, "base")
    return jsonify(plan_edits.apply_edits(workspace(), user(), plan_id, base, wanted))


@api.post("/plans/<int:plan_id>/fork")
@allow(Role.SUPERVISOR)
def fork(plan_id: int) -> ResponseReturnValue:
    """Keep edits that a plan did not take in a draft of their own.

    Parameters
    ----------
    plan_id
        The plan.

    Returns
    -------
    ResponseReturnValue
        JSON: the new draft's id, and what was left out, unit to why; its page tells that too.
    """
    value = sent()
    keep = plan_sent.read_edits(value.get("edits", []))
    made = plan_new.fork(workspace(), user(), plan_id, words(value, "name"), keep)
    why = sorted(set(made.left_out.values()))
    if why:
        flash(f"Left out: {', '.join(made.left_out)}, because {'; '.join(why)}.", "warn")
    return jsonify(id=made.plan_id, left_out=made.left_out)


@api.post("/plans/<int:plan_id>/split")
@allow(Role.SUPERVISOR)
def split(plan_id: int) -> ResponseReturnValue:
    """Split a unit along a line.

    Parameters
    ----------
    plan_id
        The plan.

    Returns
    -------
    ResponseReturnValue
        JSON: the pieces.
    """
    value = sent()
    made = plan_split.split(
        workspace(),
        user(),
        plan_id,
        words(value, "unit"),
        value.get("line", []),
        key=words(value, "key"),
    )
    return jsonify(made)


@api.post("/plans/<int:plan_id>/comments")
@allow(Role.SUPERVISOR)
def comment(plan_id: int) -> ResponseReturnValue:
    """Pin a comment to a unit.

    Parameters
    ----------
    plan_id
        The plan.

    Returns
    -------
    ResponseReturnValue
        JSON: the comments.
    """
    value = sent()
    plan_comments.add(workspace(), user(), plan_id, words(value, "unit"), words(value, "text"))
    return jsonify(comments=plan_comments.listed(workspace(), user(), plan_id))


@api.post("/plans/<int:plan_id>/comments/<int:comment_id>/resolve")
@allow(Role.SUPERVISOR)
def resolve(plan_id: int, comment_id: int) -> ResponseReturnValue:
    """Mark a comment as dealt with.

    Parameters
    ----------
    plan_id
        The plan.
    comment_id
        The comment.

    Returns
    -------
    ResponseReturnValue
        JSON: the comments.
    """
    plan_comments.resolve(workspace(), user(), plan_id, comment_id)
    return jsonify(comments=plan_comments.listed(workspace(), user(), plan_id))
