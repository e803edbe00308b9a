"""Two plans side by side: on the same units, on split ones, and on other boundaries."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from geoteam.errors import DisclosureError, NotFoundError
from geoteam.services import boundaries, plan_split, plans
from geoteam.services.plan_compare import compare
from geoteam.services.workspace import Workspace
from tests.made_city import BOSS, STRANGERS
from tests.services.test_boundaries import MOVED, _areas, _table
from tests.tiny_city import lonlat

TODAY = {"101": "T1", "102": "T1", "201": "T2", "202": "T2"}
DRAWN = TODAY | {"102": "T2"}


@pytest.fixture
def draft(fresh: Workspace) -> int:
    return plans.save_draft(fresh, "test", "East grows", dict(DRAWN), where="a test")


def test_a_draft_beside_the_plan_in_force(fresh: Workspace, draft: int) -> None:
    found = compare(fresh, BOSS, draft)
    assert found["plan"]["name"] == "East grows"
    assert found["plan"]["units"] == DRAWN
    assert found["other"]["name"] == plans.BASELINE
    assert found["other"]["units"] == TODAY
    assert found["apart"] == ""


def test_the_pieces_of_a_split_unit_have_its_team(fresh: Workspace, draft: int) -> None:
    # 101 lies from -100 m to 400 m both ways.
    line = [lonlat(150, -200), lonlat(150, 500)]
    plan_split.split(fresh, BOSS, draft, "101", [list(point) for point in line], key="k")
    found = compare(fresh, BOSS, draft)
    assert found["apart"] == "split"
    pieces = {unit: team for unit, team in found["other"]["units"].items() if unit > "101"}
    assert pieces == {"101-A": "T1", "101-B": "T1", "102": "T1", "201": "T2", "202": "T2"}
    # The other way round the pieces are one again.
    back = compare(fresh, BOSS, found["other"]["id"], draft)
    assert back["other"]["units"] == DRAWN


def test_a_plan_on_other_boundaries_is_carried_over(
    fresh: Workspace, draft: int, tmp_path: Path
) -> None:
    path = _areas(tmp_path / "new.geojson", MOVED)
    boundaries.add_file(fresh, "test", path, _table("2026", valid_from=date(2026, 6, 1)))
    fresh.forget()
    other = plans.save_draft(fresh, "test", "On the new ones", dict(TODAY), where="a test")
    found = compare(fresh, BOSS, other, draft)
    assert found["apart"] == "other"
    assert set(found["other"]["units"]) == set(TODAY)


def test_who_may_compare_what(lone: Workspace) -> None:
    for stranger in STRANGERS:
        with pytest.raises(DisclosureError):
            compare(lone, stranger, 1)
    with pytest.raises(NotFoundError):
        compare(lone, BOSS, 99)
    with pytest.raises(NotFoundError):
        compare(lone, BOSS, 1, 99)
