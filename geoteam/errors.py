"""Every error geoteam raises on purpose: what happened, where, and what to do about it.

Leaves also inherit the builtin they refine, so that callers may catch either.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


class GeoteamError(Exception):
    """Base of all errors that carry a message for a person.

    Parameters
    ----------
    what
        What is wrong, as one sentence without a person's data.
    where
        The file, row, field or object concerned.
    remedy
        What the reader can do about it.
    """

    def __init__(self, what: str, *, where: str = "", remedy: str = "") -> None:
        self.what = what
        self.where = where
        self.remedy = remedy
        parts = [what if what.endswith((".", "!", "?")) else what + "."]
        if where:
            parts.append(f"Where: {where}.")
        if remedy:
            parts.append(remedy if remedy.endswith((".", "!", "?")) else remedy + ".")
        super().__init__(" ".join(parts))


class InputError(GeoteamError, ValueError):
    """A file, value or argument that cannot be used."""


class UnconfirmedError(InputError):
    """A choice that can be right but is unusual; said once more, it counts."""


class FrameError(InputError):
    """A table that breaks its contract in ``geoteam.frames``."""


class CrsError(InputError):
    """A coordinate system that is missing, wrong, or cannot measure."""


class MissingFileError(InputError, FileNotFoundError):
    """A file that is named but not there."""


class UnreadableFileError(InputError):
    """A file that is empty, truncated, too large or in no known format."""


class ProfileError(InputError):
    """A city profile that is incomplete or contradicts itself."""


class BoundaryError(InputError):
    """Boundaries with faults that cannot be accepted."""


class StreetsError(InputError):
    """A street network that cannot be used."""


class UnreachableError(StreetsError):
    """Two places that no street path joins."""


class AddressReferenceError(InputError):
    """A geocoding reference that is missing, empty or of another city."""


class AssignmentError(InputError):
    """An assignment that cannot be computed from what was given."""


class TourError(InputError):
    """A tour that cannot be planned from what was given."""


class MapError(InputError):
    """A map or sheet that cannot be drawn from what was given."""


class SettledError(InputError):
    """A change to something that is settled: published, proposed, or out of force."""


class ChangedError(SettledError):
    """Something that somebody else changed after it was read; nothing was overwritten."""


class AssetsError(GeoteamError, FileNotFoundError):
    """The browser's files (scripts, styles, fonts) are missing or asked for by a wrong address."""


class DisclosureError(GeoteamError, PermissionError):
    """A reader, purpose or field that the disclosure policy refuses."""


class NotFoundError(GeoteamError, LookupError):
    """A record that does not exist (or that the reader may not know of)."""


class WorkspaceError(GeoteamError, OSError):
    """A workspace folder or database that cannot be opened or written."""


class WorkspaceBusyError(WorkspaceError):
    """Another process is using the workspace for the same work."""


class AuditError(GeoteamError):
    """An audit chain that does not verify."""


class SignInError(GeoteamError, PermissionError):
    """A sign-in that is refused; the message never says which part was wrong."""


class ServiceError(GeoteamError, OSError):
    """An online service that cannot be asked, or that does not answer as documented."""


class ServiceOffError(ServiceError, PermissionError):
    """An online service that nobody has turned on."""


class ServiceRefusedError(ServiceError, PermissionError):
    """An online service that turns us away, or that sends us somewhere else."""


class ServiceBusyError(ServiceError, BlockingIOError):
    """An online service that wants to be asked later."""


class ServiceTimeoutError(ServiceError, TimeoutError):
    """An online service that does not answer in time."""


class ServiceUnreachableError(ServiceError, ConnectionError):
    """An online service that cannot be reached, or that breaks off."""


class ServiceAnswerError(ServiceError, ValueError):
    """An answer of an online service that cannot be read."""


@dataclass(frozen=True, slots=True)
class RowProblem:
    """One fault of one cell of an imported table.

    Attributes
    ----------
    row
        Row number as a spreadsheet shows it (the header is row 1); 0 where no row is at fault, as
        where one is missing.
    column
        Column name in the agency's own words.
    value
        The offending value, shortened; empty when it would reveal a person.
    message
        What is wrong.
    remedy
        What to do about it.
    """

    row: int
    column: str
    value: str
    message: str
    remedy: str

    @property
    def place(self) -> str:
        """Where it is: the row, if there is one, and the column."""
        return f"row {self.row}, {self.column}" if self.row else self.column


class ImportProblems(InputError):
    """An import that was refused, with every problem found in it."""

    def __init__(
        self,
        problems: Sequence[RowProblem],
        *,
        where: str = "",
        total: int | None = None,
        remedy: str = "Nothing was loaded. Mend the rows listed and import again.",
    ) -> None:
        self.problems = tuple(problems)
        # A file may have more problems than are listed.
        self.total = len(self.problems) if total is None else total
        first = self.problems[0]
        at = f"in row {first.row}, column {first.column!r}" if first.row else repr(first.value)
        super().__init__(
            f"{self.total:,} problem{'' if self.total == 1 else 's'}; "
            f"the first is {at}: {first.message}",
            where=where,
            remedy=remedy,
        )
