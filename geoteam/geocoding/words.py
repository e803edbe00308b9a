"""Words of postal addresses: directions, ordinals, unit designators and states.

Written for geoteam after the rules of USPS Publication 28, "Postal Addressing Standards"
(directionals: section 233; secondary units: appendix C2; states: appendix B).
"""

from __future__ import annotations

import re
from types import MappingProxyType

# How a direction is written -> spelled out.
DIRECTIONS = MappingProxyType(
    {
        "N": "NORTH",
        "NO": "NORTH",
        "NORTH": "NORTH",
        "S": "SOUTH",
        "SO": "SOUTH",
        "SOUTH": "SOUTH",
        "E": "EAST",
        "EAST": "EAST",
        "W": "WEST",
        "WEST": "WEST",
    }
)
# Two-point directions -> the two-letter code.
CORNERS = MappingProxyType(
    {
        "NE": "NE",
        "NORTHEAST": "NE",
        "NW": "NW",
        "NORTHWEST": "NW",
        "SE": "SE",
        "SOUTHEAST": "SE",
        "SW": "SW",
        "SOUTHWEST": "SW",
    }
)

# Designators that an identifier follows ("APT 3").
UNITS_WITH_ID = MappingProxyType(
    {
        "APT": "APT",
        "APTS": "APT",
        "APARTMENT": "APT",
        "APPT": "APT",
        "UNIT": "UNIT",
        "UNT": "UNIT",
        "STE": "STE",
        "SUITE": "STE",
        "RM": "RM",
        "ROOM": "RM",
        "FL": "FL",
        "FLR": "FL",
        "FLOOR": "FL",
        "BLDG": "BLDG",
        "BUILDING": "BLDG",
        "DEPT": "DEPT",
        "LOT": "LOT",
        "SPC": "SPC",
        "TRLR": "TRLR",
        "HNGR": "HNGR",
        "PIER": "PIER",
        "SLIP": "SLIP",
        "STOP": "STOP",
        "NUM": "UNIT",
    }
)
# Designators that stand alone ("REAR").
UNITS_ALONE = MappingProxyType(
    {
        "BSMT": "BSMT",
        "BASEMENT": "BSMT",
        "FRNT": "FRNT",
        "FRONT": "FRNT",
        "LBBY": "LBBY",
        "LOBBY": "LBBY",
        "LOWR": "LOWR",
        "LOWER": "LOWR",
        "OFC": "OFC",
        "OFFICE": "OFC",
        "PH": "PH",
        "PENTHOUSE": "PH",
        "REAR": "REAR",
        "SIDE": "SIDE",
        "UPPR": "UPPR",
        "UPPER": "UPPR",
    }
)
# Designators that are also words of street names: read as units only behind a street type.
UNITS_AFTER_STREET = frozenset({"LOT", "PIER", "SLIP", "STOP", "NUM", "FL", *UNITS_ALONE})

_STATE_TABLE = """
AL ALABAMA;AK ALASKA;AZ ARIZONA;AR ARKANSAS;CA CALIFORNIA;CO COLORADO;CT CONNECTICUT
DE DELAWARE;DC DISTRICT OF COLUMBIA;FL FLORIDA;GA GEORGIA;HI HAWAII;ID IDAHO;IL ILLINOIS
IN INDIANA;IA IOWA;KS KANSAS;KY KENTUCKY;LA LOUISIANA;ME MAINE;MD MARYLAND;MA MASSACHUSETTS
MI MICHIGAN;MN MINNESOTA;MS MISSISSIPPI;MO MISSOURI;MT MONTANA;NE NEBRASKA;NV NEVADA
NH NEW HAMPSHIRE;NJ NEW JERSEY;NM NEW MEXICO;NY NEW YORK;NC NORTH CAROLINA;ND NORTH DAKOTA
OH OHIO;OK OKLAHOMA;OR OREGON;PA PENNSYLVANIA;PR PUERTO RICO;RI RHODE ISLAND
SC SOUTH CAROLINA;SD SOUTH DAKOTA;TN TENNESSEE;TX TEXAS;UT UTAH;VT VERMONT;VA VIRGINIA
WA WASHINGTON STATE;WV WEST VIRGINIA;WI WISCONSIN;WY WYOMING
"""
STATES = MappingProxyType(
    {
        name: code
        for code, name in (
            pair.split(" ", 1) for pair in _STATE_TABLE.replace("\n", ";").split(";") if pair
        )
    }
)
STATE_CODES = frozenset(STATES.values())


def _words(table: str) -> list[str]:
    return table.split()


_ONES = ["FIRST", "SECOND", "THIRD", "FOURTH", "FIFTH", "SIXTH", "SEVENTH", "EIGHTH", "NINTH"]
_TEENS = _words(
    """
    TENTH ELEVENTH TWELFTH THIRTEENTH FOURTEENTH FIFTEENTH SIXTEENTH SEVENTEENTH EIGHTEENTH
    NINETEENTH
    """
)
_TENS = ["TWENTY", "THIRTY", "FORTY", "FIFTY", "SIXTY", "SEVENTY", "EIGHTY", "NINETY"]
_TENTHS = _words(
    """
    TWENTIETH THIRTIETH FORTIETH FIFTIETH SIXTIETH SEVENTIETH EIGHTIETH NINETIETH
    """
)
TENS = MappingProxyType({word: 20 + 10 * i for i, word in enumerate(_TENS)})
SPELLED_ORDINALS = MappingProxyType(
    {word: i + 1 for i, word in enumerate(_ONES + _TEENS)}
    | {word: 20 + 10 * i for i, word in enumerate(_TENTHS)}
)
_ORDINAL = re.compile(r"(\d{1,3})(?:ST|ND|RD|TH)?")


def ordinal(number: int) -> str:
    """Write a number as a street name does.

    Parameters
    ----------
    number
        A whole number from 0.

    Returns
    -------
    str
        ``1ST``, ``2ND``, ``11TH`` and so on.
    """
    if number % 100 in (11, 12, 13):
        return f"{number}TH"
    return f"{number}{ {1: 'ST', 2: 'ND', 3: 'RD'}.get(number % 10, 'TH') }"


def as_ordinal(word: str) -> str:
    """Mend a numbered street name: ``14``, ``2TH`` and ``FOURTEENTH`` become ordinals.

    Parameters
    ----------
    word
        One word in upper case.

    Returns
    -------
    str
        The ordinal, or the word itself when it is none.
    """
    found = _ORDINAL.fullmatch(word)
    if found:
        return ordinal(int(found.group(1)))
    if word in SPELLED_ORDINALS:
        return ordinal(SPELLED_ORDINALS[word])
    return word
