"""Imports: the agency's own files, good and bad."""

from __future__ import annotations

import csv
import os
import signal
import stat
import subprocess
import sys
from datetime import date, datetime
from pathlib import Path

import pytest
from sqlalchemy import func, select

from geoteam.errors import ImportProblems, InputError, MissingFileError, UnreadableFileError
from geoteam.services.imports import import_contacts
from geoteam.services.workspace import Workspace
from geoteam.store import audit, clients, contacts, imports, settings
from geoteam.store.tables import ResidenceRow
from tests.services.made_files import GOOD, client, count, load, refused, row, write, xlsx
from tests.tiny_city import CLIENT_HEADER

ROOT = Path(__file__).resolve().parents[2]


def test_a_client_is_read_as_the_agency_wrote_it(bare: Workspace, tmp_path: Path) -> None:
    report = load(bare, write(tmp_path / "c.csv", GOOD))
    assert (report.rows, report.added, report.refused) == (1, 1, 0)
    found = client(bare, "A1")
    assert (found.name, found.level) == ("María Núñez", "Medium")
    assert found.needs == ("gps", "mental_health")
    assert found.windows == (("17:00", "20:00"),)
    assert found.access_notes == "- dog in the yard"
    home = found.residences[0]
    assert (home.kind, home.zip, home.valid_from) == ("address", "00101", date(2026, 2, 1))
    # The officer is not loaded here: said, not refused.
    assert [w.message for w in report.warnings] == ["is no officer here"]


def test_the_same_file_again_changes_nothing_and_says_so(bare: Workspace, tmp_path: Path) -> None:
    path = write(tmp_path / "c.csv", GOOD, row(**{"Client ID": "A2"}))
    load(bare, path)
    again = load(bare, path)
    assert (again.added, again.changed, again.moved, again.unchanged) == (0, 0, 0, 2)
    assert again.sentence == "Nothing changed: 2 clients are there as the file says."
    with bare.reading() as session:
        assert len(imports.latest(session)) == 1
        assert session.scalar(select(func.count()).select_from(ResidenceRow)) == 2
        assert audit.page(session, action="clients.import")[1] == 2
    one = write(tmp_path / "one.csv", GOOD)
    assert load(bare, one).sentence == "Nothing changed: 1 client is there as the file says."


def test_a_change_and_a_move_keep_history(bare: Workspace, tmp_path: Path) -> None:
    first = write(tmp_path / "c.csv", GOOD, row(**{"Client ID": "A2"}), row(**{"Client ID": "A3"}))
    load(bare, first)
    move = {"Home Address": "9 B STREET NE", "Address Since": "2026-05-01", "Officer ID": "O2"}
    moves = write(
        tmp_path / "moves.csv",
        row(**move),
        row(**{"Client ID": "A2", "Supervision Level": "Intensive"}),
    )
    report = load(bare, moves)
    assert (report.added, report.changed, report.moved, report.unchanged) == (0, 1, 1, 0)
    homes = client(bare, "A1").residences
    assert [(h.address, h.valid_from, h.valid_to) for h in homes] == [
        ("12 A STREET NW", date(2026, 2, 1), date(2026, 5, 1)),
        ("9 B STREET NE", date(2026, 5, 1), None),
    ]
    # The first file again: what it says of A1 is history already; only A2's level goes back.
    assert (load(bare, first).changed, load(bare, first).unchanged) == (1, 3)
    assert client(bare, "A1").residences == homes
    assert client(bare, "A1").source_officer_ref == "O2"
    assert load(bare, moves).moved == 0


def test_a_move_without_a_date_counts_from_today(bare: Workspace, tmp_path: Path) -> None:
    load(bare, write(tmp_path / "c.csv", GOOD))
    later = row(**{"Home Address": "9 B STREET NE", "Address Since": ""})
    assert load(bare, write(tmp_path / "d.csv", later)).moved == 1
    assert client(bare, "A1").residences[1].valid_from == date(2026, 6, 15)


def test_a_wrong_address_is_corrected_without_ever_having_held(
    bare: Workspace, tmp_path: Path
) -> None:
    load(bare, write(tmp_path / "c.csv", GOOD))
    load(bare, write(tmp_path / "d.csv", row(**{"Home Address": "21 A STREET NW"})))
    old, new = client(bare, "A1").residences
    assert old.valid_from == old.valid_to == new.valid_from
    with bare.reading() as session:
        frame = clients.as_frame(session, date(2026, 2, 1))
    assert frame["address"].tolist() == ["21 A STREET NW"]


def test_a_corrected_first_day_moves_nobody(bare: Workspace, tmp_path: Path) -> None:
    load(bare, write(tmp_path / "c.csv", GOOD))
    report = load(bare, write(tmp_path / "d.csv", row(**{"Address Since": "2026-01-20"})))
    assert (report.changed, report.moved) == (1, 0)
    assert [h.valid_from for h in client(bare, "A1").residences] == [date(2026, 1, 20)]


