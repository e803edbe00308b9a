"""Who was responsible for an address on a day: the tiny city, with plans and boundaries by date."""

from __future__ import annotations

from datetime import date

import pytest

from geoteam.errors import DisclosureError, InputError
from geoteam.services import plan_publish, plans
from geoteam.services.responsible import responsible
from geoteam.services.workspace import Workspace
from geoteam.store import audit, boundaries
from tests.made_city import BOSS, O1, STRANGERS
from tests.tiny_city import TODAY

EAST = {"101": "T1", "102": "T2", "201": "T2", "202": "T2"}
LATER = date(2026, 7, 1)
# In 102, at the west of the city.
HOME = "322 1ST STREET NW"


def test_the_team_follows_the_plan_of_the_day(fresh: Workspace) -> None:
    plan = plans.save_draft(fresh, "test", "East grows", EAST, where="here")
    plan_publish.publish(fresh, "test", plan, LATER)
    now = responsible(fresh, BOSS, HOME, TODAY)
    assert (now["status"], now["team"], now["area"], now["unit"]) == ("found", "T1", "102", "102")
    assert now["plan"] == plans.BASELINE
    assert now["officers"] == ["Officer 1", "Officer 2"]
    then = responsible(fresh, O1, HOME, LATER)
    assert (then["team"], then["team_name"], then["plan"]) == ("T2", "East Team", "East grows")
    assert set(then["officers"]) <= {"Officer 3", "Officer 4"}


def test_history_that_is_not_there_is_said(lone: Workspace) -> None:
    old = responsible(lone, BOSS, HOME, date(2024, 6, 1))
    assert (old["status"], old["team"], old["officers"]) == ("found", "T1", [])
    assert responsible(lone, BOSS, HOME, date(2020, 1, 1))["status"] == "no_boundaries"
    with lone.transaction() as session:
        set_id = lone.areas("service_area").attrs["set_id"]
        boundaries.close_set(session, set_id, date(2026, 1, 1))
    lone.forget()
    # The plan has units of its own, whatever became of the police's.
    assert responsible(lone, BOSS, HOME, TODAY)["team"] == "T1"


def test_no_plan_no_team(lone: Workspace) -> None:
    with lone.transaction() as session:
        frame = lone.areas("service_area")
        older = frame.attrs["set"].__class__("service_area", "2023", date(2023, 1, 1),
                                             date(2024, 1, 1), "older")  # fmt: skip
        boundaries.save_set(session, older, frame.copy(), lone.now())
    found = responsible(lone, BOSS, HOME, date(2023, 6, 1))
    assert (found["status"], found["area"], found["boundaries"]) == ("no_plan", "102", "2023")


@pytest.mark.parametrize(
    ("address", "status"),
    [("122 A STREET", "tie"), ("99 NOWHERE ROAD", "unmatched"), ("PO BOX 12", "unmatched")],
)
def test_nothing_is_guessed(lone: Workspace, address: str, status: str) -> None:
    found = responsible(lone, BOSS, address, TODAY)
    assert found["status"] == status
    assert found["message"]
    assert found["team"] == ""
    assert len(found["candidates"]) == (2 if status == "tie" else 0)


def test_a_look_is_noted_without_the_address(lone: Workspace) -> None:
    responsible(lone, O1, HOME, TODAY)
    with lone.reading() as session:
        event = audit.page(session, limit=1)[0][0]
    assert (event["actor"], event["action"]) == ("o1", "responsible.look_up")
    assert "1ST" not in str(event)
    with pytest.raises(InputError, match="address is empty"):
        responsible(lone, BOSS, " ", TODAY)
    for user in STRANGERS:
        with pytest.raises(DisclosureError):
            responsible(lone, user, HOME, TODAY)


def test_a_place_known_roughly_names_every_area_it_may_lie_in(lone: Workspace) -> None:
    """The block of 1st Street NW that ends at the border of 101 and 102, both of the west."""
    found = responsible(lone, BOSS, "200 BLOCK OF 1ST STREET NW", TODAY)
    assert (found["status"], found["team"]) == ("found", "T1")
    assert found["area"] == "101 or 102"
    # The point of an address near the border lies where it lies.
    assert responsible(lone, BOSS, "222 1ST STREET NW", TODAY)["area"] in ("101", "102")
    plan = plans.save_draft(lone, "test", "East grows", EAST, where="here")
    plan_publish.publish(lone, "test", plan, LATER)
    then = responsible(lone, BOSS, "200 BLOCK OF 1ST STREET NW", LATER)
    assert (then["status"], then["team"]) == ("ambiguous", "")
    assert then["teams"] == ["East Team", "West Team"]


def test_a_day_before_the_record_says_where_the_record_begins(lone: Workspace) -> None:
    found = responsible(lone, BOSS, HOME, date(2020, 1, 1))
    assert found["message"].endswith("The first on record begins on 1 Jan 2024.")


def test_a_zip_that_does_not_fit_is_said(lone: Workspace) -> None:
    """The ZIP 00101 is the west, which is NW."""
    found = responsible(lone, BOSS, "122 A STREET NE", TODAY, zip_code="00101")
    assert (found["status"], found["team"]) == ("tie", "")
    assert found["message"].startswith("The address and the ZIP do not settle one place.")
    assert "The ZIP 00101 does not belong to 122 A STREET NE." in found["message"]
    without = responsible(lone, BOSS, "122 A STREET", TODAY)["message"]
    assert "Add the ZIP or the quadrant. The quadrant is missing" in without
