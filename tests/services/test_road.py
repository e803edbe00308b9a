"""Words from the road: each counts once, and contacts, reviews and the tour follow from them."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime, time, timedelta

import pytest
from sqlalchemy import select

from geoteam.errors import DisclosureError, InputError, NotFoundError
from geoteam.model import Role, User
from geoteam.services import accounts, audit, review, road, road_board, road_plan, tours
from geoteam.services.road_words import take_words
from geoteam.services.workspace import Workspace
from geoteam.store import contacts, outcomes
from geoteam.store import tours as store_tours
from geoteam.store.tables import ContactRow
from geoteam.store.tour_tables import OutcomeRow
from tests.made_city import BOSS, LOOSE, NOW, O1, P1, P2, RELATIONS, WEST
from tests.tiny_city import TODAY


def planned(workspace: Workspace, partner: str = "P1") -> tuple[str, User, list[str]]:
    """A tour of today with two stops or more, its officer, and its clients in order."""
    for officer in ("O1", "O2", "O3", "O4"):
        if len(tours.visits_due(workspace, BOSS, TODAY, officer)) > 1:
            ref = tours.plan_tour(
                workspace, BOSS, on=TODAY, officer_ref=officer, police_partner_ref=partner
            )
            stops = tours.tour(workspace, BOSS, ref).stops
            user = User(20, "driver", "Dora Driver", Role.OFFICER, officer_ref=officer)
            return ref, user, [stop["client_ref"] for stop in stops]
    raise AssertionError("no officer has two visits due")


def word(kind: str, client: str = "", *, at: datetime = NOW, **more: object) -> dict[str, object]:
    """A word as a phone sends it."""
    return {"key": str(uuid.uuid4()), "kind": kind, "client": client, "at": at.isoformat(), **more}


def say(workspace: Workspace, user: User, ref: str, *words: dict[str, object]) -> dict[str, str]:
    """Send words at once; returns those refused."""
    return dict(take_words(workspace, user, ref, words, NOW.isoformat()).refused)


def made(workspace: Workspace, client: str) -> list[str]:
    """Outcomes of a client's home contacts of today."""
    with workspace.reading() as session:
        found = contacts.load(session, client_refs=[client])
    return sorted(found.loc[(found["on"] == TODAY) & (found["kind"] == "field"), "outcome"])


def test_a_word_counts_once_however_often_it_is_sent(fresh: Workspace) -> None:
    ref, driver, (first, second, *_) = planned(fresh)
    words = [
        word("begun", at=NOW - timedelta(minutes=1)),
        word("not_home", first, note="  a dog\nbarked  "),
        word("made", second),
    ]
    for _ in range(3):
        taken = take_words(fresh, driver, ref, words, NOW.isoformat())
        assert sorted(taken.taken) == sorted(str(one["key"]) for one in words)
        assert (taken.refused, taken.clock_off_s) == ({}, 0.0)
    with fresh.reading() as session:
        told = outcomes.of_tours(session, [ref])[ref]
        signs = outcomes.check_ins(session, [ref])[ref]
    assert {one.client_ref: (one.kind, one.note) for one in told} == {
        first: ("not_home", "a dog barked"),
        second: ("made", ""),
    }
    assert [one.kind for one in signs] == ["begun"]
    assert (made(fresh, first), made(fresh, second)) == (["not_home"], ["made"])
    assert tours.tour(fresh, BOSS, ref).status == "under way"
    assert say(fresh, driver, ref, word("ended")) == {}
    assert tours.tour(fresh, BOSS, ref).status == "done"


def test_the_latest_word_holds_whichever_comes_first(fresh: Workspace) -> None:
    ref, driver, (first, *_) = planned(fresh)
    late = word("made", first, at=NOW - timedelta(minutes=5))
    early = word("not_home", first, at=NOW - timedelta(minutes=50))
    say(fresh, driver, ref, late)
    say(fresh, driver, ref, early)
    assert made(fresh, first) == ["made"]
    say(fresh, driver, ref, word("refused", first))
    assert made(fresh, first) == ["refused"]
    say(fresh, driver, ref, word("withdrawn", first))
    assert made(fresh, first) == []
    with fresh.reading() as session:
        assert outcomes.of_tours(session, [ref])[ref] == []
        rows = session.scalars(select(OutcomeRow).order_by(OutcomeRow.at, OutcomeRow.id)).all()
        # Nothing is overwritten: each word leads to the one that replaced it.
        chain = [(row.kind, row.replaced_by) for row in rows]
    assert [kind for kind, _ in chain] == ["not_home", "made", "refused", "withdrawn"]
    assert chain[0][1] == late["key"]
    assert chain[-1][1] == ""


