"""The survey: lines that grow away from the axes, and a warp that can be undone."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geoteam.demo.names import lettered, local_name, ordinal
from geoteam.demo.seeds import stream
from geoteam.demo.survey import LINES, make_survey

SURVEY = make_survey(2026)


def test_lines_grow_from_the_axes() -> None:
    for positions in (SURVEY.p_m, SURVEY.q_m):
        assert (np.diff(positions) > 60).all()
        assert positions[LINES] == 0.0
        assert len(positions) == 2 * LINES + 1


def test_blocks_vary_in_size() -> None:
    assert np.diff(SURVEY.p_m).std() > 15


def test_block_coordinates_are_line_numbers() -> None:
    assert SURVEY.block_p(SURVEY.p_m[LINES + 7]) == pytest.approx(7)
    assert SURVEY.block_q((SURVEY.q_m[LINES - 3] + SURVEY.q_m[LINES - 2]) / 2) == pytest.approx(
        -2.5
    )


@given(st.floats(-8000, 8000), st.floats(-7000, 7000))
def test_unbend_undoes_bend(p: float, q: float) -> None:
    x, y = SURVEY.bend(p, q)
    back_p, back_q = SURVEY.unbend(x, y)
    assert abs(back_p - p) < 0.05
    assert abs(back_q - q) < 0.05


def test_the_core_is_hardly_bent() -> None:
    x, y = SURVEY.bend(600.0, -400.0)
    assert np.hypot(x - 600, y + 400) < 120


@pytest.mark.parametrize(
    ("number", "name"),
    [(1, "1ST"), (2, "2ND"), (3, "3RD"), (11, "11TH"), (22, "22ND"), (113, "113TH")],
)
def test_ordinals(number: int, name: str) -> None:
    assert ordinal(number) == name


def test_lettered_streets_go_through_the_alphabet() -> None:
    assert [lettered(k) for k in (1, 9, 10, 22, 23, 47)] == [
        "A",
        "I",
        "K",
        "W",
        "ALDER",
        "AMARANTH",
    ]


def test_local_names_never_come_twice() -> None:
    taken: set[str] = set()
    names = [local_name(stream(1, str(k)), taken) for k in range(500)]
    assert len(set(names)) == 500


def test_streams_are_independent_and_repeatable() -> None:
    assert stream(1, "a").integers(1 << 60) == stream(1, "a").integers(1 << 60)
    assert stream(1, "a").integers(1 << 60) != stream(1, "b").integers(1 << 60)
    assert stream(1, "a").integers(1 << 60) != stream(2, "a").integers(1 << 60)
