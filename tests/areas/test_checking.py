from __future__ import annotations

import json
import warnings
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely import affinity, box

from geoteam.areas import Fault, check_boundaries, faults_frame, read_boundaries, repair_boundaries
from geoteam.errors import BoundaryError, FrameError, UnreadableFileError

from .conftest import CRS, boundaries, squares

# One square measures 867.6 m by 1,110.1 m here.
SQUARE_M2 = 963_000


def check(frame: gpd.GeoDataFrame | Path, **options: object) -> list[Fault]:
    return check_boundaries(frame, **{"crs": CRS, **options})


def only(faults: list[Fault]) -> Fault:
    assert len(faults) == 1, [fault.message for fault in faults]
    return faults[0]


def test_a_sound_set_has_no_fault(city: gpd.GeoDataFrame, districts: gpd.GeoDataFrame) -> None:
    assert check(city) == []
    assert check(city, parents=districts) == []
    assert check(districts, kind="district", children=city) == []


def test_a_ring_that_crosses_itself_is_named_with_its_place(city: gpd.GeoDataFrame) -> None:
    # The outline of 104 crosses itself just under its top edge.
    cross = shapely.Polygon([
        (-77.01, 38.91), (-77.00, 38.91), (-77.00, 38.92), (-77.0052, 38.9202),
        (-77.0048, 38.9202), (-77.01, 38.92),
    ])  # fmt: skip
    fault = only(
        [f for f in check(boundaries({**squares(), "104": cross})) if f.kind == "invalid_ring"]
    )
    assert (fault.code, fault.severity) == ("104", "error")
    assert fault.lon == pytest.approx(-77.005, abs=1e-4)
    assert fault.lat == pytest.approx(38.92019, abs=1e-4)
    assert fault.size_m2 > 1
    assert "104" in fault.message
    assert "crosses itself" in fault.message


def test_an_overlap_has_two_names_a_size_and_a_place() -> None:
    wide = box(-77.0105, 38.90, -77.00, 38.91)
    fault = only(check(boundaries({**squares(), "102": wide})))
    assert (fault.kind, fault.code, fault.other, fault.severity) == (
        "overlap", "101", "102", "error",
    )  # fmt: skip
    assert fault.size_m2 == pytest.approx(SQUARE_M2 / 20, rel=0.01)
    assert -77.0105 < fault.lon < -77.01
    assert 38.90 < fault.lat < 38.91


@pytest.mark.parametrize(
    ("width_deg", "kind", "severity"),
    [
        (1e-3, "gap", "error"),
        (5e-6, "sliver", "error"),
        (5e-8, "sliver", "warning"),
        (1e-10, "", ""),
    ],
)
def test_a_gap_inside_is_told_by_its_width(width_deg: float, kind: str, severity: str) -> None:
    # A slit between 101 and 102, closed at both ends so that it is inside.
    slit = box(-77.01, 38.902, -77.01 + width_deg, 38.908)
    faults = check(boundaries({**squares(), "102": squares()["102"].difference(slit)}))
    if not kind:
        assert faults == []
        return
    fault = only(faults)
    assert (fault.kind, fault.severity) == (kind, severity)
    assert {fault.code, fault.other} == {"101", "102"}
    assert fault.size_m2 == pytest.approx(width_deg * 86764 * 666, rel=0.02)
    assert fault.lon == pytest.approx(-77.01, abs=2e-3)


def test_a_notch_open_to_the_outside_is_a_gap_too() -> None:
    short = box(-77.01 + 2e-5, 38.90, -77.00, 38.91)
    faults = check(boundaries({"101": squares()["101"], "102": short, "103": squares()["103"]}))
    assert faults[0].kind == "gap"
    assert {faults[0].code, faults[0].other} == {"101", "102"}
    assert faults[0].size_m2 == pytest.approx(2e-5 * 86764 * 1110, rel=0.05)


def test_a_hole_in_one_area_is_a_hole_not_a_gap(city: gpd.GeoDataFrame) -> None:
    pond = box(-77.016, 38.904, -77.014, 38.906)
    holed = boundaries({**squares(), "101": squares()["101"].difference(pond)})
    fault = only(check(holed))
    assert (fault.kind, fault.code, fault.other) == ("hole", "101", "")
    assert only(check(holed, tiles=False)).severity == "warning"
    # Filled by another boundary it is none.
    assert check(boundaries({**squares(), "101": holed.geometry["101"], "105": pond})) == []


