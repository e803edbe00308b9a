"""What an address is made of, and how it is written out again."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, fields
from functools import cache
from operator import attrgetter
from typing import Any

from geoteam.model import AddressKind


@dataclass(frozen=True, slots=True)
class AddressGrammar:
    """The address habits of one city.

    Attributes
    ----------
    quadrants
        Codes that end street names (``NE``); empty for a city without quadrants, where any
        direction behind a street type is kept as the postdirectional.
    postal_names
        Names of the city in addresses, upper case.
    states
        State codes of the city; an address that names another state is outside.
    """

    quadrants: tuple[str, ...] = ()
    postal_names: tuple[str, ...] = ()
    states: tuple[str, ...] = ()
    # The postal names as words, longest first.
    city_words: tuple[tuple[str, ...], ...] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        names = {tuple(name.upper().split()) for name in self.postal_names}
        object.__setattr__(self, "city_words", tuple(sorted(names, key=lambda n: (-len(n), n))))


@dataclass(frozen=True, slots=True)
class ParsedAddress:
    """One address text, taken apart: upper case and spelled out; unknown parts are ''.

    Attributes
    ----------
    number
        House number with its suffix joined: ``1200``, ``17 1/2``, ``1234A``, ``1431-37``; of a
        block as it is written: ``1200``, ``1200-1299``, '' for UNIT BLOCK.
    predirectional
        ``NORTH`` of NORTH CAPITOL STREET; the one of NORTH CAROLINA AVENUE is part of its name.
    name, type
        ``CAPITOL`` and ``STREET``.
    quadrant
        ``NE``, or in a city without quadrants the direction behind the type.
    unit
        ``APT 3``, ``REAR``, ``# 654B``.
    kind
        What the text is; ``place`` when it is none of the others and holds no house number.
    street2
        The other street of an intersection, in full.
    street3
        With `street2` the streets between which a block lies that has no number.
    zip, city, state
        As written at the end of the text; `state` is the country of an address abroad.
    low, high
        First and last house number of a block or number range; -1 when there is none.
    place
        Words that are no part of an address: a place's name.
    behind
        Those of them that stand behind the address.
    line
        The whole text where it has no house number, as it may be the name of a place; of a text
        that says "no fixed address" the words beside that. It does not count in comparisons.
    second
        Another address in the same text.
    another
        Another house number of the same street in the same text: ``1210`` of 1200 H ST NE AND
        1210, and a bare number behind the quadrant, which may be a unit.
    doubted
        True when the text has a question mark.
    quadrant_shared
        True when an intersection writes one quadrant for two streets (``14TH ST & U ST NW``).
    note
        A remark on how the text was read, in words: a doubt, or a misspelling that was mended.
    """

    number: str = ""
    predirectional: str = ""
    name: str = ""
    type: str = ""
    quadrant: str = ""
    unit: str = ""
    kind: str = AddressKind.ADDRESS.value
    street2: str = ""
    street3: str = ""
    zip: str = ""
    city: str = ""
    state: str = ""
    low: int = -1
    high: int = -1
    place: str = ""
    behind: str = ""
    line: str = field(default="", compare=False, repr=False)
    second: str = ""
    another: str = field(default="", compare=False)
    doubted: bool = False
    quadrant_shared: bool = False
    note: str = ""

    @property
    def street(self) -> str:
        """Return direction, name and type without the quadrant.

        Returns
        -------
        str
            ``NORTH CAPITOL STREET``.
        """
        return " ".join(part for part in (self.predirectional, self.name, self.type) if part)

    def but(self, **parts: Any) -> ParsedAddress:
        """Copy the address with other parts, as `dataclasses.replace` does in half the time.

        Parameters
        ----------
        **parts
            Attributes and their values.

        Returns
        -------
        ParsedAddress
            The copy.
        """
        other = object.__new__(ParsedAddress)
        values, put = _members()
        for set_value, value in zip(put.values(), values(self), strict=True):
            set_value(other, value)
        for name, value in parts.items():
            put[name](other, value)
        return other


@cache
def _members() -> tuple[attrgetter[Any], dict[str, Callable[..., None]]]:
    """Return what reads all parts of an address, and what sets each."""
    names = [one.name for one in fields(ParsedAddress)]
    return attrgetter(*names), {name: getattr(ParsedAddress, name).__set__ for name in names}


def format_address(parsed: ParsedAddress) -> str:
    """Write a parsed address on one line.

    Parameters
    ----------
    parsed
        Any parsed address.

    Returns
    -------
    str
        Upper case, spelled out; parsing it again gives the same parts.
    """
    street = " ".join(part for part in (parsed.street, parsed.quadrant) if part)
    if parsed.street3:
        line = f"{street} BETWEEN {parsed.street2} AND {parsed.street3}"
    elif parsed.kind == AddressKind.BLOCK:
        number = parsed.number.replace("-", " - ") or "UNIT"
        line = " ".join(part for part in (f"{number} BLOCK OF {street}", parsed.unit) if part)
    elif parsed.kind == AddressKind.INTERSECTION:
        line = f"{street} & {parsed.street2}"
    elif parsed.name:
        line = " ".join(part for part in (parsed.number, street, parsed.unit) if part)
    else:
        line = parsed.place or parsed.number
    tail = " ".join(part for part in (parsed.state, parsed.zip) if part)
    return ", ".join(part for part in (line, parsed.city, tail) if part)
