"""New police boundaries: by hand on the tiny city, and the real ones of Washington, DC."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from geoteam.areas import AreaIndex, adjacency, read_boundaries
from geoteam.errors import DisclosureError, InputError, NotFoundError
from geoteam.geocoding import read_addresses
from geoteam.model import User
from geoteam.plans.carry import carry_plan
from geoteam.profile import read_profile
from geoteam.services import (
    boundaries,
    plan_approval,
    plan_boundaries,
    plan_edits,
    plan_impact,
    plan_publish,
    plan_sets,
    plan_take_back,
    plans,
)
from geoteam.services.plan_sent import SentEdit
from geoteam.services.plan_views import plan_view
from geoteam.services.workspace import Workspace
from geoteam.store import assignments
from tests.made_city import BOSS, STRANGERS, WEST
from tests.services.test_boundaries import MOVED, _areas, _table

ROOT = Path(__file__).resolve().parents[2]
NEW = date(2027, 1, 1)


def load(workspace: Workspace, folder: Path, shapes: dict[str, tuple[float, ...]]) -> int:
    boundaries.add_file(workspace, "test", _areas(folder / "new.geojson", shapes), _table())
    return plan_sets.find_set(workspace, "2027")


def carry(workspace: Workspace, user: User, set_id: int) -> dict[str, Any]:
    draft = plan_boundaries.propose_on_boundaries(workspace, user, set_id)
    return plan_boundaries.carried_over(workspace, user, draft)


def test_the_plan_is_carried_over(fresh: Workspace, tmp_path: Path) -> None:
    assert plan_sets.coming_sets(fresh) == []
    set_id = load(fresh, tmp_path, MOVED)
    assert [row["version"] for row in plan_sets.coming_sets(fresh)] == ["2027"]
    assert plan_sets.find_set(fresh, "2027-03-01") == set_id
    found = carry(fresh, BOSS, set_id)
    # Bands move between the areas of one team: nobody changes team.
    assert {row["unit"]: row["team"] for row in found["units"]} == {
        "101": "T1", "102": "T1", "201": "T2", "202": "T2",
    }  # fmt: skip
    assert (found["moved"], found["bound"], found["proven"], found["mended"]) == (0, 0, True, [])
    became = {row["old"]: row["became"] for row in found["became"]}
    assert became == {"101": "split", "102": "redrawn", "201": "split", "202": "redrawn"}
    # North of the line at 150 m in the south of the city: counted by hand from the addresses.
    changed = {row["client_ref"] for row in found["clients"]}
    assert changed
    assert found["changed"] == len(changed)
    assert {(row["before"], row["after"]) for row in found["clients"]} <= {
        ("101", "102"), ("201", "202"),
    }  # fmt: skip
    part = plan_boundaries.carried_over(fresh, WEST, found["id"])
    assert part["changed"] == found["changed"]
    assert len(part["clients"]) + part["hidden"] == part["changed"]
    # From its day on the plan's own units count, and nobody changes officer.
    before = {}
    with fresh.reading() as session:
        before = assignments.on_day(session, fresh.today())
    plan_publish.publish(fresh, "test", found["id"], NEW)
    with fresh.reading() as session:
        after = assignments.on_day(session, NEW)
        moved = assignments.transfers(session, found["id"], NEW)
    assert after["officer"].equals(before["officer"])
    assert moved.empty
    assert set(after.index[after["unit"] != before["unit"]]) == changed
    assert plan_sets.coming_sets(fresh) == []


def test_a_unit_goes_to_the_team_of_most_of_its_clients(lone: Workspace, tmp_path: Path) -> None:
    # One unit over the whole south: 6 clients of the west, 4 of the east (one is citywide in each).
    south = {
        "S": (-100, -100, 1000, 500),
        "102": (-100, 400, 500, 500),
        "202": (400, 400, 500, 500),
    }
    found = carry(lone, BOSS, load(lone, tmp_path, south))
    assert {row["unit"]: row["team"] for row in found["units"]}["S"] == "T1"
    assert (found["moved"], found["proven"]) == (4, True)
    became = {row["old"]: (row["became"], row["into"]) for row in found["became"]}
    assert became["101"] == became["201"] == ("merged", ["S"])
    assert became["102"] == ("unchanged", ["102"])
    assert found["new"] == ["S"]


def test_the_proof_is_kept_and_an_edited_draft_is_looked_at_again(
    fresh: Workspace, tmp_path: Path
) -> None:
    set_id = load(fresh, tmp_path, MOVED)
    found = carry(fresh, BOSS, set_id)
    assert found["as_drawn"]
    assert found["torn"] == []
    assert plan_boundaries.carried_over(fresh, BOSS, found["id"]) == found
    # 101 and 202 touch at a corner only: both teams are in two pieces.
    edit = SentEdit(key="k", kind="paint", changes={"101": ("T1", "T2"), "201": ("T2", "T1")})
    assert not plan_edits.apply_edits(fresh, BOSS, found["id"], 0, [edit])["conflicts"]
    again = plan_boundaries.carried_over(fresh, BOSS, found["id"])
    assert again["torn"] == ["West Team", "East Team"]
    assert not again["as_drawn"]
    swapped = {row["unit"]: row["clients"] for row in again["units"]}
    assert again["moved"] == swapped["101"] + swapped["201"] > 0
    assert (again["drawn_moved"], again["bound"], again["proven"]) == (0, 0, True)


def test_a_plan_on_boundaries_no_longer_in_force_is_not_published(
    fresh: Workspace, tmp_path: Path
) -> None:
    units = {"101": "T1", "102": "T1", "201": "T2", "202": "T1"}
    draft = plans.save_draft(fresh, "test", "A draft", units, where="a test")
    assert plan_view(fresh, BOSS, draft)["newer"] is None
    set_id = load(fresh, tmp_path, MOVED)
    told = plan_view(fresh, BOSS, draft)["newer"]
    assert told == {"id": set_id, "version": "2027", "valid_from": NEW, "outdated": False}
    for act in (
        lambda: plan_publish.publish(fresh, "test", draft, NEW),
        lambda: plan_approval.propose(fresh, BOSS, draft, NEW, "Why"),
    ):
        with pytest.raises(InputError, match="no longer in force on 2027-01-01") as refused:
            act()
        assert f"plans propose --plan {draft} --boundaries 2027-01-01" in refused.value.remedy
    # Until then it may hold; and what is proposed in time is not approved too late.
    assert not plan_approval.propose(fresh, BOSS, draft, NEW - timedelta(days=1), "Why")
    new_year = Workspace(fresh.folder, fresh.engine, lambda: datetime(2027, 1, 2, 12, tzinfo=UTC))
    assert plan_view(new_year, BOSS, draft)["newer"]["outdated"]
    # As the remedy says.
    carried = plan_sets.find_set(fresh, "2027-01-01", draft)
    made = plan_boundaries.propose_on_boundaries(fresh, BOSS, carried, plan_id=draft)
    assert plan_view(fresh, BOSS, made)["newer"] is None
    assert plan_view(fresh, BOSS, made)["carried"]
    plan_publish.publish(fresh, "test", made, NEW)
    with pytest.raises(InputError, match="no longer in force"):
        plan_take_back.take_back(new_year, BOSS, made, "Back", on=date(2027, 2, 1))


def test_what_cannot_be_carried_over(lone: Workspace, tmp_path: Path) -> None:
    with pytest.raises(NotFoundError, match="no boundaries '1999'"):
        plan_sets.find_set(lone, "1999")
    here = plan_sets.find_set(lone, "2024")
    with pytest.raises(InputError, match="already"):
        plan_boundaries.propose_on_boundaries(lone, BOSS, here)
    set_id = load(lone, tmp_path, MOVED)
    with pytest.raises(NotFoundError, match="not carried over"):
        plan_boundaries.carried_over(lone, BOSS, 1)
    for user in STRANGERS:
        with pytest.raises(DisclosureError):
            plan_boundaries.carried_over(lone, user, 1)
        with pytest.raises(DisclosureError):
            plan_boundaries.propose_on_boundaries(lone, user, set_id)
    assert plans.list_plans(lone)[0]["name"] == plans.BASELINE


@pytest.mark.realdata
@pytest.mark.slow
def test_the_redrawing_of_2019(dc_data: Path) -> None:
    """Seven teams, one a district, from the areas of 2012 to those of 2019."""
    profile = read_profile(ROOT / "boundaries" / "dc.toml")
    crs = profile.city.crs
    frames = {}
    for table in profile.boundaries:
        if table.kind == "service_area":
            frames[table.version] = read_boundaries(
                dc_data / table.file, kind=table.kind, fields=table.fields, layer=table.layer,
                keep=table.keep, city_crs=crs,
            )  # fmt: skip
    old, new = frames["2012"], frames["2019"]
    points = read_addresses(
        dc_data / profile.addresses.points.file, profile.addresses.points.fields
    )
    lon, lat = points.geometry.x.to_numpy(), points.geometry.y.to_numpy()
    before, after = AreaIndex(old, crs).locate(lon, lat), AreaIndex(new, crs).locate(lon, lat)
    teams = sorted({code[0] for code in old.index})
    units = sorted(new.index)
    held = np.zeros((len(units), len(teams)), dtype=np.int64)
    inside = (before != "") & (after != "")
    np.add.at(
        held,
        (pd.Index(units).get_indexer(pd.Index(after[inside])),
         [teams.index(code[0]) for code in before[inside]]),
        1,
    )  # fmt: skip
    sides = adjacency(new, crs=crs)
    edges = np.column_stack([pd.Index(units).get_indexer(pd.Index(sides[name].astype("str")))
                             for name in ("code", "other")])  # fmt: skip
    done = carry_plan(held, np.zeros(held.shape), edges)
    assert done.proven
    # One address in six changes area, but far fewer change district.
    assert (before[inside] != after[inside]).mean() == pytest.approx(0.16, abs=0.01)
    assert done.moved / held.sum() < 0.06
    # Carrying teams over by their own codes moves at least as many.
    by_code = np.array([teams.index(code[0]) for code in units])
    assert done.moved <= int((held.sum(axis=1) - held[np.arange(len(units)), by_code]).sum())


def test_a_plan_on_boundaries_to_come_begins_with_them_at_the_earliest(
    lone: Workspace, tmp_path: Path
) -> None:
    found = carry(lone, BOSS, load(lone, tmp_path, MOVED))
    assert plan_view(lone, BOSS, found["id"])["first_day"] == NEW
    drafts = plan_sets.coming_sets(lone)[0]["drafts"]
    assert [one["id"] for one in drafts] == [found["id"]]
    shown = plan_impact.plan_impact(lone, BOSS, found["id"])
    assert (shown["on"], shown["notes"]) == (NEW, [])
    early = plan_impact.plan_impact(lone, BOSS, found["id"], on=lone.today())
    assert early["notes"][0].endswith("hold from 1 Jan 2027 on. Choose that day or a later one.")


def test_clients_whose_unit_changes_are_named_to_who_may_see_them(
    lone: Workspace, tmp_path: Path
) -> None:
    draft = plan_boundaries.propose_on_boundaries(lone, BOSS, load(lone, tmp_path, MOVED))
    whole = plan_boundaries.carried_over(lone, BOSS, draft)
    names = {row["client_ref"]: row["name"] for row in whole["clients"]}
    assert all(name == f"Tess Person{ref[2:]}" for ref, name in names.items())
    part = plan_boundaries.carried_over(lone, WEST, draft)
    assert {row["before"][0] for row in part["clients"]} == {"1"}
    assert 0 < len(part["clients"]) < len(whole["clients"])
    assert whole["team_names"]["T1"] == "West Team"
