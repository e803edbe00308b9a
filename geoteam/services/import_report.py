"""What an import did, and the problems it met."""

from __future__ import annotations

import csv
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from geoteam.errors import ImportProblems, RowProblem, WorkspaceError
from geoteam.services.import_mapping import ColumnMapping
from geoteam.services.import_values import safe_for_spreadsheets
from geoteam.services.wording import counted

# So many problems are kept with their words; the rest are counted.
MOST_LISTED = 1000
# What is imported by a command that takes --partial.
_IN_PARTS = ("clients", "contacts", "no contact pairs")


@dataclass(frozen=True)
class ImportReport:
    """What an import did.

    Attributes
    ----------
    noun
        What a row of the file is: ``clients``, ``contacts``, ``teams`` ...
    file
        Name of the file.
    form
        How the file was read.
    rows
        Rows read, without blank ones.
    added, changed, moved, unchanged
        Rows that were new; differed; brought another address; or were there as given.
    refused
        Rows with a problem (only with ``partial``).
    absent
        What is here and not in the file, where a file names all: it stays as it was.
    problems
        The problems of those rows; at most a thousand.
    warnings
        What was loaded and should be looked at; at most a thousand.
    problems_file
        Where the refused rows were written.
    mapping
        Which column was read as what.
    """

    noun: str
    file: str
    form: str
    rows: int
    added: int
    changed: int
    moved: int
    unchanged: int
    refused: int
    absent: int
    problems: tuple[RowProblem, ...]
    warnings: tuple[RowProblem, ...]
    problems_file: Path | None
    mapping: ColumnMapping

    @property
    def is_new(self) -> bool:
        """Whether anything in the database changed."""
        return bool(self.added or self.changed or self.moved)

    @property
    def sentence(self) -> str:
        """The outcome in a sentence or two."""
        if not self.absent:
            return self._outcome
        one = f"{self.noun.removesuffix('s')} that is here is not in the file, and stays"
        more = f"{self.noun} that are here are not in the file, and stay"
        return f"{self._outcome} {counted(self.absent, one, more)}."

    @property
    def _outcome(self) -> str:
        rows = counted(self.rows, self.noun.removesuffix("s"), self.noun)
        if not self.is_new and not self.refused:
            are = "is" if self.rows == 1 else "are"
            return f"Nothing changed: {rows} {are} there as the file says."
        parts = [
            f"{self.added:,} new",
            f"{self.changed:,} changed",
            f"{self.unchanged:,} as before",
        ]
        if self.moved:
            parts.insert(2, f"{self.moved:,} moved")
        text = f"{rows}: {', '.join(parts)}"
        if self.refused:
            text += f"; {self.refused:,} refused, written to {self.problems_file}"
        return text + "."

    def summary(self) -> dict[str, Any]:
        """Give the counts.

        Returns
        -------
        dict
            For the audit log and for ``--json``; no person's data.
        """
        names = ("rows", "added", "changed", "moved", "unchanged", "refused", "absent")
        return {name: getattr(self, name) for name in names} | {"warnings": len(self.warnings)}


class Problems:
    """Collects what is wrong with a file, in bounded memory.

    Parameters
    ----------
    path
        The file that is read.
    columns
        Its columns.
    keep_rows
        Whether refused rows are written to ``FILE.problems.csv``.
    noun
        What the file holds.
    """

    def __init__(self, path: Path, columns: Sequence[str], *, keep_rows: bool, noun: str) -> None:
        self.target = path.with_name(f"{path.stem}.problems.csv")
        self.refused = 0
        self.total = 0
        self.listed: list[RowProblem] = []
        self.warnings: list[RowProblem] = []
        self._columns = columns
        self._keep_rows = keep_rows
        self._noun = noun
        self._file: Any = None
        self._where = str(path)

    def refuse(self, cells: Sequence[Any], found: Sequence[RowProblem]) -> None:
        """Note a row that is not loaded.

        Parameters
        ----------
        cells
            The row as it stands in the file.
        found
            What is wrong with it.
        """
        self.refused += 1
        self.total += len(found)
        self.listed.extend(found[: max(0, MOST_LISTED - len(self.listed))])
        if self._keep_rows:
            self._write(cells, found)

    def warn(self, problem: RowProblem) -> None:
        """Note something that is loaded all the same.

        Parameters
        ----------
        problem
            What should be looked at.
        """
        if len(self.warnings) < MOST_LISTED:
            self.warnings.append(problem)

    def error(self) -> ImportProblems:
        """Make the error of an import that loads nothing.

        Returns
        -------
        ImportProblems
            With the problems listed, and how many there are in all.
        """
        more = ", or load the good ones with --partial" if self._noun in _IN_PARTS else ""
        return ImportProblems(
            self.listed,
            where=self._where,
            total=self.total,
            remedy=f"Nothing was loaded. Mend the rows listed{more or ' and import again'}.",
        )

    def _write(self, cells: Sequence[Any], found: Sequence[RowProblem]) -> None:
        try:
            if self._file is None:
                # People's data: for the owner's eyes only.
                handle = os.open(self._draft, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600)
                self._file = os.fdopen(handle, "w", encoding="utf-8-sig", newline="")
                self._put([*self._columns, "Problem", "Remedy"])
            row = [*cells, *[""] * (len(self._columns) - len(cells))][: len(self._columns)]
            what = "; ".join(f"{p.column} {p.message}" for p in found)
            how = "; ".join(dict.fromkeys(p.remedy for p in found))
            self._put([*row, what, how])
        except OSError as error:
            raise WorkspaceError(
                "the refused rows cannot be written",
                where=str(self.target),
                remedy="Make room in that folder, or the right to write there; nothing was loaded",
            ) from error

    def _put(self, cells: Sequence[Any]) -> None:
        csv.writer(self._file).writerow([safe_for_spreadsheets(cell) for cell in cells])

    @property
    def _draft(self) -> Path:
        return self.target.with_name(f"{self.target.name}.{os.getpid()}.tmp")

    def finish(self) -> Path | None:
        """Put the refused rows in their place.

        Returns
        -------
        Path or None
            The file; None when no row was refused.
        """
        if self._file is None:
            return None
        self._file.close()
        self._file = None
        self._draft.replace(self.target)
        return self.target

    def discard(self) -> None:
        """Drop the refused rows of an import that failed."""
        if self._file is not None:
            self._file.close()
            self._file = None
            self._draft.unlink(missing_ok=True)
