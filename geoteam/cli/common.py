"""What every command shares: the workspace, JSON output, progress."""

from __future__ import annotations

import getpass
import json
import math
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, TypeVar

import click
import numpy as np

from geoteam.services.workspace import Workspace

_Command = TypeVar("_Command", bound=Callable[..., Any])


class State:
    """The workspace that the command was called for, opened on first use."""

    def __init__(self, folder: str) -> None:
        self.folder = Path(folder)
        self._workspace: Workspace | None = None

    @property
    def workspace(self) -> Workspace:
        """The open workspace."""
        if self._workspace is None:
            self._workspace = Workspace.open(self.folder)
        return self._workspace

    def close(self) -> None:
        """Close the workspace, if it was opened."""
        if self._workspace is not None:
            self._workspace.close()

    @property
    def actor(self) -> str:
        """Who the audit log names for commands: the operating system's user."""
        return f"cli:{getpass.getuser()}"


pass_state = click.make_pass_decorator(State)


def json_option(command: _Command) -> _Command:
    """Add ``--json`` to a command.

    Parameters
    ----------
    command
        A click command function with an ``as_json`` parameter.

    Returns
    -------
    callable
        The decorated function.
    """
    return click.option("--json", "as_json", is_flag=True, help="Print JSON for machines.")(command)


def show(value: Any, lines: Callable[[], list[str]], as_json: bool) -> None:
    """Print a result as JSON or as lines for a person.

    Parameters
    ----------
    value
        What JSON shows.
    lines
        Makes the lines for a person.
    as_json
        Which of the two.
    """
    if as_json:
        click.echo(json.dumps(_plain(value), indent=2, ensure_ascii=False, allow_nan=False))
    else:
        for line in lines():
            click.echo(line)


def _plain(value: Any) -> Any:
    """Turn a value into what JSON knows: no NaN, no infinity, no NumPy number, no date."""
    if isinstance(value, Mapping):
        return {str(key): _plain(one) for key, one in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_plain(one) for one in value]
    if isinstance(value, np.generic):
        return _plain(value.item())
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if value is None or isinstance(value, str | bool | int):
        return value
    return str(value)


def table(rows: list[dict[str, Any]], columns: list[str], empty: str) -> list[str]:
    """Lay rows out in columns.

    Parameters
    ----------
    rows
        The rows.
    columns
        Keys to show, in order; also the headings.
    empty
        What to say when there is no row.

    Returns
    -------
    list of str
        Lines of text.
    """
    if not rows:
        return [empty]
    cells = [columns, *([_cell(column, row.get(column)) for column in columns] for row in rows)]
    widths = [max(len(line[k]) for line in cells) for k in range(len(columns))]
    return [
        "  ".join(text.ljust(width) for text, width in zip(line, widths, strict=True)).rstrip()
        for line in cells
    ]


def _cell(column: str, value: Any) -> str:
    if value is None:
        return ""
    # Degrees need six decimals to show a door.
    places = 6 if column in {"lon", "lat"} else 2
    return f"{value:.{places}f}" if isinstance(value, float) else str(value)


class StepBar:
    """Progress of work in named steps, on stderr, quiet when it is not a terminal."""

    def __init__(self) -> None:
        self._shown = ""

    def __call__(self, text: str, share: float | None = None) -> None:
        """Show what is being done.

        Parameters
        ----------
        text
            The step.
        share
            How much of it is done, 0-1; None when that is unknown.
        """
        percent = "" if share is None else f" {share:4.0%}"
        if sys.stderr.isatty():
            click.echo(f"\r\x1b[K  {text}{percent}", err=True, nl=False)
            if share == 1.0:
                click.echo("", err=True)
        elif text != self._shown:
            click.echo(f"  {text}", err=True)
        self._shown = text


class RowBar:
    """Rows done, rows a second and the time left, on stderr; quiet when it is not a terminal."""

    def __init__(self) -> None:
        self._step = ""
        self._began = self._drawn = 0.0
        self._first = 0

    def __call__(self, text: str, done: int, total: int) -> None:
        """Show how far the work is.

        Parameters
        ----------
        text
            The step.
        done, total
            Rows.
        """
        now = time.monotonic()
        if text != self._step:
            # What was done before the first call was perhaps not done now.
            self._step, self._began, self._first, self._drawn = text, now, done, 0.0
        if not sys.stderr.isatty() or (now - self._drawn < 0.2 and done < total):
            return
        self._drawn = now
        click.echo(
            f"\r\x1b[K  {self.line(text, done, total, now - self._began)}", err=True, nl=False
        )
        if done >= total:
            click.echo("", err=True)

    def line(self, text: str, done: int, total: int, seconds: float) -> str:
        """Put progress into words.

        Parameters
        ----------
        text
            The step.
        done, total
            Rows.
        seconds
            Since the step's first call.

        Returns
        -------
        str
            Such as ``Geocoding [#####-----] 500 of 1,000 rows, 250 rows/s, 0:02 left``.
        """
        share = done / total if total else 1.0
        bar = "#" * int(20 * share)
        said = f"{text} [{bar:-<20}] {done:,} of {total:,} rows"
        rate = (done - self._first) / seconds if seconds > 0 else 0.0
        if rate:
            minutes, rest = divmod(round((total - done) / rate), 60)
            said += f", {rate:,.0f} rows/s, {minutes}:{rest:02d} left"
        return said
