from __future__ import annotations

import html
import math
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geoteam.maps import figure_text, safe_text
from tests.maps.cases import ATTACKS


@pytest.mark.parametrize("attack", ATTACKS)
def test_nothing_of_an_attack_is_left_that_html_or_a_template_literal_would_run(
    attack: str,
) -> None:
    escaped = safe_text(attack)
    assert not re.search(r"[<>\"'`${}\\=\n\r\u2028\u2029]", escaped)


@given(st.text())
def test_any_text_reads_the_same_after_the_browser_has_decoded_it(text: str) -> None:
    shown = "".join(c if c.isprintable() else " " for c in text)
    assert html.unescape(safe_text(text)) == shown
    assert not set("<>\"'`${}\\=") & set(safe_text(text))


@given(st.text())
def test_escaping_gives_one_line(text: str) -> None:
    assert len(safe_text(text).splitlines()) <= 1


def test_what_is_unknown_is_empty() -> None:
    assert safe_text(None) == ""
    assert safe_text(math.nan) == ""


@pytest.mark.parametrize(
    ("value", "kind", "text"),
    [
        (1234, "count", "1,234"),
        (0, "count", "0"),
        (12.345, "decimal", "12.3"),
        (0.456, "share", "46 %"),
        (1.0, "share", "100 %"),
        (None, "count", "no data"),
        (math.nan, "share", "no data"),
        (math.inf, "decimal", "no data"),
    ],
)
def test_figures_are_written_in_one_way(value: float | None, kind: str, text: str) -> None:
    assert figure_text(value, kind) == text
