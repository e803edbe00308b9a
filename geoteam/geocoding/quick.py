"""The plain cases of matching, answered in arrays.

An address is plain when exactly one street that its name can mean in the written quadrant has the
house number as a sure point, no other has anything in that hundred-block, and the ZIP is absent or
agrees. What the rules say of one such address they say of all with the same meaning: the first is
asked of the row-wise `Matcher`, the others take its answer with their own point. Whatever is not
plain goes to the `Matcher` itself.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from geoteam.geocoding.grammar import ParsedAddress
from geoteam.geocoding.lookup import Lookup, Name
from geoteam.geocoding.matcher import Matcher
from geoteam.geocoding.result import Columns, Result, as_dict, columns_of
from geoteam.geocoding.templates import Template
from geoteam.model import MatchCode, MatchStatus

Ints = NDArray[np.int64]
_STREET = 10_000_000
_HUNDREDS = 100_000
_REMEMBERED = 200_000
# Stands for the name as typed in what is said of it.
_TYPED = "\x00"
_MOST_STREETS = 64


class Meaning(NamedTuple):
    """A street as the reference understands it: its readings are matched alike."""

    streets: tuple[int, ...]
    serial: int


class Read(NamedTuple):
    """The rest of a text, read: what stands behind the house number."""

    parsed: ParsedAddress
    meaning: Meaning


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
        written = [f"{n}{s} {look.labels[owner]}" for n, s, owner in names]
        self.addresses = pa.array(written, pa.large_string())
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
        inside = (self.zips[point] == zip_code[:, None]).any(axis=1)
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

    # Which of the rows asked are plain.
    rows: Ints
    point: Ints
    # Which of `results` each has, and which of `reasons`.
    answer: Ints
    results: list[Result]
    reason: Ints
    reasons: list[str]


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
        self._meanings: dict[tuple[int, tuple[Name, ...]], Meaning] = {}
        self._results: dict[int, Result | None] = {}

    def understand(self, found: Sequence[tuple[Template, str] | None]) -> list[Read | None]:
        """Find which streets of the reference each reading means.

        Parameters
        ----------
        found
            Templates and names; None stays None.

        Returns
        -------
        list of Read or None
            Row for row.
        """
        if max(len(self._meanings), len(self._results)) > _REMEMBERED:
            self._forget()
        read = [None if f is None else replace(f[0].parsed, name=f[1]) for f in found]
        self.look.resolve(
            (p.street, p.predirectional, p.name, p.quadrant) for p in read if p is not None
        )
        out: list[Read | None] = []
        for parsed, template in zip(read, found, strict=True):
            if parsed is None or template is None:
                out.append(None)
                continue
            names = self.matcher.names(parsed)
            said = repr(parsed.street)
            key = (
                template[0].serial,
                tuple(n._replace(why=n.why.replace(said, _TYPED)) if n.fuzzy else n for n in names),
            )
            if key not in self._meanings:
                streets = self._streets(parsed, names)
                self._meanings[key] = Meaning(streets, len(self._meanings))
            out.append(Read(parsed, self._meanings[key]))
        return out

    def _streets(self, parsed: ParsedAddress, names: Sequence[Name]) -> tuple[int, ...]:
        """List the streets that the text can mean without a doubt of its quadrant."""
        quadrants = self.matcher.grammar.quadrants
        if not names or (quadrants and not parsed.quadrant):
            return ()
        streets: list[int] = []
        for name in names:
            known = self.look.by_base[name.base]
            if parsed.quadrant in known:
                streets.append(known[parsed.quadrant])
            # A street that divides quadrants counts where the number is not in the written one.
            if quadrants and "" in known and (parsed.quadrant not in known or len(names) > 1):
                streets.append(known[""])
        return tuple(streets) if len(streets) < _MOST_STREETS else ()

    def answer(self, read: list[Read | None], rest: Ints, number: Ints, zip_code: Ints) -> Answers:
        """Answer the plain rows among many.

        Parameters
        ----------
        read
            What `understand` returned.
        rest
            Which of `read` each row has; -1 for a row that is not to be answered here.
        number
            House numbers.
        zip_code
            ZIPs; -1 for none, -2 for one that makes the row not plain.

        Returns
        -------
        Answers
            The rows that are plain, and their answers.
        """
        count = np.array([len(r.meaning.streets) if r else 0 for r in read] or [0], dtype=np.int64)
        flat = np.array([s for r in read if r for s in r.meaning.streets] or [0], dtype=np.int64)
        start = count.cumsum() - count
        asked = np.flatnonzero((rest >= 0) & (zip_code != -2))
        asked = asked[count[rest[asked]] > 0]
        of = rest[asked]
        many = count[of]
        owner = np.repeat(np.arange(len(asked)), many)
        within = np.arange(len(owner)) - np.repeat(many.cumsum() - many, many)
        point, near = self.points.find(flat[start[of][owner] + within], number[asked][owner])
        hits = np.bincount(owner[point >= 0], minlength=len(asked))
        doubts = np.bincount(owner[near], minlength=len(asked))
        hit = np.flatnonzero((point >= 0) & ((hits == 1) & (doubts == 0))[owner])
        hit = hit[self.points.agrees(point[hit], zip_code[asked][owner[hit]])]
        rows, point, within = asked[owner[hit]], point[hit], within[hit]
        serial = np.array([r.meaning.serial if r else -1 for r in read] or [0], dtype=np.int64)
        case = (serial[rest[rows]] * _MOST_STREETS + within) * 2 + (zip_code[rows] >= 0)
        return self._instances(read, rest, number, zip_code, rows, point, case)

    def _instances(
        self,
        read: list[Read | None],
        rest: Ints,
        number: Ints,
        zip_code: Ints,
        rows: Ints,
        point: Ints,
        case: Ints,
    ) -> Answers:
        """Ask the rules for one row of each case, and keep the rows whose case is answered."""
        cases, first, answer = np.unique(case, return_index=True, return_inverse=True)
        results: list[Result | None] = []
        for key, at in zip(cases.tolist(), first.tolist(), strict=True):
            row = rows[at]
            one = read[rest[row]]
            if key not in self._results and one is not None:
                self._results[key] = self._ask(
                    one.parsed, int(number[row]), int(zip_code[row]), int(point[at])
                )
            results.append(self._results[key])
        kept = np.array([r is not None for r in results] or [False])
        good = np.flatnonzero(kept[answer]) if len(rows) else np.zeros(0, np.int64)
        rows, point, answer = rows[good], point[good], answer[good]
        pairs, reason = np.unique(answer * len(read) + rest[rows], return_inverse=True)
        reasons = []
        for pair in pairs.tolist():
            result, one = results[pair // len(read)], read[pair % len(read)]
            assert result is not None
            assert one is not None
            said = result.reason
            reasons.append(
                said.replace(_TYPED, repr(one.parsed.street)) if _TYPED in said else said
            )
        renumbered = np.cumsum(kept) - 1
        return Answers(
            rows,
            point,
            renumbered[answer],
            [r for r in results if r is not None],
            reason,
            reasons,
        )

    def _ask(self, parsed: ParsedAddress, number: int, zip_code: int, point: int) -> Result | None:
        """Ask the rules; None when the answer is not simply that point."""
        digits = f"{zip_code:05d}" if zip_code >= 0 else ""
        result = self.matcher.match(replace(parsed, number=str(number)), digits)
        points = self.points
        own = (
            result.status == MatchStatus.MATCHED
            and result.match_code == MatchCode.POINT_ADDRESS
            and result.reference_id == points.ids[point].as_py()
            and result.matched_address == points.addresses[point].as_py()
            and (result.lon, result.lat) == (points.lon[point], points.lat[point])
            and [c.reference_id for c in result.candidates] in ([], [result.reference_id])
        )
        reason = result.reason.replace(repr(parsed.street), _TYPED)
        if not own or re.search(rf"\b{number}\b", reason) or (digits and digits in reason):
            return None
        return result._replace(reason=reason)

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
        points, at = self.points, answers.point
        table = columns_of(answers.results)
        taken: Columns = {}
        for name, column in table.items():
            is_text = isinstance(column, pa.Array)
            taken[name] = (
                column.take(pa.array(answers.answer)) if is_text else column[answers.answer]
            )
        taken["lon"], taken["lat"] = points.lon[at], points.lat[at]
        taken["matched_address"] = points.addresses.take(pa.array(at))
        taken["reference_id"] = points.ids.take(pa.array(at))
        taken["reason"] = pa.array(answers.reasons, pa.large_string()).take(
            pa.array(answers.reason)
        )
        doubtful = np.array([bool(r.candidates) for r in answers.results] or [False])
        cells = np.empty(len(at), dtype=object)
        cells[:] = [[] for _ in range(len(at))]
        for i in np.flatnonzero(doubtful[answers.answer]).tolist() if len(at) else ():
            spot = answers.results[answers.answer[i]].candidates[0]
            row = int(at[i])
            cells[i] = [
                as_dict(spot)
                | {
                    "address": self.points.addresses[row].as_py(),
                    "lon": float(points.lon[row]),
                    "lat": float(points.lat[row]),
                    "reference_id": points.ids[row].as_py(),
                }
            ]
        taken["candidates"] = cells
        return taken
