from __future__ import annotations

import re

from hypothesis import given
from hypothesis import strategies as st

from geoteam.server.sealing import Sealer

SEALER = Sealer(b"k" * 32)


@given(st.text(max_size=80))
def test_what_was_sealed_opens_again(text: str) -> None:
    word = SEALER.seal(text, context="client")
    assert re.fullmatch(r"[A-Za-z0-9_-]+", word)
    assert SEALER.unseal(word, context="client") == text


@given(st.text(max_size=80))
def test_any_word_is_opened_or_refused_never_raised(word: str) -> None:
    assert SEALER.unseal(word, context="client") is None


@given(st.text(min_size=1, max_size=20), st.integers(min_value=0))
def test_an_altered_word_does_not_open(text: str, at: int) -> None:
    word = SEALER.seal(text, context="client")
    # The last letter may hold unused bits.
    place = at % (len(word) - 1)
    altered = word[:place] + ("A" if word[place] != "A" else "B") + word[place + 1 :]
    assert SEALER.unseal(altered, context="client") is None


def test_a_word_opens_only_in_its_context_and_its_workspace() -> None:
    word = SEALER.seal("C-1", context="client")
    assert SEALER.unseal(word, context="search") is None
    assert Sealer(b"x" * 32).unseal(word, context="client") is None


def test_a_word_tells_neither_the_text_nor_its_length() -> None:
    assert "C-1" not in SEALER.seal("C-1", context="client")
    lengths = {len(SEALER.seal("x" * n, context="client")) for n in range(12)}
    assert len(lengths) == 1


def test_one_client_has_one_address() -> None:
    assert SEALER.seal("C-1", context="client") == SEALER.seal("C-1", context="client")
    assert SEALER.seal("C-1", context="client") != SEALER.seal("C-2", context="client")
