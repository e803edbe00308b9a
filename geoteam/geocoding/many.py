"""Geocoding a stream of chunks, in this process or in several."""

from __future__ import annotations

import multiprocessing
from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path

import pandas as pd

from geoteam.errors import WorkerError
from geoteam.geocoding.index import ReferenceIndex
from geoteam.geocoding.match import Geocoder

# Chunks that wait for each process, so that none is idle while another chunk is read.
_AHEAD = 2
# The geocoder of a worker process, made once when the process starts.
_worker: Geocoder | None = None


def _start(path: Path) -> None:
    global _worker
    _worker = Geocoder(ReferenceIndex.load(path))


def _geocode(texts: pd.Series, zips: pd.Series | None) -> pd.DataFrame:
    if _worker is None:
        raise WorkerError("a geocoding process has no reference")
    return _worker.geocode(texts, zips=zips)


def geocode_many(
    chunks: Iterable[tuple[pd.Series, pd.Series | None]], path: Path, *, processes: int
) -> Iterator[pd.DataFrame]:
    """Geocode chunks of a file too large for memory; a few chunks are held at a time.

    Parameters
    ----------
    chunks
        Addresses and, where there is such a column, ZIP codes on the same index; about 50,000 rows
        each are a good size. Taken as they are needed.
    path
        The saved reference; each process loads it.
    processes
        How many processes work; 1 works in this one.

    Yields
    ------
    DataFrame
        Contract ``GEOCODES`` for each chunk, in the order of `chunks`.

    Raises
    ------
    MissingFileError
        When there is no such reference.
    AddressReferenceError
        When it is no reference, damaged, or of another version.
    WorkerError
        When a process dies, as when the machine runs out of memory.
    """
    index = ReferenceIndex.load(path)
    if processes <= 1:
        geocoder = Geocoder(index)
        for texts, zips in chunks:
            yield geocoder.geocode(texts, zips=zips)
        return
    del index
    context = multiprocessing.get_context("spawn")
    pool = ProcessPoolExecutor(processes, context, initializer=_start, initargs=(path,))
    waiting: deque[Future[pd.DataFrame]] = deque()
    try:
        for texts, zips in chunks:
            waiting.append(pool.submit(_geocode, texts, zips))
            if len(waiting) >= processes * _AHEAD:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()
    except BrokenProcessPool as error:
        raise WorkerError(
            "a geocoding process has died",
            remedy="Use fewer processes; the machine may be short of memory.",
        ) from error
    finally:
        pool.shutdown(cancel_futures=True)
