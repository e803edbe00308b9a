"""Pairs of clients of an agency's file who must not meet."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from geoteam.services.import_known import blame_unknown_clients
from geoteam.services.import_loader import Counts, Entry, Loader, Warn, counts_of
from geoteam.services.import_mapping import ColumnMapping, Field
from geoteam.services.import_values import reference, text
from geoteam.store import visit_limits


class NoContactLoader(Loader):
    """Loads pairs; one that is there already gets the file's reason.

    Parameters
    ----------
    by, at
        Who loads, and when.
    """

    noun = "no contact pairs"
    key = ""
    fields: Sequence[Field] = (
        Field("client", reference, ("client id", "client ref", "client number", "client", "case no",
                                    "first client id", "client id 1"), required=True),
        Field("other", reference, ("other client id", "other client", "other id", "no contact with",
                                   "second client id", "client id 2", "keep away from"),
              required=True),
        Field("why", text(500), ("why", "reason", "grounds", "order"), required=True, private=True),
    )  # fmt: skip

    def __init__(self, by: str, at: datetime) -> None:
        self._by, self._at = by, at
        self._rows: dict[frozenset[str], int] = {}

    def check(self, entry: Entry) -> None:
        """Check a row by itself and against the rows before it.

        Parameters
        ----------
        entry
            The row.
        """
        pair = frozenset((entry.values["client"], entry.values["other"]))
        if len(pair) == 1:
            entry.blame("other", "is the same client", "Give the id of another client")
        elif (row := self._rows.setdefault(pair, entry.row)) != entry.row:
            entry.blame("other", f"stands with this client in row {row} too", "Keep one of the two")

    def prepare(self, session: Session, entries: Sequence[Entry]) -> None:
        """Blame rows with a client who is not there.

        Parameters
        ----------
        session
            Open session.
        entries
            Rows without faults.
        """
        blame_unknown_clients(session, entries, ("client", "other"))

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
        rows = [(e.values["client"], e.values["other"], e.values["why"]) for e in entries]
        saved = visit_limits.save_no_contact(session, rows, by=self._by, at=self._at)
        return counts_of(saved)
