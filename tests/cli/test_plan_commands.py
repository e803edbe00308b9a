"""``geoteam plans``: export, import, impact, publish, hand over, take back, measure."""

from __future__ import annotations

import csv
import json
from pathlib import Path

from tests.cli.conftest import Command, ahead
from tests.tiny_city import lonlat


def test_taking_a_plan_back_tells_who_returns_and_asks(geoteam: Command, tmp_path: Path) -> None:
    path = tmp_path / "plan.csv"
    path.write_text("unit,team\n101,T1\n102,T2\n201,T2\n202,T2\n")
    plan = geoteam("plans", "import", path, "--name", "East grows", "--json").json["id"]
    geoteam("plans", "publish", plan, "--from", ahead(0))
    asked = geoteam("plans", "take-back", plan, "--reason", "No")
    assert asked.code == 1
    told = "Of 6 clients whom the plan took from an officer, 6 return to that officer"
    assert told in asked.err
    assert [row["id"] for row in geoteam("plans", "list", "--json").json] == [plan, 1]
    done = geoteam("plans", "take-back", plan, "--reason", "No", "--yes")
    assert told in done.err
    assert told in done.out
    assert "16 keep their officer, 6 get another one, 0 get one and had none, 0 have" in done.out


def test_what_is_known_at_once_is_refused_before_anything_is_computed(
    geoteam: Command, tmp_path: Path
) -> None:
    path = tmp_path / "plan.csv"
    path.write_text("unit,team\n101,T1\n102,T2\n201,T2\n202,T2\n")
    plan = geoteam("plans", "import", path, "--name", "East grows", "--json").json["id"]
    refused = geoteam("plans", "import", path, "--name", "east grows").refused()
    assert 'is called "east grows" already. Choose another name.' in refused
    for told, said in (
        (geoteam("plans", "publish", plan, "--from", ahead(-1)), "which is past"),
        (geoteam("plans", "publish", 1, "--from", ahead(1)), "published, not a draft"),
        (geoteam("plans", "publish", 99, "--from", ahead(1)), "there is no plan 99"),
    ):
        assert said in told.refused()
        assert "assigning clients" not in told.err
    told = geoteam("plans", "impact", 1)
    assert "stands in its hand-over list" in told.refused()
    assert "assigning clients" not in told.err
    told = geoteam("plans", "publish", plan, "--from", ahead(0))
    assert "assigning clients" in told.err
    again = ("plans", "take-back", plan, "--yes", "--reason")
    for told, said in (
        (geoteam(*again, "No", "--from", ahead(-1)), "Choose a later day for the former plan"),
        (geoteam(*again, " "), "the reason is empty"),
        (geoteam("plans", "take-back", 1, "--reason", "No"), "only the newest published plan"),
    ):
        assert said in told.refused()
        assert "assigning clients" not in told.err


def test_plans(geoteam: Command, tmp_path: Path) -> None:
    path = tmp_path / "plan.csv"
    assert geoteam("plans", "export", "-o", path, "--json").json == {"units": 4, "unassigned": 0}
    assert path.read_text() == "unit,team\n101,T1\n102,T1\n201,T2\n202,T2\n"
    path.write_text(path.read_text().replace("102,T1", "102,T2"))
    made = geoteam("plans", "import", path, "--name", "East grows", "--json").json
    assert made["status"] == "draft"
    told = geoteam("plans", "impact", made["id"], "-o", tmp_path / "changes.csv")
    assert (
        "Because of the plan: 6 of 24 clients would get another team, 0 would have no" in told.out
    )
    assert "chosen anew: 0 would change officer within their team, 0 without an" in told.out
    with (tmp_path / "changes.csv").open(encoding="utf-8-sig") as file:
        assert {row["client_ref"] for row in csv.DictReader(file)} == {
            f"C{k:03d}" for k in range(7, 13)
        }
    told = geoteam("plans", "publish", made["id"], "--from", "2030-01-01")
    assert f"Plan {made['id']} holds from 2030-01-01: 22 of 24 clients have an officer." in told.out
    assert "16 keep their officer, 6 get another one, 0 get one and had none, 0 have" in told.out
    again = geoteam("plans", "publish", made["id"], "--from", "2030-01-02")
    assert "not a draft" in again.refused()
    assert "there is no plan 99" in geoteam("plans", "impact", 99).refused()
    handed = geoteam("plans", "handover", made["id"], "--json").json
    assert len(handed["clients"]) == 6
    assert sum(one["gives"] for one in handed["officers"]) == 6
    refused = geoteam("plans", "handover", made["id"], "--officer", "NOBODY").refused()
    assert "there is no officer 'NOBODY'" in refused
    assert "Leave the officer out" in refused
    for name in ("list.pdf", "list.csv"):
        geoteam("plans", "handover", made["id"], "-o", tmp_path / name)
        assert (tmp_path / name).stat().st_size > 500
    geoteam("plans", "summary", made["id"], "-o", tmp_path / "plan.pdf")
    assert (tmp_path / "plan.pdf").read_bytes().startswith(b"%PDF")
    who = geoteam("plans", "responsible", "322 1ST STREET NW", "--on", "2030-01-01", "--json").json
    assert (who["status"], who["team"]) == ("found", "T2")
    assert "is taken back" in geoteam("plans", "take-back", made["id"], "--reason", "No").out
    who = geoteam("plans", "responsible", "322 1ST STREET NW", "--on", "2030-01-01", "--json").json
    assert who["team"] == "T1"
    assert "was taken back before" in geoteam("plans", "handover", made["id"]).refused()
    assert geoteam("plans", "approval", "off", "--json").json == {"approval": False}
    refused = geoteam("plans", "propose", "--boundaries", "2024").refused()
    assert "drawn on these boundaries already" in refused


