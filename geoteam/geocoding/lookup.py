"""Dictionaries over the reference's arrays: which streets a name can mean."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from math import cos, hypot, radians
from typing import NamedTuple

import numpy as np
from rapidfuzz.distance import OSA

from geoteam.geocoding.build import Parts
from geoteam.geocoding.fuzzy import DOUBTFUL, StreetSpelling
from geoteam.geocoding.grammar import AddressGrammar
from geoteam.geocoding.suffixes import SUFFIXES
from geoteam.geocoding.words import STATES, mend_ordinals, ordinal

_TYPES = frozenset(SUFFIXES.values())
_WAYS = ("NORTH", "SOUTH", "EAST", "WEST")
_STATE_NAMES = {code: name for name, code in STATES.items()}
# Names without type or direction, their score, and what is said of them.
_Kind = tuple[list[str], float, str]
# A street of the written quadrant, where another one has the written name elsewhere.
EITHER = 87.0
# The ending of a number was mended.
ORDINAL_SCORE = 98.0
# So many typed names are remembered.
_REMEMBERED = 400_000

# Two points of one address farther apart than this are two places.
SAME_PLACE_M = 60.0


def metres(lon: float, lat: float, lon2: float, lat2: float) -> float:
    """Measure roughly how far two places are apart.

    Parameters
    ----------
    lon, lat, lon2, lat2
        Degrees in EPSG:4326.

    Returns
    -------
    float
        Metres on a sphere, good to a per cent inside a city.
    """
    east = (lon - lon2) * 111_320.0 * cos(radians(lat))
    return hypot(east, (lat - lat2) * 110_540.0)


class Name(NamedTuple):
    """A street name of the reference that a text can mean."""

    base: str
    score: float
    why: str
    fuzzy: bool


class Lookup:
    """Dictionaries of one reference.

    Parameters
    ----------
    parts
        The arrays.
    grammar
        The city's address habits.
    """

    def __init__(self, parts: Parts, grammar: AddressGrammar) -> None:
        self.parts = parts
        self.grammar = grammar
        self.bases: list[str] = parts.street_base.tolist()
        self.quadrants: list[str] = parts.street_quadrant.tolist()
        # Name -> quadrant -> street.
        self.by_base: dict[str, dict[str, int]] = {}
        for street, (base, quadrant) in enumerate(zip(self.bases, self.quadrants, strict=True)):
            self.by_base.setdefault(base, {})[quadrant] = street
        self.aliases = dict(zip(parts.alias_from.tolist(), parts.alias_to.tolist(), strict=True))
        # Name without its type -> names.
        self.by_name: dict[str, list[str]] = {}
        # Name without its direction -> names.
        self.undirected: dict[str, list[str]] = {}
        for base in self.by_base:
            words = base.split()
            if len(words) > 1 and words[-1] in _TYPES:
                self.by_name.setdefault(" ".join(words[:-1]), []).append(base)
            if len(words) > 2 and words[0] in _WAYS:
                self.undirected.setdefault(" ".join(words[1:]), []).append(base)
        for other, base in self.aliases.items():
            words = other.split()
            if len(words) > 1 and words[-1] in _TYPES and base in self.by_base:
                names = self.by_name.setdefault(" ".join(words[:-1]), [])
                if base not in names:
                    names.append(base)
        # Name without spaces -> names; a direction may be one letter.
        self.joined: dict[str, set[str]] = {}
        for other, base in [*((base, base) for base in self.by_base), *self.aliases.items()]:
            words = other.split()
            if base in self.by_base and not any(character.isdigit() for character in other):
                self.joined.setdefault("".join(words), set()).add(base)
                if len(words) > 2 and words[0] in _WAYS:
                    self.joined.setdefault("".join([words[0][0], *words[1:]]), set()).add(base)
        self._points()
        self._lettered()
        self._blocks()
        self._others()
        self.spelling = StreetSpelling(self.by_base)
        self._named: dict[tuple[str, str], list[Name]] = {}

    def _points(self) -> None:
        parts = self.parts
        # Plain lists: reading one cell of an array costs more than all else of an exact match.
        streets, numbers = parts.point_street.tolist(), parts.point_number.tolist()
        suffixes = parts.point_suffix.tolist()
        # Of points with one address the first counts: it is written last.
        back = range(len(streets) - 1, -1, -1)
        known = zip(reversed(streets), reversed(numbers), reversed(suffixes), strict=True)
        self.point_at: dict[tuple[int, int, str], int] = dict(zip(known, back, strict=True))
        pairs = zip(reversed(streets), reversed(numbers), strict=True)
        self.point_any: dict[tuple[int, int], int] = dict(zip(pairs, back, strict=True))
        self.numbers = numbers
        self.lon, self.lat = parts.point_lon.tolist(), parts.point_lat.tolist()
        self.zips_of = list(map(tuple, parts.point_zips.tolist()))
        self.ids, self.far = parts.point_id.tolist(), parts.point_far.tolist()
        self.suffixes = suffixes
        self.labels = [
            f"{base} {quadrant}" if quadrant else base
            for base, quadrant in zip(self.bases, self.quadrants, strict=True)
        ]
        owners, first, count = np.unique(parts.point_street, return_index=True, return_counts=True)
        self.point_rows: dict[int, tuple[int, int]] = {
            street: (low, low + size)
            for street, low, size in zip(
                owners.tolist(), first.tolist(), count.tolist(), strict=True
            )
        }
        self._twins()

    def _twins(self) -> None:
        """Remember points whose address stands again at another place."""
        self.twin: dict[int, int] = {}
        street, number = self.parts.point_street, self.parts.point_number
        again = (street[1:] == street[:-1]) & (number[1:] == number[:-1])
        for i in (np.flatnonzero(again) + 1).tolist():
            first = self.point_at[(int(street[i]), self.numbers[i], self.suffixes[i])]
            here = (self.lon[first], self.lat[first])
            if metres(*here, self.lon[i], self.lat[i]) > SAME_PLACE_M:
                self.twin[first] = i

    def _blocks(self) -> None:
        parts = self.parts
        self.blocks: dict[int, list[int]] = {}
        for i, street in enumerate(parts.block_street.tolist()):
            self.blocks.setdefault(street, []).append(i)
        self.block_low = parts.block_low.tolist()
        self.block_high = parts.block_high.tolist()
        # Street and hundred of every number on a block.
        self.hundreds = {
            (street, hundred)
            for street, low, high in zip(
                parts.block_street.tolist(), self.block_low, self.block_high, strict=True
            )
            for hundred in range(low // 100, high // 100 + 1)
        }
        self.street_zips: dict[int, set[int]] = {}
        owners, codes = [], []
        for street, zips in (
            (parts.point_street, parts.point_zips),
            (parts.block_street, parts.block_zips),
            (parts.crossing_a, parts.crossing_zips),
            (parts.crossing_b, parts.crossing_zips),
            (parts.line_street, parts.line_zips),
        ):
            for column in zips.T:
                owners.append(street.astype(np.int64))
                codes.append(column.astype(np.int64))
        pairs = np.unique(np.concatenate(owners) * 100_000 + np.concatenate(codes)).tolist()
        for pair in pairs:
            self.street_zips.setdefault(pair // 100_000, set()).add(pair % 100_000)

    def _others(self) -> None:
        parts = self.parts
        self.crossings: dict[tuple[int, int], list[int]] = {}
        pairs = zip(parts.crossing_a.tolist(), parts.crossing_b.tolist(), strict=True)
        for i, pair in enumerate(pairs):
            self.crossings.setdefault(pair, []).append(i)
        self.places: dict[str, list[int]] = {}
        for i, key in enumerate(parts.place_key.tolist()):
            self.places.setdefault(key, []).append(i)
        self.place_keys = sorted(self.places)
        self._places_with: dict[str, list[int]] = {}
        self.zip_rows = {code: i for i, code in enumerate(parts.zip_code.tolist())}
        self.known_zips = frozenset(self.zip_rows)

    def places_with(self, words: str) -> list[int]:
        """Find places with some words in their name, remembered.

        Parameters
        ----------
        words
            Whole words in a row, as `place_key` writes them.

        Returns
        -------
        list of int
            Rows of the places.
        """
        if words not in self._places_with:
            if len(self._places_with) > _REMEMBERED:
                self._places_with.clear()
            self._places_with[words] = [
                row
                for key, rows in self.places.items()
                if words and f" {words} " in f" {key} "
                for row in rows
            ]
        return self._places_with[words]

    def _lettered(self) -> None:
        """Remember the hundred-blocks where house numbers carry letters: 3900A, 3900B."""
        marked = np.flatnonzero(np.char.isalpha(self.parts.point_suffix)).tolist()
        owner = self.parts.point_street.tolist()
        self.lettered = frozenset((owner[row], self.numbers[row] // 100) for row in marked)

    def between(self, street: int, number: int) -> tuple[int, int, bool]:
        """Find the believed points before and after a number in its hundred-block.

        Parameters
        ----------
        street
            The street.
        number
            The house number.

        Returns
        -------
        tuple
            Rows of the two points, -1 where there is none, and whether both are on the number's
            own side of the street: even or odd, as it is. These count before others.
        """
        low, high = self.point_rows.get(street, (0, 0))
        at = bisect_left(self.numbers, number, low, high)
        first = bisect_left(self.numbers, number - number % 100, low, at)
        last = bisect_left(self.numbers, number - number % 100 + 100, at, high)
        before = [row for row in range(at - 1, first - 1, -1) if not self.far[row]]
        after = [row for row in range(at, last) if not self.far[row]]
        sides = [
            next((row for row in rows if (self.numbers[row] - number) % 2 == 0), -1)
            for rows in (before, after)
        ]
        if min(sides) >= 0:
            return sides[0], sides[1], True
        return next(iter(before), -1), next(iter(after), -1), False

    def names(self, base: str, predirectional: str, name: str, quadrant: str) -> Sequence[Name]:
        """List the street names of the reference that a parsed street can mean, remembered.

        Parameters
        ----------
        base
            Direction, name and type.
        predirectional, name
            Its parts.
        quadrant
            The quadrant that is written, or ''. Spelling is mended only inside it.

        Returns
        -------
        sequence of Name
            Best first; only names of the best kind of match.
        """
        key = (base, quadrant)
        if key not in self._named:
            self.resolve([(base, predirectional, name, quadrant)])
        return self._named[key]

    def resolve(self, streets: Iterable[tuple[str, str, str, str]]) -> None:
        """Find the names of many parsed streets at once, for `names` to return.

        Parameters
        ----------
        streets
            For each its name with direction and type, direction, name alone, and quadrant.
        """
        if len(self._named) > _REMEMBERED:
            self._named.clear()
        misspelt: dict[str, dict[str, list[_Kind]]] = {}
        for base, predirectional, name, quadrant in streets:
            if (base, quadrant) in self._named:
                continue
            if mend_ordinals(base) != base:
                self._named[(base, quadrant)] = self._ordinals(base, predirectional, name, quadrant)
                continue
            found = self._exact(base, quadrant)
            kinds: list[_Kind] = []
            known = self.by_base[found[0].base] if found else {}
            if quadrant not in known and (quadrant or not found) and known.keys() != {""}:
                kinds = self._kinds(base, f"{predirectional} {name}".strip())
                here = self._of_kinds(kinds, quadrant)
                if found:
                    # The type may be wrong, or the quadrant.
                    here = [
                        other._replace(score=min(other.score, EITHER))
                        for other in here
                        if other.base != found[0].base
                    ]
                found = [*here, *found] if found else self._joined(base, quadrant) or here
            if found:
                self._named[(base, quadrant)] = found
            else:
                misspelt.setdefault(quadrant, {})[base] = kinds
        for quadrant, bases in misspelt.items():
            nearest = self.spelling.near(list(bases), quadrant)
            for (base, kinds), near in zip(bases.items(), nearest, strict=True):
                found = [Name(n, score, f"{base!r} is read as {n!r}", True) for n, score in near]
                self._named[(base, quadrant)] = found or self._elsewhere(kinds)

    def _joined(self, base: str, quadrant: str) -> list[Name]:
        """Find the one street of the quadrant whose name differs by spaces alone."""
        if self.grammar.quadrants and not quadrant:
            return []
        known = self.joined.get(base.replace(" ", ""), ())
        here = [name for name in known if self._has(name, quadrant)]
        why = "the words of the name are joined or parted differently"
        return [Name(here[0], 98.0, f"{why}: {here[0]}", False)] if len(here) == 1 else []

    def _ordinals(self, base: str, predirectional: str, name: str, quadrant: str) -> list[Name]:
        """Find the streets that a number with a wrong ending can mean.

        TH is the ending that people put to any number. Another one can also be right, and the
        number wrong: 4ND is 4TH, 2ND or 42ND.
        """
        typed = next(word for word in base.split() if mend_ordinals(word) != word)
        # "14ST NW": the ending is the type of the street.
        glued = typed == base and typed.endswith("ST")

        def named(word: str, most: float) -> list[Name]:
            why = f"the street {typed} is read as {word}"
            texts = [text.replace(typed, word, 1) for text in (base, name)]
            return [
                known._replace(
                    score=min(known.score, most),
                    why=f"{why}; {known.why}" if known.why else why,
                )
                for known in self.names(texts[0], predirectional, texts[1], quadrant)
            ]

        right = mend_ordinals(typed)
        found = named(f"{right} STREET" if glued else right, ORDINAL_SCORE)
        if glued or typed.endswith("TH"):
            return found
        near = (ordinal(number) for number in range(1, 1000))
        rivals = [
            rival
            for word in near
            if word[-2:] == typed[-2:] and OSA.distance(word, typed, score_cutoff=1) == 1
            for rival in named(word, DOUBTFUL)
            if self._has(rival.base, quadrant)
        ]
        return [*found, *rivals]

    def _kinds(self, base: str, untyped: str) -> list[_Kind]:
        return [
            (self.by_name.get(base, []), 97.0, "the street type is missing"),
            (self.by_name.get(untyped, []), 90.0, "the street type is another one"),
            (self.undirected.get(base, []), 88.0, "the direction is missing"),
        ]

    def _of_kinds(self, kinds: list[_Kind], quadrant: str) -> list[Name]:
        for bases, score, why in kinds:
            here = [b for b in bases if not quadrant or self._has(b, quadrant)]
            if here:
                return [Name(b, score, why, False) for b in here]
        return []

    def _elsewhere(self, kinds: list[_Kind]) -> list[Name]:
        for bases, score, why in kinds:
            if bases:
                return [Name(b, min(score, 80.0), why, False) for b in bases]
        return []

    def _has(self, base: str, quadrant: str) -> bool:
        known = self.by_base[base]
        return not quadrant or quadrant in known or "" in known

    def _exact(self, base: str, quadrant: str) -> list[Name]:
        words = base.split(" ", 1)
        state = _STATE_NAMES.get(words[0], "")
        tries = [
            (base, 100.0, ""),
            (self.aliases.get(base, ""), 98.0, "another name of the street"),
        ]
        if state and len(words) == 2:
            tries.append((f"{state} {words[1]}", 98.0, "the state's name is abbreviated"))
        elsewhere: list[Name] = []
        for candidate, score, why in tries:
            if candidate not in self.by_base:
                continue
            found = Name(candidate, score, f"{why}: {candidate}" if why else "", False)
            if not quadrant or self._has(candidate, quadrant):
                return [found]
            elsewhere.append(found)
        if elsewhere and not quadrant:
            return elsewhere
        return elsewhere[:1]
