"""Read what a form or an address says: typed, bounded, and refused in plain words."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date
from urllib.parse import urlsplit

from geoteam.errors import InputError

# ``request.args``, ``request.form``, or a dictionary.
Fields = Mapping[str, str]
_LONGEST = 500


def text(fields: Fields, name: str, *, label: str = "", required: bool = False) -> str:
    """Read a line of text.

    Parameters
    ----------
    fields
        ``request.args`` or ``request.form``.
    name
        Name of the field.
    label
        What the page calls it.
    required
        Refuse an empty text.

    Returns
    -------
    str
        The text without surrounding blanks, '' when absent.

    Raises
    ------
    InputError
        When it is required and empty, or longer than 500 characters.
    """
    value = fields.get(name, "").strip()
    if required and not value:
        raise InputError(f"{label or name} is empty", remedy="Fill it in and try again")
    if len(value) > _LONGEST:
        raise InputError(
            f"{label or name} is longer than {_LONGEST} characters", remedy="Shorten it"
        )
    return value


def choice(fields: Fields, name: str, allowed: Collection[str], default: str) -> str:
    """Read one of several words.

    Parameters
    ----------
    fields
        ``request.args`` or ``request.form``.
    name
        Name of the field.
    allowed
        The words.
    default
        What an absent or empty field means.

    Returns
    -------
    str
        One of the words.

    Raises
    ------
    InputError
        When it is another word.
    """
    value = fields.get(name, "").strip() or default
    if value != default and value not in allowed:
        raise InputError(
            f"{name} has a value that is not on offer", remedy=f"Choose one of: {_listed(allowed)}"
        )
    return value


def whole(fields: Fields, name: str, default: int, *, low: int, high: int) -> int:
    """Read a whole number.

    Parameters
    ----------
    fields
        ``request.args`` or ``request.form``.
    name
        Name of the field.
    default
        What an absent or empty field means.
    low
        Smallest number allowed.
    high
        Largest number allowed.

    Returns
    -------
    int
        The number.

    Raises
    ------
    InputError
        When it is no whole number or out of range.
    """
    value = fields.get(name, "").strip()
    if not value:
        return default
    if not (value.isascii() and value.isdigit() and len(value) < 10 and low <= int(value) <= high):
        raise InputError(f"{name} must be a whole number from {low} to {high}")
    return int(value)


def number(
    fields: Fields, name: str, *, low: float, high: float, label: str = "", example: str = ""
) -> float | None:
    """Read a number.

    Parameters
    ----------
    fields
        ``request.args`` or ``request.form``.
    name
        Name of the field.
    low
        Smallest number allowed.
    high
        Largest number allowed.
    label
        What the page calls it.
    example
        A number as one may be typed.

    Returns
    -------
    float | None
        The number, None when absent or empty.

    Raises
    ------
    InputError
        When it is no number, not finite, or out of range.
    """
    value = fields.get(name, "").strip()
    if not value:
        return None
    try:
        found = float(value)
    except ValueError:
        found = float("nan")
    if not low <= found <= high:
        such = f", such as {example}" if example else ""
        raise InputError(f"{label or name} must be a number from {low:g} to {high:g}{such}")
    return found


def day(fields: Fields, name: str) -> date | None:
    """Read a day.

    Parameters
    ----------
    fields
        ``request.args`` or ``request.form``.
    name
        Name of the field.

    Returns
    -------
    date | None
        The day, None when absent or empty.

    Raises
    ------
    InputError
        When it is no day of the calendar.
    """
    value = fields.get(name, "").strip()
    if not value:
        return None
    try:
        return date.fromisoformat(value)
    except ValueError as error:
        raise InputError(
            f"{name} is not a day", remedy="Write it as year-month-day, like 2026-03-01"
        ) from error


def local_path(target: str) -> str:
    """Keep a redirect on this site.

    Parameters
    ----------
    target
        Where a form asks to go next.

    Returns
    -------
    str
        The target when it is a path of this site, else ``/``.
    """
    # Browsers read a backslash as a slash and drop tabs and line ends.
    if any(ord(letter) <= 32 or letter == "\\" for letter in target):
        return "/"
    parts = urlsplit(target)
    own = target.startswith("/") and not target.startswith("//")
    return target if own and not parts.scheme and not parts.netloc else "/"


def _listed(words: Collection[str]) -> str:
    return ", ".join(sorted(word for word in words if word))
