"""What the street centrelines add: names, checks of the other sources, and blocks nobody lists."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from shapely.geometry import LineString

from geoteam.crs import unproject
from geoteam.errors import FrameError
from geoteam.geocoding import ReferenceIndex, decide, geocode
from tests.geocoding import toy
from tests.geocoding.toy import one

# name as the source spells it; x and y of both ends in metres from the middle of `toy`
LINES = [
    ("H St NE", 0, 90, 1800, 90),
    ("H St NW", -1800, 90, 0, 90),
    ("14th St NW", -1400, 0, -1400, 1500),
    ("Clay Ter NE", 3000, 0, 3000, 900),
    ("Lexinton Pl NE", 800, 790, 1000, 790),
    ("Long St NE", 0, 700, 1200, 700),
    ("Birch Ln NE", 1000, 150, 1300, 150),
]
LONG = [
    ("210", "LONG STREET", "NE", "20002", 210, 710),
    ("250", "LONG STREET", "NE", "20002", 250, 710),
    ("310", "LONG STREET", "NE", "20002", 310, 710),
    ("350", "LONG STREET", "NE", "20002", 350, 710),
    ("650", "LONG STREET", "NE", "20002", 650, 710),
    ("650", "LONG STREET", "NE", "20002", 650, 712),
]


def lines(rows: list[tuple[str, int, int, int, int]]) -> gpd.GeoDataFrame:
    ends = np.array([row[1:] for row in rows], dtype=float).reshape(-1, 2)
    lon, lat = unproject(ends[:, 0] + toy.X0_M, ends[:, 1] + toy.Y0_M, toy.CRS)
    points = np.column_stack([lon, lat]).reshape(-1, 2, 2)
    shapes = [LineString(pair) for pair in points]
    return gpd.GeoDataFrame({"street": [r[0] for r in rows]}, geometry=shapes, crs="EPSG:4326")


def points(rows: list[tuple[object, ...]]) -> gpd.GeoDataFrame:
    frame = toy._frame(rows, ["number", "street", "quadrant", "zip"], "address_id")
    frame["address"] = frame["number"] + " " + frame["street"] + " " + frame["quadrant"]
    return frame


def build(
    extra: list[tuple[object, ...]] | None = None, blocks: gpd.GeoDataFrame | None = None
) -> ReferenceIndex:
    return ReferenceIndex.build(
        points([*toy.POINTS, *(extra or [])]),
        blocks,
        streets=lines(LINES),
        zips=toy.zips(),
        grammar=toy.GRAMMAR,
        crs=toy.CRS,
    )


def faults(index: ReferenceIndex, kind: str) -> list[str]:
    return index.problems.loc[index.problems["kind"] == kind, "reference_id"].tolist()


def test_a_street_without_addresses_is_known() -> None:
    found = one(build(), "12 BIRCH LN NE")
    assert (found["status"], found["match_code"]) == ("U", "StreetName")
    assert found["reason"].startswith("BIRCH LANE NE exists, but the house number 12")
    assert one(build(), "12 BEECH ST NE")["match_code"] == "none"


def test_the_centrelines_spelling_becomes_an_alias() -> None:
    index = build()
    assert faults(index, "two_spellings") == ["LEXINTON PLACE"]
    assert one(index, "900 LEXINTON PL NE")["matched_address"] == "900 LEXINGTON PLACE NE"


def test_streets_without_a_line_are_told_once() -> None:
    told = faults(build(), "no_line")
    assert "SOUTH DAKOTA AVENUE NE" in told
    assert "H STREET NE" not in told
    assert len(told) == len(set(told))


def test_a_point_far_from_its_street_is_not_believed() -> None:
    index = build([("1600", "H STREET", "NE", "20002", 1600, 3000)])
    assert faults(index, "far_from_street") == [f"a{len(toy.POINTS)}"]
    assert one(index, "1600 H ST NE")["score"] < 94


def test_a_block_far_from_its_street_is_left_out() -> None:
    blocks = toy.blocks()
    blocks.loc["b1", "geometry"] = blocks.geometry["b5"]
    assert faults(build(blocks=blocks), "misplaced_block") == ["b1"]


def test_a_block_lies_where_its_numbers_are() -> None:
    index = build(LONG)
    found = one(index, "300 B/O LONG ST NE")
    middle = toy._frame([(350, 700)], [], "x").geometry.iloc[0]
    assert found["match_code"] == "StreetMidBlock"
    assert "only by its house numbers" in found["reason"]
    assert found["lat"] == pytest.approx(middle.y, abs=1e-6)
    assert found["lon"] == pytest.approx(middle.x, abs=3e-4)


def test_a_block_between_known_ones_is_placed_and_never_accepted() -> None:
    index = build(LONG)
    found = geocode(pd.Series(["400 B/O LONG ST NE", "500 B/O LONG ST NE"]), index)
    assert found["status"].tolist() == ["M", "M"]
    assert "those beside it" in found["reason"].iat[0]
    assert (decide(found, np.zeros(2, dtype=bool))["decision"] == "review").all()
    # A house number needs more than that: it is shown, not placed.
    house = one(index, "455 LONG ST NE")
    assert (house["status"], house["candidates"][0]["address"]) == ("T", "455 LONG STREET NE")


def test_nothing_is_filled_in_beyond_the_line() -> None:
    index = build(LONG)
    assert one(index, "5900 LONG ST NE")["status"] == "U"
    assert one(index, "1500 B/O LONG ST NE")["status"] == "U"
    without = ReferenceIndex.build(points([*toy.POINTS, *LONG]), grammar=toy.GRAMMAR, crs=toy.CRS)
    assert one(without, "400 B/O LONG ST NE")["status"] == "U"


def test_another_quadrant_that_may_hold_the_number_forbids_to_infer() -> None:
    """1210 is known in NE alone, and the ZIP fits only NE, but NW has that hundred-block too."""
    index = build()
    found = geocode(pd.Series(["1210 H ST"]), index, zips=pd.Series(["20002"])).iloc[0]
    assert found["status"] == "T"
    assert "may hold the number too" in found["reason"]
    addresses = [c["address"] for c in found["candidates"]]
    assert addresses == ["1210 H STREET NE", "1210 H STREET NW"]


def test_a_street_without_type_is_read_as_the_one_it_lies_on() -> None:
    index = build([("1220", "H", "NE", "20002", 1220, 100)])
    assert faults(index, "type_missing") == [f"a{len(toy.POINTS)}"]
    assert one(index, "1220 H ST NE")["reference_id"] == f"a{len(toy.POINTS)}"


def test_the_blocks_of_a_dividing_street_need_no_quadrant() -> None:
    both = [
        ("120", "NORTH CAPITOL STREET", "NE", "20002", 20, 120),
        ("121", "NORTH CAPITOL STREET", "NW", "20001", -20, 121),
    ]
    found = one(build(both), "100 B/O NORTH CAPITOL ST")
    assert (found["status"], found["match_code"]) == ("M", "StreetMidBlock")
    assert one(build(both), "1200 B/O H ST")["status"] == "T"


def test_a_letter_behind_the_number_can_begin_the_street() -> None:
    index = build([("801", "H R DRIVE", "SE", "20003", 800, -500)])
    assert one(index, "801 H R DR SE")["matched_address"] == "801 H R DRIVE SE"
    assert one(index, "3807 A W ST SE")["matched_address"] == "3807A W STREET SE"


def test_centrelines_need_a_name_column() -> None:
    frame = lines(LINES).rename(columns={"street": "FULLNAME"})
    with pytest.raises(FrameError, match="street"):
        ReferenceIndex.build(toy.addresses(), streets=frame, grammar=toy.GRAMMAR, crs=toy.CRS)


def test_uncertainty_is_measured_on_the_reference_itself() -> None:
    """Every number stands 10 m off its street and in order, so that little is uncertain."""
    rows = [
        (str(number), f"{name} STREET", "NE", "20002", number, 50 * i)
        for i, name in enumerate(("ASH", "ELM", "FIR", "OAK"))
        for number in range(100, 500, 20)
    ]
    index = ReferenceIndex.build(points(rows), grammar=toy.GRAMMAR, crs=toy.CRS)
    between_m, _, _, numbers_m = index.parts.interpolation_m
    assert between_m == 30.0
    assert numbers_m < 60.0
    found = one(index, "150 ASH ST NE")
    assert found["uncertainty_m"] == between_m
