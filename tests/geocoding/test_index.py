"""The reference index: what it holds, what it says of its sources, and how it is kept."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest

from geoteam.errors import AddressReferenceError, FrameError, MissingFileError
from geoteam.geocoding import ReferenceIndex, geocode
from geoteam.geocoding.streetnames import StreetNames
from tests.geocoding import toy

TEXTS = pd.Series(
    ["1200 H ST NE", "1230 H ST NE", "1300 B/O H ST NE", "14TH ST NW & H ST NW", "Central Library",
     "1200 H ST", "2700 MLK AVE SE", "nothing"]
)  # fmt: skip


def test_info_counts_the_sources(reference: ReferenceIndex) -> None:
    info = reference.info()
    assert info["addresses"] == len(toy.POINTS)
    assert info["blocks"] == len(toy.BLOCKS)
    assert info["intersections"] == len(toy.CROSSINGS)
    assert info["places"] == len(toy.VENUES)
    assert info["zips"] == 9
    assert info["quadrants"] == ["NE", "NW", "SE", "SW"]


def test_saved_and_loaded_it_answers_alike(reference: ReferenceIndex, tmp_path: Path) -> None:
    path = tmp_path / "reference.npz"
    reference.save(path)
    again = ReferenceIndex.load(path)
    pd.testing.assert_frame_equal(geocode(TEXTS, reference), geocode(TEXTS, again))
    pd.testing.assert_frame_equal(reference.problems, again.problems, check_dtype=False)
    assert again.info() == reference.info()
    assert again.grammar == reference.grammar
    assert list(tmp_path.iterdir()) == [path]


def test_a_failed_save_leaves_the_old_file(
    reference: ReferenceIndex, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "reference.npz"
    reference.save(path)
    before = path.read_bytes()

    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(np, "savez", full)
    with pytest.raises(OSError, match="No space"):
        reference.save(path)
    assert path.read_bytes() == before
    assert list(tmp_path.iterdir()) == [path]


def test_a_damaged_file_is_named(reference: ReferenceIndex, tmp_path: Path) -> None:
    path = tmp_path / "reference.npz"
    with pytest.raises(MissingFileError):
        ReferenceIndex.load(path)
    reference.save(path)
    path.write_bytes(path.read_bytes()[:-2000])
    with pytest.raises(AddressReferenceError, match="damaged"):
        ReferenceIndex.load(path)
    path.write_bytes(b"")
    with pytest.raises(AddressReferenceError, match="damaged"):
        ReferenceIndex.load(path)


def test_a_file_of_an_older_version_says_what_to_run(
    reference: ReferenceIndex, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "reference.npz"
    monkeypatch.setattr("geoteam.geocoding.index.FORMAT", 1)
    reference.save(path)
    monkeypatch.undo()
    with pytest.raises(AddressReferenceError, match="another version") as caught:
        ReferenceIndex.load(path)
    assert "geoteam addresses add" in str(caught.value)


def test_it_says_where_it_comes_from_and_names_its_content(tmp_path: Path) -> None:
    sources = [{"name": "points.csv", "rows": 23, "date": "2016-08-01"}]
    built = [
        ReferenceIndex.build(
            frame,
            grammar=toy.GRAMMAR,
            crs=toy.CRS,
            sources=sources,
            built_at="2026-01-02T03:04:05+00:00",
        )
        for frame in (toy.addresses(), toy.addresses(), toy.addresses().iloc[1:])
    ]
    first, same, other = (index.info() for index in built)
    assert first["sources"] == sources
    assert first["built_at"] == "2026-01-02T03:04:05+00:00"
    assert first["fingerprint"] == same["fingerprint"] != other["fingerprint"]
    path = tmp_path / "reference.npz"
    built[0].save(path)
    assert ReferenceIndex.load(path).info() == first


def test_crossings_take_a_missing_quadrant_from_the_nearest_address(
    reference: ReferenceIndex,
) -> None:
    streets = set(zip(reference.parts.street_base, reference.parts.street_quadrant, strict=True))
    assert ("LEXINGTON PLACE", "NE") in streets
    assert ("LEXINGTON PLACE", "") not in streets


def test_far_crossings_keep_no_quadrant() -> None:
    names = StreetNames(toy.GRAMMAR, {})
    street = names.add("OAK STREET", "NE")
    points = pd.DataFrame({"street": [street], "x": [0.0], "y": [0.0]})
    oak = ("OAK STREET", "")
    near, far = names.settle([oak, oak], np.array([149.0, 151.0]), np.zeros(2), points)
    assert near == street
    assert far not in (street, None)


def _with(rows: list[tuple[object, ...]]) -> gpd.GeoDataFrame:
    frame = toy._frame([*toy.POINTS, *rows], ["number", "street", "quadrant", "zip"], "address_id")
    frame["address"] = frame["number"] + " " + frame["street"] + " " + frame["quadrant"]
    return frame


def test_the_sources_are_checked() -> None:
    frame = _with(
        [
            ("1298", "H STREET", "NE", "20002", 5250, 100),
            ("1200", "H STREET", "NE", "20002", 1205, 100),
            ("12X", "", "NE", "", 0, 0),
            ("5", "W ST NW 1444 W STREET", "NW", "", 0, 0),
        ]
    )
    index = ReferenceIndex.build(frame, toy.blocks(), grammar=toy.GRAMMAR, crs=toy.CRS)
    found = set(zip(index.problems["kind"], index.problems["reference_id"], strict=True))
    count = len(toy.POINTS)
    assert {
        ("far_from_street", f"a{count}"),
        ("duplicate_address", f"a{count + 1}"),
        ("unreadable", f"a{count + 2}"),
        ("two_places", f"a{count - 1}"),
    } <= found
    assert index.info()["problem_kinds"]["unreadable"] == 2
    # A point that is not believed is never accepted by itself.
    result = geocode(pd.Series(["1298 H ST NE"]), index).iloc[0]
    assert result["score"] < 94
    assert "far from the rest of its block" in result["reason"]


def test_blocks_that_contradict_their_addresses_are_left_out() -> None:
    blocks = toy.blocks()
    blocks.loc["b0", "geometry"] = blocks.geometry["b5"]
    index = ReferenceIndex.build(toy.addresses(), blocks, grammar=toy.GRAMMAR, crs=toy.CRS)
    assert "misplaced_block" in set(index.problems["kind"])
    assert index.info()["blocks"] == len(toy.BLOCKS) - 1
    assert geocode(pd.Series(["1200 H ST NE"]), index)["score"].iat[0] == 100


def test_absurd_block_ranges_are_cut() -> None:
    blocks = toy.blocks()
    blocks.loc["b1", "hi"] = 45_099
    index = ReferenceIndex.build(toy.addresses(), blocks, grammar=toy.GRAMMAR, crs=toy.CRS)
    assert "block_range" in set(index.problems["kind"])
    assert geocode(pd.Series(["9000 H ST NE"]), index)["status"].iat[0] == "U"


def test_a_reference_without_a_usable_row_is_refused() -> None:
    frame = toy.addresses().assign(number="", street="")
    with pytest.raises(AddressReferenceError, match="no address"):
        ReferenceIndex.build(frame, grammar=toy.GRAMMAR, crs=toy.CRS)


def test_wrong_frames_are_refused() -> None:
    with pytest.raises(FrameError, match="street2"):
        ReferenceIndex.build(
            toy.addresses(),
            intersections=toy.crossings().drop(columns="street2"),
            grammar=toy.GRAMMAR,
            crs=toy.CRS,
        )
    with pytest.raises(FrameError, match="zip"):
        ReferenceIndex.build(toy.addresses().drop(columns="zip"), grammar=toy.GRAMMAR, crs=toy.CRS)


def test_zips_without_areas_come_from_the_addresses() -> None:
    index = ReferenceIndex.build(
        toy.addresses(), toy.blocks(), grammar=toy.GRAMMAR, zip_prefixes=("200",), crs=toy.CRS
    )
    zips = pd.Series(["20002", "20005"])
    found = geocode(pd.Series(["1200 H ST", "1200 H ST"]), index, zips=zips)
    assert found["matched_address"].tolist() == ["1200 H STREET NE", "1200 H STREET NW"]
    assert found["inferred"].all()
