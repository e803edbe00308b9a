"""Hours on duty of an agency's files."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

from sqlalchemy.orm import Session

from geoteam.services.home_hours import DAYS, read_days
from geoteam.services.import_loader import Counts, Entry, Loader, Warn
from geoteam.services.import_mapping import ColumnMapping, Field
from geoteam.services.import_report import ImportReport
from geoteam.services.import_run import Choice, Progress, run
from geoteam.services.import_values import clock, day, plain, reference, text, word_of
from geoteam.services.workspace import Workspace
from geoteam.store import duty, staff
from geoteam.store.duty import Kind, Shift

_Person = tuple[Kind, str]
_OFF = "off"
_KINDS = {"officer": "officers", "cso": "officers", "police partner": "partners",
          "police": "partners", "partner": "partners", "officers": "officers",
          "police partners": "partners", "partners": "partners"}  # fmt: skip


def _days(cell: Any) -> list[int]:
    return [DAYS.index(one) for one in read_days(text(100)(cell).casefold().replace("–", "-"))]


def _begins(cell: Any) -> str:
    off = isinstance(cell, str) and plain(cell) in {_OFF, "off duty", "day off", "leave"}
    return _OFF if off else clock(cell)


class ShiftLoader(Loader):
    """Loads hours on duty: of every week, or of one day instead.

    The rows of a person with days of the week are the person's whole week from then on, and those
    with a date are all of that day; whoever is not in the file keeps the hours there were.
    """

    noun = "shifts"
    key = ""
    fields: Sequence[Field] = (
        Field("person", reference, ("person", "person id", "staff id", "officer id", "cso id",
                                    "police partner id", "partner id", "badge", "badge number",
                                    "id"), required=True),
        Field("kind", word_of(_KINDS, "kind of person"), ("kind", "role", "person type")),
        Field("days", _days, ("days", "day", "weekdays", "weekday", "day of week"), blank=()),
        Field("date", day, ("date", "shift date", "on"), blank=None),
        Field("begins", _begins, ("begins", "start", "starts", "from", "start time",
                                  "shift start"), required=True),
        Field("ends", clock, ("ends", "end", "to", "end time", "shift end", "until")),
    )  # fmt: skip

    def __init__(self) -> None:
        self._people: dict[Kind, frozenset[str]] = {}
        self._given: dict[_Person, dict[Shift, int]] = {}
        self._before: dict[_Person, set[Shift]] = {}

    def check(self, entry: Entry) -> None:
        """Check that a row says when, and from when to when.

        Parameters
        ----------
        entry
            The row.
        """
        values = entry.values
        weekly, on = bool(values.get("days")), values.get("date")
        if weekly == (on is not None):
            both = "has days of the week and a date" if weekly else "names no day"
            entry.blame(
                "days", both, "Fill in days for hours of every week, or a date for one day's"
            )
        elif values["begins"] == _OFF:
            if weekly:
                entry.blame(
                    "begins", "is off on a day of every week", "Leave that day out of the week"
                )
            elif values.get("ends"):
                entry.blame("ends", "has an end on a day off", "Leave it empty")
        elif not values.get("ends"):
            entry.blame("ends", "is empty", "Fill it in; after midnight is the next day")
        elif values["ends"] == values["begins"]:
            entry.blame(
                "ends", "is the beginning again",
                "Correct it; for a whole day write two rows, 00:00-12:00 and 12:00-00:00",
            )  # fmt: skip

    def prepare(self, session: Session, entries: Sequence[Entry]) -> None:
        """Blame rows of people who are not there, and hours that overlap.

        Parameters
        ----------
        session
            Open session.
        entries
            Rows without faults.
        """
        if not self._people:
            self._people = {
                "officers": frozenset(staff.officers(session).index),
                "partners": frozenset(staff.police_partners(session).index),
            }
        for entry in entries:
            person = self._person(entry)
            if person is None:
                continue
            given = self._given.setdefault(person, {})
            for one in _shifts(entry):
                row = next((row for other, row in given.items() if _overlap(one, other)), None)
                if row is None:
                    given[one] = entry.row
                else:
                    entry.blame("begins", f"overlaps row {row}", "Keep one of the two")
                    break

    def _person(self, entry: Entry) -> _Person | None:
        ref, said = entry.values["person"], entry.values.get("kind")
        found: list[Kind] = [
            kind for kind, refs in self._people.items() if ref in refs and said in ("", None, kind)
        ]
        if len(found) == 1:
            entry.values["whose"] = found[0]
            return found[0], ref
        if found:
            entry.blame(
                "person", "is the id of an officer and of a police partner",
                "Add a column kind with officer or police partner",
            )  # fmt: skip
        else:
            entry.blame(
                "person",
                "is not an officer or a police partner here",
                "Load officers and police partners first",
            )
        return None

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
        mapping, warn
            Not needed here.

        Returns
        -------
        Counts
            What became of the rows.
        """
        counts = Counts()
        rows: dict[_Person, list[Entry]] = {}
        for entry in entries:
            rows.setdefault((entry.values["whose"], entry.values["person"]), []).append(entry)
        for (kind, ref), own in rows.items():
            if (kind, ref) not in self._before:
                known = duty.shifts(session, kind, [ref])[ref]
                self._before[kind, ref] = set(known)
            counts.add(self._put(session, kind, ref, own))
        return counts

    def _put(self, session: Session, kind: Kind, ref: str, own: Sequence[Entry]) -> Counts:
        given = list(self._given[kind, ref])
        week = any(one.weekly for one in given)
        days = {one.day for one in given if isinstance(one.day, date)}
        there = self._before[kind, ref]
        before = {one for one in there if (week if one.weekly else one.day in days)}
        if before == set(given):
            return Counts(unchanged=len(own))
        duty.replace_shifts(session, kind, ref, given, week=week, days=days)
        new = sum(not set(_shifts(entry)) <= there for entry in own)
        # Where only hours were taken away, something changed all the same.
        changed = new if before else 0
        changed = changed or int(not new)
        return Counts(
            added=new if not before else 0,
            changed=changed,
            unchanged=len(own) - max(new, changed),
        )


