"""``geoteam plans solve`` on the tiny city: four areas in a square, two teams."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from tests.cli.conftest import Command

CONTRACT = {"status", "objective", "bound", "gap", "seconds", "units"}
BASE = ("plans", "solve", "--json")


def test_four_areas_in_two_teams_are_two_halves(geoteam: Command) -> None:
    answer = geoteam(*BASE, "--teams", "2", "--weight", "units", "--tolerance", "0").json
    assert set(answer) >= CONTRACT
    assert answer["status"] == "optimal"
    assert answer["gap"] == 0
    teams = answer["units"]
    assert set(teams) == {"101", "102", "201", "202"}
    # A team of two neighbours 500 m apart: two of four quarters times 0.25 km².
    assert abs(answer["objective"] - 2 * 0.25 * 0.25) < 1e-3
    assert teams["101"] != teams["202"]


def test_locks_seats_and_weights_of_a_file_hold_and_the_plan_is_written(
    geoteam: Command, tmp_path: Path
) -> None:
    weights = tmp_path / "weights.csv"
    weights.write_text("unit,POPULATION\n101,10\n102,10\n201,10\n202,30\n")
    out = tmp_path / "plan.csv"
    result = geoteam(
        *BASE, "--teams", "2", "--weights", str(weights), "--weight", "population",
        "--tolerance", "0", "--lock", "202=T2", "-o", str(out),
    )  # fmt: skip
    assert result.json["units"] == {
        "101": "T1", "102": "T1", "201": "T1", "202": "T2",
    }  # fmt: skip
    assert out.read_text().splitlines()[:2] == ["unit,team", "101,T1"]
    seated = geoteam(
        *BASE, "--teams", "2", "--weight", "units", "--seat", "T1=202",
    )  # fmt: skip
    assert seated.json["units"]["202"] == "T1"


def test_what_cannot_be_met_is_proven_and_the_nearest_tolerance_given(
    geoteam: Command, tmp_path: Path
) -> None:
    weights = tmp_path / "weights.csv"
    weights.write_text("unit,n\n101,10\n102,10\n201,10\n202,40\n")
    answer = geoteam(
        *BASE, "--teams", "2", "--weights", str(weights), "--weight", "n", "--tolerance", "0.05"
    ).json
    assert answer["status"] == "infeasible"
    # 30 against 40, of 35 each.
    assert abs(answer["tolerance"] - 1 / 7) < 1e-6
    assert abs(answer["balance"] - 1 / 7) < 1e-6
    assert answer["conflict"] == ["the tolerance of 5.0%"]
    assert "finer units" in answer["note"]


def test_a_plan_is_kept_as_a_draft_of_the_agency_s_teams(geoteam: Command) -> None:
    solved = geoteam(*BASE, "--tolerance", "1", "--save", "Proposal").json
    assert set(solved["units"].values()) == {"T1", "T2"}
    drafts = [
        plan for plan in geoteam("plans", "list", "--json").json if plan["name"] == "Proposal"
    ]
    assert [plan["status"] for plan in drafts] == ["draft"]
    assert drafts[0]["id"] == solved["id"]


def test_a_name_that_no_plan_may_have_is_refused_before_anything_is_solved(
    geoteam: Command,
) -> None:
    many = len(geoteam("plans", "list", "--json").json)
    geoteam(*BASE, "--tolerance", "1", "--save", "Proposal")
    for name, more, said in (
        (" ", (), "Give it a name"),
        ("", ("--choices",), "Give it a name"),
        ("proposal", (), 'is called "proposal" already'),
    ):
        told = geoteam("plans", "solve", "--tolerance", "1", *more, "--save", name)
        assert said in told.refused()
        assert "solving" not in told.err
    assert len(geoteam("plans", "list", "--json").json) == many + 1


def weigh(folder: Path, *loads: float) -> list[str]:
    """Options that give the four areas these weights."""
    path = folder / "loads.csv"
    rows = [f"{unit},{load}" for unit, load in zip((101, 102, 201, 202), loads, strict=True)]
    path.write_text("unit,load\n" + "\n".join(rows) + "\n")
    return ["--weights", str(path), "--weight", "load"]


def test_no_transfers_keeps_the_plan_in_force(geoteam: Command) -> None:
    now = geoteam("plans", "solve", "--tolerance", "500%", "--transfer-limit", "0", "--json").json
    assert now["transfers"] == 0
    assert now["units"] == {"101": "T1", "102": "T1", "201": "T2", "202": "T2"}
    # So does a price that no compactness is worth.
    dear = geoteam(
        "plans", "solve", "--tolerance", "500%", "--transfer-price", "1000", "--json"
    ).json
    assert dear["units"] == now["units"]


def test_the_fewest_units_move_and_another_plan_may_be_the_present_one(
    geoteam: Command, tmp_path: Path
) -> None:
    # T1 has 101 and 102, T2 the rest: 50 against 30. With 102 over, both have 40.
    loads = weigh(tmp_path, 40, 10, 10, 20)
    moved = geoteam(*BASE, *loads, "--keep", "units", "--teams", "2", "--tolerance", "0").json
    assert moved["status"] == "optimal"
    assert moved["objective"] == moved["bound"] == moved["transfers"] == 1
    assert moved["units"] == {"101": "T1", "102": "T2", "201": "T2", "202": "T2"}
    kept = geoteam(*BASE, *loads, "--teams", "2", "--tolerance", "0", "--save", "Other").json
    again = geoteam(
        *BASE, *loads, "--keep", "units", "--teams", "2", "--tolerance", "0",
        "--from", str(kept["id"]),
    ).json  # fmt: skip
    assert again["transfers"] == 0
    said = geoteam("plans", "solve", *loads, "--keep", "units", "--tolerance", "1").out
    assert "0 units change team (bound 0, gap 0.00%)" in said


def test_teams_carry_by_their_officers(geoteam: Command, tmp_path: Path) -> None:
    staff = tmp_path / "officers.csv"
    staff.write_text(
        "officer_id,name,team_id,full_time_share\n"
        "O1,Officer 1,T1,1\nO2,Officer 2,T2,1\nO3,Officer 3,T2,1\nO4,Officer 4,T2,1\n"
    )
    teams = tmp_path / "teams.csv"
    teams.write_text(
        "team_id,name,specialty,office,units\n"
        "T1,West Team,,Field Office,101 102\nT2,East Team,,Field Office,201 202\n"
    )
    assert geoteam("staff", "import", "--officers", str(staff), "--teams", str(teams)).code == 0
    loads = weigh(tmp_path, 10, 10, 10, 10)
    # One against three full-time shares: one unit of four.
    units = geoteam(*BASE, *loads, "--tolerance", "0").json["units"]
    assert sorted(units.values()) == ["T1", "T2", "T2", "T2"]
    equal = geoteam(*BASE, *loads, "--tolerance", "0", "--teams", "2").json["units"]
    assert sorted(equal.values()) == ["T1", "T1", "T2", "T2"]


def test_the_same_seed_gives_the_same_plan(geoteam: Command) -> None:
    first, second = (geoteam(*BASE, "--tolerance", "1", "--seed", "7").json for _ in range(2))
    assert first["units"] == second["units"]


def test_choices_trade_and_each_may_be_kept(geoteam: Command, tmp_path: Path) -> None:
    # Compact are two halves, in any way; but T1 and T2 as they are deviate by half.
    loads = weigh(tmp_path, 30, 30, 10, 10)
    out = tmp_path / "choices.csv"
    answer = geoteam(
        *BASE, *loads, "--teams", "2", "--tolerance", "0.6", "--choices", "--save", "Offer",
        "-o", str(out),
    ).json  # fmt: skip
    by_key = {one["key"]: one for one in answer["choices"]}
    assert {"compact", "balanced"} & set(by_key)
    figures = [(one["spread_km2"], one["balance"], one["transfers"]) for one in answer["choices"]]
    for one in figures:
        assert not any(
            other != one and all(a <= b for a, b in zip(other, one, strict=True))
            for other in figures
        )
    assert min(figures, key=lambda one: one[1])[1] == 0
    assert out.read_text().splitlines()[0] == "unit," + ",".join(by_key)
    names = {plan["name"] for plan in geoteam("plans", "list", "--json").json}
    assert {f"Offer: {one['label']}" for one in answer["choices"]} <= names
    said = geoteam("plans", "solve", *loads, "--teams", "2", "--tolerance", "0.6", "--choices")
    assert "spread km²" in said.out
    assert "this is proven" in said.out


def test_what_counts_transfers_needs_a_plan_to_compare_with(geoteam: Command) -> None:
    assert geoteam(*BASE, "--keep", "--transfer-limit", "3").code == 2
    assert "agency's own teams" in geoteam(*BASE, "--keep", "--teams", "3").refused()
    assert "no plan" in geoteam(*BASE, "--keep", "--from", "99").refused()


def test_what_is_wrong_is_said(geoteam: Command, tmp_path: Path) -> None:
    assert "no weight 'height'" in geoteam(*BASE, "--weight", "height").refused()
    assert "no unit '999'" in geoteam(*BASE, "--lock", "999=T1").refused()
    assert geoteam(*BASE, "--lock", "101").code == 2
    bad = tmp_path / "bad.csv"
    bad.write_text("unit,n\n101,1\n101,2\n")
    assert "row 3" in geoteam(*BASE, "--weights", str(bad), "--weight", "n").refused()
    torn = geoteam(*BASE, "--teams", "2", "--save", "x", "--lock", "101=T1",
                   "--lock", "202=T1", "--lock", "102=T2", "--lock", "201=T2")  # fmt: skip
    assert "no plan to save" in torn.refused()


def test_a_tolerance_is_a_share_or_has_a_percent_sign(geoteam: Command, tmp_path: Path) -> None:
    loads = weigh(tmp_path, 40, 10, 10, 20)
    refused = geoteam(*BASE, *loads, "--teams", "2", "--tolerance", "5")
    assert refused.code == 2
    assert "5 is 500%; for 5 percent write 5%" in refused.err
    asked = [
        geoteam(*BASE, *loads, "--teams", "2", "--tolerance", text).json for text in ("5%", "0.05")
    ]
    assert asked[0]["units"] == asked[1]["units"]
    assert asked[0]["objective"] == asked[1]["objective"]


def test_a_team_that_keeps_none_of_its_area_is_named(geoteam: Command) -> None:
    turned = ("--tolerance", "500%", "--lock", "101=T2", "--lock", "102=T2")
    (loss, *_) = geoteam(*BASE, *turned).json["warnings"]
    assert loss == {
        "kind": "keeps_none",
        "teams": ["T1"],
        "text": "West Team keeps none of its area.",
    }
    said = geoteam("plans", "solve", *turned).out
    assert "West Team keeps none of its area." in said.splitlines()
    several = geoteam("plans", "solve", "--choices", *turned).out
    assert "Most compact: West Team keeps none of its area." in several.splitlines()
    assert "keeps none" not in geoteam("plans", "solve", "--keep", "--tolerance", "500%").out
    # Teams that are not the agency's have nothing to lose.
    assert geoteam(*BASE, "--teams", "3", "--tolerance", "500%").json["warnings"] == []


def test_the_command_does_without_what_only_a_new_click_has() -> None:
    older = (
        "import click\n"
        "class Old(click.ParamType):\n"
        "    __class_getitem__ = None\n"
        "click.ParamType = Old\n"
        "import geoteam.cli.plan_solve\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", older], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr


def test_what_cannot_be_kept_is_refused_before_the_work(geoteam: Command, tmp_path: Path) -> None:
    refused = geoteam(*BASE, "-o", str(tmp_path / "no" / "plan.csv"))
    assert refused.code == 1
    assert "there is no such folder" in refused.err
    assert "solving" not in refused.err


def test_a_team_s_seat_is_given_once(geoteam: Command) -> None:
    refused = geoteam(*BASE, "--seat", "T1=101", "--seat", "T1=102")
    assert refused.code == 2
    assert "T1 is given twice: as 101 and as 102" in refused.err
