"""``geoteam plans solve`` on the tiny city: four areas in a square, two teams."""

from __future__ import annotations

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


def test_no_transfers_keeps_the_plan_in_force(geoteam: Command) -> None:
    now = geoteam("plans", "solve", "--tolerance", "5", "--max-transfers", "0", "--json").json
    assert now["transfers"] == 0
    assert now["units"] == {"101": "T1", "102": "T1", "201": "T2", "202": "T2"}


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