def test_an_address_older_than_history_is_refused(bare: Workspace, tmp_path: Path) -> None:
    load(bare, write(tmp_path / "c.csv", GOOD))
    old = row(**{"Home Address": "1 C STREET NW", "Address Since": "2025-01-01"})
    with pytest.raises(ImportProblems, match="before the present address"):
        load(bare, write(tmp_path / "d.csv", old))


def test_columns_that_a_file_lacks_are_left_alone(bare: Workspace, tmp_path: Path) -> None:
    load(bare, write(tmp_path / "c.csv", GOOD))
    short = {
        k: v for k, v in GOOD.items() if k in (*CLIENT_HEADER[:3], "Intake Date", "Home Address")
    }
    report = load(bare, write(tmp_path / "d.csv", short | {"Supervision Level": "Maximum"}))
    assert report.changed == 1
    found = client(bare, "A1")
    assert (found.level, found.needs) == ("Maximum", ("gps", "mental_health"))
    assert found.windows == (("17:00", "20:00"),)
    assert len(found.residences) == 1


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252", "latin-1"]
)
def test_encodings(bare: Workspace, tmp_path: Path, encoding: str) -> None:
    others = [row(**{"Client ID": f"B{k}"}) for k in range(20)]
    load(bare, write(tmp_path / "c.csv", GOOD, *others, encoding=encoding))
    assert client(bare, "A1").name == "María Núñez"
    assert client(bare, "B7").name == "María Núñez"


@pytest.mark.parametrize("sep", [",", ";", "\t", "|"])
def test_separators(bare: Workspace, tmp_path: Path, sep: str) -> None:
    load(bare, write(tmp_path / "c.csv", row(**{"Full Name": "Núñez, María; Jr"}), sep=sep))
    assert client(bare, "A1").name == "Núñez, María; Jr"


def test_a_workbook(bare: Workspace, tmp_path: Path) -> None:
    cells = [1001, "Ann Lee", "MAXIMUM", None, datetime.fromisoformat("2026-01-05"),
             "12 A STREET NW", "00101", 46054, None, "O1", None, 0.7291666667, 0.8333333333]  # fmt: skip
    report = load(bare, xlsx(tmp_path / "c.xlsx", list(CLIENT_HEADER), cells, [None] * 13))
    assert report.rows == 1
    found = client(bare, "1001")
    assert found.intake_on == date(2026, 1, 5)
    assert found.residences[0].valid_from == date(2026, 2, 1)
    assert found.windows == (("17:30", "20:00"),)


def test_a_formula_in_a_workbook_is_refused(bare: Workspace, tmp_path: Path) -> None:
    cells = [GOOD[name] for name in CLIENT_HEADER]
    cells[1] = '=HYPERLINK("http://evil","x")'
    problem = refused(bare, xlsx(tmp_path / "c.xlsx", list(CLIENT_HEADER), cells)).problems[0]
    assert (problem.row, problem.column) == (2, "Full Name")
    assert "formula" in problem.message
    assert problem.value == ""


@pytest.mark.parametrize(
    ("column", "value", "message"),
    [
        ("Client ID", "=1+1", "formula"),
        ("Client ID", "", "is empty"),
        ("Client ID", "1.2E+11", "shortened"),
        ("Client ID", "x" * 65, "65 characters"),
        ("Full Name", "", "is empty"),
        ("Full Name", "a\x07b", "control characters"),
        ("Supervision Level", "Extreme", "no supervision level"),
        ("Needs", "mental health; flying", "no need"),
        ("Intake Date", "13/01/2026", "day before the month"),
        ("Intake Date", "1/2/26", "two digits"),
        ("Intake Date", "2026-02-30", "no day of the calendar"),
        ("Intake Date", "soon", "is no date"),
        ("Intake Date", "7", "is no date"),
        ("Intake Date", "2027-01-01", "in the future"),
        ("Address Since", "0026-01-01", "outside 1900"),
        ("ZIP", "123", "no ZIP code"),
        ("Residence Type", "Castle", "no kind of residence"),
        ("Home From", "25:00", "no time of day"),
        ("Home From", "", "other time is given"),
        ("Home From", "21:00", "not after"),
        ("Officer ID", "#REF!", "Excel's error"),
    ],
)
def test_a_bad_cell_is_named(
    bare: Workspace, tmp_path: Path, column: str, value: str, message: str
) -> None:
    path = write(tmp_path / "c.csv", row(**{"Client ID": "A0"}), row(**{column: value}))
    problems = refused(bare, path).problems
    assert len(problems) == 1
    assert problems[0].row == 3
    assert message in problems[0].message
    assert problems[0].remedy


