"""What differs from noun to noun when a file is loaded, and what is known of its rows."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy.orm import Session

from geoteam.services.import_mapping import ColumnMapping, Field
from geoteam.store.bulk import Upsert


@dataclass
class Counts:
    """Rows of a chunk by what became of them."""

    added: int = 0
    changed: int = 0
    moved: int = 0
    unchanged: int = 0

    def add(self, other: Counts) -> None:
        """Add the counts of another chunk.

        Parameters
        ----------
        other
            The other counts.
        """
        self.added += other.added
        self.changed += other.changed
        self.moved += other.moved
        self.unchanged += other.unchanged


def counts_of(saved: Upsert) -> Counts:
    """Tell what became of rows.

    Parameters
    ----------
    saved
        What the store did.

    Returns
    -------
    Counts
        The same as counts.
    """
    return Counts(added=saved.added, changed=saved.changed, unchanged=saved.unchanged)


@dataclass
class Entry:
    """One row that has been read.

    Attributes
    ----------
    row
        Row number as a spreadsheet shows it.
    cells
        The row as it stands in the file.
    values
        Field to value.
    """

    row: int
    cells: list[Any]
    values: dict[str, Any]
    faults: list[tuple[str, str, str]] = field(default_factory=list)

    def blame(self, name: str, message: str, remedy: str) -> None:
        """Say what is wrong with a field of the row; it will not be loaded.

        Parameters
        ----------
        name
            The field.
        message
            What is wrong, as the rest of a sentence that begins with the column.
        remedy
            What to do about it.
        """
        self.faults.append((name, message, remedy))


# Told of a row that is loaded all the same: the field, the message and the remedy of `Entry.blame`.
Warn = Callable[[Entry, str, str, str], None]


class Loader(ABC):
    """What differs from noun to noun.

    Attributes
    ----------
    noun
        What a row is, in the plural.
    key
        Field that is unique in a file; '' when rows have no id.
    fields
        What a file may hold.
    """

    noun: str
    key: str
    fields: Sequence[Field]

    def absent(self, session: Session) -> int:
        """Count what is here and was in no row: it stays as it was; 0 where nobody expects all.

        Parameters
        ----------
        session
            Open session, once every row is saved.

        Returns
        -------
        int
            How many.
        """
        return 0

    def check(self, entry: Entry) -> None:
        """Check the fields of a row, and blame what is wrong; by default nothing is.

        Parameters
        ----------
        entry
            The row.
        """
        return

    def prepare(self, session: Session, entries: Sequence[Entry]) -> None:
        """Check rows against the database, and blame what is wrong; by default nothing is.

        Parameters
        ----------
        session
            Open session.
        entries
            Rows without faults.
        """
        return

    @abstractmethod
    def save(
        self, session: Session, entries: Sequence[Entry], mapping: ColumnMapping, warn: Warn
    ) -> Counts:
        """Save rows without faults.

        Parameters
        ----------
        session
            Open session.
        entries
            The rows.
        mapping
            Which fields the file has.
        warn
            Told of what is doubtful and loaded all the same.

        Returns
        -------
        Counts
            What became of the rows.
        """
