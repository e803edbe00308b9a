"""Rows of a workbook, which is slow to read, kept on disk from the first reading to the last."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

# What a cell may hold that JSON does not know, the narrower type first.
_TIMES = (datetime, date, time)
_READ: dict[str, Callable[[str], Any]] = {kind.__name__: kind.fromisoformat for kind in _TIMES}


class KeptRows:
    """Keeps rows in a file of its own, one a line, each cell as it was.

    Parameters
    ----------
    path
        The file; made anew.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        # Formulas of several cells, which are rare, stay in memory.
        self._odd: list[Any] = []

    def keep(self, rows: Iterator[tuple[int, list[Any]]]) -> Iterator[tuple[int, list[Any]]]:
        """Write rows down as they go by.

        Parameters
        ----------
        rows
            Their numbers and cells.

        Yields
        ------
        tuple of int and list
            The same.
        """
        with self._path.open("w", encoding="ascii") as file:
            for number, row in rows:
                file.write(json.dumps(row, default=self._tagged) + "\n")
                yield number, row

    def rows(self) -> Iterator[list[Any]]:
        """Read the rows again.

        Yields
        ------
        list
            The cells of a row.
        """
        with self._path.open(encoding="ascii") as file:
            for line in file:
                yield json.loads(line, object_hook=self._untagged)

    def _tagged(self, cell: Any) -> dict[str, Any]:
        for kind in _TIMES:
            if isinstance(cell, kind):
                return {kind.__name__: cell.isoformat()}
        if isinstance(cell, timedelta):
            return {"seconds": cell.total_seconds()}
        self._odd.append(cell)
        return {"odd": len(self._odd) - 1}

    def _untagged(self, tagged: dict[str, Any]) -> Any:
        ((name, value),) = tagged.items()
        if name == "odd":
            return self._odd[value]
        return timedelta(seconds=value) if name == "seconds" else _READ[name](value)
