"""Which column of an agency's file is read as what."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from geoteam.errors import ImportProblems, InputError
from geoteam.services.import_clients import FIELD_NAMES, REQUIRED, client_fields
from geoteam.services.imports import (
    guess_mapping,
    import_staff,
    preview_mapping,
)
from geoteam.services.workspace import Workspace
from tests.services.made_files import client, count, load, refused, write


def test_a_mapping_is_guessed_saved_and_can_be_given(bare: Workspace, tmp_path: Path) -> None:
    guessed = guess_mapping(
        bare,
        ["ClientID", "Supervison Level", "name", "Intake_Date", "Adress", "Mailing", ""],
        "clients",
    )
    assert dict(guessed.columns) == {
        "ref": "ClientID",
        "name": "name",
        "level": "Supervison Level",
        "intake_on": "Intake_Date",
        "address": "Adress",
    }
    assert guessed.how["level"] == "similar name"
    assert guessed.unused == ("Mailing",)
    odd = {"Nr": "A1", "Wer": "Ann", "Stufe": "Medium", "Seit": "2026-01-05", "Wo": "1 A STREET"}
    path = write(tmp_path / "odd.csv", odd)
    with pytest.raises(ImportProblems):
        load(bare, path)
    given = {"ref": "Nr", "name": "Wer", "level": "Stufe", "intake_on": "Seit", "address": "Wo"}
    assert load(bare, path, mapping=given).added == 1
    # The next file of that kind needs no mapping.
    assert preview_mapping(bare, path, "clients").how["ref"] == "saved"
    assert load(bare, path).unchanged == 1
    with pytest.raises(InputError, match="no column 'Nix'"):
        load(bare, path, mapping=given | {"zip": "Nix"})
    with pytest.raises(InputError, match="nothing that clients have"):
        load(bare, path, mapping=given | {"colour": "Wo"})


@pytest.mark.parametrize("write_as", [str, str.upper, str.title, "_{}.".format])
def test_geoteams_own_names_are_recognised(bare: Workspace, write_as: Callable[[str], str]) -> None:
    for parted in ("_", " ", "-", ""):
        names = [write_as(name.replace("_", parted)) for name in FIELD_NAMES]
        guessed = guess_mapping(bare, names, "clients")
        assert dict(guessed.columns) == dict(zip(FIELD_NAMES, names, strict=True))
        assert set(guessed.how.values()) == {"name"}


def test_an_agencys_name_goes_before_geoteams_own(bare: Workspace) -> None:
    guessed = guess_mapping(bare, ["ref", "Client ID", "kind", "Housing Type"], "clients")
    assert dict(guessed.columns) == {"ref": "Client ID", "kind": "Housing Type"}


CASES = {
    "Case No": "A1",
    "Surname": "Núñez",
    "Given Name": "María",
    "Home Address": "12 A STREET NW",
    "Zip Code": "00101",
    "Sup Level": "medium",
    "Start Date": "2026-01-05",
}


def test_a_case_file_is_recognised_and_its_two_names_are_joined(
    bare: Workspace, tmp_path: Path
) -> None:
    path = write(tmp_path / "c.csv", CASES, CASES | {"Case No": "A2", "Given Name": ""})
    seen = preview_mapping(bare, path, "clients")
    assert dict(seen.columns) == {
        "ref": "Case No",
        "name": "Given Name+Surname",
        "level": "Sup Level",
        "intake_on": "Start Date",
        "address": "Home Address",
        "zip": "Zip Code",
    }
    assert (seen.how["name"], seen.unused) == ("two columns", ())
    assert not any(seen.missing.values())
    for again in (False, True):
        report = load(bare, path)
        assert report.unchanged == (2 if again else 0)
        assert report.mapping.how["name"] == ("saved" if again else "two columns")
    assert client(bare, "A1").name == "María Núñez"
    assert client(bare, "A2").name == "Núñez"
    nameless = write(tmp_path / "n.csv", CASES | {"Surname": "", "Given Name": " "})
    with pytest.raises(ImportProblems, match="'Given Name\\+Surname': is empty"):
        load(bare, nameless)
    formula = write(tmp_path / "f.csv", CASES | {"Surname": "#N/A"})
    with pytest.raises(ImportProblems, match="'Given Name\\+Surname'"):
        load(bare, formula)


@pytest.mark.parametrize("name", ["Case No", "Case Id", "CaseNumber", "case_no"])
def test_names_of_a_case_number(bare: Workspace, name: str) -> None:
    assert guess_mapping(bare, [name], "clients").columns == {"ref": name}
    assert guess_mapping(bare, [name], "contacts").columns == {"client": name}


def test_a_whole_name_is_taken_before_its_halves(bare: Workspace) -> None:
    found = guess_mapping(bare, ["First Name", "Last Name", "Full Name"], "clients")
    assert found.columns == {"name": "Full Name"}
    assert found.unused == ("First Name", "Last Name")
    assert guess_mapping(bare, ["Last Name"], "clients").missing["name"] is True


def test_a_choice_of_some_columns_leaves_the_others_recognised(
    bare: Workspace, tmp_path: Path
) -> None:
    odd = {("Docket" if name == "Case No" else name): cell for name, cell in CASES.items()}
    path = write(tmp_path / "c.csv", odd)
    before = preview_mapping(bare, path, "clients")
    assert [name for name, required in before.missing.items() if required] == ["ref"]
    assert before.unused == ("Docket",)
    chosen = {"ref": "Docket", "name": "Surname + Given Name"}
    seen = preview_mapping(bare, path, "clients", chosen)
    assert (seen.how["ref"], seen.how["level"]) == ("given", "name")
    assert not any(seen.missing.values())
    assert load(bare, path, mapping=chosen).added == 1
    assert client(bare, "A1").name == "Núñez María"
    # What is said to hold one thing is not taken for another.
    swapped = preview_mapping(bare, path, "clients", {"zip": "Sup Level"})
    assert swapped.columns["zip"] == "Sup Level"
    assert swapped.missing["level"] is True


def test_a_choice_is_checked_before_anything_is_loaded(bare: Workspace, tmp_path: Path) -> None:
    path = write(tmp_path / "c.csv", CASES)
    for choice, message, remedy in (
        ({"nickname": "Surname"}, "'nickname' is nothing", "ref, name, level, needs, intake_on"),
        ({"ref": "Docket"}, "no column 'Docket'", "Case No, Surname, Given Name"),
        ({"name": "Surname+Docket"}, "no column 'Surname", "Case No, Surname, Given Name"),
        ({"ref": "Case No+Surname"}, "one column, not by two", "Case No, Surname"),
    ):
        for work in (
            lambda given: preview_mapping(bare, path, "clients", given),
            lambda given: load(bare, path, mapping=given),
        ):
            with pytest.raises(InputError, match=message) as caught:
                work(choice)
            assert remedy in caught.value.remedy
    assert count(bare) == 0


def test_a_missing_column_names_the_option_to_type(bare: Workspace, tmp_path: Path) -> None:
    other = {"Case No": "Case Nr.", "Sup Level": "Docket", "Start Date": "Colour"}
    path = write(tmp_path / "c.csv", {other.get(k, k): cell for k, cell in CASES.items()})
    caught = refused(bare, path)
    said = {p.column: p.remedy for p in caught.problems}
    assert 'type --column ref="Case Nr."' in said["client id"]
    # Nothing there looks like a level, so none is proposed.
    assert '--column level="COLUMN"' in said["supervision level"]
    assert "columns not used: Case Nr., Docket, Colour" in said["supervision level"]
    assert '--column ref="Case Nr."' in caught.remedy
    assert "--partial" not in str(caught) + caught.remedy


def test_staff_has_no_such_option(bare: Workspace, tmp_path: Path) -> None:
    teams = write(tmp_path / "t.csv", {"Nr": "T1", "Name": "West"})
    officers = write(tmp_path / "o.csv", {"Officer ID": "O1", "Name": "Ann", "Team": "T1"})
    with pytest.raises(ImportProblems) as caught:
        import_staff(bare, "cli:test", teams=teams, officers=officers)
    assert caught.value.problems[0].remedy == "Call a column 'team id'; columns not used: Nr"


def test_the_help_pages_know_the_fields(bare: Workspace) -> None:
    fields = client_fields(bare.profile)
    assert tuple(one.name for one in fields) == FIELD_NAMES
    assert tuple(one.name for one in fields if one.required) == REQUIRED


def test_a_column_that_stands_twice(bare: Workspace, tmp_path: Path) -> None:
    path = tmp_path / "c.csv"
    path.write_text(
        "Client ID,Name,Level,Intake Date,Address,Address\nA1,a,Medium,2026-01-01,x,y\n"
    )
    with pytest.raises(InputError, match="stands twice"):
        load(bare, path)