def test_no_contact_of_today_comes_of_a_tour_long_over(fresh: Workspace) -> None:
    ref, driver, (first, second, *_) = planned(fresh)
    kept = word("not_home", first, at=NOW + timedelta(hours=2))
    told = word("made", second, at=NOW + timedelta(hours=2))
    now = NOW + timedelta(days=60)
    later = Workspace(fresh.folder, fresh.engine, lambda: now)
    assert not take_words(later, driver, ref, [kept, told], now.isoformat()).refused
    late = [word("made", first, at=now), word("withdrawn", second, at=now)]
    refused = take_words(later, driver, ref, late, now.isoformat()).refused
    assert refused == {late[0]["key"]: "its time is long after the tour"}
    assert (made(fresh, first), made(fresh, second)) == (["not_home"], [])


def test_a_contact_known_before_stays_when_the_word_is_taken_back(fresh: Workspace) -> None:
    ref, driver, (first, *_) = planned(fresh)
    with fresh.transaction() as session:
        row = {"client_ref": first, "on": TODAY, "kind": "field", "outcome": "made"}
        contacts.save(session, [row | {"officer_ref": ""}])
    say(fresh, driver, ref, word("made", first), word("withdrawn", first))
    assert made(fresh, first) == ["made"]


def test_moved_opens_a_review_and_no_later_tour_drives_there(fresh: Workspace) -> None:
    ref, driver, (first, *_) = planned(fresh)
    waiting = review.count_waiting(fresh, BOSS)
    say(fresh, driver, ref, word("moved", first, note="The neighbour says to his sister's."))
    rows = review.review_queue(fresh, BOSS, reason="gone").rows
    assert [row["client_ref"] for row in rows] == [first]
    assert "15 Jun 2026" in rows[0]["reason"]
    assert "to his sister's" in rows[0]["reason"]
    assert review.review_item(fresh, BOSS, rows[0]["id"])["cause"] == "gone"
    tours.cancel_tour(fresh, BOSS, ref, "to plan another one")
    for day in (TODAY, TODAY + timedelta(days=30)):
        due = tours.visits_due(fresh, BOSS, day, driver.officer_ref)
        assert first not in [row["client_ref"] for row in due]
    # A second word with another note leaves one item.
    say(fresh, driver, ref, word("moved", first, note="Gone since May."))
    (row,) = review.review_queue(fresh, BOSS, reason="gone").rows
    assert row["reason"].endswith("Gone since May.")
    say(fresh, driver, ref, word("made", first))
    assert review.count_waiting(fresh, BOSS) == waiting


def test_what_a_reviewer_decided_holds_for_that_client_and_is_driven_to(fresh: Workspace) -> None:
    ref, driver, (first, *_) = planned(fresh)
    say(fresh, driver, ref, word("moved", first, note="Not there."), word("ended"))
    (row,) = review.review_queue(fresh, BOSS, reason="gone").rows
    review.decide_item(
        fresh, BOSS, row["id"], action="candidate", candidate=0, why="The officer was next door"
    )
    assert review.review_queue(fresh, BOSS, reason="gone").rows == []
    due = tours.visits_due(fresh, BOSS, TODAY, driver.officer_ref)
    assert first in [one["client_ref"] for one in due]


def test_unsafe_counts_as_a_try_and_is_told_at_the_door(fresh: Workspace) -> None:
    ref, driver, (first, *_) = planned(fresh)
    say(fresh, driver, ref, word("unsafe", first, note="A man with a knife."))
    with fresh.reading() as session:
        assert session.scalars(select(ContactRow.outcome).where(ContactRow.on == TODAY)).all()
    assert made(fresh, first) == ["unsafe"]
    (row,) = road_board.board(fresh, BOSS)
    assert row["unsafe"] == [1]
    for reader in (driver, P1):
        stop = road.open_road(fresh, reader, ref)["stops"][0]
        assert datetime.fromisoformat(stop["unsafe_on"]) == NOW
    assert "knife" not in str(road.open_road(fresh, P1, ref))


