"""Hours at home, less those when a tour is at the door with whom a client must not meet."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, timedelta

import pandas as pd
from sqlalchemy.orm import Session

from geoteam.services.workspace import Workspace
from geoteam.store import tour_lists, visit_limits
from geoteam.tours.apart import hours_clear_of
from geoteam.tours.stops import same_place


def keep_clear(
    workspace: Workspace,
    session: Session,
    visits: pd.DataFrame,
    days: tuple[date, date],
    but: Collection[str] = (),
) -> pd.DataFrame:
    """Let no visit be planned while another tour is at the same address with such a client.

    Parameters
    ----------
    workspace
        The workspace.
    session
        Open session.
    visits
        Index ``client_ref``; ``lon``, ``lat`` and ``windows``.
    days
        First and last day that is planned.
    but
        Tours that do not count.

    Returns
    -------
    DataFrame
        The visits, some with shorter ``windows``.
    """
    pairs = [(pair.client_ref, pair.other_ref) for pair in visit_limits.no_contact(session)]
    pairs = [(a, b) for one, two in pairs for a, b in ((one, two), (two, one)) if a in visits.index]
    if not pairs:
        return visits
    there = tour_lists.stays(session, {other for _, other in pairs}, *days, but)
    places = dict(zip(visits.index, zip(visits["lon"], visits["lat"], strict=True), strict=True))
    hours = dict(zip(visits.index, visits["windows"], strict=True))
    whole = [days[0] + timedelta(days=step) for step in range((days[1] - days[0]).days + 1)]
    zone = workspace.profile.city.zone
    for ref, other in pairs:
        for stay in there[there["client_ref"] == other].to_dict("records"):
            if same_place(stay["lon"], stay["lat"]) == same_place(*places[ref]):
                span = (stay["arrives_at"], stay["leaves_at"])
                hours[ref] = hours_clear_of(hours[ref], span, whole, zone)
    return visits.assign(windows=pd.Series(hours, dtype=object).reindex(visits.index))