@pytest.mark.parametrize(
    "value",
    ["2026-01-05", "2026/1/5", "20260105", "1/5/2026", "01/05/2026", "5 Jan 2026", "Jan 5, 2026",
     "05-January-2026", "46027", "2026-01-05 00:00:00", "1/5/2026 12:00 AM"],
)  # fmt: skip
def test_dates_that_can_be_read_in_one_way(bare: Workspace, tmp_path: Path, value: str) -> None:
    load(bare, write(tmp_path / "c.csv", row(**{"Intake Date": value})))
    assert client(bare, "A1").intake_on == date(2026, 1, 5)


def test_every_problem_is_listed_and_nothing_is_loaded(bare: Workspace, tmp_path: Path) -> None:
    bad = [row(**{"Client ID": f"B{k}", "ZIP": "x", "Full Name": ""}) for k in range(700)]
    caught = refused(bare, write(tmp_path / "c.csv", GOOD, *bad))
    assert caught.total == 1400
    assert len(caught.problems) == 1000
    assert "1,400 problems;" in str(caught)
    with bare.reading() as session:
        assert settings.get(session, "mapping.clients") is None


def test_no_person_stands_in_a_message(bare: Workspace, tmp_path: Path) -> None:
    bad = row(**{"Full Name": "=María", "Home Address": "=12 A", "Needs": "secret", "ZIP": "9"})
    caught = refused(bare, write(tmp_path / "c.csv", bad))
    assert [problem.value for problem in caught.problems] == [""] * 4
    assert "María" not in str(caught)


def test_an_id_that_stands_twice_is_refused(bare: Workspace, tmp_path: Path) -> None:
    caught = refused(bare, write(tmp_path / "c.csv", GOOD, row(**{"Client ID": "A2"}), GOOD))
    assert [(p.row, p.message) for p in caught.problems] == [(4, "stands in row 2 too")]


def test_partial_loads_the_good_and_writes_the_bad(bare: Workspace, tmp_path: Path) -> None:
    path = write(
        tmp_path / "c.csv",
        GOOD,
        row(**{"Client ID": "A2", "Full Name": '=cmd|"/c calc"!A1', "Access Notes": "@home"}),
        row(**{"Client ID": "A3"}),
        row(**{"Client ID": "A3"}),
        row(**{"Client ID": "A4"}),
    )
    report = load(bare, path, partial=True)
    assert (report.added, report.refused) == (2, 3)
    assert report.problems_file == tmp_path / "c.problems.csv"
    assert stat.S_IMODE(report.problems_file.stat().st_mode) == 0o600
    with report.problems_file.open(newline="", encoding="utf-8-sig") as file:
        bad = list(csv.DictReader(file))
    assert [line["Client ID"] for line in bad] == ["A2", "A3", "A3"]
    assert bad[0]["Full Name"].startswith("'=cmd")
    assert bad[0]["Access Notes"] == "'@home"
    assert "formula" in bad[0]["Problem"]
    # Mended by hand, the file of refused rows is an import like any other.
    bad[0]["Full Name"] = "Ann"
    mended = load(bare, write(tmp_path / "mended.csv", bad[0], bad[1]))
    assert (mended.added, mended.refused) == (2, 0)
    assert client(bare, "A2").access_notes == "@home"
    assert not list(tmp_path.glob("*.tmp"))


def test_partial_refuses_a_file_whose_dates_may_all_be_misread(
    bare: Workspace, tmp_path: Path
) -> None:
    dates = [row(**{"Client ID": f"B{k}", "Intake Date": f"0{k}/02/2026"}) for k in range(1, 5)]
    path = write(tmp_path / "c.csv", *dates, row(**{"Intake Date": "25/02/2026"}))
    assert "day before the month" in str(refused(bare, path, partial=True))
    assert not (tmp_path / "c.problems.csv").exists()


@pytest.mark.parametrize(
    ("content", "error", "message"),
    [
        (b"", UnreadableFileError, "is empty"),
        (b"\n\n", UnreadableFileError, "no column names"),
        (",".join(CLIENT_HEADER).encode() + b"\n", InputError, "no rows"),
        (b"PK\x03\x04 truncated", UnreadableFileError, "damaged"),
        (b"\xd0\xcf\x11\xe0 old", UnreadableFileError, "old or a password-protected"),
        (bytes(range(256)) * 40, UnreadableFileError, "no text"),
        (b"\xff\xfea", UnreadableFileError, "damaged further on"),
        (",".join(CLIENT_HEADER).encode() + b'\nA1,"open' + b"x" * 200_000, UnreadableFileError, "quotation mark"),
    ],
)  # fmt: skip
def test_files_that_are_no_tables(
    bare: Workspace, tmp_path: Path, content: bytes, error: type[Exception], message: str
) -> None:
    path = tmp_path / "c.csv"
    path.write_bytes(content)
    with pytest.raises(error, match=message):
        load(bare, path, mapping=None)
    assert count(bare) == 0


