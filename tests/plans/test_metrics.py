"""The registry's figures against values computed by hand or published."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from geoteam.areas import dissolve, read_boundaries
from geoteam.errors import InputError
from geoteam.plans import (
    PLAN_METRICS,
    TEAM_METRICS,
    Layout,
    Load,
    Tally,
    plan_metrics,
    team_metrics,
)
from tests.plans.grounds import CRS, frame_of, grid, nobody, tally_of

# The projection's scale at the central meridian is 0.9996 both ways: shapes are kept, and lengths
# come back as drawn.
CLOSE = 1e-6
GRID = Layout.from_frame(grid(5, 5), crs=CRS)


def _shape(shape: shapely.Geometry) -> pd.Series:
    layout = Layout.from_frame(frame_of({"a": shape}), crs=CRS)
    tally = Tally(layout, nobody(layout, 1), teams=["T"], officers=[1.0], assignment=[0])
    return team_metrics(tally).loc["T"]


def _regular(corners: int) -> shapely.Geometry:
    turn = np.arange(corners) * 2 * np.pi / corners
    return shapely.Polygon(1000 * np.column_stack((np.cos(turn), np.sin(turn))))


# Of a regular n-gon: Polsby-Popper is (π/n) / tan(π/n), Reock (n/2π) sin(2π/n).
@pytest.mark.parametrize(
    ("shape", "polsby_popper", "reock", "hull_ratio"),
    [
        pytest.param(shapely.box(0, 0, 900, 900), math.pi / 4, 2 / math.pi, 1.0, id="square"),
        # 3 by 4: area 12, outline 14, circle of radius 2.5.
        pytest.param(
            shapely.box(0, 0, 300, 400), 12 * math.pi / 49, 12 / (6.25 * math.pi), 1.0, id="3 by 4"
        ),
        pytest.param(
            _regular(3), math.pi * math.sqrt(3) / 9, 3 * math.sqrt(3) / (4 * math.pi), 1.0,
            id="triangle",
        ),
        pytest.param(
            _regular(6), math.pi * math.sqrt(3) / 6, 3 * math.sqrt(3) / (2 * math.pi), 1.0,
            id="hexagon",
        ),
        pytest.param(
            _regular(720), math.pi / 720 / math.tan(math.pi / 720),
            720 / math.tau * math.sin(math.tau / 720), 1.0, id="circle",
        ),
        # PySAL's esda publishes these of its test shape (esda/tests/test_shape.py): isoperimetric
        # quotient, minimum bounding circle ratio, convex hull ratio.
        pytest.param(
            shapely.Polygon(
                1000 * np.array([(0, 0), (0.25, 0.25), (0, 0.5), (0.25, 0.75), (0, 1), (1.25, 1),
                                 (0.75, 0.5), (1.25, 0)])
            ),
            0.387275, 0.434765, 0.7, id="esda",
        ),
    ],
)  # fmt: skip
def test_compactness_of_known_shapes(
    shape: shapely.Geometry, polsby_popper: float, reock: float, hull_ratio: float
) -> None:
    found = _shape(shape)
    assert found["polsby_popper"] == pytest.approx(polsby_popper, abs=CLOSE)
    assert found["reock"] == pytest.approx(reock, abs=CLOSE)
    assert found["hull_ratio"] == pytest.approx(hull_ratio, abs=CLOSE)


def test_area_and_outline_are_those_of_the_dissolved_polygon_holes_and_all() -> None:
    tally = tally_of(GRID, ["aaaaa", "aaaab", "abaab", "aaabb", "bbbbb"])
    found = team_metrics(tally)
    shapes = grid(5, 5).to_crs(CRS).geometry.to_numpy()
    for team, name in enumerate("ab"):
        whole = shapely.union_all(shapes[tally.assignment == team], grid_size=0.01)
        assert found.loc[name, "area_m2"] == pytest.approx(shapely.area(whole), rel=1e-6)
        assert found.loc[name, "outline_m"] == pytest.approx(shapely.length(whole), abs=1.0)
    assert found["holes"].tolist() == [1, 0]
    assert found["pieces"].tolist() == [1, 2]
    assert found["units"].tolist() == [15, 10]
    # Around a run 18 sides, and four around the square it encloses.
    assert found.loc["a", "outline_m"] == pytest.approx(18 * 100 + 4 * 100, abs=1.0)


@pytest.mark.parametrize(
    ("rows", "holes", "pieces"),
    [
        # Two that touch at a corner are two holes; a group at the edge is none.
        (["aaaaa", "abaaa", "aabaa", "aaaaa", "aaaab"], {"a": 2, "b": 0}, {"a": 1, "b": 3}),
        (
            ["aaaaa", "abbba", "abcba", "abbba", "aaaaa"],
            {"a": 1, "b": 1, "c": 0},
            {"a": 1, "b": 1, "c": 1},
        ),
        (["aaaaa", "a...a", "a.b.a", "a...a", "aaaaa"], {"a": 1, "b": 0}, {"a": 1, "b": 1}),
        (["aaaaa", "bbbbb", "aaaaa", "bbbbb", "aaaaa"], {"a": 0, "b": 0}, {"a": 3, "b": 2}),
        (["a.a..", ".....", "a.a..", ".....", "....."], {"a": 0}, {"a": 4}),
    ],
)
def test_pieces_and_holes(rows: list[str], holes: dict[str, int], pieces: dict[str, int]) -> None:
    found = team_metrics(tally_of(GRID, rows))
    assert found["holes"].to_dict() == holes
    assert found["pieces"].to_dict() == pieces


def test_cut_edges_border_and_unassigned_units() -> None:
    found = plan_metrics(tally_of(GRID, ["aabbb", "aabbb", "aabbb", "aabb.", "aab.."]))
    # Five sides between a and b; the three without a team have four sides to b.
    assert found["cut_edges"] == 5 + 4
    assert found["cut_border_m"] == pytest.approx(900, abs=1.0)
    assert found["unassigned_units"] == 3


def _row() -> tuple[Layout, Load]:
    """Units a - b - c - d: 10, 20, 30, 40 clients of two points each; a, b in T1 and c, d in T2."""
    layout = Layout.from_frame(
        frame_of(
            {name: shapely.box(100 * k, 0, 100 * k + 100, 100) for k, name in enumerate("abcd")}
        ),
        crs=CRS,
    )
    at = "a" * 10 + "b" * 20 + "c" * 30 + "d" * 40
    clients = pd.DataFrame(
        {
            "unit": [*at, "", "z"],
            "points": 2.0,
            "area_team": [*("T1" if unit in "ab" else "T2" for unit in at), "", ""],
            # Half of those in c have their officer in T1; three in a have one in no team of ours.
            "officer_team": ["TM"] * 3 + ["T1"] * 42 + ["T2"] * 55 + ["", "T1"],
        }
    )
    return layout, Load.from_clients(clients, units=layout.units, teams=["T1", "T2"])


def test_people_and_balance() -> None:
    layout, load = _row()
    tally = Tally(layout, load, teams=["T1", "T2"], officers=[2.0, 2.0], assignment=[0, 0, 1, 1])
    found = team_metrics(tally)
    assert found["clients"].tolist() == [30, 70]
    assert found["workload"].tolist() == [60.0, 140.0]
    # 200 points over 4 officers are 50 each; T1 has 30, T2 has 70.
    assert found["workload_per_officer"].tolist() == [30.0, 70.0]
    assert found["deviation"].tolist() == pytest.approx([-0.4, 0.4])
    whole = plan_metrics(tally)
    assert whole["worst_deviation"] == pytest.approx(0.4)
    # Fifteen in c have their officer in T1 although they live in the area of T2.
    assert (whole["transfers"], whole["lost_officer"]) == (0, 15)
    tally.move(2, 0)
    assert team_metrics(tally)["deviation"].tolist() == pytest.approx([0.2, -0.2])
    whole = plan_metrics(tally)
    # All 30 of c change team; those 15 find their officer there, the other 15 lose theirs.
    assert (whole["transfers"], whole["lost_officer"]) == (30, 15)
    tally.move(0, -1)
    whole = plan_metrics(tally)
    assert (whole["transfers"], whole["lost_officer"]) == (40, 15 + 7)
    # The ideal is that of all clients, painted or not.
    assert team_metrics(tally)["deviation"].tolist() == pytest.approx([0.0, -0.2])


def test_what_has_no_value_is_nan_and_never_an_error() -> None:
    layout, load = _row()
    tally = Tally(layout, load, teams=["T1", "T2"], officers=[0.0, 0.0], assignment=[-1, 1, 1, 1])
    found = team_metrics(tally)
    assert found[["workload_per_officer", "deviation"]].isna().all(axis=None)
    empty = found.loc["T1", ["polsby_popper", "reock", "hull_ratio"]]
    assert empty.isna().all()
    assert found.loc["T1", ["units", "pieces", "holes", "area_m2"]].tolist() == [0, 0, 0, 0.0]
    assert math.isnan(plan_metrics(tally)["worst_deviation"])


def test_a_plan_that_does_not_fit_the_units_is_refused() -> None:
    layout, load = _row()
    for assignment in ([0, 0, 1], [0, 0, 1, 2], [0, 0, 1, -2]):
        with pytest.raises(InputError):
            Tally(layout, load, teams=["T1", "T2"], officers=[1, 1], assignment=assignment)
    tally = Tally(layout, load, teams=["T1", "T2"], officers=[1, 1], assignment=[0, 0, 1, 1])
    for unit, team in ((4, 0), (-1, 0), (0, 2), (0, -2)):
        with pytest.raises(InputError):
            tally.move(unit, team)


def test_the_registry_names_every_metric_once_and_in_full() -> None:
    metrics = [*TEAM_METRICS, *PLAN_METRICS]
    keys = [metric.key for metric in metrics]
    assert len(set(keys)) == len(keys)
    for metric in metrics:
        assert metric.title
        assert metric.unit
        assert metric.formula
        assert metric.source
        assert metric.version >= 1
    assert {m.key for m in metrics if not m.live} == {"reock", "hull_ratio"}
    live = team_metrics(tally_of(GRID, ["aaaaa"] * 5), live=True)
    assert set(live) == {m.key for m in TEAM_METRICS if m.live}


@settings(max_examples=60)
@given(
    start=st.lists(st.integers(-1, 2), min_size=25, max_size=25),
    moves=st.lists(st.tuples(st.integers(0, 24), st.integers(-1, 2)), max_size=40),
    seed=st.integers(0, 1000),
)
def test_moves_come_to_the_same_as_counting_anew(
    start: list[int], moves: list[tuple[int, int]], seed: int
) -> None:
    rng = np.random.default_rng(seed)
    load = Load(
        rng.integers(0, 9, 25),
        rng.random(25) * 10,
        rng.integers(0, 4, (25, 3)),
        rng.integers(0, 4, (25, 3)),
    )

    def fresh(assignment: list[int]) -> Tally:
        return Tally(GRID, load, teams="abc", officers=[1.0, 2.5, 0.0], assignment=assignment)

    tally, plan = fresh(start), list(start)
    for unit, team in moves:
        tally.move(unit, team)
        plan[unit] = team
        # Reading in between must not keep anything that the next move makes untrue.
        team_metrics(tally)
    anew = fresh(plan)
    assert tally.assignment.tolist() == plan
    pd.testing.assert_frame_equal(team_metrics(tally), team_metrics(anew), rtol=1e-9)
    left, right = plan_metrics(tally), plan_metrics(anew)
    assert left == pytest.approx(right, nan_ok=True, rel=1e-9)


@settings(max_examples=40)
@given(
    corners=st.lists(
        st.tuples(st.integers(0, 40), st.integers(0, 40)), min_size=3, max_size=7, unique=True
    )
)
def test_the_circle_is_the_smallest(corners: list[tuple[int, int]]) -> None:
    hull = shapely.convex_hull(shapely.MultiPoint([(100 * x, 100 * y) for x, y in corners]))
    if hull.geom_type != "Polygon":
        return
    circle = hull.area / _shape(hull)["reock"]
    assert math.sqrt(circle / math.pi) == pytest.approx(_radius_by_trial(hull), rel=1e-5)


def _radius_by_trial(hull: shapely.Polygon) -> float:
    """The smallest circle around few points is that of two or of three of them."""
    at = np.asarray(hull.exterior.coords)[:-1]
    best = math.inf
    for i in range(len(at)):
        for j in range(i):
            centres = [(at[i] + at[j]) / 2]
            for k in range(j):
                double = 2 * np.array([at[j] - at[i], at[k] - at[i]])
                if abs(np.linalg.det(double)) > 1e-6:
                    square = (at[[j, k]] ** 2).sum(axis=1) - (at[i] ** 2).sum()
                    centres.append(np.linalg.solve(double, square))
            reach = [np.hypot(*(at - centre).T).max() for centre in centres]
            best = min(best, *reach)
    return best


@settings(max_examples=60)
@given(teams=st.lists(st.integers(0, 2), min_size=25, max_size=25))
def test_pieces_holes_and_outlines_are_those_of_polygons(teams: list[int]) -> None:
    tally = Tally(GRID, nobody(GRID, 3), teams="abc", officers=[1.0, 1.0, 1.0], assignment=teams)
    found = team_metrics(tally)
    squares = np.array([shapely.box(k % 5, k // 5, k % 5 + 1, k // 5 + 1) for k in range(25)])
    for team, name in enumerate("abc"):
        whole = shapely.union_all(squares[np.array(teams) == team])
        parts = shapely.get_parts(whole)
        parts = parts[~shapely.is_empty(parts)]
        assert found.loc[name, "pieces"] == len(parts)
        rings = shapely.get_num_interior_rings(parts).sum()
        # Pieces that touch at corners enclose what no ring of theirs does.
        assert found.loc[name, "holes"] == rings or (
            len(parts) > 1 and found.loc[name, "holes"] > rings
        )
        assert found.loc[name, "outline_m"] == pytest.approx(100 * shapely.length(whole), abs=1.0)


@pytest.mark.realdata
def test_real_districts_measure_as_their_polygons_do(dc_data: Path) -> None:
    crs = "EPSG:26985"
    frame = read_boundaries(
        dc_data / "boundaries" / "psa_2019.geojson",
        kind="service_area",
        fields={"code": "PSA", "parent": "DISTRICT"},
    )
    layout = Layout.from_frame(frame, crs=crs)
    district = frame["parent"].to_dict()
    names = sorted(set(district.values()))
    tally = Tally(
        layout,
        nobody(layout, len(names)),
        teams=names,
        officers=np.ones(len(names)),
        assignment=[names.index(district[code]) for code in layout.units],
    )
    found = team_metrics(tally)
    whole = dissolve(frame, district).to_crs(crs).geometry
    # Sides are compared to 10 cm; service areas along the rivers fit less well than that.
    assert found["outline_m"].to_numpy() == pytest.approx(whole.length.to_numpy(), rel=5e-3)
    assert found["area_m2"].to_numpy() == pytest.approx(whole.area.to_numpy(), rel=1e-6)
    assert (found["pieces"] == 1).all()
    assert (found["holes"] == 0).all()
    circle = np.pi * whole.minimum_bounding_radius() ** 2
    assert found["reock"].to_numpy() == pytest.approx((whole.area / circle).to_numpy(), rel=1e-6)
    hull = whole.area / whole.convex_hull.area
    assert found["hull_ratio"].to_numpy() == pytest.approx(hull.to_numpy(), rel=1e-6)
