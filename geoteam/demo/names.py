"""Invented names: streets, neighbourhoods, places and people. None is meant for anyone real."""

from __future__ import annotations

import numpy as np

LETTERS = "ABCDEFGHIKLMNOPQRSTUVW"
_TWO = [
    "ALDER",
    "BRAMBLE",
    "CEDAR",
    "DAMSON",
    "ELDER",
    "FENNEL",
    "GARNET",
    "HAZEL",
    "IRIS",
    "JASPER",
    "KESTREL",
    "LINDEN",
    "MAPLE",
    "NETTLE",
    "OLIVE",
    "POPLAR",
    "QUARRY",
    "ROWAN",
    "SAFFRON",
    "THISTLE",
    "UMBER",
    "VIOLET",
    "WILLOW",
    "YARROW",
]
_THREE = [
    "AMARANTH",
    "BERGAMOT",
    "CINNAMON",
    "DOGBERRY",
    "EVERGREEN",
    "FALCONRY",
    "GOLDENROD",
    "HICKORY",
    "INDIGO",
    "JESSAMINE",
    "KITTIWAKE",
    "LAVENDER",
    "MARIGOLD",
    "NIGHTINGALE",
    "OLEANDER",
    "PEPPERMINT",
    "QUICKSILVER",
    "ROSEMARY",
    "SYCAMORE",
    "TAMARIND",
    "UMBRELLA",
    "VALERIAN",
    "WINTERGREEN",
]
AVENUES = [
    "CONCORD",
    "COMMONWEALTH",
    "CHARTER",
    "MERIDIAN",
    "COVENANT",
    "ASSEMBLY",
    "PROVIDENT",
    "FIDELITY",
    "HARMONY",
    "UNITY",
    "PROSPERITY",
    "CONSTANCY",
    "BENEFICE",
    "CANTON",
]
_FIRST = [
    "ASH",
    "BELL",
    "BRIAR",
    "BROOK",
    "COPPER",
    "CRANE",
    "DUN",
    "ELM",
    "FERN",
    "FOX",
    "GLEN",
    "HERON",
    "IRON",
    "LARK",
    "MARSH",
    "MILL",
    "MOSS",
    "OTTER",
    "PINE",
    "RUSH",
    "SILVER",
    "STONE",
    "SWIFT",
    "THORN",
    "WHEAT",
    "WREN",
    "BARLEY",
    "CLOVER",
    "FLINT",
    "HEATH",
]
_LAST = [
    "FIELD",
    "GATE",
    "GROVE",
    "HURST",
    "LEA",
    "MEAD",
    "MERE",
    "MOOR",
    "RIDGE",
    "STEAD",
    "WICK",
    "WELL",
    "BANK",
    "CREST",
    "DALE",
    "WATER",
    "CROFT",
    "HOLLOW",
    "COPSE",
    "REACH",
]
LOCAL_TYPES = ("DRIVE", "LANE", "ROAD", "TERRACE", "WAY", "STREET", "PLACE", "COURT")


def ordinal(number: int) -> str:
    """Spell a street number the way signs do.

    Parameters
    ----------
    number
        1 or more.

    Returns
    -------
    str
        ``1ST``, ``2ND``, ``11TH``.
    """
    if number % 100 in (11, 12, 13):
        return f"{number}TH"
    return f"{number}{({1: 'ST', 2: 'ND', 3: 'RD'}).get(number % 10, 'TH')}"


def lettered(number: int) -> str:
    """Name the E-W line by its distance from the axis: letters, then two and three syllables.

    Parameters
    ----------
    number
        Line number, 1 or more.

    Returns
    -------
    str
        Name without type, for example ``K`` or ``LINDEN``.
    """
    names = [*LETTERS, *_TWO, *_THREE]
    return names[(number - 1) % len(names)]


def local_names(rng: np.random.Generator) -> list[str]:
    """Return every name for the streets of outer neighbourhoods, shuffled.

    Parameters
    ----------
    rng
        Random stream.

    Returns
    -------
    list of str
        Names without type.
    """
    names = [first + last for first in _FIRST for last in _LAST]
    return [names[i] for i in rng.permutation(len(names))]
