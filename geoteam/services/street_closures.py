"""Streets closed on some days: who closed them, and the streets that are left for tours."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Collection
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy.orm import Session

from geoteam.errors import InputError, NotFoundError, StreetsError
from geoteam.model import Role, User
from geoteam.services.scope import require_role
from geoteam.services.street_quadrants import among, choose_quadrant, find_street, middles
from geoteam.services.wording import told_day
from geoteam.services.workspace import Workspace
from geoteam.store import audit, settings
from geoteam.streets import StreetNetwork, street_edges

EDITORS = (Role.SUPERVISOR, Role.ADMINISTRATOR)
_KEY = "street_closure:"
# So many networks with closures are kept beside the whole one.
_KEPT = 4


@dataclass(frozen=True, slots=True)
class Closure:
    """A street that no car may drive on some days.

    Attributes
    ----------
    ref
        Names the closure.
    street
        Its name on the street map.
    between
        Streets at the ends of the part that is closed; None for the whole street.
    first, last
        The days, both closed.
    why
        As the user said.
    by
        Name of the user.
    quadrant
        Where several streets have the name; '' where one has.
    points
        Middles of the edges that are closed, where they are not all of that name; EPSG:4326.
    """

    ref: str
    street: str
    between: tuple[str, str] | None
    first: date
    last: date
    why: str
    by: str
    quadrant: str = ""
    points: tuple[tuple[float, float], ...] = ()

    @property
    def place(self) -> str:
        """Which street, and which part of it.

        Returns
        -------
        str
            Such as ``B STREET between 1ST STREET and 2ND STREET``.
        """
        ends = f" between {self.between[0]} and {self.between[1]}" if self.between else ""
        return f"{self.street}{self.quadrant and ' ' + self.quadrant}{ends}"

    @property
    def told(self) -> str:
        """The place, until when it is closed and why.

        Returns
        -------
        str
            One clause.
        """
        return f"{self.place} (closed until {told_day(self.last)}: {self.why})"


def close_street(
    workspace: Workspace,
    user: User,
    *,
    street: str,
    why: str,
    between: tuple[str, str] | None = None,
    first: date | None = None,
    last: date | None = None,
) -> Closure:
    """Close a street, or a part of it, on some days; audited.

    Parameters
    ----------
    workspace
        The workspace.
    user
        A supervisor or an administrator.
    street
        Its name; case does not matter. With the quadrant where several streets have the name.
    why
        Why it is closed.
    between
        Streets at the ends of the part; None closes the whole street.
    first, last
        The days; today, and the first day, by default.

    Returns
    -------
    Closure
        As kept. Tours planned from then on for these days keep off it.

    Raises
    ------
    InputError
        When a name is not known or is that of several streets, nothing lies between, the days are
        over or no reason is given.
    DisclosureError
        For other roles.
    """
    require_role(user, EDITORS, "close streets")
    network, today = workspace.streets(), workspace.today()
    street, typed = find_street(workspace, street)
    if between:
        between = find_street(workspace, between[0])[0], find_street(workspace, between[1])[0]
    whole = street_edges(network, street, between)
    quadrant, edges = choose_quadrant(workspace, street, whole, typed)
    first = first or today
    last = last or first
    if last < first:
        raise InputError("the closure ends before it begins", remedy="Choose a later last day")
    if last < today:
        raise InputError(f"{told_day(last)} is over", remedy="Choose today or a later day")
    if not why.strip():
        raise InputError("no reason is given", remedy="Say why the street is closed")
    closure = Closure(
        ref=secrets.token_hex(3),
        street=street,
        between=between,
        first=first,
        last=last,
        why=" ".join(why.split()),
        by=user.name,
        quadrant=quadrant,
        points=tuple(middles(network, edges)) if quadrant else (),
    )
    if any(
        replace(one, ref=closure.ref, why=closure.why, by=closure.by) == closure
        for one in in_force(workspace, [last])
    ):
        raise InputError(
            f"{closure.place} is closed on these days already", remedy="See the list of closures"
        )
    with workspace.transaction() as session:
        settings.put(session, _KEY + closure.ref, _packed(closure), workspace.now())
        _note(workspace, session, user, "streets.close", closure)
    return closure


def open_street(workspace: Workspace, user: User, ref: str) -> Closure:
    """Take a closure back; audited.

    Parameters
    ----------
    workspace
        The workspace.
    user
        A supervisor or an administrator.
    ref
        The closure.

    Returns
    -------
    Closure
        As it was.

    Raises
    ------
    NotFoundError
        When there is no such closure.
    DisclosureError
        For other roles.
    """
    require_role(user, EDITORS, "open streets")
    with workspace.transaction() as session:
        value = settings.get(session, _KEY + ref)
        if value is None or not settings.drop(session, _KEY + ref):
            raise NotFoundError("there is no such closure", remedy="See the list of closures")
        closure = _unpacked(ref, value)
        _note(workspace, session, user, "streets.open", closure)
    return closure


def list_closures(workspace: Workspace, user: User) -> list[Closure]:
    """List the closures of today and later days.

    Parameters
    ----------
    workspace
        The workspace.
    user
        A supervisor or an administrator.

    Returns
    -------
    list of Closure
        Those that begin first, first.

    Raises
    ------
    DisclosureError
        For other roles.
    """
    require_role(user, EDITORS, "see closed streets")
    today = workspace.today()
    return [one for one in _closures(workspace) if one.last >= today]


def is_on_map(workspace: Workspace, closure: Closure) -> bool:
    """Tell whether the street map, which may be newer than the closure, has the place.

    Parameters
    ----------
    workspace
        The workspace.
    closure
        The closure.

    Returns
    -------
    bool
        False when the closure closes nothing.
    """
    return len(edges_of(workspace.streets(), [closure])) > 0


def street_names(workspace: Workspace, user: User) -> list[str]:
    """List the names of streets, to choose from.

    Parameters
    ----------
    workspace
        The workspace.
    user
        A supervisor or an administrator.

    Returns
    -------
    list of str
        By name.

    Raises
    ------
    DisclosureError
        For other roles.
    """
    require_role(user, EDITORS, "see closed streets")
    return sorted(name for name in workspace.streets().names if name)


def streets_on(workspace: Workspace, *days: date) -> StreetNetwork:
    """Return the streets without those that are closed on any of some days.

    Parameters
    ----------
    workspace
        The workspace.
    days
        The days.

    Returns
    -------
    StreetNetwork
        The workspace's own where nothing is closed.
    """
    network = workspace.streets()
    edges = edges_of(network, in_force(workspace, days))
    if not len(edges):
        return network
    closing: Callable[[tuple[int, ...]], StreetNetwork] = workspace.latest(
        "closing", workspace.streets_stamp(), lambda: lru_cache(_KEPT)(network.closed)
    )
    return closing(tuple(edges.tolist()))


def _closures(workspace: Workspace) -> list[Closure]:
    with workspace.reading() as session:
        rows = settings.under(session, _KEY)
    found = [_unpacked(key.removeprefix(_KEY), value) for key, value in rows.items()]
    return sorted(found, key=lambda one: (one.first, one.last, one.place, one.ref))


def in_force(workspace: Workspace, days: Collection[date]) -> list[Closure]:
    """List the closures of any of some days.

    Parameters
    ----------
    workspace
        The workspace.
    days
        The days.

    Returns
    -------
    list of Closure
        Those that begin first, first.
    """
    return [one for one in _closures(workspace) if any(one.first <= on <= one.last for on in days)]


def edges_of(network: StreetNetwork, closures: Collection[Closure]) -> NDArray[np.int64]:
    """List the edges that closures take away.

    Parameters
    ----------
    network
        The streets.
    closures
        The closures; what the street map no longer has closes nothing.

    Returns
    -------
    ndarray
        Rows of edges, rising.
    """
    found = [np.empty(0, dtype=np.int64)]
    for one in closures:
        try:
            edges = street_edges(network, one.street, one.between)
            found.append(among(network, edges, one.points))
        except StreetsError:
            # The street map is newer than the closure, and calls the street something else.
            continue
    return np.unique(np.concatenate(found))


def _packed(closure: Closure) -> dict[str, Any]:
    return {
        "street": closure.street,
        "between": list(closure.between or ()),
        "first": closure.first.isoformat(),
        "last": closure.last.isoformat(),
        "why": closure.why,
        "by": closure.by,
        "quadrant": closure.quadrant,
        "points": [list(point) for point in closure.points],
    }


def _unpacked(ref: str, value: dict[str, Any]) -> Closure:
    ends = value["between"]
    return Closure(
        ref=ref,
        street=value["street"],
        between=(ends[0], ends[1]) if ends else None,
        first=date.fromisoformat(value["first"]),
        last=date.fromisoformat(value["last"]),
        why=value["why"],
        by=value["by"],
        quadrant=value.get("quadrant", ""),
        points=tuple((lon, lat) for lon, lat in value.get("points", ())),
    )


def _note(
    workspace: Workspace, session: Session, user: User, action: str, closure: Closure
) -> None:
    audit.append(
        session,
        at=workspace.now(),
        actor=user.username,
        action=action,
        object_kind="street_closure",
        object_ref=closure.ref,
        purpose=closure.why,
        detail={
            "place": closure.place,
            "first": closure.first.isoformat(),
            "last": closure.last.isoformat(),
        },
    )
