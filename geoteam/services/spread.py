"""Work spread over processes: few tasks under way at a time, a clear word when a process dies."""

from __future__ import annotations

import multiprocessing
import signal
from collections.abc import Callable, Iterable, Iterator
from multiprocessing.connection import Connection, wait
from typing import Any, TypeVar

from geoteam.errors import GeoteamError, WorkspaceError

_Task = TypeVar("_Task")
_Done = TypeVar("_Done")


def spread(
    work: Callable[[_Task], _Done], tasks: Iterable[_Task], processes: int
) -> Iterator[_Done]:
    """Do tasks in several processes.

    The processes begin as copies of this one, so that they share what it has loaded. They end when
    this one does, however it does.

    Parameters
    ----------
    work
        What to do; connections to a database must be closed before.
    tasks
        Taken one by one, as processes become free.
    processes
        How many; 1 works in this process.

    Yields
    ------
    object
        What `work` returned, in the order in which it was done.

    Raises
    ------
    GeoteamError
        What `work` raised.
    WorkspaceError
        When a process was stopped from outside.
    """
    if processes == 1:
        yield from map(work, tasks)
        return
    context = multiprocessing.get_context("fork")
    members = []
    lines: list[Connection] = []
    try:
        for _ in range(processes):
            mine, theirs = context.Pipe()
            lines.append(mine)
            member = context.Process(target=_serve, args=(theirs, work, lines), daemon=True)
            member.start()
            theirs.close()
            members.append(member)
        yield from _shared(lines, iter(tasks))
    finally:
        for line in lines:
            line.close()
        for member in members:
            member.terminate()
            member.join()


def _shared(lines: list[Connection], tasks: Iterator[Any]) -> Iterator[Any]:
    free: list[Connection] = list(lines)
    busy: set[Connection] = set()
    end = object()
    while True:
        while free and (task := next(tasks, end)) is not end:
            free[-1].send(task)
            busy.add(free.pop())
        if not busy:
            return
        ready: list[Any] = wait(list(busy))
        for line in ready:
            try:
                fault, answer = line.recv()
            except (EOFError, ConnectionResetError) as error:
                raise WorkspaceError(
                    "a working process was stopped, perhaps for want of memory",
                    remedy="Run the same command again with --processes 1",
                ) from error
            if fault is not None:
                raise fault(answer[0], where=answer[1], remedy=answer[2])
            busy.remove(line)
            free.append(line)
            yield answer


def _serve(
    line: Connection, work: Callable[[_Task], _Done], inherited: Iterable[Connection]
) -> None:
    # The other ends must be held by the first process alone: when it dies, reading ends too.
    for other in inherited:
        other.close()
    # Ctrl-C reaches every process of a terminal; only the first one answers it.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    while True:
        try:
            task = line.recv()
        except (EOFError, ConnectionResetError):
            return
        try:
            line.send((None, work(task)))
        except GeoteamError as error:
            line.send((type(error), (error.what, error.where, error.remedy)))
        except (BrokenPipeError, ConnectionResetError):
            return
