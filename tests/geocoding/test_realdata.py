"""The promises on the real addresses of Washington, DC, under made-up noise."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest

from geoteam.geocoding import ReferenceIndex, geocode
from tests.geocoding.dc import CRIME_COLUMNS, City
from tests.geocoding.noise import Typist, held_out

pytestmark = [pytest.mark.realdata, pytest.mark.slow]


@pytest.fixture(scope="module")
def city(dc_data: Path) -> City:
    return City(dc_data)


@pytest.fixture(scope="module", params=[False, True], ids=["seen", "unseen"])
def points(city: City, request: pytest.FixtureRequest) -> gpd.GeoDataFrame:
    """A sample of the streets that were looked at while building, or of the other 30 %."""
    truth = city.truth()
    mine = truth[[held_out(street) == request.param for street in truth["street"]]]
    return mine.sample(6000, random_state=5)


def _rows(points: gpd.GeoDataFrame) -> list[tuple[str, str, str]]:
    return list(zip(points["number"], points["street"], points["quadrant"], strict=True))


def test_clean_addresses(city: City, points: gpd.GeoDataFrame) -> None:
    typist = Typist(1)
    texts = pd.Series([typist.clean(*row) for row in _rows(points)], index=points.index)
    score = city.score(texts, points)
    assert score["accepted_wrong_unit"] < 0.002
    assert score["accepted"] > 0.99


def test_messy_addresses(city: City, points: gpd.GeoDataFrame) -> None:
    typist = Typist(2)
    texts = pd.Series([typist.messy(*row)[0] for row in _rows(points)], index=points.index)
    score = city.score(texts, points)
    assert score["accepted_wrong_unit"] < 0.005
    assert score["right_or_tie"] > 0.97


@pytest.mark.parametrize("with_zip", [False, True])
def test_missing_quadrants_are_never_guessed(
    city: City, points: gpd.GeoDataFrame, with_zip: bool
) -> None:
    texts = pd.Series([f"{n} {street}" for n, street, _ in _rows(points)], index=points.index)
    score = city.score(texts, points, points["zip"] if with_zip else None)
    assert score["accepted_wrong_unit"] == 0
    if with_zip:
        assert score["accepted"] > 0.5


def test_addresses_missing_from_the_reference(city: City, points: gpd.GeoDataFrame) -> None:
    """With half of the points taken out, what is accepted by interpolation is in the right unit."""
    gone = points.iloc[::2]
    index = city.build(city.addresses.drop(gone.index))
    typist = Typist(3)
    texts = pd.Series([typist.clean(*row) for row in _rows(gone)], index=gone.index)
    score = city.score(texts, gone, index=index)
    assert score["accepted_wrong_unit"] < 0.005
    assert score["accepted"] > 0.5


def test_streets_that_do_not_exist_are_not_placed(city: City) -> None:
    rng = np.random.default_rng(4)
    letters = np.array(list("BCDFGKLMNPRSTVXZ"))
    names = ["".join(rng.choice(letters, 9)) for _ in range(500)]
    texts = pd.Series([f"{100 + i} {name} STREET NW" for i, name in enumerate(names)])
    found = geocode(texts, city.index)
    assert found["lon"].isna().all()
    assert found["reason"].str.startswith("There is no street").all()


def test_block_texts_of_the_police(city: City) -> None:
    table = pd.read_csv(city.folder / "crime" / "crime_2018_jan_jun.csv.xz", usecols=CRIME_COLUMNS)
    found = geocode(table["BLOCK"], city.index)
    placed = (found["status"] == "M").to_numpy()
    assert placed.mean() >= 0.97
    away = city.metres(found["lon"], found["lat"], table["LONGITUDE"], table["LATITUDE"])[placed]
    block = 2 * found["uncertainty_m"].to_numpy()[placed]
    assert (away <= np.maximum(block, 100)).mean() >= 0.99


def test_crossings_of_the_police(city: City) -> None:
    table = pd.read_csv(city.folder / "crime" / "crime_2006_2012.csv.xz", usecols=CRIME_COLUMNS)
    table = table[table["BLOCK"].str.contains("&", na=False) & table["LONGITUDE"].notna()]
    table = table[~table["BLOCK"].str.contains(r"\d 295|\d 395|TUNNEL|PKWY|PKY", regex=True)]
    found = geocode(table["BLOCK"], city.index)
    placed = (found["status"] == "M").to_numpy()
    assert placed.mean() > 0.95
    away = city.metres(found["lon"], found["lat"], table["LONGITUDE"], table["LATITUDE"])[placed]
    assert (away < 100).mean() > 0.99


def test_the_saved_reference_holds_what_was_built(city: City, tmp_path: Path) -> None:
    path = tmp_path / "reference.npz"
    city.index.save(path)
    again = ReferenceIndex.load(path)
    assert again.info() == city.index.info()
