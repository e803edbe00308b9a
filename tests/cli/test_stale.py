"""Looking up again at the command line."""

from __future__ import annotations

import shutil
from pathlib import Path

import pandas as pd
import pytest

from tests.cli.conftest import Command
from tests.tiny_city import lonlat


def _moved(city_data: Path, folder: Path) -> Path:
    """The city's data, where one client's door lies 30 m farther north and another's far east."""
    shutil.copytree(city_data, folder)
    points = pd.read_csv(folder / "points.csv", dtype=str, keep_default_na=False)
    for address, at in (("122 1ST STREET NW", (15, 90)), ("142 2ND STREET NW", (500, 60))):
        points.loc[points["address"] == address, ["lon", "lat"]] = [str(v) for v in lonlat(*at)]
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
    assert "22 stay as they are, 1 would be saved, 1 would be proposed" in listed
    assert "geoteam assign" not in listed
    result = geoteam("geocode", "--stale", "-o", tmp_path / "list.csv", "--json")
    done = result.json
    assert (done["checked"], done["unchanged"], done["saved"], done["proposed"]) == (24, 22, 1, 1)
    assert [(row["client_ref"], row["done"]) for row in done["changes"]] == [
        ("C001", "saved"),
        ("C002", "proposed"),
    ]
    assert len(pd.read_csv(tmp_path / "list.csv")) == 2
    assert geoteam("geocode", "--stale").out.startswith("0 addresses were placed by another")
    assert geoteam("addresses", "add", "--data", data, "--json").json["stale"] == 0


def test_what_changed_calls_for_an_assignment(
    geoteam: Command, city_data: Path, tmp_path: Path
) -> None:
    geoteam("addresses", "add", "--data", _moved(city_data, tmp_path / "data"))
    told = geoteam("geocode", "--stale").out
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
