"""Reading the reference's files, in every format and with every fault."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest
from shapely.geometry import LineString, Point, box

from geoteam.errors import AddressReferenceError, MissingFileError, UnreadableFileError
from geoteam.frames import ADDRESSES, BLOCKS, VENUES, check_frame
from geoteam.geocoding import (
    ReferenceIndex,
    outside_city,
    read_addresses,
    read_blocks,
    read_centrelines,
    read_venues,
)
from tests.geocoding import toy

FIELDS = {
    "address_id": "ID",
    "address": "FULL",
    "number": "NUM",
    "street": "ST",
    "zip": "ZIP",
    "lon": "X",
    "lat": "Y",
}
ROWS = pd.DataFrame(
    {
        "ID": [7, 8, 9],
        "FULL": ["17 1/2 H Street NE", "3807A W STREET SE", "20 MAIN STREET"],
        "NUM": [17, 3807, 20],
        "ST": ["H STREET NE", "W STREET SE", "MAIN STREET"],
        "ZIP": ["20002", None, "20001-1234"],
        "X": [-77.0, -76.9, -77.1],
        "Y": [38.9, 38.8, 38.9],
    }
)


def write(folder: Path, name: str, rows: pd.DataFrame = ROWS) -> Path:
    path = folder / name
    if name.endswith(".parquet"):
        rows.to_parquet(path)
    elif name.endswith(".xlsx"):
        rows.to_excel(path, index=False)
    else:
        rows.to_csv(path, index=False)
    return path


@pytest.mark.parametrize("name", ["a.csv", "a.csv.xz", "a.csv.gz", "a.xlsx", "a.parquet"])
def test_addresses_read_alike_from_every_table(tmp_path: Path, name: str) -> None:
    frame = read_addresses(write(tmp_path, name), FIELDS)
    check_frame(frame, ADDRESSES)
    assert frame.index.tolist() == ["7", "8", "9"]
    assert frame["number"].tolist() == ["17 1/2", "3807A", "20"]
    assert frame["street"].tolist() == ["H STREET", "W STREET", "MAIN STREET"]
    assert frame["quadrant"].tolist() == ["NE", "SE", ""]
    assert frame["zip"].tolist() == ["20002", "", "20001"]
    assert (frame.geometry["7"].x, frame.geometry["7"].y) == (-77.0, 38.9)


@pytest.mark.parametrize("name", ["a.geojson", "a.gpkg", "a.parquet"])
def test_addresses_from_geo_files(tmp_path: Path, name: str) -> None:
    points = gpd.GeoDataFrame(
        ROWS.drop(columns=["X", "Y"]),
        geometry=[Point(x, y) for x, y in zip(ROWS["X"], ROWS["Y"], strict=True)],
        crs="EPSG:4326",
    )
    path = tmp_path / name
    if name.endswith("parquet"):
        points.to_parquet(path)
    else:
        points.to_crs("EPSG:26985" if name.endswith("gpkg") else "EPSG:4326").to_file(path)
    fields = {k: v for k, v in FIELDS.items() if k not in ("lon", "lat")}
    frame = read_addresses(path, fields)
    assert frame.geometry["8"].x == pytest.approx(-76.9, abs=1e-7)
    assert frame.geometry["8"].y == pytest.approx(38.8, abs=1e-7)


def test_address_column_alone_is_enough(tmp_path: Path) -> None:
    fields = {"address": "FULL", "lon": "X", "lat": "Y"}
    frame = read_addresses(write(tmp_path, "a.csv"), fields)
    assert frame["number"].tolist() == ["17 1/2", "3807A", "20"]
    assert frame["street"].tolist() == ["H STREET", "W STREET", "MAIN STREET"]
    assert frame.index.is_unique


@pytest.mark.parametrize("value", ["nan", "inf", "-inf", "", "abc"])
def test_coordinates_that_are_no_numbers_are_refused_with_their_row(
    tmp_path: Path, value: str
) -> None:
    rows = ROWS.astype({"X": "str"})
    rows.loc[1, "X"] = value
    with pytest.raises(AddressReferenceError, match="row 3"):
        read_addresses(write(tmp_path, "a.csv", rows), FIELDS)


def test_projected_coordinates_are_refused(tmp_path: Path) -> None:
    rows = ROWS.assign(X=398_000.0, Y=137_000.0)
    with pytest.raises(AddressReferenceError, match="not longitudes"):
        read_addresses(write(tmp_path, "a.csv", rows), FIELDS)


def test_faults_of_files_are_named(tmp_path: Path) -> None:
    with pytest.raises(MissingFileError):
        read_addresses(tmp_path / "none.csv", FIELDS)
    with pytest.raises(AddressReferenceError, match="'FULL'"):
        read_addresses(write(tmp_path, "b.csv", ROWS.drop(columns="FULL")), FIELDS)
    with pytest.raises(AddressReferenceError, match="no rows"):
        read_addresses(write(tmp_path, "c.csv", ROWS.iloc[:0]), FIELDS)
    with pytest.raises(AddressReferenceError, match="number, street"):
        read_addresses(write(tmp_path, "d.csv"), {"lon": "X"})
    broken = tmp_path / "e.parquet"
    broken.write_bytes(b"PAR1 no more")
    with pytest.raises(UnreadableFileError):
        read_addresses(broken, FIELDS)
    other = tmp_path / "f.docx"
    other.write_bytes(b"x")
    with pytest.raises(UnreadableFileError, match="no known format"):
        read_addresses(other, FIELDS)


def test_repeated_ids_stay_apart(tmp_path: Path) -> None:
    frame = read_addresses(write(tmp_path, "a.csv", ROWS.assign(ID=[7, 7, None])), FIELDS)
    assert frame.index.is_unique
    assert len(frame) == 3


def test_blocks(tmp_path: Path) -> None:
    rows = pd.DataFrame(
        {"s": ["10TH PLACE SE", "EAST CAPITOL STREET"], "a": [3299, 1], "b": [3200, 99],
         "x": [-77.0, -77.0], "y": [38.8, 38.9], "w": [1.5, 0]}
    )  # fmt: skip
    fields = {"street": "s", "lo": "a", "hi": "b", "lon": "x", "lat": "y", "spread_m": "w"}
    frame = read_blocks(write(tmp_path, "b.csv.xz", rows), fields)
    check_frame(frame, BLOCKS)
    assert frame["street"].tolist() == ["10TH PLACE", "EAST CAPITOL STREET"]
    assert frame["quadrant"].tolist() == ["SE", ""]
    assert frame[["lo", "hi"]].to_numpy().tolist() == [[3200, 3299], [1, 99]]
    assert frame["length_m"].isna().all()
    assert frame["spread_m"].tolist() == [1.5, 0]


def test_venues(tmp_path: Path) -> None:
    rows = pd.DataFrame(
        {"c": ["library", "pub"], "n": ["Central", "Crown"], "x": [-77.0, -77.0], "y": [38.8, 38.9]}
    )
    fields = {"category": "c", "name": "n", "lon": "x", "lat": "y"}
    frame = read_venues(write(tmp_path, "v.csv", rows), fields, {"library": "education"})
    check_frame(frame, VENUES)
    assert frame["partner_kind"].tolist() == ["education", ""]
    assert frame["address"].tolist() == ["", ""]


def test_files_without_a_usable_row_are_refused_by_name(tmp_path: Path) -> None:
    for name, rows in (
        ("numbers.csv", ROWS.assign(FULL="", NUM="none")),
        ("streets.csv", ROWS.assign(FULL="", ST=" ")),
    ):
        with pytest.raises(AddressReferenceError, match="none of the 3 rows") as caught:
            read_addresses(write(tmp_path, name, rows), FIELDS)
        assert name in str(caught.value)
    blocks = pd.DataFrame({"s": [None], "a": [1], "b": [99], "x": [-77.0], "y": [38.9]})
    fields = {"street": "s", "lo": "a", "hi": "b", "lon": "x", "lat": "y"}
    with pytest.raises(AddressReferenceError, match=r"blocks\.csv"):
        read_blocks(write(tmp_path, "blocks.csv", blocks), fields)
    venues = pd.DataFrame({"c": ["library"], "n": [None], "x": [-77.0], "y": [38.9]})
    fields = {"category": "c", "name": "n", "lon": "x", "lat": "y"}
    with pytest.raises(AddressReferenceError, match=r"venues\.csv"):
        read_venues(write(tmp_path, "venues.csv", venues), fields, {})


def test_centrelines(tmp_path: Path) -> None:
    frame = gpd.GeoDataFrame(
        {"FULLNAME": ["H St NE", None, "Point Pl NE"]},
        geometry=[LineString([(-77, 38.9), (-76.9, 38.9)])] * 2 + [Point(-77, 38.9)],
        crs="EPSG:4326",
    )
    path = tmp_path / "roads.geojson"
    frame.to_file(path)
    lines = read_centrelines(path, {"street": "FULLNAME"})
    assert lines["street"].tolist() == ["H St NE"]
    assert lines.crs == "EPSG:4326"
    with pytest.raises(AddressReferenceError, match="no column 'NAME'"):
        read_centrelines(path, {"street": "NAME"})
    with pytest.raises(MissingFileError):
        read_centrelines(tmp_path / "none.zip", {"street": "FULLNAME"})
    frame.assign(FULLNAME="").to_file(path)
    with pytest.raises(AddressReferenceError, match="a line and a street name"):
        read_centrelines(path, {"street": "FULLNAME"})
    path.write_text("{")
    with pytest.raises(UnreadableFileError):
        read_centrelines(path, {"street": "FULLNAME"})


def test_a_reference_of_another_city_is_refused(tmp_path: Path) -> None:
    frame = read_addresses(write(tmp_path, "a.csv"), FIELDS)
    here = gpd.GeoDataFrame(geometry=[box(-77.2, 38.7, -76.8, 39)], crs="EPSG:4326")
    assert outside_city(frame, here, "a.csv") == []
    elsewhere = gpd.GeoDataFrame(geometry=[box(-76.7, 39.2, -76.5, 39.4)], crs="EPSG:4326")
    with pytest.raises(AddressReferenceError, match="0 of 3 points lie in the city") as caught:
        outside_city(frame, elsewhere, "a.csv")
    assert "another city" in str(caught.value)


def test_a_point_outside_the_city_is_named(tmp_path: Path) -> None:
    """The westmost of three points lies beyond the boundary."""
    frame = read_addresses(write(tmp_path, "a.csv"), FIELDS)
    here = gpd.GeoDataFrame(geometry=[box(-77.05, 38.7, -76.8, 39)], crs="EPSG:4326")
    faults = outside_city(frame, here, "a.csv")
    assert [(fault.kind, fault.reference_id) for fault in faults] == [("outside_city", "9")]
    index = ReferenceIndex.build(frame, grammar=toy.GRAMMAR, crs=toy.CRS, faults=faults)
    assert index.problems.iloc[0]["kind"] == "outside_city"
