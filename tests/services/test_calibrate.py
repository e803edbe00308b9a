"""Calibrating on a labelled file: the doors of the tiny city are their own truth."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from geoteam.errors import InputError
from geoteam.services.calibrate import Calibration, calibrate_file
from geoteam.services.workspace import Workspace
from tests.made_city import write_csv
from tests.tiny_city import lonlat

HEADER = ["Address", "Lon", "Lat"]
ROWS = [
    ["122 1ST STREET NW", *lonlat(15, 60)],
    # The door is in 101; the file says that it is in 201.
    ["142 2ND ST NW", *lonlat(500, 60)],
    ["122 A STREET", *lonlat(340, 15)],
    ["99 NOWHERE ROAD NW", *lonlat(15, 60)],
    ["122 1ST STREET NW", "", ""],
]


def _calibrate(workspace: Workspace, path: Path, **options: object) -> Calibration:
    columns = {"addresses": ["Address"], "lon": "Lon", "lat": "Lat"}
    return calibrate_file(workspace, path, **(columns | options))


def test_a_file_counted_by_hand(lone_session: Workspace, tmp_path: Path) -> None:
    found = _calibrate(lone_session, write_csv(tmp_path / "known.csv", HEADER, ROWS))
    assert (found.rows, found.used, found.placed, found.tied, found.unmatched) == (5, 4, 2, 1, 1)
    assert (found.accepted, found.wrong) == (2, 1)
    (row,) = found.table.to_dict("records")
    assert (row["match_code"], row["rows"], row["same_unit"]) == ("PointAddress", 2, 1)
    assert found.summary()["thresholds"][0]["rows"] == 2
    assert "does not hold" in found.words[0]


@pytest.mark.parametrize("name", ["table.md", "table.csv"])
def test_the_table_is_written(lone_session: Workspace, tmp_path: Path, name: str) -> None:
    path = write_csv(tmp_path / "known.csv", HEADER, ROWS)
    found = _calibrate(lone_session, path, output=tmp_path / name)
    text = (tmp_path / name).read_text()
    if name.endswith(".md"):
        assert text.startswith("| match code |")
        assert all(line in text for line in found.words)
    else:
        assert pd.read_csv(tmp_path / name)["rows"].tolist() == found.table["rows"].tolist()


def test_files_that_say_nothing(lone_session: Workspace, tmp_path: Path) -> None:
    path = write_csv(tmp_path / "known.csv", HEADER, ROWS)
    with pytest.raises(InputError, match="not in the city"):
        _calibrate(lone_session, path, lon="Lat", lat="Lon")
    with pytest.raises(InputError, match="no column 'X'"):
        _calibrate(lone_session, path, lon="X")
    with pytest.raises(InputError, match="not in the city"):
        _calibrate(lone_session, write_csv(tmp_path / "none.csv", HEADER, []))
    metres = [["122 1ST STREET NW", 500_015, 4_300_060]]
    with pytest.raises(InputError, match="1 of 1 row"):
        _calibrate(lone_session, write_csv(tmp_path / "metres.csv", HEADER, metres))
