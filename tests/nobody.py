"""Folders that cannot be written, also where root runs the tests and may write anywhere."""

from __future__ import annotations

import os
import pwd
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def read_only(folder: Path) -> Iterator[None]:
    """Take the right to write from a folder and its files; where root runs the tests, be nobody."""
    modes = {path: path.stat().st_mode for path in (folder, *folder.iterdir())}
    for path in modes:
        path.chmod(0o555 if path.is_dir() else 0o444)
    root = os.geteuid() == 0
    if root:
        # The other user must get there. These stay open: another worker may be on its way.
        for parent in folder.parents:
            if not parent.stat().st_mode & 0o001:
                parent.chmod(parent.stat().st_mode | 0o011)
        other = pwd.getpwnam("nobody")
        os.setresgid(other.pw_gid, other.pw_gid, 0)
        os.setresuid(other.pw_uid, other.pw_uid, 0)
    try:
        yield
    finally:
        if root:
            os.setresuid(0, 0, 0)
            os.setresgid(0, 0, 0)
        for path, mode in modes.items():
            path.chmod(mode)
