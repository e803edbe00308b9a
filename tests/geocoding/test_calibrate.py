"""Reliability by match code and score, counted by hand."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geoteam.crs import project, unproject
from geoteam.errors import FrameError
from geoteam.geocoding import ReferenceIndex, geocode
from geoteam.geocoding.calibrate import (
    TARGETS,
    as_markdown,
    in_words,
    label,
    reliability,
    thresholds,
    wilson,
)
from tests.geocoding import toy
from tests.geocoding.dc import City
from tests.geocoding.noise import Typist


def labelled(*rows: tuple[str, float, int, int, int]) -> pd.DataFrame:
    """Match code, score, rows, of these in the same unit, whether accepted."""
    cells = [
        (code, score, k < same, bool(accepted))
        for code, score, many, same, accepted in rows
        for k in range(many)
    ]
    frame = pd.DataFrame(cells, columns=["match_code", "score", "same_unit", "accepted"])
    frame["family"] = frame["match_code"].map(
        {"PointAddress": "point", "Place": "point", "StreetAddress": "area", "StreetInt": "area"}
    )
    return frame.assign(status="M", placed=True, within=frame["same_unit"], acceptable=True)


TABLE = labelled(
    ("StreetAddress", 92.0, 10, 8, 1),
    ("PointAddress", 100.0, 400, 400, 1),
    ("PointAddress", 95.0, 100, 99, 1),
    ("PointAddress", 85.0, 20, 10, 0),
)


@pytest.mark.parametrize(
    ("right", "rows", "low", "high"),
    # R. G. Newcombe, "Two-sided confidence intervals for the single proportion: comparison of
    # seven methods", Statistics in Medicine 17 (1998), 857-872, table I, method 3.
    [
        (81, 263, 0.2553, 0.3662),
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0.0, 0.1611),
        (1, 29, 0.0061, 0.1718),
    ],
)
def test_intervals_are_those_of_the_book(right: int, rows: int, low: float, high: float) -> None:
    found = wilson([right], [rows])
    assert [float(end[0]) for end in found] == pytest.approx([low, high], abs=5e-5)


def test_no_rows_have_no_interval() -> None:
    assert np.isnan(wilson([0], [0])).all()


def test_the_table_by_hand() -> None:
    table = reliability(TABLE)
    assert table[["match_code", "band", "rows", "same_unit", "accepted", "accepted_wrong"]].values.tolist() == [
        ["PointAddress", "100", 400, 400, 400, 0],
        ["PointAddress", "94 to <97", 100, 99, 100, 1],
        ["PointAddress", "80 to <90", 20, 10, 0, 0],
        ["StreetAddress", "90 to <94", 10, 8, 10, 2],
    ]  # fmt: skip
    assert table["same_unit_share"].tolist() == [1.0, 0.99, 0.5, 0.8]
    assert table["accepted_wrong_share"].tolist()[:2] == [0.0, 0.01]
    # Of nothing accepted there is no share.
    assert np.isnan(table["accepted_wrong_share"][2])
    assert table["same_unit_low"][3] == pytest.approx(wilson([8], [10])[0][0])


def test_least_scores_by_hand() -> None:
    point, area = thresholds(TABLE)
    assert (point.score, point.rows, point.right) == (94.0, 500, 499)
    # 400/400; 499/500 = 99.8 %; 509/520 = 97.9 %.
    assert point.lowest == (95.0, 95.0, 95.0)
    assert (area.score, area.rows, area.right, area.lowest) == (90.0, 10, 8, (None, None, None))
    stricter, _ = thresholds(TABLE, accept_score=96.0)
    assert (stricter.rows, stricter.right) == (400, 400)


def test_what_is_said_of_them() -> None:
    point, area = in_words(thresholds(TABLE))
    assert point.startswith("Address points and places: 499 of 500 rows accepted from score 94 up")
    assert "holds here, but the rows are too few to be sure." in point
    assert point.endswith("At least this share is in the right unit: 99.8% from score 95 up.")
    assert "does not hold" in area
    assert "[geocoding] accept_area_score" in area
    assert area.endswith("No score has 99.0% or 99.5% or 99.8% in the right unit.")
    many = labelled(("PointAddress", 100.0, 4000, 4000, 1))
    sure, nothing = in_words(thresholds(many))
    assert "(100.00%; 95 % interval 99.90% to 100.00%): the least score holds." in sure
    assert "no row has score 90 or more" in nothing


def test_markdown() -> None:
    lines = as_markdown(reliability(TABLE)).splitlines()
    assert len(lines) == 2 + 4
    assert lines[2] == (
        "| PointAddress | 100 | 400 | 100.00% (99.05%–100.00%) | 100.00% (99.05%–100.00%) | 400 "
        "| 0.00% (0.00%–0.95%) |"
    )
    assert lines[4].endswith("| 0 | – |")


def test_results_are_laid_beside_the_truth(reference: ReferenceIndex) -> None:
    texts = pd.Series(
        ["1200 H STREET NE", "1210 H ST NE", "1200 H STREET", "1275 H STREET NE", "nowhere"],
        index=list("abcde"),
    )
    found = geocode(texts, reference)
    x, y = project(found["lon"].to_numpy(), found["lat"].to_numpy(), toy.CRS)
    # The first is right, the second 150 m off, the fourth in another unit.
    shift_m = np.array([0, 150, 0, 0, 0])
    lon, lat = unproject(np.nan_to_num(x) + shift_m, np.nan_to_num(y), toy.CRS)
    truth = pd.DataFrame(
        {"lon": lon, "lat": lat, "unit": ["A", "A", "A", "B", "A"]}, index=texts.index
    )
    unit = pd.Series(["A", "A", "", "A", ""], index=texts.index)
    frame = label(found, np.zeros(5, dtype=bool), truth, unit, crs=toy.CRS)
    assert frame["status"].tolist()[:3] == ["M", "M", "T"]
    assert frame["placed"].tolist() == [True, True, False, True, False]
    assert frame["within"].tolist() == [True, False, False, True, False]
    assert frame["same_unit"].tolist() == [True, True, False, False, False]
    assert frame["family"].tolist()[:2] == ["point", "point"]
    assert frame["family"].iloc[3] == "area"
    assert frame["accepted"].tolist()[:3] == [True, True, False]
    # A circle that crosses keeps an interpolated address out at any score.
    crossing = label(found, np.ones(5, dtype=bool), truth, unit, crs=toy.CRS)
    assert crossing["acceptable"].tolist()[:4] == [True, True, False, False]
    strict = label(found, np.zeros(5, dtype=bool), truth, unit, crs=toy.CRS, accept_score=101.0)
    assert not strict["accepted"][:2].any()
    assert strict["acceptable"][:2].all()
    with pytest.raises(FrameError, match="not aligned"):
        label(found, np.zeros(5, dtype=bool), truth.reset_index(drop=True), unit, crs=toy.CRS)


_ROW = st.tuples(
    st.sampled_from(["PointAddress", "Place", "StreetAddress", "StreetInt"]),
    st.floats(0, 100),
    st.integers(1, 30),
    st.integers(0, 30),
    st.integers(0, 1),
).map(lambda row: (*row[:3], min(row[3], row[2]), row[4]))


@given(st.lists(_ROW, min_size=1, max_size=12))
def test_nothing_is_lost_and_the_lowest_score_keeps_its_word(
    rows: list[tuple[str, float, int, int, int]],
) -> None:
    frame = labelled(*rows)
    table = reliability(frame)
    assert table["rows"].sum() == len(frame)
    assert table["accepted_wrong"].sum() == (frame["accepted"] & ~frame["same_unit"]).sum()
    told = table[table["accepted"] > 0]
    assert (told["accepted_wrong_low"] <= told["accepted_wrong_share"] + 1e-12).all()
    assert (told["accepted_wrong_share"] <= told["accepted_wrong_high"] + 1e-12).all()
    for one in thresholds(frame):
        mine = frame[frame["family"] == one.family]
        for target, score in zip(TARGETS, one.lowest, strict=True):
            reach = [
                s for s in mine["score"].unique() if mine.loc[mine["score"] >= s, "same_unit"].mean() >= target
            ]  # fmt: skip
            assert score == (min(reach) if reach else None)


@pytest.mark.realdata
@pytest.mark.slow
def test_the_least_scores_hold_on_real_addresses(dc_data: Path) -> None:
    city = City(dc_data)
    points = city.truth().sample(4000, random_state=11)
    typist = Typist(11)
    rows = zip(points["number"], points["street"], points["quadrant"], strict=True)
    texts = pd.Series([typist.messy(*row)[0] for row in rows], index=points.index)
    # Half of the doors are not in the reference, so that interpolation is tried too.
    index = city.build(city.addresses.drop(points.index[::2]))
    found = geocode(texts, index)
    units = city.units(points.geometry.x, points.geometry.y)
    truth = pd.DataFrame(
        {"lon": points.geometry.x, "lat": points.geometry.y, "unit": units}, index=points.index
    )
    unit = pd.Series(city.units(found["lon"], found["lat"]), index=points.index)
    frame = label(found, city.ambiguous(found), truth, unit, crs=city.crs)
    point, area = thresholds(frame)
    assert point.rows > 1500
    assert point.high >= 0.995
    assert area.rows > 300
    assert area.high >= 0.995
    surest = reliability(frame).iloc[0]
    assert surest["match_code"] == "PointAddress"
    assert surest["within_100m_share"] > 0.99
