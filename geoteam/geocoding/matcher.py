"""The rules of a match: which place, if any, a parsed address means."""

from __future__ import annotations

from collections.abc import Callable

from geoteam.geocoding.asides import doubt_of
from geoteam.geocoding.crossing import match_between, match_crossing
from geoteam.geocoding.decide import ACCEPT_AREA_SCORE, ACCEPT_SCORE
from geoteam.geocoding.doors import letter_for_digit, offer_digits, other_doors
from geoteam.geocoding.fuzzy import DISTANT, NEAREST
from geoteam.geocoding.grammar import AddressGrammar, ParsedAddress
from geoteam.geocoding.locate import (
    Spot,
    find_block,
    find_number,
    metres_apart,
    split_number,
)
from geoteam.geocoding.lookup import EITHER, SAME_PLACE_M, Lookup, Name
from geoteam.geocoding.parse import names_address, parse_address
from geoteam.geocoding.places import circle, match_place, places_with, postal, whole_name
from geoteam.geocoding.quadrant import (
    TYPE_MISSING,
    Found,
    joint_score,
    missing_quadrant,
    sentence,
    twin_of,
    wrong_quadrant,
)
from geoteam.geocoding.result import Result, matched, tied, unmatched
from geoteam.model import AddressKind, MatchCode, MatchStatus

SOLE_SCORE = 94.0
MENDED_SCORE = 98.0
_ADDRESS = AddressKind.ADDRESS.value
_SAYINGS = (AddressKind.NO_FIXED_ADDRESS, AddressKind.PO_BOX, AddressKind.INVALID)


Others = Callable[[], list[Found]]


def _in_name(parsed: ParsedAddress, number: str, letter: str) -> ParsedAddress:
    """Read the letter behind the house number as the first word of the street's name."""
    name = " ".join(p for p in (letter, parsed.predirectional, parsed.name) if p)
    return parsed.but(number=number, name=name, predirectional="")


