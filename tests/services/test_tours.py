"""Tours: the visits due by hand, the plan, and what each reader gets of it."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import text

from geoteam.errors import DisclosureError, InputError, NotFoundError
from geoteam.model import User
from geoteam.services import audit, sheets, tours
from geoteam.services.workspace import Workspace
from geoteam.store import staff
from tests.made_city import ADMIN, AUDITOR, BOSS, LOOSE, O1, P1, P2, RELATIONS, WEST
from tests.services.touring import (
    JOINT_T1,
    NEXT,
    due_of,
    last_event,
    officer_with,
    printed,
    text_of,
    with_several_due,
)
from tests.tiny_city import TODAY


def test_the_visits_due_are_those_found_by_hand(city: Workspace) -> None:
    found = {row["client_ref"]: row for officer in ("O1", "O2") for row in due_of(city, officer)}
    # C001 (Intensive, seen 6 days ago) and C002 (Maximum, 11 days ago) are not due yet.
    assert {ref: row["due_on"] for ref, row in found.items()} == JOINT_T1
    for ref, row in found.items():
        assert row["overdue_days"] == (TODAY - JOINT_T1[ref]).days
    east = {row["client_ref"] for officer in ("O3", "O4") for row in due_of(city, officer)}
    assert east == {"C013", "C014", "C017", "C018", "C021", "C022"}
    assert due_of(city, "O5") == []


def test_two_days_later_more_is_due(city: Workspace) -> None:
    later = {
        row["client_ref"]
        for officer in ("O1", "O2")
        for row in due_of(city, officer, TODAY + timedelta(days=2))
    }
    assert later == {*JOINT_T1, "C001"}
    last = tours.visits_due(city, O1, TODAY, "O1")
    assert last_event(city)["action"] == "tours.due"
    named = sorted(row["client_ref"] for row in last)
    assert last_event(city)["detail"] == {"rows": len(last), "clients": named}


def test_an_officer_without_clients_has_nothing_due(fresh: Workspace) -> None:
    with fresh.transaction() as session:
        staff.save_officers(
            session,
            [{"ref": "O9", "name": "New", "team_ref": "T1", "full_time_share": 1.0,
              "active": True}],
        )  # fmt: skip
    assert due_of(fresh, "O9") == []
    with pytest.raises(InputError, match="no joint visit is due"):
        tours.plan_tour(fresh, BOSS, on=TODAY, officer_ref="O9")


def test_an_officer_who_has_left_plans_no_tour(fresh: Workspace) -> None:
    with fresh.transaction() as session:
        session.execute(text("UPDATE officer SET active = false WHERE ref = 'O1'"))
    for work in (
        lambda: due_of(fresh, "O1"),
        lambda: tours.plan_tour(fresh, BOSS, on=TODAY, officer_ref="O1"),
    ):
        with pytest.raises(NotFoundError, match="no such officer"):
            work()


def test_whose_visits_a_user_may_list(city: Workspace) -> None:
    assert tours.visits_due(city, WEST, TODAY, "O2")
    for user, officer in ((WEST, "O3"), (O1, "O2"), (LOOSE, "O1"), (BOSS, "O99")):
        with pytest.raises(NotFoundError, match="no such officer"):
            tours.visits_due(city, user, TODAY, officer)
    for user in (P1, RELATIONS, ADMIN, AUDITOR):
        with pytest.raises(DisclosureError):
            tours.visits_due(city, user, TODAY, "O1")
        with pytest.raises(DisclosureError):
            tours.plan_tour(city, user, on=TODAY, officer_ref="O1")


def test_a_tour_visits_what_is_due_and_says_when(fresh: Workspace) -> None:
    officer = officer_with(fresh, "C009")
    due = {row["client_ref"] for row in due_of(fresh, officer)}
    ref = tours.plan_tour(fresh, BOSS, on=TODAY, officer_ref=officer, departs="13:00")
    assert last_event(fresh)["action"] == "tour.plan"
    view = tours.tour(fresh, BOSS, ref)
    assert {stop["client_ref"] for stop in view.stops} | {
        one["client_ref"] for one in view.left_out
    } == due
    assert view.left_out == []
    assert [stop["number"] for stop in view.stops] == list(range(1, len(due) + 1))
    zone = fresh.profile.city.zone
    assert f"{view.departs_at.astimezone(zone):%Y-%m-%d %H:%M}" == "2026-06-15 13:00"
    moments = [view.departs_at]
    for stop in view.stops:
        moments += [stop["arrives_at"], stop["leaves_at"]]
        assert (stop["leaves_at"] - stop["arrives_at"]).total_seconds() == 15 * 60
    moments.append(view.returns_at)
    assert moments == sorted(moments)
    assert view.start == "Field Office"
    # All of it lies in the west, whose district is 1.
    assert view.police_partner == "Police One"
    assert view.route is not None
    assert len(view.steps) == len(view.stops) + 1
    # 10 m/s, so that seconds and metres agree but for what turns cost.
    assert view.drive_s >= view.length_m / 10 - 1


def test_what_does_not_fit_is_left_out_with_a_reason(lone: Workspace) -> None:
    officer = officer_with(lone, "C021")
    due = due_of(lone, officer)
    if len(due) < 2:
        officer = {"O3": "O4", "O4": "O3"}[officer]
        due = due_of(lone, officer)
    ref = tours.plan_tour(lone, BOSS, on=TODAY, officer_ref=officer, max_stops=1)
    view = tours.tour(lone, BOSS, ref)
    assert len(view.stops) == 1
    assert len(view.left_out) == len(due) - 1
    for one in view.left_out:
        assert one["reason"]
        assert one["name"].startswith("Tess")
    assert tours.tour(lone, P2, ref).left_out == []


@pytest.mark.parametrize("reader", [BOSS, P2])
def test_a_stop_without_a_house_number_says_so(lone: Workspace, reader: User) -> None:
    officer = officer_with(lone, "C021")
    with lone.transaction() as session:
        session.execute(
            text(
                "UPDATE geocode SET match_code = 'StreetMidBlock' WHERE residence_id IN (SELECT "
                "r.id FROM residence r JOIN client c ON c.id = r.client_id WHERE c.ref = 'C021')"
            )
        )
    ref = tours.plan_tour(lone, BOSS, on=TODAY, officer_ref=officer, police_partner_ref="P2")
    number = next(
        stop["number"] for stop in tours.tour(lone, BOSS, ref).stops if stop["client_ref"] == "C021"
    )
    told = {stop["number"]: stop["changed"] for stop in tours.tour(lone, reader, ref).stops}
    assert told.pop(number) == "No house number is known: find out which door before going."
    assert set(told.values()) <= {""}


def test_wrong_partner_and_wrong_number_of_stops(city: Workspace) -> None:
    with pytest.raises(NotFoundError, match="no such police partner"):
        tours.plan_tour(city, BOSS, on=TODAY, officer_ref="O2", police_partner_ref="P9")
    for stops in (0, -3):
        with pytest.raises(InputError, match="at least one"):
            tours.plan_tour(city, BOSS, on=TODAY, officer_ref="O2", max_stops=stops)
    assert tours.list_tours(city, BOSS) == []


def test_only_its_own_people_open_a_tour(fresh: Workspace) -> None:
    officer = officer_with(fresh, "C005")
    ref = tours.plan_tour(fresh, BOSS, on=TODAY, officer_ref=officer, police_partner_ref="P1")
    for user in (BOSS, WEST, P1):
        assert tours.tour(fresh, user, ref).ref == ref
        assert [row["ref"] for row in tours.list_tours(fresh, user)] == [ref]
    assert [row["ref"] for row in tours.list_tours(fresh, BOSS, TODAY)] == [ref]
    assert tours.list_tours(fresh, BOSS, TODAY + timedelta(days=1)) == []
    before = audit.list_events(fresh, None).total
    for user in (P2, LOOSE, RELATIONS, ADMIN, AUDITOR):
        assert tours.list_tours(fresh, user) == []
        for work in (tours.tour, tours.tour_map):
            with pytest.raises(NotFoundError, match="no such tour"):
                work(fresh, user, ref)
        with pytest.raises(NotFoundError, match="no such tour"):
            printed(fresh, user, ref, "police")
    assert audit.list_events(fresh, None).total == before
    with pytest.raises(NotFoundError):
        tours.tour(fresh, BOSS, "nothing")


def test_the_police_get_what_policy_allows(fresh: Workspace, tmp_path: Path) -> None:
    with fresh.transaction() as session:
        needs = '["substance_use", "mental_health_court"]'
        session.execute(
            text("UPDATE client SET needs = :needs WHERE ref = 'C005'"), {"needs": needs}
        )
    officer = officer_with(fresh, "C005")
    ref = tours.plan_tour(fresh, BOSS, on=TODAY, officer_ref=officer, police_partner_ref="P1")
    stop = next(s for s in tours.tour(fresh, P1, ref).stops if s["client_ref"] == "C005")
    assert "reason" not in stop
    assert "needs" not in stop
    assert stop["access_notes"] == "Beware of the dog"
    assert last_event(fresh)["action"] == "tour.read.police"

    sheet = text_of(printed(fresh, P1, ref, "police"), tmp_path)
    event = last_event(fresh)
    assert event["action"] == "tour.print.police"
    assert "C005" in event["detail"]["clients"]
    assert "222 1ST STREET NW" in sheet
    assert "Tess Person05" in sheet
    assert "Beware of the dog" in sheet
    for word in ("substance", "mental", "needs", "overdue", "home contact", "last seen", "intake",
                 "drug", "health", "treatment", "team"):  # fmt: skip
        assert word not in sheet.lower(), word

    own = text_of(printed(fresh, BOSS, ref, "officer"), tmp_path)
    assert last_event(fresh)["action"] == "tour.print"
    assert "overdue" in own
    assert "Tess Person05" in own
    assert "Bea Boss" in own
    # A supervisor who prints the police copy gets no more than the police.
    copy = text_of(printed(fresh, BOSS, ref, "police"), tmp_path)
    assert "overdue" not in copy
    with pytest.raises(DisclosureError, match="not for the police"):
        printed(fresh, P1, ref, "officer")
    with pytest.raises(InputError, match="officer or the police"):
        printed(fresh, BOSS, ref, "press")


def test_the_sheet_carries_the_code_of_its_address(lone: Workspace) -> None:
    officer = officer_with(lone, "C005")
    ref = tours.plan_tour(lone, BOSS, on=TODAY, officer_ref=officer)
    plain = printed(lone, BOSS, ref, "officer")
    printing = sheets.Printing(address=lambda ref: f"https://geoteam.example/tours/{ref}")
    coded = sheets.print_tours(lone, BOSS, [ref], printing)
    assert plain[:5] == coded[:5] == b"%PDF-"
    assert len(coded) > len(plain)


def test_the_tours_map_shows_stops_and_no_name(lone: Workspace) -> None:
    officer = officer_with(lone, "C005")
    ref = tours.plan_tour(lone, BOSS, on=TODAY, officer_ref=officer)
    page = tours.tour_map(lone, BOSS, ref)
    assert "222 1ST STREET NW" in page
    assert "Tess" not in page
    assert last_event(lone)["action"] == "tour.map"


def test_choices_are_the_users_officers_and_all_partners(city: Workspace) -> None:
    found = tours.choices(city, WEST)
    assert found.officers == [("West Team", [("O1", "Officer 1"), ("O2", "Officer 2")])]
    assert found.partners == [
        ("District 1", [("P1", "Police One")]), ("District 2", [("P2", "Police Two")])
    ]  # fmt: skip
    every, east = tours.choices(city, BOSS), tours.choices(city, BOSS, "T2")
    assert [ref for _, own in every.officers for ref, _ in own] == ["O1", "O2", "O3", "O4", "O5"]
    assert [label for label, _ in east.officers] == ["East Team"]


def test_a_long_wait_comes_with_advice_that_the_police_do_not_get(lone: Workspace) -> None:
    officer = with_several_due(lone)
    first, second = (row["client_ref"] for row in due_of(lone, officer, NEXT)[:2])
    with lone.transaction() as session:
        for ref, window in ((first, '[["08:00", "09:00"]]'), (second, '[["16:30", "19:00"]]')):
            session.execute(
                text("UPDATE client SET windows = :window WHERE ref = :ref"),
                {"window": window, "ref": ref},
            )
    ref = tours.plan_tour(lone, BOSS, on=NEXT, officer_ref=officer, police_partner_ref="P1")
    view = tours.tour(lone, BOSS, ref)
    assert view.wait_s > 6 * 3600
    assert {first, second} <= {stop["client_ref"] for stop in view.stops}
    last = view.stops[-1]
    assert last["client_ref"] == second
    # What is saved as the arrival is the beginning of the visit.
    zone = lone.profile.city.zone
    assert f"{last['arrives_at'].astimezone(zone):%H:%M}" == "16:30"
    assert len(view.advice) == 1
    assert view.advice[0].startswith(
        f"Stop {last['number']} can only be visited from 16:30: leave it for another tour, or "
        "depart at 15:55, which leaves out 1 other visit."
    )
    assert tours.tour(lone, P1, ref).advice == []
