"""Boundary sets of a workspace: add, mend, refuse, compare."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import numpy as np
import pytest

from geoteam.errors import BoundaryError, GeoteamError, InputError, NotFoundError
from geoteam.profile import BoundaryTable
from geoteam.services import audit, boundaries, overview
from geoteam.services.workspace import Workspace
from tests.made_city import counts
from tests.tiny_city import CRS, _geojson, _square, lonlat


def _table(version: str = "2027", **changes: object) -> BoundaryTable:
    values: dict[str, object] = {
        "file": "new.geojson",
        "kind": "service_area",
        "version": version,
        "valid_from": date(2027, 1, 1),
        "fields": {"code": "PSA", "name": "NAME", "parent": "DISTRICT"},
    }
    return BoundaryTable.model_validate(values | changes)


def _areas(path: Path, shapes: dict[str, tuple[float, float, float, float]]) -> Path:
    """Write areas: code -> west, south, width, height in metres of the grid."""
    _geojson(
        path,
        [
            ({"PSA": code, "NAME": code, "DISTRICT": code[0]}, _square(*shape))
            for code, shape in shapes.items()
        ],
    )
    return path


# Two bands of 250 m move from the south to the north.
MOVED = {
    "101": (-100, -100, 500, 250),
    "102": (-100, 150, 500, 750),
    "201": (400, -100, 500, 250),
    "202": (400, 150, 500, 750),
}
OVERLAP = {**MOVED, "101": (-100, -100, 500, 350)}


def test_a_new_version_is_added_and_holds_from_its_day(fresh: Workspace, tmp_path: Path) -> None:
    path = _areas(tmp_path / "new.geojson", MOVED)
    areas, repairs = boundaries.add_file(fresh, "test", path, _table())
    assert (areas, repairs) == (4, [])
    listed = [s for s in boundaries.list_sets(fresh) if s["kind"] == "service_area"]
    assert {s["version"]: (s["valid_from"], s["areas"]) for s in listed} == {
        "2024": (date(2024, 1, 1), 4),
        "2027": (date(2027, 1, 1), 4),
    }
    assert fresh.areas("service_area", date(2026, 12, 31)).attrs["set"].version == "2024"
    assert fresh.areas("service_area", date(2027, 1, 1)).attrs["set"].version == "2027"
    index = fresh.area_index("service_area", date(2027, 1, 1))
    lon, lat = lonlat(150, 200)
    assert index.locate(np.array([lon]), np.array([lat])).tolist() == ["102"]
    before = counts(fresh)
    boundaries.add_file(fresh, "test", path, _table())
    assert counts(fresh)["boundary"] == before["boundary"]


def test_two_versions_are_compared_by_area_and_by_address(fresh: Workspace, tmp_path: Path) -> None:
    boundaries.add_file(fresh, "test", _areas(tmp_path / "new.geojson", MOVED), _table())
    found = boundaries.compare(fresh, "service_area", date(2026, 6, 1), date(2027, 6, 1))
    assert (found["old"], found["new"]) == ("2024", "2027")
    by_area = {(row["old"], row["new"]): row for row in found["by_area"]}
    assert by_area["101", "102"]["share_of_old"] == pytest.approx(0.5, abs=1e-4)
    assert by_area["102", "102"]["share_of_old"] == pytest.approx(1.0, abs=1e-4)
    lon, lat = fresh.reference().points()
    old = fresh.area_index("service_area", date(2026, 6, 1)).locate(lon, lat)
    new = fresh.area_index("service_area", date(2027, 6, 1)).locate(lon, lat)
    inside = (old != "") & (new != "")
    assert found["changed_share"] == pytest.approx((old != new)[inside].mean())
    assert 0.1 < found["changed_share"] < 0.4
    with pytest.raises(NotFoundError, match="same boundaries"):
        boundaries.compare(fresh, "service_area", date(2025, 6, 1), date(2026, 6, 1))
    with pytest.raises(NotFoundError, match="2020"):
        boundaries.compare(fresh, "service_area", date(2020, 6, 1), date(2026, 6, 1))


def test_an_overlap_is_refused_and_nothing_is_saved(fresh: Workspace, tmp_path: Path) -> None:
    path = _areas(tmp_path / "new.geojson", OVERLAP)
    before = counts(fresh)
    with pytest.raises(BoundaryError, match="overlap") as caught:
        boundaries.add_file(fresh, "test", path, _table())
    assert "101" in str(caught.value)
    assert "102" in str(caught.value)
    assert counts(fresh) == before


def test_a_broken_ring_is_mended_on_request_and_said(lone: Workspace, tmp_path: Path) -> None:
    path = _areas(tmp_path / "new.geojson", MOVED)
    data = json.loads(path.read_text())
    ring = data["features"][0]["geometry"]["coordinates"][0]
    # A spike: out over the western edge and back on the same line.
    west = [(ring[0][0] + ring[3][0]) / 2, (ring[0][1] + ring[3][1]) / 2]
    out = [west[0] - 0.0005, west[1]]
    ring[4:4] = [west, out, west]
    path.write_text(json.dumps(data))
    with pytest.raises(BoundaryError):
        boundaries.add_file(lone, "test", path, _table())
    areas, repairs = boundaries.add_file(lone, "test", path, _table(), repair=True)
    assert areas == 4
    assert [one.code for one in repairs] == ["101"]
    assert repairs[0].what
    assert abs(repairs[0].area_change_m2) < 1.0


def test_a_context_kind_may_overlap(lone: Workspace, tmp_path: Path) -> None:
    path = _areas(tmp_path / "new.geojson", OVERLAP)
    table = _table(kind="ward", tiles=False)
    assert boundaries.add_file(lone, "test", path, table)[0] == 4
    assert lone.areas("ward", date(2027, 1, 1)).attrs["set"].kind == "ward"


def test_adding_is_audited(fresh: Workspace, tmp_path: Path) -> None:
    boundaries.add_file(fresh, "cli:me", _areas(tmp_path / "new.geojson", MOVED), _table())
    event = audit.list_events(fresh, None, page_size=1).rows[0]
    assert event["actor"] == "cli:me"
    assert "2027" in event["object_ref"]


def test_checking_lists_every_fault_with_place_and_size(tmp_path: Path) -> None:
    path = _areas(tmp_path / "new.geojson", OVERLAP)
    found = boundaries.check_file(path, crs=CRS, kind="service_area", fields={"code": "PSA"})
    overlaps = [fault for fault in found if fault.kind == "overlap"]
    assert [{fault.code, fault.other} for fault in overlaps] == [{"101", "102"}]
    assert overlaps[0].size_m2 == pytest.approx(500 * 100, rel=1e-3)
    assert overlaps[0].severity == "error"
    lon, lat = lonlat(-100, 150)
    assert overlaps[0].lon == pytest.approx(lon, abs=0.01)
    assert overlaps[0].lat == pytest.approx(lat, abs=0.01)
    clean = boundaries.check_file(
        _areas(path, MOVED), crs=CRS, kind="service_area", fields={"code": "PSA"}
    )
    assert [fault for fault in clean if fault.severity == "error"] == []


def test_a_crs_is_guessed_from_the_middle_of_the_file(tmp_path: Path) -> None:
    assert boundaries.guess_crs(_areas(tmp_path / "new.geojson", MOVED)) == CRS
    path = tmp_path / "empty.geojson"
    path.write_text('{"type": "FeatureCollection", "features": []}')
    with pytest.raises(GeoteamError):
        boundaries.guess_crs(path)
    path.write_text("")
    with pytest.raises(InputError):
        boundaries.guess_crs(path)


def test_the_overview_says_what_the_workspace_stands_on(city: Workspace) -> None:
    found = overview.workspace_overview(city)
    assert [(s["kind"], s["areas"]) for s in found["boundary_sets"]] == [
        ("district", 2), ("service_area", 4), ("zip", 2)
    ]  # fmt: skip
    # Five streets of four blocks each way, ten doors a block.
    assert 400 in [value for _, value in found["addresses"]]
    assert dict(found["streets"])["street segments"] == 40
    assert not any("Tess" in str(value) for value in found.values())
