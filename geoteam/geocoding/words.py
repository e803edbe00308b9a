"""Words of postal addresses: directions, ordinals, unit designators and states.

Written for geoteam after the rules of USPS Publication 28, "Postal Addressing Standards"
(directionals: section 233; secondary units: appendix C2, all 24; private mailboxes: section 284;
states and territories: appendix B).
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
        first + joint + second: north[0] + east[0]
        for north in ("NORTH", "SOUTH")
        for east in ("EAST", "WEST")
        for first, second in ((north, east), (north[0], east[0]))
        for joint in ("", "-")
    }
)
CORNER_NAMES = MappingProxyType(
    {"NE": "NORTHEAST", "NW": "NORTHWEST", "SE": "SOUTHEAST", "SW": "SOUTHWEST"}
)


def _spellings(table: str) -> MappingProxyType[str, str]:
    """Read lines of a standard word and its other spellings."""
    rows = [line.split() for line in table.strip().splitlines()]
    return MappingProxyType({word: row[0] for row in rows for word in row})


# Designators that an identifier follows ("APT 3"): the standard one first.
UNITS_WITH_ID = _spellings("""
APT APTS APARTMENT APPT APMT APTMT APARTMNT
BLDG BUILDING BLG
DEPT DEPARTMENT
FL FLR FLOOR
HNGR HANGAR
KEY
LOT
PIER
PMB
RM ROOM
SLIP
SPC SPACE
STE SUITE SUIT
STOP
TRLR TRAILER
UNIT UNT NUM
""")
# Designators that stand alone ("REAR") or with an identifier ("PH 4").
UNITS_ALONE = _spellings("""
BSMT BASEMENT BASMNT
FRNT FRONT
LBBY LOBBY
LOWR LOWER
OFC OFFICE
PH PENTHOUSE
REAR
SIDE
UPPR UPPER
""")
# Designators that are also words of street names: read as units only behind a street type.
UNITS_AFTER_STREET = frozenset(
    {"LOT", "PIER", "SLIP", "STOP", "NUM", "FL", "KEY", "SPACE", "TRAILER", "SUIT", *UNITS_ALONE}
)
# Designators that never begin a street name: read as units before it too (1200 REAR H ST NE).
UNITS_BEFORE_STREET = frozenset({"REAR", "BSMT", "BASEMENT"})

_STATE_TABLE = """
AL ALABAMA;AK ALASKA;AZ ARIZONA;AR ARKANSAS;CA CALIFORNIA;CO COLORADO;CT CONNECTICUT
DE DELAWARE;DC DISTRICT OF COLUMBIA;FL FLORIDA;GA GEORGIA;HI HAWAII;ID IDAHO;IL ILLINOIS
IN INDIANA;IA IOWA;KS KANSAS;KY KENTUCKY;LA LOUISIANA;ME MAINE;MD MARYLAND;MA MASSACHUSETTS
MI MICHIGAN;MN MINNESOTA;MS MISSISSIPPI;MO MISSOURI;MT MONTANA;NE NEBRASKA;NV NEVADA
NH NEW HAMPSHIRE;NJ NEW JERSEY;NM NEW MEXICO;NY NEW YORK;NC NORTH CAROLINA;ND NORTH DAKOTA
OH OHIO;OK OKLAHOMA;OR OREGON;PA PENNSYLVANIA;PR PUERTO RICO;RI RHODE ISLAND
SC SOUTH CAROLINA;SD SOUTH DAKOTA;TN TENNESSEE;TX TEXAS;UT UTAH;VT VERMONT;VA VIRGINIA
WA WASHINGTON STATE;WV WEST VIRGINIA;WI WISCONSIN;WY WYOMING
AS AMERICAN SAMOA;FM MICRONESIA;GU GUAM;MH MARSHALL ISLANDS;MP NORTHERN MARIANA ISLANDS;PW PALAU
VI VIRGIN ISLANDS;AA ARMED FORCES AMERICAS;AE ARMED FORCES EUROPE;AP ARMED FORCES PACIFIC
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
# States whose ZIP codes begin with 0, which a spreadsheet drops.
ZERO_ZIP_STATES = frozenset({"AE", "CT", "MA", "ME", "NH", "NJ", "PR", "RI", "VI", "VT"})
# Short names of countries, as addresses end with them; those that are also states, cities or
# common words of streets (GEORGIA, JERSEY) are left out.
COUNTRIES = frozenset(
    tuple(name.split())
    for name in """
    AFGHANISTAN;ALBANIA;ALGERIA;ANGOLA;ARGENTINA;ARMENIA;AUSTRALIA;AUSTRIA;AZERBAIJAN;BAHAMAS
    BANGLADESH;BARBADOS;BELARUS;BELGIUM;BELIZE;BENIN;BOLIVIA;BOTSWANA;BRAZIL;BRASIL;BULGARIA
    CAMEROON;CANADA;CHILE;CHINA;COLOMBIA;COSTA RICA;CROATIA;CUBA;CYPRUS;CZECH REPUBLIC;DENMARK
    DEUTSCHLAND;DOMINICAN REPUBLIC;ECUADOR;EGYPT;EL SALVADOR;ENGLAND;ERITREA;ESPANA;ESTONIA
    ETHIOPIA;FINLAND;FRANCE;GAMBIA;GERMANY;GHANA;GREAT BRITAIN;GREECE;GUATEMALA;GUYANA;HAITI
    HONDURAS;HONG KONG;HUNGARY;ICELAND;INDIA;INDONESIA;IRAN;IRAQ;IRELAND;ISRAEL;ITALIA;ITALY
    IVORY COAST;JAMAICA;JAPAN;KAZAKHSTAN;KENYA;KUWAIT;LATVIA;LEBANON;LIBERIA;LIBYA;LITHUANIA
    LUXEMBOURG;MALAYSIA;MALI;MEXICO;MOLDOVA;MOROCCO;MOZAMBIQUE;MYANMAR;NEPAL;NETHERLANDS
    NEW ZEALAND;NICARAGUA;NIGERIA;NORTHERN IRELAND;NORWAY;PAKISTAN;PANAMA;PARAGUAY;PERU
    PHILIPPINES;POLAND;POLSKA;PORTUGAL;QATAR;ROMANIA;RUSSIA;RWANDA;SAUDI ARABIA;SCOTLAND;SENEGAL
    SERBIA;SIERRA LEONE;SINGAPORE;SLOVAKIA;SLOVENIA;SOMALIA;SOUTH AFRICA;SOUTH KOREA;SPAIN
    SRI LANKA;SUDAN;SWEDEN;SWITZERLAND;SYRIA;TAIWAN;TANZANIA;THAILAND;TOGO;TRINIDAD AND TOBAGO
    TUNISIA;TURKEY;UGANDA;UK;UKRAINE;UNITED ARAB EMIRATES;UNITED KINGDOM;URUGUAY;UZBEKISTAN
    VENEZUELA;VIETNAM;WALES;YEMEN;ZAMBIA;ZIMBABWE
    """.replace("\n", ";").split(";")
    if name.strip()
)

