"""Invented names of streets. None is meant for a real place."""

from __future__ import annotations

import numpy as np

LETTERS = "ABCDEFGHIKLMNOPQRSTUVW"


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


_TWO = _words(
    "ALDER BRAMBLE CEDAR DAMSON ELDER FENNEL GARNET HAZEL IRIS JASPER KESTREL LINDEN MAPLE "
    "NETTLE OLIVE POPLAR QUARRY ROWAN SAFFRON THISTLE UMBER VIOLET WILLOW YARROW"
)
_THREE = _words(
    "AMARANTH BERGAMOT CINNAMON DOGBERRY EVERGREEN FALCONRY GOLDENROD HICKORY INDIGO JESSAMINE "
    "KITTIWAKE LAVENDER MARIGOLD NIGHTINGALE OLEANDER PEPPERMINT QUICKSILVER ROSEMARY SYCAMORE "
    "TAMARIND UMBRELLA VALERIAN WINTERGREEN"
)
AVENUES = _words(
    "CONCORD COMMONWEALTH MERIDIAN CHARTER ASSEMBLY PROVIDENT FIDELITY HARMONY UNITY PROSPERITY"
)
_FIRST = _words(
    "ASH BELL BRIAR BROOK COPPER CRANE DUN ELM FERN FOX GLEN HERON IRON LARK MARSH MILL MOSS "
    "OTTER PINE RUSH SILVER STONE SWIFT THORN WHEAT WREN BARLEY CLOVER FLINT HEATH ACORN AMBER "
    "BADGER BIRCH BRACKEN CHALK CINDER CURLEW DAWN EMBER FALLOW FROST GORSE GRANITE HONEY LOAM "
    "MEADOW MISTLE PEBBLE PLOVER RAVEN REED SEDGE SHALE SNIPE SORREL TEASEL TIMBER VALE WILLET"
)
_LAST = _words(
    "FIELD GATE GROVE HURST LEA MEAD MERE MOOR RIDGE STEAD WICK WELL BANK CREST DALE WATER CROFT "
    "HOLLOW COPSE REACH BOURNE BROW COMBE FALL HAVEN HOLT KNOLL RISE SHAW SPRING THWAITE WOLD"
)
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
    return str(names[(number - 1) % len(names)])


def local_name(rng: np.random.Generator, taken: set[str]) -> str:
    """Find a free name for a street of an outer neighbourhood.

    Parameters
    ----------
    rng
        Random stream.
    taken
        Names in use; the new one is added.

    Returns
    -------
    str
        Name without type, such as ``LARKMEAD``, or ``UPPER LARKMEAD`` when names run short.
    """
    for before in ("", "UPPER ", "LOWER ", "OLD ", "LITTLE "):
        for _ in range(40):
            first, last = rng.integers(len(_FIRST)), rng.integers(len(_LAST))
            name = f"{before}{_FIRST[first]}{_LAST[last]}"
            if name not in taken:
                taken.add(name)
                return name
    name = f"{ordinal(len(taken))} ROW"
    taken.add(name)
    return name
