"""When people are on duty: weeks, days of their own, nights, and nights on which clocks change."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from geoteam.services import duty
from geoteam.services.workspace import Workspace
from geoteam.store import duty as store
from geoteam.store.duty import Shift

NEW_YORK = ZoneInfo("America/New_York")
MONDAY = date(2026, 6, 15)
TUESDAY = MONDAY + timedelta(days=1)
# Clocks go forward at 02:00 on 8 March 2026, and back at 02:00 on 1 November.
SPRING, AUTUMN = date(2026, 3, 7), date(2026, 10, 31)


def _at(on: date, clock: str, zone: ZoneInfo = NEW_YORK) -> datetime:
    return datetime.fromisoformat(f"{on} {clock}").replace(tzinfo=zone).astimezone(UTC)


def _hours(shift: tuple[str, str], on: date) -> float:
    found = duty.day_spans([Shift(0, *shift)], on, NEW_YORK)
    return sum((ends - begins).total_seconds() for begins, ends in found) / 3600


def test_who_has_no_hours_has_the_city_s(workspace: Workspace) -> None:
    with workspace.transaction() as session:
        found = duty.spans(session, workspace.profile, MONDAY, "officers")
        assert found == {
            key: [(_at(MONDAY, "08:00"), _at(MONDAY, "20:00"))] for key in ("O1", "O2")
        }


def test_a_week_holds_alone_and_a_day_of_its_own_instead(workspace: Workspace) -> None:
    profile = workspace.profile
    week = [Shift(0, "13:00", "16:00"), Shift(0, "08:00", "12:00")]
    with workspace.transaction() as session:
        store.replace_shifts(session, "partners", "P1", week, week=True)

        def on(day: date) -> list[duty.Span]:
            return duty.spans(session, profile, day, "partners")["P1"]

        both = [("08:00", "12:00"), ("13:00", "16:00")]
        assert on(MONDAY) == [(_at(MONDAY, a), _at(MONDAY, b)) for a, b in both]
        assert on(TUESDAY) == []
        store.replace_shifts(session, "partners", "P1", [Shift(MONDAY, "", "")], days=[MONDAY])
        assert on(MONDAY) == []
        store.replace_shifts(
            session, "partners", "P1", [Shift(TUESDAY, "18:00", "22:00")], days=[TUESDAY]
        )
        assert on(TUESDAY) == [(_at(TUESDAY, "18:00"), _at(TUESDAY, "22:00"))]
        assert on(MONDAY + timedelta(days=7)) != []


def test_a_day_of_its_own_leaves_the_city_s_hours_on_others(workspace: Workspace) -> None:
    with workspace.transaction() as session:
        store.replace_shifts(session, "officers", "O1", [Shift(MONDAY, "", "")], days=[MONDAY])
        assert duty.spans(session, workspace.profile, MONDAY, "officers", ["O1"]) == {"O1": []}
        assert duty.spans(session, workspace.profile, TUESDAY, "officers", ["O1"])["O1"]


def test_a_night_belongs_to_the_day_it_begins_on(workspace: Workspace) -> None:
    with workspace.transaction() as session:
        store.replace_shifts(session, "officers", "O1", [Shift(0, "22:00", "06:00")], week=True)
        night = (_at(MONDAY, "22:00"), _at(TUESDAY, "06:00"))
        profile = workspace.profile
        assert duty.spans(session, profile, MONDAY, "officers")["O1"] == [night]
        assert duty.spans(session, profile, TUESDAY, "officers")["O1"] == []
        assert duty.on_duty(session, profile, TUESDAY, "officers")["O1"] == [night]
        # What ended before the day is no business of its tours.
        days = [Shift(0, "14:00", "22:00"), Shift(1, "14:00", "22:00")]
        store.replace_shifts(session, "officers", "O1", days, week=True)
        own = [(_at(TUESDAY, "14:00"), _at(TUESDAY, "22:00"))]
        assert duty.on_duty(session, profile, TUESDAY, "officers")["O1"] == own


def test_the_nights_on_which_clocks_change_have_their_own_length() -> None:
    assert _hours(("22:00", "06:00"), MONDAY) == 8
    assert _hours(("22:00", "06:00"), SPRING) == 7
    assert _hours(("22:00", "06:00"), AUTUMN) == 9
    # The day after, from midnight on.
    assert _hours(("00:00", "08:00"), SPRING + timedelta(days=1)) == 7
    assert _hours(("00:00", "08:00"), AUTUMN + timedelta(days=1)) == 9
    # 02:30 is skipped in spring: an hour later. 01:30 comes twice in autumn: the first.
    assert _hours(("02:30", "06:00"), SPRING + timedelta(days=1)) == 2.5
    assert _hours(("01:30", "06:00"), AUTUMN + timedelta(days=1)) == 5.5
    assert _hours(("02:15", "03:00"), SPRING + timedelta(days=1)) == 0
    # The whole day.
    assert _hours(("07:00", "07:00"), MONDAY) == 24


CLOCKS = st.times().map(lambda one: one.strftime("%H:%M"))
SHIFTS = st.lists(st.builds(Shift, st.just(0), CLOCKS, CLOCKS), max_size=4)


@given(SHIFTS, st.dates(date(2020, 1, 1), date(2030, 1, 1)))
def test_spans_are_disjoint_in_order_and_within_two_days(shifts: list[Shift], on: date) -> None:
    found = duty.day_spans(shifts, on, NEW_YORK)
    moments = [moment for span in found for moment in span]
    assert moments == sorted(set(moments))
    for begins, ends in found:
        assert begins.astimezone(NEW_YORK).date() == on
        assert ends.astimezone(NEW_YORK).date() <= on + timedelta(days=2)


@given(SHIFTS, st.dates(date(2020, 1, 1), date(2030, 1, 1)))
def test_a_minute_is_on_duty_when_its_clock_says_so(shifts: list[Shift], on: date) -> None:
    """Days without a change of clocks, minute by minute from the definition."""
    midnight = _at(on, "00:00")
    if _at(on + timedelta(days=2), "00:00") - midnight != timedelta(days=2):
        return
    found = duty.day_spans(shifts, on, NEW_YORK)
    for minute in range(0, 2880, 7):
        moment = midnight + timedelta(minutes=minute)
        wanted = False
        for one in shifts:
            begins, ends = (int(c[:2]) * 60 + int(c[3:]) for c in (one.begins, one.ends))
            wanted |= begins <= minute < ends + 1440 * (ends <= begins)
        assert any(a <= moment < b for a, b in found) == wanted


SPANS = st.lists(
    st.tuples(st.integers(0, 60), st.integers(0, 60)).map(
        lambda pair: tuple(datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=m) for m in pair)
    ),
    max_size=5,
)


@given(SPANS, SPANS)
def test_cutting_and_meeting_share_out_every_minute(
    some: list[duty.Span], others: list[duty.Span]
) -> None:
    def inside(spans: list[duty.Span], moment: datetime) -> bool:
        return any(begins <= moment < ends for begins, ends in spans)

    both, rest = duty.meet(some, others), duty.without(some, others)
    for minute in range(61):
        moment = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=minute)
        one, other = inside(some, moment), inside(others, moment)
        assert inside(both, moment) == (one and other)
        assert inside(rest, moment) == (one and not other)


def test_skills_are_compared_without_regard_to_case(workspace: Workspace) -> None:
    with workspace.transaction() as session:
        store.save_skills(session, "officers", {"O1": ["Spanish", "ASL"]})
        assert duty.skills(session, "officers") == {"O1": {"spanish", "asl"}}
        assert duty.skills(session, "partners") == {}
