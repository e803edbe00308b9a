"""Files in, files out: every row, column and text comes back, in order."""

from __future__ import annotations

import bz2
import csv
import gzip
import io
import lzma
import os
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import openpyxl
import pandas as pd
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from geoteam.errors import (
    InputError,
    MissingFileError,
    NotFoundError,
    UnreadableFileError,
    WorkspaceError,
)
from geoteam.services import batch, file_output, file_stream
from geoteam.services.file_stream import open_source
from geoteam.services.outputs import write_whole
from geoteam.services.workspace import Workspace
from tests.made_city import write_csv
from tests.tiny_city import lonlat

A = lonlat(150, 150)
EDGE = lonlat(395, 150)
OUT = lonlat(5000, 0)
POINTS = [["a", *A], ["edge", *EDGE], ["out", *OUT], ["nan", "nan", "nan"], ["inf", "inf", "-inf"],
          ["", "", ""], ["text", "west", "north"]]  # fmt: skip


def _read(path: Path) -> list[list[str]]:
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.reader(file))


def _open(path: Path) -> None:
    with open_source(path):
        pass


def _locate(workspace: Workspace, path: Path, output: Path, **options: object) -> dict[str, object]:
    return batch.locate_file(
        workspace, path, output, **({"lon": "lon", "lat": "lat", "kind": "service_area"} | options)
    )


def test_locate_by_hand(city: Workspace, tmp_path: Path) -> None:
    path = write_csv(tmp_path / "in.csv", ["what", "lon", "lat"], POINTS)
    done = _locate(city, path, tmp_path / "out.csv")
    assert done == {
        "rows": 7, "located": 2, "outside": 1, "without_coordinates": 4,
        "boundary_ambiguous": 1, "version": "2024",
    }  # fmt: skip
    rows = _read(tmp_path / "out.csv")
    assert rows[0] == ["what", "lon", "lat", "service_area", "boundary_ambiguous"]
    assert [row[:3] for row in rows[1:]] == [[str(v) for v in row] for row in POINTS]
    assert [row[3:] for row in rows[1:]] == [
        ["101", "false"], ["101", "true"], *[["", "false"]] * 5
    ]  # fmt: skip


def test_the_radius_and_the_kind_can_be_chosen(lone: Workspace, tmp_path: Path) -> None:
    path = write_csv(tmp_path / "in.csv", ["what", "lon", "lat"], POINTS[:2])
    assert _locate(lone, path, tmp_path / "o.csv", uncertainty_m=4)["boundary_ambiguous"] == 0
    done = _locate(lone, path, tmp_path / "o.csv", kind="district", uncertainty_m=6)
    assert done["boundary_ambiguous"] == 1
    assert _read(tmp_path / "o.csv")[1][3:] == ["1", "false"]
    for bad in (-1.0, float("nan"), float("inf")):
        with pytest.raises(InputError, match="uncertainty"):
            _locate(lone, path, tmp_path / "o.csv", uncertainty_m=bad)
    with pytest.raises(NotFoundError, match="ward"):
        _locate(lone, path, tmp_path / "o.csv", kind="ward")


TEXT = st.text(
    st.characters(codec="utf-8", exclude_categories=("Cs", "Cc"), exclude_characters="\ufeff"),
    max_size=8,
)


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    names=st.lists(
        st.text("abcdefghijklmnopqrstuvwxyz_", min_size=1, max_size=6), max_size=3, unique=True
    ),
    data=st.data(),
)
def test_locate_keeps_any_table(
    lone_session: Workspace, tmp_path: Path, names: list[str], data: st.DataObject
) -> None:
    names = [name for name in names if name not in ("lon", "lat")]
    degrees = st.one_of(
        st.floats().map(str), st.floats(-74.998, -74.99).map(repr), TEXT, st.just("")
    )
    rows = data.draw(
        st.lists(
            st.tuples(degrees, st.floats(38.846, 38.86).map(repr), *[TEXT] * len(names)),
            max_size=6,
        )
    )
    path = write_csv(tmp_path / "in.csv", ["lon", "lat", *names], [list(row) for row in rows])
    done = _locate(lone_session, path, tmp_path / "out.csv")
    out = _read(tmp_path / "out.csv")
    assert out[0][: 2 + len(names)] == ["lon", "lat", *names]
    assert out[0][2 + len(names) :] == ["service_area", "boundary_ambiguous"]
    assert [tuple(row[: 2 + len(names)]) for row in out[1:]] == rows
    assert done["rows"] == len(rows)
    assert {row[-1] for row in out[1:]} <= {"true", "false"}
    assert {row[-2] for row in out[1:]} <= {"", "101", "102", "201", "202"}


