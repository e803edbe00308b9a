"""Placing: which areas a circle of uncertainty touches, and an agency's own least scores."""

from __future__ import annotations

import pandas as pd
import pytest

from geoteam.profile import GeocodingTable
from geoteam.services import geocoding
from geoteam.services.workspace import Workspace
from geoteam.store import settings


def _place(workspace: Workspace, *texts: str) -> pd.DataFrame:
    address = pd.Series(list(texts), index=[f"r{k}" for k in range(len(texts))], dtype="str")
    return geocoding.place(workspace, address, pd.Series("", address.index, dtype="str"))


def test_the_areas_that_a_circle_touches(lone_session: Workspace) -> None:
    found = _place(
        lone_session,
        "122 1ST STREET NW",  # well inside 101
        "300 BLOCK OF 1ST STREET NW",  # its middle is at (0, 500): 100 m from the edge at 400
        "200 BLOCK OF 2ND STREET NW",  # its middle is at (200, 300)
        "100 BLOCK OF A STREET NW",  # its middle is at (300, 0)
        "100 BLOCK OF CENTRAL AVENUE NE",  # on the edge of 101 and 201
        "122 A STREET",  # a tie has no place
    )
    assert found["units"].tolist()[:1] == ["101"]
    assert found["units"].tolist()[4:] == ["101,201", ""]
    told = found.loc["r4", "reason"]
    assert "crosses into another area: 101 or 201; confirm the place or move the pin." in told
    for row in found.loc[["r1", "r2", "r3"]].itertuples():
        assert row.boundary_ambiguous == ("," in row.units)
        if row.boundary_ambiguous:
            assert row.decision == "review"
            assert f"another area: {row.units.replace(',', ' or ')}; confirm" in row.reason


def test_no_rows_have_no_areas(lone_session: Workspace) -> None:
    assert _place(lone_session)["units"].tolist() == []


@pytest.mark.parametrize(("least", "decision"), [(94, "accepted"), (100, "review")])
def test_an_agency_may_ask_for_more(lone: Workspace, least: float, decision: str) -> None:
    rule = GeocodingTable(accept_score=least)
    profile = lone.profile.model_copy(update={"geocoding": rule})
    with lone.transaction() as session:
        settings.put(session, "profile", profile.model_dump(mode="json"), lone.now())
    lone.forget()
    # One letter is wrong, so the score is below 100.
    found = _place(lone, "122 CENTRL AVENUE NE").iloc[0]
    assert 94 <= found["score"] < 100
    assert found["decision"] == decision
