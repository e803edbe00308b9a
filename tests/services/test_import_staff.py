"""Staff files: offices, teams, officers and police partners, all or nothing."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from geoteam.errors import ImportProblems, InputError
from geoteam.services import (
    plan_approval,
    plan_edits,
    plan_figures,
    plan_ground,
    plan_impact,
    plan_publish,
)
from geoteam.services.imports import import_staff
from geoteam.services.plan_sent import SentEdit
from geoteam.services.workspace import Workspace
from geoteam.store import staff
from tests.made_city import BOSS
from tests.services.made_files import write
from tests.services.test_plan_publish import LATER, SECOND, draft


def staff_files(folder: Path, units: tuple[str, str] = ("101 102", "201")) -> dict[str, Path]:
    return {
        "offices": write(
            folder / "offices.csv",
            {"office_ref": "F1", "name": "West Office", "address": "", "lon": -77, "lat": 38.8},
        ),
        "teams": write(
            folder / "teams.csv",
            {"team_id": "T1", "name": "West", "specialty": "", "office": "West Office",
             "units": units[0]},
            {"team_id": "T2", "name": "Care", "specialty": "mental health", "office": "F1",
             "units": units[1]},
        ),
        "officers": write(
            folder / "officers.csv",
            {"officer_id": "O1", "name": "Ann", "team_id": "T1", "full_time_share": "0.5"},
        ),
        "police_partners": write(
            folder / "partners.csv",
            {"partner_id": "P1", "name": "Bob", "district": "1", "station": ""},
        ),
    }  # fmt: skip


def test_staff(bare: Workspace, tmp_path: Path) -> None:
    files = staff_files(tmp_path)
    report = import_staff(bare, "cli:test", **files)
    assert report.units == {"101": "T1", "102": "T1", "201": "T2"}
    again = import_staff(bare, "cli:test", **files)
    assert not any(one.is_new for one in again.reports)
    with bare.reading() as session:
        frame = staff.officers(session)
        assert frame.loc["O1", ["team", "full_time_share", "office_ref"]].tolist() == [
            "T1", 0.5, "F1",
        ]  # fmt: skip
        assert frame.loc["O1", "lat"] == 38.8
        assert staff.get_team(session, "T2").specialty == "mental_health"


def test_staff_that_is_here_and_not_in_the_file_stays_and_is_counted(
    bare: Workspace, tmp_path: Path
) -> None:
    files = staff_files(tmp_path)
    first = import_staff(bare, "cli:test", **files)
    assert "stay" not in first.sentence
    for name, header, cells in (
        ("teams", "team_id,name,specialty", "T3,South,"),
        ("officers", "officer_id,name,team_id", "O3,Cy,T3"),
        ("police_partners", "partner_id,name,district", "P1,Bob,1"),
    ):
        files[name].write_text(f"{header}\n{cells}\n")
    told = {one.noun: one for one in import_staff(bare, "cli:test", **files).reports}
    assert [one.absent for one in told.values()] == [0, 2, 1, 0]
    assert told["teams"].sentence == (
        "1 team: 1 new, 0 changed, 0 as before. 2 teams that are here are not in the file, and stay."
    )
    assert told["officers"].sentence.endswith(
        "1 officer that is here is not in the file, and stays."
    )
    assert told["teams"].summary()["absent"] == 2


def test_staff_is_all_or_nothing(bare: Workspace, tmp_path: Path) -> None:
    with pytest.raises(ImportProblems, match="which team T1 has"):
        import_staff(bare, "cli:test", **staff_files(tmp_path, ("101", "101")))
    files = staff_files(tmp_path)
    files["officers"].write_text("officer_id,name,team_id\nO1,Ann,T9\n")
    with pytest.raises(ImportProblems, match="no team here"):
        import_staff(bare, "cli:test", **files)
    with bare.reading() as session:
        assert staff.teams(session).empty


def test_a_team_that_may_hold_no_area_any_more_is_told_and_its_units_are_given_away_first(
    lone: Workspace, tmp_path: Path
) -> None:
    drafted, proposed = draft(lone), draft(lone, name="Also")
    plan_approval.propose(lone, BOSS, proposed, LATER, "Less")
    (tmp_path / "teams.csv").write_text(
        "team_id,name,specialty\nT1,West Team,mental_health\nT2,East Team,\nTM,Mental Health Team,\n"
    )
    (tmp_path / "officers.csv").write_text("officer_id,name,team_id\nO1,Officer 1,T1\n")
    files = {"teams": tmp_path / "teams.csv", "officers": tmp_path / "officers.csv"}
    for _ in range(2):
        teams, _ = import_staff(lone, "test", **files).reports
        (warned,) = teams.warnings
        assert (warned.row, warned.column) == (2, "specialty")
        assert warned.message == (
            "makes T1 a team of the whole city, which may hold no area, and it holds "
            f'1 unit of "Also" (plan {proposed}, proposed), '
            f'1 unit of "East grows" (plan {drafted}, a draft), '
            '2 units of "Today\'s team areas" (plan 1, in force)'
        )
    for call in (
        lambda: plan_publish.can_publish(lone, drafted, LATER),
        lambda: plan_publish.publish(lone, "test", drafted, LATER),
        lambda: plan_approval.propose(lone, BOSS, drafted, LATER, "Less"),
        lambda: plan_approval.approve(
            lone, SECOND, proposed, seen=plan_impact.plan_impact(lone, SECOND, proposed)["digest"]
        ),
    ):
        with pytest.raises(InputError, match="team T1 works in the whole city") as refused:
            call()
        assert "1 unit in this plan: 101" in str(refused.value)
    # What takes the clients of its areas into account counts no officer of it.
    told = json.loads(plan_ground.ground(lone, BOSS, drafted).body)["teams"]
    assert [(one["ref"], one["citywide"], one["officers"]) for one in told] == [
        ("T1", True, 0.0), ("T2", False, 2.0), ("TM", False, 1.0),
    ]  # fmt: skip
    assert [one["name"] for one in told][:2] == ["West Team (citywide)", "East Team"]
    figures = plan_figures.plan_figures(lone, drafted)["teams"]
    assert [(one["team"], one["officers"]) for one in figures] == [
        ("T1", 0.0), ("T2", 2.0), ("TM", 1.0),
    ]  # fmt: skip
    given = SentEdit(key="give", kind="paint", changes={"101": ("T1", "TM")})
    assert not plan_edits.apply_edits(lone, BOSS, drafted, 1, [given])["conflicts"]
    plan_publish.can_publish(lone, drafted, LATER)
