"""Reading one cell: what it means, or why it cannot be used. Nothing is guessed."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping
from datetime import date, datetime, time, timedelta
from time import strptime
from typing import Any

from openpyxl.utils.datetime import from_excel

# What a spreadsheet program runs when a cell begins with it.
_RUNS = "=+-@\t\r"
_EXCEL_ERRORS = frozenset(
    ("#N/A", "#REF!", "#VALUE!", "#NAME?", "#DIV/0!", "#NUM!", "#NULL!", "#SPILL!", "#CALC!")
)
_CONTROL = re.compile("[\\x00-\\x1f\\x7f-\\x9f\\ud800-\\udfff]")
_SHORTENED = re.compile(r"\d(\.\d+)?[eE]\+?\d+")
_ISO = re.compile(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(?:[T ]\d{1,2}:\d{2}.*)?")
_SLASHED = re.compile(r"(\d{1,2})[-/.](\d{1,2})[-/.](\d{4})(?:[T ]\d{1,2}:\d{2}.*)?")
_SHORT_YEAR = re.compile(r"\d{1,2}[-/.]\d{1,2}[-/.]\d{2}(?:[T ].*)?")
_COMPACT = re.compile(r"(?:19|20)\d{6}")
_SERIAL = re.compile(r"\d{5}(?:\.\d+)?")
_NAMED = (
    "%d %b %Y",
    "%d-%b-%Y",
    "%d %B %Y",
    "%d-%B-%Y",
    "%b %d %Y",
    "%B %d %Y",
)
_TIME = re.compile(r"(\d{1,2})(?::(\d{2}))?(?::\d{2})?\s*([AaPp])?\.?\s*(?:[Mm]\.?)?")


class BadValue(ValueError):
    """A cell that cannot be used.

    Parameters
    ----------
    message
        What is wrong.
    remedy
        What to do about it.
    """

    def __init__(self, message: str, remedy: str) -> None:
        super().__init__(message)
        self.message = message
        self.remedy = remedy


class DayFirst(BadValue):
    """A date that can only be day before month: the whole column may be."""


def is_blank(cell: Any) -> bool:
    """Tell whether a cell is empty.

    Parameters
    ----------
    cell
        Any cell.

    Returns
    -------
    bool
        True for nothing or white space.
    """
    return cell is None or (isinstance(cell, str) and not cell.strip())


def text(longest: int) -> Callable[[Any], str]:
    """Make a reader of text.

    Parameters
    ----------
    longest
        Most characters.

    Returns
    -------
    callable
        From a cell to text with single spaces.
    """

    def read(cell: Any) -> str:
        value = _words(cell)
        if len(value) > longest:
            raise BadValue(
                f"has {len(value)} characters; {longest} is the most", "Shorten the text"
            )
        return value

    return read


def _words(cell: Any) -> str:
    if isinstance(cell, bool):
        raise BadValue("is TRUE or FALSE, not text", "Write it as text")
    if isinstance(cell, (datetime, date, time, timedelta)):
        raise BadValue("is a date or time, not text", "Format the column as text and type it again")
    if isinstance(cell, float):
        if not cell.is_integer() or abs(cell) >= 1e15:
            raise BadValue("is a number that has lost digits", "Format the column as text")
        cell = int(cell)
    value = str("" if cell is None else cell)
    if not value.isascii():
        value = unicodedata.normalize("NFC", value)
    value = " ".join(value.split())
    if len(value) > 1 and value[0] == "'" and value[1] in _RUNS:
        # A spreadsheet's own mark for "this is text"; our own files carry it too.
        value = value[1:]
    if value.startswith("="):
        raise BadValue(
            "begins with '=', as a formula does", "Put the value in place of the formula"
        )
    if value.upper() in _EXCEL_ERRORS:
        raise BadValue(f"is Excel's error {value.upper()}", "Mend the formula and save its value")
    if _CONTROL.search(value):
        raise BadValue("has control characters", "Type the text again")
    return value


def reference(cell: Any) -> str:
    """Read an agency's own id.

    Parameters
    ----------
    cell
        The cell.

    Returns
    -------
    str
        The id, without spaces at its ends.

    Raises
    ------
    BadValue
        When it is no id, or a spreadsheet has shortened it.
    """
    value = text(64)(cell)
    if _SHORTENED.fullmatch(value):
        raise BadValue(
            "is a number that a spreadsheet has shortened", "Format the column as text and export"
        )
    return value


def day(cell: Any) -> date:
    """Read a day: ISO, US month/day/year, a month by name, or Excel's serial number.

    Parameters
    ----------
    cell
        The cell.

    Returns
    -------
    date
        The day, from 1900 to 2100.

    Raises
    ------
    DayFirst
        When it can only be day/month/year.
    BadValue
        When it is no date, or one that can be read in two ways.
    """
    value = _day(cell)
    if not 1900 <= value.year <= 2100:
        raise BadValue("is a date outside 1900 to 2100", "Correct the year")
    return value


def _day(cell: Any) -> date:
    if isinstance(cell, datetime):
        return cell.date()
    if isinstance(cell, date):
        return cell
    if isinstance(cell, (int, float)) and not isinstance(cell, bool):
        return _serial(float(cell))
    value = _words(cell)
    if found := _ISO.fullmatch(value):
        return _date(int(found[1]), int(found[2]), int(found[3]))
    if _COMPACT.fullmatch(value):
        return _date(int(value[:4]), int(value[4:6]), int(value[6:]))
    if found := _SLASHED.fullmatch(value):
        month, day_, year = int(found[1]), int(found[2]), int(found[3])
        if month > 12 >= day_:
            raise DayFirst(
                "has the day before the month",
                "Write dates as YYYY-MM-DD, so that no other one in the column is misread",
            )
        return _date(year, month, day_)
    if _SHORT_YEAR.fullmatch(value):
        raise BadValue("has a year of two digits", "Write the year with four digits")
    if _SERIAL.fullmatch(value):
        return _serial(float(value))
    plain = value.replace(",", " ").replace(".", " ")
    for form in _NAMED:
        try:
            return date(*strptime(" ".join(plain.split()), form)[:3])
        except ValueError:
            continue
    raise BadValue("is no date", "Write it as YYYY-MM-DD")


def _date(year: int, month: int, day_: int) -> date:
    try:
        return date(year, month, day_)
    except ValueError as error:
        raise BadValue("is no day of the calendar", "Correct the date") from error


def _serial(number: float) -> date:
    if not 20_000 <= number < 80_000:
        raise BadValue("is a number and no date", "Write it as YYYY-MM-DD")
    moment = from_excel(number)
    if not isinstance(moment, datetime):
        raise BadValue("is a number and no date", "Write it as YYYY-MM-DD")
    return moment.date()


def clock(cell: Any) -> str:
    """Read a time of day.

    Parameters
    ----------
    cell
        The cell: 17:30, 5:30 PM, 5pm, or Excel's fraction of a day.

    Returns
    -------
    str
        HH:MM.

    Raises
    ------
    BadValue
        When it is no time of day.
    """
    wrong = BadValue("is no time of day", "Write it as HH:MM, such as 17:30")
    if isinstance(cell, datetime):
        cell = cell.time()
    if isinstance(cell, time):
        return cell.strftime("%H:%M")
    if isinstance(cell, float) and 0 <= cell < 1:
        minutes = round(cell * 1440)
        return f"{minutes // 60 % 24:02d}:{minutes % 60:02d}"
    found = _TIME.fullmatch(_words(cell))
    if not found or (found[2] is None and found[3] is None):
        raise wrong
    hour, minute = int(found[1]), int(found[2] or 0)
    if found[3]:
        if not 1 <= hour <= 12:
            raise wrong
        hour = hour % 12 + (12 if found[3] in "pP" else 0)
    if hour > 23 or minute > 59:
        raise wrong
    return f"{hour:02d}:{minute:02d}"


def number(low: float, high: float) -> Callable[[Any], float]:
    """Make a reader of numbers.

    Parameters
    ----------
    low, high
        Bounds, both allowed.

    Returns
    -------
    callable
        From a cell to a finite number.
    """

    def read(cell: Any) -> float:
        wrong = BadValue(f"is no number from {low:g} to {high:g}", "Correct the number")
        try:
            value = float(cell) if isinstance(cell, (int, float)) else float(_words(cell))
        except ValueError as error:
            raise wrong from error
        # NaN fails both comparisons.
        if not low <= value <= high:
            raise wrong
        return value

    return read


def yes_no(cell: Any) -> bool:
    """Read whether something holds.

    Parameters
    ----------
    cell
        The cell: yes or no, y or n, true or false, 1 or 0.

    Returns
    -------
    bool
        Whether it does.

    Raises
    ------
    BadValue
        When it is neither yes nor no.
    """
    if isinstance(cell, bool):
        return cell
    value = plain(_words(cell))
    if value in ("yes", "y", "true", "1", "x"):
        return True
    if value in ("no", "n", "false", "0"):
        return False
    raise BadValue("is neither yes nor no", "Write yes or no")


def word_of(choices: Mapping[str, str], noun: str) -> Callable[[Any], str]:
    """Make a reader of one word out of a closed list, in any case.

    Parameters
    ----------
    choices
        Accepted spelling (lower case, single spaces) to the word that is stored.
    noun
        What it is, for messages.

    Returns
    -------
    callable
        From a cell to the stored word.
    """
    known = ", ".join(dict.fromkeys(choices.values()))

    def read(cell: Any) -> str:
        value = _words(cell)
        try:
            return choices[plain(value)]
        except KeyError as error:
            raise BadValue(f"is no {noun} that is known here", f"Use one of: {known}") from error

    return read


def plain(value: str) -> str:
    """Reduce a word to what matters when it is compared.

    Parameters
    ----------
    value
        Any text.

    Returns
    -------
    str
        Lower case; dashes, underscores and runs of spaces are one space.
    """
    return " ".join(re.sub(r"[-_\s]+", " ", value).casefold().split())


def zip_code(cell: Any) -> str:
    """Read a ZIP code.

    Parameters
    ----------
    cell
        The cell; a number that lost its leading zeros is refused.

    Returns
    -------
    str
        Five digits, or five and four.

    Raises
    ------
    BadValue
        When it is neither.
    """
    value = _words(cell)
    if not re.fullmatch(r"\d{5}(-?\d{4})?", value):
        raise BadValue("is no ZIP code of five digits", "Correct it, or leave it empty")
    return value


def safe_for_spreadsheets(value: Any) -> Any:
    """Make a cell that no spreadsheet program will run.

    Parameters
    ----------
    value
        A cell to be written.

    Returns
    -------
    object
        Text that begins as a formula gets an apostrophe before it; anything else as it is.
    """
    if isinstance(value, str) and value[:1] and value.lstrip(" ")[:1] in tuple(_RUNS):
        return "'" + value
    return value
