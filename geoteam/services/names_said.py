"""Whether somebody's name is said in a text."""

from __future__ import annotations

import re
import unicodedata

# Behind a family name, and no part of it.
_SUFFIXES = {"jr", "sr", "ii", "iii", "iv"}
# A family name shorter than this is often a word: it counts with a capital letter only.
_SHORT = 4
_WORDS = re.compile(r"\w+")
_APOSTROPHES = re.compile(r"['\u2019]")
_OWNER = re.compile(r"['\u2019]s\b", re.IGNORECASE)


def plain(text: str) -> str:
    """Keep letters and digits, without accents and apostrophes, one blank around each word.

    Parameters
    ----------
    text
        Any text; "O'Neil's" becomes " ONeil ".

    Returns
    -------
    str
        The words, capital letters as they are.
    """
    letters = unicodedata.normalize("NFKD", text)
    bare = "".join(letter for letter in letters if not unicodedata.combining(letter))
    bare = _APOSTROPHES.sub("", _OWNER.sub("", bare))
    return f" {' '.join(_WORDS.findall(bare))} "


def names_client(said: str, name: str, *, family: bool) -> bool:
    """Tell whether a text holds a full name, or a family name alone.

    Parameters
    ----------
    said
        The text, as `plain` writes it.
    name
        A full name, given names first.
    family
        Whether the family name alone counts too, and each part of a double one.

    Returns
    -------
    bool
        True also for "Doe, Jane". A name of one word is no full name.
    """
    words = [plain(word).strip() for word in name.split()]
    # A word without a letter, such as a hyphen between two, is none.
    parts = [word for word in words if word and word.casefold() not in _SUFFIXES]
    if len(parts) < 2:
        return False
    small = said.casefold()
    ends = [parts[0], parts[-1]]
    full = (parts, parts[1:] + parts[:1], parts[-1:] + parts[:-1], ends, ends[::-1])
    if any(f" {' '.join(one).casefold()} " in small for one in full):
        return True
    # "Garcia-Lopez" goes by either half.
    halves = {parts[-1], *parts[-1].split()}
    return family and any(
        f" {half.casefold()} " in small if len(half) >= _SHORT else f" {half} " in said
        for half in halves
    )
