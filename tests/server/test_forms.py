from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from werkzeug.datastructures import MultiDict

from geoteam.errors import InputError
from geoteam.server import forms


def _fields(**values: str) -> forms.Fields:
    return MultiDict(values)


def test_text_is_trimmed_and_bounded() -> None:
    assert forms.text(_fields(a="  x "), "a") == "x"
    assert forms.text(_fields(), "a") == ""
    with pytest.raises(InputError, match="longer than 500"):
        forms.text(_fields(a="x" * 501), "a")
    with pytest.raises(InputError, match="Why is empty"):
        forms.text(_fields(a=" "), "a", label="Why", required=True)


def test_a_choice_is_one_of_the_words() -> None:
    assert forms.choice(_fields(by="grid"), "by", ("grid",), "district") == "grid"
    assert forms.choice(_fields(), "by", ("grid",), "district") == "district"
    with pytest.raises(InputError, match="Choose one of: grid"):
        forms.choice(_fields(by="moon"), "by", ("grid",), "district")


@pytest.mark.parametrize("value", ["0", "61", "-1", "1.5", "x", "²", "٣", "9" * 5000, "1e3", "NaN"])
def test_a_whole_number_out_of_range_is_refused(value: str) -> None:
    with pytest.raises(InputError, match="from 1 to 60"):
        forms.whole(_fields(minutes=value), "minutes", 10, low=1, high=60)


def test_a_whole_number_or_its_default() -> None:
    assert forms.whole(_fields(minutes="60"), "minutes", 10, low=1, high=60) == 60
    assert forms.whole(_fields(minutes=""), "minutes", 10, low=1, high=60) == 10


@pytest.mark.parametrize("value", ["nan", "inf", "-inf", "91", "x", "1e999"])
def test_a_number_that_is_no_latitude_is_refused(value: str) -> None:
    with pytest.raises(InputError, match="from -90 to 90"):
        forms.number(_fields(lat=value), "lat", low=-90, high=90)


def test_a_number_or_none() -> None:
    assert forms.number(_fields(lat="38.9"), "lat", low=-90, high=90) == 38.9
    assert forms.number(_fields(), "lat", low=-90, high=90) is None


def test_a_day() -> None:
    assert forms.day(_fields(on="2026-03-01"), "on") == date(2026, 3, 1)
    assert forms.day(_fields(), "on") is None
    with pytest.raises(InputError, match="year-month-day"):
        forms.day(_fields(on="2026-02-30"), "on")


@pytest.mark.parametrize(
    "target",
    [
        "https://evil.example/",
        "//evil.example/",
        "/\\evil.example",
        "\\\\evil.example",
        "/\t/evil.example",
        "\n//evil.example",
        "javascript:alert(1)",
        "evil.example",
        "",
        "http:/evil.example",
    ],
)
def test_a_redirect_stays_on_this_site(target: str) -> None:
    assert forms.local_path(target) == "/"


def test_a_path_of_this_site_is_kept() -> None:
    assert forms.local_path("/clients/abc?page=2") == "/clients/abc?page=2"


@given(st.text(max_size=30))
def test_no_text_leads_elsewhere(target: str) -> None:
    path = forms.local_path(target)
    assert path.startswith("/")
    assert not path.startswith("//")
    assert "\\" not in path
