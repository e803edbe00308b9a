"""One ``.npz`` file for a network, written beside its place and then moved there."""

from __future__ import annotations

import json
import os
import tempfile
import zipfile
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np

from geoteam.errors import MissingFileError, StreetsError
from geoteam.streets.turns import TurnCosts

VERSION = 2


def save(fields: dict[str, Any], path: Path) -> None:
    """Write a network's fields, all or nothing.

    Parameters
    ----------
    fields
        Arrays, and texts that JSON can hold.
    path
        The file.
    """
    path = Path(path)
    arrays = {name: value for name, value in fields.items() if isinstance(value, np.ndarray)}
    rest = {name: value for name, value in fields.items() if name not in arrays}
    rest["turn_costs"] = asdict(rest["turn_costs"])
    text = json.dumps({"version": VERSION, **rest})
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=path.name, suffix=".part")
    part = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            # allow_pickle is off on both sides: a network file can never run code.
            np.savez(file, allow_pickle=False, meta=np.array(text), **arrays)
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)
    except BaseException:
        part.unlink(missing_ok=True)
        raise


def load(path: Path) -> dict[str, Any]:
    """Read a network's fields.

    Parameters
    ----------
    path
        The file.

    Returns
    -------
    dict
        As given to ``save``.

    Raises
    ------
    MissingFileError
        When the file is not there.
    StreetsError
        When it is damaged or of another version.
    """
    path = Path(path)
    if not path.is_file():
        raise MissingFileError(
            "there is no street index", where=str(path), remedy="Run: geoteam streets build"
        )
    try:
        with np.load(path, allow_pickle=False) as file:
            fields: dict[str, Any] = {name: file[name] for name in file.files if name != "meta"}
            meta = json.loads(str(file["meta"]))
        version = meta.pop("version")
        meta["turn_costs"] = TurnCosts(**meta["turn_costs"])
    except (OSError, ValueError, KeyError, TypeError, zipfile.BadZipFile, EOFError) as error:
        raise StreetsError(
            "the street index is damaged", where=str(path), remedy="Run: geoteam streets build"
        ) from error
    if version != VERSION:
        raise StreetsError(
            f"the street index is of version {version}, not {VERSION}",
            where=str(path),
            remedy="Run: geoteam streets build",
        )
    for name in ("names", "highways", "notes"):
        meta[name] = tuple(meta[name])
    return {**fields, **meta}