def test_the_police_partner_tells_of_themselves_and_not_of_clients(fresh: Workspace) -> None:
    ref, driver, (first, *_) = planned(fresh)
    for kind in ("arrived", "left", "ok", "help"):
        assert say(fresh, P1, ref, word(kind, first)) == {}
    for kind in ("made", "moved", "withdrawn", "begun", "ended", "promised", "settled"):
        (why,) = say(fresh, P1, ref, word(kind, first)).values()
        assert "officer" in why
    (why,) = say(fresh, driver, ref, word("settled")).values()
    assert "supervisor" in why
    for stranger in (P2, LOOSE):
        with pytest.raises(NotFoundError):
            say(fresh, stranger, ref, word("ok"))
        with pytest.raises(NotFoundError):
            road.open_road(fresh, stranger, ref)
        with pytest.raises(NotFoundError):
            road.road_now(fresh, stranger, ref)


def test_what_cannot_be_a_word_is_refused_alone(fresh: Workspace) -> None:
    ref, driver, (first, *_) = planned(fresh)
    good = word("made", first)
    bad = [
        word("made", "C-none"),
        word("flew", first),
        word("made", first, at=NOW - timedelta(days=30)),
        word("made", first, lon=500, lat=1),
        word("made", first, lon="x", lat=1),
    ]
    taken = take_words(fresh, driver, ref, [*bad, good], NOW.isoformat())
    assert taken.taken == (good["key"],)
    assert set(taken.refused) == {one["key"] for one in bad}
    for broken in ([{"kind": "made"}], ["word"], [word("ok") for _ in range(201)]):
        with pytest.raises(InputError):
            take_words(fresh, driver, ref, broken, NOW.isoformat())
    with pytest.raises(InputError, match="time zone"):
        take_words(fresh, driver, ref, [], "2026-06-15T12:00:00")


def test_nothing_comes_of_a_visit_before_its_tour(fresh: Workspace) -> None:
    ref, driver, (first, *_) = planned(fresh)
    departs = tours.tour(fresh, BOSS, ref).departs_at
    now = departs + timedelta(hours=4)
    later = Workspace(fresh.folder, fresh.engine, lambda: now)
    for before, taken in ((timedelta(hours=16), False), (timedelta(minutes=50), True)):
        told = word("made", first, at=departs - before)
        refused = take_words(later, driver, ref, [told], now.isoformat()).refused
        why = "its time is before the tour, which is on 15 Jun 2026"
        assert list(refused.values()) == ([] if taken else [why])
    # A call for help is never too early on the day.
    call = word("help", at=departs - timedelta(hours=16))
    assert take_words(later, driver, ref, [call], now.isoformat()).refused == {}


def test_a_tour_of_tomorrow_is_not_started_today_and_help_is_sent_from_it(
    fresh: Workspace,
) -> None:
    ref, driver, (first, *_) = planned(fresh)
    opens = datetime.fromisoformat(road.open_road(fresh, driver, ref)["opens_at"])
    zone = fresh.profile.city.zone
    assert opens.astimezone(zone) == datetime.combine(TODAY, time(), zone)
    for days in (5, 1):
        now = NOW - timedelta(days=days)
        before = Workspace(fresh.folder, fresh.engine, lambda now=now: now)
        words = [word(kind, at=now) for kind in ("begun", "ended")]
        words += [word(kind, first, at=now) for kind in ("arrived", "left", "made")]
        taken = take_words(before, driver, ref, words, now.isoformat())
        assert set(taken.refused.values()) == {
            "its time is before the tour, which is on 15 Jun 2026"
        }
        assert len(taken.refused) == len(words)
        help_, fine = word("help", at=now), word("ok", at=now + timedelta(minutes=1))
        assert not take_words(before, P1, ref, [help_], now.isoformat()).refused
        (row,) = road_board.board(before, BOSS)
        assert (row["ref"], row["standing"]) == (ref, "help")
        now += timedelta(minutes=1)
        after = Workspace(fresh.folder, fresh.engine, lambda now=now: now)
        assert not take_words(after, P1, ref, [fine], now.isoformat()).refused
        assert road_board.board(after, BOSS) == []
        assert tours.tour(fresh, BOSS, ref).status == "planned"
    assert say(fresh, driver, ref, word("begun")) == {}
    assert tours.tour(fresh, BOSS, ref).status == "under way"


