"""From what a person typed to upper-case tokens."""

from __future__ import annotations

import html
import re
import unicodedata

MAX_LENGTH = 250

# Letters of UTF-8 that was read as Windows-1252: each opens a sequence of two or three.
_MOJIBAKE = re.compile(r"[ÂÃâ][\x80-\xbf‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ€¡-¿]")
_MARKUP = re.compile(r"</?[A-Za-z][^<>]{0,80}>")
_FRACTION_SIGN = re.compile(r"\s*-?\s*(?=[½¼¾⅓⅔⅛⅜⅝⅞])")
_WHOLE_DECIMAL = re.compile(r"^(\s*\d+)\.0+(?=\s|$)|(?<=\s)(\d{5})\.0+(?=\s|$)")
_HALF_DECIMAL = re.compile(r"^(\s*\d+)\.50*(?=\s)")
_JUNK = re.compile(r"[^A-Z0-9#&@/,;'\-]+")
_THOUSANDS = re.compile(r"^(\d{1,3}),(\d{3})(?=\s+[A-Z0-9])")
_HYPHEN_HALF = re.compile(r"(?<=\d)-(?=\d/\d\b)")
_SPLIT_ORDINAL = re.compile(r"\b(\d+) (TH|ND|RD)\b")
_SPLIT_FIRST = re.compile(
    r"\b(\d*1) ST (?=(?:ST|STREET|PL|PLACE|RD|ROAD|AVE|AVENUE|TER|TERRACE)\b)"
)
_TOKEN = re.compile(r"\d+/\d+|\b[BC]/O\b|[A-Z0-9]+(?:-[A-Z0-9]+)*|[#&@/,;-]")


def _plain(text: str) -> str:
    """Bring a text with signs beyond ASCII, or with line breaks, to plain signs."""
    if _MOJIBAKE.search(text):
        try:
            text = text.encode("cp1252").decode("utf-8")
        except UnicodeError:
            # Not what it looked like: read it as it stands.
            text = text.replace("Â", "")
    text = re.sub(r"[\r\n|]+", " ; ", text)
    text = _FRACTION_SIGN.sub(" ", text)
    text = unicodedata.normalize("NFKD", text).replace("⁄", "/").replace("’", "'")
    text = re.sub(r"[‐-―−]", "-", text)
    # Combining accents, and signs that nobody sees: zero-width spaces, marks of direction.
    return "".join(c for c in text if unicodedata.category(c) not in ("Mn", "Me", "Cf"))


def clean(text: str) -> str:
    """Bring a text to plain upper case with single spaces.

    Parameters
    ----------
    text
        Anything.

    Returns
    -------
    str
        Letters A-Z, digits and ``# & @ / , ; -`` only; accents, dots, apostrophes and markup are
        gone, a half is ``1/2``, ordinals torn apart (``14 th``) are joined, and the decimals of a
        spreadsheet are taken back (``1200.0``, ``17.5``, ``20002.0``).
    """
    if "&" in text and ";" in text:
        text = html.unescape(text)
    if "|" in text or not (text.isascii() and text.isprintable()):
        text = _plain(text)
    if "<" in text:
        text = _MARKUP.sub(" , ", text).strip(" ,")
    if "+" in text:
        text = text.replace(" + ", " & ")
    if "." in text:
        text = _HALF_DECIMAL.sub(r"\1 1/2", _WHOLE_DECIMAL.sub(r"\1\2", text))
    text = text.upper().strip()
    if "," in text:
        text = _THOUSANDS.sub(r"\1\2", text)
    text = _JUNK.sub(" ", text)
    if "'" in text:
        text = text.replace("'", "")
    if "/" in text:
        text = _HYPHEN_HALF.sub(" ", text)
    text = " ".join(text.split())
    if " TH" in text or " ND" in text or " RD" in text:
        text = _SPLIT_ORDINAL.sub(r"\1\2", text)
    return _SPLIT_FIRST.sub(r"\1ST ", text) if "1 ST " in text else text


def has_signs(text: str) -> bool:
    """Tell whether a text has letters, numbers or pictures of another script than ours.

    Parameters
    ----------
    text
        Anything.

    Returns
    -------
    bool
        False for a text of ASCII alone, or of nothing that can be seen.
    """
    return any(unicodedata.category(c)[0] in "LNS" for c in text if not c.isascii())


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
