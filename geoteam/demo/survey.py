"""The survey of the invented city: numbered lines, lettered lines, and the bend of the land.

Streets are laid out on a plane with coordinates p (east) and q (north) in metres, measured from
the central circle. Line i of a direction is where the hundred-block i begins, so p and q also
give house numbers. A smooth warp then bends the plane into the real one (x east, y north).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from geoteam.demo.seeds import stream

Array = NDArray[np.float64]

LINES = 56
# Swirls that turn the grid away from the core: centre x, y, angle in degrees, reach in metres.
_SWIRLS = (
    (-6000.0, -3000.0, 24.0, 2500.0),
    (1500.0, -6300.0, -17.0, 2300.0),
    (5300.0, 4300.0, 19.0, 2100.0),
    (-3900.0, 5300.0, -25.0, 1900.0),
    (7200.0, -1200.0, -20.0, 1700.0),
)


def _spacing(rng: np.random.Generator, mean_m: float, low: float, high: float) -> Array:
    return mean_m * rng.uniform(low, high, LINES)


@dataclass(frozen=True)
class Survey:
    """Lines of the survey and the warp.

    Attributes
    ----------
    index
        Line numbers from ``-LINES`` to ``LINES``; 0 is the axis.
    p_m, q_m
        Survey position of the numbered (p) and lettered (q) lines, same length as ``index``.
    phases
        Phases of the small waves of the warp.
    """

    index: NDArray[np.int64]
    p_m: Array
    q_m: Array
    phases: Array

    def bend(self, p: ArrayLike, q: ArrayLike) -> tuple[Array, Array]:
        """Bend survey coordinates into city coordinates.

        Parameters
        ----------
        p, q
            Survey coordinates in metres.

        Returns
        -------
        tuple of ndarray
            x and y in metres from the central circle.
        """
        p, q = np.asarray(p, dtype=np.float64), np.asarray(q, dtype=np.float64)
        dx, dy = self._shift(p, q)
        return p + dx, q + dy

    def unbend(self, x: ArrayLike, y: ArrayLike) -> tuple[Array, Array]:
        """Find the survey coordinates of city coordinates.

        Parameters
        ----------
        x, y
            City coordinates in metres.

        Returns
        -------
        tuple of ndarray
            p and q in metres, to a centimetre.
        """
        x, y = np.asarray(x, dtype=np.float64), np.asarray(y, dtype=np.float64)
        p, q = x.copy(), y.copy()
        for _ in range(60):
            dx, dy = self._shift(p, q)
            error = max(np.abs(x - dx - p).max(initial=0.0), np.abs(y - dy - q).max(initial=0.0))
            p, q = x - dx, y - dy
            if error < 0.005:
                break
        return p, q

    def block_p(self, p: ArrayLike) -> Array:
        """Return the signed hundred-block coordinate of p (2.5: the middle of the 200 block).

        Parameters
        ----------
        p
            Survey coordinates in metres.

        Returns
        -------
        ndarray
            Block coordinates, negative to the west.
        """
        return np.asarray(np.interp(np.asarray(p), self.p_m, self.index), dtype=np.float64)

    def block_q(self, q: ArrayLike) -> Array:
        """Return the signed hundred-block coordinate of q, negative to the south.

        Parameters
        ----------
        q
            Survey coordinates in metres.

        Returns
        -------
        ndarray
            Block coordinates.
        """
        return np.asarray(np.interp(np.asarray(q), self.q_m, self.index), dtype=np.float64)

    def _shift(self, p: Array, q: Array) -> tuple[Array, Array]:
        dx, dy = np.zeros_like(p), np.zeros_like(q)
        for cx, cy, degrees, reach in _SWIRLS:
            ex, ey = p - cx, q - cy
            turn = np.radians(degrees) * np.exp(-(ex**2 + ey**2) / (2 * reach**2))
            cos, sin = np.cos(turn) - 1.0, np.sin(turn)
            dx += cos * ex - sin * ey
            dy += sin * ex + cos * ey
        calm = np.clip((np.hypot(p, q) - 1500.0) / 3000.0, 0.0, 1.0)
        a, b, c, d = self.phases
        dx += calm * (45 * np.sin(q / 410 + a) + 60 * np.sin(q / 900 + p / 1500 + b))
        dy += calm * (40 * np.sin(p / 450 + c) + 60 * np.sin(p / 1000 - q / 1300 + d))
        return dx, dy


def make_survey(seed: int) -> Survey:
    """Lay out the survey lines.

    Parameters
    ----------
    seed
        The seed of the city.

    Returns
    -------
    Survey
        Lines with blocks of varying size, and the warp.
    """
    rng = stream(seed, "survey")
    index = np.arange(-LINES, LINES + 1)
    axes = []
    for mean_m in (152.0, 120.0):
        east = np.cumsum(_spacing(rng, mean_m, 0.72, 1.28))
        west = np.cumsum(_spacing(rng, mean_m, 0.72, 1.28))
        axes.append(np.concatenate([-west[::-1], [0.0], east]))
    return Survey(index, axes[0], axes[1], rng.uniform(0, 2 * np.pi, 4))