def test_a_truncated_workbook(bare: Workspace, tmp_path: Path) -> None:
    path = xlsx(tmp_path / "c.xlsx", list(CLIENT_HEADER), [GOOD[name] for name in CLIENT_HEADER])
    path.write_bytes(path.read_bytes()[:-400])
    with pytest.raises(UnreadableFileError, match="damaged"):
        load(bare, path)


def test_a_missing_file(bare: Workspace, tmp_path: Path) -> None:
    with pytest.raises(MissingFileError):
        load(bare, tmp_path / "none.csv")


def test_missing_columns_are_all_named(bare: Workspace, tmp_path: Path) -> None:
    path = write(tmp_path / "c.csv", {"Client ID": "A1", "Full Name": "x", "Colour": "red"})
    caught = refused(bare, path)
    assert [p.column for p in caught.problems] == [
        "supervision level", "intake date", "home address",
    ]  # fmt: skip
    assert "Colour" in caught.problems[0].remedy


def test_a_row_with_too_many_cells(bare: Workspace, tmp_path: Path) -> None:
    path = write(tmp_path / "c.csv", GOOD)
    path.write_text(path.read_text().replace("12 A STREET NW", "12 A STREET, NW"))
    assert "14 cells where the header has 13" in str(refused(bare, path))


def test_contacts(workspace: Workspace, tmp_path: Path) -> None:
    lines = [
        {"client_id": "C1", "date": "2026-06-01", "kind": "Field", "outcome": "not home",
         "officer_id": "O1"},
        {"client_id": "C1", "date": "2026-06-01", "kind": "home visit", "outcome": "made",
         "officer_id": ""},
    ]  # fmt: skip
    path = write(tmp_path / "k.csv", *lines)
    assert import_contacts(workspace, "cli:test", path).added == 2
    assert import_contacts(workspace, "cli:test", path).unchanged == 2
    with workspace.reading() as session:
        frame = contacts.load(session)
    assert frame["kind"].tolist() == ["field", "field"]
    assert frame["outcome"].tolist() == ["not_home", "made"]
    bad = write(tmp_path / "b.csv", lines[0] | {"client_id": "C99", "kind": "letter"}, lines[1])
    with pytest.raises(ImportProblems) as caught:
        import_contacts(workspace, "cli:test", bad)
    assert [p.column for p in caught.value.problems] == ["kind"]


def test_eight_thousand_clients_load_with_progress(bare: Workspace, tmp_path: Path) -> None:
    path = write(tmp_path / "c.csv", *(row(**{"Client ID": f"N{k}"}) for k in range(8000)))
    shares: list[float | None] = []
    report = load(bare, path, progress=lambda _, share: shares.append(share))
    assert report.added == 8000
    assert shares == sorted(shares)
    assert shares[-1] == pytest.approx(1.0, abs=0.05)
    assert load(bare, path).unchanged == 8000


_CHILD = """
import os, sys
sys.path.insert(0, {root!r})
from datetime import UTC, datetime
from pathlib import Path
from geoteam.services.imports import import_clients
from geoteam.services.workspace import Workspace
from geoteam.store.engine import open_engine
workspace = Workspace(Path({folder!r}), open_engine({url!r}),
                      lambda: datetime(2026, 6, 15, 16, tzinfo=UTC))
def tell(text, share):
    print(share, flush=True)
import_clients(workspace, "cli:test", Path({path!r}), progress=tell)
"""


@pytest.mark.slow
def test_a_kill_in_the_middle_leaves_nothing_and_the_same_command_completes(
    bare: Workspace, database_url: str, tmp_path: Path
) -> None:
    path = write(tmp_path / "c.csv", *(row(**{"Client ID": f"N{k}"}) for k in range(15_000)))
    code = _CHILD.format(root=str(ROOT), folder=str(bare.folder), url=database_url, path=str(path))
    child = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True)
    assert child.stdout is not None
    # Two chunks are in the database's hands, more are to come.
    for _ in range(2):
        assert float(child.stdout.readline()) < 0.9
    os.kill(child.pid, signal.SIGKILL)
    assert child.wait() == -signal.SIGKILL
    child.stdout.close()
    assert count(bare) == 0
    with bare.reading() as session:
        assert session.scalar(select(func.count()).select_from(ResidenceRow)) == 0
        assert audit.verify(session) == []
    report = load(bare, path)
    assert (report.added, count(bare)) == (15_000, 15_000)
