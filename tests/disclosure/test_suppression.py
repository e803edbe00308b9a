from __future__ import annotations

from itertools import pairwise

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import Bounds, LinearConstraint, linprog, milp

from geoteam.disclosure import Suppression, suppress, suppress_table
from geoteam.errors import DisclosureError, InputError

NA = pd.NA


def table(counts: list[int], **margins: list[str]) -> tuple[pd.Series, pd.DataFrame]:
    index = pd.Index([f"u{k}" for k in range(len(counts))], dtype="str")
    return pd.Series(counts, index=index), pd.DataFrame(margins, index=index, dtype="str")


def shown(done: Suppression) -> list[int | None]:
    return [None if pd.isna(v) else int(v) for v in done.cells["count"]]


def equations(
    counts: pd.Series, groups: pd.DataFrame, done: Suppression
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """All that a reader knows: sums that are published, and a least number for each cell."""
    rows, sums = [], []
    for (margin, group), value in done.totals["count"].items():
        if not pd.isna(value):
            inside = np.ones(len(counts)) if margin == "total" else groups[margin] == group
            rows.append(np.asarray(inside, dtype=float))
            sums.append(float(value))
    least = np.zeros(len(counts))
    if len(done.cells):
        for k, value in enumerate(done.cells["count"]):
            if pd.isna(value):
                least[k] = 1  # a zero would have been shown
            else:
                rows.append(np.eye(len(counts))[k])
                sums.append(float(value))
    return np.array(rows).reshape(-1, len(counts)), np.array(sums), least


def attack(counts: pd.Series, groups: pd.DataFrame, done: Suppression, k: int) -> float:
    """How many numbers a reader with a linear programme must hold possible for cell k."""
    matrix, sums, least = equations(counts, groups, done)
    ends = []
    for sign in (1, -1):
        goal = sign * np.eye(len(counts))[k]
        found = linprog(
            goal, A_eq=matrix if len(matrix) else None, b_eq=sums if len(sums) else None,
            bounds=[(low, 10_000) for low in least], method="highs",
        )  # fmt: skip
        assert found.success, found.message
        ends.append(sign * found.fun)
    return ends[1] - ends[0]


def attack_in_whole_people(
    counts: pd.Series, groups: pd.DataFrame, done: Suppression, k: int
) -> float:
    matrix, sums, least = equations(counts, groups, done)
    rules = [LinearConstraint(matrix, sums, sums)] if len(matrix) else []
    ends = [
        sign * milp(sign * np.eye(len(counts))[k], constraints=rules,
                    bounds=Bounds(least, np.full(len(counts), 10_000)),
                    integrality=np.ones(len(counts))).fun
        for sign in (1, -1)
    ]  # fmt: skip
    return ends[1] - ends[0]


def assert_safe(counts: pd.Series, groups: pd.DataFrame, done: Suppression, threshold: int) -> None:
    for k, value in enumerate(counts):
        if 0 < value < threshold:
            assert attack(counts, groups, done, k) >= threshold - 1e-6
            assert attack_in_whole_people(counts, groups, done, k) >= threshold - 1e-6
    for table_ in (done.cells, done.totals):
        values = table_["count"].dropna()
        assert ((values == 0) | (values >= threshold)).all()
        assert (table_["count"].isna() == table_["suppressed"]).all()


def test_the_attacker_of_these_tests_can_win() -> None:
    counts, groups = table([5, 40, 60], district=["1", "1", "1"])
    naive = suppress(counts, 11, groups=groups)
    naive.cells.loc["u1", ["count", "suppressed"]] = [40, False]
    assert attack(counts, groups, naive, 0) == pytest.approx(0)


def test_one_small_cell_takes_another_with_it() -> None:
    counts, groups = table([5, 40, 60, 80, 0], district=["1"] * 5)
    done = suppress(counts, 11, groups=groups)
    assert shown(done) == [None, None, 60, 80, 0]
    assert done.totals["count"].tolist() == [185, 185]
    assert_safe(counts, groups, done, 11)


def test_two_tiny_cells_do_not_protect_each_other() -> None:
    counts, groups = table([5, 3, 60, 90], district=["1"] * 4)
    done = suppress(counts, 11, groups=groups)
    # 5 + 3 leaves only 1 to 7 for either.
    assert shown(done) == [None, None, None, 90]


def test_without_a_cell_to_take_the_total_goes() -> None:
    counts, groups = table([5, 50, 60], district=["1", "2", "2"])
    done = suppress(counts, 11, groups=groups)
    assert done.totals.loc[("district", "1"), "suppressed"]
    # With district 1 hidden, the grand total less district 2 would give it away.
    assert_safe(counts, groups, done, 11)
    assert shown(done)[0] is None


def test_zeros_and_large_cells_stay() -> None:
    counts, groups = table([0, 11, 200, 0], district=["1", "1", "2", "2"])
    done = suppress(counts, 11, groups=groups)
    assert shown(done) == [0, 11, 200, 0]
    assert not done.totals["suppressed"].any()


def test_a_whole_city_below_the_threshold_shows_nothing() -> None:
    counts, groups = table([2, 3, 0], district=["1", "1", "2"])
    done = suppress(counts, 11, groups=groups)
    assert shown(done) == [None, None, 0]
    assert done.totals["count"].isna().tolist() == [True, False, True]


def test_two_plans_laid_over_each_other() -> None:
    # Only team totals are printed. Plan 2 moves unit u1 (4 people) from team B to team A.
    counts, groups = table([50, 4, 70], plan1=["A", "B", "B"], plan2=["A", "A", "B"])
    both = suppress(counts, 11, groups=groups, publish_cells=False)
    # 54 - 50 is unit u1: one of the figures has to go.
    assert both.totals["suppressed"].any()
    assert both.cells.empty
    assert_safe(counts, groups, both, 11)
    one = suppress(counts, 11, groups=groups[["plan1"]], publish_cells=False)
    assert not one.totals["suppressed"].any()


def test_what_is_public_already_is_reckoned_with() -> None:
    counts, groups = table([50, 4, 70], plan2=["A", "A", "B"])
    done = suppress(
        counts, 11, groups=groups, publish_cells=False,
        already_public=[["u0"], ["u1", "u2"]],
    )  # fmt: skip
    assert done.totals.loc[("plan2", "A"), "suppressed"]
    with pytest.raises(DisclosureError, match="gives a small cell away"):
        suppress(counts, 11, already_public=[["u0"], ["u2"], ["u0", "u1", "u2"]])
    with pytest.raises(DisclosureError, match="below the threshold"):
        suppress(counts, 11, already_public=[["u1"]])


def test_a_table_with_its_margins() -> None:
    people = pd.DataFrame({"high": [3, 20, 30], "low": [40, 50, 60]}, index=["a", "b", "c"])
    done = suppress_table(people, 11)
    assert done.loc["a", "high"] is NA
    # Two in the row, two in the column, and the corner that closes the square; every total stays.
    hidden = done.isna()
    assert hidden.to_numpy().tolist() == [
        [True, True, False], [True, True, False], [False] * 3, [False] * 3,
    ]  # fmt: skip
    assert done.loc["total"].tolist() == [53, 150, 203]
    assert done["total"].tolist() == [43, 70, 90, 203]


@pytest.mark.parametrize("bad", [[1, -2], [1, 2.5], [1, None], [1, float("inf")]])
def test_counts_that_are_no_counts_are_refused(bad: list[float]) -> None:
    with pytest.raises(InputError, match="whole numbers"):
        suppress(pd.Series(bad), 11)


def test_unfit_questions_are_refused() -> None:
    with pytest.raises(InputError, match="protects nobody"):
        suppress(pd.Series([1]), 1)
    with pytest.raises(InputError, match="stands twice"):
        suppress(pd.Series([1, 2], index=["a", "a"]), 11)
    with pytest.raises(InputError, match="same cells"):
        suppress(pd.Series([1, 2]), 11, groups=pd.DataFrame({"g": ["1"]}))
    assert suppress(pd.Series([], dtype=int), 11).totals["count"].tolist() == [0]


COUNTS = st.lists(st.integers(0, 40), min_size=1, max_size=14)


@settings(max_examples=60)
@given(counts=COUNTS, threshold=st.sampled_from([5, 10, 11]), data=st.data())
def test_nested_groups_withstand_subtraction(
    counts: list[int], threshold: int, data: st.DataObject
) -> None:
    sector = data.draw(st.lists(st.integers(0, 5), min_size=len(counts), max_size=len(counts)))
    cells, groups = table(
        counts, sector=[str(s) for s in sector], district=[str(s // 2) for s in sector]
    )
    assert_safe(cells, groups, suppress(cells, threshold, groups=groups), threshold)


@settings(max_examples=60)
@given(
    counts=COUNTS,
    threshold=st.sampled_from([5, 11]),
    publish_cells=st.booleans(),
    data=st.data(),
)
def test_overlapping_groups_withstand_subtraction(
    counts: list[int], threshold: int, publish_cells: bool, data: st.DataObject
) -> None:
    labels = st.lists(
        st.sampled_from(["", "x", "y", "z"]), min_size=len(counts), max_size=len(counts)
    )
    cells, groups = table(counts, a=data.draw(labels), b=data.draw(labels), c=data.draw(labels))
    done = suppress(cells, threshold, groups=groups, publish_cells=publish_cells)
    if publish_cells:
        assert_safe(cells, groups, done, threshold)
        return
    # Pieces where the groups cross are what a reader could single out.
    piece = groups["a"] + "|" + groups["b"] + "|" + groups["c"]
    merged = cells.groupby(piece.to_numpy()).sum()
    corner = groups.groupby(piece.to_numpy()).first()
    assert_safe(merged, corner, done, threshold)


def test_more_is_withheld_only_where_needed() -> None:
    random = np.random.default_rng(5)
    counts = pd.Series(random.poisson(60, 57), index=[f"u{k}" for k in range(57)])
    counts.iloc[7] = 4
    groups = pd.DataFrame({"district": [str(k // 8) for k in range(57)]}, index=counts.index)
    done = suppress(counts, 11, groups=groups)
    assert done.cells["suppressed"].sum() == 2
    assert not done.totals["suppressed"].any()
    for a, b in pairwise([5, 10, 11, 30]):
        few, many = (suppress(counts, t, groups=groups).cells["suppressed"].sum() for t in (a, b))
        assert few <= many


def test_a_city_of_hexagons_takes_no_time() -> None:
    random = np.random.default_rng(0)
    counts = pd.Series(random.poisson(random.gamma(1, 20, 700)))
    groups = pd.DataFrame({"district": random.integers(0, 7, 700).astype(str)})
    done = suppress(counts, 11, groups=groups)
    assert (done.cells["suppressed"] >= counts.between(1, 10)).all()
