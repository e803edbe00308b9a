"""Work that outlives being stopped: finished blocks in a private folder beside the output."""

from __future__ import annotations

import fcntl
import json
import os
import shutil
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import IO, Self

import pyarrow as pa

from geoteam.errors import WorkspaceBusyError
from geoteam.services.outputs import system_failure

_STATE = "state.json"


class PartFolder:
    """The finished blocks of one output; a block is there whole or not at all.

    Parameters
    ----------
    output
        The file that the blocks are for.
    state
        Everything that shapes the result, under names for people. Blocks that were made under
        another state are thrown away.
    """

    def __init__(self, output: Path, state: Mapping[str, str]) -> None:
        target = output.resolve()
        self.folder = target.with_name(f".{target.name}.geocoding")
        self.state = dict(state)
        # What made earlier blocks useless; '' when nothing did.
        self.changed = ""
        self._lock: IO[str] | None = None

    def __enter__(self) -> Self:
        try:
            self.folder.mkdir(mode=0o700, exist_ok=True)
            self._take()
            self._compare()
        except OSError as error:
            self._release()
            if isinstance(error, WorkspaceBusyError):
                raise
            raise system_failure(error, str(self.folder.parent)) from error
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if kind is None or not any(self.folder.glob("*.arrow")):
            shutil.rmtree(self.folder, ignore_errors=True)
        self._release()

    def finished(self) -> dict[int, int]:
        """Look which blocks are finished.

        Returns
        -------
        dict of int to int
            Block to its rows; a file that cannot be read is no block.
        """
        found: dict[int, int] = {}
        for path in sorted(self.folder.glob("*.arrow")):
            number = int(path.stem)
            try:
                found[number] = len(self.load(number))
            except (OSError, pa.ArrowInvalid):
                path.unlink()
        return found

    def save(self, number: int, table: pa.Table) -> None:
        """Keep a finished block.

        Parameters
        ----------
        number
            The block.
        table
            Its new columns.
        """
        path = self._path(number)
        part = path.with_suffix(".new")
        with pa.OSFile(os.fspath(part), "wb") as file, pa.ipc.new_file(file, table.schema) as to:
            to.write_table(table)
        part.chmod(0o600)
        part.replace(path)

    def load(self, number: int) -> pa.Table:
        """Read a finished block.

        Parameters
        ----------
        number
            The block.

        Returns
        -------
        Table
            Its new columns.
        """
        with pa.memory_map(os.fspath(self._path(number))) as file:
            return pa.ipc.open_file(file).read_all()

    def _path(self, number: int) -> Path:
        return self.folder / f"{number:06d}.arrow"

    def _take(self) -> None:
        self._lock = (self.folder / "lock").open("w")
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise WorkspaceBusyError(
                "another process is writing this output",
                where=str(self.folder.parent),
                remedy="Wait until it ends, or give another name with -o",
            ) from error

    def _release(self) -> None:
        if self._lock is not None:
            self._lock.close()

    def _compare(self) -> None:
        path = self.folder / _STATE
        try:
            before = json.loads(path.read_text(encoding="utf-8"))
        except FileNotFoundError:
            before = {}
        except ValueError:
            before = {"the notes on the work": "unreadable"}
        if before == self.state:
            return
        names = [
            name for name in {**before, **self.state} if before.get(name) != self.state.get(name)
        ]
        if before:
            self.changed = " and ".join(names)
        for block in self.folder.glob("*.arrow"):
            block.unlink()
        part = path.with_suffix(".new")
        part.write_text(json.dumps(self.state), encoding="utf-8")
        part.replace(path)
