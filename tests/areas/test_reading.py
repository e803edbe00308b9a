from __future__ import annotations

import json
import struct
import warnings
import zipfile
from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest
import shapely
from shapely import box

from geoteam.areas import guess_fields, read_boundaries, read_raw_boundaries
from geoteam.errors import BoundaryError, CrsError, MissingFileError, UnreadableFileError
from geoteam.frames import BOUNDARIES, check_frame

from .conftest import CRS, squares

FIELDS = {"code": "PSA", "name": "NAME", "parent": "SECTOR"}


def table(**columns: object) -> gpd.GeoDataFrame:
    shapes = squares()
    data = {"PSA": [101, 102, 103, 104], "NAME": list("abcd"), "SECTOR": ["1D1"] * 4, **columns}
    return gpd.GeoDataFrame(data, geometry=list(shapes.values()), crs="EPSG:4326")


def read(path: Path, **options: object) -> gpd.GeoDataFrame:
    return read_boundaries(path, kind="service_area", **{"fields": FIELDS, **options})


def write(frame: gpd.GeoDataFrame, path: Path, **options: object) -> Path:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        frame.to_file(path, **options)
    return path


@pytest.mark.parametrize("suffix", [".geojson", ".shp", ".gpkg", ".fgb", ".gdb", ".kml"])
def test_every_format_gives_the_same_frame(tmp_path: Path, suffix: str) -> None:
    driver = {".gdb": "OpenFileGDB", ".kml": "LIBKML"}.get(suffix)
    path = write(table(), tmp_path / f"psa{suffix}", **({"driver": driver} if driver else {}))
    fields = {"code": "PSA", "parent": "SECTOR"}
    frame = check_frame(read(path, fields=fields, city_crs=CRS), BOUNDARIES)
    assert frame.index.tolist() == ["101", "102", "103", "104"]
    assert frame["parent"].tolist() == ["1D1"] * 4
    # A File Geodatabase rounds coordinates to its grid of a nanodegree.
    difference = frame.geometry.symmetric_difference(gpd.GeoSeries(squares(), crs=4326))
    assert (shapely.area(difference.to_numpy()) < 1e-10).all()


def test_a_zipped_shapefile_is_read(tmp_path: Path) -> None:
    write(table(), tmp_path / "psa.shp")
    with zipfile.ZipFile(tmp_path / "psa.zip", "w") as archive:
        for part in tmp_path.glob("psa.*"):
            if part.suffix != ".zip":
                archive.write(part, part.name)
    assert len(read(tmp_path / "psa.zip")) == 4


def test_another_crs_is_reprojected_and_said_so(tmp_path: Path) -> None:
    path = write(table().to_crs(CRS), tmp_path / "psa.gpkg")
    frame = read(path)
    assert frame.crs.to_epsg() == 4326
    assert "reprojected from" in frame.attrs["notes"][0]
    assert frame.geometry.iloc[0].equals_exact(squares()["101"], 1e-6)


def test_codes_become_text_and_rows_can_be_chosen(tmp_path: Path) -> None:
    path = write(table(PSA=[101.0, 102.0, 103.0, np.nan], SECTOR=[1, 1, 2, 2]), tmp_path / "p.gpkg")
    frame = read(path, keep={"SECTOR": ["1"]})
    assert frame.index.tolist() == ["101", "102"]
    with pytest.raises(BoundaryError, match=r"1 of 4 service areas have no code.*row\(s\) 4"):
        read(path)
    with pytest.raises(BoundaryError, match="has no service areas"):
        read(path, keep={"SECTOR": ["9"]})
    with pytest.raises(BoundaryError, match=r"no column 'NOPE'.*PSA, NAME, SECTOR"):
        read(path, keep={"NOPE": ["9"]})


def test_duplicate_codes_and_wrong_columns_are_named(tmp_path: Path) -> None:
    path = write(table(PSA=[101, 102, 102, 104]), tmp_path / "p.geojson")
    with pytest.raises(BoundaryError, match="more than once: 102"):
        read(path)
    with pytest.raises(BoundaryError, match=r"no column 'CODE'.*Columns: PSA, NAME, SECTOR"):
        read(path, fields={"code": "CODE"})


def test_a_shapefile_without_crs_is_refused_until_it_is_stated(tmp_path: Path) -> None:
    write(table(), tmp_path / "psa.shp")
    (tmp_path / "psa.prj").unlink()
    with pytest.raises(CrsError, match=r"does not say its coordinate system.*\.prj"):
        read(tmp_path / "psa.shp")
    frame = read(tmp_path / "psa.shp", crs="EPSG:4326")
    assert frame.attrs["notes"] == ["taken to be in WGS 84, as stated"]


