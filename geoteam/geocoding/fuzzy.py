"""Misspelt street names, mended only inside a known quadrant.

The measure is the optimal string alignment distance (Levenshtein with swaps of neighbours;
Damerau 1964), as computed by rapidfuzz. A name is mended only when one street is strictly nearest.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import combinations, pairwise

import numpy as np
from rapidfuzz import process
from rapidfuzz.distance import OSA

from geoteam.geocoding.suffixes import SUFFIXES

_TYPES = frozenset(SUFFIXES.values())
SURE = 95.0
# The only street so near, but two letters away, or one that fingers and ears do not mistake: it may
# be a street that does not exist.
DISTANT = 89.0
# Strictly nearest, with others one letter behind: the house number must tell them apart.
NEAREST = 86.0
DOUBTFUL = 85.0
# Letters typed or heard for each other: neighbours on the keyboard (US layout), vowels, and
# consonants of one sound.
_ROWS = ("QWERTYUIOP", "ASDFGHJKL", "ZXCVBNM")
_ALIKE = frozenset(
    frozenset(pair)
    for pair in (
        *(a + b for row in _ROWS for a, b in pairwise(row)),
        *(
            a + b
            for upper, lower in pairwise(_ROWS)
            for shift in (0, 1)
            for a, b in zip(upper[shift:], lower, strict=False)
        ),
        *combinations("AEIOUY", 2),
        *("CK", "CS", "CQ", "KQ", "SZ", "FV", "PB", "DT", "GJ", "MN", "UW"),
    )
)
# One letter more than is ever mended, to see who else is near.
_FARTHEST = 3
# So many names are compared at once; it bounds memory.
_AT_ONCE = 4096


def _core(base: str) -> str:
    """Return the words that tell streets apart: the name without its type."""
    words = base.split()
    return " ".join(words[:-1]) if len(words) > 1 and words[-1] in _TYPES else base


def _mendable(core: str, letters: int) -> bool:
    # Numbered and lettered streets differ by one sign from their neighbours: never mended.
    return len(core) >= letters and not any(character.isdigit() for character in core)


def _is_slip(typed: str, name: str) -> bool:
    """Tell whether a name one letter away from another is a usual slip of it.

    Swapped, dropped and doubled letters are, a letter too many beside one that is alike, and a
    letter for one that is alike; any other letter makes another name.
    """
    at = 0
    while at < min(len(typed), len(name)) and typed[at] == name[at]:
        at += 1
    if len(typed) < len(name):
        return True
    if len(typed) > len(name):
        beside = typed[max(at - 1, 0) : at] + typed[at + 1 : at + 2]
        return any(typed[at] == c or frozenset((typed[at], c)) in _ALIKE for c in beside)
    swapped = typed[at : at + 2] == name[at : at + 2][::-1]
    return swapped or frozenset((typed[at], name[at])) in _ALIKE


class StreetSpelling:
    """The street dictionary of each quadrant.

    Parameters
    ----------
    by_base
        Name -> quadrant -> street.
    """

    def __init__(self, by_base: Mapping[str, Mapping[str, int]]) -> None:
        self._by_base = by_base
        # Quadrant -> names that may be mended; with and without their type.
        self._typed: dict[str, list[str]] = {"": []}
        for base, quadrants in by_base.items():
            if _mendable(_core(base), 4):
                for quadrant in quadrants:
                    self._typed.setdefault(quadrant, []).append(base)
        for quadrant, names in self._typed.items():
            if quadrant:
                names.extend(sorted(set(self._typed[""]) - set(names)))
        self._cores = {q: [_core(name) for name in names] for q, names in self._typed.items()}

    def near(self, bases: Sequence[str], quadrant: str) -> list[list[tuple[str, float]]]:
        """Find the streets of a quadrant whose names are spelled nearly so.

        Parameters
        ----------
        bases
            Names as typed, spelled out, without quadrant; the type may be missing.
        quadrant
            The quadrant that is written; '' searches only streets without one.

        Returns
        -------
        list of list of tuple
            For each up to five (name, score), best first. A score of 95 (94 when the type is
            missing too) means that it is the only street so near, a usual slip away; 89 the only
            one, two letters or an unusual one away.
        """
        out: list[list[tuple[str, float]]] = [[] for _ in bases]
        pool = self._typed.get(quadrant, [])
        untyped: list[int] = []
        with_type: list[int] = []
        for i, base in enumerate(bases) if pool else ():
            core = _core(base)
            if _mendable(core, 3):
                (untyped if core == base else with_type).append(i)
        # A text without a type is compared with names without theirs.
        for typed, rows, names in (
            (True, with_type, pool),
            (False, untyped, self._cores.get(quadrant, [])),
        ):
            for start in range(0, len(rows), _AT_ONCE):
                part = rows[start : start + _AT_ONCE]
                distances = process.cdist(
                    [bases[i] for i in part],
                    names,
                    scorer=OSA.distance,
                    score_cutoff=_FARTHEST,
                    dtype=np.uint8,
                )
                hits = distances <= _FARTHEST
                for row in np.flatnonzero(hits.any(axis=1)).tolist():
                    near = np.flatnonzero(hits[row])
                    at, away = near.tolist(), distances[row, near].tolist()
                    out[part[row]] = self._judge(bases[part[row]], typed, pool, at, away)
        return out

    def _judge(
        self, base: str, typed: bool, pool: list[str], near: list[int], away: list[int]
    ) -> list[tuple[str, float]]:
        """Score the names near a typed one; `near` are their places in `pool`."""
        order = sorted(range(len(near)), key=away.__getitem__)
        best = away[order[0]]
        # The right name may be the longer of the two.
        letters = max(len(_core(base)), len(_core(pool[near[order[0]]])))
        if best > (1 if letters < 8 else 2):
            return []
        close = [pool[near[i]] for i in order[:5] if away[i] <= best + 1]
        if base in self._by_base:
            # The name as typed exists in another quadrant: either may be the slip.
            return [(name, DOUBTFUL) for name in close]
        name = close[0] if typed else _core(close[0])
        doubtful = best > 1 or not _is_slip(base, name)
        if len(close) == 1:
            return [(close[0], DISTANT if doubtful else SURE if typed else SURE - 1)]
        alone = best < 2 <= away[order[1]] and not doubtful
        return [(close[0], NEAREST if alone else DOUBTFUL), *((n, DOUBTFUL) for n in close[1:])]