def _shifts(entry: Entry) -> list[Shift]:
    values = entry.values
    off = values["begins"] == _OFF
    hours = ("", "") if off else (values["begins"], values["ends"])
    return [Shift(one, *hours) for one in (values.get("days") or [values["date"]])]


def _overlap(one: Shift, other: Shift) -> bool:
    """Whether two shifts that begin on the same day share a minute, or one says off duty."""
    if one.day != other.day:
        return False
    spans = [_minutes(each) for each in (one, other)]
    return max(spans[0][0], spans[1][0]) < min(spans[0][1], spans[1][1])


def _minutes(one: Shift) -> tuple[int, int]:
    if not one.begins:
        return 0, 2 * 1440
    begins, ends = (int(at[:2]) * 60 + int(at[3:]) for at in (one.begins, one.ends))
    return begins, ends + 1440 * (ends <= begins)


def import_shifts(
    workspace: Workspace,
    actor: str,
    path: Path,
    *,
    mapping: Choice = None,
    progress: Progress | None = None,
) -> ImportReport:
    """Load hours on duty of officers and police partners, all rows or none.

    Parameters
    ----------
    workspace
        The workspace.
    actor
        Who the audit log names.
    path
        CSV or XLSX.
    mapping
        Field to column; the rest is taken as saved or guessed.
    progress
        Told what is done and the share of the file that has been read.

    Returns
    -------
    ImportReport
        Counts and the mapping.

    Raises
    ------
    UnreadableFileError
        When the file is no table.
    ImportProblems
        When rows or columns have problems; nothing was loaded.
    """
    with workspace.transaction() as session:
        return run(
            workspace, session, actor, path, ShiftLoader(), mapping=mapping, partial=False,
            progress=progress,
        )  # fmt: skip
