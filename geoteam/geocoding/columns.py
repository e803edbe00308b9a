"""Addresses that come in several columns, read like the line they make."""

from __future__ import annotations

import math
import re

from geoteam.geocoding.grammar import AddressGrammar, ParsedAddress
from geoteam.geocoding.parse import parse_address
from geoteam.geocoding.words import CORNERS, UNITS_ALONE, UNITS_WITH_ID

_NUMBER = re.compile(r"\s*\d+[\s\dA-Za-z/-]*$")


def _text(value: object) -> str:
    """Write one cell as text: NaN and None are '', 1200.0 is 1200."""
    if value is None or (isinstance(value, float) and not math.isfinite(value)):
        return ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    text = " ".join(str(value).split())
    return "" if text.upper() in ("NAN", "NONE", "NULL", "<NA>", "NAT") else text


def _zip(value: object) -> str:
    """Write a ZIP, its lost leading zeros put back."""
    digits = re.fullmatch(r"(\d{3,5})(?:\.0+)?(-?\d{4})?", _text(value))
    return digits.group(1).zfill(5) + (digits.group(2) or "") if digits else _text(value)


def parse_columns(
    grammar: AddressGrammar,
    *,
    number: object = None,
    street: object = None,
    quadrant: object = None,
    unit: object = None,
    city: object = None,
    state: object = None,
    zip: object = None,
) -> ParsedAddress:
    """Take an address apart whose parts stand in columns of their own.

    Parameters
    ----------
    grammar
        The city's address habits.
    number, street, quadrant, unit, city, state, zip
        The cells; any may be missing, empty or NaN, a number may be one of a spreadsheet
        (``1200.0``, ``2108`` for the ZIP 02108). What a cell repeats of another (``1200 H ST NE``
        beside the number 1200) is read once; number and street may be swapped.

    Returns
    -------
    ParsedAddress
        The same as `parse_address` returns for the whole on one line.
    """
    first, line, corner, inside = (_text(part) for part in (number, street, quadrant, unit))
    if _NUMBER.match(line) and first and not first[0].isdigit():
        first, line = line, first
    if first and parse_address(line, grammar).number == first:
        first = ""
    code = CORNERS.get(corner.upper().replace(".", "").replace(" ", ""), "")
    last = line.upper().replace(".", "").replace(",", " ").split()[-1:]
    if code and last and CORNERS.get(last[0]) == code:
        corner = ""
    if inside and inside.upper().split()[0].rstrip(".") not in {*UNITS_WITH_ID, *UNITS_ALONE}:
        inside = inside if inside.startswith("#") else f"# {inside}"
    front = " ".join(part for part in (first, line, corner, inside) if part)
    tail = " ".join(part for part in (_text(state), _zip(zip)) if part)
    return parse_address(", ".join(part for part in (front, _text(city), tail) if part), grammar)