# What follows is beside an address and no part of it.
ASIDE_WORDS = frozenset(
    {"BETWEEN", "BTWN", "NEAR", "ACROSS", "NEXT", "BEHIND", "OPPOSITE", "ADJACENT"}
    | {"C/O", "CARE", "ATTN"}
)


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
# How a house number is spelled out (ONE THOMAS CIRCLE).
SPELLED_NUMBERS = MappingProxyType(
    {
        word: str(i + 1)
        for i, word in enumerate(
            _words(
                """
                ONE TWO THREE FOUR FIVE SIX SEVEN EIGHT NINE TEN ELEVEN TWELVE THIRTEEN FOURTEEN
                FIFTEEN SIXTEEN SEVENTEEN EIGHTEEN NINETEEN TWENTY
                """
            )
        )
    }
)
_ORDINAL = re.compile(r"\b(\d{1,3})(?:ST|ND|RD|TH)\b")


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
    """Read a numbered street name: ``14`` and ``FOURTEENTH`` become ordinals.

    Parameters
    ----------
    word
        One word in upper case.

    Returns
    -------
    str
        The ordinal, or the word itself when it is none.
    """
    if word.isdigit() and len(word) < 4:
        return ordinal(int(word))
    if word in SPELLED_ORDINALS:
        return ordinal(SPELLED_ORDINALS[word])
    return word


def mend_ordinals(text: str) -> str:
    """Give numbers in a text the endings that they have: ``2TH`` and ``4ND`` are ``2ND``, ``4TH``.

    Parameters
    ----------
    text
        Words in upper case.

    Returns
    -------
    str
        The words; unchanged where every ending is right.
    """
    return _ORDINAL.sub(lambda found: ordinal(int(found.group(1))), text)
