"""Contacts of an agency's file: who was seen, when, how, and what came of it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

from sqlalchemy.orm import Session

from geoteam.services.import_known import blame_unknown_clients, warn_of_unknown_officers
from geoteam.services.import_loader import Counts, Entry, Loader, Warn, counts_of
from geoteam.services.import_mapping import ColumnMapping, Field
from geoteam.services.import_values import day, reference, word_of
from geoteam.store import contacts, staff

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


class ContactLoader(Loader):
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
        blame_unknown_clients(session, entries, ("client",))

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
        warn_of_unknown_officers(entries, self._officers, warn)
        rows = [
            {
                "client_ref": entry.values["client"],
                "on": entry.values["on"],
                "kind": entry.values["kind"],
                "outcome": entry.values["outcome"],
                "officer_ref": entry.values.get("officer", ""),
            }
            for entry in entries
        ]
        return counts_of(contacts.save(session, rows))
