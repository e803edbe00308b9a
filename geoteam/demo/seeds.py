"""Independent random streams, so that a change in one part leaves the other parts as they were."""

from __future__ import annotations

from zlib import crc32

import numpy as np


def stream(seed: int, part: str) -> np.random.Generator:
    """Return the random stream of one part of the generator.

    Parameters
    ----------
    seed
        The seed of the whole city.
    part
        Name of the part.

    Returns
    -------
    numpy.random.Generator
        A PCG64 generator that depends on both and on nothing else.
    """
    return np.random.Generator(np.random.PCG64([seed, crc32(part.encode())]))
