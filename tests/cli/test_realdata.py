"""The whole line on the real city, through the command."""

from __future__ import annotations

import shutil
from datetime import date as day
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from geoteam.areas import AreaIndex
from geoteam.services.workspace import Workspace
from tests.areas.test_area_index import MOVED
from tests.cli.conftest import Command, ahead

pytestmark = [pytest.mark.realdata, pytest.mark.slow]
ROOT = Path(__file__).resolve().parents[2]
CLIENTS = 500


def test_the_real_city_from_its_files_to_a_tour(
    geoteam: Command, dc_data: Path, folder: Path, tmp_path: Path
) -> None:
    shutil.rmtree(folder)
    made = geoteam("init", "--profile", ROOT / "boundaries" / "dc.toml", "--data", dc_data,
                   "--synthetic-clients", CLIENTS, "--json")  # fmt: skip
    assert made.code == 0, made.err
    assert geoteam("doctor").code == 0
    assert geoteam("clients", "list", "--json").json["total"] == CLIENTS

    # Incidents against the police's own record of where they lie.
    source = dc_data / "crime" / "crime_2018_jan_jun.csv.xz"
    target = tmp_path / "located.csv"
    arguments = ["locate", source, "-o", target, "--lon", "LONGITUDE", "--lat", "LATITUDE",
                 "--on", "2018-03-01"]  # fmt: skip
    done = geoteam(*arguments, "--json").json
    before, after = pd.read_csv(source, dtype="str"), pd.read_csv(target, dtype="str")
    assert list(after.columns) == [*before.columns, "service_area", "boundary_ambiguous"]
    pd.testing.assert_frame_equal(after[before.columns], before)
    assert done["rows"] == len(before)
    assert done["version"] == "2012"
    ambiguous = after["boundary_ambiguous"] == "true"
    assert done["boundary_ambiguous"] == ambiguous.sum() > 0
    assert f"{ambiguous.sum():,} rows are boundary-ambiguous" in geoteam(*arguments).out

    known = after.dropna(subset=["PSA"])
    own = known["PSA"].astype("float64").astype("int64").astype("str").to_numpy()
    got = known["service_area"].fillna("").to_numpy()
    lon, lat = (known[name].astype("float64").to_numpy() for name in ("LONGITUDE", "LATITUDE"))
    workspace = Workspace.open(folder)
    old = workspace.area_index("service_area", day(2018, 3, 1))
    new: AreaIndex = workspace.area_index("service_area", day(2019, 6, 1))
    # Ground that was recoded within the scheme of 2012, after the file at hand was made.
    kept = np.array([pair not in MOVED for pair in zip(got, new.locate(lon, lat), strict=True)])
    near = np.array([o in n for o, n in zip(own, old.near(lon, lat, 20.0), strict=True)])
    assert kept.mean() > 0.95
    assert (got == own)[kept].mean() >= 0.945
    assert near[kept].mean() >= 0.998
    # What disagrees within the radius was called ambiguous.
    flags = (known["boundary_ambiguous"] == "true").to_numpy()
    assert flags[near & (got != own)].all()

    # On to people: assigned, explained, visited, mapped.
    summary = geoteam("assign", "--json").json
    assert summary["clients"] == CLIENTS
    assert summary["assigned"] > 0.8 * CLIENTS
    assert summary["gap"] < 0.01
    rows = geoteam("clients", "list", "--json").json["rows"]
    told = geoteam("assign", "--explain", rows[0]["client_ref"]).out
    assert told.startswith("Address: ")
    officers = pd.read_csv(folder / "synthetic" / "staff" / "officers.csv", dtype="str")
    # Today may be too late in the day for a tour.
    tomorrow = ("--date", ahead(1).isoformat())
    for officer in officers.iloc[:, 0]:
        if not geoteam("tours", "due", "--officer", officer, *tomorrow, "--json").json:
            continue
        planned = geoteam("tours", "plan", "--officer", officer, *tomorrow, "--json")
        # Where no visit fits, the reason is told.
        assert planned.code == 0 or "no visit of this officer fits" in planned.err
        if planned.code == 0:
            break
    plan = planned.json
    assert plan["stops"]
    assert geoteam("tours", "sheet", plan["ref"], "-o", tmp_path / "p.pdf").code == 0
    page = tmp_path / "map.html"
    assert geoteam("map", "-o", page, "--community", "--by", "district").code == 0
    assert rows[0]["name"] not in page.read_text()
