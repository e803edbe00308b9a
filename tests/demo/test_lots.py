"""Addresses: numbers by hundred-block, odd and even sides, quadrants."""

from __future__ import annotations

import numpy as np
import pandas as pd
import shapely

from geoteam.demo import City
from geoteam.demo.survey import make_survey

from .conftest import SEED

SURVEY = make_survey(SEED)


def _points(city: City) -> pd.DataFrame:
    return city.lots.points


def test_each_address_stands_once(city: City) -> None:
    points = _points(city)
    assert not points.duplicated(["number", "street", "quadrant"]).any()
    assert points["address_id"].is_unique
    assert 4500 < len(points) < 7500


def test_parity_tells_the_side(city: City) -> None:
    """Looking towards higher numbers, even numbers are on the right."""
    points, edges = _points(city), city.network.edges
    line = edges["geometry"].to_numpy()[points["edge"]]
    here = shapely.points(points["x"], points["y"])
    at = shapely.line_locate_point(line, here)
    a = shapely.get_coordinates(shapely.line_interpolate_point(line, np.maximum(at - 2, 0)))
    b = shapely.get_coordinates(shapely.line_interpolate_point(line, at + 2))
    xy = points[["x", "y"]].to_numpy()
    ahead, aside = b - a, xy - a
    left = ahead[:, 0] * aside[:, 1] - ahead[:, 1] * aside[:, 0] > 0
    p0, q0 = SURVEY.unbend(*a.T)
    p1, q1 = SURVEY.unbend(*b.T)
    north_south = (edges["rule"].to_numpy()[points["edge"]] == "p") & (points["quadrant"] != "")
    grid = edges["rule"].isin(["p", "q"]).to_numpy()[points["edge"]]
    rising = np.where(north_south, np.abs(q1) - np.abs(q0), np.abs(p1) - np.abs(p0)) > 0
    even = (points["number"] % 2 == 0).to_numpy()
    expected = np.where(rising, ~even, even)
    # The tolerance is for corners, where the foot of the plumb line lies past the bend.
    assert (left == expected)[grid].mean() > 0.99


def test_numbers_follow_the_hundred_block(city: City) -> None:
    points = _points(city)
    assert (np.abs(points["number"] - points["block"] * 100) <= 2.01).all()
    edges = city.network.edges
    fourth = points[
        (points["street"] == "4TH STREET") & (edges["kind"].to_numpy()[points["edge"]] == "grid")
    ]
    assert len(fourth) > 10
    _, q = SURVEY.unbend(fourth["x"].to_numpy(), fourth["y"].to_numpy())
    hundreds = np.floor(np.abs(SURVEY.block_q(q)))
    assert (hundreds == fourth["number"] // 100).mean() > 0.97


def test_quadrants_are_by_place(city: City) -> None:
    points = _points(city)
    p, q = SURVEY.unbend(points["x"].to_numpy(), points["y"].to_numpy())
    expected = np.where(q >= 0, "N", "S").astype(object) + np.where(p >= 0, "E", "W").astype(object)
    assert (points["quadrant"].to_numpy() == expected).all()


def test_doors_are_near_their_street_and_dry(city: City) -> None:
    points = _points(city)
    lines = city.network.edges["geometry"].to_numpy()[points["edge"]]
    here = shapely.points(points["x"], points["y"])
    gap = shapely.distance(lines, here)
    assert gap.max() < 20.5
    assert np.quantile(gap, 0.02) > 8
    assert not shapely.intersects(city.ground.water, here).any()
    assert shapely.intersects(city.ground.outline, here).all()


def test_street_names_come_in_several_quadrants(city: City) -> None:
    assert (_points(city).groupby("street")["quadrant"].nunique() > 1).sum() > 20


def test_blocks_hold_their_numbers(city: City) -> None:
    blocks = city.lots.blocks
    assert (blocks["hi"] % 100 == 99).all()
    assert (blocks["lo"] // 100 == blocks["hi"] // 100).all()
    assert not blocks.duplicated(["street", "quadrant", "lo"]).any()
    points = _points(city)
    keys = set(zip(blocks["street"], blocks["quadrant"], blocks["lo"] // 100, strict=True))
    own = zip(points["street"], points["quadrant"], points["number"] // 100, strict=True)
    known = [key in keys or (key[0], "", key[2]) in keys for key in own]
    assert np.mean(known) > 0.97


def test_axis_blocks_have_no_quadrant(city: City) -> None:
    blocks = city.lots.blocks
    axis = blocks["street"].str.endswith(" COURT STREET")
    assert axis.any()
    assert (blocks.loc[axis, "quadrant"] == "").all()
    assert (blocks.loc[~axis, "quadrant"] != "").all()
