"""Visits moved by hand: what a move costs, what it does, and who is told when two move at once."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from sqlalchemy import text

from geoteam.errors import ChangedError, InputError, NotFoundError
from geoteam.services import audit, sheets, tours
from geoteam.services.road_words import take_words
from geoteam.services.sheet_state import sheet_state
from geoteam.services.tour_day import TeamDay, day_state, team_day
from geoteam.services.tour_move_parts import Move
from geoteam.services.tour_moves import keep_move, undo_move
from geoteam.services.tour_prices import price_move
from geoteam.services.workspace import Workspace
from geoteam.store import tours as store
from geoteam.store.tour_versions import others_of
from tests.made_city import BOSS, O1, WEST
from tests.tiny_city import TODAY

TOMORROW = TODAY + timedelta(days=1)
OTHER = BOSS.__class__(99, "other", "Olga Other", BOSS.role, team_refs=("*",))


def _plan(workspace: Workspace, officer: str, most: int | None = None, departs: str = "") -> str:
    return tours.plan_tour(
        workspace, BOSS, on=TOMORROW, officer_ref=officer, max_stops=most, departs=departs
    )


def _day(workspace: Workspace) -> TeamDay:
    return team_day(workspace, BOSS, on=TOMORROW, team="T1")


def _clients(workspace: Workspace, ref: str) -> list[str]:
    return [stop["client_ref"] for stop in tours.tour(workspace, BOSS, ref).stops]


@pytest.fixture
def two(lone: Workspace) -> tuple[Workspace, str, str]:
    """Two officers' tours of tomorrow, one in the morning and one in the afternoon."""
    return lone, _plan(lone, "O1"), _plan(lone, "O2", departs="14:00")


def test_a_day_shows_every_tour_and_what_is_on_none(two: tuple[Workspace, str, str]) -> None:
    workspace, one, other = two
    day = _day(workspace)
    assert [tour.letter for tour in day.tours] == ["A", "B"]
    assert {tour.view.ref for tour in day.tours} == {one, other}
    assert max(tour.share["visits"] for tour in day.tours) == 1
    planned = {*_clients(workspace, one), *_clients(workspace, other)}
    assert not planned & {row["client_ref"] for row in day.unplanned}
    assert all(row["why_not"] for row in day.unplanned)
    event = next(
        row for row in audit.list_events(workspace, None, page_size=5).rows
        if row["action"] == "tours.day"
    )  # fmt: skip
    assert planned <= set(event["detail"]["clients"])


def test_a_visit_moves_to_another_officer_who_is_told_and_the_assignment_stays(
    two: tuple[Workspace, str, str],
) -> None:
    workspace, one, other = two
    sheets.print_tours(workspace, BOSS, [one, other], sheets.Printing())
    client = _clients(workspace, one)[0]
    before = len(_clients(workspace, other))
    price = price_move(workspace, BOSS, Move(client, one, other))
    assert price.refused == ""
    assert [change.ref for change in price.changes] == [one, other]
    assert price.points == 0
    assert "made by another officer" in price.notes[0]
    assert price.changes[1].after.visits == before + 1
    assert price.changes[1].after.drive_s >= price.changes[1].before.drive_s
    assert client in _clients(workspace, one)

    done = keep_move(workspace, BOSS, Move(client, one, other), price.versions)
    assert client not in _clients(workspace, one)
    assert client in _clients(workspace, other)
    view = tours.tour(workspace, BOSS, other)
    assert abs((view.returns_at - done.changes[1].after.returns_at).total_seconds()) < 1
    assert abs(view.drive_s - done.changes[1].after.drive_s) < 60
    assert sheet_state(workspace, BOSS, one, 1).changes
    assert sheet_state(workspace, BOSS, other, 1).changes
    actions = [row["action"] for row in audit.list_events(workspace, None, page_size=8).rows]
    assert actions.count("tour.move") == 2
    # The client's officer is the same: the visit is not due on a list of the other's.
    due = tours.visits_due(workspace, BOSS, TOMORROW, "O1")
    assert client not in {row["client_ref"] for row in due}


