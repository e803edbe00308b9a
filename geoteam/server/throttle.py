"""A brake on sign-in tries from one network address, before any password is hashed."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable

_WINDOW_S = 60.0
_MOST_ADDRESSES = 10_000


class Throttle:
    """Counts tries per network address over the last minute.

    Parameters
    ----------
    per_minute
        Tries allowed.
    clock
        Monotonic seconds.
    """

    def __init__(self, per_minute: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._per_minute = per_minute
        self._clock = clock
        self._tries: dict[str, deque[float]] = {}
        self._lock = threading.Lock()

    def wait_s(self, address: str) -> float:
        """Count one try and tell how long its sender must wait.

        Parameters
        ----------
        address
            Network address of the sender.

        Returns
        -------
        float
            0 when the try may go on, else seconds until the next may.
        """
        now = self._clock()
        with self._lock:
            if len(self._tries) > _MOST_ADDRESSES:
                self._forget_old(now)
            tries = self._tries.setdefault(address, deque())
            while tries and tries[0] <= now - _WINDOW_S:
                tries.popleft()
            if len(tries) >= self._per_minute:
                return tries[0] + _WINDOW_S - now
            tries.append(now)
            return 0.0

    def _forget_old(self, now: float) -> None:
        self._tries = {
            address: tries
            for address, tries in self._tries.items()
            if tries and tries[-1] > now - _WINDOW_S
        }
