"""Cars of an agency's files."""

from __future__ import annotations

import difflib
from collections.abc import Mapping, Sequence
from pathlib import Path

from sqlalchemy.orm import Session

from geoteam.services.import_known import venues_by_name
from geoteam.services.import_loader import Counts, Entry, Loader, Warn, counts_of
from geoteam.services.import_mapping import ColumnMapping, Field
from geoteam.services.import_report import ImportReport
from geoteam.services.import_run import Choice, Progress, run
from geoteam.services.import_values import plain, reference, text, word_of
from geoteam.services.workspace import Workspace
from geoteam.store import duty

_IN_USE = {"yes": "yes", "y": "yes", "true": "yes", "1": "yes", "no": "no", "n": "no",
           "false": "no", "0": "no"}  # fmt: skip


class CarLoader(Loader):
    """Loads cars.

    Parameters
    ----------
    places
        Names and references of offices and stations, to the reference.
    """

    noun = "cars"
    key = "ref"
    fields: Sequence[Field] = (
        Field("ref", reference, ("car id", "car ref", "vehicle id", "vehicle", "car", "id"),
              required=True),
        Field("name", text(200), ("name", "car name", "description", "model")),
        Field("place", text(200), ("place", "stands at", "office", "station", "garage"),
              required=True),
        Field("in_use", word_of(_IN_USE, "answer"), ("in use", "active", "in service"),
              blank="yes"),
    )  # fmt: skip

    def __init__(self, places: Mapping[str, str]) -> None:
        self._places = {plain(said): ref for said, ref in places.items()}
        self._written = {plain(said): said for said in places}

    def check(self, entry: Entry) -> None:
        """Check the place of a row.

        Parameters
        ----------
        entry
            The row.
        """
        said = plain(entry.values["place"])
        if said not in self._places:
            near = difflib.get_close_matches(said, self._written, n=3, cutoff=0)
            known = ", ".join(self._written[one] for one in near)
            nearest = f"The nearest known names are: {known}. " if near else ""
            entry.blame(
                "place", "is no field office or police station here",
                f"{nearest}Load other offices with: geoteam staff import --offices",
            )  # fmt: skip

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
        saved = duty.save_cars(
            session,
            [
                {
                    "ref": entry.values["ref"],
                    "name": entry.values.get("name") or entry.values["ref"],
                    "place_ref": self._places[plain(entry.values["place"])],
                    "active": entry.values.get("in_use", "yes") == "yes",
                }
                for entry in entries
            ],
        )
        return counts_of(saved)


def places_by_name(workspace: Workspace, session: Session) -> dict[str, str]:
    """List the field offices and police stations that a car may stand at.

    Parameters
    ----------
    workspace
        The workspace.
    session
        Open session.

    Returns
    -------
    dict of str to str
        Accepted names and references, to the reference.
    """
    table = workspace.profile.venues
    kinds = (*table.office_categories, *table.station_categories) if table else ()
    return venues_by_name(session, kinds)


def import_cars(
    workspace: Workspace,
    actor: str,
    path: Path,
    *,
    mapping: Choice = None,
    progress: Progress | None = None,
) -> ImportReport:
    """Load cars, all rows or none; a car that is not in the file stays as before.

    Parameters
    ----------
    workspace, actor, path, mapping, progress
        As of `import_shifts`.

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
        loader = CarLoader(places_by_name(workspace, session))
        return run(
            workspace, session, actor, path, loader, mapping=mapping, partial=False,
            progress=progress,
        )  # fmt: skip