def test_off_a_tour_on_again_and_back(two: tuple[Workspace, str, str]) -> None:
    workspace, one, _ = two
    was = _clients(workspace, one)
    client = was[0]
    out = price_move(workspace, BOSS, Move(client, one))
    assert out.points < 0
    keep_move(workspace, BOSS, Move(client, one), out.versions)
    row = next(row for row in _day(workspace).unplanned if row["client_ref"] == client)
    assert row["why_not"] == "Bea Boss took it off the tour."
    back = price_move(workspace, BOSS, Move(client, "", one))
    assert back.points == -out.points
    assert _day(workspace).undo
    undo_move(workspace, BOSS, [tour.view.ref for tour in _day(workspace).tours])
    assert _clients(workspace, one) == was
    assert not _day(workspace).undo
    with pytest.raises(InputError, match="no move of yours"):
        undo_move(workspace, BOSS, [one])


def test_the_second_of_two_people_is_told_and_loses_nothing(
    two: tuple[Workspace, str, str],
) -> None:
    workspace, one, other = two
    client = _clients(workspace, one)[0]
    seen = price_move(workspace, OTHER, Move(client, one))
    keep_move(workspace, BOSS, Move(client, one, other), {one: 1, other: 1})
    with pytest.raises(ChangedError, match="Bea Boss changed"):
        keep_move(workspace, OTHER, Move(client, one), seen.versions)
    with pytest.raises(ChangedError, match="Bea Boss changed"):
        price_move(workspace, OTHER, Move(client, one))
    assert client in _clients(workspace, other)
    # What the first did can no longer be taken back once the second has changed the tour.
    keep_move(workspace, OTHER, Move(client, other), {other: 2})
    with pytest.raises(InputError, match="no move of yours"):
        undo_move(workspace, BOSS, [one, other])


def test_a_visit_that_cannot_be_made_is_refused_with_the_reason_found(
    two: tuple[Workspace, str, str],
) -> None:
    workspace, one, other = two
    client = _clients(workspace, one)[0]
    with workspace.transaction() as session:
        session.execute(
            text("UPDATE client SET windows = :hours WHERE ref = :ref"),
            {"ref": client, "hours": '[["06:00", "09:00"]]'},
        )
    price = price_move(workspace, BOSS, Move(client, one, other))
    assert "No window" in price.refused or "too late" in price.refused
    assert price.remedy
    with pytest.raises(InputError):
        keep_move(workspace, BOSS, Move(client, one, other), price.versions)
    assert client in _clients(workspace, one)


def test_a_place_is_kept_and_a_full_tour_says_who_would_have_to_go(lone: Workspace) -> None:
    one = _plan(lone, "O1", most=1)
    (stays,) = _clients(lone, one)
    client = _day(lone).unplanned[0]["client_ref"]
    price = price_move(lone, BOSS, Move(client, "", one))
    assert [row["client_ref"] for row in price.changes[0].left_out] == [stays]
    assert price.changes[0].left_out[0]["reason"]
    wide = _plan(lone, "O2", departs="14:00")
    was = _clients(lone, wide)
    keep_move(lone, BOSS, Move(client, "", wide, place=1), {wide: 1}) if client not in was else None
    after = _clients(lone, wide)
    last = Move(after[0], wide, wide, place=len(after))
    keep_move(lone, BOSS, last, price_move(lone, BOSS, last).versions)
    assert _clients(lone, wide) == [*after[1:], after[0]]


def test_what_has_begun_stays(lone: Workspace) -> None:
    ref = tours.plan_tour(lone, BOSS, on=TODAY, officer_ref="O1")
    stops = tours.tour(lone, BOSS, ref).stops
    later = stops[0]["arrives_at"].astimezone(lone.profile.city.zone) + timedelta(minutes=1)
    moved = Workspace(lone.folder, lone.engine, lambda: later)
    price = price_move(moved, BOSS, Move(stops[0]["client_ref"], ref))
    assert price.refused == "the visit has begun already"
    if len(stops) > 1:
        out = Move(stops[-1]["client_ref"], ref)
        keep_move(moved, BOSS, out, price_move(moved, BOSS, out).versions)
        assert _clients(moved, ref)[0] == stops[0]["client_ref"]
    over = datetime.combine(TODAY + timedelta(days=2), later.timetz())
    gone = Workspace(lone.folder, lone.engine, lambda: over)
    assert price_move(gone, BOSS, Move(stops[0]["client_ref"], ref)).refused == "the tour is over"


