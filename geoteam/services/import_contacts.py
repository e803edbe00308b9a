"""Contacts of an agency's file: who was seen, when, how, and what came of it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, timedelta

from sqlalchemy.orm import Session

from geoteam.services.import_mapping import ColumnMapping, Field
from geoteam.services.import_run import Counts, Entry
from geoteam.services.import_values import day, reference, word_of
from geoteam.store import clients, contacts, staff

_KINDS = {
    **dict.fromkeys(("office", "office visit", "in office"), "office"),
    **dict.fromkeys(("field", "field visit", "home", "home visit"), "field"),
    **dict.fromkeys(("phone", "telephone", "call", "phone call", "video"), "phone"),
}
_OUTCOMES = {
    **dict.fromkeys(("made", "completed", "successful", "kept"), "made"),
    **dict.fromkeys(("not home", "no answer", "nobody home", "missed"), "not_home"),
    "refused": "refused",
    **dict.fromkeys(("moved", "moved away", "no longer lives there"), "moved"),
}


class ContactLoader:
    """Loads contacts; one with the same client, day, kind and outcome is there already.

    Parameters
    ----------
    today
        The day that is today in the city.
    """

    noun = "contacts"
    key = ""
    fields: Sequence[Field] = (
        Field("client", reference, ("client id", "client ref", "client number", "case no",
                                    "case id", "case number", "client"),
              required=True),
        Field("on", day, ("date", "contact date", "visit date", "day", "on"), required=True),
        Field("kind", word_of(_KINDS, "kind of contact"),
              ("kind", "contact type", "type", "contact kind"), required=True),
        Field("outcome", word_of(_OUTCOMES, "outcome"), ("outcome", "result", "contact outcome"),
              required=True),
        Field("officer", reference, ("officer id", "officer ref", "cso id", "officer")),
    )  # fmt: skip

    def __init__(self, today: date) -> None:
        self._today = today
        self._officers: set[str] | None = None

    def check(self, entry: Entry) -> None:
        """Check a row by itself.

        Parameters
        ----------
        entry
            The row.
        """
        if entry.values["on"] > self._today + timedelta(days=1):
            entry.blame("on", "is in the future", "Correct the date")

    def prepare(self, session: Session, entries: Sequence[Entry]) -> None:
        """Blame rows whose client is not there.

        Parameters
        ----------
        session
            Open session.
        entries
            Rows without faults.
        """
        known = clients.refs_to_ids(session, {entry.values["client"] for entry in entries})
        for entry in entries:
            if entry.values["client"] not in known:
                entry.blame("client", "is no client here", "Load the client first")

    def save(
        self,
        session: Session,
        entries: Sequence[Entry],
        mapping: ColumnMapping,
        warn: Callable[[Entry, str, str, str], None],
    ) -> Counts:
        """Save rows without faults.

        Parameters
        ----------
        session
            Open session.
        entries
            The rows.
        mapping
            Which fields the file has; not needed here.
        warn
            Told of officers who are not there.

        Returns
        -------
        Counts
            What became of the rows.
        """
        if self._officers is None:
            self._officers = set(staff.officers(session, active_only=False).index)
        rows = []
        for entry in entries:
            officer = entry.values.get("officer", "")
            if officer and officer not in self._officers:
                warn(entry, "officer", "is no officer here", "Load the officer, or correct the id")
            rows.append(
                {
                    "client_ref": entry.values["client"],
                    "on": entry.values["on"],
                    "kind": entry.values["kind"],
                    "outcome": entry.values["outcome"],
                    "officer_ref": officer,
                }
            )
        saved = contacts.save(session, rows)
        return Counts(added=saved.added, unchanged=saved.unchanged)