def test_a_stated_crs_may_not_contradict_the_file(tmp_path: Path) -> None:
    path = write(table().to_crs(CRS), tmp_path / "psa.gpkg")
    with pytest.raises(CrsError, match="not in WGS 84"):
        read(path, crs="EPSG:4326")


def test_swapped_axes_are_recognised(tmp_path: Path) -> None:
    frame = table()
    frame["geometry"] = shapely.transform(frame.geometry.to_numpy(), lambda c: c[:, ::-1])
    path = write(frame, tmp_path / "swapped.geojson")
    # -77 may be a latitude: only the city tells.
    with pytest.raises(BoundaryError, match=r"swapped.*38\.91.*-77\.01"):
        read(path, city_crs=CRS)
    frame["geometry"] = [
        shapely.transform(s, lambda c: np.add(c, (0, -50))) for s in frame.geometry
    ]
    path = write(frame, tmp_path / "far.geojson")
    with pytest.raises(BoundaryError, match="swapped"):
        read(path)


def test_metres_taken_for_degrees_and_other_cities_are_refused(tmp_path: Path) -> None:
    metres = table().to_crs(CRS).set_crs("EPSG:4326", allow_override=True)
    path = write(metres, tmp_path / "metres.geojson")
    with pytest.raises(CrsError, match="no degrees"):
        read(path)
    assert len(read(path, crs=CRS)) == 4
    paris = table()
    paris["geometry"] = paris.geometry.translate(79, 10)
    path = write(paris, tmp_path / "paris.geojson")
    with pytest.raises(CrsError, match="outside the area"):
        read(path, city_crs=CRS)
    assert len(read(path)) == 4


def test_files_that_are_not_there_empty_or_of_another_kind(tmp_path: Path) -> None:
    with pytest.raises(MissingFileError, match="there is no file"):
        read(tmp_path / "none.geojson")
    for name in ("a.geojson", "a.shp", "a.gpkg", "a.zip", "a.fgb", "a.kml"):
        (tmp_path / name).touch()
        with pytest.raises(UnreadableFileError, match="empty"):
            read(tmp_path / name)
    (tmp_path / "a.csv").write_text("x")
    with pytest.raises(UnreadableFileError, match="no boundary format"):
        read(tmp_path / "a.csv")
    (tmp_path / "dir.geojson").mkdir()
    with pytest.raises(UnreadableFileError, match="folder"):
        read(tmp_path / "dir.geojson")
    (tmp_path / "b.geojson").write_text('{"type": "FeatureCollection", "features": []}')
    with pytest.raises(BoundaryError):
        read(tmp_path / "b.geojson")


@pytest.mark.parametrize("suffix", [".geojson", ".shp", ".gpkg", ".fgb", ".kml"])
@pytest.mark.parametrize("share", [0.1, 0.5, 0.8, 0.97])
def test_a_truncated_file_is_refused(tmp_path: Path, suffix: str, share: float) -> None:
    driver = {".kml": "LIBKML"}.get(suffix)
    # Many vertices, so that the cut falls into coordinates.
    frame = table()
    frame["geometry"] = shapely.segmentize(frame.geometry.to_numpy(), 0.0001)
    path = write(frame, tmp_path / f"psa{suffix}", **({"driver": driver} if driver else {}))
    with path.open("r+b") as file:
        file.truncate(int(path.stat().st_size * share))
    with pytest.raises(UnreadableFileError) as caught:
        read(path)
    assert str(path) in str(caught.value)


def test_a_truncated_zip_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "psa.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("psa.geojson", table().to_json())
    path.write_bytes(path.read_bytes()[:-30])
    with pytest.raises(UnreadableFileError, match="damaged or truncated"):
        read(path)


@pytest.mark.parametrize(
    "content", ["<html>404</html>", "<OGRVRTDataSource><OGRVRTLayer/></OGRVRTDataSource>", "[1]"]
)
@pytest.mark.parametrize("name", ["a.geojson", "a.json", "a.kml"])
def test_a_web_page_or_a_virtual_source_is_no_boundary_file(
    tmp_path: Path, name: str, content: str
) -> None:
    (tmp_path / name).write_text(content)
    with pytest.raises(UnreadableFileError, match=r"no (GeoJSON|KML)"):
        read(tmp_path / name)


@pytest.mark.parametrize("flag", ['"properties": {"exceededTransferLimit": true}, ', ""])
def test_one_page_of_a_download_is_not_taken_for_all(tmp_path: Path, flag: str) -> None:
    path = write(table(), tmp_path / "page.geojson")
    path.write_text(path.read_text().replace('"features"', flag + '"features"', 1))
    if not flag:
        assert len(read(path)) == 4
        return
    with pytest.raises(UnreadableFileError, match="one page of a download"):
        read(path)