def test_columns_of_the_file_are_never_overwritten(lone: Workspace, tmp_path: Path) -> None:
    header = ["service_area", "lon", "lat", "boundary_ambiguous", "name", "kind", "decision"]
    row = ["mine", *A, "perhaps", "Jo", "blue", "yes"]
    path = write_csv(tmp_path / "in.csv", header, [row])
    _locate(lone, path, tmp_path / "o.csv")
    out = _read(tmp_path / "o.csv")
    assert out[0] == [*header, "located_service_area", "located_boundary_ambiguous"]
    assert out[1] == [*map(str, row), "101", "false"]
    batch.parse_file(lone, path, tmp_path / "p.csv", addresses=["name"])
    out = _read(tmp_path / "p.csv")
    assert out[0][:7] == header
    assert out[1][:7] == [*map(str, row)]
    assert {"parsed_name", "parsed_kind", "number"} < set(out[0])


def test_long_rows_and_blank_lines_lose_nothing(lone: Workspace, tmp_path: Path) -> None:
    path = tmp_path / "in.csv"
    path.write_text(f"lon,lat\n{A[0]},{A[1]},spare\n\n{A[0]}\n,,\n")
    assert _locate(lone, path, tmp_path / "o.csv")["rows"] == 3
    out = _read(tmp_path / "o.csv")
    assert out[0] == ["lon", "lat", "column 3", "service_area", "boundary_ambiguous"]
    assert [row[2] for row in out[1:]] == ["spare", "", ""]
    assert out[2][:2] == [str(A[0]), ""]


@pytest.mark.parametrize(
    ("ending", "pack"),
    [(".xz", lzma.compress), (".gz", gzip.compress), (".bz2", bz2.compress)],
)
def test_compressed_tables(
    lone: Workspace, tmp_path: Path, ending: str, pack: Callable[[bytes], bytes]
) -> None:
    plain = "what;lon;lat\r\nÄ;{};{}\r\nNA;;\r\n".format(*A).encode("cp1252")
    path = tmp_path / f"in.csv{ending}"
    path.write_bytes(pack(plain))
    assert _locate(lone, path, tmp_path / "o.csv")["located"] == 1
    assert [row[0] for row in _read(tmp_path / "o.csv")] == ["what", "Ä", "NA"]
    path.write_bytes(pack(os.urandom(5000).hex().encode())[:-600])
    with pytest.raises(UnreadableFileError, match="damaged"):
        _open(path)
    path.write_bytes(b"not packed at all")
    with pytest.raises(UnreadableFileError, match="damaged"):
        _open(path)
    path.write_bytes(pack(b""))
    with pytest.raises(UnreadableFileError, match="empty"):
        _open(path)


