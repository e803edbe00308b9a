"""Taking words from the road: each counts once, in any order, and feeds what follows from it."""

from __future__ import annotations

import math
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta, tzinfo
from typing import Any

from sqlalchemy.orm import Session

from geoteam.disclosure.policy import TOUR
from geoteam.errors import InputError, NotFoundError
from geoteam.model import Role, User
from geoteam.services.moved import open_review, take_review_back
from geoteam.services.scope import require_role
from geoteam.services.tour_views import CANCELLED, sees_tour
from geoteam.services.wording import told_day
from geoteam.services.workspace import Workspace
from geoteam.store import audit, outcome_effects, outcomes, staff, stops, tours, users

# What the police partner of a tour may say: that they are there, and that they need help. What
# came of a visit is the agency's record.
POLICE_WORDS = ("arrived", "left", "ok", "help")
# Said by who leads, not by who drives.
_BOARD_WORDS = ("settled",)
_OUTCOMES = (*outcomes.KINDS, outcomes.WITHDRAWN)
# What is done on a tour, and so not before it; help is never asked for too early.
_ON_TOUR = (*outcomes.KINDS, "begun", "arrived", "left", "ended")
_MOST = 200
_LONGEST_NOTE = 1_000
# A phone's clock may be off by so much before it is corrected by the server's.
CLOCK_OFF = timedelta(minutes=2)
# Some begin early, but not earlier than so long before the planned departure, or than their day.
_BEFORE = timedelta(hours=2)
# What came of a visit may still be told so long after the planned return; what a phone kept longer
# was told in time.
_AFTER = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of words from the road.

    Attributes
    ----------
    taken
        Keys that are kept, now or since before.
    refused
        Key to why; sending them again is of no use.
    clock_off_s
        By how much the phone's clock is ahead of the server's; 0 when it is near enough.
    """

    taken: tuple[str, ...]
    refused: Mapping[str, str]
    clock_off_s: float


@dataclass(frozen=True, slots=True)
class _Word:
    key: str
    kind: str
    client_ref: str
    note: str
    at: datetime
    place: tuple[float, float] | None


def take_words(
    workspace: Workspace, user: User, ref: str, words: Sequence[Any], sent_at: str
) -> Taken:
    """Keep what was said on the road, and let contacts, reviews and the tour follow; audited.

    Parameters
    ----------
    workspace
        The workspace.
    user
        The officer of the tour, a supervisor of the team, or for signs of life its police partner.
    ref
        The tour's reference.
    words
        As the phone sends them: ``key``, ``kind``, ``client`` (reference, '' for none), ``note``,
        ``at`` (ISO moment of the phone's clock), and ``lon`` and ``lat`` with consent.
    sent_at
        The phone's clock when it sent them.

    Returns
    -------
    Taken
        What was kept and what was not.

    Raises
    ------
    InputError
        When these are no words.
    NotFoundError
        When there is no such tour, or none of the user's.
    """
    if len(words) > _MOST:
        raise InputError(f"more than {_MOST} words at once", remedy="Send them in parts")
    now = workspace.now()
    off = _moment(sent_at) - now
    off = off if abs(off) > CLOCK_OFF else timedelta()
    refused: dict[str, str] = {}
    taken: list[str] = []
    with workspace.transaction() as session:
        tour_id = outcomes.lock(session, ref)
        saved = of_tour(session, user, ref)
        known = outcomes.known(session, [_key(word) for word in words])
        for sent in words:
            key = _key(sent)
            if key in known:
                taken.append(key)
                continue
            try:
                word = _read(sent, user, saved, now, off, workspace.profile.city.zone)
            except InputError as error:
                refused[key] = error.what
                continue
            _take(workspace, session, user, saved, tour_id, word)
            known.add(key)
            taken.append(key)
    return Taken(tuple(taken), refused, off.total_seconds())


def settle_help(workspace: Workspace, user: User, ref: str) -> None:
    """Say that a call for help is settled; audited.

    Parameters
    ----------
    workspace
        The workspace.
    user
        A supervisor of the team.
    ref
        The tour's reference.

    Raises
    ------
    DisclosureError
        For every other role.
    NotFoundError
        When there is no such tour, or none of the user's.
    """
    require_role(user, [Role.SUPERVISOR], "settle a call for help")
    at = workspace.now().isoformat()
    word = {"key": secrets.token_hex(16), "kind": "settled", "at": at}
    take_words(workspace, user, ref, [word], at)


def of_tour(session: Session, user: User, ref: str) -> tours.SavedTour:
    """Load a tour that the user may know of.

    Parameters
    ----------
    session
        Open session.
    user
        Who asks.
    ref
        The tour's reference.

    Returns
    -------
    SavedTour
        The tour.

    Raises
    ------
    NotFoundError
        When there is no such tour, or none of the user's.
    """
    saved = tours.get(session, ref)
    officer = staff.get_officer(session, saved.officer_ref)
    team_ref = officer.team_ref if officer else ""
    if not sees_tour(user, saved.officer_ref, team_ref, saved.police_partner_ref):
        raise NotFoundError("there is no such tour", remedy="See the list of tours")
    return saved


def opens_at(saved: tours.SavedTour, zone: tzinfo) -> datetime:
    """Tell from when on a tour can be started: its day, or a little before it leaves.

    Parameters
    ----------
    saved
        The tour.
    zone
        The city's.

    Returns
    -------
    datetime
        The earlier of the two.
    """
    return min(datetime.combine(saved.on, time(), zone), saved.departs_at - _BEFORE)


def name_of(session: Session, username: str) -> str:
    """Tell the name of who said a word.

    Parameters
    ----------
    session
        Open session.
    username
        As kept with the word; '' for nobody.

    Returns
    -------
    str
        The name; '' when there is no such account.
    """
    account = users.get(session, username) if username else None
    return account.user.name if account else ""


def _key(sent: Any) -> str:
    key = sent.get("key") if isinstance(sent, Mapping) else None
    if not isinstance(key, str) or not 8 <= len(key) <= 64:
        raise InputError("a word has no key", remedy="Load the page again")
    return key


def _moment(text: Any) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
        there = moment.astimezone(UTC)
    except (TypeError, ValueError, OverflowError) as error:
        raise InputError("a word has no moment", remedy="Load the page again") from error
    if moment.tzinfo is None:
        raise InputError("a moment has no time zone", remedy="Load the page again")
    return there


def _read(
    sent: Mapping[str, Any],
    user: User,
    saved: tours.SavedTour,
    now: datetime,
    off: timedelta,
    zone: tzinfo,
) -> _Word:
    kind, client_ref = str(sent.get("kind", "")), str(sent.get("client", ""))
    note = " ".join(str(sent.get("note", "")).replace("\x00", "").split())[:_LONGEST_NOTE]
    _refuse_kind(user, kind)
    asked = _asked(saved)
    if kind in (*_OUTCOMES, "arrived", "promised", "unpromised") and client_ref not in asked:
        raise InputError("this client is not on the tour")
    if client_ref and client_ref not in asked:
        raise InputError("this client is not on the tour")
    try:
        at = min(_moment(sent.get("at")) - off, now)
    except OverflowError as error:
        raise InputError("a word has no moment") from error
    if kind in _ON_TOUR and at < opens_at(saved, zone):
        raise InputError(f"its time is before the tour, which is on {told_day(saved.on)}")
    if kind in outcomes.KINDS and at > saved.returns_at + _AFTER:
        # A contact counts on the day on which it is told.
        raise InputError("its time is long after the tour")
    return _Word(_key(sent), kind, client_ref, note, at, _place(sent))


def _refuse_kind(user: User, kind: str) -> None:
    if kind not in (*_OUTCOMES, *outcomes.CHECK_INS):
        raise InputError("this word is not known")
    if user.role is Role.POLICE and kind not in POLICE_WORDS:
        raise InputError("the officer of the tour tells this")
    if kind in _BOARD_WORDS and user.role is not Role.SUPERVISOR:
        raise InputError("a supervisor tells this")


def _asked(saved: tours.SavedTour) -> set[str]:
    """List the clients who are, or were, on the tour: a phone may not know of a change."""
    found = {stop.client_ref for stop in saved.stops}
    for earlier in saved.summary.get("earlier", ()):
        found |= set(earlier.get("stops", ()))
    return found


def _place(sent: Mapping[str, Any]) -> tuple[float, float] | None:
    lon, lat = sent.get("lon"), sent.get("lat")
    if lon is None and lat is None:
        return None
    if not all(isinstance(one, (int, float)) and math.isfinite(one) for one in (lon, lat)):
        raise InputError("its place is none")
    place = float(lon or 0), float(lat or 0)
    if abs(place[0]) > 180 or abs(place[1]) > 90:
        raise InputError("its place is none")
    return place


def _take(
    workspace: Workspace,
    session: Session,
    user: User,
    saved: tours.SavedTour,
    tour_id: int,
    word: _Word,
) -> None:
    now = workspace.now()
    common: dict[str, Any] = {
        "key": word.key,
        "client_ref": word.client_ref,
        "kind": word.kind,
        "at": word.at,
        "received_at": now,
        "by": user.username,
    }
    if word.kind in _OUTCOMES:
        before, after = outcomes.save_outcome(
            session, tour_id, note=word.note, place=word.place, **common
        )
        _follow(workspace, session, user, saved, tour_id, before, after)
    else:
        outcomes.save_check_in(session, tour_id, **common)
        if word.kind in ("promised", "unpromised"):
            stops.set_fixed(session, tour_id, word.client_ref, fixed=word.kind == "promised")
    if word.at >= opens_at(saved, workspace.profile.city.zone):
        _move_on(session, saved, tour_id, word)
    audit.append(
        session,
        at=now,
        actor=user.username,
        action="tour.outcome" if word.kind in _OUTCOMES else "tour.check_in",
        object_kind="tour",
        object_ref=saved.ref,
        purpose=TOUR,
        # What came of a visit is the client's; the log tells only that it was told, and of whom.
        detail={"clients": [word.client_ref]} if word.kind in _OUTCOMES else {"kind": word.kind},
    )


def _follow(
    workspace: Workspace,
    session: Session,
    user: User,
    saved: tours.SavedTour,
    tour_id: int,
    before: outcomes.Outcome | None,
    after: outcomes.Outcome | None,
) -> None:
    """Let contacts and the address follow from a word that is in force now."""
    if before == after:
        # A late word that a newer one has replaced already.
        return
    zone = workspace.profile.city.zone
    if before is not None:
        outcome_effects.unmake_contact(session, before.key, zone)
    if after is not None:
        on = after.at.astimezone(zone).date()
        outcome_effects.make_contact(session, after, on, saved.officer_ref)
    was, is_now = (one is not None and one.kind == "moved" for one in (before, after))
    client_ref = after.client_ref if after else before.client_ref if before else ""
    home = outcome_effects.residence_of(session, tour_id, client_ref)
    if home is None:
        return
    if is_now and after is not None:
        open_review(workspace, session, home, after)
    elif was:
        take_review_back(workspace, session, home)


def _move_on(session: Session, saved: tours.SavedTour, tour_id: int, word: _Word) -> None:
    """Let the tour go from planned to under way to done."""
    status = tours.get(session, saved.ref).status
    if status == CANCELLED:
        # What was done is kept; the tour stays cancelled.
        return
    wanted = "done" if word.kind == "ended" else "under way" if status == "planned" else status
    if wanted != status and word.kind not in ("promised", "unpromised", "settled"):
        tours.set_status(session, saved.ref, wanted)
