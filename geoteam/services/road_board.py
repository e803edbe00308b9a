"""The board of the day: which tours call for help, are silent or late."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pandas as pd

from geoteam.model import Role, User
from geoteam.services.road_plan import states_of
from geoteam.services.road_state import STANDINGS, RoadState, open_calls
from geoteam.services.road_words import name_of
from geoteam.services.scope import require_role, sees_team
from geoteam.services.tour_views import CANCELLED
from geoteam.services.workspace import Workspace
from geoteam.store import outcomes, tours

# A call for help that nobody has settled is shown for so long, whatever the day of its tour.
_CALLS = timedelta(days=7)


def board(workspace: Workspace, user: User) -> list[dict[str, Any]]:
    """List the tours of today that a supervisor answers for, the most urgent first.

    Those of yesterday are among them while they are under way, and those of any day that call for
    help.

    It names officers and numbers of stops, no client.

    Parameters
    ----------
    workspace
        The workspace.
    user
        A supervisor.

    Returns
    -------
    list of dict
        ``ref``, ``on`` (its day), ``officer``, ``police_partner``, ``standing`` (of
        ``STANDINGS``), ``done``, ``stops``, ``at`` (number of the stop where they are, 0 on the
        way), ``next`` (its number, 0 for none), ``next_at``, ``back_at``, ``departs_at``,
        ``late_s``, ``missed`` and ``unsafe`` (numbers of stops), ``last_word_at``, ``help_at``
        and ``help_by`` (name of who asked; '' when unknown).

    Raises
    ------
    DisclosureError
        For every other role.
    """
    require_role(user, [Role.SUPERVISOR], "see the tours under way")
    today = workspace.today()
    with workspace.reading() as session:
        calls = outcomes.days_of_calls(session, workspace.now() - _CALLS)
        days = sorted({today, today - timedelta(days=1)} | calls)
        found = pd.concat([tours.list_tours(session, on=on) for on in days])
        found = found.loc[[sees_team(user, team) for team in found["team"]]]
        states = states_of(workspace, session, [str(ref) for ref in found.index])
        found = found.loc[
            [
                # Who calls for help is seen, whatever has become of the tour.
                states[str(ref)].help
                # A tour may last over midnight.
                or (status == "under way" and today - timedelta(days=1) <= on <= today)
                or (on == today and status != CANCELLED)
                for ref, on, status in zip(found.index, found["on"], found["status"], strict=True)
            ]
        ]
        refs = [str(ref) for ref in found.index]
        told, words = outcomes.of_tours(session, refs), outcomes.check_ins(session, refs)
        rows = [
            _row(tours.get(session, ref), names, states[ref], told[ref], words[ref])
            for ref, names in zip(refs, found.to_dict("records"), strict=True)
        ]
        for row in rows:
            row["help_by"] = name_of(session, row["help_by"])
    return sorted(rows, key=lambda row: (STANDINGS.index(row["standing"]), row["departs_at"]))


def _row(
    saved: tours.SavedTour,
    listed: Mapping[Any, Any],
    state: RoadState,
    told: list[outcomes.Outcome],
    words: list[outcomes.CheckIn],
) -> dict[str, Any]:
    number = {stop.client_ref: stop.position for stop in saved.stops}
    ahead = [one for one in state.expected if one.client_ref != state.at_client]
    call = next(reversed(open_calls(words)), None)
    return {
        "ref": saved.ref,
        "on": saved.on,
        "officer": str(listed["officer_name"]),
        "police_partner": str(listed["police_partner_name"]),
        "standing": state.standing,
        "done": sum(ref in number for ref in state.done),
        "stops": len(saved.stops),
        "at": number.get(state.at_client, 0),
        "next": number[ahead[0].client_ref] if ahead else 0,
        "next_at": ahead[0].at if ahead else None,
        "back_at": state.back_at,
        "departs_at": saved.departs_at,
        "late_s": state.late_s,
        "missed": sorted(number[ref] for ref in state.missed),
        "unsafe": sorted(
            number[one.client_ref]
            for one in told
            if one.kind == "unsafe" and one.client_ref in number
        ),
        "last_word_at": state.last_word_at,
        "help_at": call.at if call else None,
        "help_by": call.by if call else "",
    }
