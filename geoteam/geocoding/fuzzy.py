"""Misspelt street names, mended only inside a known quadrant.

The measure is the optimal string alignment distance (Levenshtein with swaps of neighbours;
Damerau 1964), as computed by rapidfuzz. A name is mended only when one street is strictly nearest.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from rapidfuzz import process
from rapidfuzz.distance import OSA

from geoteam.geocoding.suffixes import SUFFIXES

_TYPES = frozenset(SUFFIXES.values())
SURE = 95.0
# Strictly nearest, with others one letter behind: the house number must tell them apart.
NEAREST = 86.0
DOUBTFUL = 85.0


def _core(base: str) -> str:
    """Return the words that tell streets apart: the name without its type."""
    words = base.split()
    return " ".join(words[:-1]) if len(words) > 1 and words[-1] in _TYPES else base


def _mendable(base: str) -> bool:
    core = _core(base)
    return len(core) >= 4 and not any(character.isdigit() for character in core)


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
            if _mendable(base):
                for quadrant in quadrants:
                    self._typed.setdefault(quadrant, []).append(base)
        for quadrant, names in self._typed.items():
            if quadrant:
                names.extend(self._typed[""])
        self._cores = {q: [_core(name) for name in names] for q, names in self._typed.items()}

    def near(self, base: str, quadrant: str) -> list[tuple[str, float]]:
        """Find the streets of a quadrant whose name is spelled nearly so.

        Parameters
        ----------
        base
            Name as typed, spelled out, without quadrant; its type may be missing.
        quadrant
            The quadrant that is written; '' searches only streets without one.

        Returns
        -------
        list of tuple
            Up to five (name, score), best first. A score of 95 (94 when the type is missing too)
            means that it is the only street so near and that the slip is small for the length of
            the name.
        """
        core = _core(base)
        # Numbered and lettered streets differ by one sign from their neighbours: never mended.
        if len(core) < 4 or any(character.isdigit() for character in core):
            return []
        pool = self._typed.get(quadrant, [])
        typed = core != base
        names = pool if typed else self._cores.get(quadrant, [])
        limit = 1 if len(core) < 8 else 2
        if not pool:
            return []
        distances = process.cdist(
            [base], names, scorer=OSA.distance, score_cutoff=limit + 1, dtype=np.uint8
        )[0]
        near = np.flatnonzero(distances <= limit + 1)
        order = near[np.argsort(distances[near], kind="stable")]
        best = int(distances[order[0]]) if len(order) else limit + 1
        if best > limit:
            return []
        close = [pool[i] for i in order[:5] if distances[i] <= best + 1]
        if base in self._by_base:
            # The name as typed exists in another quadrant: either may be the slip.
            return [(name, DOUBTFUL) for name in close]
        if len(close) == 1:
            return [(close[0], SURE if typed else SURE - 1)]
        alone = int(distances[order[1]]) > best
        return [(close[0], NEAREST if alone else DOUBTFUL), *((n, DOUBTFUL) for n in close[1:])]
