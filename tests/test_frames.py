"""A table that crosses a room's door is what its contract says, or is refused with the reason."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from shapely import Point, Polygon, box

from geoteam import frames
from geoteam.crs import WGS84
from geoteam.errors import CrsError, FrameError
from geoteam.frames import BOUNDARIES, CLIENTS, Contract, check_frame


def _areas(**changes: Any) -> gpd.GeoDataFrame:
    columns = {"name": ["One", "Two"], "parent": ["1", "1"], "geometry": [box(0, 0, 1, 1)] * 2}
    return gpd.GeoDataFrame(
        columns | changes, index=pd.Index(["101", "102"], name="code"), crs=WGS84
    )


def test_a_good_table_comes_back_untouched_with_its_extra_columns() -> None:
    frame = _areas(extra=[1.5, None])
    assert check_frame(frame, BOUNDARIES) is frame
    empty = frame.iloc[:0]
    assert check_frame(empty, BOUNDARIES) is empty


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (lambda f: f.drop(columns="parent"), r"column\(s\) missing: parent"),
        (lambda f: f.drop(columns=["name", "parent"]), "missing: name, parent"),
        (lambda f: f.rename_axis("psa"), "the index is 'psa', not 'code'"),
        (lambda f: f.set_axis(pd.Index(["101", "101"], name="code")), "code '101' stands twice"),
        (lambda f: f.set_axis(pd.Index(["101", None], name="code")), "has empty values"),
        (lambda f: f.assign(name=[1, 2]), "column 'name' is int64, not text"),
        (lambda f: f.assign(parent=pd.Series(["1", None], index=f.index, dtype="str")),
         "column 'parent' has nulls"),
        (lambda f: pd.DataFrame(f.drop(columns="geometry")), "has no geometry"),
        (lambda f: f.set_geometry([Point(0, 0), box(0, 0, 1, 1)]), "holds Point"),
        (lambda f: f.set_geometry([None, box(0, 0, 1, 1)]), "rows without geometry"),
        (lambda f: f.set_geometry([Polygon(), box(0, 0, 1, 1)]), "rows without geometry"),
    ],
)  # fmt: skip
def test_a_breach_is_named(spoil: Callable[[Any], Any], message: str) -> None:
    with pytest.raises(FrameError, match=message) as caught:
        check_frame(spoil(_areas()), BOUNDARIES)
    assert str(caught.value).startswith("boundaries: ")


def test_geometry_is_in_4326_or_refused() -> None:
    with pytest.raises(CrsError, match="boundaries is in"):
        check_frame(_areas().to_crs("EPSG:26985"), BOUNDARIES)
    with pytest.raises(CrsError, match="no coordinate system"):
        check_frame(_areas().set_crs(None, allow_override=True), BOUNDARIES)


@pytest.mark.parametrize(
    ("kind", "good", "bad"),
    [
        ("text", ["a", ""], [1, 2]),
        ("integer", [1, 2], [1.5, 2.0]),
        ("number", [1.5, np.nan], [True, False]),
        ("flag", [True, False], [0, 1]),
        ("date", pd.to_datetime(["2026-01-01", "2026-01-02"]), [1, 2]),
        ("any", [{}, []], None),
    ],
)
def test_each_kind_of_column(kind: str, good: Any, bad: Any) -> None:
    contract = Contract("table", "", {"x": kind})
    check_frame(pd.DataFrame({"x": good}), contract)
    if bad is not None:
        with pytest.raises(FrameError, match=f"not {kind}"):
            check_frame(pd.DataFrame({"x": bad}), contract)


def test_contracts_cannot_be_changed() -> None:
    with pytest.raises(TypeError):
        CLIENTS.columns["extra"] = "text"
    with pytest.raises(AttributeError):
        CLIENTS.name = "people"


def test_clients_have_no_name() -> None:
    assert not {"name", "address"} & set(CLIENTS.columns)
    contracts = [one for one in vars(frames).values() if isinstance(one, Contract)]
    assert len({one.name for one in contracts}) == len(contracts) == 7
