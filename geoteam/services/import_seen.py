"""Finding ids that stand twice in a file of any length."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray


class Seen:
    """Remembers ids in 16 bytes each, so that a million of them need little memory.

    Two different ids have the same 64-bit digest once in about 3e7 files of a million rows.
    """

    def __init__(self) -> None:
        self._digests: NDArray[np.uint64] = np.empty(0, dtype=np.uint64)
        self._rows: NDArray[np.int64] = np.empty(0, dtype=np.int64)

    def add(self, keys: Sequence[str], rows: Sequence[int]) -> dict[int, int]:
        """Add ids.

        Parameters
        ----------
        keys
            Ids.
        rows
            Their row numbers.

        Returns
        -------
        dict of int to int
            Row of each id that was there before, to the row where it stood first.
        """
        digests = np.array(
            [int.from_bytes(hashlib.blake2b(k.encode(), digest_size=8).digest()) for k in keys],
            dtype=np.uint64,
        )
        numbers = np.asarray(rows, dtype=np.int64)
        # Within the chunk: the first of equal ids stays (the sort is stable).
        order = np.argsort(digests, kind="stable")
        digests, numbers = digests[order], numbers[order]
        first = np.searchsorted(digests, digests)
        again = {
            int(numbers[i]): int(numbers[first[i]])
            for i in np.flatnonzero(first != range(len(first)))
        }
        at = np.searchsorted(self._digests, digests)
        known = np.zeros(len(digests), dtype=bool)
        inside = at < len(self._digests)
        known[inside] = self._digests[at[inside]] == digests[inside]
        again |= {int(numbers[i]): int(self._rows[at[i]]) for i in np.flatnonzero(known)}
        new = ~known & (first == np.arange(len(first)))
        self._digests = np.insert(self._digests, at[new], digests[new])
        self._rows = np.insert(self._rows, at[new], numbers[new])
        return again
