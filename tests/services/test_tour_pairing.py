"""Who goes on a tour: both on duty at every stop, a car that is free, a place to meet."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text

from geoteam.errors import InputError
from geoteam.services import duty, tours
from geoteam.services.tour_views import TourView
from geoteam.services.workspace import Workspace
from geoteam.store import duty as store
from geoteam.store import staff
from geoteam.store import tours as tour_store
from geoteam.store.duty import Shift
from tests.made_city import BOSS
from tests.tiny_city import TODAY

# A Tuesday; C005, C006, C009 and C010 of the west are due, whose district is 1.
NEXT = TODAY + timedelta(days=1)


def _at(clock: str) -> datetime:
    zone = duty.ZoneInfo("America/New_York")
    return datetime.fromisoformat(f"{NEXT} {clock}").replace(tzinfo=zone).astimezone(UTC)


def _shift(workspace: Workspace, kind: store.Kind, ref: str, *hours: tuple[str, str]) -> None:
    with workspace.transaction() as session:
        week = [Shift(NEXT.weekday(), *pair) for pair in hours] or [Shift(6, "08:00", "09:00")]
        store.replace_shifts(session, kind, ref, week, week=True)


def _partner(workspace: Workspace, ref: str, district: str, more: str = "") -> None:
    with workspace.transaction() as session:
        row = {"ref": ref, "name": f"Police {ref}", "district": district, "station_ref": "",
               "active": True, "more_districts": more}  # fmt: skip
        staff.save_police_partners(session, [row])


def _station(workspace: Workspace, partner: str, name: str) -> str:
    with workspace.transaction() as session:
        ref = session.execute(
            text("SELECT ref FROM venue WHERE name = :name"), {"name": name}
        ).scalar_one()
        session.execute(
            text("UPDATE police_partner SET station_ref = :ref WHERE ref = :partner"),
            {"ref": ref, "partner": partner},
        )
    return str(ref)


def _cars(workspace: Workspace, *refs: str) -> None:
    with workspace.transaction() as session:
        office = str(staff.officers(session)["office_ref"].iloc[0])
        rows = [
            {"ref": ref, "name": f"Car {ref}", "place_ref": office, "active": True} for ref in refs
        ]
        store.save_cars(session, rows)


def _west(workspace: Workspace) -> list[str]:
    """The officers of the west, with most visits due first."""
    return sorted(("O1", "O2"), key=lambda ref: -len(tours.visits_due(workspace, BOSS, NEXT, ref)))


def _plan(workspace: Workspace, officer: str, **choices: object) -> TourView:
    ref = tours.plan_tour(workspace, BOSS, on=NEXT, officer_ref=officer, **choices)
    return tours.tour(workspace, BOSS, ref)


def _saved(workspace: Workspace, ref: str) -> tour_store.SavedTour:
    with workspace.reading() as session:
        return tour_store.get(session, ref)


def test_both_people_are_on_duty_at_every_stop(lone: Workspace) -> None:
    officer = _west(lone)[0]
    _shift(lone, "officers", officer, ("09:00", "15:00"))
    _shift(lone, "partners", "P1", ("06:00", "10:10"), ("14:00", "22:00"))
    view = _plan(lone, officer)
    assert view.police_partner == "Police One"
    assert view.departs_at >= _at("09:00")
    assert view.returns_at <= _at("15:00")
    for stop in view.stops:
        inside = stop["leaves_at"] <= _at("10:10") or stop["arrives_at"] >= _at("14:00")
        assert inside, stop["arrives_at"]
    assert view.stops


def test_an_officer_off_duty_is_told_the_next_day(lone: Workspace) -> None:
    officer = _west(lone)[0]
    _shift(lone, "officers", officer)
    with pytest.raises(InputError, match="officer is off duty on Tue 16 Jun") as refused:
        _plan(lone, officer)
    assert "Choose Sun 21 Jun, the next day on duty" in str(refused.value.remedy)
    _shift(lone, "officers", officer, ("20:00", "23:00"))
    with pytest.raises(InputError, match="is on duty from 20:00 to 23:00 on Tue 16 Jun, and the"):
        _plan(lone, officer)


def test_a_chosen_partner_off_duty_is_refused(lone: Workspace) -> None:
    officer = _west(lone)[0]
    _shift(lone, "partners", "P1", ("18:00", "22:00"))
    _shift(lone, "officers", officer, ("08:00", "16:00"))
    with pytest.raises(
        InputError, match="police partner is on duty from 18:00 to 22:00 on Tue 16 Jun; the officer"
    ):
        _plan(lone, officer, police_partner_ref="P1")
    _shift(lone, "partners", "P1")
    with pytest.raises(InputError, match="police partner is off duty on Tue 16 Jun"):
        _plan(lone, officer, police_partner_ref="P1")


def test_without_a_partner_the_reason_is_said(lone: Workspace) -> None:
    officer = _west(lone)[0]
    _shift(lone, "partners", "P1", ("21:00", "23:00"))
    view = _plan(lone, officer)
    assert view.police_partner == ""
    said = " ".join(view.advice)
    assert "Nobody who joins tours in district 1 (1 police partner) is on duty from 08:00" in said
    assert "they are on duty from 21:00 to 23:00" in said
    assert view.stops


def test_without_a_partner_nobody_is_visited_whom_two_must_visit(lone: Workspace) -> None:
    officer = _west(lone)[0]
    ref = tours.visits_due(lone, BOSS, NEXT, officer)[0]["client_ref"]
    with lone.transaction() as session:
        session.execute(
            text(
                "INSERT INTO visit_limits (client_id, announced, two_officers, interpreter, dog, "
                "changed_by, changed_at) SELECT id, false, true, '', false, 'x', :at FROM client "
                "WHERE ref = :ref"
            ),
            {"ref": ref, "at": "2026-06-01 00:00:00"},
        )
    _shift(lone, "partners", "P1")
    view = _plan(lone, officer)
    codes = {one["client_ref"]: one["code"] for one in view.left_out}
    assert codes[ref] == "needs_two_officers"


def test_other_districts_and_languages_choose_the_partner(lone: Workspace) -> None:
    officer = _west(lone)[0]
    _shift(lone, "partners", "P1")
    # P2 is of the east; a partner of the east who also joins tours in the west comes along.
    assert _plan(lone, officer, departs="08:00", max_stops=1).police_partner == ""
    _partner(lone, "P7", "2", more="1")
    view = _plan(lone, officer, departs="10:00", max_stops=1)
    assert view.police_partner == "Police P7"


def test_who_speaks_the_language_goes_before_who_has_the_district(lone: Workspace) -> None:
    officer = _west(lone)[0]
    ref = tours.visits_due(lone, BOSS, NEXT, officer)[0]["client_ref"]
    with lone.transaction() as session:
        session.execute(
            text(
                "INSERT INTO visit_limits (client_id, announced, two_officers, interpreter, dog, "
                "changed_by, changed_at) SELECT id, false, false, 'Spanish', false, 'x', :at "
                "FROM client WHERE ref = :ref"
            ),
            {"ref": ref, "at": "2026-06-01 00:00:00"},
        )
    _partner(lone, "P7", "2", more="1")
    with lone.transaction() as session:
        store.save_skills(session, "partners", {"P7": ["SPANISH"]})
    view = _plan(lone, officer)
    assert view.police_partner == "Police P7"
    assert ref in {stop["client_ref"] for stop in view.stops}
    tours.cancel_tour(lone, BOSS, view.ref, "again")
    # Where the officer speaks it, nobody else must.
    with lone.transaction() as session:
        store.save_skills(session, "officers", {officer: ["spanish"]})
    view = _plan(lone, officer)
    assert view.police_partner == "Police One"
    assert ref in {stop["client_ref"] for stop in view.stops}


def test_one_partner_serves_several_officers_in_a_shift(lone: Workspace) -> None:
    first, second = _west(lone)
    if not tours.visits_due(lone, BOSS, NEXT, second):
        pytest.fail("the tiny city has visits due for one officer of the west only")
    one, other = _plan(lone, first, max_stops=1), _plan(lone, second, max_stops=1)
    assert one.police_partner == other.police_partner == "Police One"
    assert one.returns_at <= other.departs_at


def test_a_car_is_free_and_stands_at_the_office(lone: Workspace) -> None:
    first, second = _west(lone)
    _partner(lone, "P7", "1")
    _cars(lone, "A1")
    one = _plan(lone, first)
    assert _saved(lone, one.ref).car_name == "Car A1"
    # The second officer has a partner of their own, but waits for the car.
    other = _plan(lone, second)
    assert other.police_partner != one.police_partner
    assert one.returns_at <= other.departs_at
    assert "Car A1 is free from" in " ".join(other.advice)
    tours.cancel_tour(lone, BOSS, other.ref, "again")
    _cars(lone, "A2")
    other = _plan(lone, second)
    assert _saved(lone, other.ref).car_name == "Car A2"
    assert other.departs_at < one.returns_at


def test_no_car_at_the_office_is_said(lone: Workspace) -> None:
    officer = _west(lone)[0]
    with lone.transaction() as session:
        row = {"ref": "A9", "name": "Car", "place_ref": "elsewhere", "active": True}
        store.save_cars(session, [row])
    with pytest.raises(InputError, match="no car stands at Field Office"):
        _plan(lone, officer)


def test_a_partner_is_fetched_at_the_station(lone: Workspace) -> None:
    officer = _west(lone)[0]
    station = _station(lone, "P1", "Station 1")
    _shift(lone, "partners", "P1", ("09:00", "20:00"))
    view = _plan(lone, officer, police_partner_ref="P1", meet="station")
    saved = _saved(lone, view.ref)
    assert saved.meet_ref == station
    # The car is at the station when the shift begins, and not before.
    texts = [step["text"] for step in view.steps[0]]
    joins = next(k for k, one in enumerate(texts) if one.endswith("the police partner joins"))
    out_s = sum(step["duration_s"] for step in view.steps[0][: joins + 1])
    assert _at("08:55") < view.departs_at < _at("09:00")
    assert view.departs_at + timedelta(seconds=out_s) >= _at("09:00") - timedelta(seconds=1)
    assert view.steps[-1][-1]["text"].startswith("Arrive")
    assert any(step["text"].endswith("the police partner leaves") for step in view.steps[-1])
    assert len(view.steps) == len({stop["number"] for stop in view.stops}) + 1
    # What the directions take is what the plan took.
    drive_s = sum(step["duration_s"] for leg in view.steps for step in leg)
    assert view.drive_s == pytest.approx(drive_s, abs=2 * len(view.steps) + 2)


def test_a_partner_comes_to_the_office_or_to_the_first_stop(lone: Workspace) -> None:
    officer = _west(lone)[0]
    _station(lone, "P1", "Station 1")
    _shift(lone, "partners", "P1", ("09:00", "20:00"))
    office = _plan(lone, officer, police_partner_ref="P1", meet="start")
    assert _saved(lone, office.ref).meet_ref == ""
    # The partner drives from the station to the office first.
    assert _at("09:00") < office.departs_at
    tours.cancel_tour(lone, BOSS, office.ref, "again")
    first = _plan(lone, officer, police_partner_ref="P1", meet="first stop")
    assert _saved(lone, first.ref).meet_ref == tour_store.FIRST_STOP
    assert first.stops[0]["arrives_at"] > _at("09:00")
    # The officer may leave before the partner's shift begins.
    assert first.departs_at < first.stops[0]["arrives_at"]
    tours.cancel_tour(lone, BOSS, first.ref, "again")
    # Left to itself, the better of office and station is taken.
    best = _plan(lone, officer, police_partner_ref="P1")
    assert best.returns_at <= office.returns_at


def test_a_station_that_is_not_known_cannot_be_met_at(lone: Workspace) -> None:
    officer = _west(lone)[0]
    with lone.transaction() as session:
        session.execute(text("UPDATE police_partner SET station_ref = ''"))
    with pytest.raises(InputError, match="station is not known"):
        _plan(lone, officer, police_partner_ref="P1", meet="station")


def test_a_chosen_partner_who_cannot_come_in_time_is_not_left_behind(lone: Workspace) -> None:
    officer = _west(lone)[0]
    _station(lone, "P1", "Station 1")
    _shift(lone, "officers", officer, ("08:00", "15:59"))
    # One minute together, of which 43 seconds go by on the way from the station to the office.
    _shift(lone, "partners", "P1", ("15:58", "20:00"))
    with pytest.raises(InputError, match=r"no visit .* fits on that day: .* return after 15:59"):
        _plan(lone, officer, police_partner_ref="P1")
    _shift(lone, "partners", "P1", ("15:58", "15:59"))
    with pytest.raises(InputError, match="are not free at one time"):
        _plan(lone, officer, police_partner_ref="P1", meet="start")
