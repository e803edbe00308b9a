"""Reading cells: invariants over any text."""

from __future__ import annotations

import csv
import io
from datetime import date, time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geoteam.services.import_seen import Seen
from geoteam.services.import_values import (
    BadValue,
    clock,
    day,
    number,
    plain,
    reference,
    safe_for_spreadsheets,
    text,
    zip_code,
)

ANY = st.one_of(
    st.text(max_size=20),
    st.integers(),
    st.floats(),
    st.booleans(),
    st.dates(),
    st.datetimes(),
    st.times(),
    st.from_regex(r"\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}", fullmatch=True),
)


@given(ANY)
def test_every_reader_gives_a_value_or_a_reason(cell: object) -> None:
    for read in (day, clock, reference, zip_code, text(10), number(0, 1)):
        reason = ""
        try:
            read(cell)
        except BadValue as bad:
            reason = f"{bad.message}: {bad.remedy}"
        assert reason == "" or not reason.startswith(":")


@given(st.dates(date(1900, 1, 1), date(2099, 12, 31)))
def test_a_day_survives_every_way_of_writing_it(value: date) -> None:
    forms = (
        value.isoformat(),
        f"{value.month}/{value.day}/{value.year}",
        f"{value:%Y%m%d}",
        f"{value.day} {value:%B} {value.year}",
    )
    assert {day(form) for form in forms} == {value}


@given(st.text())
def test_what_is_written_is_never_run(value: str) -> None:
    assert safe_for_spreadsheets(value).lstrip(" ")[:1] not in tuple("=+-@\t\r")


@given(st.text(alphabet=" abc=+-@'1", min_size=1, max_size=8))
def test_what_is_written_is_read_back(value: str) -> None:
    try:
        before = text(100)(value)
    except BadValue:
        return
    line = io.StringIO()
    csv.writer(line).writerow([safe_for_spreadsheets(before)])
    cells = next(csv.reader(io.StringIO(line.getvalue())), [""])
    assert text(100)(cells[0] if cells else "") == before


@given(st.lists(st.lists(st.sampled_from("abcdefgh"), max_size=6), max_size=6))
def test_ids_are_seen_twice_exactly_when_they_are(chunks: list[list[str]]) -> None:
    seen, first, row = Seen(), dict[str, int](), 0
    for chunk in chunks:
        rows = list(range(row, row + len(chunk)))
        row += len(chunk)
        expected = {}
        for key, where in zip(chunk, rows, strict=True):
            if key in first:
                expected[where] = first[key]
            first.setdefault(key, where)
        assert seen.add(chunk, rows) == expected


@pytest.mark.parametrize(
    ("cell", "expected"),
    [("17:30", "17:30"), ("5 PM", "17:00"), ("5:30pm", "17:30"), ("12 am", "00:00"),
     ("12:05 PM", "12:05"), (0.5, "12:00"), (time(8, 5), "08:05"), ("08:05:59", "08:05")],
)  # fmt: skip
def test_times(cell: object, expected: str) -> None:
    assert clock(cell) == expected


@pytest.mark.parametrize("cell", ["17", "24:00", "13 PM", "0 am", "noon", "7:5x", True, 2.5])
def test_what_is_no_time(cell: object) -> None:
    with pytest.raises(BadValue):
        clock(cell)


@pytest.mark.parametrize(("cell", "expected"), [(7, "7"), (7.0, "7"), (" a  b ", "a b"), (0, "0")])
def test_references(cell: object, expected: str) -> None:
    assert reference(cell) == expected


@pytest.mark.parametrize("cell", [7.5, 1e20, True, date(2026, 1, 1), "=7", "#N/A", "1E+5"])
def test_what_is_no_reference(cell: object) -> None:
    with pytest.raises(BadValue):
        reference(cell)


@pytest.mark.parametrize("cell", ["nan", "inf", float("nan"), float("inf"), "1.5", "", -0.1])
def test_what_is_no_share(cell: object) -> None:
    with pytest.raises(BadValue):
        number(0, 1)(cell)


def test_words_are_compared_without_case_and_dashes() -> None:
    assert plain("  Mental-Health ") == plain("mental_health") == "mental health"
