"""Looking up again at the command line."""

from __future__ import annotations

import shutil
from pathlib import Path

import pandas as pd
import pytest

from tests.cli.conftest import Command
from tests.made_city import client_row, write_csv
from tests.tiny_city import CLIENT_HEADER, lonlat


def _moved(city_data: Path, folder: Path) -> Path:
    """The city's data, where one client's door lies far north and another's far east.

    The address of a client who is not yet there is known, too.
    """
    shutil.copytree(city_data, folder)
    points = pd.read_csv(folder / "points.csv", dtype=str, keep_default_na=False)
    for address, at in (("122 1ST STREET NW", (15, 460)), ("142 2ND STREET NW", (500, 60))):
        points.loc[points["address"] == address, ["lon", "lat"]] = [str(v) for v in lonlat(*at)]
    lon, lat = lonlat(15, 130)
    new = ["N777", "777 1ST STREET NW", "777", "1ST STREET", "NW", "00101", str(lon), str(lat)]
    points = pd.concat([points, pd.DataFrame([new], columns=points.columns)])
    points.to_csv(folder / "points.csv", index=False)
    return folder


def test_a_new_reference_is_looked_at_once(
    geoteam: Command, city_data: Path, tmp_path: Path
) -> None:
    assert geoteam("geocode", "--stale", "--json").json["checked"] == 0
    data = _moved(city_data, tmp_path / "data")
    told = geoteam("addresses", "add", "--data", data).out
    assert "24 addresses of clients were placed by another reference." in told
    assert "geoteam geocode --stale --preview" in told
    listed = geoteam("geocode", "--stale", "--preview").out
    assert (
        "22 unchanged, 0 without a place, with a renewed reason, 0 would be saved, 2 would be proposed for a person"
        in listed
    )
    assert "C002 (would be proposed), now: 142 2ND STREET NW (PointAddress), area 101," in listed
    assert "142 2ND STREET NW (PointAddress), 288 m away, area 201, team T2\n" in listed
    assert "C003 (unchanged), now: " in listed
    assert "15 more; write all with -o FILE.csv" in listed
    assert listed.count("\n") <= 23
    assert "geoteam assign" not in listed
    result = geoteam("geocode", "--stale", "-o", tmp_path / "list.csv", "--json")
    done = result.json
    assert (done["checked"], done["unchanged"], done["saved"], done["proposed"]) == (24, 22, 0, 2)
    assert len(done["rows"]) == 24
    assert [(row["client_ref"], row["done"]) for row in done["rows"][:3]] == [
        ("C001", "proposed"),
        ("C002", "proposed"),
        ("C003", "unchanged"),
    ]
    assert pd.read_csv(tmp_path / "list.csv")["client_ref"].tolist() == [
        row["client_ref"] for row in done["rows"]
    ]
    assert geoteam("geocode", "--stale").out.startswith("0 addresses were placed by another")
    assert geoteam("addresses", "add", "--data", data, "--json").json["stale"] == 0


def test_what_changed_calls_for_an_assignment(
    geoteam: Command, city_data: Path, tmp_path: Path
) -> None:
    row = client_row("C049", Home_Address="777 1ST STREET NW")
    geoteam("clients", "import", write_csv(tmp_path / "more.csv", CLIENT_HEADER, [row]))
    geoteam("addresses", "add", "--data", _moved(city_data, tmp_path / "data"))
    told = geoteam("geocode", "--stale").out
    assert "C049 (saved), before: waits for a person's decision\n" in told
    assert "newer reference: 777 1ST STREET NW (PointAddress), area 101, team T1\n" in told
    assert "run geoteam assign" in told
    assert "stands as it was until somebody decides: see Review" in told


@pytest.mark.parametrize(
    "words",
    [
        "geocode",
        "geocode in.csv",
        "geocode in.csv -o out.csv",
        "geocode in.csv -o out.csv --address A --preview",
        "geocode in.csv --stale",
        "geocode --stale --address A",
    ],
)
def test_misuse(geoteam: Command, words: str) -> None:
    assert geoteam(*words.split()).code == 2
