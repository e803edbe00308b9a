"""Imports of an agency's own files: idempotent by its ids, and all or nothing unless asked."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy.orm import Session

from geoteam.errors import InputError
from geoteam.services.import_cars import CarLoader
from geoteam.services.import_clients import ClientLoader
from geoteam.services.import_contacts import ContactLoader
from geoteam.services.import_duty import ShiftLoader
from geoteam.services.import_files import open_table
from geoteam.services.import_known import venues_by_name
from geoteam.services.import_loader import Loader
from geoteam.services.import_mapping import ColumnMapping, choose, guess
from geoteam.services.import_report import ImportReport
from geoteam.services.import_run import Choice, Progress, run, setting_of
from geoteam.services.import_staff import OfficerLoader, PolicePartnerLoader
from geoteam.services.import_teams import OfficeLoader, TeamLoader
from geoteam.services.workspace import Workspace
from geoteam.store import boundaries, settings

__all__ = [
    "ColumnMapping",
    "ImportReport",
    "StaffReport",
    "guess_mapping",
    "import_clients",
    "import_contacts",
    "import_staff",
    "preview_mapping",
]


@dataclass(frozen=True)
class StaffReport:
    """What an import of staff did.

    Attributes
    ----------
    reports
        One a file, in the order of loading.
    units
        Unit to team, as the file of teams says.
    """

    reports: tuple[ImportReport, ...]
    units: dict[str, str] = field(default_factory=dict)

    @property
    def sentence(self) -> str:
        """The outcome in a few sentences."""
        return " ".join(report.sentence for report in self.reports)


def guess_mapping(workspace: Workspace, columns: Sequence[str], noun: str) -> ColumnMapping:
    """Guess which column of a file holds what.

    Parameters
    ----------
    workspace
        The workspace.
    columns
        Names in the file.
    noun
        ``clients``, ``contacts``, ``offices``, ``teams``, ``officers``, ``police partners``,
        ``shifts`` or ``cars``.

    Returns
    -------
    ColumnMapping
        Field to column; a field without a fitting column is left out.

    Raises
    ------
    InputError
        When the noun is another one.
    """
    return guess(columns, noun, _loader(workspace, noun).fields)


def preview_mapping(
    workspace: Workspace, path: Path, noun: str, mapping: Choice = None
) -> ColumnMapping:
    """Show how a file would be read, before it is; missing columns are part of the answer.

    Parameters
    ----------
    workspace
        The workspace.
    path
        The file.
    noun
        As in `guess_mapping`.
    mapping
        Field to column, or to two columns joined by ``+``; the rest is taken as saved or guessed.

    Returns
    -------
    ColumnMapping
        With the fields that are ``missing`` and the columns that are ``unused``.

    Raises
    ------
    UnreadableFileError
        When the file is no table.
    InputError
        When the mapping names a field or a column that does not exist.
    """
    loader = _loader(workspace, noun)
    table = open_table(path)
    with workspace.reading() as session:
        saved = settings.get(session, setting_of(noun))
    return choose(table.columns, noun, loader.fields, given=mapping, saved=saved, where=str(path))


def _loader(workspace: Workspace, noun: str) -> Loader:
    makers: dict[str, Callable[[], Loader]] = {
        "clients": lambda: _client_loader(workspace, ""),
        "contacts": lambda: ContactLoader(workspace.today()),
        "offices": lambda: OfficeLoader(workspace.profile),
        "teams": lambda: TeamLoader(workspace.profile, frozenset(), workspace.today()),
        "officers": OfficerLoader,
        "police partners": lambda: PolicePartnerLoader(frozenset(), {}),
        "shifts": ShiftLoader,
        "cars": lambda: CarLoader({}),
    }
    if noun not in makers:
        raise InputError(f"{noun!r} cannot be imported", remedy=f"Choose: {', '.join(makers)}")
    return makers[noun]()


def _client_loader(workspace: Workspace, actor: str) -> ClientLoader:
    return ClientLoader(workspace.profile, workspace.today(), actor, workspace.now())


def import_clients(
    workspace: Workspace,
    actor: str,
    path: Path,
    *,
    mapping: Choice = None,
    partial: bool = False,
    progress: Progress | None = None,
) -> ImportReport:
    """Load clients; a later address closes the present residence and opens a new one.

    Loading the same file again changes nothing. A client who is not in the file stays as before,
    and so does one whose row is older than what is known: its address is history already.

    Parameters
    ----------
    workspace
        The workspace.
    actor
        Who the audit log names.
    path
        CSV or XLSX.
    mapping
        Field to column, or to two columns joined by ``+``; the rest is taken as saved or guessed.
    partial
        Load the good rows and write the bad ones to ``FILE.problems.csv``.
    progress
        Told what is done and the share of the file that has been read.

    Returns
    -------
    ImportReport
        Counts, warnings and the mapping.

    Raises
    ------
    UnreadableFileError
        When the file is no table.
    InputError
        When it has no rows, or its columns are ambiguous.
    ImportProblems
        When rows or columns have problems; nothing was loaded. Also with ``partial`` when dates
        are day-first, since then good rows cannot be told from bad ones.
    """
    with workspace.transaction() as session:
        return run(
            workspace,
            session,
            actor,
            path,
            _client_loader(workspace, actor),
            mapping=mapping,
            partial=partial,
            progress=progress,
        )


def import_contacts(
    workspace: Workspace,
    actor: str,
    path: Path,
    *,
    mapping: Choice = None,
    partial: bool = False,
    progress: Progress | None = None,
) -> ImportReport:
    """Load contacts that took place or were tried.

    Parameters
    ----------
    workspace
        The workspace.
    actor
        Who the audit log names.
    path
        CSV or XLSX.
    mapping
        Field to column, or to two columns joined by ``+``; the rest is taken as saved or guessed.
    partial
        Load the good rows and write the bad ones to ``FILE.problems.csv``.
    progress
        Told what is done and the share of the file that has been read.

    Returns
    -------
    ImportReport
        Counts, warnings and the mapping.

    Raises
    ------
    UnreadableFileError
        When the file is no table.
    ImportProblems
        When rows or columns have problems; nothing was loaded.
    """
    with workspace.transaction() as session:
        return run(
            workspace,
            session,
            actor,
            path,
            ContactLoader(workspace.today()),
            mapping=mapping,
            partial=partial,
            progress=progress,
        )


def import_staff(
    workspace: Workspace,
    actor: str,
    *,
    teams: Path,
    officers: Path,
    police_partners: Path | None = None,
    offices: Path | None = None,
    progress: Progress | None = None,
) -> StaffReport:
    """Load field offices, teams, officers and police partners, all of them or none.

    Parameters
    ----------
    workspace
        The workspace.
    actor
        Who the audit log names.
    teams, officers
        CSV or XLSX.
    police_partners, offices
        CSV or XLSX; None where an agency has none.
    progress
        Told what is done.

    Returns
    -------
    StaffReport
        A report for each file, and the units of each team.

    Raises
    ------
    MissingFileError
        When a file is not there.
    ImportProblems
        When rows or columns have problems; nothing was loaded.
    """
    profile = workspace.profile
    reports: list[ImportReport] = []
    with workspace.transaction() as session:

        def load(path: Path | None, loader: Loader) -> None:
            if path is not None:
                reports.append(
                    run(
                        workspace,
                        session,
                        actor,
                        path,
                        loader,
                        mapping=None,
                        partial=False,
                        progress=progress,
                    )
                )

        load(offices, OfficeLoader(profile))
        codes = _codes(workspace, session, profile.unit_kind)
        team_loader = TeamLoader(profile, codes, workspace.today())
        load(teams, team_loader)
        load(officers, OfficerLoader())
        districts = _codes(workspace, session, "district")
        load(police_partners, PolicePartnerLoader(districts, _stations(workspace, session)))
    return StaffReport(tuple(reports), team_loader.units)


def _codes(workspace: Workspace, session: Session, kind: str) -> frozenset[str]:
    found = boundaries.in_force(session, kind, workspace.today())
    return frozenset() if found is None else boundaries.codes(session, found[0])


def _stations(workspace: Workspace, session: Session) -> dict[str, str]:
    table = workspace.profile.venues
    return venues_by_name(session, table.station_categories if table else ())
