"""The data folder: complete, readable by its profile, and the same for the same seed."""

from __future__ import annotations

import hashlib
from pathlib import Path

import geopandas as gpd
import osmium
import pandas as pd
import pytest

from geoteam.demo import write_demo_city
from geoteam.errors import InputError
from geoteam.profile import CityProfile, read_profile

from .conftest import ON, SEED


def _profile(folder: Path) -> CityProfile:
    return read_profile(folder / "demo.toml")


def _digests(folder: Path) -> dict[str, str]:
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return {str(p.relative_to(folder)): hashlib.sha256(p.read_bytes()).hexdigest() for p in files}


def _ways(path: Path) -> list[tuple[int, tuple[tuple[str, str], ...], tuple[int, ...]]]:
    found = []
    for item in osmium.FileProcessor(str(path)):
        if item.is_way():
            tags = tuple(sorted((tag.k, tag.v) for tag in item.tags))
            found.append((item.id, tags, tuple(node.ref for node in item.nodes)))
    return found


def test_same_seed_same_files(folder: Path, tmp_path: Path) -> None:
    write_demo_city(tmp_path, clients=1500, seed=SEED, on=ON, size="small")
    assert _digests(tmp_path) == _digests(folder)


def test_other_seed_other_city(folder: Path, tmp_path: Path) -> None:
    write_demo_city(tmp_path, clients=20, seed=7, on=ON, size="small")
    name = "boundaries/service_areas_2024.geojson"
    assert (tmp_path / name).read_bytes() != (folder / name).read_bytes()


def test_every_file_of_the_profile_is_there(folder: Path) -> None:
    profile = _profile(folder)
    files = [table.file for table in profile.boundaries]
    files += [profile.streets.file, profile.addresses.points.file]
    assert profile.addresses.blocks is not None
    assert profile.venues is not None
    files += [profile.addresses.blocks.file, profile.venues.file]
    files += [value for value in profile.staff.model_dump().values() if value]
    assert len(files) > 15
    for file in files:
        assert (folder / file).stat().st_size > 100, file


def test_fields_of_the_profile_are_columns(folder: Path) -> None:
    profile = _profile(folder)
    assert profile.addresses.blocks is not None
    assert profile.venues is not None
    points = pd.read_parquet(folder / profile.addresses.points.file)
    blocks = pd.read_csv(folder / profile.addresses.blocks.file)
    venues = pd.read_csv(folder / profile.venues.file)
    assert set(profile.addresses.points.fields.values()) <= set(points.columns)
    assert set(profile.addresses.blocks.fields.values()) <= set(blocks.columns)
    assert set(profile.venues.fields.values()) <= set(venues.columns)
    assert set(profile.venues.partner_kinds) <= set(venues["category"])
    for table in profile.boundaries:
        columns = set(gpd.read_file(folder / table.file).columns)
        assert set(table.fields.values()) <= columns, table.file


def test_two_versions_follow_each_other(folder: Path) -> None:
    areas = [t for t in _profile(folder).boundaries if t.kind == "service_area"]
    now, before = areas
    assert now.valid_to is None
    assert before.valid_to == now.valid_from


def test_streets_are_osm_ways(folder: Path) -> None:
    ways = _ways(folder / "roads" / "streets.osm.pbf")
    tags = [dict(pairs) for _, pairs, _ in ways]
    streets = [t for t in tags if "highway" in t]
    assert len(streets) > 1000
    assert all(t["maxspeed"].isdigit() for t in streets)
    assert all("name" in t for t in streets if t["highway"] != "motorway_link")
    assert any(t.get("oneway") == "yes" for t in streets)
    assert any(t.get("bridge") == "yes" for t in streets)
    assert any(t.get("junction") == "roundabout" for t in streets)
    assert any(t.get("natural") == "water" for t in tags)
    assert any(t.get("leisure") == "park" for t in tags)


def test_addresses_lie_in_their_zip(folder: Path) -> None:
    points = pd.read_parquet(folder / "addresses" / "points.parquet")
    known = points[points["zip"] != ""]
    frame = gpd.GeoDataFrame(
        known, geometry=gpd.points_from_xy(known["lon"], known["lat"], crs=4326)
    )
    zips = gpd.read_file(folder / "boundaries" / "zip.geojson")
    joined = gpd.sjoin(frame, zips[["ZIP", "geometry"]], predicate="intersects")
    assert (joined["zip"] == joined["ZIP"]).mean() > 0.999
    assert 0.005 < (points["zip"] == "").mean() < 0.05


def test_venues_of_every_kind_and_thin_districts(folder: Path) -> None:
    venues = pd.read_csv(folder / "venues" / "venues.csv")
    assert (venues["category"] == "police_station").sum() == 2
    assert (venues["category"] == "field_office").sum() >= 1
    assert venues["venue_ref"].is_unique
    assert venues["name"].is_unique
    points = pd.read_parquet(folder / "addresses" / "points.parquet")
    assert set(venues["address"]) <= set(points["address"])


@pytest.mark.parametrize(("size", "clients"), [("tiny", 10), ("small", -1)])
def test_wrong_sizes_are_refused(tmp_path: Path, size: str, clients: int) -> None:
    with pytest.raises(InputError):
        write_demo_city(tmp_path, clients=clients, on=ON, size=size)
    assert not list(tmp_path.iterdir())


def test_progress_is_told(tmp_path: Path) -> None:
    told: list[tuple[str, float]] = []
    write_demo_city(
        tmp_path,
        clients=0,
        on=ON,
        size="small",
        progress=lambda what, share: told.append((what, share)),
    )
    shares = [share for _, share in told]
    assert shares == sorted(shares)
    assert told[-1] == ("done", 1.0)
    assert len(pd.read_csv(tmp_path / "staff" / "clients.csv")) == 0
