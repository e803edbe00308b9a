"""What the editor draws on: kinds of units, and who opened a plan."""

from __future__ import annotations

import json
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from geoteam.maps import draw_plan
from geoteam.maps.features import area_features
from geoteam.maps.palettes import PATTERNS
from geoteam.services import boundaries, maps, plan_ground, plan_new, plan_print
from geoteam.services.audit import list_events
from geoteam.services.workspace import Workspace
from tests.made_city import BOSS, WEST
from tests.services.test_boundaries import MOVED, _areas, _table


def test_single_member_districts_are_units(fresh: Workspace, tmp_path: Path) -> None:
    path = _areas(tmp_path / "smd.geojson", MOVED)
    table = _table("2023", kind="smd", valid_from=date(2023, 1, 1))
    boundaries.add_file(fresh, "test", path, table)
    assert plan_new.unit_kinds(fresh)["smd"] == "Single-member districts"
    made = plan_new.new_plan(fresh, BOSS, "Finer", "smd", 1)
    body = json.loads(plan_ground.ground(fresh, BOSS, made).body)
    assert body["units"] == sorted(MOVED)
    assert (body["unit_kind"], body["noun"]) == ("smd", "single-member district")


def test_a_plan_is_opened_once_an_hour_in_the_audit_log(fresh: Workspace) -> None:
    def opened() -> list[tuple[str, str]]:
        rows = list_events(fresh, None, action="plan.open").rows
        return [(row["actor"], row["object_ref"]) for row in rows]

    for user in (BOSS, BOSS, WEST, BOSS):
        plan_ground.ground(fresh, user, 1)
    assert opened() == [(WEST.username, "1"), (BOSS.username, "1")]
    other = plan_new.new_plan(fresh, BOSS, "Draft", "service_area", 1)
    plan_ground.ground(fresh, BOSS, other)
    assert len(opened()) == 3
    now = fresh.now() + timedelta(minutes=61)
    later = Workspace(fresh.folder, fresh.engine, lambda: now)
    plan_ground.ground(later, BOSS, 1)
    plan_ground.ground(later, BOSS, 1)
    assert len(opened()) == 4


def test_a_team_has_one_fill_on_screen_on_paper_and_on_the_map(
    fresh: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = plan_new.new_plan(fresh, BOSS, "Draft", "service_area", 1)
    shown = [json.loads(plan_ground.ground(fresh, BOSS, plan).body) for plan in (1, made)]
    on_screen = [
        {team["ref"]: tuple(fill) for team, fill in zip(one["teams"], one["fills"], strict=True)}
        for one in shown
    ]
    assert on_screen[0] == on_screen[1]
    assert len(set(on_screen[0].values())) == len(on_screen[0]) > 1

    drawn: dict[str, tuple[str, str]] = {}

    def look(areas: Any, units: Any, *, fills: dict[str, tuple[str, str]], **others: Any) -> str:
        drawn.update(fills)
        return draw_plan(areas, units, fills=fills, **others)

    monkeypatch.setattr(plan_print, "draw_plan", look)
    plan_print.summary_pdf(fresh, BOSS, made)
    on_paper = {team: (hue, PATTERNS.index(pattern)) for team, (hue, pattern) in drawn.items()}
    assert on_paper == on_screen[0]
    layer = maps._team_areas(fresh, fresh.today())
    assert layer is not None
    assert layer.fills == drawn
    styles = [one["properties"]["style"]["fillColor"] for one in area_features(layer)]
    assert styles == [drawn[str(team)][0] for team in layer.frame.index]