def test_a_plan_is_written_by_its_number(geoteam: Command, tmp_path: Path) -> None:
    path = tmp_path / "plan.csv"
    text = "unit,team\n101,T1\n102,T2\n201,T2\n202,T2\n"
    path.write_text(text)
    plan = geoteam("plans", "import", path, "--name", "East grows", "--json").json["id"]
    for way in ((plan,), ("--plan", plan), (plan, "--plan", plan)):
        path.unlink()
        assert geoteam("plans", "export", *way, "-o", path).code == 0
        assert path.read_text() == text
    two = geoteam("plans", "export", plan, "--plan", 1, "-o", path)
    assert (two.code, f"two plans are named: {plan} and 1" in two.err) == (2, True)


def test_plans_are_measured_and_every_metric_is_explained(geoteam: Command) -> None:
    found = geoteam("plans", "metrics", "--json").json
    assert [row["team"] for row in found["teams"]] == ["T1", "T2"]
    assert found["plan"]["cut_edges"] == 2
    told = geoteam("plans", "metrics").out
    assert told.startswith("Plan 1: Today's team areas\n")
    listed = geoteam("plans", "metrics", "--list", "--json").json
    keys = {"of", "key", "version", "title", "unit", "formula", "source", "better", "live"}
    assert all(set(row) == keys for row in listed)
    for row in listed:
        assert row["key"] in (found["plan"] if row["of"] == "plan" else found["teams"][0])
        assert row["title"] in told or row["key"] in told
    words = geoteam("plans", "metrics", "--list").out
    assert "polsby_popper (version 1, of the team, in 1, higher is better)" in words
    assert "there is no plan 99" in geoteam("plans", "metrics", 99).refused()


def test_a_plan_drawn_elsewhere_lists_what_does_not_fit(geoteam: Command, tmp_path: Path) -> None:
    path = tmp_path / "areas.geojson"
    told = geoteam("plans", "export", "--areas", "-o", path).out
    assert told == "4 units.\n2 team areas.\n"
    again = geoteam("plans", "import", path, "--name", "Again", "--json").json
    assert (again["status"], again["misfits"]) == ("draft", [])
    west, east = (
        [lonlat(x, y) for x, y in ((w, -100), (e, -100), (e, 900), (w, 900), (w, -100))]
        for w, e in ((-100, 300), (300, 900))
    )
    features = [
        {"type": "Feature", "properties": {"crew": team}, "geometry": {"type": "Polygon", "coordinates": [ring]}}
        for team, ring in (("T1", west), ("T2", east))
    ]  # fmt: skip
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}))
    told = geoteam("plans", "import", path, "--name", "East", "--team-column", "crew").out
    assert "2 unit(s) do not fit whole; each has a comment that says so:" in told
    assert "101" in told
    assert "of its address points in T1" in told
    features[0]["properties"] = {"crew": "T9"}
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}))
    refused = geoteam("plans", "import", path, "--name", "No", "--team-column", "crew").refused()
    assert "row 1, crew: no general team is so called (T9). Teams: T1, T2" in refused
