"""A service that knows all of DC, and always offers its best guesses, never misleads us."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from rapidfuzz import fuzz, process

from geoteam.geocoding import geocode
from geoteam.geocoding.services import Answer, Found, Outcome, check_answers, question_of
from geoteam.model import MatchCode
from tests.geocoding.dc import City
from tests.geocoding.noise import Typist

pytestmark = [pytest.mark.realdata, pytest.mark.slow]
KINDS = ("clean", "messy", "no quadrant")


@pytest.fixture(scope="module")
def city(dc_data: Path) -> City:
    return City(dc_data)


@pytest.mark.parametrize("known", [True, False], ids=["known", "unknown"])
def test_best_guesses_count_only_where_they_are_right(city: City, known: bool) -> None:
    held = city.truth().sample(900, random_state=7)
    reference = city.build(city.addresses.drop(held.index))
    typist = Typist(11)
    rows = []
    for row, (number, street, quadrant) in enumerate(
        zip(held["number"], held["street"], held["quadrant"], strict=True)
    ):
        kind = KINDS[row % 3]
        if kind == "messy":
            rows.append((kind, typist.messy(number, street, quadrant)[0]))
        else:
            written = quadrant if kind == "clean" else ""
            rows.append((kind, typist.clean(number, street, written)))
    kinds = pd.Series([kind for kind, _ in rows])
    texts, zips = pd.Series([text for _, text in rows]), held["zip"].reset_index(drop=True)
    questions = [
        question_of(text, code, reference.grammar) for text, code in zip(texts, zips, strict=True)
    ]
    # As a search engine does: the three addresses that look most like the question.
    unknown = ~city.addresses["address"].isin(held["address"])
    points = city.addresses if known else city.addresses[unknown]
    labels = points["address"].to_numpy()
    alike = process.cdist(
        [q.street if q else "" for q in questions], labels, scorer=fuzz.ratio, dtype=np.uint8
    )
    answers, asked = [], [i for i, question in enumerate(questions) if question]
    for i in asked:
        best = np.argsort(-alike[i].astype(int), kind="stable")[:3]
        found = [
            Found(f"{p.address}, WASHINGTON, DC {p.zip}", p.geometry.x, p.geometry.y,
                  MatchCode.POINT_ADDRESS, 10.0)
            for p in points.iloc[best].itertuples()
        ]  # fmt: skip
        answers.append(Answer(questions[i], Outcome.FOUND, tuple(found)))
    texts, zips = texts.iloc[asked], zips.iloc[asked]
    out = check_answers(
        geocode(texts, reference, zips=zips), texts, zips, answers, reference,
        lambda lon, lat: True, name="mar", title="DC MAR 2",
    )  # fmt: skip
    agrees = out["agrees"].to_numpy()
    if not known:
        assert not agrees.any()
        return
    true = held.iloc[asked]
    apart_m = city.metres(out["lon"], out["lat"], true.geometry.x, true.geometry.y)
    assert (apart_m[agrees] < 100.0).all()
    share = pd.Series(agrees).groupby(kinds.iloc[asked].to_numpy()).mean()
    assert share["clean"] > 0.98
    assert share["messy"] > 0.7
    assert share["no quadrant"] > 0.5
