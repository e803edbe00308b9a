"""The board of visits due: counted by hand, and the hours that they need."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import text

from geoteam.disclosure.policy import TOUR
from geoteam.errors import DisclosureError, InputError, NotFoundError
from geoteam.model import User
from geoteam.services import audit, tours, visit_decisions, visits_board, visits_map
from geoteam.services.visits_board import OVERDUE, DueOptions
from geoteam.services.visits_due import due_board, offered
from geoteam.services.visits_hours import hours_text
from geoteam.services.wording import told_day
from geoteam.services.workspace import Workspace
from geoteam.store import assignments, clients, contacts, duty, settings, staff
from geoteam.store import tours as store
from geoteam.store.duty import Shift
from tests.made_city import BOSS, O1, STRANGERS, WEST
from tests.services.touring import JOINT_T1
from tests.tiny_city import TODAY

WEEK = DueOptions(last=TODAY + timedelta(days=6))


def _day(days: int) -> str:
    return (TODAY + timedelta(days=days)).isoformat()


def test_the_backlog_is_what_was_found_by_hand(city: Workspace) -> None:
    board = due_board(city, WEST, WEEK)
    assert dict(zip(board.overdue["client_ref"], board.overdue["due_on"], strict=True)) == JOINT_T1
    assert (board.first, board.last) == (TODAY, TODAY + timedelta(days=6))
    event = audit.list_events(city, None, page_size=1).rows[0]
    assert (event["action"], event["purpose"]) == ("tours.due", TOUR)
    assert event["detail"]["rows"] == len(board.visits)
    named = {*board.visits["client_ref"], *board.waiting.index, *board.excluded.index}
    assert event["detail"]["clients"] == sorted(named)


def test_a_list_that_names_very_many_is_noted_by_its_length(
    city: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(visits_board, "MOST_NAMED", 1)
    board = due_board(city, BOSS, WEEK)
    detail = audit.list_events(city, None, page_size=1).rows[0]["detail"]
    assert detail["rows"] == len(board.visits)
    assert "clients" not in detail


def test_the_calendar_counts_each_day_and_its_list_agrees(city: Workspace) -> None:
    board = due_board(city, BOSS, DueOptions(last=TODAY + timedelta(days=27)))
    days = board.days()
    assert [one.on for one in days] == [TODAY + timedelta(days=n) for n in range(28)]
    for one in days:
        assert len(board.listed(one.on.isoformat())) == one.due + one.on_tours
    assert sum(one.due for one in days) + len(board.overdue) == len(board.open)
    assert len(board.listed(OVERDUE)) == len(board.overdue)
    # C001 (Intensive) was seen six days ago: due tomorrow, and every seven days from then on.
    own = board.visits[board.visits["client_ref"] == "C001"]
    assert [(day - TODAY).days for day in own["due_on"]] == [1, 8, 15, 22]
    assert own["again"].tolist() == [0, 1, 2, 3]
    assert own["reason"].iloc[1] == "Intensive: again 7 days after the visit before."


def test_the_filters_part_the_visits(city: Workspace) -> None:
    whole = due_board(city, BOSS, WEEK)
    parts = [due_board(city, BOSS, DueOptions(last=WEEK.last, team=team))
             for team, _ in offered(city, BOSS, "district").teams]  # fmt: skip
    assert sum(len(part.visits) for part in parts) == len(whole.visits)
    west = due_board(city, BOSS, DueOptions(last=WEEK.last, area="1"))
    east = due_board(city, BOSS, DueOptions(last=WEEK.last, area="2"))
    assert set(west.visits["district"]) == {"1"}
    assert len(west.visits) + len(east.visits) == len(whole.visits)
    unit = due_board(city, BOSS, DueOptions(last=WEEK.last, by="service_area", area="101"))
    assert set(unit.visits["area"]) == {"101"}
    own = due_board(city, O1, WEEK)
    assert set(own.visits["officer"]) <= {"O1"}
    groups = offered(city, BOSS, "district", "T1").officers
    assert [(team, [ref for ref, _ in own]) for team, own in groups] == [
        ("West Team", ["O1", "O2"])
    ]


def test_the_map_has_the_same_numbers_as_the_table(city: Workspace) -> None:
    board = due_board(city, BOSS, WEEK)
    table = visits_map.area_table(board, "")
    next_ones = board.open[board.open["again"] == 0]
    assert table["due"].sum() == len(next_ones)
    assert table.loc["1", "due"] == (next_ones["area"] == "1").sum()
    assert table["due"].tolist() == (table["urgent"] + table["high"] + table["usual"]).tolist()
    overdue = visits_map.area_table(board, OVERDUE)
    assert overdue["due"].sum() == len(board.overdue)
    document = visits_map.due_map(
        city, BOSS, WEEK, nonce="n", client_url=lambda ref: f"/clients/{ref}"
    )
    assert all(f"/clients/{ref}" in document for ref in next_ones["client_ref"])
    # Days are written as everywhere.
    assert f"{told_day(board.first)} to {told_day(board.last)}" in document
    assert board.first.isoformat() not in document
    assert audit.list_events(city, None, page_size=1).rows[0]["action"] == "tours.due.map"


def test_a_planned_tour_takes_its_visits_off_the_days(lone: Workspace) -> None:
    with lone.reading() as session:
        officer = str(assignments.on_day(session, TODAY)["officer"]["C009"])
    before = due_board(lone, BOSS, WEEK)
    tomorrow = TODAY + timedelta(days=1)
    ref = tours.plan_tour(lone, BOSS, on=tomorrow, officer_ref=officer)
    stops = {stop["client_ref"] for stop in tours.tour(lone, BOSS, ref).stops}
    board = due_board(lone, BOSS, WEEK)
    assert board.days()[1].on_tours == len(stops)
    assert set(before.overdue["client_ref"]) - set(board.overdue["client_ref"]) == {
        client for client in stops if client in set(before.overdue["client_ref"])
    }
    planned = board.visits[board.visits["planned_on"] == tomorrow]
    assert set(planned["client_ref"]) == stops


def test_excluded_and_added_visits_are_told_with_their_reasons(lone: Workspace) -> None:
    visit_decisions.add_visit(lone, BOSS, "C001", "the court asked")
    visit_decisions.exclude_visits(
        lone, BOSS, "C009", until=TODAY + timedelta(days=30), why="in hospital"
    )
    board = due_board(lone, BOSS, WEEK)
    assert board.excluded[["why", "by"]].to_numpy().tolist() == [["in hospital", "Bea Boss"]]
    assert "C009" not in set(board.visits["client_ref"])
    first = board.visits[board.visits["client_ref"] == "C001"].iloc[0]
    assert (first["required"], first["why"], first["band"]) == (True, "the court asked", "urgent")
    # It returns when the exclusion ends within the days asked for.
    month = due_board(lone, BOSS, DueOptions(last=TODAY + timedelta(days=40)))
    later = month.visits[month.visits["client_ref"] == "C009"]
    assert later["due_on"].iloc[0] == TODAY + timedelta(days=30)


def test_what_cannot_be_planned_stands_apart_with_why(lone: Workspace) -> None:
    moved = {"client_ref": "C009", "on": TODAY, "kind": "field", "outcome": "moved"}
    in_review = """UPDATE geocode SET decision = 'review' WHERE residence_id IN (SELECT r.id
        FROM residence r JOIN client c ON c.id = r.client_id WHERE c.ref = 'C005')"""
    nobodys = """UPDATE assignment SET officer_id = NULL, team_id = NULL
        WHERE client_id = (SELECT id FROM client WHERE ref = 'C010')"""
    with lone.transaction() as session:
        contacts.save(session, [moved | {"officer_ref": ""}])
        session.execute(text(in_review))
        session.execute(text(nobodys))
    board = due_board(lone, BOSS, WEEK)
    found = board.waiting[["blocked", "review_item"]]
    assert "had moved" in found.loc["C009", "blocked"]
    assert "review queue" in found.loc["C005", "blocked"]
    assert found.loc["C005", "review_item"] > 0
    assert found.loc["C010"].tolist() == ["No officer is assigned to the client yet.", None]
    assert not set(found.index) & set(board.visits["client_ref"])


def test_hours_short_are_told_by_officer_and_district(lone: Workspace) -> None:
    enough = due_board(lone, BOSS, WEEK).hours
    assert enough.enough
    assert enough.verdicts[0].startswith("Enough: ")
    # 15 minutes a visit and 10 of driving, by hand.
    for one in [*enough.officers, *enough.districts]:
        assert one.need_min == 25 * one.visits
    assert "assumed to cost 10 minutes" in enough.basis[0]
    # Five working days of eight hours, the first from noon on: 4 + 4 x 8; 30 % of them count.
    assert {one.counted_min for one in enough.officers} == {(4 + 4 * 8) * 60 * 3 // 10}
    assert any(line.startswith("30 % of officers' hours") for line in enough.basis)
    assert " free" not in " ".join([*enough.verdicts, *enough.basis])
    # Only half an hour on Tuesdays from now on: one visit of the two or more.
    with lone.transaction() as session:
        for one in enough.officers:
            duty.replace_shifts(session, "officers", one.ref, [Shift(1, "09:00", "09:30")])
    short = due_board(lone, BOSS, WEEK).hours
    assert not short.enough
    assert {one.counted_min for one in short.officers} == {9}
    assert [one.short_min for one in short.officers] == [
        max(0, one.need_min - 9) for one in short.officers
    ]
    assert short.verdicts[0].startswith("Short by ")
    assert "of officers' time: Officer " in short.verdicts[0]


def test_partners_count_only_while_an_officer_is_on_duty(lone: Workspace) -> None:
    with lone.transaction() as session:
        for partner in ("P1", "P2"):
            duty.replace_shifts(session, "partners", partner, [Shift(0, "19:00", "20:00")])
    hours = due_board(lone, BOSS, WEEK).hours
    assert {one.counted_min for one in hours.districts} == {0}
    assert all(one.short_min == one.need_min for one in hours.districts)
    assert any("of police partners' time" in line for line in hours.verdicts)


def _rule(workspace: Workspace, **rules: object) -> None:
    tours_table = workspace.profile.tours.model_copy(update=rules)
    profile = workspace.profile.model_copy(update={"tours": tours_table})
    with workspace.transaction() as session:
        settings.put(session, "profile", profile.model_dump(mode="json"), workspace.now())
    workspace.forget()


def test_a_break_a_day_is_taken_off_and_the_city_says_how_much_counts(lone: Workspace) -> None:
    _rule(lone, break_minutes=30, break_between=("12:30", "13:30"), share_of_duty=0.5)
    hours = due_board(lone, BOSS, WEEK).hours
    # Noon to 16:00 today, four days of eight hours, half an hour less on each of the five; half.
    assert {one.counted_min for one in hours.officers} == {(4 + 4 * 8 - 5 * 0.5) * 60 / 2}
    assert any(line.startswith("50 % of officers' hours") for line in hours.basis)
    # Who is only there in the evening owes no break at noon.
    with lone.transaction() as session:
        for one in hours.officers:
            duty.replace_shifts(session, "officers", one.ref, [Shift(1, "17:00", "19:00")])
    assert {one.counted_min for one in due_board(lone, BOSS, WEEK).hours.officers} == {60}


def test_partners_hours_are_said_to_be_shared_with_the_other_teams(lone: Workspace) -> None:
    shared = "Police partners serve districts: their hours are shared with"

    def told(user: User) -> list[str]:
        basis = due_board(lone, user, WEEK).hours.basis
        return [line for line in basis if line.startswith(shared)]

    # Each district of the tiny city is one team's, until a partner of the west serves both.
    assert told(WEST) == []
    with lone.transaction() as session:
        partner = {"ref": "P1", "name": "P1", "district": "1", "station_ref": "", "active": True}
        staff.save_police_partners(session, [partner | {"more_districts": "2"}])
    (line,) = told(WEST)
    assert line.startswith(f"{shared} 1 other team there")
    # Whoever sees every team is told of no other.
    assert told(BOSS) == []


def test_who_may_see_what_is_due(city: Workspace) -> None:
    for user in STRANGERS:
        with pytest.raises(DisclosureError):
            due_board(city, user, WEEK)
    for user, options in (
        (WEST, DueOptions(team="T2")),
        (WEST, DueOptions(officer="O3")),
        (O1, DueOptions(officer="O2")),
    ):
        with pytest.raises(NotFoundError):
            due_board(city, user, options)
    for options in (
        DueOptions(area="9"),
        DueOptions(day="soon"),
        DueOptions(last=TODAY - timedelta(days=1)),
        DueOptions(last=TODAY + timedelta(days=92)),
    ):
        with pytest.raises(InputError):
            due_board(city, BOSS, options)


@pytest.mark.parametrize(
    ("minutes", "said"),
    [(0, "0 minutes"), (1, "1 minute"), (60, "1 hour"), (90, "1.5 hours"), (6000, "100 hours")],
)
def test_hours_are_told_as_people_say_them(minutes: int, said: str) -> None:
    assert hours_text(minutes) == said


def test_the_drive_is_the_average_of_twenty_stops_or_more(lone: Workspace) -> None:
    due = due_board(lone, BOSS, WEEK).open
    ref, lon, lat = due.loc[0, ["client_ref", "lon", "lat"]]
    at = lone.now() - timedelta(days=30)
    with lone.transaction() as session:
        home = int(clients.as_frame(session, TODAY).loc[ref, "residence_id"])
        stop = {
            "client_ref": ref, "residence_id": home, "arrives_at": at, "leaves_at": at,
            "reason": "due", "lon": lon, "lat": lat,
        }  # fmt: skip
        for _ in range(10):
            store.save(
                session, ref=store.new_ref(), on=at.date(), officer_ref="O3",
                police_partner_ref="", start_ref="V1", departs_at=at, returns_at=at,
                drive_s=2 * 240.0, length_m=0.0, route=None, steps=[], left_out=[], summary={},
                by="x", at=at, stops=[stop, stop],
            )  # fmt: skip
    hours = due_board(lone, WEST, WEEK).hours
    # Four minutes a stop, of tours of another team, and fifteen at the door.
    assert [one.need_min for one in hours.officers] == [19 * one.visits for one in hours.officers]
    assert hours.basis[0] == (
        "A visit is taken to cost 4 minutes of driving: the average of 20 stops on 10 tours of the "
        "city in the last 90 days and ahead."
    )
