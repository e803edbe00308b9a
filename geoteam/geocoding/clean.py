"""From what a person typed to upper-case tokens."""

from __future__ import annotations

import re
import unicodedata

MAX_LENGTH = 250

_JUNK = re.compile(r"[^A-Z0-9#&@/,;'\-]+")
_THOUSANDS = re.compile(r"^(\d{1,3}),(\d{3})(?=\s+[A-Z0-9])")
_HALF = re.compile(r"(?<=\d)\s*-?\s*(?:½)")
_SPLIT_ORDINAL = re.compile(r"\b(\d+) (TH|ND|RD)\b")
_SPLIT_FIRST = re.compile(
    r"\b(\d*1) ST (?=(?:ST|STREET|PL|PLACE|RD|ROAD|AVE|AVENUE|TER|TERRACE)\b)"
)
_TOKEN = re.compile(r"\d+/\d+|\b[BC]/O\b|[A-Z0-9]+(?:-[A-Z0-9]+)*|[#&@/,;-]")


def clean(text: str) -> str:
    """Bring a text to plain upper case with single spaces.

    Parameters
    ----------
    text
        Anything.

    Returns
    -------
    str
        Letters A-Z, digits and ``# & @ / , ; -`` only; accents, dots and apostrophes are gone,
        a half is ``1/2``, ordinals torn apart (``14 th``) are joined.
    """
    if "|" in text or not (text.isascii() and text.isprintable()):
        text = re.sub(r"[\r\n|]+", " ; ", text)
        text = _HALF.sub(" 1/2", text)
        text = unicodedata.normalize("NFKD", text).replace("⁄", "/").replace("’", "'")
        text = re.sub(r"[‐-―−]", "-", text)
        text = "".join(c for c in text if not unicodedata.combining(c))
    text = _JUNK.sub(" ", _THOUSANDS.sub(r"\1\2", text.upper().strip())).replace("'", "")
    text = re.sub(r"(?<=\d)-1/2", " 1/2", text)
    text = " ".join(text.split())
    if " TH" in text or " ND" in text or " RD" in text:
        text = _SPLIT_ORDINAL.sub(r"\1\2", text)
    return _SPLIT_FIRST.sub(r"\1ST ", text) if "1 ST " in text else text


def tokens(cleaned: str) -> list[str]:
    """Split a cleaned text into words, numbers and signs.

    Parameters
    ----------
    cleaned
        What `clean` returned.

    Returns
    -------
    list of str
        The tokens in order.
    """
    return _TOKEN.findall(cleaned)