def test_workbooks_in_and_out(lone: Workspace, tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.active.append(["what", "lon", "lat", "when"])
    book.active.append(["one", *A, 5])
    book.active.append([None, None, None, "=1+1"])
    book.save(tmp_path / "in.xlsx")
    _locate(lone, tmp_path / "in.xlsx", tmp_path / "o.xlsx")
    found = pd.read_excel(tmp_path / "o.xlsx", dtype="str", keep_default_na=False)
    assert list(found.columns) == ["what", "lon", "lat", "when", "service_area",
                                   "boundary_ambiguous"]  # fmt: skip
    assert found["service_area"].tolist() == ["101", ""]
    assert found["when"].tolist()[0] == "5"


def test_parquet_keeps_types_and_index(lone: Workspace, tmp_path: Path) -> None:
    frame = pd.DataFrame(
        {"lon": [A[0], float("nan")], "lat": [A[1], 1.0], "n": [1, 2]},
        index=pd.Index(["x", "y"], name="ref"),
    )
    frame.to_parquet(tmp_path / "in.parquet")
    _locate(lone, tmp_path / "in.parquet", tmp_path / "o.parquet")
    found = pd.read_parquet(tmp_path / "o.parquet")
    # The file's own order, in which pandas puts an index last.
    assert list(found.columns) == ["lon", "lat", "n", "ref", "service_area", "boundary_ambiguous"]
    assert found["ref"].tolist() == ["x", "y"]
    assert found["n"].dtype == "int64"
    assert found["service_area"].tolist() == ["101", ""]
    (tmp_path / "bad.parquet").write_bytes(b"PAR1 but no more")
    with pytest.raises(UnreadableFileError, match="no Parquet"):
        _open(tmp_path / "bad.parquet")


def test_files_that_cannot_be_read(lone: Workspace, tmp_path: Path) -> None:
    for name in ("none.csv", "none.parquet", "none.csv.xz"):
        with pytest.raises(MissingFileError):
            _open(tmp_path / name)
    (tmp_path / "empty.csv").write_text("")
    with pytest.raises(UnreadableFileError, match="empty"):
        _open(tmp_path / "empty.csv")
    path = write_csv(tmp_path / "in.csv", ["x", "lat", "lat"], [[1, 2, 3]])
    with pytest.raises(InputError, match="no column 'lon'") as caught:
        _locate(lone, path, tmp_path / "o.csv")
    assert "The columns are: x, lat" in caught.value.remedy
    with pytest.raises(InputError, match="stands twice"):
        _locate(lone, path, tmp_path / "o.csv", lon="lat")
    assert not (tmp_path / "o.csv").exists()


def test_files_that_cannot_be_written(lone: Workspace, tmp_path: Path) -> None:
    path = write_csv(tmp_path / "in.csv", ["lon", "lat"], [list(A)])
    with pytest.raises(InputError, match=r"cannot be written as \.txt"):
        _locate(lone, path, tmp_path / "o.txt")
    with pytest.raises(WorkspaceError, match="no such folder") as caught:
        _locate(lone, path, tmp_path / "none" / "o.csv")
    assert "Make the folder" in caught.value.remedy
    (tmp_path / "folder.csv").mkdir()
    with pytest.raises(WorkspaceError):
        _locate(lone, path, tmp_path / "folder.csv")
    path.write_text(f"lon,lat,t\n{A[0]},{A[1]},\x07\n")
    with pytest.raises(InputError, match=r"does not fit into \.xlsx"):
        _locate(lone, path, tmp_path / "o.xlsx")
    twice = write_csv(tmp_path / "twice.csv", ["lon", "lat", "a", "a"], [[*A, 1, 2]])
    with pytest.raises(InputError, match=r"does not fit into \.parquet"):
        _locate(lone, twice, tmp_path / "o.parquet")
    assert _locate(lone, twice, tmp_path / "o.csv")["rows"] == 1
    assert sorted(p.name for p in tmp_path.iterdir() if p.name.startswith(".")) == []


def test_a_failed_write_leaves_the_old_file(tmp_path: Path) -> None:
    target = tmp_path / "out.csv"
    target.write_text("old")

    def half(path: Path) -> None:
        path.write_text("hal")
        raise OSError(28, "No space left on device", str(path))

    with pytest.raises(WorkspaceError, match="no space left") as caught:
        write_whole(target, half)
    assert "Free some space" in caught.value.remedy
    assert target.read_text() == "old"
    assert list(tmp_path.iterdir()) == [target]
    link = tmp_path / "link.csv"
    link.symlink_to(target)
    write_whole(link, lambda path: path.write_text("new"))
    assert link.is_symlink()
    assert target.read_text() == "new"


def test_a_device_is_written_to_and_never_replaced() -> None:
    with pytest.raises(WorkspaceError, match="no space left"):
        write_whole(Path("/dev/full"), lambda path: path.write_bytes(b"x" * 100_000))
    assert Path("/dev/full").is_char_device()
    write_whole(Path("/dev/null"), lambda path: path.write_text("x"))
    assert Path("/dev/null").is_char_device()


def test_parse_columns(lone: Workspace, tmp_path: Path) -> None:
    path = write_csv(
        tmp_path / "in.csv",
        ["Address"],
        [["17 1/2 first st nw apt 4b"], [""], ["1200 BLOCK OF A ST NE"], ["B ST & 2ND ST NW"]],
    )
    assert batch.parse_file(lone, path, tmp_path / "o.csv", addresses=["Address"]) == 4
    found = pd.read_csv(tmp_path / "o.csv", dtype="str", keep_default_na=False)
    assert list(found.columns) == ["Address", *batch.PARSED]
    assert found.loc[0, ["number", "type", "quadrant"]].tolist() == ["17 1/2", "STREET", "NW"]
    assert "4B" in found.loc[0, "unit"]
    assert found["kind"].tolist()[2:] == ["block", "intersection"]
    assert found.loc[3, "street2"]


def test_an_address_in_columns_of_its_own(lone: Workspace, tmp_path: Path) -> None:
    path = write_csv(
        tmp_path / "in.csv",
        ["number", "street", "quad"],
        [["122.0", "1st St", "NW"], ["", "A ST", " NE "], ["", "", ""], ["17.05", "B ST", "NW"]],
    )
    with open_source(path) as source:
        (block,) = source.blocks()
    assert batch.address_texts(block, [0, 1, 2]) == [
        "122 1st St NW",
        "A ST NE",
        "",
        "17.05 B ST NW",
    ]
    assert batch.address_texts(block, [1]) == ["1st St", "A ST", "", "B ST"]
    pd.DataFrame({"n": [122.0, None], "s": ["1st St NW", None]}).to_parquet(tmp_path / "in.parquet")
    with open_source(tmp_path / "in.parquet") as source:
        (block,) = source.blocks()
    assert batch.address_texts(block, [0, 1]) == ["122 1st St NW", ""]
    batch.parse_file(lone, path, tmp_path / "o.csv", addresses=["number", "street", "quad"])
    found = pd.read_csv(tmp_path / "o.csv", dtype="str", keep_default_na=False)
    assert found.columns[:3].tolist() == ["number", "street", "quad"]
    assert found.loc[0, ["parsed_number", "name", "type", "quadrant"]].tolist() == [
        "122", "1ST", "STREET", "NW"
    ]  # fmt: skip


@pytest.mark.parametrize("ending", [".csv", ".parquet", ".xlsx"])
def test_blocks_do_not_show(
    lone: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, ending: str
) -> None:
    rows = [[f"{k:03d}", f"a {k}\nb", *A] for k in range(10)]
    table = write_csv(tmp_path / "table.csv", ["id", "t", "lon", "lat"], rows)
    _locate(lone, table, tmp_path / f"one{ending}")
    path = tmp_path / f"in{ending}"
    _locate(lone, table, path)
    monkeypatch.setattr(file_stream, "BLOCK_ROWS", 3)
    _locate(lone, table, tmp_path / f"four{ending}")
    read = {".csv": pd.read_csv, ".parquet": pd.read_parquet, ".xlsx": pd.read_excel}[ending]
    assert read(tmp_path / f"four{ending}").equals(read(tmp_path / f"one{ending}"))
    with open_source(path) as source:
        blocks = list(source.blocks())
        assert [len(block[0]) for block in blocks] == [3, 3, 3, 1]
        assert [text for block in blocks for text in file_stream.texts(block[0])] == [
            row[0] for row in rows
        ]
        assert source.rows == 10


@pytest.mark.parametrize("ending", [".csv", ".parquet", ".xlsx"])
def test_a_header_without_rows(lone: Workspace, tmp_path: Path, ending: str) -> None:
    (tmp_path / "in.csv").write_text("lon,lat\n")
    assert _locate(lone, tmp_path / "in.csv", tmp_path / f"a{ending}")["rows"] == 0
    assert _locate(lone, tmp_path / f"a{ending}", tmp_path / "b.csv")["rows"] == 0
    assert _read(tmp_path / "b.csv") == [
        ["lon", "lat", "service_area", "boundary_ambiguous",
         "located_service_area", "located_boundary_ambiguous"]
    ]  # fmt: skip


CELL = st.text(st.characters(codec="utf-8", exclude_characters="\x00\ufeff"), max_size=6)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(CELL, CELL), max_size=5))
def test_every_cell_comes_back(tmp_path: Path, rows: list[tuple[str, str]]) -> None:
    """Quotation marks, returns, line breaks, commas, spaces, leading zeros."""
    block: list[file_stream.Column] = [[r[0] for r in rows], [r[1] for r in rows]]
    file_output.write_blocks(tmp_path / "t.csv", ["é", "b"], [block])
    assert _read(tmp_path / "t.csv") == [["é", "b"], *map(list, rows)]
    with open_source(tmp_path / "t.csv") as source:
        (back,) = source.blocks()
    assert list(zip(*back, strict=True)) == rows
    file_output.write_blocks(tmp_path / "t.parquet", ["é", "b"], [back])
    with open_source(tmp_path / "t.parquet") as source:
        (back,) = source.blocks()
    assert list(zip(*map(file_stream.cells, back), strict=True)) == rows