def test_rows_that_cannot_be_used_are_all_listed() -> None:
    frame = boundaries(squares()).reset_index()
    extra = gpd.GeoDataFrame(
        {"code": ["101", "", "106", "107"], "name": "", "parent": ""},
        geometry=[
            squares()["101"], box(-77.00, 38.90, -76.99, 38.91), None, shapely.Point(-77, 38.9)
        ],
        crs=4326,
    )  # fmt: skip
    faults = check(pd.concat([frame, extra], ignore_index=True))
    assert {(f.kind, f.code) for f in faults} == {
        ("duplicate_code", "101"),
        ("duplicate_geometry", "101"),
        ("missing_code", ""),
        ("empty_geometry", "106"),
        ("not_polygon", "107"),
    }
    table = faults_frame(faults)
    assert list(table.columns) == [
        "kind", "code", "other", "size_m2", "lon", "lat", "message", "severity",
    ]  # fmt: skip
    json.dumps([fault.as_dict() for fault in faults], allow_nan=False)


def test_crs_and_axes_are_faults_not_crashes(tmp_path: Path, city: gpd.GeoDataFrame) -> None:
    plain = city.reset_index()
    swapped = plain.set_geometry(
        gpd.GeoSeries(shapely.transform(plain.geometry.to_numpy(), lambda c: c[:, ::-1]), crs=4326)
    )
    fault = only(check(swapped))
    assert (fault.kind, fault.severity) == ("swapped_axes", "error")
    assert (fault.lon, fault.lat) == (pytest.approx(-77.01), pytest.approx(38.91))
    assert only(check(plain.set_crs(None, allow_override=True))).kind == "missing_crs"
    metres = plain.to_crs(CRS).set_crs(4326, allow_override=True)
    assert only(check(metres)).kind == "wrong_crs"
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        plain.to_file(tmp_path / "a.shp")
    (tmp_path / "a.prj").unlink()
    assert only(check(tmp_path / "a.shp")).kind == "missing_crs"
    assert check(tmp_path / "a.shp", source_crs="EPSG:4326") == []
    (tmp_path / "a.geojson").write_text("")
    with pytest.raises(UnreadableFileError):
        check(tmp_path / "a.geojson")


def test_a_district_that_is_not_the_union_of_its_areas(
    city: gpd.GeoDataFrame, districts: gpd.GeoDataFrame
) -> None:
    city.loc["102", "parent"] = "2"
    faults = check(districts, kind="district", children=city)
    assert {(f.code, f.other, f.severity) for f in faults} == {
        ("1", "102", "error"),
        ("2", "102", "error"),
    }
    assert all(f.kind == "not_union_of_children" for f in faults)
    assert faults[0].size_m2 == pytest.approx(SQUARE_M2, rel=0.01)
    city.loc["102", "parent"] = "9"
    kinds = {f.kind: f for f in check(city, parents=districts)}
    assert kinds["unknown_parent"].code == "102"
    assert "names 9" in kinds["unknown_parent"].message


def test_children_that_name_another_level_are_matched_by_ground(
    city: gpd.GeoDataFrame, districts: gpd.GeoDataFrame
) -> None:
    city["parent"] = ["1A", "1B", "2A", "2B"]
    assert check(districts, children=city) == []
    shifted = boundaries({"1": districts.geometry["1"].union(box(-77.02, 38.91, -77.01, 38.911)),
                          "2": districts.geometry["2"]})  # fmt: skip
    found = [f for f in check(shifted, children=city) if f.kind == "not_union_of_children"]
    assert [(f.code, f.other) for f in found] == [("1", "103")]


def test_repair_mends_slips_and_says_by_how_much() -> None:
    slit = box(-77.01, 38.902, -77.01 + 1e-6, 38.908)
    frame = boundaries({
        **squares(),
        "102": squares()["102"].difference(slit),
        "104": affinity.translate(squares()["104"], xoff=-2e-6),
    })  # fmt: skip
    assert {f.kind for f in check(frame)} == {"sliver"}
    mended, repairs = repair_boundaries(frame, crs=CRS)
    assert check(mended) == []
    what = {r.code: r for r in repairs}
    assert set(what) <= {"101", "102", "104"}
    assert what["104"].area_change_m2 == pytest.approx(-2e-6 * 86764 * 1110, rel=0.05)
    # The overlap went to 103, the code that sorts first: 104's side moved by its width.
    assert what["104"].moved_m == pytest.approx(2e-6 * 86764, rel=0.05)
    assert mended.geometry["103"].equals(frame.geometry["103"])