class Matcher:
    """Applies the rules with one reference.

    Parameters
    ----------
    look
        The reference's dictionaries.
    grammar
        The city's address habits.
    zip_prefixes
        First digits of the city's ZIP codes.
    """

    def __init__(
        self, look: Lookup, grammar: AddressGrammar, zip_prefixes: tuple[str, ...]
    ) -> None:
        self.look = look
        self.grammar = grammar
        self.zip_prefixes = zip_prefixes

    def match(self, parsed: ParsedAddress, zip_text: str) -> Result:
        """Decide what one parsed address means.

        Parameters
        ----------
        parsed
            The address.
        zip_text
            A ZIP from another column; '' when there is none.

        Returns
        -------
        Result
            Matched, tied or unmatched, with the reason.
        """
        if parsed.another and parsed.high > 0:
            # Both ends of a long range are asked for, each by itself.
            parsed = parsed.but(low=-1, high=-1)
        zip_code = zip_text or parsed.zip
        if zip_text and parsed.zip and zip_text != parsed.zip:
            note = f"the text has the ZIP {parsed.zip}, the ZIP column {zip_text}"
            both = self._placed(parsed, ""), self._placed(parsed.but(zip=""), "")
            spots = [spot for result in both[:1] for spot in self._spots(result)]
            if spots:
                return tied(both[0].kind, spots, sentence(note))
            return both[0]._replace(reason=sentence(note) + " " + both[0].reason)
        result = self._placed(parsed, zip_code)
        if result.status != MatchStatus.MATCHED:
            return result
        code = int(zip_code) if zip_code.isdigit() else 0
        five = f"{code:05d}" if code else ""
        more, doubt = other_doors(parsed, lambda p: self._spots(self._placed(p, five)))
        if not doubt and parsed.doubted:
            doubt = "the text has a question mark; check whether the client lives there"
        elif not doubt and parsed.place and not parsed.second:
            doubt = doubt_of(parsed, result, code, self.look, self.grammar)
        return (
            tied(result.kind, [*self._spots(result), *more], sentence(doubt)) if doubt else result
        )

    def _spots(self, result: Result) -> list[Spot]:
        if result.candidates:
            return list(result.candidates)
        if result.status == "M":
            return [
                Spot(
                    result.match_code,
                    result.score,
                    result.lon,
                    result.lat,
                    result.uncertainty_m,
                    result.matched_address,
                    result.reference_id,
                    (),
                    "",
                )
            ]
        return []

    def _placed(self, parsed: ParsedAddress, zip_text: str) -> Result:
        """Decide what an address means, or the place whose whole name looks like one."""
        sayings = parsed.kind in _SAYINGS
        name = "" if sayings or parsed.number else whole_name(self.look, parsed.line, self.grammar)
        if not name:
            return self._read(parsed, zip_text)
        if parsed.kind not in (AddressKind.PLACE, AddressKind.SHELTER):
            found = self._read(parsed, zip_text)
            if found.status == MatchStatus.MATCHED:
                return found
        named = parsed.but(kind=AddressKind.PLACE.value, place=name)
        return match_place(self.look, named, int(zip_text) if zip_text.isdigit() else 0)

    def _read(self, parsed: ParsedAddress, zip_text: str) -> Result:
        kind = parsed.kind
        zip_code = int(zip_text) if zip_text.isdigit() else 0
        if kind == AddressKind.INVALID:
            reason = sentence(parsed.note or "this is no address")
            return unmatched(kind, MatchCode.NONE, reason, places_with(self.look, parsed.place))
        if kind == AddressKind.PO_BOX:
            reason = "A post-office box is no place where somebody lives"
            return unmatched(kind, MatchCode.PO_BOX, sentence(reason))
        if kind == AddressKind.NO_FIXED_ADDRESS:
            return self._no_home(parsed, zip_text)
        if kind == AddressKind.OUTSIDE:
            return self._outside(parsed, zip_text)
        if parsed.second:
            return self._two(parsed, zip_text)
        if kind == AddressKind.INTERSECTION:
            return match_crossing(self.look, self.grammar, parsed, zip_code)
        if parsed.street3:
            return match_between(self.look, self.grammar, parsed, zip_code)
        if kind in (AddressKind.PLACE, AddressKind.SHELTER):
            return match_place(self.look, parsed, zip_code)
        if not parsed.name:
            return unmatched(kind, MatchCode.NONE, sentence(parsed.note))
        result = self._on_street(parsed, zip_code)
        foreign = self._foreign(zip_text)
        if foreign and result.status != "M":
            reason = f"the ZIP {zip_text} is of another city, and the address is not in this one"
            return unmatched(AddressKind.OUTSIDE.value, MatchCode.NONE, sentence(reason))
        if foreign:
            reason = f"the address is in this city, but the ZIP {zip_text} is of another one"
            return tied(result.kind, self._spots(result), sentence(reason))
        return result

    def _foreign(self, zip_text: str) -> bool:
        return bool(
            len(zip_text) == 5 and self.zip_prefixes and not zip_text.startswith(self.zip_prefixes)
        )

    def _outside(self, parsed: ParsedAddress, zip_text: str) -> Result:
        spots: list[Spot] = []
        if parsed.number and parsed.name and not self._foreign(zip_text):
            here = parsed.but(kind=_ADDRESS, zip="", state="")
            zip_code = int(zip_text) if zip_text.isdigit() else 0
            spots = self._spots(self._on_street(here, zip_code))
        where = f"{parsed.city}, {parsed.state}".strip(", ")
        doubt = "The same address exists in the city." if spots else ""
        reason = sentence(f"the address is in {where}, outside the city", doubt)
        return unmatched(parsed.kind, MatchCode.NONE, reason, spots)

    def _no_home(self, parsed: ParsedAddress, zip_text: str) -> Result:
        """Let a person look at a text that says no fixed address and names one all the same."""
        beside = parse_address(parsed.line, self.grammar)
        found = self._placed(beside, zip_text)
        spots = [spot for spot in self._spots(found) if spot.code != MatchCode.POSTAL]
        if spots or names_address(beside):
            reason = "the text says no fixed address, or where somebody sleeps, and an address too"
            reason += "; ask which is right"
            return unmatched(_ADDRESS, MatchCode.NONE, sentence(reason), spots)
        reason = "the text says that there is no fixed address"
        return unmatched(parsed.kind, MatchCode.NONE, sentence(reason))

    def _two(self, parsed: ParsedAddress, zip_text: str) -> Result:
        first = self._placed(parsed.but(second=""), zip_text)
        other = self._placed(parse_address(parsed.second, self.grammar), zip_text)
        spots = self._spots(first) + self._spots(other)
        reason = "The text holds two addresses."
        if len(spots) < 2:
            reason += " One of them was found." if spots else " None of them was found."
            return unmatched(_ADDRESS, MatchCode.NONE, reason, spots)
        if len(spots) == 2 and metres_apart(*spots) < SAME_PLACE_M:
            return first._replace(score=min(first.score, 93.0), reason=reason)
        return tied(_ADDRESS, spots, reason)

    def names(self, parsed: ParsedAddress) -> list[Name]:
        """List the streets of the reference that a parsed street can mean, remembered.

        Parameters
        ----------
        parsed
            Any parsed address with a street.

        Returns
        -------
        list of Name
            Best first.
        """
        return list(
            self.look.names(parsed.street, parsed.predirectional, parsed.name, parsed.quadrant)
        )

    def _finder(self, parsed: ParsedAddress) -> Callable[[int], Spot | None]:
        look = self.look
        if parsed.kind == AddressKind.BLOCK:
            return lambda street: find_block(look, street, parsed.low, parsed.high)
        number, suffix = split_number(parsed.number)

        def find(street: int) -> Spot | None:
            spot = find_number(look, street, number, suffix)
            if parsed.high > 0 and (spot is None or spot.code != MatchCode.POINT_ADDRESS):
                other = find_number(look, street, parsed.high, "")
                if other is not None and other.code == MatchCode.POINT_ADDRESS:
                    return other._replace(score=97.0, why="the last number of the range is known")
            return spot

        return find

    def _on_street(self, parsed: ParsedAddress, zip_code: int) -> Result:
        parsed = self._lettered(parsed)
        names = self.names(parsed)
        letter = parsed.name.split(" ", 1)
        if not names and len(letter) == 2 and len(letter[0]) == 1 and parsed.number.isdigit():
            # "3807 A W STREET": the letter belongs to the house number.
            joined = parsed.but(number=parsed.number + letter[0], name=letter[1])
            if self.names(joined):
                return self._on_street(joined, zip_code)
        number, letter = parsed.number[:-1], [parsed.number[-1:]]
        if not names and number.isdigit() and letter[0].isalpha():
            # "1200 A PHILIP RANDOLF BLVD": the letter belongs to the name, which is misspelt.
            parted = _in_name(parsed, number, letter[0])
            if self.names(parted):
                return self._on_street(parted, zip_code)
        if not names:
            return self._no_street(parsed, zip_code)
        readings = letter_for_digit(self.look, parsed.number, names)
        if readings:
            return offer_digits(
                parsed, readings, lambda p: self._spots(self._on_street(p, zip_code))
            )
        if not parsed.number and parsed.kind == _ADDRESS:
            around = circle(self.look, parsed, names)
            if around is not None:
                return matched(parsed.kind, around, sentence(around.why))
            reason = "The street is known, but there is no house number."
            return unmatched(parsed.kind, MatchCode.STREET_NAME, reason, score=40.0)
        find = self._finder(parsed)
        block = parsed.kind == AddressKind.BLOCK
        written: list[Found] = []
        elsewhere: list[tuple[int, str, Name]] = []
        for name in names:
            known = self.look.by_base[name.base]
            exact = parsed.quadrant in known
            for quadrant, street in known.items():
                agrees = quadrant == parsed.quadrant
                if not parsed.quadrant and self.grammar.quadrants and not block:
                    agrees = False
                if parsed.quadrant and not quadrant and self.grammar.quadrants:
                    # A street that divides quadrants is known without one (EAST CAPITOL STREET),
                    # but only of those in which it is known too.
                    agrees = len(known) == 1 or (exact and find(known[parsed.quadrant]) is None)
                if agrees:
                    written.append(Found(street, quadrant, name, find(street)))
                else:
                    elsewhere.append((street, quadrant, name))

        def others() -> list[Found]:
            return [Found(s, q, name, find(s)) for s, q, name in elsewhere]

        if written:
            return self._in_quadrant(parsed, zip_code, written, others)
        if parsed.quadrant:
            return wrong_quadrant(parsed, others())
        return missing_quadrant(self.look, parsed, zip_code, others())

    def _lettered(self, parsed: ParsedAddress) -> ParsedAddress:
        """Read "801 H R DRIVE" as number 801 of H R DRIVE, where the city has such a street."""
        number, letter = parsed.number[:-1], parsed.number[-1:]
        known = self.look.by_base.get(f"{letter} {parsed.street}", {}) if letter.isalpha() else {}
        if not number.isdigit() or not known or (parsed.quadrant and parsed.quadrant not in known):
            return parsed
        return _in_name(parsed, number, letter)

    def _no_street(self, parsed: ParsedAddress, zip_code: int) -> Result:
        where = f" in {parsed.quadrant}" if parsed.quadrant else ""
        reason = sentence(
            parsed.note, f"there is no street {parsed.street}{where} in the reference"
        )
        area = postal(self.look, zip_code)
        return unmatched(parsed.kind, MatchCode.NONE, reason, [area] if area else [])

    def _in_quadrant(
        self, parsed: ParsedAddress, zip_code: int, written: list[Found], other: Others
    ) -> Result:
        hits = [f for f in written if f.spot is not None]
        what = "block" if parsed.kind == AddressKind.BLOCK else "house number"
        if not hits:
            return self._no_number(parsed, what, written, other, zip_code)
        hits = sorted(hits, key=lambda f: -joint_score(f.spot, f.name) if f.spot else 0.0)
        spots = [
            f.spot._replace(score=joint_score(f.spot, f.name)) for f in hits if f.spot is not None
        ]
        best = hits[0]
        if len(spots) > 1 and max(metres_apart(spots[0], s) for s in spots[1:]) > SAME_PLACE_M:
            labels = " and ".join(dict.fromkeys(spot.address for spot in spots))
            return tied(parsed.kind, spots, sentence(best.name.why, f"it can be {labels}"))
        spot, score = spots[0], spots[0].score
        whys = [parsed.note, best.name.why, spot.why]
        if parsed.note:
            score = min(score, MENDED_SCORE)
        if len(written) > 1 and best.name.why and best.name.score < 98:
            # Another street of that name is known, but nothing of this hundred-block on it.
            nearest = best.name.score == NEAREST and spot.code == MatchCode.POINT_ADDRESS
            score = SOLE_SCORE if nearest and score == NEAREST else min(score, SOLE_SCORE)
            whys.append("other streets of that name do not have this number in the reference")
        agrees = zip_code in self.look.known_zips and zip_code in spot.zips
        if score == DISTANT and spot.code == MatchCode.POINT_ADDRESS and agrees:
            # The number alone is known by chance on one street in five; with the ZIP it is not.
            score = SOLE_SCORE
            whys.append("the house number and the ZIP confirm it")
        if spot.code == MatchCode.STREET_ADDRESS and spot.score < joint_score(
            spot._replace(score=ACCEPT_AREA_SCORE), best.name
        ):
            # No number of the hundred-block is known.
            return tied(parsed.kind, spots, sentence(*whys))
        if best.name.score < TYPE_MISSING and score < self._sure(spot):
            # A street that is not in the reference under the name written is no place, unless the
            # house number confirms how the name is read.
            label = parsed.street + (f" {parsed.quadrant}" if parsed.quadrant else "")
            reason = f"it may be {spot.address}, but there is no street {label} in the reference"
            namesakes = [f.spot for f in other() if f.spot and f.name.base == parsed.street]
            if namesakes:
                reason = f"it can be {spot.address} or {namesakes[0].address}"
            return tied(parsed.kind, [*spots, *namesakes], sentence(*whys, reason))
        twin = twin_of(self.look, spot)
        if twin is not None:
            reason = f"the reference has {spot.address} at two places"
            return tied(parsed.kind, [spot, twin], sentence(reason))
        if zip_code in self.look.known_zips and spot.zips[:1] != (zip_code,):
            # A ZIP area that begins close by will do, unless the same address stands in it.
            twins = (f.spot for f in other() if f.spot is not None)
            rival = any(t.row >= 0 and t.zips[:1] == (zip_code,) for t in twins)
            if rival or zip_code not in spot.zips:
                return self._zip_against(parsed, zip_code, spots, other)
        if not any(whys):
            whys = [f"the {what}, street and quadrant are in the reference"]
            if not self.grammar.quadrants:
                whys = [f"the {what} and street are in the reference"]
        return matched(parsed.kind, spot, sentence(*whys), score=score)

    @staticmethod
    def _sure(spot: Spot) -> float:
        return ACCEPT_SCORE if spot.code == MatchCode.POINT_ADDRESS else ACCEPT_AREA_SCORE

    def _zip_against(
        self, parsed: ParsedAddress, zip_code: int, spots: list[Spot], other: Others
    ) -> Result:
        fitting = [f.spot for f in other() if f.spot is not None and zip_code in f.spot.zips]
        reason = f"the ZIP {zip_code:05d} does not belong to {spots[0].address}"
        if fitting:
            return tied(
                parsed.kind,
                [spots[0], *fitting],
                sentence(reason, f"it would fit {fitting[0].address}"),
            )
        area = postal(self.look, zip_code)
        return tied(parsed.kind, [spots[0], *([area] if area else [])], sentence(reason))

    def _no_number(
        self,
        parsed: ParsedAddress,
        what: str,
        written: list[Found],
        other: Others,
        zip_code: int,
    ) -> Result:
        street = self.look.labels[written[0].street]
        said = parsed.number if parsed.kind == _ADDRESS else f"{parsed.low}-{parsed.high}"
        low, high = self.look.point_rows.get(written[0].street, (0, 0))
        known = ""
        if high > low:
            known = (
                f"known numbers run from {self.look.numbers[low]} to {self.look.numbers[high - 1]}"
            )
        reason = f"{street} exists, but the {what} {said} is not in the reference"
        spots = [f.spot for f in other() if f.spot is not None]
        area = postal(self.look, zip_code)
        code = MatchCode.STREET_NAME
        siblings = self._siblings(parsed, written[0].name.base)
        if siblings:
            reason += f", but {siblings[0].address} is"
            return tied(parsed.kind, [*siblings, *spots], sentence(parsed.note, reason, known))
        return unmatched(
            parsed.kind,
            code,
            sentence(parsed.note, written[0].name.why, reason, known),
            [*spots, *([area] if area else [])],
            score=60.0,
        )

    def _siblings(self, parsed: ParsedAddress, base: str) -> list[Spot]:
        """Find the house number as a point on streets of another type, name and quadrant alike."""
        if parsed.kind != _ADDRESS:
            return []
        find = self._finder(parsed)
        name = f"{parsed.predirectional} {parsed.name}".strip()
        known = [self.look.by_base[b] for b in self.look.by_name.get(name, ()) if b != base]
        spots = [find(here[parsed.quadrant]) for here in known if parsed.quadrant in here]
        return [
            spot._replace(score=min(spot.score, EITHER))
            for spot in spots
            if spot is not None and spot.code == MatchCode.POINT_ADDRESS
        ]
