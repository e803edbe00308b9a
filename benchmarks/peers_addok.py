"""Settings of addok for addresses of the United States, and the hooks that its guide asks for.

addok reads this file as its configuration (ADDOK_CONFIG_MODULE) and imports it for the hooks.
What addok-france does for French addresses is done here for American ones: house numbers are
marked, and results are compared with the query in the form that people write addresses.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

SYNONYMS_PATHS = [str(Path(os.environ["PEERS_DIR"]) / "addok-data" / "synonyms.txt")]
# Any letter may stand for any other; addok's default knows only neighbours on a French keyboard.
FUZZY_KEY_MAP = None
INDEX_EDGE_NGRAMS = False
BATCH_WORKERS = 1
LOG_DIR = os.environ["PEERS_DIR"]
PROCESSORS_PYPATHS = [
    "addok.helpers.text.tokenize",
    "addok.helpers.text.normalize",
    "peers_addok.flag_house_number",
    "addok.helpers.text.synonymize",
]
SEARCH_PREPROCESSORS_PYPATHS = [
    "addok.helpers.search.tokenize",
    "peers_addok.compare_spelled_out",
    "addok.helpers.search.search_tokens",
    "addok.helpers.search.select_tokens",
    "addok.helpers.search.set_should_match_threshold",
]
SEARCH_RESULT_PROCESSORS_PYPATHS = [
    "addok.helpers.results.match_housenumber",
    "peers_addok.make_labels",
    "addok.helpers.results.score_by_importance",
    "addok.helpers.results.score_by_ngram_distance",
]

_HOUSE_NUMBER = re.compile(r"\d+[a-z]?")


def flag_house_number(pipe: Iterable[Any]) -> Iterator[Any]:
    """Mark the first word as the house number when it is one."""
    for token in pipe:
        if token.is_first and _HOUSE_NUMBER.fullmatch(token):
            token.kind = "housenumber"
        yield token


def compare_spelled_out(helper: Any) -> None:
    """Let the results be compared with the query as spelled out, not as typed."""
    words = sorted(helper.tokens, key=lambda token: token.position)
    helper.query = " ".join(words)


def make_labels(helper: Any, result: Any) -> None:
    """Write a result with its house number in front, with and without city and ZIP."""
    if result.labels:
        return
    front = f"{result.housenumber} " if result.housenumber else ""
    for name in result._rawattr("name"):
        short = f"{front}{name}"
        result.labels += [short, f"{short} Washington", f"{short} Washington DC"]
        result.labels += [f"{short} Washington DC {zip_}" for zip_ in result._rawattr("postcode")]