def test_repair_leaves_a_sound_set_alone(city: gpd.GeoDataFrame) -> None:
    mended, repairs = repair_boundaries(city, crs=CRS)
    assert repairs == []
    assert shapely.equals_identical(mended.geometry.to_numpy(), city.geometry.to_numpy()).all()


def test_repair_refuses_what_it_would_have_to_guess(city: gpd.GeoDataFrame) -> None:
    wide = box(-77.0105, 38.90, -77.00, 38.91)
    with pytest.raises(BoundaryError, match=r"101 and 102 overlap by 48,\d+ m2"):
        repair_boundaries(boundaries({**squares(), "102": wide}), crs=CRS)
    with pytest.raises(BoundaryError, match="101 and 105 have the same outline"):
        repair_boundaries(boundaries({**squares(), "105": squares()["101"]}), crs=CRS)
    flat = shapely.Polygon([(-77.02, 38.9), (-77.01, 38.9), (-77.02, 38.9)])
    with pytest.raises(BoundaryError, match="105 encloses no ground"):
        repair_boundaries(boundaries({**squares(), "105": flat}), crs=CRS)
    with pytest.raises(FrameError, match="stands twice"):
        repair_boundaries(pd.concat([city, city]), crs=CRS)


def test_a_large_gap_is_left_and_listed() -> None:
    pond = box(-77.01, 38.902, -77.008, 38.908)
    frame = boundaries({**squares(), "102": squares()["102"].difference(pond)})
    mended, repairs = repair_boundaries(frame, crs=CRS)
    assert "left" in repairs[0].what
    assert repairs[0].area_change_m2 == 0
    assert shapely.equals_identical(mended.geometry.to_numpy(), frame.geometry.to_numpy()).all()


@settings(max_examples=25)
@given(shift=st.tuples(*[st.floats(-2e-5, 2e-5)] * 8))
def test_after_a_repair_no_slip_is_left(shift: tuple[float, ...]) -> None:
    shapes = {
        code: affinity.translate(shape, xoff=shift[2 * k], yoff=shift[2 * k + 1])
        for k, (code, shape) in enumerate(squares().items())
    }
    mended, _ = repair_boundaries(boundaries(shapes), crs=CRS)
    left = [f for f in check(mended) if f.kind in ("overlap", "invalid_ring", "hole")]
    assert left == []
    assert mended.geometry.is_valid.all()


@pytest.mark.realdata
def test_the_broken_variant_is_caught_and_named(dc_data: Path) -> None:
    faults = check(dc_data / "boundaries/psa_2019_variant_invalid507.geojson")
    fault = faults[0]
    assert (fault.kind, fault.code, fault.severity) == ("invalid_ring", "507", "error")
    assert fault.message.startswith("PSA 507: its outline crosses itself at -76.97867")
    assert (fault.lon, fault.lat) == (
        pytest.approx(-76.97867, abs=1e-5),
        pytest.approx(38.90738, abs=1e-5),
    )
    assert 1 < fault.size_m2 < 2
    assert [f for f in faults if f.severity == "error"] == [fault]


@pytest.mark.realdata
def test_the_broken_variant_can_be_repaired(dc_data: Path) -> None:
    path = dc_data / "boundaries/psa_2019_variant_invalid507.geojson"
    frame = read_boundaries(path, kind="service_area", fields={"code": "PSA"}, city_crs=CRS)
    mended, repairs = repair_boundaries(frame, crs=CRS)
    assert "507" in {repair.code for repair in repairs}
    assert all(abs(repair.area_change_m2) < 2 for repair in repairs)
    assert check(mended) == []


@pytest.mark.realdata
def test_districts_drawn_apart_from_their_areas_are_told(dc_data: Path) -> None:
    folder = dc_data / "boundaries"

    def read(name: str, code: str) -> gpd.GeoDataFrame:
        fields = {"code": code} | ({"parent": "SECTOR"} if code == "PSA" else {})
        return read_boundaries(folder / name, kind="x", fields=fields, city_crs=CRS)

    old = check(
        read("police_districts_2012_2018.geojson", "DISTRICT"),
        kind="district",
        children=read("psa_2012_2018.geojson", "PSA"),
    )
    assert {f.kind for f in old} == {"not_union_of_children"}
    assert all(f.severity == "warning" for f in old)
    assert 80_000 < sum(f.size_m2 for f in old) < 130_000
    new = check(
        read("police_districts_2019.geojson", "DISTRICT"), children=read("psa_2019.geojson", "PSA")
    )
    assert new == []