def test_a_file_of_two_gigabytes_is_refused_before_it_is_read(tmp_path: Path) -> None:
    path = tmp_path / "big.geojson"
    with path.open("wb") as file:
        file.truncate(2 << 30)
    with pytest.raises(UnreadableFileError, match=r"2\.1 GB"):
        read(path)


def test_a_zip_that_unpacks_to_too_much_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "bomb.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("psa.geojson", "x")
    raw = bytearray(path.read_bytes())
    at = raw.index(b"PK\x01\x02")
    raw[at + 24 : at + 28] = struct.pack("<I", 3 << 30)
    path.write_bytes(raw)
    with pytest.raises(UnreadableFileError, match="GB"):
        read(path)


@pytest.mark.parametrize("number", [np.nan, np.inf])
def test_coordinates_that_are_no_numbers_are_named(tmp_path: Path, number: float) -> None:
    frame = table()
    shape = np.array(squares()["102"].exterior.coords)
    shape[2, 0] = number
    with np.errstate(invalid="ignore"):
        frame.loc[1, "geometry"] = shapely.Polygon(shape)
    path = write(frame, tmp_path / "p.gpkg")
    with pytest.raises(BoundaryError, match=r"not a finite number.*code 102"):
        read(path)


def test_rows_that_are_no_polygons_are_named(tmp_path: Path) -> None:
    frame = table()
    frame.loc[2, "geometry"] = None
    with pytest.raises(BoundaryError, match=r"no geometry.*row 3, code 103"):
        read(write(frame, tmp_path / "none.geojson"))
    frame.loc[2, "geometry"] = shapely.Point(-77.01, 38.91)
    with pytest.raises(BoundaryError, match=r"no polygon.*row 3, code 103"):
        read(write(frame, tmp_path / "point.geojson"))
    frame["geometry"] = [shapely.Point(-77, 38.9)] * 4
    with pytest.raises(BoundaryError, match="no service area has a polygon"):
        read(write(frame, tmp_path / "points.geojson"))


def test_two_layers_must_be_told_apart(tmp_path: Path) -> None:
    path = write(table(), tmp_path / "two.gpkg", layer="psa")
    write(table(PSA=[1, 2, 3, 4]), path, layer="wards")
    with pytest.raises(BoundaryError, match=r"2 layers.*psa, wards"):
        read(path)
    assert read(path, layer="wards").index.tolist() == ["1", "2", "3", "4"]
    with pytest.raises(BoundaryError, match=r"no layer 'x'.*psa, wards"):
        read(path, layer="x")


def test_the_raw_reader_keeps_every_fault(tmp_path: Path) -> None:
    bow = shapely.Polygon([(-77.02, 38.9), (-77.01, 38.91), (-77.01, 38.9), (-77.02, 38.91)])
    frame = table(PSA=[101, 101, None, 104])
    frame.loc[0, "geometry"] = bow
    path = write(frame, tmp_path / "p.geojson")
    raw = read_raw_boundaries(path, kind="service_area", fields=FIELDS)
    assert raw["code"].tolist() == ["101", "101", "", "104"]
    assert not raw.geometry.iloc[0].is_valid
    assert raw.geometry.iloc[0].equals_exact(bow)


def test_heights_are_left_out(tmp_path: Path) -> None:
    frame = table()
    frame["geometry"] = shapely.force_3d(frame.geometry.to_numpy(), 5.0)
    done = read(write(frame, tmp_path / "p.geojson"))
    assert not done.geometry.has_z.any()
    assert "heights were left out" in done.attrs["notes"]


def test_the_code_column_is_guessed(tmp_path: Path) -> None:
    path = write(table(OBJECTID=[1, 2, 3, 4]), tmp_path / "p.geojson")
    assert guess_fields(path) == {"code": "PSA", "name": "NAME"}
    content = json.loads(path.read_text())
    for feature in content["features"]:
        feature["properties"] = {"kind": "same"}
    path.write_text(json.dumps(content))
    with pytest.raises(BoundaryError, match=r"no column has a code.*kind"):
        guess_fields(path)


@pytest.mark.realdata
def test_every_boundary_file_of_the_city_is_read(dc_data: Path) -> None:
    expected = {"psa_2019": 57, "psa_2012_2018": 56, "block_groups_2010": 450, "smd_2013": 296}
    for name, rows in expected.items():
        path = dc_data / "boundaries" / f"{name}.geojson"
        frame = read(path, fields=guess_fields(path), city_crs=CRS)
        assert len(check_frame(frame, BOUNDARIES)) == rows
    one = read(
        dc_data / "boundaries/zip_codes.geojson",
        fields={"code": "ZIPCODE", "name": "NAME"}, keep={"TYPE": ["STANDARD"]}, city_crs=CRS,
    )  # fmt: skip
    assert len(one) == 25
    assert box(*one.total_bounds).contains(shapely.Point(-77.01, 38.9))
