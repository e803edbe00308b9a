"""An end to every request: time-outs of httpx are for each read, and a server may drip bytes."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

_CONNECTED = ("connect_tcp.complete", "start_tls.complete")


class Deadline:
    """Shuts the line of a request that takes too long as a whole; one request at a time.

    Parameters
    ----------
    seconds
        How long a request may take, from the first byte sent to the last one read.
    """

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._lock = threading.Lock()
        self._socket: socket.socket | None = None
        # A handle of our own, so that no other file can ever be shut in its place.
        self._line: socket.socket | None = None
        # Whether the last request was broken off.
        self.passed = False

    @contextmanager
    def held(self) -> Iterator[None]:
        """Watch one request.

        Yields
        ------
        None
            While it runs.
        """
        self.passed = False
        # A connection that was kept alive is not announced again.
        self._follow(self._socket)
        timer = threading.Timer(self._seconds, self._cut)
        timer.daemon = True
        timer.start()
        try:
            yield
        finally:
            timer.cancel()
            self._follow(None)

    def trace(self, event: str, facts: Mapping[str, Any]) -> None:
        """Learn of the line that a request takes; the ``trace`` extension of httpx.

        Parameters
        ----------
        event
            What happened.
        facts
            What it brought.
        """
        if event.endswith(_CONNECTED):
            self._socket = facts["return_value"].get_extra_info("socket")
            self._follow(self._socket)

    def _follow(self, line: socket.socket | None) -> None:
        with self._lock:
            if self._line is not None:
                self._line.close()
            self._line = None
            if line is not None and line.fileno() >= 0:
                self._line = socket.fromfd(line.fileno(), line.family, line.type)
            self._shut()

    def _cut(self) -> None:
        with self._lock:
            self.passed = True
            self._shut()

    def _shut(self) -> None:
        if self.passed and self._line is not None:
            try:
                self._line.shutdown(socket.SHUT_RDWR)
            except OSError:
                # The other side was faster.
                return
