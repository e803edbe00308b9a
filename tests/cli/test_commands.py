"""Every command: help, exit codes, and JSON with the keys that scripts rely on."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import click
import pandas as pd
import pytest
from click.testing import CliRunner

from geoteam import __version__
from geoteam.cli import cli
from tests.cli.conftest import Command
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
    soon = (date.today() + timedelta(days=2)).isoformat()  # noqa: DTZ011
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


def test_taking_a_plan_back_tells_who_returns_and_asks(geoteam: Command, tmp_path: Path) -> None:
    path = tmp_path / "plan.csv"
    path.write_text("unit,team\n101,T1\n102,T2\n201,T2\n202,T2\n")
    plan = geoteam("plans", "import", path, "--name", "East grows", "--json").json["id"]
    today = datetime.now(ZoneInfo("America/New_York")).date().isoformat()
    geoteam("plans", "publish", plan, "--from", today)
    asked = geoteam("plans", "take-back", plan, "--reason", "No")
    assert asked.code == 1
    told = "Of 6 clients whom the plan took from an officer, 6 return to that officer"
    assert told in asked.err
    assert [row["id"] for row in geoteam("plans", "list", "--json").json] == [plan, 1]
    done = geoteam("plans", "take-back", plan, "--reason", "No", "--yes")
    assert told in done.err
    assert told in done.out
    assert "16 keep their officer, 6 get another one, 0 get one and had none, 0 have" in done.out


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
    assert "is not published" in geoteam("plans", "handover", made["id"]).refused()
    assert geoteam("plans", "approval", "off", "--json").json == {"approval": False}
    refused = geoteam("plans", "propose", "--boundaries", "2024").refused()
    assert "drawn on these boundaries already" in refused


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
    assert "2 unit(s) do not fit whole:" in told
    assert "101" in told
    assert "of its address points in T1" in told
    features[0]["properties"] = {"crew": "T9"}
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}))
    refused = geoteam("plans", "import", path, "--name", "No", "--team-column", "crew").refused()
    assert "row 1, crew: no general team is so called (T9). Teams: T1, T2" in refused


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