def test_nobody_moves_the_visits_of_others(two: tuple[Workspace, str, str]) -> None:
    workspace, one, other = two
    mine, theirs = _clients(workspace, one)[0], _clients(workspace, other)[0]
    price_move(workspace, O1, Move(mine, one))
    for move in (Move(mine, one, other), Move(theirs, other), Move(theirs, "", one)):
        with pytest.raises(NotFoundError):
            price_move(workspace, O1, move)
        # Not even who changed it last is told.
        with pytest.raises(NotFoundError):
            keep_move(workspace, O1, move, {one: 1, other: 7})
    day = team_day(workspace, O1, on=TOMORROW)
    assert [tour.view.ref for tour in day.tours] == [one]
    with pytest.raises(NotFoundError):
        team_day(workspace, WEST, on=TOMORROW, team="T2")


def test_an_officers_other_tour_bounds_this_one(two: tuple[Workspace, str, str]) -> None:
    workspace, one, other = two
    with workspace.transaction() as session:
        session.execute(
            text(
                "UPDATE tour SET police_partner_id = (SELECT police_partner_id FROM tour "
                "WHERE ref = :one) WHERE ref = :other"
            ),
            {"one": one, "other": other},
        )
    client = _clients(workspace, one)[0]
    price = price_move(workspace, BOSS, Move(client, one, other))
    assert price.refused == "" or "another tour" in price.refused
    back = tours.tour(workspace, BOSS, one).returns_at
    assert price.changes == [] or price.changes[1].after.departs_at >= back


def test_a_partner_off_duty_is_refused_and_hours_are_kept_at_every_stop(
    two: tuple[Workspace, str, str],
) -> None:
    workspace, one, other = two
    client = _clients(workspace, one)[0]
    view = tours.tour(workspace, BOSS, other)
    partner = _partner(workspace, other)
    assert partner
    # On duty until the tour as planned is over, and not a minute longer.
    last = view.stops[-1]["leaves_at"].astimezone(workspace.profile.city.zone)
    _put_on_duty(workspace, partner, "13:00", f"{last:%H:%M}")
    price = price_move(workspace, BOSS, Move(client, one, other))
    assert price.refused or price.changes[1].left_out
    _put_on_duty(workspace, partner, "06:00", "07:00")
    refused = price_move(workspace, BOSS, Move(client, one, other)).refused
    assert "unless its police partner is on duty" in refused
    # Visits may still leave the tour that cannot take place.
    theirs = _clients(workspace, other)[0]
    assert price_move(workspace, BOSS, Move(theirs, other)).refused == ""


def _partner(workspace: Workspace, ref: str) -> str:
    with workspace.reading() as session:
        return store.get(session, ref).police_partner_ref


def _put_on_duty(workspace: Workspace, partner: str, begins: str, ends: str) -> None:
    with workspace.transaction() as session:
        session.execute(text('DELETE FROM shift WHERE "on" IS NOT NULL'))
        session.execute(
            text(
                'INSERT INTO shift (police_partner_id, "on", begins, ends) '
                "SELECT id, :on, :begins, :ends FROM police_partner WHERE ref = :ref"
            ),
            {"on": TOMORROW.isoformat(), "begins": begins, "ends": ends, "ref": partner},
        )


def test_a_tour_by_way_of_the_station_stays_one(two: tuple[Workspace, str, str]) -> None:
    workspace, one, other = two
    with workspace.transaction() as session:
        venue = session.execute(text("SELECT ref FROM venue ORDER BY ref LIMIT 1")).scalar_one()
        session.execute(
            text("UPDATE tour SET meet_ref = :venue WHERE ref = :ref"),
            {"venue": venue, "ref": other},
        )
    client = _clients(workspace, one)[0]
    price = price_move(workspace, BOSS, Move(client, one, other))
    keep_move(workspace, BOSS, Move(client, one, other), price.versions)
    texts = [step["text"] for leg in tours.tour(workspace, BOSS, other).steps for step in leg]
    assert any("partner" in said for said in texts)


