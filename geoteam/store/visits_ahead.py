"""What is asked of tours and of words from the road when visits ahead are counted."""

from __future__ import annotations

from datetime import date

import pandas as pd
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from geoteam.store.bulk import frame_of
from geoteam.store.tables import ClientRow, OfficerRow, PolicePartnerRow, StopRow, TeamRow, TourRow
from geoteam.store.tour_tables import OutcomeRow
from geoteam.store.tours import STANDING


def tour_hours(session: Session, since: date) -> pd.DataFrame:
    """Load when tours keep people busy, and how long they drive.

    Parameters
    ----------
    session
        Open session.
    since
        First day.

    Returns
    -------
    DataFrame
        Index tour_ref; on, team, officer, police_partner ('' for none), departs_at, returns_at,
        drive_s, stops and standing (planned or under way, not done); without those cancelled.
    """
    stops = (
        select(StopRow.tour_id, func.count().label("stops")).group_by(StopRow.tour_id).subquery()
    )
    query = (
        select(
            TourRow.ref.label("tour_ref"),
            TourRow.on,
            TeamRow.ref.label("team"),
            OfficerRow.ref.label("officer"),
            PolicePartnerRow.ref.label("police_partner"),
            TourRow.departs_at,
            TourRow.returns_at,
            TourRow.drive_s,
            stops.c.stops,
            TourRow.status.in_(STANDING).label("standing"),
        )
        .join(OfficerRow, OfficerRow.id == TourRow.officer_id)
        .join(TeamRow, TeamRow.id == OfficerRow.team_id)
        .outerjoin(PolicePartnerRow, PolicePartnerRow.id == TourRow.police_partner_id)
        .join(stops, stops.c.tour_id == TourRow.id)
        .where(TourRow.on >= since, TourRow.status.in_((*STANDING, "done")))
        .order_by(TourRow.on, TourRow.departs_at, TourRow.id)
    )
    types = dict.fromkeys(("tour_ref", "team", "officer", "police_partner"), "str")
    types |= {"drive_s": "float64", "stops": "int64", "standing": "bool"}
    return frame_of(session, query, "tour_ref", types)


def latest_notes(session: Session, since: date) -> dict[str, str]:
    """Load the newest note from the road on each client.

    Parameters
    ----------
    session
        Open session.
    since
        First day of the tours that count.

    Returns
    -------
    dict of str to str
        Client reference to the note; only clients with one.
    """
    query = (
        select(ClientRow.ref, OutcomeRow.note)
        .join(ClientRow, ClientRow.id == OutcomeRow.client_id)
        .join(TourRow, TourRow.id == OutcomeRow.tour_id)
        .where(OutcomeRow.note != "", OutcomeRow.replaced_by == "", TourRow.on >= since)
        .order_by(OutcomeRow.at, OutcomeRow.id)
    )
    # The last one of each client stays.
    return dict(session.execute(query).all())
