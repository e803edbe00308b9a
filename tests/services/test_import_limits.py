"""Limits of visits in an agency's file of clients."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from geoteam.errors import ImportProblems
from geoteam.services.imports import guess_mapping
from geoteam.services.workspace import Workspace
from geoteam.store import duty, staff, visit_limits
from tests.services.made_files import GOOD, client, load, refused, row, write

LIMITS = {
    "Home From": "",
    "Home To": "",
    "Home Hours": "Mon-Fri 17:00-20:00; Sat 10am-2pm",
    "Announced": "no",
    "Two Officers": "Yes",
    "Interpreter": "Spanish",
    "Dog at Home": "y",
    "Visit Minutes": "30",
}


def _limits(workspace: Workspace, ref: str = "A1") -> dict[str, Any]:
    with workspace.reading() as session:
        return visit_limits.limits_frame(session, [ref]).loc[ref].to_dict()


def test_limits_are_loaded_and_loading_again_changes_nothing(
    bare: Workspace, tmp_path: Path
) -> None:
    path = write(tmp_path / "c.csv", row(**LIMITS), row(**LIMITS, **{"Client ID": "A2"}))
    assert load(bare, path).added == 2
    found = _limits(bare)
    assert (found["announced"], found["two_officers"], found["dog"]) == (False, True, True)
    assert (found["interpreter"], found["service_minutes"]) == ("Spanish", 30)
    assert found["changed_by"] == "cli:test"
    assert client(bare, "A1").windows == (
        ("17:00", "20:00", "mon tue wed thu fri"), ("10:00", "14:00", "sat"),
    )  # fmt: skip
    again = load(bare, path)
    assert (again.added, again.changed, again.unchanged) == (0, 0, 2)
    other = write(tmp_path / "d.csv", row(**LIMITS | {"Dog at Home": "no"}))
    assert load(bare, other).changed == 1
    assert not _limits(bare)["dog"]


def test_a_file_without_the_columns_leaves_the_limits(bare: Workspace, tmp_path: Path) -> None:
    load(bare, write(tmp_path / "c.csv", row(**LIMITS)))
    before = _limits(bare)
    hours = client(bare, "A1").windows
    short = {name: value for name, value in GOOD.items() if not name.startswith("Home ")}
    short["Home Address"] = GOOD["Home Address"]
    assert load(bare, write(tmp_path / "d.csv", short)).unchanged == 1
    assert (_limits(bare), client(bare, "A1").windows) == (before, hours)
    # A column that is there and empty is another thing: nothing is asked for any more.
    cleared = short | {"Interpreter": ""}
    assert load(bare, write(tmp_path / "e.csv", cleared)).changed == 1
    assert _limits(bare)["interpreter"] == ""
    assert _limits(bare)["two_officers"]


def test_hours_must_have_room_for_the_visit_that_is_asked_for_or_usual(
    bare: Workspace, tmp_path: Path
) -> None:
    # Fifteen minutes are the city's usual ones; A1 has asked for 30 before.
    load(bare, write(tmp_path / "a.csv", row(**LIMITS)))
    silent = dict.fromkeys(("Home From", "Home To"), "") | {"Home Hours": "Mon 10:00-10:20"}
    path = write(tmp_path / "b.csv", row(**silent), row(**silent, **{"Client ID": "A2"}))
    with pytest.raises(ImportProblems) as caught:
        load(bare, path)
    (problem,) = caught.value.problems
    assert (problem.row, problem.column) == (2, "Home Hours")
    assert problem.message == "leaves 20 minutes, and a visit takes 30"


def test_a_language_that_nobody_speaks_is_a_warning(bare: Workspace, tmp_path: Path) -> None:
    path = write(tmp_path / "c.csv", row(**LIMITS))
    (warning,) = (one for one in load(bare, path).warnings if one.column == "Interpreter")
    assert (warning.column, warning.message) == ("Interpreter", "is spoken by nobody on the staff")
    with bare.transaction() as session:
        partner = {"ref": "P1", "name": "P1", "district": "1", "station_ref": "", "active": True}
        staff.save_police_partners(session, [partner])
        duty.save_skills(session, "partners", {"P1": ["spanish"]})
    assert "Interpreter" not in {one.column for one in load(bare, path).warnings}


@pytest.mark.parametrize(
    ("column", "value", "message"),
    [
        ("Home Hours", "in the evening", "cannot be read as hours at home"),
        ("Home Hours", "Mon 20:00-17:00", "end before they begin"),
        ("Home Hours", "Mon 10:00-10:05", "leaves 5 minutes, and a visit takes 30"),
        ("Announced", "perhaps", "neither yes nor no"),
        ("Two Officers", "2", "neither yes nor no"),
        ("Interpreter", "yes", "does not say which language"),
        ("Dog at Home", "Rottweiler", "neither yes nor no"),
        ("Visit Minutes", "0", "no number from 5 to 240"),
        ("Visit Minutes", "half an hour", "no number from 5 to 240"),
    ],
)
def test_a_bad_limit_is_named(
    bare: Workspace, tmp_path: Path, column: str, value: str, message: str
) -> None:
    good = row(**LIMITS, **{"Client ID": "A0"})
    (problem,) = refused(bare, write(tmp_path / "c.csv", good, good | LIMITS | {
        "Client ID": "A1", column: value,
    })).problems  # fmt: skip
    assert (problem.row, problem.column) == (3, column)
    assert message in problem.message
    assert problem.remedy


def test_hours_are_told_once(bare: Workspace, tmp_path: Path) -> None:
    twice = row(**LIMITS | {"Home From": "17:00", "Home To": "20:00"})
    (problem,) = refused(bare, write(tmp_path / "c.csv", twice)).problems
    assert problem.column == "Home Hours"
    assert "Fill in one only" in problem.remedy


def test_the_preview_names_the_columns(bare: Workspace) -> None:
    found = guess_mapping(bare, [*GOOD, *LIMITS], "clients")
    assert found.columns["home_hours"] == "Home Hours"
    assert found.columns["dog"] == "Dog at Home"
    assert found.columns["service_minutes"] == "Visit Minutes"
    assert not found.unused
