"""The promises on the real addresses of Washington, DC, under made-up noise."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest

from geoteam.geocoding import ReferenceIndex, geocode
from tests.geocoding.dc import CRIME_COLUMNS, City
from tests.geocoding.noise import CLASSES, Clerk, Typist, held_out

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
    assert score["right_or_tie"] > 0.98


@pytest.mark.parametrize("slip", [c for c in CLASSES if c != "wrong_type"])
def test_each_slip_of_a_clerk(city: City, points: gpd.GeoDataFrame, slip: str) -> None:
    clerk, some = Clerk(6), points.iloc[:1500]
    rows = zip(*(some[c] for c in ("number", "street", "quadrant", "zip")), strict=True)
    written = [clerk.write(*row, (slip,)) for row in rows]
    applied = np.array([bool(done) for _, done in written])
    texts = pd.Series([text for text, _ in written], index=some.index)
    score = city.score(texts[applied], some[applied])
    assert score["accepted_wrong_unit"] < 0.005
    assert score["right_or_tie"] > 0.98


def test_another_type_of_street_is_never_placed(city: City, points: gpd.GeoDataFrame) -> None:
    clerk, some = Clerk(7), points.iloc[:1500]
    known = set(city.index.parts.street_base)
    rows = zip(*(some[c] for c in ("number", "street", "quadrant", "zip")), strict=True)
    written = [clerk.write(*row, ("wrong_type",))[0] for row in rows]
    fake = [t for t in written if t.split(" ", 1)[1].rsplit(" ", 1)[0] not in known]
    found = geocode(pd.Series(fake), city.index)
    assert len(fake) > 500
    # A few streets without a type are known too ("BROAD BRANCH").
    assert found["lon"].notna().mean() < 0.002


@pytest.mark.parametrize("with_zip", [False, True])
def test_missing_quadrants_are_never_guessed(
    city: City, points: gpd.GeoDataFrame, with_zip: bool
) -> None:
    texts = pd.Series([f"{n} {street}" for n, street, _ in _rows(points)], index=points.index)
    score = city.score(texts, points, points["zip"] if with_zip else None)
    assert score["accepted_wrong_unit"] == 0
    if with_zip:
        # Elsewhere another quadrant may hold the number too, and one ZIP in seventy is wrong.
        assert score["accepted"] > 0.4


@pytest.mark.parametrize("wrong_zip", [False, True])
def test_missing_quadrants_of_unknown_addresses(
    city: City, points: gpd.GeoDataFrame, wrong_zip: bool
) -> None:
    """With half of the points taken out a quadrant is hardly ever inferred, and never wrongly."""
    gone = points.iloc[::2]
    index = city.build(city.addresses.drop(gone.index))
    texts = pd.Series([f"{n} {street}" for n, street, _ in _rows(gone)], index=gone.index)
    zips = gone["zip"]
    if wrong_zip:
        zips = pd.Series(np.random.default_rng(3).permutation(zips), index=gone.index)
    assert city.score(texts, gone, zips, index)["accepted_wrong_unit"] == 0


def test_addresses_missing_from_the_reference(city: City, points: gpd.GeoDataFrame) -> None:
    """With half of the points taken out, what is accepted by interpolation is in the right unit."""
    gone = points.iloc[::2]
    index = city.build(city.addresses.drop(gone.index))
    typist = Typist(3)
    texts = pd.Series([typist.clean(*row) for row in _rows(gone)], index=gone.index)
    score = city.score(texts, gone, index=index)
    assert score["accepted_wrong_unit"] < 0.005
    assert score["accepted"] > 0.5
    found = geocode(texts, index)
    guessed = ((found["match_code"] == "StreetAddress") & (found["status"] == "M")).to_numpy()
    away = city.metres(found["lon"], found["lat"], gone.geometry.x, gone.geometry.y)
    assert guessed.mean() > 0.9
    assert (away <= found["uncertainty_m"])[guessed].mean() >= 0.95


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


def test_block_texts_without_a_block_file(city: City) -> None:
    """From house numbers and centrelines alone."""
    index = city.build(city.addresses, blocks=None)
    table = pd.read_csv(city.folder / "crime" / "crime_2018_jan_jun.csv.xz", usecols=CRIME_COLUMNS)
    found = geocode(table["BLOCK"], index)
    placed = (found["status"] == "M").to_numpy()
    assert placed.mean() >= 0.97
    away = city.metres(found["lon"], found["lat"], table["LONGITUDE"], table["LATITUDE"])[placed]
    block = 2 * found["uncertainty_m"].to_numpy()[placed]
    assert (away <= np.maximum(block, 100)).mean() >= 0.99


def test_the_reference_knows_its_own_faults(city: City) -> None:
    kinds = city.index.problems["kind"].value_counts()
    assert kinds["far_from_street"] > 30
    assert kinds["two_places"] > 30
    assert kinds["no_line"] > 20
    assert kinds["two_spellings"] > 10


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
