"""A workbook is read slowly, and so as seldom as can be."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from openpyxl.worksheet.formula import ArrayFormula

from geoteam.services import geocode_file as service
from geoteam.services.file_kept import KeptRows
from geoteam.services.workspace import Workspace

# A workbook knows no time zones.
SEEN = datetime.fromisoformat("2026-03-01T08:30")
CELLS = [
    "ä ☃ \ud83d\n", "", None, 7, 2.5, True, 10**20, SEEN, date(2026, 3, 1),
    time(23, 59, 1), timedelta(days=-2, microseconds=3),
]  # fmt: skip


def test_every_kind_of_cell_comes_back(tmp_path: Path) -> None:
    kept = KeptRows(tmp_path / "rows")
    formula = ArrayFormula("A1:A2", "=1+1")
    rows: list[tuple[int, list[Any]]] = [(2, CELLS), (4, []), (5, [formula])]
    assert list(kept.keep(iter(rows))) == rows
    for _ in range(2):
        back = list(kept.rows())
        assert back == [row for _, row in rows]
        assert [type(cell) for cell in back[0]] == [type(cell) for cell in CELLS]
        assert back[2][0] is formula


def test_a_workbook_is_opened_for_its_header_and_for_its_rows(
    lone: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    book = openpyxl.Workbook()
    book.active.append(["Address", "seen"])
    book.active.append(["122 1st St NW", SEEN])
    book.save(tmp_path / "in.xlsx")
    opened: list[Path] = []
    load = openpyxl.load_workbook

    def counted(path: Path, **options: Any) -> Any:
        opened.append(path)
        return load(path, **options)

    monkeypatch.setattr(openpyxl, "load_workbook", counted)
    done = service.geocode_file(
        lone, tmp_path / "in.xlsx", tmp_path / "o.xlsx", addresses=["Address"], actor="test"
    )
    assert done["accepted"] == 1
    assert len(opened) == 2
    (row,) = load(tmp_path / "o.xlsx").active.iter_rows(min_row=2, max_col=2, values_only=True)
    assert row == ("122 1st St NW", SEEN)
