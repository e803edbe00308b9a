"""Plain texts are cut into house number, ZIP, unit numbers and the rest, all at once."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

# Stand for the number of a unit, for the ZIP and, behind other words, for the house number.
UNIT_SLOT, ZIP_SLOT, NUMBER_SLOT = "~", "^", "$"
# Only such texts can have a template; the house number has up to four digits.
_PLAIN = r"^[A-Za-z0-9 .,#'\-]{3,200}$"
_PARTS = (
    r"^(?P<front>[A-Z][A-Z ,'\-]* )?(?P<number>[1-9][0-9]{0,3}) "
    r"(?P<rest>[A-Z0-9].*?)(?: (?P<zip>[0-9]{5}))?$"
)
# Behind a number these join it ("1 ST"), so that the number is no slot.
_JOINS = r"^(?:ST|ND|RD|TH)\b"
_UNIT_NUMBER = r"([ #A-Z])[0-9]{1,4}([A-Z]?)\b"


class Split(NamedTuple):
    """Texts cut into their slots; row for row.

    A rest is what stands behind the house number; where words stand before it too, the whole text
    with its slots.
    """

    plain: NDArray[np.bool_]
    number: NDArray[np.int64]
    # -1 where the text has no ZIP.
    zip: NDArray[np.int64]
    # Which of `rests` each text has; -1 where it is not plain.
    rest: NDArray[np.int64]
    rests: pa.Array


def split(texts: pa.Array) -> Split:
    """Cut the house number, a ZIP at the end and unit numbers out of plain texts.

    Parameters
    ----------
    texts
        Arrow strings.

    Returns
    -------
    Split
        The parts; texts with any other sign than letters, digits and ``. , # ' -`` are not plain.
    """
    plain = pc.match_substring_regex(texts, _PLAIN)
    kept = pc.ascii_upper(pc.filter(texts, plain))
    kept = pc.ascii_trim_whitespace(pc.replace_substring_regex(kept, r"[ .]+", " "))
    parts = pc.extract_regex(kept, _PARTS)
    rest = pc.struct_field(parts, "rest")
    good = np.asarray(pc.fill_null(pc.invert(pc.match_substring_regex(rest, _JOINS)), False))
    number = pc.struct_field(parts, "number").filter(good).cast(pa.int64())
    postal = pc.struct_field(parts, "zip").filter(good)
    has_zip = np.asarray(pc.not_equal(pc.binary_length(postal), 0))
    zip_code = pc.if_else(has_zip, postal, pa.scalar("-1", postal.type)).cast(pa.int64())
    rest = pc.replace_substring_regex(rest.filter(good), _UNIT_NUMBER, rf"\1{UNIT_SLOT}\2")
    # The ZIP is kept as a sign: it can change how the words before it are read.
    mark, house, space = (pa.scalar(sign, rest.type) for sign in (ZIP_SLOT, NUMBER_SLOT, " "))
    rest = pc.if_else(has_zip, pc.binary_join_element_wise(rest, mark, space), rest)
    front = pc.ascii_rtrim_whitespace(pc.struct_field(parts, "front").filter(good))
    whole = pc.binary_join_element_wise(front, house, rest, space)
    rest = pc.if_else(pc.equal(pc.binary_length(front), 0), rest, whole)
    coded = rest.dictionary_encode()
    at = np.flatnonzero(np.asarray(plain))[good]
    size = len(texts)
    out = Split(
        np.zeros(size, np.bool_),
        np.zeros(size, np.int64),
        np.full(size, -1, np.int64),
        np.full(size, -1, np.int64),
        coded.dictionary,
    )
    out.plain[at] = True
    out.number[at] = np.asarray(number)
    out.zip[at] = np.asarray(zip_code)
    out.rest[at] = np.asarray(coded.indices)
    return out
