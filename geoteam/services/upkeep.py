"""Keeping a workspace well: back it up, bring it back, look it over."""

from __future__ import annotations

import gzip
import shutil
import sqlite3
import tarfile
import tempfile
import zlib
from contextlib import closing
from pathlib import Path
from typing import Any

from geoteam.errors import AuditError, GeoteamError, InputError, MissingFileError, WorkspaceError
from geoteam.services.audit import verify
from geoteam.services.ground import BASEMAP_FILE
from geoteam.services.outputs import system_failure, write_whole
from geoteam.services.workspace import LANDSCAPE_FILE, Workspace
from geoteam.store import settings

_DERIVED = ("streets.npz", "reference.npz", BASEMAP_FILE)
_KEPT = (LANDSCAPE_FILE, "secret.key", "audit-anchor.json", "demo-accounts.json")
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
    write_whole(output, lambda part: _pack(workspace, part))
    return output.stat().st_size


def _pack(workspace: Workspace, part: Path) -> None:
    """Copy the database by its own backup, and pack it with the files of the folder."""
    database = workspace.engine.url.database or str(workspace.folder / _DATABASE)
    part.touch(mode=0o600)
    with tempfile.TemporaryDirectory(dir=part.parent) as scratch:
        copy = Path(scratch) / _DATABASE
        with closing(sqlite3.connect(database)) as source, closing(sqlite3.connect(copy)) as target:
            try:
                source.backup(target)
            except sqlite3.OperationalError as error:
                raise WorkspaceError(
                    f"the database cannot be copied: {error}",
                    where=str(part.parent),
                    remedy="Free some space on the disk, and run the same command again",
                ) from error
        with tarfile.open(part, "w:gz") as archive:
            archive.add(copy, arcname=_DATABASE)
            for name in (*_DERIVED, *_KEPT):
                if (workspace.folder / name).is_file():
                    archive.add(workspace.folder / name, arcname=name)


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
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=folder.parent, prefix=".restore-") as scratch:
            _unpack(archive_path, Path(scratch))
            folder.mkdir(exist_ok=True)
            for file in Path(scratch).iterdir():
                file.replace(folder / file.name)
    except GeoteamError:
        raise
    except OSError as error:
        raise system_failure(error, str(folder)) from error


def _unpack(archive_path: Path, scratch: Path) -> None:
    no_backup = InputError(
        "the file is no geoteam backup, or it is cut off",
        where=str(archive_path),
        remedy="Give a file that geoteam backup wrote",
    )
    try:
        with tarfile.open(archive_path, "r:gz") as archive:
            names = archive.getnames()
            if _DATABASE not in names or set(names) - {_DATABASE, *_DERIVED, *_KEPT}:
                raise no_backup
            archive.extractall(scratch, filter="data")
    except (tarfile.TarError, gzip.BadGzipFile, EOFError, zlib.error) as error:
        raise no_backup from error


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
    note("setup", ready, "complete" if ready else "not finished: run geoteam init again")
    try:
        faults = verify(workspace)
        text = f"{len(faults)} fault(s): geoteam audit verify" if faults else "whole"
    except AuditError as error:
        text = str(error)
    note("audit log", text == "whole", text)
    for name, load in (("streets.npz", workspace.streets), ("reference.npz", workspace.reference)):
        try:
            load()
            note(name, True, "there")
        except GeoteamError as error:
            note(name, False, str(error))
    there = (workspace.folder / BASEMAP_FILE).is_file()
    note(BASEMAP_FILE, there, "there" if there else "missing: run geoteam init again")
    free_mb = shutil.disk_usage(workspace.folder).free / 1e6
    note("disk", free_mb > 500, f"{free_mb:,.0f} MB free")
    return checks
