"""Dictionaries over the reference's arrays: which streets a name can mean."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from math import cos, hypot, radians
from typing import NamedTuple

from geoteam.geocoding.build import Parts
from geoteam.geocoding.fuzzy import StreetSpelling
from geoteam.geocoding.grammar import AddressGrammar
from geoteam.geocoding.suffixes import SUFFIXES
from geoteam.geocoding.words import STATES

_TYPES = frozenset(SUFFIXES.values())
_STATE_NAMES = {code: name for name, code in STATES.items()}


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
            if len(words) > 2 and words[0] in ("NORTH", "SOUTH", "EAST", "WEST"):
                self.undirected.setdefault(" ".join(words[1:]), []).append(base)
        for other, base in self.aliases.items():
            words = other.split()
            if len(words) > 1 and words[-1] in _TYPES and base in self.by_base:
                names = self.by_name.setdefault(" ".join(words[:-1]), [])
                if base not in names:
                    names.append(base)
        self._points()
        self._blocks()
        self._others()
        self.spelling = StreetSpelling(self.by_base)

    def _points(self) -> None:
        parts = self.parts
        self.point_at: dict[tuple[int, int, str], int] = {}
        self.point_any: dict[tuple[int, int], int] = {}
        streets, numbers = parts.point_street.tolist(), parts.point_number.tolist()
        suffixes = parts.point_suffix.tolist()
        for i in range(len(streets) - 1, -1, -1):
            self.point_at[(streets[i], numbers[i], suffixes[i])] = i
            self.point_any[(streets[i], numbers[i])] = i
        self.numbers = numbers
        # Plain lists: reading one cell of an array costs more than all else of an exact match.
        self.lon, self.lat = parts.point_lon.tolist(), parts.point_lat.tolist()
        self.zips_of = list(map(tuple, parts.point_zips.tolist()))
        self.ids, self.far = parts.point_id.tolist(), parts.point_far.tolist()
        self.suffixes = suffixes
        self.labels = [
            f"{base} {quadrant}" if quadrant else base
            for base, quadrant in zip(self.bases, self.quadrants, strict=True)
        ]
        self.point_rows: dict[int, tuple[int, int]] = {}
        for i, street in enumerate(streets):
            low = self.point_rows[street][0] if street in self.point_rows else i
            self.point_rows[street] = (low, i + 1)

        self._twins(streets, numbers, suffixes)

    def _twins(self, streets: list[int], numbers: list[int], suffixes: list[str]) -> None:
        """Remember points whose address stands again at another place."""
        self.twin: dict[int, int] = {}
        lon, lat = self.parts.point_lon, self.parts.point_lat
        for i in range(1, len(streets)):
            if numbers[i] != numbers[i - 1] or streets[i] != streets[i - 1]:
                continue
            first = self.point_at[(streets[i], numbers[i], suffixes[i])]
            here = (float(lon[first]), float(lat[first]))
            if metres(*here, float(lon[i]), float(lat[i])) > SAME_PLACE_M:
                self.twin[first] = i

    def _blocks(self) -> None:
        parts = self.parts
        self.blocks: dict[int, list[int]] = {}
        for i, street in enumerate(parts.block_street.tolist()):
            self.blocks.setdefault(street, []).append(i)
        self.block_low = parts.block_low.tolist()
        self.block_high = parts.block_high.tolist()
        self.street_zips: dict[int, set[int]] = {}
        for street, zips in (
            (parts.point_street, parts.point_zips),
            (parts.block_street, parts.block_zips),
            (parts.crossing_a, parts.crossing_zips),
            (parts.crossing_b, parts.crossing_zips),
        ):
            for owner, codes in zip(street.tolist(), zips.tolist(), strict=True):
                self.street_zips.setdefault(owner, set()).update(codes)

    def _others(self) -> None:
        parts = self.parts
        self.crossings: dict[tuple[int, int], list[int]] = {}
        pairs = zip(parts.crossing_a.tolist(), parts.crossing_b.tolist(), strict=True)
        for i, pair in enumerate(pairs):
            self.crossings.setdefault(pair, []).append(i)
        self.places: dict[str, list[int]] = {}
        for i, key in enumerate(parts.place_key.tolist()):
            self.places.setdefault(key, []).append(i)
        self.zip_rows = {code: i for i, code in enumerate(parts.zip_code.tolist())}
        self.known_zips = frozenset(self.zip_rows)

    def between(self, street: int, number: int) -> tuple[int, int]:
        """Find where a number would stand among a street's points.

        Parameters
        ----------
        street
            The street.
        number
            The house number.

        Returns
        -------
        tuple of int
            Rows of the points before and after; -1 where there is none.
        """
        low, high = self.point_rows.get(street, (0, 0))
        at = bisect_left(self.numbers, number, low, high)
        return (at - 1 if at > low else -1, at if at < high else -1)

    def names(self, base: str, predirectional: str, name: str, quadrant: str) -> Sequence[Name]:
        """List the street names of the reference that a parsed street can mean.

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
        exact = self._exact(base, quadrant)
        if exact:
            return exact
        untyped = f"{predirectional} {name}".strip()
        kinds: list[tuple[str, list[str], float, str]] = [
            ("type", self.by_name.get(base, []), 97.0, "the street type is missing"),
            ("other", self.by_name.get(untyped, []), 90.0, "the street type is another one"),
            ("direction", self.undirected.get(base, []), 88.0, "the direction is missing"),
        ]
        for _, bases, score, why in kinds:
            here = [b for b in bases if not quadrant or self._has(b, quadrant)]
            if here:
                return [Name(b, score, why, False) for b in here]
        found = [
            Name(near, score, f"{base!r} is read as {near!r}", True)
            for near, score in self.spelling.near(base, quadrant)
        ]
        if found:
            return found
        for _, bases, score, why in kinds:
            if bases:
                return [Name(b, min(score, 80.0), why, False) for b in bases]
        return []

    def _has(self, base: str, quadrant: str) -> bool:
        known = self.by_base[base]
        return quadrant in known or "" in known

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