def test_what_was_told_from_the_road_is_done_and_shown(lone: Workspace) -> None:
    ref = tours.plan_tour(lone, BOSS, on=TODAY, officer_ref="O2")
    clients = _clients(lone, ref)
    assert len(clients) > 2
    at = lone.now().isoformat()
    words = [
        {"key": "0" * 16 + kind, "kind": kind, "client": client, "note": "", "at": at}
        for kind, client in (("begun", ""), ("made", clients[1]))
    ]
    assert not take_words(lone, BOSS, ref, words, at).refused
    state = day_state(lone, BOSS, on=TODAY, team="T1")[ref]
    assert state["done"] == [2]
    assert ("good", f"1 of {len(clients)} done") in state["badges"]
    assert price_move(lone, BOSS, Move(clients[1], ref)).refused == "the visit has begun already"
    out = Move(clients[0], ref)
    keep_move(lone, BOSS, out, price_move(lone, BOSS, out).versions)
    # Made first, it stands first.
    assert _clients(lone, ref) == [clients[1], *clients[2:]]


def test_only_tours_that_share_a_person_or_a_car_bound_each_other(
    two: tuple[Workspace, str, str],
) -> None:
    workspace, one, other = two
    with workspace.transaction() as session:
        session.execute(text("UPDATE tour SET police_partner_id = NULL, car_id = NULL"))
        assert others_of(session, one) == []
        car = "INSERT INTO car (ref, name, place_ref, active) VALUES ('K1', 'Car 1', '', true)"
        session.execute(text(car))
        session.execute(text("UPDATE tour SET car_id = (SELECT id FROM car)"))
        assert [who for who, _, _ in others_of(session, one)] == ["car"]
        session.execute(
            text("UPDATE tour SET status = 'cancelled' WHERE ref = :ref"), {"ref": other}
        )
        assert others_of(session, one) == []


def test_the_price_counts_the_other_visits_that_come_at_another_time(lone: Workspace) -> None:
    wide = _plan(lone, "O2", departs="14:00")
    was = _clients(lone, wide)
    assert len(was) > 1
    last = Move(was[0], wide, wide, place=len(was))
    (change,) = price_move(lone, BOSS, last).changes
    before = {one["client_ref"]: one["arrives_at"] for one in tours.tour(lone, BOSS, wide).stops}
    keep_move(lone, BOSS, last, price_move(lone, BOSS, last).versions)
    after = {one["client_ref"]: one["arrives_at"] for one in tours.tour(lone, BOSS, wide).stops}
    others = [ref for ref in was if ref != was[0]]
    # Their order among each other is as it was.
    shifted = [r for r in others if abs((after[r] - before[r]).total_seconds()) > 600]
    assert change.shifted == len(shifted) > 0
    told = " ".join(price_move(lone, BOSS, Move(was[0], wide, wide, place=1)).notes)
    assert "come" in told
    assert "or more than 10 minutes sooner or later" in told


def test_who_must_be_back_for_another_tour_is_told_so(two: tuple[Workspace, str, str]) -> None:
    workspace, one, other = two
    client = _clients(workspace, one)[0]
    zone = workspace.profile.city.zone
    view = tours.tour(workspace, BOSS, other)
    with workspace.transaction() as session:
        # The officer's next tour leaves when this one is back.
        session.execute(
            text(
                'INSERT INTO tour (ref, "on", officer_id, start_ref, departs_at, returns_at, drive_s,'
                " length_m, steps, left_out, summary, status, version, created_by, created_at,"
                " meet_ref) SELECT 'next', \"on\", officer_id, start_ref, returns_at, :late, 0, 0,"
                " '[]', '[]', '{}', status, 1, created_by, created_at, '' FROM tour"
                " WHERE ref = :ref"
            ),
            {"ref": other, "late": view.returns_at + timedelta(hours=1)},
        )
        session.execute(
            text("UPDATE client SET windows = :hours WHERE ref = :ref"),
            {"ref": client, "hours": '[["21:00", "22:00"]]'},
        )
    price = price_move(workspace, BOSS, Move(client, one, other))
    back = f"{view.returns_at.astimezone(zone):%H:%M}"
    assert f"From {back} on its officer is on another tour." in price.refused
    assert "on duty" not in price.refused
