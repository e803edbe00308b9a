"""Which column of an agency's file holds what: guessed from its name, shown, and saved."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from rapidfuzz import fuzz

from geoteam.errors import ImportProblems, InputError, RowProblem

# Below this a name is another word, not a misspelling (0 to 100).
_SIMILAR = 86.0


@dataclass(frozen=True)
class Field:
    """One thing that a file may hold.

    Attributes
    ----------
    name
        geoteam's name.
    read
        From a cell to a value; raises ``BadValue``.
    names
        Column names that agencies use for it, most certain first, in lower case.
    required
        Whether a file without such a column, or a row with a blank there, is refused.
    private
        Whether the value would reveal a person, so that messages must not show it.
    blank
        Value of a blank cell where the field is not required.
    may_be_blank
        Whether a required column may have blank cells.
    """

    name: str
    read: Callable[[Any], Any]
    names: tuple[str, ...]
    required: bool = False
    private: bool = False
    blank: Any = ""
    may_be_blank: bool = False


@dataclass(frozen=True)
class ColumnMapping:
    """Which column holds which field.

    Attributes
    ----------
    noun
        What a row of the file is.
    columns
        Field to column, as written in the file.
    how
        Field to how it was found: ``name``, ``similar name``, ``saved`` or ``given``.
    unused
        Columns that hold nothing that is loaded.
    """

    noun: str
    columns: Mapping[str, str]
    how: Mapping[str, str] = field(default_factory=dict)
    unused: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        object.__setattr__(self, "columns", MappingProxyType(dict(self.columns)))
        object.__setattr__(self, "how", MappingProxyType(dict(self.how)))

    def lines(self) -> list[str]:
        """Describe the mapping.

        Returns
        -------
        list of str
            One line a column.
        """
        found = [
            f"{column!r} is read as {name} ({self.how.get(name, 'given')})"
            for name, column in self.columns.items()
        ]
        return found + [f"{column!r} is not used" for column in self.unused]


def guess(columns: Sequence[str], noun: str, fields: Sequence[Field]) -> ColumnMapping:
    """Guess the mapping of a file from its column names.

    Parameters
    ----------
    columns
        Names in the file.
    noun
        What a row is.
    fields
        What is sought.

    Returns
    -------
    ColumnMapping
        A column is used once; a field without a fitting column is left out.
    """
    left = {column: _plain(column) for column in columns if column}
    chosen: dict[str, str] = {}
    how: dict[str, str] = {}
    for one in fields:
        for name in one.names:
            column = next((c for c, plain in left.items() if plain == name), None)
            if column is not None:
                chosen[one.name], how[one.name] = column, "name"
                del left[column]
                break
    similar = sorted(
        (
            (max(fuzz.ratio(plain, name) for name in one.names), one.name, column)
            for one in fields
            if one.name not in chosen
            for column, plain in left.items()
        ),
        key=lambda found: (-found[0], found[1], found[2]),
    )
    for score, name, column in similar:
        if score >= _SIMILAR and name not in chosen and column in left:
            chosen[name], how[name] = column, "similar name"
            del left[column]
    ordered = {one.name: chosen[one.name] for one in fields if one.name in chosen}
    return ColumnMapping(noun, ordered, how, tuple(left))


def settle(
    columns: Sequence[str],
    noun: str,
    fields: Sequence[Field],
    *,
    given: ColumnMapping | Mapping[str, str] | None,
    saved: Mapping[str, str] | None,
    where: str,
) -> ColumnMapping:
    """Choose the mapping of a file: as given, else as saved, else guessed; and check it.

    Parameters
    ----------
    columns
        Names in the file.
    noun
        What a row is.
    fields
        What may be there.
    given
        The caller's choice, field to column.
    saved
        The mapping of an earlier file, used when the file has all its columns.
    where
        Name of the file, for messages.

    Returns
    -------
    ColumnMapping
        A mapping whose columns are all there, each once.

    Raises
    ------
    ImportProblems
        When required columns are missing.
    InputError
        When the mapping names a column or field that does not exist, or a name that stands twice.
    """
    if given is not None:
        chosen = dict(given.columns if isinstance(given, ColumnMapping) else given)
        mapping = _explicit(columns, noun, fields, chosen, "given", where)
    elif saved and set(saved.values()) <= set(columns) and _complete(saved, fields):
        mapping = _explicit(columns, noun, fields, dict(saved), "saved", where)
    else:
        mapping = guess(columns, noun, fields)
    missing = [f for f in fields if f.required and f.name not in mapping.columns]
    if missing:
        raise ImportProblems(
            [
                RowProblem(
                    row=1,
                    column=f.names[0],
                    value="",
                    message=f"no column holds the {f.names[0]}",
                    remedy=f"Add it, or say which one it is; the file has: {', '.join(columns)}",
                )
                for f in missing
            ],
            where=where,
        )
    used = list(mapping.columns.values())
    for column in used:
        if list(columns).count(column) > 1:
            raise InputError(
                f"the column {column!r} stands twice", where=where, remedy="Rename one of them"
            )
    return mapping


def _complete(saved: Mapping[str, str], fields: Sequence[Field]) -> bool:
    names = {one.name for one in fields}
    return set(saved) <= names and all(f.name in saved for f in fields if f.required)


def _explicit(
    columns: Sequence[str],
    noun: str,
    fields: Sequence[Field],
    chosen: dict[str, str],
    how: str,
    where: str,
) -> ColumnMapping:
    names = {one.name for one in fields}
    for name, column in chosen.items():
        if name not in names:
            raise InputError(
                f"{name!r} is nothing that {noun} have",
                where=where,
                remedy=f"Choose among: {', '.join(sorted(names))}",
            )
        if column not in columns:
            raise InputError(
                f"there is no column {column!r}",
                where=where,
                remedy=f"The file has: {', '.join(columns)}",
            )
    unused = tuple(c for c in columns if c and c not in chosen.values())
    return ColumnMapping(noun, chosen, dict.fromkeys(chosen, how), unused)


def _plain(name: str) -> str:
    # "ClientID" and "client_id" are both "client id".
    parted = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name)
    return " ".join(re.sub(r"[^0-9a-z]+", " ", parted.casefold()).split())
