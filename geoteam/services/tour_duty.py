"""Tours that are outside the hours on duty of those who make them, as these hours are now."""

from __future__ import annotations

from datetime import date

from sqlalchemy.orm import Session

from geoteam.model import User
from geoteam.services import duty
from geoteam.services.duty_people import EDITORS
from geoteam.services.scope import require_role
from geoteam.services.workspace import Workspace
from geoteam.store import tours
from geoteam.store.duty import Kind


def off_duty_since(workspace: Workspace, session: Session, saved: tours.SavedTour) -> list[str]:
    """Say who of a tour to come is off duty during its visits, by hours changed since.

    Parameters
    ----------
    workspace
        The workspace.
    session
        Open session.
    saved
        The tour.

    Returns
    -------
    list of str
        Sentences; none once the tour is done or cancelled.
    """
    if saved.status not in tours.STANDING:
        return []
    people: tuple[tuple[Kind, str, str], ...] = (
        ("officers", saved.officer_ref, "The officer"),
        ("partners", saved.police_partner_ref, "The police partner"),
    )
    return [
        f"{who} is off duty at the time of this tour, as the hours are now: "
        "plan the rest anew, or cancel it."
        for kind, ref, who in people
        if ref and not _is_on_duty(workspace, session, saved, kind, ref)
    ]


def _is_on_duty(
    workspace: Workspace, session: Session, saved: tours.SavedTour, kind: Kind, ref: str
) -> bool:
    spans = duty.on_duty(session, workspace.profile, saved.on, kind, [ref]).get(ref, [])
    return all(
        any(begins <= stop.arrives_at and stop.leaves_at <= ends for begins, ends in spans)
        for stop in saved.stops
    )


def tours_off_duty(workspace: Workspace, user: User, kind: Kind, ref: str) -> list[date]:
    """List the days on which a planned tour is outside a person's hours on duty.

    Parameters
    ----------
    workspace
        The workspace.
    user
        Who may change hours on duty.
    kind, ref
        The officer or police partner.

    Returns
    -------
    list of date
        From today on, rising.
    """
    require_role(user, EDITORS, "see hours on duty")
    with workspace.reading() as session:
        listed = (
            tours.list_tours(session, officer_ref=ref)
            if kind == "officers"
            else tours.list_tours(session, police_partner_ref=ref)
        )
        coming = listed[(listed["on"] >= workspace.today()) & listed["status"].isin(tours.STANDING)]
        found = [tours.get(session, str(own)) for own in coming.index]
        return sorted(
            {one.on for one in found if not _is_on_duty(workspace, session, one, kind, ref)}
        )
