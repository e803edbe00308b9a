"""Keeping a workspace well: back it up, bring it back, look it over."""

from __future__ import annotations

import shutil
import sqlite3
import tarfile
import tempfile
from contextlib import closing
from pathlib import Path
from typing import Any

from geoteam.errors import InputError, MissingFileError, WorkspaceError
from geoteam.services.ground import BASEMAP_FILE
from geoteam.services.workspace import Workspace
from geoteam.store import audit, settings

_DERIVED = ("streets.npz", "reference.npz", BASEMAP_FILE)
_KEPT = ("secret.key", "audit-anchor.json", "demo-accounts.json")
_DATABASE = "geoteam.db"


def backup(workspace: Workspace, output: Path) -> int:
    """Write a workspace into one file, consistent even while it is in use.

    Parameters
    ----------
    workspace
        The workspace, on SQLite; a PostgreSQL server has its own tools for this.
    output
        The archive to write (``.tar.gz``).

    Returns
    -------
    int
        Size in bytes.

    Raises
    ------
    InputError
        When the data is in PostgreSQL.
    """
    if workspace.engine.dialect.name != "sqlite":
        raise InputError(
            "the data is in PostgreSQL", remedy="Back it up with pg_dump, and keep the folder too"
        )
    with tempfile.TemporaryDirectory(dir=output.parent) as scratch:
        copy = Path(scratch) / _DATABASE
        with (
            closing(sqlite3.connect(workspace.folder / _DATABASE)) as source,
            closing(sqlite3.connect(copy)) as target,
        ):
            source.backup(target)
        part = Path(scratch) / "backup.tar.gz"
        with tarfile.open(part, "w:gz") as archive:
            archive.add(copy, arcname=_DATABASE)
            for name in (*_DERIVED, *_KEPT):
                if (workspace.folder / name).is_file():
                    archive.add(workspace.folder / name, arcname=name)
        part.chmod(0o600)
        shutil.move(part, output)
    return output.stat().st_size


def restore(archive_path: Path, folder: Path) -> None:
    """Bring a backup back into an empty folder.

    Parameters
    ----------
    archive_path
        What ``backup`` wrote.
    folder
        The new workspace folder.

    Raises
    ------
    WorkspaceError
        When the folder is not empty.
    InputError
        When the archive is no backup.
    """
    if not archive_path.is_file():
        raise MissingFileError(f"there is no file {archive_path.name}", where=str(archive_path))
    if folder.exists() and any(folder.iterdir()):
        raise WorkspaceError(
            "the folder is not empty", where=str(folder), remedy="Restore into a new folder"
        )
    folder.mkdir(parents=True, exist_ok=True)
    try:
        with tarfile.open(archive_path, "r:gz") as archive:
            if set(archive.getnames()) - {_DATABASE, *_DERIVED, *_KEPT}:
                raise InputError("the file is no geoteam backup", where=str(archive_path))
            archive.extractall(folder, filter="data")
    except tarfile.TarError as error:
        raise InputError("the file is no geoteam backup", where=str(archive_path)) from error


def doctor(workspace: Workspace) -> list[dict[str, Any]]:
    """Look a workspace over.

    Parameters
    ----------
    workspace
        The workspace.

    Returns
    -------
    list of dict
        One check each: ``check``, ``ok`` and ``detail`` with the remedy where it fails.
    """
    checks: list[dict[str, Any]] = []

    def note(check: str, ok: bool, detail: str) -> None:
        checks.append({"check": check, "ok": ok, "detail": detail})

    with workspace.reading() as session:
        ready = settings.get(session, "ready") is not None
        faults = audit.verify(session)
    note("setup", ready, "complete" if ready else "not finished: run geoteam init again")
    note(
        "audit log",
        not faults,
        "whole" if not faults else f"{len(faults)} fault(s): geoteam audit verify",
    )
    for name in _DERIVED:
        there = (workspace.folder / name).is_file()
        note(name, there, "there" if there else "missing: run geoteam init again")
    free_mb = shutil.disk_usage(workspace.folder).free / 1e6
    note("disk", free_mb > 500, f"{free_mb:,.0f} MB free")
    return checks
