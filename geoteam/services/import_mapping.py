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
# From here on a column is worth proposing to a person (0 to 100).
_LIKELY = 60.0
# What is imported by a command that takes --column.
_WITH_OPTION = ("clients", "contacts", "no contact pairs", "shifts", "cars")


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
    halves
        Names of two columns that together hold it, the first half and the second; where there are
        any, it may be given as two columns too: ``Given Name+Surname``.
    """

    name: str
    read: Callable[[Any], Any]
    names: tuple[str, ...]
    required: bool = False
    private: bool = False
    blank: Any = ""
    may_be_blank: bool = False
    halves: tuple[tuple[str, ...], tuple[str, ...]] = ((), ())

    @property
    def joins(self) -> bool:
        """Whether two columns may hold it together."""
        return bool(self.halves[0])


@dataclass(frozen=True)
class ColumnMapping:
    """Which column holds which field.

    Attributes
    ----------
    noun
        What a row of the file is.
    columns
        Field to column, as written in the file; two columns are joined by ``+``.
    how
        Field to how it was found: ``name``, ``two columns``, ``similar name``, ``saved`` or
        ``given``.
    unused
        Columns that hold nothing that is loaded.
    missing
        Fields that no column holds, to whether they are required.
    """

    noun: str
    columns: Mapping[str, str]
    how: Mapping[str, str] = field(default_factory=dict)
    unused: tuple[str, ...] = ()
    missing: Mapping[str, bool] = field(default_factory=dict)

    def __post_init__(self) -> None:
        object.__setattr__(self, "columns", MappingProxyType(dict(self.columns)))
        object.__setattr__(self, "how", MappingProxyType(dict(self.how)))
        object.__setattr__(self, "missing", MappingProxyType(dict(self.missing)))

    def lines(self) -> list[str]:
        """Describe the mapping.

        Returns
        -------
        list of str
            What was recognised, what is missing, and what is not used.
        """
        found = [
            f"  {name} = {column} ({self.how.get(name, 'given')})"
            for name, column in self.columns.items()
        ]
        lacking = [
            f"  {name}{' (required)' if required else ''}"
            for name, required in sorted(self.missing.items(), key=lambda one: not one[1])
        ]
        parts = {
            "Recognised:": found,
            "Still missing:": lacking,
            "Columns not used:": [f"  {column}" for column in self.unused],
        }
        return [line for head, lines in parts.items() for line in (head, *(lines or ["  none"]))]


def parts(column: str, columns: Sequence[str]) -> tuple[str, ...]:
    """Take a column of a mapping apart.

    Parameters
    ----------
    column
        One column, or two joined by ``+``.
    columns
        Names in the file.

    Returns
    -------
    tuple of str
        The columns of the file; none when one of them is not there.
    """
    if column in columns:
        return (column,)
    found = tuple(part.strip() for part in column.split("+"))
    return found if len(found) == 2 and set(found) <= set(columns) else ()


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
        # geoteam's own name comes last: agencies use some of them for something else.
        for name in (*one.names, one.name):
            column = next((c for c in left if _bare(c) == _bare(name)), None)
            if column is not None:
                chosen[one.name], how[one.name] = column, "name"
                del left[column]
                break
        else:
            halves = [
                next((c for c in left if _bare(c) in map(_bare, names)), "") for names in one.halves
            ]
            if all(halves):
                chosen[one.name], how[one.name] = "+".join(halves), "two columns"
                for column in halves:
                    del left[column]
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
    return _mapping(columns, noun, fields, chosen, how)


def choose(
    columns: Sequence[str],
    noun: str,
    fields: Sequence[Field],
    *,
    given: ColumnMapping | Mapping[str, str] | None,
    saved: Mapping[str, str] | None,
    where: str,
) -> ColumnMapping:
    """Choose the mapping of a file: as given, the rest as saved, else guessed.

    Parameters
    ----------
    columns
        Names in the file.
    noun
        What a row of the file is.
    fields
        What may be there.
    given
        The caller's choice, field to column; a whole mapping is taken as it is.
    saved
        The mapping of an earlier file, used when the file has all its columns.
    where
        Name of the file, for messages.

    Returns
    -------
    ColumnMapping
        A mapping whose columns are all there; required fields may be missing.

    Raises
    ------
    InputError
        When the mapping names a column or field that does not exist, or a name that stands twice.
    """
    chosen = dict(given.columns if isinstance(given, ColumnMapping) else given or {})
    _check(columns, noun, fields, chosen, where)
    how = dict.fromkeys(chosen, "given")
    if not isinstance(given, ColumnMapping):
        taken = {part for column in chosen.values() for part in parts(column, columns)}
        if saved and _fits(saved, columns, fields):
            for name, column in saved.items():
                if name not in chosen and not taken & set(parts(column, columns)):
                    chosen[name], how[name] = column, "saved"
            taken |= {part for column in chosen.values() for part in parts(column, columns)}
        # Also what the earlier file did not have.
        left = [column for column in columns if column not in taken]
        guessed = guess(left, noun, [one for one in fields if one.name not in chosen])
        chosen |= guessed.columns
        how |= guessed.how
    mapping = _mapping(columns, noun, fields, chosen, how)
    for column in mapping.columns.values():
        for part in parts(column, columns):
            if list(columns).count(part) > 1:
                raise InputError(
                    f"the column {part!r} stands twice", where=where, remedy="Rename one of them"
                )
    return mapping


def settle(
    columns: Sequence[str],
    noun: str,
    fields: Sequence[Field],
    *,
    given: ColumnMapping | Mapping[str, str] | None,
    saved: Mapping[str, str] | None,
    where: str,
) -> ColumnMapping:
    """Choose the mapping of a file that is going to be loaded, as `choose` does; and check it.

    Parameters
    ----------
    columns, noun, fields, given, saved, where
        As in `choose`.

    Returns
    -------
    ColumnMapping
        A mapping that has every required field.

    Raises
    ------
    ImportProblems
        When required columns are missing; each problem says what to type.
    InputError
        As in `choose`.
    """
    mapping = choose(columns, noun, fields, given=given, saved=saved, where=where)
    missing = [f for f in fields if mapping.missing.get(f.name)]
    if missing:
        problems = [
            RowProblem(
                row=1,
                column=f.names[0],
                value="",
                message=f"no column holds the {f.names[0]}",
                remedy=_remedy(f, mapping),
            )
            for f in missing
        ]
        raise ImportProblems(
            problems, where=where, remedy="Nothing was loaded. " + problems[0].remedy
        )
    return mapping


def _remedy(one: Field, mapping: ColumnMapping) -> str:
    unused = ", ".join(mapping.unused) or "none"
    if mapping.noun not in _WITH_OPTION:
        return f"Call a column {one.names[0]!r}; columns not used: {unused}"
    likely = sorted(
        (-max(fuzz.ratio(_plain(column), name) for name in one.names), column)
        for column in mapping.unused
    )
    if likely and -likely[0][0] >= _LIKELY:
        said = f'If it is there, type --column {one.name}="{likely[0][1]}"'
    elif one.joins:
        said = f'Type --column {one.name}="COLUMN" or --column {one.name}="COLUMN+COLUMN"'
    else:
        said = f'Type --column {one.name}="COLUMN"'
    return f"{said}; columns not used: {unused}"


def _mapping(
    columns: Sequence[str],
    noun: str,
    fields: Sequence[Field],
    chosen: Mapping[str, str],
    how: Mapping[str, str],
) -> ColumnMapping:
    taken = {part for column in chosen.values() for part in parts(column, columns)}
    return ColumnMapping(
        noun,
        {one.name: chosen[one.name] for one in fields if one.name in chosen},
        how,
        tuple(column for column in columns if column and column not in taken),
        {one.name: one.required for one in fields if one.name not in chosen},
    )


def _fits(saved: Mapping[str, str], columns: Sequence[str], fields: Sequence[Field]) -> bool:
    names = {one.name for one in fields}
    return (
        all(parts(column, columns) for column in saved.values())
        and set(saved) <= names
        and all(f.name in saved for f in fields if f.required)
    )


def _check(
    columns: Sequence[str],
    noun: str,
    fields: Sequence[Field],
    chosen: Mapping[str, str],
    where: str,
) -> None:
    known = {one.name: one for one in fields}
    for name, column in chosen.items():
        if name not in known:
            raise InputError(
                f"{name!r} is nothing that {noun} have",
                where=where,
                remedy=f"Choose among: {', '.join(known)}",
            )
        found = parts(column, columns)
        if not found:
            raise InputError(
                f"there is no column {column!r}",
                where=where,
                remedy=f"The file has: {', '.join(columns)}",
            )
        if len(found) > 1 and not known[name].joins:
            raise InputError(
                f"{name} is held by one column, not by two",
                where=where,
                remedy=f"The file has: {', '.join(columns)}",
            )


def _bare(name: str) -> str:
    # "Client-ID", "client_id" and "CLIENTID" are all "clientid".
    return _plain(name).replace(" ", "")


def _plain(name: str) -> str:
    # "ClientID" and "client_id" are both "client id".
    parted = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name)
    return " ".join(re.sub(r"[^0-9a-z]+", " ", parted.casefold()).split())
