"""The cars that tours are made with, as a supervisor sees and enters them."""

from __future__ import annotations

from dataclasses import dataclass

from geoteam.errors import InputError
from geoteam.model import User
from geoteam.services.duty_people import EDITORS
from geoteam.services.import_cars import places_by_name
from geoteam.services.scope import require_role
from geoteam.services.workspace import Workspace
from geoteam.store import audit, venues
from geoteam.store import duty as store


@dataclass(frozen=True, slots=True)
class CarView:
    """A car and where it stands."""

    ref: str
    name: str
    place_ref: str
    place: str
    active: bool


def list_cars(workspace: Workspace, user: User) -> list[CarView]:
    """List the cars, also those out of use.

    Parameters
    ----------
    workspace
        The workspace.
    user
        A supervisor or an administrator.

    Returns
    -------
    list of CarView
        By reference.
    """
    require_role(user, EDITORS, "see cars")
    with workspace.reading() as session:
        frame = store.cars(session, active_only=False)
        names = venues.load(session)["name"]
    return [
        CarView(
            str(ref),
            row["name"],
            row["place_ref"],
            str(names.get(row["place_ref"], "")),
            bool(row["active"]),
        )
        for ref, row in frame.iterrows()
    ]


def car_places(workspace: Workspace, user: User) -> list[tuple[str, str]]:
    """List where cars may stand.

    Parameters
    ----------
    workspace, user
        As of `list_cars`.

    Returns
    -------
    list of tuple of str
        References and names of field offices and police stations, by name.
    """
    require_role(user, EDITORS, "see cars")
    with workspace.reading() as session:
        refs = set(places_by_name(workspace, session).values())
        names = venues.load(session)["name"]
    return sorted(((ref, str(names[ref])) for ref in refs), key=lambda one: one[1])


def set_car(
    workspace: Workspace, user: User, *, ref: str, name: str, place_ref: str, active: bool
) -> None:
    """Enter a car, or change the one with that id.

    Parameters
    ----------
    workspace, user
        As of `list_cars`.
    ref
        The agency's id.
    name
        What people call it; '' takes the id.
    place_ref
        Where it stands.
    active
        Whether it is in use.

    Raises
    ------
    InputError
        When the place is none where cars may stand.
    """
    if place_ref not in dict(car_places(workspace, user)):
        raise InputError("the place is no field office or station", remedy="Choose from the list")
    with workspace.transaction() as session:
        row = {"ref": ref, "name": name or ref, "place_ref": place_ref, "active": active}
        store.save_cars(session, [row])
        detail = {"place": place_ref, "in_use": active}
        audit.append(
            session,
            at=workspace.now(),
            actor=user.username,
            action="car.save",
            object_kind="car",
            object_ref=ref,
            detail=detail,
        )
