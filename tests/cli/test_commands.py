"""Every command: help, exit codes, and JSON with the keys that scripts rely on."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import click
import pandas as pd
import pytest
from click.testing import CliRunner

from geoteam import __version__
from geoteam.cli import cli
from tests.cli.conftest import Command, ahead
from tests.made_city import client_row, write_csv
from tests.services.test_boundaries import MOVED, OVERLAP, _areas
from tests.tiny_city import CLIENT_HEADER, lonlat

ON = "2026-06-15"


def _commands(command: click.Command, words: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    if isinstance(command, click.Group):
        for name, below in command.commands.items():
            yield from _commands(below, (*words, name))
    else:
        yield words


COMMANDS = sorted(_commands(cli))


@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
def test_every_command_has_help_with_an_example(words: tuple[str, ...]) -> None:
    result = CliRunner().invoke(cli, [*words, "--help"])
    assert result.exit_code == 0
    example = " ".join(result.output.split()).partition("Example: geoteam ")[2]
    assert " ".join(words) in example
    assert "  --json" in result.output or words == ("serve",)


@pytest.mark.parametrize(
    "words",
    [(), ("boundaries",), ("tours", "plan"), ("locate",), ("init", "--demo", "--profile", "x"),
     ("nonsense",), ("tours", "plan", "--officer", "O1", "--date", "June"), ("init",),
     ("map", "-o", "x.html", "--community", "--clients"), ("init", "--demo", "--clients", "-1"),
     ("streets", "build"), ("boundaries", "add", "--kind", "ward", "--version", "1",
     "--valid-from", "2026-01-01", "--field", "code=X"),
     ("boundaries", "check", "x.geojson", "--field", "code")],
    ids=" ".join,
)  # fmt: skip
def test_a_command_typed_wrongly_exits_2(geoteam: Command, words: tuple[str, ...]) -> None:
    result = geoteam(*words)
    assert result.code == 2
    assert "Usage: " in result.err
    assert "Traceback" not in result.err


def test_help_and_version_exit_0(geoteam: Command) -> None:
    assert "Example:" in geoteam("--help").out
    assert geoteam("tours", "plan", "-h").code == 0
    assert __version__ in geoteam("--version").out


# The contracts of DESIGN section 5.


@pytest.fixture
def points(tmp_path: Path) -> Path:
    return write_csv(
        tmp_path / "in.csv", ["what", "X", "Y"], [["a", *lonlat(150, 150)], ["b", "", "inf"]]
    )


def test_locate(geoteam: Command, points: Path, tmp_path: Path) -> None:
    out = tmp_path / "out.csv"
    arguments = ["locate", points, "-o", out, "--lon", "X", "--lat", "Y", "--kind", "service_area"]
    result = geoteam(*arguments, "--on", ON, "--json")
    assert (result.code, result.err) == (0, "")
    assert result.json == {
        "rows": 2, "located": 1, "outside": 0, "without_coordinates": 1,
        "boundary_ambiguous": 0, "version": "2024",
    }  # fmt: skip
    found = pd.read_csv(out, dtype="str", keep_default_na=False)
    assert list(found.columns) == ["what", "X", "Y", "service_area", "boundary_ambiguous"]
    assert found["service_area"].tolist() == ["101", ""]
    assert found["boundary_ambiguous"].tolist() == ["false", "false"]
    told = geoteam(*arguments).out
    assert "2 rows: 1 located (service_area 2024), 0 outside, 1 without coordinates." in told
    assert "0 rows are boundary-ambiguous (another area within 20 m)." in told


def test_geocode_and_parse(geoteam: Command, tmp_path: Path) -> None:
    path = write_csv(tmp_path / "in.csv", ["Address"], [["122 1st St NW"], ["122 A St"]])
    result = geoteam("geocode", path, "-o", tmp_path / "g.csv", "--address", "Address", "--json")
    done = result.json
    assert [done[k] for k in ("rows", "accepted", "review", "unplaceable")] == [2, 1, 1, 0]
    assert done["status"] == {"M": 1, "T": 1}
    assert done["resumed_rows"] == 0
    found = pd.read_csv(tmp_path / "g.csv", dtype="str", keep_default_na=False)
    assert {"Address", "status", "match_code", "score", "lon", "lat", "uncertainty_m",
            "matched_address", "candidates", "decision"} <= set(found.columns)  # fmt: skip
    result = geoteam(
        "addresses", "parse", path, "-o", tmp_path / "p.csv", "--address", "Address", "--json"
    )
    assert result.json == {"rows": 2}
    header = (tmp_path / "p.csv").read_text().splitlines()[0]
    assert header == "Address,number,predirectional,name,type,quadrant,unit,kind,street2"


def test_boundaries_check(geoteam: Command, tmp_path: Path) -> None:
    path = _areas(tmp_path / "new.geojson", OVERLAP)
    arguments = ["boundaries", "check", path, "--field", "code=PSA"]
    result = geoteam(*arguments, "--json")
    assert result.code == 1
    assert result.json["ok"] is False
    overlap = next(fault for fault in result.json["faults"] if fault["kind"] == "overlap")
    assert {"kind", "code", "other", "size_m2", "lon", "lat", "message"} <= set(overlap)
    assert geoteam(*arguments).code == 1
    assert "overlap" in geoteam(*arguments).out
    _areas(path, MOVED)
    result = geoteam(*arguments, "--json")
    assert result.code == 0
    assert result.json == {"faults": [], "ok": True}
    assert "No fault was found." in geoteam(*arguments, "--crs", "EPSG:32618").out


def test_boundaries_check_needs_no_workspace(
    geoteam: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GEOTEAM_WORKSPACE", str(tmp_path / "none"))
    path = _areas(tmp_path / "new.geojson", MOVED)
    assert geoteam("boundaries", "check", path, "--json").json["ok"] is True
    assert not (tmp_path / "none").exists()


def test_tours_plan_and_sheet(geoteam: Command, tmp_path: Path) -> None:
    # A tour is planned for a day to come, by the clock of the machine.
    soon = ahead(2).isoformat()
    due: list[dict[str, object]] = []
    officer = ""
    for officer in ("O2", "O1", "O3", "O4"):
        due = geoteam("tours", "due", "--officer", officer, "--date", soon, "--json").json
        if due:
            break
    assert {"client_ref", "level", "due_on", "overdue_days", "priority", "reason"} <= set(due[0])
    assert date.fromisoformat(str(due[0]["due_on"])) <= date.fromisoformat(soon)
    result = geoteam("tours", "plan", "--officer", officer, "--date", soon, "--json")
    assert result.code == 0
    plan = result.json
    assert {"ref", "on", "officer", "police_partner", "start", "departs_at", "returns_at",
            "drive_s", "length_m", "stops", "left_out", "steps", "route"} <= set(plan)  # fmt: skip
    assert plan["on"] == soon
    assert {"number", "client_ref", "address", "arrives_at", "leaves_at", "lon", "lat"} <= set(
        plan["stops"][0]
    )
    assert plan["route"].startswith("LINESTRING")
    for copy in ("officer", "police"):
        target = tmp_path / f"{copy}.pdf"
        told = geoteam("tours", "sheet", plan["ref"], "-o", target, "--copy", copy)
        assert told.out == f"{target} is the {copy}'s copy.\n"
        assert target.read_bytes().startswith(b"%PDF-")
    for kind in ("gpx", "geojson", "ics", "csv"):
        target = tmp_path / f"tour.{kind}"
        assert (
            geoteam("tours", "export", plan["ref"], "-o", target).out == f"{target} is the tour.\n"
        )
        assert target.stat().st_size > 100
    assert geoteam("tours", "export", plan["ref"], "-o", tmp_path / "tour.doc").code == 2
    day = tmp_path / "day.pdf"
    told = geoteam("tours", "sheet", "--on", soon, "-o", day, "--paper", "a4", "--large",
                   "--server", "https://geoteam.example/", "--json").json  # fmt: skip
    assert (told["tours"], told["copy"]) == (1, "officer")
    assert "1 to 50 tours" in geoteam("tours", "sheet", "--on", "2020-01-01", "-o", day).refused()
    assert geoteam("tours", "sheet", plan["ref"], "--on", soon, "-o", day).code == 2
    assert geoteam("tours", "sheet", "-o", day).code == 2
    assert "no such tour" in geoteam("tours", "sheet", "X", "-o", tmp_path / "x.pdf").refused()
    assert not (tmp_path / "x.pdf").exists()
    listed = geoteam("tours", "list", "--json").json
    assert [(row["ref"], row["status"]) for row in listed] == [(plan["ref"], "planned")]
    on_it = len(plan["stops"])
    told = geoteam("tours", "due", "--officer", officer, "--date", soon).out
    assert f"{on_it} visit{' is' if on_it == 1 else 's are'} on a planned tour already." in told
    geoteam("tours", "cancel", plan["ref"], "--why", " ").refused()
    told = geoteam("tours", "cancel", plan["ref"], "--why", "The officer is ill").out
    assert told == f"Tour {plan['ref']} is cancelled.\n"
    assert "cancelled" in geoteam("tours", "list", "--date", soon).out
    off = geoteam("tours", "sheet", plan["ref"], "-o", tmp_path / "off.pdf")
    assert "cannot be printed" in off.refused()
    result = geoteam("tours", "plan", "--officer", officer, "--date", soon, "--max-stops", 1)
    assert ": 1 stop, " in result.out
    assert " miles)" in result.out
    assert result.err == ""


def test_assign(geoteam: Command) -> None:
    result = geoteam("assign", "--json")
    assert result.code == 0
    assert {"clients", "assigned", "kept", "changed", "new", "unassigned", "objective", "bound",
            "gap", "seconds"} <= set(result.json)  # fmt: skip
    assert result.json["assigned"] == 22
    told = geoteam("assign").out
    assert "22 of 24 clients are assigned" in told
    assert "proven bound" in told
    assert "no location" in told
    explained = geoteam("assign", "--explain", "C001", "--json").json
    assert explained["client"] == "C001"
    assert "Area: 101." in explained["explanation"]
    assert "no such client" in geoteam("assign", "--explain", "C999").refused()


# Everything else that prints.


@pytest.mark.parametrize(
    ("words", "key"),
    [("boundaries list", "version"), ("plans list", "status"), ("clients list", "rows"),
     ("users list", None), ("audit show", "action"), ("doctor", "check"),
     ("addresses info", "faults"), ("streets info", "segments"), ("network coverage", "share"),
     ("network gaps --partner-kind faith --minutes 1", "uncovered"), ("audit verify", "ok"),
     ("plans handover 1", "clients"), ("tours due --officer O5", None)],
)  # fmt: skip
def test_what_prints_prints_json_too(geoteam: Command, words: str, key: str | None) -> None:
    result = geoteam(*words.split(), "--json")
    assert (result.code, result.err) == (0, "")
    first = result.json[0] if isinstance(result.json, list) and result.json else result.json
    assert key is None or key in first
    told = geoteam(*words.split())
    assert told.code == 0
    assert told.out.strip()
    assert "nan" not in told.out


def test_figures_without_a_value_are_null(geoteam: Command) -> None:
    rows = geoteam("network", "coverage", "--partner-kind", "business", "--json").json
    assert [row["median_minutes"] for row in rows] == [None, None]
    assert [row["covered"] for row in rows] == [0, 0]


def test_clients_are_listed_exported_and_imported(geoteam: Command, tmp_path: Path) -> None:
    assert geoteam("clients", "list", "--team", "TM", "--json").json["total"] == 2
    assert "Tess Person07" in geoteam("clients", "list", "--search", "person07").out
    assert geoteam("clients", "export", "-o", tmp_path / "c.csv", "--json").json == {"clients": 24}
    assert len(pd.read_csv(tmp_path / "c.csv")) == 24
    path = write_csv(
        tmp_path / "more.csv", CLIENT_HEADER, [client_row("C060", Home_Address="143 A ST NE")]
    )
    preview = geoteam("clients", "import", path, "--preview", "--json").json
    assert preview["columns"]["ref"] == "Client ID"
    assert preview["missing"] == []
    assert geoteam("clients", "list", "--json").json["total"] == 24
    done = geoteam("clients", "import", path, "--json").json
    assert (done["added"], done["rows"], done["problems"]) == (1, 1, [])
    assert done["addresses"]["accepted"] == 1
    assert "Nothing changed" in geoteam("clients", "import", path).out


def test_a_preview_shows_what_is_recognised_and_what_is_not(
    geoteam: Command, tmp_path: Path
) -> None:
    header = "Docket,Surname,Given Name,Home Address,Zip Code,Sup Level,Start Date,Colour"
    path = tmp_path / "cases.csv"
    path.write_text(f"{header}\nK1,Poe,Ann,143 A ST NE,00101,Medium,2026-01-05,red\n")
    shown = geoteam("clients", "import", path, "--preview").out
    recognised, rest = shown.split("Still missing:")
    missing, unused = rest.split("Columns not used:")
    assert "name = Given Name+Surname (two columns)" in recognised
    assert "ref (required)" in missing
    assert missing.index("ref (required)") < missing.index("needs")
    assert "Docket" in unused
    assert '--column ref="COLUMN"' in unused
    message = geoteam("clients", "import", path).refused()
    assert "--column ref=" in message
    assert "--partial" not in message
    option = ("--column", "ref=Docket", "--column", "access_notes=Colour")
    told = geoteam("clients", "import", path, "--preview", *option)
    assert "ref = Docket (given)" in told.out
    assert "every required field" in told.out
    assert geoteam("clients", "list", "--json").json["total"] == 24
    assert "1 new" in geoteam("clients", "import", path, *option).out


@pytest.mark.parametrize(
    ("pairs", "message"),
    [
        (["nickname=Name"], "Choose among: ref, name, level"),
        (["ref=Nix"], "The file has: Client ID"),
        (["ref"], "FIELD=COLUMN"),
        (["=Nix"], "FIELD=COLUMN"),
        (["ref=Client ID", "ref=Name"], "twice"),
    ],
)
@pytest.mark.parametrize("preview", [True, False])
def test_a_wrong_column_option_is_never_ignored(
    geoteam: Command, tmp_path: Path, pairs: list[str], message: str, preview: bool
) -> None:
    path = write_csv(tmp_path / "more.csv", CLIENT_HEADER, [client_row("C060")])
    options = [word for pair in pairs for word in ("--column", pair)]
    result = geoteam("clients", "import", path, *options, *["--preview"] * preview)
    assert result.code in (1, 2)
    assert message in result.err


def test_a_faulty_import_lists_rows_and_loads_nothing(geoteam: Command, tmp_path: Path) -> None:
    path = write_csv(
        tmp_path / "bad.csv",
        CLIENT_HEADER,
        [client_row("C061"), client_row("C062", Supervision_Level="Colossal")],
    )
    message = geoteam("clients", "import", path).refused()
    assert "row 3" in message
    assert "Supervision Level" in message
    assert "--partial" in message
    assert geoteam("clients", "list", "--json").json["total"] == 24
    assert "1 new" in geoteam("clients", "import", path, "--partial").out


def test_users(geoteam: Command) -> None:
    made = geoteam("users", "add", "jdoe", "--name", "Jo Doe", "--role", "officer",
                   "--officer", "O1", "--json").json  # fmt: skip
    assert made["username"] == "jdoe"
    assert len(made["password"]) >= 12
    assert made["password"] not in geoteam("users", "list", "--json").out
    assert "jdoe" in geoteam("users", "list").out
    geoteam("users", "add", "jdoe", "--name", "Jo", "--role", "auditor").refused()
    assert geoteam("users", "disable", "jdoe", "--json").json["disabled"] is True
    geoteam("users", "disable", "nobody").refused()


def test_map(geoteam: Command, tmp_path: Path) -> None:
    target = tmp_path / "map.html"
    told = geoteam("map", "-o", target, "--community", "--json").json
    assert told["bytes"] == target.stat().st_size
    assert told["title"] == "Clients by police service area"
    page = target.read_text()
    assert "Tess" not in page
    geoteam("map", "-o", target, "--clients", "--by", "grid")
    assert "Tess Person01" in target.read_text()
    assert geoteam("audit", "show", "--action", "map.clients", "--json").json[0]["purpose"] == "map"


def test_backup_and_restore(geoteam: Command, tmp_path: Path) -> None:
    archive = tmp_path / "b.tar.gz"
    assert geoteam("backup", "-o", archive, "--json").json["bytes"] == archive.stat().st_size
    assert "is back" in geoteam("--workspace", tmp_path / "new", "restore", archive).out
    assert geoteam("--workspace", tmp_path / "new", "doctor").code == 0
    again = geoteam("--workspace", tmp_path / "new", "restore", archive)
    assert "not empty" in again.refused()


def test_the_doctor_exits_1_when_something_needs_care(geoteam: Command, folder: Path) -> None:
    (folder / "streets.npz").unlink()
    result = geoteam("doctor")
    assert result.code == 1
    assert "NO" in result.out
    assert geoteam("doctor", "--json").code == 1


def test_audit_verify_exits_1_on_a_fault(geoteam: Command, folder: Path) -> None:
    (folder / "audit-anchor.json").write_text(json.dumps({"seq": 9999, "hash": "0" * 64}))
    result = geoteam("audit", "verify", "--json")
    assert result.code == 1
    assert result.json["ok"] is False
    assert result.json["faults"]


def test_boundaries_are_added_and_compared(geoteam: Command, tmp_path: Path) -> None:
    path = _areas(tmp_path / "new.geojson", MOVED)
    arguments = ["boundaries", "add", path, "--kind", "service_area", "--version", "2027",
                 "--valid-from", "2027-01-01", "--field", "code=PSA", "--field", "name=NAME",
                 "--field", "parent=DISTRICT"]  # fmt: skip
    assert geoteam(*arguments, "--json").json == {"areas": 4, "repairs": []}
    days = ["--before", "2026-12-31", "--after", "2027-01-01"]
    found = geoteam("boundaries", "compare", *days, "--json").json
    assert 0 < found["changed_share"] < 0.5
    assert (
        "of address points change area (2024 to 2027)"
        in geoteam("boundaries", "compare", *days).out
    )


def test_init_again(geoteam: Command, city_data: Path, folder: Path) -> None:
    arguments = ["init", "--profile", city_data / "tiny.toml", "--data", city_data]
    result = geoteam(*arguments, "--json")
    assert result.json["workspace"] == str(folder)
    assert {"boundaries", "streets", "addresses", "assign"} <= set(result.json["seconds"])
    assert "assigning clients" in result.err
    assert geoteam("clients", "list", "--json").json["total"] == 24
