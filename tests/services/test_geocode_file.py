"""A table with addresses in, the same table with places out; stopped anywhere, it goes on."""

from __future__ import annotations

import csv
import json
import os
import re
import signal
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pandas as pd
import pytest

from geoteam.errors import InputError, UnreadableFileError, WorkspaceBusyError, WorkspaceError
from geoteam.frames import GEOCODES
from geoteam.services import file_stream, geocode_file, part_folder
from geoteam.services.part_folder import PartFolder
from geoteam.services.workspace import Workspace
from geoteam.store import audit
from tests.made_city import write_csv

STREET = [f"{number} A STREET NE" for number in range(200, 300)]
ROWS = [
    [1, "122 1st St NW", ""],
    [2, "282 A STREET", "00102"],
    [3, "122 A STREET", ""],
    [4, "", ""],
    [5, "no fixed address", ""],
]


def _geocode(workspace: Workspace, path: Path, output: Path, **options: Any) -> dict[str, Any]:
    given = {"addresses": ["Address"], "actor": "test"} | options
    return geocode_file.geocode_file(workspace, path, output, **given)


@pytest.fixture
def street(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A hundred addresses, worked on in blocks of ten rows."""
    for module in (file_stream, geocode_file):
        monkeypatch.setattr(module, "BLOCK_ROWS", 10)
    return write_csv(tmp_path / "street.csv", ["Address"], [[text] for text in STREET])


def _parts(folder: Path) -> list[str]:
    return [path.name for path in folder.iterdir() if path.name.startswith(".")]


def test_columns(city: Workspace, tmp_path: Path) -> None:
    path = write_csv(tmp_path / "in.csv", ["id", "Address", "ZIP"], ROWS)
    done = _geocode(city, path, tmp_path / "o.csv", zip_column="ZIP")
    assert done["rows"] == 5
    assert done["accepted"] + done["review"] + done["unplaceable"] == 5
    assert sum(done["status"].values()) == sum(done["match_code"].values()) == 5
    assert done["resumed_rows"] == 0
    assert done["hints"] == ["1 row has no address: fill it in, or leave the row out."]
    found = pd.read_csv(tmp_path / "o.csv", dtype="str", keep_default_na=False)
    names = list(found.columns)
    assert names[: 3 + len(GEOCODES.columns)] == ["id", "Address", "ZIP", *GEOCODES.columns]
    assert {"service_area", "boundary_ambiguous", "units", "decision"} <= set(names)
    assert found["id"].tolist() == list("12345")
    assert found["matched_address"].tolist()[:2] == ["122 1ST STREET NW", "282 A STREET NE"]
    assert found["service_area"].tolist()[:2] == ["101", "201"]
    assert found["status"].tolist()[:3] == ["M", "M", "T"]
    assert found["inferred"].tolist()[1] == "True"
    assert found["kind"].tolist()[4] == "no_fixed_address"
    assert found["lon"].tolist()[2:] == ["", "", ""]
    assert len(json.loads(found["candidates"][2])) > 1
    assert json.loads(found["candidates"][3]) == []
    assert _parts(tmp_path) == []


def test_columns_of_the_file_are_never_overwritten(lone: Workspace, tmp_path: Path) -> None:
    header = ["service_area", "score", "Address", "kind"]
    path = write_csv(tmp_path / "in.csv", header, [["mine", 7, "122 1st St NW", "blue"]])
    _geocode(lone, path, tmp_path / "o.csv")
    (row,) = csv.DictReader((tmp_path / "o.csv").open(newline=""))
    assert [row[name] for name in header] == ["mine", "7", "122 1st St NW", "blue"]
    assert row["geocode_service_area"] == "101"
    assert row["geocode_kind"] == "address"
    assert row["match_code"] == "PointAddress"


def test_number_street_and_quadrant_in_columns_of_their_own(
    lone: Workspace, tmp_path: Path
) -> None:
    frame = pd.DataFrame({"n": [122.0, None], "s": ["1st St", None], "q": ["NW", None]})
    frame.to_parquet(tmp_path / "in.parquet")
    _geocode(lone, tmp_path / "in.parquet", tmp_path / "o.parquet", addresses=["n", "s", "q"])
    found = pd.read_parquet(tmp_path / "o.parquet")
    assert found["matched_address"].tolist() == ["122 1ST STREET NW", ""]
    assert found["n"].tolist()[0] == 122.0
    assert found["status"].tolist() == ["M", "U"]


@pytest.mark.parametrize("ending", [".csv", ".xlsx", ".parquet"])
def test_a_header_without_rows(lone: Workspace, tmp_path: Path, ending: str) -> None:
    (tmp_path / "in.csv").write_text("Address\n")
    done = _geocode(lone, tmp_path / "in.csv", tmp_path / f"o{ending}", report=tmp_path / "r.html")
    assert (done["rows"], done["accepted"], done["status"]) == (0, 0, {})
    read = {".csv": pd.read_csv, ".parquet": pd.read_parquet, ".xlsx": pd.read_excel}[ending]
    assert "candidates" in read(tmp_path / f"o{ending}").columns


BAD = [
    "x" * 10_000, "\x01\x07", "🏠 122 1st St NW 🏠", "'; DROP TABLE x; --", "<script>alert(1)</script>",
    "122 1st St NW / 282 A ST NE", "10 Downing Street, London", "20001", "1.22E+02", 'a "b"\r\nc',
    " 122  1st St NW ", "=1+1", "\ufffd", "NULL", "nan", "a\tb",
]  # fmt: skip


def test_no_text_stops_the_work_and_every_text_comes_back(lone: Workspace, tmp_path: Path) -> None:
    path = write_csv(tmp_path / "in.csv", ["Address", "z"], [[text, "1"] for text in BAD])
    done = _geocode(lone, path, tmp_path / "o.csv", zip_column="z")
    assert done["rows"] == len(BAD)
    with (tmp_path / "o.csv").open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert [row["Address"] for row in rows] == BAD
    assert all(row["reason"] and row["decision"] for row in rows)
    assert rows[10]["matched_address"] == "122 1ST STREET NW"


def test_two_encodings_in_one_file(lone: Workspace, tmp_path: Path) -> None:
    path = tmp_path / "in.csv"
    path.write_bytes("Address,n\n122 1st St NW,José\n".encode() + "A ST,Zoë –\n".encode("cp1252"))
    _geocode(lone, path, tmp_path / "o.csv")
    assert pd.read_csv(tmp_path / "o.csv")["n"].tolist() == ["José", "Zoë –"]
    with file_stream.open_source(path) as source:
        assert source.form.startswith("CSV, UTF-8 with some Windows-1252")


def test_hints(lone: Workspace, tmp_path: Path) -> None:
    rows = [["20001", "122 1st St NW"], ["20002", "282 A ST"], ["1.2E+03", "102"]]
    path = write_csv(tmp_path / "in.csv", ["Address", "ZIP"], rows)
    said = " ".join(_geocode(lone, path, tmp_path / "o.csv", zip_column="ZIP")["hints"])
    assert "columns swapped?" in said
    assert "right column named?" in said
    assert "1 ZIP code has lost leading zeros, which were put back" in said
    assert "1 cell is a number that a spreadsheet has shortened" in said
    (tmp_path / "in.csv").write_text("Address,b\n122 1st St, NW,x\n,\n")
    said = " ".join(_geocode(lone, tmp_path / "in.csv", tmp_path / "o.csv")["hints"])
    assert "1 row has more or fewer cells" in said


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ('id,Address\n1,"122 1st St NW\n2,282 A ST\n3,"9 B ST"\n', 2),
        ('id,Address\n1,282 A ST\n2,"122 1st St NW\n3,282 A ST\n', 3),
        ('id,Address\n1,"282\nA ST"\n2,"122 1st St NW', 4),
        ('id,"Address\n1,282 A ST\n', 1),
    ],
)
def test_an_open_quotation_mark_is_refused_by_its_line(
    lone: Workspace, tmp_path: Path, text: str, line: int
) -> None:
    (tmp_path / "in.csv").write_text(text)
    with pytest.raises(UnreadableFileError, match="opened and not closed") as caught:
        _geocode(lone, tmp_path / "in.csv", tmp_path / "o.csv")
    assert caught.value.where.endswith(f"line {line}")
    assert not (tmp_path / "o.csv").exists()


def test_a_cell_of_several_lines_is_no_open_quotation_mark(lone: Workspace, tmp_path: Path) -> None:
    text = 'id,Address\n1,"122 1st St NW,\r\nrear, ""red"" door"\n2,"282 A ST"'
    (tmp_path / "in.csv").write_bytes(text.encode())
    with file_stream.open_source(tmp_path / "in.csv") as source:
        assert (source.rows, source.ragged) == (2, 0)


def test_a_stray_nul_is_left_out_and_said(lone: Workspace, tmp_path: Path) -> None:
    rows = b"122 1st St NW,x\n" * 50
    (tmp_path / "in.csv").write_bytes(b"Address,n\n122\x00 1st St NW,a\x00b\n" + rows)
    with file_stream.open_source(tmp_path / "in.csv") as source:
        assert source.form == "CSV, UTF-8, NUL characters left out, separated by commas"
    done = _geocode(lone, tmp_path / "in.csv", tmp_path / "o.csv")
    assert (done["rows"], done["accepted"]) == (51, 51)
    assert b"\x00" not in (tmp_path / "o.csv").read_bytes()
    assert pd.read_csv(tmp_path / "o.csv")["n"][0] == "ab"


def test_a_file_of_nul_bytes_is_refused_by_line(tmp_path: Path) -> None:
    (tmp_path / "in.csv").write_bytes(b"Address\n122 1st St NW\nA" + b"\x00" * 40 + b"\xff\n")
    with (
        pytest.raises(UnreadableFileError) as caught,
        file_stream.open_source(tmp_path / "in.csv"),
    ):
        pass
    assert caught.value.where.endswith("line 3: a NUL byte")


def test_a_workbook_says_which_sheet_was_read(lone: Workspace, tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.worksheets[0].title = "Clients"
    for row in (["Address", "note"], ["122 1st St NW", "x"], ["282 A ST"]):
        book.worksheets[0].append(row)
    book.create_sheet("Old").append(["Address"])
    book.save(tmp_path / "in.xlsx")
    done = _geocode(lone, tmp_path / "in.xlsx", tmp_path / "o.csv")
    # The second row leaves its last cell out, as a workbook does.
    assert done["hints"] == ["Read as Excel workbook, sheet 'Clients'; not read: 'Old'."]


def test_zeros_are_put_before_a_short_zip_only_where_it_then_is_of_the_city(
    lone: Workspace, tmp_path: Path
) -> None:
    # The city's ZIP codes begin with 001, so that 2001 may be any of 02001, 2001? and 2?001.
    rows = [["122 1st St NW", "101"], ["122 1st St NW", "2001"], ["122 1st St NW", "00101"]]
    path = write_csv(tmp_path / "in.csv", ["Address", "ZIP"], rows)
    done = _geocode(lone, path, tmp_path / "o.csv", zip_column="ZIP")
    assert done["accepted"] == 3
    mended, short, whole = pd.read_csv(tmp_path / "o.csv")["reason"]
    assert mended == whole
    assert "The ZIP 2001 has four digits, and was not used." in short
    said = " ".join(done["hints"])
    assert "1 ZIP code has lost leading zeros, which were put back" in said
    assert "1 ZIP code has fewer than five digits" in said


def test_processes_give_the_same_file(lone: Workspace, street: Path, tmp_path: Path) -> None:
    outputs = []
    for processes in (1, 3):
        output = tmp_path / f"{processes}.csv"
        assert _geocode(lone, street, output, processes=processes)["rows"] == 100
        outputs.append(output.read_bytes())
    assert outputs[0] == outputs[1]
    with pytest.raises(InputError, match="1 or more"):
        _geocode(lone, street, tmp_path / "o.csv", processes=0)


def _in_a_child(workspace: Workspace, work: Callable[[], object]) -> int:
    """Do work in a process that may be killed; return the signal that ended it."""
    workspace.close()
    child = os.fork()
    if child == 0:
        try:
            work()
        finally:
            os._exit(0)
    _, status = os.waitpid(child, 0)
    return os.WTERMSIG(status) if os.WIFSIGNALED(status) else 0


def _kill() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


@pytest.mark.parametrize("when", ["between blocks", "in a block", "while writing"])
@pytest.mark.parametrize("ending", [".csv", ".parquet"])
def test_killed_and_called_again(
    lone: Workspace, street: Path, tmp_path: Path, when: str, ending: str
) -> None:
    whole, output = tmp_path / f"whole{ending}", tmp_path / f"o{ending}"
    _geocode(lone, street, whole, report=tmp_path / "whole.html")

    def broken() -> None:
        save, load = PartFolder.save, PartFolder.load

        def killed_at_four(part: PartFolder, number: int, table: Any) -> None:
            if number == 4 and when == "in a block":
                (part.folder / "000004.new").write_bytes(b"half")
                _kill()
            save(part, number, table)
            if number == 3 and when == "between blocks":
                _kill()

        def killed_at_five(part: PartFolder, number: int) -> Any:
            if number == 5 and when == "while writing":
                _kill()
            return load(part, number)

        part_folder.PartFolder.save = killed_at_four
        part_folder.PartFolder.load = killed_at_five
        _geocode(lone, street, output, processes=1)

    assert _in_a_child(lone, broken) == signal.SIGKILL
    assert not output.exists()
    folder = tmp_path / f".{output.name}.geocoding"
    assert folder.stat().st_mode & 0o077 == 0
    said: list[str] = []
    done = _geocode(lone, street, output, say=said.append, report=tmp_path / "o.html")
    assert done["resumed_rows"] == (100 if when == "while writing" else 40)
    assert output.read_bytes() == whole.read_bytes()
    assert done["rows"] == 100
    assert "rows were finished before" in said[0]
    assert not folder.exists()
    assert [p for p in _parts(tmp_path) if p.endswith(ending)] in ([], [f".o.part{ending}"])


def test_processes_end_with_the_one_that_began_them(
    lone: Workspace, street: Path, tmp_path: Path
) -> None:
    notes = tmp_path / "members"
    notes.mkdir()

    def broken() -> None:
        save = PartFolder.save

        def noting(part: PartFolder, number: int, table: Any) -> None:
            (notes / str(os.getpid())).touch()
            save(part, number, table)
            if number == 5:
                os.kill(os.getppid(), signal.SIGKILL)

        part_folder.PartFolder.save = noting
        _geocode(lone, street, tmp_path / "o.csv", processes=2)

    assert _in_a_child(lone, broken) == signal.SIGKILL
    members = [int(path.name) for path in notes.iterdir()]
    assert members
    deadline = time.monotonic() + 20
    while any(_alive(one) for one in members) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not any(_alive(one) for one in members)
    assert _geocode(lone, street, tmp_path / "o.csv")["resumed_rows"] >= 10


def _alive(process: int) -> bool:
    try:
        return Path(f"/proc/{process}/stat").read_text().split()[2] not in "ZX"
    except (FileNotFoundError, ProcessLookupError):
        return False


def test_a_process_that_is_killed_is_named(
    lone: Workspace, street: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(PartFolder, "save", lambda *_: _kill())
    with pytest.raises(WorkspaceError, match="working process was stopped") as caught:
        _geocode(lone, street, tmp_path / "o.csv", processes=2)
    assert "--processes 1" in caught.value.remedy
    assert _parts(tmp_path) == []


def _stopped(lone: Workspace, path: Path, output: Path) -> WorkspaceError:
    """Stop the work from the keyboard after three blocks."""

    def progress(text: str, done: int, total: int) -> None:
        if done >= 30:
            raise KeyboardInterrupt

    with pytest.raises(WorkspaceError) as caught:
        _geocode(lone, path, output, progress=progress, processes=1)
    return caught.value


def test_stopped_from_the_keyboard(lone: Workspace, street: Path, tmp_path: Path) -> None:
    error = _stopped(lone, street, tmp_path / "o.csv")
    assert "stopped from the keyboard" in error.what
    assert "same command again" in error.remedy
    assert not (tmp_path / "o.csv").exists()
    assert _geocode(lone, street, tmp_path / "o.csv")["resumed_rows"] == 30
    assert _parts(tmp_path) == []


def test_what_changed_begins_anew(
    lone: Workspace, street: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    output = tmp_path / "o.csv"
    _stopped(lone, street, output)
    street.write_text(street.read_text().replace("200 A", "201 A"))
    said: list[str] = []
    assert _geocode(lone, street, output, say=said.append)["resumed_rows"] == 0
    assert said == ["Starting anew, since this has changed: the input file."]
    _stopped(lone, street, output)
    monkeypatch.setattr(geocode_file, "__version__", "99")
    assert _geocode(lone, street, output, say=said.append)["resumed_rows"] == 0
    assert said[1] == "Starting anew, since this has changed: the version of geoteam."
    _stopped(lone, street, output)
    folder = tmp_path / ".o.csv.geocoding"
    (folder / "000001.arrow").write_bytes(b"damaged")
    assert _geocode(lone, street, output, say=said.append)["resumed_rows"] == 20
    _stopped(lone, street, output)
    (folder / "state.json").write_text("{")
    assert _geocode(lone, street, output)["resumed_rows"] == 0


def test_two_at_once_are_refused(lone: Workspace, street: Path, tmp_path: Path) -> None:
    with (
        PartFolder(tmp_path / "o.csv", {}),
        pytest.raises(WorkspaceBusyError, match="another process is writing"),
    ):
        _geocode(lone, street, tmp_path / "o.csv")


def test_files_that_cannot_be_written(
    lone: Workspace, street: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(InputError, match="the output is the input"):
        _geocode(lone, street, street)
    with pytest.raises(WorkspaceError, match="no such") as caught:
        _geocode(lone, street, tmp_path / "none" / "o.csv")
    assert "Make the folder" in caught.value.remedy
    with pytest.raises(InputError, match=r"cannot be written as \.txt"):
        _geocode(lone, street, tmp_path / "o.txt")
    for report in (street, tmp_path / "o.csv"):
        with pytest.raises(InputError, match="report"):
            _geocode(lone, street, tmp_path / "o.csv", report=report)
    with pytest.raises(WorkspaceError, match="no such folder"):
        _geocode(lone, street, tmp_path / "o.csv", report=tmp_path / "none" / "r.html")

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    for processes in (1, 2):
        with monkeypatch.context() as patch:
            patch.setattr(PartFolder, "save", full)
            with pytest.raises(WorkspaceError, match="no space left") as caught:
                _geocode(lone, street, tmp_path / "o.csv", processes=processes)
        assert "Free some space" in caught.value.remedy
    assert sorted(path.name for path in tmp_path.iterdir() if path.is_file()) == ["street.csv"]
    assert _parts(tmp_path) == []


def test_the_audit_log_says_who_and_how_many(lone: Workspace, street: Path, tmp_path: Path) -> None:
    _geocode(lone, street, tmp_path / "o.csv", actor="cli:ann")
    with lone.reading() as session:
        event = audit.page(session, limit=1)[0][0]
    assert [event[k] for k in ("actor", "action", "purpose")] == [
        "cli:ann", "file.geocode", "export"
    ]  # fmt: skip
    assert event["detail"]["rows"] == 100
    assert "STREET" not in json.dumps(event["detail"])


def test_the_report_holds_counts_only(lone: Workspace, tmp_path: Path) -> None:
    rows = [[1, "122 1st St NW", ""], [2, "<b>282 A STREET</b>", "00102"], [3, "122 A STREET", ""]]
    path = write_csv(tmp_path / "a & b.csv", ["id", "Address", "ZIP"], rows)
    report = tmp_path / "r.html"
    _geocode(lone, path, tmp_path / "o.csv", zip_column="ZIP", report=report)
    page = report.read_text(encoding="utf-8")
    assert "Geocoding of a &amp; b.csv" in page
    assert not re.search(r"STREET|1st St|<b>|src=|href=|url\(|<script|https?:", page)
    found = pd.read_csv(tmp_path / "o.csv")
    for degrees in found[["lon", "lat"]].to_numpy().ravel():
        assert f"{degrees:.4f}" not in page
    words = re.sub(r"<[^>]+>", " ", page)
    assert re.search(r"Accepted: used as it is\s+\d+\s+\d+\.\d%", words)
    assert re.search(r"M: matched\s+\d+", words)
    assert page.count("<path") == 4
    assert re.search(r"101\s+1\s+\d+ \(\d+%\)", words)
    assert 'lang="en"' in page
    assert 'role="img" aria-label="Map of rows' in page
