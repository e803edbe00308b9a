"""Cancel a tour that is planned: by its officer or a supervisor, with a reason, audited."""

from __future__ import annotations

from geoteam.disclosure.policy import TOUR
from geoteam.errors import InputError, NotFoundError
from geoteam.model import User
from geoteam.services.clients import reach_of
from geoteam.services.tour_views import CANCELLED, sees_tour
from geoteam.services.workspace import Workspace
from geoteam.store import audit, outcomes, staff, tours


def cancel_tour(workspace: Workspace, user: User, ref: str, why: str) -> None:
    """Cancel a planned tour; its visits are due again.

    Parameters
    ----------
    workspace
        The workspace.
    user
        The officer of the tour, or a supervisor of the team.
    ref
        The tour's reference.
    why
        The reason, for those who see the tour later.

    Raises
    ------
    InputError
        When no reason is given, or the tour is done or cancelled already.
    NotFoundError
        When there is no such tour, or none of the user's.
    """
    reach_of(user)
    why = why.strip()
    if not why:
        raise InputError("the reason is empty", remedy="Say why the tour is cancelled")
    with workspace.transaction() as session:
        outcomes.lock(session, ref)
        saved = tours.get(session, ref)
        officer = staff.get_officer(session, saved.officer_ref)
        team_ref = officer.team_ref if officer else ""
        if not sees_tour(user, saved.officer_ref, team_ref, saved.police_partner_ref):
            raise NotFoundError("there is no such tour", remedy="See the list of tours")
        if saved.status not in tours.STANDING:
            raise InputError(f"the tour is {saved.status} already", remedy="See the list of tours")
        now = workspace.now()
        note = {"by": user.name, "at": now.isoformat(), "why": why}
        tours.set_status(session, ref, CANCELLED, note=note)
        audit.append(
            session,
            at=now,
            actor=user.username,
            action="tour.cancel",
            object_kind="tour",
            object_ref=ref,
            purpose=TOUR,
            detail={"why": why},
        )
