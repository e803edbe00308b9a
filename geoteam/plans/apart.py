"""Work in a process of its own, so that a long call of the solver can be stopped at any time."""

from __future__ import annotations

import signal
import time
from collections.abc import Callable
from contextlib import suppress
from enum import Enum
from multiprocessing import get_context
from multiprocessing.connection import Connection
from typing import Any

from geoteam.errors import GeoteamError

# Between two signs of life.
_BEAT_S = 0.25
# What work that ends by itself may need beyond its time to put its answer together: a second and a
# share of its time.
_GRACE_S, _GRACE = 1.0, 0.05


class Cut(Enum):
    """Why work did not come to its own end."""

    STOPPED = "somebody stopped it"
    OVER = "its time was over"


def run_apart(
    work: Callable[..., Any],
    *args: Any,
    seconds: float,
    progress: Callable[..., bool],
    **options: Any,
) -> Any:
    """Run a solver in a process of its own.

    HiGHS cannot be asked to stop in the middle of a model, and does not look at the clock while it
    makes one smaller; its process can be stopped.

    Parameters
    ----------
    work
        A function of a module, which takes ``seconds`` and ``progress`` too and returns its result.
    *args
        What to call it with.
    seconds
        Time for the work, from when its process is ready; a second and a twentieth of it later, the
        work is stopped.
    progress
        Called here with what the work tells, each time it tells, and four times a second with what
        it told last; False stops the work. A stop from the keyboard stops it too.
    **options
        What else to call it with.

    Returns
    -------
    Any
        The result; a `Cut` when the work was stopped before its end, or its time was over.

    Raises
    ------
    GeoteamError
        What the work raised, or when its process died.
    """
    context = get_context("spawn")
    here, there = context.Pipe(duplex=False)
    process = context.Process(
        target=_child, args=(there, work, args, options | {"seconds": seconds}), daemon=True
    )
    process.start()
    there.close()
    told: tuple[Any, ...] | None = None
    ends = float("inf")
    try:
        while True:
            if here.poll(_BEAT_S):
                kind, value = here.recv()
                if kind == "done":
                    return value
                if kind == "failed":
                    raise value
                if kind == "ready":
                    ends = time.monotonic() + seconds * (1 + _GRACE) + _GRACE_S
                else:
                    told = value
            if time.monotonic() > ends:
                return Cut.OVER
            if told is not None and not progress(*told):
                return Cut.STOPPED
    except KeyboardInterrupt:
        return Cut.STOPPED
    except EOFError as error:
        raise GeoteamError(
            "the solver's process ended before its work", remedy="Try with fewer units or less time"
        ) from error
    finally:
        process.kill()
        process.join()


def _child(
    there: Connection, work: Callable[..., Any], args: tuple[Any, ...], options: dict[str, Any]
) -> None:
    # A stop from the keyboard is for the process that waits.
    signal.signal(signal.SIGINT, signal.SIG_IGN)

    def progress(*told: Any) -> bool:
        there.send(("told", told))
        return True

    with suppress(BrokenPipeError):
        try:
            there.send(("ready", None))
            there.send(("done", work(*args, progress=progress, **options)))
        except GeoteamError as error:
            there.send(("failed", error))
