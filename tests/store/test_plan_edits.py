"""The log of a plan's edits, its comments and who is there."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import Engine
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from geoteam.errors import NotFoundError
from geoteam.model import BoundarySet, Role, User
from geoteam.store import boundaries, plan_comments, plan_edits, plans, users
from geoteam.store.engine import reading, transaction
from tests.plans.grounds import grid


def make(session: Session, at: datetime) -> int:
    """A plan of four squares, the west T1's."""
    set_id, _ = boundaries.save_set(
        session, BoundarySet("tract", "2024", date(2024, 1, 1)), grid(2, 2), at
    )
    return plans.create(
        session,
        name="A",
        boundary_set_id=set_id,
        units={"00": "T1", "10": "T1", "01": "T2", "11": ""},
        by="ann",
        at=at,
    )


def log(session: Session, plan: int, seq: int, key: str, at: datetime, unit: str = "00") -> None:
    plan_edits.append(
        session, plan, seq=seq, key=key, kind="paint", by="ann", at=at, changes={unit: ("T1", None)}
    )


def test_edits_come_back_as_they_were_written(people: Engine, moment: datetime) -> None:
    with transaction(people) as session:
        plan = make(session, moment)
        log(session, plan, 2, "a", moment)
        log(session, plan, 3, "b", moment, "01")
    with reading(people) as session:
        first, second = plan_edits.since(session, plan, 0)
        assert (first.key, first.seq, first.by, first.name, first.at) == (
            "a",
            2,
            "ann",
            "ann",
            moment,
        )
        assert first.changes == {"00": ("T1", None)}
        assert plan_edits.since(session, plan, 2) == [second]
        assert plan_edits.by_key(session, plan, ["b", "x"]) == {"b": second}
        assert plan_edits.last_changes(session, plan, ["00", "11"]) == {"00": first}
        assert plans.get(session, plan).version == 3


@pytest.mark.parametrize(("seq", "key"), [(2, "b"), (3, "a")])
def test_no_place_and_no_key_is_given_twice(
    people: Engine, moment: datetime, seq: int, key: str
) -> None:
    with transaction(people) as session:
        plan = make(session, moment)
        log(session, plan, 2, "a", moment)
    with pytest.raises(IntegrityError), transaction(people) as session:
        log(session, plan, seq, key, moment)
    with reading(people) as session:
        assert [edit.key for edit in plan_edits.since(session, plan, 0)] == ["a"]


def test_units_change_team_and_no_other_plan_does(people: Engine, moment: datetime) -> None:
    with transaction(people) as session:
        plan, other = make(session, moment), make(session, moment)
        assert plan_edits.lock(session, plan).id == plan
        plan_edits.set_teams(session, plan, {"00": "T2", "01": "", "11": "T2"})
        plan_edits.set_teams(session, plan, {})
    with reading(people) as session:
        assert plan_edits.teams_of(session, plan) == {"00": "T2", "10": "T1", "01": "", "11": "T2"}
        assert plan_edits.teams_of(session, plan, ["01", "99"]) == {"01": ""}
        assert plan_edits.teams_of(session, other)["00"] == "T1"
    with pytest.raises(NotFoundError), transaction(people) as session:
        plan_edits.lock(session, 99)


def test_a_plan_moves_to_a_copy_of_its_boundaries(people: Engine, moment: datetime) -> None:
    pieces = grid(2, 2).loc[["11"]].rename(index={"11": "11-A"})
    with transaction(people) as session:
        plan = make(session, moment)
        old = plans.get(session, plan).boundary_set_id
        new = boundaries.copy_set(
            session, old, plan_id=plan, seq=2, without=["11"], changed=pieces, at=moment
        )
        plan_edits.replace_units(session, plan, gone=["11"], new={"11-A": "T2"}, set_id=new)
        boundaries.empty_unused(session, old)
    with reading(people) as session:
        own = boundaries.get_set(session, new)
        assert (own.kind, own.version) == ("split_tract", f"2024, plan {plan}, edit 2")
        assert boundaries.base_of(session, own) == old
        assert boundaries.in_force(session, "tract", date(2026, 1, 1))[0] == old
        assert set(boundaries.list_sets(session)) == {old}
        assert boundaries.codes(session, new) == {"00", "01", "10", "11-A"}
        # The city's set stays whole, used or not.
        assert len(boundaries.codes(session, old)) == 4
        assert plan_edits.teams_of(session, plan)["11-A"] == "T2"
        assert plans.get(session, plan).boundary_set_id == new


def test_boundaries_are_outdated_when_newer_ones_are_in_force(
    people: Engine, moment: datetime
) -> None:
    day = date(2026, 6, 15)
    with transaction(people) as session:
        plan = make(session, moment)
        old = plans.get(session, plan).boundary_set_id
        own = boundaries.copy_set(
            session, old, plan_id=plan, seq=2, without=[], changed=grid(1, 1).rename(
                index={"00": "x"}), at=moment
        )  # fmt: skip
        later = BoundarySet("tract", "2027", date(2027, 1, 1))
        newer, _ = boundaries.save_set(session, later, grid(2, 1), moment)
        wards = BoundarySet("ward", "2026", date(2026, 1, 1))
        boundaries.save_set(session, wards, grid(2, 1), moment)
    with reading(people) as session:
        found = [boundaries.outdated(session, one, day) for one in (old, own, newer)]
        assert found == [False, False, False]
        day = date(2027, 1, 1)
        found = [boundaries.outdated(session, one, day) for one in (old, own, newer)]
        assert found == [True, True, False]
    with transaction(people) as session:
        boundaries.close_set(session, newer, date(2027, 6, 1))
        assert boundaries.outdated(session, newer, date(2027, 6, 1))


def test_the_pulse_tells_all_in_one_query(people: Engine, moment: datetime) -> None:
    user = User(0, "ann", "Ann Able", Role.SUPERVISOR)
    with transaction(people) as session:
        plan = make(session, moment)
        users.add(session, user, "", moment)
        assert plan_edits.pulse(session, plan, moment).present == []
        for editing in (False, True):
            plan_edits.keep_presence(session, plan, "ann", at=moment, editing=editing)
        first = plan_comments.add(session, plan, "00", "Hm", by="ann", at=moment)
        plan_comments.resolve(session, plan, first, by="ann", at=moment)
    with reading(people) as session:
        before = moment - timedelta(seconds=1)
        pulse = plan_edits.pulse(session, plan, before)
        assert (pulse.seq, pulse.status, pulse.comments) == (1, "draft", 1)
        assert pulse.present == [plan_edits.Present("ann", "Ann Able", moment, True)]
        assert plan_edits.pulse(session, plan, moment).present == []
        (comment,) = plan_comments.listed(session, plan)
        assert (comment.text, comment.name, comment.resolved_by) == ("Hm", "Ann Able", "Ann Able")
        with pytest.raises(NotFoundError):
            plan_edits.pulse(session, 99, moment)