def test_who_asked_for_help_is_named_to_everybody_else(fresh: Workspace) -> None:
    ref, driver, _ = planned(fresh)
    accounts.add_user(fresh, "test", username="p1", name="Pia Police", role=Role.POLICE,
                      police_partner_ref="P1")  # fmt: skip
    at = NOW - timedelta(minutes=2)
    say(fresh, driver, ref, word("help", at=at), word("ok", at=at))
    # Asked before that, and come in after it: the later call is settled, this one is not.
    now = NOW + timedelta(minutes=9)
    later = Workspace(fresh.folder, fresh.engine, lambda: now)
    call = word("help", at=NOW - timedelta(minutes=3))
    take_words(later, P1, ref, [call], now.isoformat())
    (row,) = road_board.board(later, BOSS)
    assert (row["help_by"], row["help_at"]) == ("Pia Police", NOW - timedelta(minutes=3))
    seen = {one["key"]: one for one in road.road_now(later, driver, ref)["words"]}
    assert seen[call["key"]]["by"] == "Pia Police"
    own = {one["key"]: one for one in road.road_now(later, P1, ref)["words"]}
    assert "by" not in own[call["key"]]


def test_a_cancelled_tour_says_by_whom_and_why_to_the_agency_alone(fresh: Workspace) -> None:
    ref, driver, _ = planned(fresh)
    assert road.road_now(fresh, driver, ref)["cancelled"] == {}
    tours.cancel_tour(fresh, BOSS, ref, "storm")
    told = road.road_now(fresh, driver, ref)["cancelled"]
    assert (told["by"], told["why"]) == (BOSS.name, "storm")
    assert road.open_road(fresh, driver, ref)["now"]["cancelled"] == told
    assert road.road_now(fresh, P1, ref)["cancelled"] == {}
    assert "storm" not in str(road.open_road(fresh, P1, ref))


