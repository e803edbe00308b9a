"""A tour on the road: the phone's page and its calls, and the supervisor's board.

The page itself holds no person; its script loads the tour, keeps it on the phone for the day, and
sends what is said when there is a connection. The police partner of a tour may say where they are
and ask for help; what came of a visit is the officer's to tell.
"""

from __future__ import annotations

from flask import Blueprint, jsonify, redirect, render_template, send_from_directory, url_for
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import Forbidden

from geoteam.errors import InputError
from geoteam.maps import build_folder
from geoteam.model import Role
from geoteam.server.access import PUBLIC, allow
from geoteam.server.answers import refuse_in_json, sent, whole, words
from geoteam.server.context import user, workspace
from geoteam.services import road, road_board
from geoteam.services.road_words import settle_help, take_words
from geoteam.services.tour_replan import replan_rest

page = Blueprint("road", __name__)
api = Blueprint("road_calls", __name__)
refuse_in_json(api)
_STAFF = (Role.SUPERVISOR, Role.OFFICER)
_WORKER = "road-sw.js"


@page.get("/road")
@allow(Role.SUPERVISOR)
def board() -> ResponseReturnValue:
    """Show the tours of today: who is late, silent or asks for help.

    Returns
    -------
    ResponseReturnValue
        The page; its script loads it again and again.
    """
    rows = road_board.board(workspace(), user())
    return render_template("road_board.html", rows=rows, today=workspace().today())


@page.post("/road/<ref>/settle")
@allow(Role.SUPERVISOR)
def settle(ref: str) -> ResponseReturnValue:
    """Say that a call for help is settled.

    Parameters
    ----------
    ref
        The tour's random reference.

    Returns
    -------
    ResponseReturnValue
        The way back to the board.
    """
    settle_help(workspace(), user(), ref)
    return redirect(url_for("road.board"), 303)


@page.get("/road/sw.js")
@allow(PUBLIC)
def worker() -> ResponseReturnValue:
    """Send the script that opens a kept tour while there is no connection.

    Returns
    -------
    ResponseReturnValue
        A service worker for the addresses under ``/road/``; it holds no data.
    """
    return send_from_directory(build_folder(), _WORKER, mimetype="text/javascript")


@page.get("/road/<ref>")
@allow(*_STAFF, Role.POLICE)
def show(ref: str) -> ResponseReturnValue:
    """Show the phone's page of a tour.

    Parameters
    ----------
    ref
        The tour's random reference.

    Returns
    -------
    ResponseReturnValue
        The page without the tour, which its script loads.
    """
    road.check_road(workspace(), user(), ref)
    return render_template("road.html", ref=ref)


@api.get("/road/<ref>/tour.json")
@allow(*_STAFF, Role.POLICE)
def tour(ref: str) -> ResponseReturnValue:
    """Send all that the phone keeps of a tour for the day.

    Parameters
    ----------
    ref
        The tour's random reference.

    Returns
    -------
    ResponseReturnValue
        JSON.
    """
    return jsonify(road.open_road(workspace(), user(), ref))


@api.get("/road/<ref>/now.json")
@allow(*_STAFF, Role.POLICE)
def now(ref: str) -> ResponseReturnValue:
    """Tell what others have said or changed since.

    Parameters
    ----------
    ref
        The tour's random reference.

    Returns
    -------
    ResponseReturnValue
        JSON.
    """
    return jsonify(road.road_now(workspace(), user(), ref))


@api.post("/road/<ref>/words")
@allow(*_STAFF, Role.POLICE)
def say(ref: str) -> ResponseReturnValue:
    """Keep what was said on the road; sending it twice does no harm.

    Parameters
    ----------
    ref
        The tour's random reference.

    Returns
    -------
    ResponseReturnValue
        JSON: which words are kept, which never will be and why, and how the tour stands.
    """
    value = sent()
    if words(value, "who") != user().username:
        # Somebody else has signed in on this phone: nobody speaks in another's name.
        raise Forbidden
    said = value.get("words")
    if not isinstance(said, list):
        raise InputError("words is no list", remedy="Load the page again")
    done = take_words(workspace(), user(), ref, said, words(value, "sent_at"))
    return jsonify(
        taken=list(done.taken),
        refused=dict(done.refused),
        now=road.road_now(workspace(), user(), ref),
    )


@api.post("/road/<ref>/replan")
@allow(*_STAFF)
def replan(ref: str) -> ResponseReturnValue:
    """Plan the rest of a tour anew; what is done and what is promised stays.

    Parameters
    ----------
    ref
        The tour's random reference.

    Returns
    -------
    ResponseReturnValue
        JSON: the tour as it is now.
    """
    replan_rest(workspace(), user(), ref, seen=whole(sent(), "version"))
    return jsonify(road.open_road(workspace(), user(), ref))