def test_parquet_cells_keep_their_meaning(lone: Workspace, tmp_path: Path) -> None:
    frame = pd.DataFrame(
        {"lon": [A[0], None], "lat": [A[1], None],
         "whole": pd.array([1, None], dtype="Int64"), "flag": [True, False],
         "day": pd.to_datetime(["2026-01-02", None])}
    )  # fmt: skip
    frame.to_parquet(tmp_path / "in.parquet")
    _locate(lone, tmp_path / "in.parquet", tmp_path / "o.csv")
    out = _read(tmp_path / "o.csv")
    assert out[1][2:] == ["1", "True", "2026-01-02 00:00:00", "101", "false"]
    assert out[2] == ["", "", "", "False", "", "", "false"]
    _locate(lone, tmp_path / "in.parquet", tmp_path / "o.parquet")
    before, after = (pq.read_schema(tmp_path / name) for name in ("in.parquet", "o.parquet"))
    assert [after.field(name).type for name in frame] == [before.field(n).type for n in frame]


def test_workbook_cells_keep_their_kind_and_never_run(lone: Workspace, tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.active.append(["lon", "lat", "n", "day", "t"])
    day = datetime.fromisoformat("2026-01-02")
    book.active.append([*A, 5, day, "007"])
    book.save(tmp_path / "in.xlsx")
    _locate(lone, tmp_path / "in.xlsx", tmp_path / "o.xlsx")
    row = next(openpyxl.load_workbook(tmp_path / "o.xlsx").active.iter_rows(min_row=2))
    assert [cell.value for cell in row] == [*A, 5, day, "007", "101", "false"]
    path = write_csv(tmp_path / "in.csv", ["lon", "lat", "t"], [[*A, "=1+1"], [*A, "+1"]])
    _locate(lone, path, tmp_path / "o.xlsx")
    sheet = openpyxl.load_workbook(tmp_path / "o.xlsx").active
    assert (sheet["C2"].value, sheet["C2"].data_type) == ("=1+1", "s")


def test_a_workbook_has_limits(
    lone: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write_csv(tmp_path / "in.csv", ["lon", "lat", "t"], [[*A, ""], [*A, "x" * 32_768]])
    with pytest.raises(InputError, match="32,767 characters") as caught:
        _locate(lone, path, tmp_path / "o.xlsx")
    assert caught.value.where == "row 3, column 3"
    path = write_csv(tmp_path / "in.csv", ["lon", "lat"], [[*A]] * 4)
    monkeypatch.setattr(file_output, "XLSX_ROWS", 4)
    with pytest.raises(InputError, match="4 rows, and 3 is the most"):
        _locate(lone, path, tmp_path / "o.xlsx")


def test_exports_are_harmless_for_spreadsheets() -> None:
    frame = pd.DataFrame({"t": ["=1+1", "-2", "@x", "plain"], "n": [1, 2, 3, 4]})
    made = batch.safe(frame)
    buffer = io.StringIO()
    made.to_csv(buffer, index=False)
    assert not [t for t in made["t"] if t.startswith(("=", "@"))]
    assert made["t"].tolist()[3] == "plain"
    assert made["n"].tolist() == [1, 2, 3, 4]
    assert frame["t"].tolist()[0] == "=1+1"