@pytest.mark.parametrize("moment", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00"])
def test_a_moment_beyond_the_calendar_is_refused(fresh: Workspace, moment: str) -> None:
    ref, driver, (first, *_) = planned(fresh)
    told = word("made", first) | {"at": moment}
    refused = take_words(fresh, driver, ref, [told], NOW.isoformat()).refused
    assert refused == {told["key"]: "a word has no moment"}
    with pytest.raises(InputError, match="no moment"):
        take_words(fresh, driver, ref, [], moment)
    # A phone whose clock is off by thousands of years.
    other = "0001-01-02T00:00:00+00:00" if moment > "5" else "9999-12-30T00:00:00+00:00"
    assert take_words(fresh, driver, ref, [told | {"at": moment[:19] + "Z"}], other).refused


def test_a_phone_with_a_wrong_clock_is_told_and_corrected(fresh: Workspace) -> None:
    ref, driver, (first, *_) = planned(fresh)
    wrong = NOW + timedelta(hours=9)
    told = word("made", first, at=wrong - timedelta(minutes=3))
    taken = take_words(fresh, driver, ref, [told], wrong.isoformat())
    assert taken.clock_off_s == 9 * 3600
    with fresh.reading() as session:
        (one,) = outcomes.of_tours(session, [ref])[ref]
    assert one.at == NOW - timedelta(minutes=3)
    assert one.received_at == NOW


def test_a_place_is_kept_only_when_it_was_sent(fresh: Workspace) -> None:
    ref, driver, (first, second, *_) = planned(fresh)
    say(fresh, driver, ref, word("made", first), word("made", second, lon=-75.0, lat=38.5))
    with fresh.reading() as session:
        told = {
            one.client_ref: (one.lon, one.lat) for one in outcomes.of_tours(session, [ref])[ref]
        }
    assert told == {first: (None, None), second: (-75.0, 38.5)}


def test_what_was_done_on_a_cancelled_tour_is_not_lost(fresh: Workspace) -> None:
    ref, driver, (first, *_) = planned(fresh)
    tours.cancel_tour(fresh, BOSS, ref, "storm")
    assert say(fresh, driver, ref, word("made", first), word("ended")) == {}
    assert made(fresh, first) == ["made"]
    assert tours.tour(fresh, BOSS, ref).status == "cancelled"
    assert road.open_road(fresh, P1, ref)["stops"] == []


def test_a_slow_clock_hides_no_call_for_help(fresh: Workspace) -> None:
    ref, driver, _ = planned(fresh)
    say(fresh, driver, ref, word("ok"))
    now = NOW + timedelta(minutes=1)
    later = Workspace(fresh.folder, fresh.engine, lambda: now)
    # The partner's phone is a minute and a half behind, too little to be corrected.
    slow = now - timedelta(seconds=90)
    take_words(later, P1, ref, [word("help", at=slow)], slow.isoformat())
    assert road_board.board(later, BOSS)[0]["standing"] == "help"
    # What was said before the call and comes in late does not answer it either.
    take_words(later, driver, ref, [word("ok", at=NOW - timedelta(minutes=9))], now.isoformat())
    assert road_board.board(later, BOSS)[0]["standing"] == "help"
    take_words(later, driver, ref, [word("ok", at=now)], now.isoformat())
    assert road_board.board(later, BOSS)[0]["standing"] != "help"


def test_a_call_for_help_is_seen_from_a_tour_cancelled_or_of_yesterday(fresh: Workspace) -> None:
    ref, driver, _ = planned(fresh)
    tours.cancel_tour(fresh, BOSS, ref, "storm")
    assert road_board.board(fresh, BOSS) == []
    say(fresh, driver, ref, word("help"))
    tomorrow = Workspace(fresh.folder, fresh.engine, lambda: NOW + timedelta(days=1))
    for workspace in (fresh, tomorrow):
        (row,) = road_board.board(workspace, BOSS)
        assert (row["ref"], row["standing"]) == (ref, "help")
    say(fresh, BOSS, ref, word("settled"))
    assert road_board.board(fresh, BOSS) == []


def test_the_board_shows_whose_tours_and_in_which_order(fresh: Workspace) -> None:
    ref, driver, (first, *_) = planned(fresh)
    (row,) = road_board.board(fresh, BOSS)
    assert (row["standing"], row["done"], row["at"]) == ("not begun", 0, 0)
    say(fresh, driver, ref, word("begun"), word("arrived", first))
    (row,) = road_board.board(fresh, BOSS)
    assert row["at"] == 1
    say(fresh, P1, ref, word("help"))
    (row,) = road_board.board(fresh, BOSS)
    assert (row["standing"], row["help_at"]) == ("help", NOW)
    say(fresh, BOSS, ref, word("settled"))
    assert road_board.board(fresh, BOSS)[0]["standing"] != "help"
    if driver.officer_ref in ("O3", "O4"):
        assert road_board.board(fresh, WEST) == []
    for stranger in (driver, O1, P1, RELATIONS):
        with pytest.raises(DisclosureError):
            road_board.board(fresh, stranger)


def test_opening_and_telling_are_audited_without_what_was_told(fresh: Workspace) -> None:
    ref, driver, (first, *_) = planned(fresh)
    road.open_road(fresh, P1, ref)
    event = audit.list_events(fresh, None, page_size=1).rows[0]
    assert event["action"] == "tour.road.police"
    assert first in event["detail"]["clients"]
    say(fresh, driver, ref, word("refused", first, note="shouted"))
    event = audit.list_events(fresh, None, page_size=1).rows[0]
    assert (event["action"], event["detail"]) == ("tour.outcome", {"clients": [first]})


def test_the_phone_gets_directions_a_map_and_until_when_it_keeps_them(fresh: Workspace) -> None:
    ref, driver, clients = planned(fresh)
    kept = road.open_road(fresh, driver, ref)
    assert [stop["client_ref"] for stop in kept["stops"]] == clients
    assert all(stop["steps"] and stop["address"] for stop in kept["stops"])
    assert kept["map"].startswith("<svg")
    assert kept["kept_until"] == "2026-06-16T00:00:00-04:00"
    assert "lon" not in kept["stops"][0]
    assert datetime.fromisoformat(kept["now"]["at"]).astimezone(UTC) == NOW


def test_driving_takes_longer_while_the_streets_are_full(lone: Workspace) -> None:
    ref, _, _ = planned(lone)
    with lone.reading() as session:
        saved = store_tours.get(session, ref)
        free = road_plan.plan_of(lone, session, saved).home_s
        # 15 June 2026 is a Monday; the tour of the afternoon ends before three.
        rules = lone.profile.tours.model_copy(update={"peaks": ((time(12), time(20), 2.0),)})
        lone.profile.__dict__["tours"] = rules
        assert road_plan.plan_of(lone, session, saved).home_s == pytest.approx(2 * free)
