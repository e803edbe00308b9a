"""``geoteam geocode``: a table of any size in, the same table with places beside it out."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa

from geoteam import __version__
from geoteam.errors import InputError, WorkspaceError
from geoteam.frames import GEOCODES
from geoteam.geocoding import Geocoder
from geoteam.services.batch import address_texts
from geoteam.services.file_output import check_fit, check_output, free_names, write_beside
from geoteam.services.file_stream import BLOCK_ROWS, Column, Source, open_source, texts
from geoteam.services.geocode_report import RunFacts, write_report
from geoteam.services.geocode_tally import (
    Tally,
    add_up,
    count_block,
    from_bytes,
    hints,
    to_bytes,
)
from geoteam.services.geocoding import weigh
from geoteam.services.outputs import check_folder, system_failure
from geoteam.services.part_folder import PartFolder
from geoteam.services.progress import RowProgress, silent_rows
from geoteam.services.spread import spread
from geoteam.services.workspace import Workspace
from geoteam.store import audit

DECISIONS = ("accepted", "review", "unplaceable")
PREFIX = "geocode"
_TALLY = b"tally"
_Task = tuple[int, list[str], list[str]]


def geocode_file(
    workspace: Workspace,
    path: Path,
    output: Path,
    *,
    addresses: Sequence[str],
    zip_column: str = "",
    processes: int | None = None,
    report: Path | None = None,
    actor: str,
    progress: RowProgress = silent_rows,
    say: Callable[[str], None] = lambda _: None,
) -> dict[str, Any]:
    """Write the place of every address of a table beside it.

    A new column whose name the file already has is called ``geocode_...``. Finished blocks are
    kept in a private folder beside the output until it is whole; the same call goes on from them.

    Parameters
    ----------
    workspace
        The workspace.
    path, output
        Table in and out.
    addresses
        The column with the address text, or the columns that make it up, in order.
    zip_column
        The column with the ZIP code, where there is one.
    processes
        How many work at a time; by default as many as the machine has cores, 1 for a small table.
    report
        HTML page of the counts, where one is wanted.
    actor
        Who the audit log names.
    progress
        Told how many rows are done.
    say
        Told what a person should know before the work begins.

    Returns
    -------
    dict
        ``rows``, how many were ``accepted``, for ``review`` and ``unplaceable``, ``status`` and
        ``match_code`` (counts), ``seconds``, ``rows_per_second``, ``resumed_rows`` (from an
        earlier call that was stopped) and ``hints``.

    Raises
    ------
    InputError
        When a file or column cannot be used.
    WorkspaceError
        When a file cannot be written, or the work is stopped from the keyboard.
    """
    began = time.monotonic()
    if processes is not None and processes < 1:
        raise InputError("the number of processes must be 1 or more", where="--processes")
    _check_report(report, path, output)
    with open_source(path, check_output(output, path)) as source:
        run = _Run(workspace, source, addresses, zip_column)
        names = [*source.columns, *free_names(source.columns, run.added, PREFIX)]
        check_fit(output, names, source.rows)
        with PartFolder(output, run.state()) as part:
            if part.changed:
                say(f"Starting anew, since this has changed: {part.changed}.")
            finished = part.finished()
            resumed = sum(finished.values())
            if finished:
                were = "row was" if source.rows == 1 else "rows were"
                say(f"Going on: {resumed:,} of {source.rows:,} {were} finished before.")
            try:
                run.place_all(part, finished, _processes(processes, source.rows), progress)
                tally = run.merge(part, output, progress, actor)
            except KeyboardInterrupt:
                raise WorkspaceError(
                    "stopped from the keyboard; the finished rows are kept",
                    where=str(part.folder),
                    remedy="Run the same command again to go on, or delete that folder",
                ) from None
            if report is not None:
                write_report(report, workspace, tally, _facts(workspace, source, run))
    seconds = time.monotonic() - began
    return {
        "rows": source.rows,
        **{name: tally["decision"][name] for name in DECISIONS},
        "status": dict(sorted(tally["status"].items())),
        "match_code": dict(tally["match_code"].most_common()),
        "seconds": round(seconds, 2),
        "rows_per_second": round((source.rows - resumed) / max(seconds, 1e-9)),
        "resumed_rows": resumed,
        "hints": [
            *([f"Read as {source.form}."] if "not read" in source.form else []),
            *hints(tally["hint"], source.rows, source.ragged),
        ],
    }


def _check_report(report: Path | None, path: Path, output: Path) -> None:
    if report is None:
        return
    if report.resolve() in (path.resolve(), output.resolve()):
        raise InputError(
            "the report would overwrite a table",
            where=str(report),
            remedy="Give another name with --report",
        )
    check_folder(report)


def _processes(wanted: int | None, rows: int) -> int:
    if wanted is not None:
        return wanted
    return max(1, min(len(os.sched_getaffinity(0)), rows // BLOCK_ROWS))


def _facts(workspace: Workspace, source: Source, run: _Run) -> RunFacts:
    return RunFacts(
        file=source.path.name,
        form=source.form,
        rows=source.rows,
        ragged=source.ragged,
        at=workspace.now(),
        unit_kind=run.unit_kind,
    )


class _Run:
    """One call: what it reads, and what shapes its result."""

    def __init__(
        self, workspace: Workspace, source: Source, addresses: Sequence[str], zip_column: str
    ) -> None:
        self.workspace = workspace
        self.source = source
        self.positions = [source.position(name) for name in addresses]
        self.zip_position = source.position(zip_column) if zip_column else None
        self.unit_kind = workspace.profile.unit_kind
        # Loaded here, so that every process begins with it; and the columns that rows will have.
        self.geocoder = Geocoder(workspace.reference())
        none = pd.Series([], dtype="str")
        self.added = list(_found(workspace, self.geocoder, none, none).columns)

    def state(self) -> dict[str, str]:
        """Name everything that shapes the result."""
        workspace = self.workspace
        areas = workspace.areas(self.unit_kind)
        return {
            "the input file": self.source.digest,
            "the columns": json.dumps([self.positions, self.zip_position]),
            "the address reference": workspace.reference().fingerprint,
            "the areas": f"{self.unit_kind} {areas.attrs['set_id']}",
            "the version of geoteam": f"{__version__}, {BLOCK_ROWS} rows",
        }

    def place_all(
        self, part: PartFolder, finished: Mapping[int, int], processes: int, progress: RowProgress
    ) -> None:
        """Geocode every block that is not finished."""
        done = sum(finished.values())
        progress("Geocoding", done, self.source.rows)

        def tasks() -> Iterator[_Task]:
            for number, block in enumerate(self.source.blocks()):
                if number not in finished:
                    zips = [] if self.zip_position is None else texts(block[self.zip_position])
                    yield number, address_texts(block, self.positions), zips

        # A process must not inherit an open connection.
        self.workspace.close()
        work = partial(_place_block, self.workspace, self.geocoder, part)
        for rows in spread(work, tasks(), processes):
            done += rows
            progress("Geocoding", done, self.source.rows)

    def merge(self, part: PartFolder, output: Path, progress: RowProgress, actor: str) -> Tally:
        """Write the output from the finished blocks, note it in the audit log, and count."""
        tallies: list[Tally] = []

        def added(number: int, _: list[Column]) -> list[Column]:
            table = part.load(number)
            tallies.append(from_bytes(table.schema.metadata[_TALLY]))
            return list(table.columns)

        write_beside(
            self.source,
            output,
            self.added,
            added,
            prefix=PREFIX,
            step="Writing",
            progress=progress,
            last=lambda: self._note(tallies, actor),
        )
        return add_up(tallies)

    def _note(self, tallies: list[Tally], actor: str) -> None:
        counts = add_up(tallies)["decision"]
        with self.workspace.transaction() as session:
            audit.append(
                session,
                at=self.workspace.now(),
                actor=actor,
                action="file.geocode",
                object_kind="file",
                object_ref="",
                purpose="export",
                detail={"rows": self.source.rows} | {name: counts[name] for name in DECISIONS},
            )


def _found(
    workspace: Workspace, geocoder: Geocoder, addresses: pd.Series, zips: pd.Series
) -> pd.DataFrame:
    """Place addresses; the columns that are written, in order."""
    found = weigh(workspace, geocoder.geocode(addresses, zips=zips))
    unit = workspace.profile.unit_kind
    codes = workspace.area_index(unit).locate(found["lon"].to_numpy(), found["lat"].to_numpy())
    found[unit] = pd.Series(codes, index=found.index, dtype="str")
    decided = [name for name in found.columns if name not in GEOCODES.columns and name != unit]
    return found[[*GEOCODES.columns, unit, *decided]]


def _place_block(workspace: Workspace, geocoder: Geocoder, part: PartFolder, task: _Task) -> int:
    number, addresses, zips = task
    zips = zips or [""] * len(addresses)
    given = pd.Series(addresses, dtype="str"), pd.Series(zips, dtype="str")
    found = _found(workspace, geocoder, *given)
    tally = count_block(found, workspace.profile.unit_kind, addresses, zips)
    found["candidates"] = pd.Series(
        [json.dumps(one) if one else "[]" for one in found["candidates"]], dtype="str"
    )
    table = pa.Table.from_pandas(found, preserve_index=False)
    try:
        part.save(number, table.replace_schema_metadata({_TALLY: to_bytes(tally)}))
    except OSError as error:
        raise system_failure(error, str(part.folder)) from error
    return len(addresses)
