"""Loading one file inside one transaction: survey, read, check, save in chunks, report."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from sqlalchemy.orm import Session

from geoteam.errors import ImportProblems, InputError, RowProblem
from geoteam.services.import_files import TableFile, open_table
from geoteam.services.import_loader import Counts, Entry, Loader, Warn
from geoteam.services.import_mapping import ColumnMapping, parts, settle
from geoteam.services.import_report import ImportReport, Problems
from geoteam.services.import_seen import Seen
from geoteam.services.import_values import BadValue, DayFirst, is_blank
from geoteam.services.wording import counted
from geoteam.services.workspace import Workspace
from geoteam.store import audit, imports, settings

# Rows that are held in memory at a time.
CHUNK = 5000
Progress = Callable[[str, float | None], None]
Choice = ColumnMapping | Mapping[str, str] | None


def open_with_mapping(
    session: Session, path: Path, loader: Loader, choice: Choice
) -> tuple[TableFile, ColumnMapping]:
    """Open a file and settle which column is what.

    Parameters
    ----------
    session
        Open session.
    path
        The file.
    loader
        What is loaded.
    choice
        The caller's mapping; what it leaves out is taken as saved or guessed.

    Returns
    -------
    tuple of TableFile and ColumnMapping
        The file and its mapping.

    Raises
    ------
    UnreadableFileError
        When the file is no table.
    ImportProblems
        When required columns are missing.
    """
    table = open_table(path)
    mapping = settle(
        table.columns,
        loader.noun,
        loader.fields,
        given=choice,
        saved=settings.get(session, setting_of(loader.noun)),
        where=str(path),
    )
    return table, mapping


def setting_of(noun: str) -> str:
    """Return the setting in which the mapping of a noun is saved.

    Parameters
    ----------
    noun
        What a row is.

    Returns
    -------
    str
        Key of the setting.
    """
    return f"mapping.{noun}"


def run(
    workspace: Workspace,
    session: Session,
    actor: str,
    path: Path,
    loader: Loader,
    *,
    mapping: Choice,
    partial: bool,
    progress: Progress | None,
) -> ImportReport:
    """Load one file; the caller's transaction decides that it stays.

    Parameters
    ----------
    workspace
        The workspace.
    session
        Open session of a writing transaction.
    actor
        Who the audit log names.
    path
        The file.
    loader
        What is loaded.
    mapping
        The caller's mapping; what it leaves out is taken as saved or guessed.
    partial
        Load the good rows and write the bad ones to ``FILE.problems.csv``.
    progress
        Told the share of the file that has been read.

    Returns
    -------
    ImportReport
        What was done.

    Raises
    ------
    InputError
        When the file cannot be used, or has no rows.
    ImportProblems
        When a row has a problem and ``partial`` is not set; nothing may be committed then.
    """
    table, chosen = open_with_mapping(session, path, loader, mapping)
    reader = _Reader(table, chosen, loader)
    problems = Problems(path, table.columns, keep_rows=partial, noun=loader.noun)
    counts, rows = Counts(), 0
    try:
        if partial:
            reader.survey()
        for entries, share in reader.chunks():
            rows += len(entries)
            good = reader.judge(session, entries, problems)
            if good and (partial or not problems.total):
                counts.add(loader.save(session, good, chosen, reader.warner(problems)))
            if progress is not None:
                progress(f"loading {loader.noun}", share)
        if not rows:
            raise InputError(
                "the file has column names and no rows", where=str(path), remedy="Export it again"
            )
        if problems.total and not partial:
            raise problems.error()
        report = ImportReport(
            noun=loader.noun,
            file=path.name,
            form=table.form,
            rows=rows,
            added=counts.added,
            changed=counts.changed,
            moved=counts.moved,
            unchanged=counts.unchanged,
            refused=problems.refused,
            absent=loader.absent(session),
            problems=tuple(problems.listed),
            warnings=tuple(problems.warnings),
            problems_file=problems.finish(),
            mapping=chosen,
        )
    finally:
        problems.discard()
    _record(workspace, session, actor, table, report)
    return report


def _record(
    workspace: Workspace, session: Session, actor: str, table: TableFile, report: ImportReport
) -> None:
    at = workspace.now()
    settings.put(session, setting_of(report.noun), dict(report.mapping.columns), at)
    if report.is_new:
        imports.record(
            session,
            noun=report.noun,
            digest=table.digest,
            summary=report.summary(),
            by=actor,
            at=at,
        )
    audit.append(
        session,
        at=at,
        actor=actor,
        action=f"{report.noun.replace(' ', '_')}.import",
        object_kind="file",
        object_ref=table.digest,
        detail=report.summary(),
    )


class _Reader:
    """Turns rows into entries and tells the good from the bad."""

    def __init__(self, table: TableFile, mapping: ColumnMapping, loader: Loader) -> None:
        self._table = table
        self._mapping = mapping
        self._loader = loader
        self._fields = {one.name: one for one in loader.fields}
        places = {column: i for i, column in reversed(list(enumerate(table.columns)))}
        self._places = {
            name: [places[part] for part in parts(column, table.columns)]
            for name, column in mapping.columns.items()
        }
        self._seen = Seen()
        # Rows whose id stands more than once, where a survey has found them all.
        self._twice: dict[int, int] = {}
        self._surveyed = False

    def chunks(self) -> Iterator[tuple[list[Entry], float]]:
        entries: list[Entry] = []
        share = 0.0
        for row, cells, share in self._table.rows():
            entries.append(Entry(row, cells, {}))
            if len(entries) == CHUNK:
                yield entries, share
                entries = []
        if entries:
            yield entries, share

    def survey(self) -> None:
        """Read the file once beforehand: loading a part of it must not load a misreading.

        A date that can only be day/month makes the others of its column doubtful, and of two rows
        with one id neither may be loaded.
        """
        seen = Seen()
        first: dict[int, int] = {}
        for entries, _ in self.chunks():
            for entry in entries:
                self._read(entry)
                for name, message, remedy in entry.faults:
                    if message == _DAY_FIRST:
                        problem = self._problem(entry, name, message, remedy)
                        raise ImportProblems([problem], where=str(self._table.path))
            first |= self._repeated(seen, entries)
        self._twice = first | {row: again for again, row in first.items()}
        self._surveyed = True

    def _repeated(self, seen: Seen, entries: Sequence[Entry]) -> dict[int, int]:
        key = self._loader.key
        keyed = [e for e in entries if key and e.values.get(key)]
        return seen.add([e.values[key] for e in keyed], [e.row for e in keyed])

    def judge(self, session: Session, entries: Sequence[Entry], problems: Problems) -> list[Entry]:
        """Read and check a chunk; note the bad rows and return the good ones."""
        for entry in entries:
            self._read(entry)
        twice = self._twice if self._surveyed else self._repeated(self._seen, entries)
        for entry in entries:
            if entry.row in twice:
                entry.blame(
                    self._loader.key,
                    f"stands in row {twice[entry.row]} too",
                    "Keep one row of the two",
                )
            elif not entry.faults:
                self._loader.check(entry)
        self._loader.prepare(session, [entry for entry in entries if not entry.faults])
        for entry in entries:
            if entry.faults:
                found = [self._problem(entry, *fault) for fault in entry.faults]
                problems.refuse(entry.cells, found)
        return [entry for entry in entries if not entry.faults]

    def _read(self, entry: Entry) -> None:
        if len(entry.cells) > len(self._table.columns):
            entry.blame(
                "",
                f"has {counted(len(entry.cells), 'cell')} where the header has "
                f"{len(self._table.columns)}",
                "Put text that holds the separator in quotation marks",
            )
            return
        for name in self._places:
            one = self._fields[name]
            cells = [cell for cell in self._cells(entry, name) if not is_blank(cell)]
            if not cells:
                entry.values[name] = one.blank
                if one.required and not one.may_be_blank:
                    entry.blame(name, "is empty", "Fill it in")
                continue
            try:
                values = [one.read(cell) for cell in cells]
                entry.values[name] = values[0] if len(values) == 1 else one.read(" ".join(values))
            except DayFirst as bad:
                entry.blame(name, _DAY_FIRST, bad.remedy)
            except BadValue as bad:
                entry.blame(name, bad.message, bad.remedy)

    def _cells(self, entry: Entry, name: str) -> list[Any]:
        row = entry.cells
        return [row[place] if place < len(row) else None for place in self._places[name]]

    def _problem(self, entry: Entry, name: str, message: str, remedy: str) -> RowProblem:
        value = ""
        if name in self._places and not self._fields[name].private:
            cells = [cell for cell in self._cells(entry, name) if cell is not None]
            value = " ".join(map(str, cells))[:40]
        column = self._mapping.columns.get(name, name or "row")
        return RowProblem(entry.row, column, value, message, remedy)

    def warner(self, problems: Problems) -> Warn:
        def warn(entry: Entry, name: str, message: str, remedy: str) -> None:
            problems.warn(self._problem(entry, name, message, remedy))

        return warn


_DAY_FIRST = "has the day before the month"
