"""Shifts, languages and cars, on both databases."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import Engine, select, text

from geoteam.errors import NotFoundError
from geoteam.store import duty
from geoteam.store.duty import Shift
from geoteam.store.engine import transaction
from geoteam.store.tour_tables import ShiftRow, SkillRow

MONDAY = date(2026, 6, 15)
WEEK = [Shift(0, "08:00", "12:00"), Shift(0, "13:00", "16:00"), Shift(4, "22:00", "06:00")]


def test_a_week_and_days_of_their_own_are_kept_apart(people: Engine) -> None:
    with transaction(people) as session:
        duty.replace_shifts(session, "officers", "O1", WEEK, week=True)
        duty.replace_shifts(session, "officers", "O1", [Shift(MONDAY, "", "")], days=[MONDAY])
        duty.replace_shifts(session, "partners", "P1", [Shift(6, "09:00", "17:00")], week=True)
        assert duty.shifts(session, "officers", ["O1"]) == {"O1": [*WEEK, Shift(MONDAY, "", "")]}
        # Who has left is not asked for; who has no hours is there without.
        assert duty.shifts(session, "officers") == {"O1": [*WEEK, Shift(MONDAY, "", "")], "O2": []}
        duty.replace_shifts(session, "officers", "O1", WEEK[:1], week=True)
        assert duty.shifts(session, "officers", ["O1"])["O1"] == [WEEK[0], Shift(MONDAY, "", "")]
        duty.replace_shifts(session, "officers", "O1", [], days=[MONDAY])
        assert duty.shifts(session, "officers", ["O1"]) == {"O1": WEEK[:1]}
        assert duty.shifts(session, "partners") == {"P1": [Shift(6, "09:00", "17:00")]}
        with pytest.raises(NotFoundError):
            duty.replace_shifts(session, "partners", "O1", WEEK, week=True)


def test_a_person_who_is_deleted_takes_the_hours_along(people: Engine) -> None:

    with transaction(people) as session:
        duty.replace_shifts(session, "partners", "P1", WEEK, week=True)
        duty.save_skills(session, "partners", {"P1": ["Spanish"]})
        session.execute(text("DELETE FROM police_partner"))
        assert session.scalars(select(ShiftRow)).all() == []
        assert session.scalars(select(SkillRow)).all() == []


def test_skills_are_put_in_place_of_those_before(people: Engine) -> None:
    with transaction(people) as session:
        names = {"O1": ["Spanish", "American Sign Language"], "O2": []}
        assert duty.save_skills(session, "officers", names) == ["O1"]
        assert duty.save_skills(session, "officers", {"O1": names["O1"][::-1]}) == []
        assert duty.skills(session, "officers") == {"O1": sorted(names["O1"])}
        assert duty.skills(session, "partners") == {}
        assert duty.save_skills(session, "officers", {"O1": []}) == ["O1"]
        assert duty.skills(session, "officers", ["O1"]) == {}
        with pytest.raises(NotFoundError):
            duty.save_skills(session, "officers", {"nobody": ["Spanish"]})


def test_cars_stand_at_places(people: Engine) -> None:
    rows = [
        {"ref": ref, "name": f"Car {ref}", "place_ref": "OFFICE", "active": active}
        for ref, active in (("A1", True), ("A2", False))
    ]
    with transaction(people) as session:
        assert duty.save_cars(session, rows).added == 2
        assert duty.save_cars(session, rows).unchanged == 2
        assert list(duty.cars(session).index) == ["A1"]
        found = duty.cars(session, active_only=False)
        assert found["active"].tolist() == [True, False]
        assert found["place_ref"].tolist() == ["OFFICE", "OFFICE"]
