"""The plain cases of matching, answered in arrays.

An address is plain when exactly one street that its name can mean in the written quadrant has the
house number as a sure point, no other has anything in that hundred-block, and the ZIP is absent or
agrees. What the rules say of one such address they say of all that are read alike and whose names
are as sure: the first is asked of the row-wise `Matcher`, the others take its answer with their own
point and what is said of their own name. Whatever is not plain goes to the `Matcher` itself.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from geoteam.geocoding.lookup import Lookup, Name
from geoteam.geocoding.matcher import Matcher
from geoteam.geocoding.quadrant import sentence
from geoteam.geocoding.result import Columns, Result, columns_of
from geoteam.geocoding.templates import Reading
from geoteam.model import MatchCode, MatchStatus

Ints = NDArray[np.int64]
_STREET = 10_000_000
_HUNDREDS = 100_000
_REMEMBERED = 200_000
# Stands for what is said of the name.
_WHY = "\x00"
# Stands for what was noted when the text was read.
_NOTE = "\x01"
_MOST_STREETS = 64
_WORD = re.compile(r"\w+")
# What the rules look at in a name: its score, whether anything is said of it, and whether it is a
# street of the quadrant, one that divides quadrants, and of one quadrant alone.
_Sort = tuple[float, bool, bool, bool, bool]
# A reading, a house number, a ZIP, the row of the point and what is said of its street's name.
_Example = tuple[Reading, int, int, int, str]


class Points:
    """The sure points and the hundred-blocks of a reference as sorted keys.

    Parameters
    ----------
    look
        The reference's dictionaries.
    """

    def __init__(self, look: Lookup) -> None:
        parts = look.parts
        number = parts.point_number.astype(np.int64)
        street = parts.point_street.astype(np.int64)
        bare = np.flatnonzero(parts.point_suffix == "")
        keys, first = np.unique(street[bare] * _STREET + number[bare], return_index=True)
        rows = bare[first]
        sure = ~(parts.point_far[rows] | np.isin(rows, list(look.twin)))
        self.keys, self.rows = keys[sure], rows[sure]
        low, high = (n.astype(np.int64) // 100 for n in (parts.block_low, parts.block_high))
        spans = np.maximum(high - low, 0) + 1
        owner = np.repeat(np.arange(len(low)), spans)
        hundred = low[owner] + np.arange(len(owner)) - np.repeat(spans.cumsum() - spans, spans)
        blocks = parts.block_street.astype(np.int64)[owner] * _HUNDREDS + hundred
        self.hundreds = np.unique(np.concatenate([street * _HUNDREDS + number // 100, blocks]))
        self.lon, self.lat, self.zips = parts.point_lon, parts.point_lat, parts.point_zips
        self.ids = pa.array(parts.point_id.tolist(), pa.large_string())
        names = zip(look.numbers, look.suffixes, parts.point_street.tolist(), strict=True)
        self.written = [f"{n}{s} {look.labels[owner]}" for n, s, owner in names]
        self.addresses = pa.array(self.written, pa.large_string())
        self.known_zips = np.array(sorted(look.known_zips), dtype=np.int64)

    def find(self, street: Ints, number: Ints) -> tuple[Ints, NDArray[np.bool_]]:
        """Find house numbers on streets.

        Parameters
        ----------
        street, number
            Row for row.

        Returns
        -------
        tuple of ndarray
            The sure point's row or -1, and whether anything else of the hundred-block is known.
        """
        row = _look_up(self.keys, street * _STREET + number)
        point = np.where(row >= 0, self.rows[row], -1)
        near = _look_up(self.hundreds, street * _HUNDREDS + number // 100) >= 0
        return point, near & (row < 0)

    def agrees(self, point: Ints, zip_code: Ints) -> NDArray[np.bool_]:
        """Tell whether a ZIP is absent, or known and that of the point.

        Parameters
        ----------
        point
            Rows of points.
        zip_code
            ZIPs; -1 where there is none.

        Returns
        -------
        ndarray of bool
            One flag a row.
        """
        known = _look_up(self.known_zips, zip_code) >= 0
        # A ZIP area that only begins close by is for the rules.
        inside = self.zips[point, 0] == zip_code
        return np.asarray((zip_code < 0) | (known & inside))


def _look_up(keys: Ints, wanted: Ints) -> Ints:
    """Find values in sorted keys; -1 where there is none."""
    if not len(keys):
        return np.full(len(wanted), -1, np.int64)
    at = np.searchsorted(keys, wanted)
    at[at == len(keys)] = 0
    return np.where(keys[at] == wanted, at, -1)


class Answers(NamedTuple):
    """What the plain rows of a batch are answered."""

    # Which of the rows asked are plain, and the row of their point.
    rows: Ints
    point: Ints
    # Which of `results` each has, and which of `reasons`.
    answer: Ints
    results: list[Result]
    reason: Ints
    reasons: list[str]


class Streets(NamedTuple):
    """The streets that readings can mean, reading for reading."""

    # What the readings mean; equal where the rules must treat them alike.
    meaning: Ints
    start: Ints
    size: Ints
    # The streets of all readings behind each other, and what is said of their names.
    flat: Ints
    whys: list[str]


class Quick:
    """Answers plain addresses with one reference.

    Parameters
    ----------
    look
        The reference's dictionaries.
    matcher
        The rules.
    """

    def __init__(self, look: Lookup, matcher: Matcher) -> None:
        self.look = look
        self.matcher = matcher
        self.points = Points(look)
        self._forget()

    def _forget(self) -> None:
        # By the template but for its note, and by the names' sorts.
        self._meanings: dict[tuple[int, tuple[_Sort, ...]], int] = {}
        # What the rules say of a case, and whether they said it of two addresses.
        self._said: dict[int, tuple[Result | None, bool]] = {}

    def understand(self, readings: Sequence[Reading]) -> Streets:
        """Find which streets of the reference the readings can mean.

        Parameters
        ----------
        readings
            What stands behind house numbers.

        Returns
        -------
        Streets
            Reading for reading.
        """
        if max(len(self._meanings), len(self._said)) > _REMEMBERED:
            self._forget()
        streets = [reading.street for reading in readings]
        asked = [
            (street, r.template.parsed.predirectional, r.name, r.template.parsed.quadrant)
            for street, r in zip(streets, readings, strict=True)
        ]
        self.look.resolve(asked)
        meaning, count = np.empty((2, len(readings)), dtype=np.int64)
        flat: list[int] = []
        whys: list[str] = []
        for at, (reading, typed) in enumerate(zip(readings, asked, strict=True)):
            names, quadrant = self.look.names(*typed), typed[3]
            known = [self.look.by_base[name.base] for name in names]
            sorts = tuple(
                (name.score, bool(name.why), quadrant in here, "" in here, len(here) == 1)
                for name, here in zip(names, known, strict=True)
            )
            key = (reading.template.kin, sorts)
            meaning[at] = self._meanings.setdefault(key, len(self._meanings))
            meant = self._meant(quadrant, names)
            count[at] = len(meant)
            for street, why in meant:
                flat.append(street)
                whys.append(why)
        return Streets(meaning, count.cumsum() - count, count, np.array(flat, dtype=np.int64), whys)

    def _meant(self, quadrant: str, names: Sequence[Name]) -> list[tuple[int, str]]:
        """List the streets that a text can mean without a doubt of its quadrant."""
        quadrants = self.matcher.grammar.quadrants
        if not names or (quadrants and not quadrant):
            return []
        streets: list[tuple[int, str]] = []
        for name in names:
            known = self.look.by_base[name.base]
            if quadrant in known:
                streets.append((known[quadrant], name.why))
            # A street that divides quadrants counts where the number is not in the written one.
            if quadrants and "" in known and (quadrant not in known or len(names) > 1):
                streets.append((known[""], name.why))
        return streets if len(streets) < _MOST_STREETS else []

    def answer(
        self, readings: Sequence[Reading], which: Ints, number: Ints, zip_code: Ints
    ) -> Answers:
        """Answer the plain rows among many.

        Parameters
        ----------
        readings
            What stands behind the house numbers.
        which
            Which of `readings` each row has; -1 for a row that is not to be answered here.
        number
            House numbers.
        zip_code
            ZIPs; -1 for none.

        Returns
        -------
        Answers
            The rows that are plain, and their answers.
        """
        streets = self.understand(readings)
        rows, point, case, street = self._sure(streets, which, number, zip_code)
        cases, first, answer = np.unique(case, return_index=True, return_inverse=True)
        last = np.zeros(len(cases), np.int64)
        last[answer] = np.arange(len(answer))

        def example(i: int) -> _Example:
            row = rows[i]
            asked = int(number[row]), int(zip_code[row]), int(point[i])
            return readings[which[row]], *asked, streets.whys[street[i]]

        results = [
            self._case(key, [example(i) for i in ends])
            for key, *ends in zip(cases.tolist(), first.tolist(), last.tolist(), strict=True)
        ]
        kept = np.array([result is not None for result in results], dtype=np.bool_)
        good = np.flatnonzero(kept[answer])
        answer, street = (np.cumsum(kept) - 1)[answer[good]], street[good]
        said = [result for result in results if result is not None]
        of = which[rows[good]]
        size = max(len(streets.flat), 1)
        _, at, reason = np.unique(answer * size + street, return_index=True, return_inverse=True)
        reasons = [
            _filled(said[a].reason, readings[r], streets.whys[s])
            for a, r, s in zip(
                answer[at].tolist(), of[at].tolist(), street[at].tolist(), strict=True
            )
        ]
        return Answers(rows[good], point[good], answer, said, reason, reasons)

    def _sure(
        self, streets: Streets, which: Ints, number: Ints, zip_code: Ints
    ) -> tuple[Ints, Ints, Ints, Ints]:
        """Find the plain rows, their point, what the rules must treat alike, and their street."""
        asked = np.flatnonzero(which >= 0)
        asked = asked[streets.size[which[asked]] > 0]
        of = which[asked]
        many = streets.size[of]
        owner = np.repeat(np.arange(len(asked)), many)
        within = np.arange(len(owner)) - np.repeat(many.cumsum() - many, many)
        street = streets.start[of][owner] + within
        point, near = self.points.find(streets.flat[street], number[asked][owner])
        hits = np.bincount(owner[point >= 0], minlength=len(asked))
        doubts = np.bincount(owner[near], minlength=len(asked))
        hit = np.flatnonzero((point >= 0) & ((hits == 1) & (doubts == 0))[owner])
        hit = hit[self.points.agrees(point[hit], zip_code[asked][owner[hit]])]
        rows, within = asked[owner[hit]], within[hit]
        case = (streets.meaning[which[rows]] * _MOST_STREETS + within) * 2 + (zip_code[rows] >= 0)
        return rows, point[hit], case, street[hit]

    def _case(self, key: int, examples: list[_Example]) -> Result | None:
        """Tell what the rules say of a case; None when they do not say the same of each example."""
        result, sure = self._said.get(key, (None, False))
        if sure:
            return result
        said = [
            self._ask(*example) for example in examples[: 1 if examples[0] == examples[1] else 2]
        ]
        said += [result] if result else []
        same = all(one is not None and one == said[0] for one in said)
        self._said[key] = (said[0] if same else None, not same or len(said) > 1)
        return self._said[key][0]

    def _ask(
        self, reading: Reading, number: int, zip_code: int, row: int, why: str
    ) -> Result | None:
        """Ask the rules, and leave out what is of this one address; None for any other answer."""
        digits = f"{zip_code:05d}" if zip_code >= 0 else ""
        result = self.matcher.match(reading.parsed(str(number)), digits)
        own = (
            result.status == MatchStatus.MATCHED
            and result.match_code == MatchCode.POINT_ADDRESS
            and result.reference_id == self.look.ids[row]
            and result.matched_address == self.points.written[row]
            and (result.lon, result.lat) == (self.look.lon[row], self.look.lat[row])
            and [c.reference_id for c in result.candidates] in ([], [result.reference_id])
        )
        note = sentence(reading.template.parsed.note)
        reason = result.reason.replace(note, _NOTE) if note else result.reason
        reason = reason.replace(sentence(why), _WHY) if why else reason
        if not own or str(number) in _WORD.findall(reason) or (digits and digits in reason):
            return None
        return result._replace(
            lon=0.0,
            lat=0.0,
            matched_address="",
            reference_id="",
            reason=reason,
            candidates=tuple(
                c._replace(lon=0.0, lat=0.0, address="", reference_id="", zips=(), row=-1)
                for c in result.candidates
            ),
        )

    def columns(self, answers: Answers) -> Columns:
        """Put answers into columns.

        Parameters
        ----------
        answers
            Plain rows with their answers.

        Returns
        -------
        dict
            As `columns_of` makes them.
        """
        points, look, at = self.points, self.look, answers.point
        answer = pa.array(answers.answer)
        taken = {
            name: column.take(answer) if isinstance(column, pa.Array) else column[answers.answer]
            for name, column in columns_of(answers.results).items()
        }
        taken["lon"], taken["lat"] = points.lon[at], points.lat[at]
        taken["matched_address"] = points.addresses.take(pa.array(at))
        taken["reference_id"] = points.ids.take(pa.array(at))
        reasons = pa.array(answers.reasons, pa.large_string())
        taken["reason"] = reasons.take(pa.array(answers.reason))
        cells = taken["candidates"]
        doubtful = np.array([bool(r.candidates) for r in answers.results], dtype=np.bool_)
        for i in np.flatnonzero(doubtful[answers.answer]).tolist():
            row = int(at[i])
            own = {"address": points.written[row], "lon": look.lon[row], "lat": look.lat[row]}
            own["reference_id"] = look.ids[row]
            cells[i] = [one | own for one in cells[i]]
        return taken


def _filled(reason: str, reading: Reading, why: str) -> str:
    """Put back what was said of the name and noted."""
    if _WHY in reason:
        reason = reason.replace(_WHY, sentence(why))
    note = reading.template.parsed.note
    return reason.replace(_NOTE, sentence(note)) if note else reason
