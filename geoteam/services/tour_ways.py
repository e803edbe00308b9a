"""How long it takes between the homes of a tour, and in which order they may be reached."""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import date

import numpy as np
from numpy.typing import NDArray

from geoteam.services.street_closures import streets_on
from geoteam.services.workspace import Workspace


def driving_s(
    workspace: Workspace,
    on: date,
    start: tuple[float, float],
    homes: NDArray[np.float64],
    via: tuple[float, float] | None,
) -> NDArray[np.float64]:
    """Tell how long driving takes between the start and some homes.

    Parameters
    ----------
    workspace
        The workspace, for its streets.
    on
        The day; streets that are closed then are not driven.
    start
        Longitude and latitude where the tour begins and ends.
    homes
        Longitudes and latitudes, one row each.
    via
        Station that is passed on the way out and on the way back; None without one.

    Returns
    -------
    array
        Seconds, row and column 0 being the start; infinite where there is no path.
    """
    count = len(homes) + 1
    points = np.vstack([start, homes, *([via] if via else [])])
    drive = streets_on(workspace, on).matrix(points, points, lengths=False).duration_s
    matrix = drive[:count, :count].copy()
    if via:
        matrix[0, 1:] = drive[0, count] + drive[count, 1:count]
        matrix[1:, 0] = drive[1:count, count] + drive[count, 0]
    return matrix


def close_ways_back(matrix: NDArray[np.float64], refs: Sequence[str], order: Sequence[str]) -> None:
    """Let some homes be reached in one order only, by closing the way back to those before.

    Parameters
    ----------
    matrix
        As of `driving_s`; changed in place.
    refs
        The client of each row but the first.
    order
        Clients in the order that is to be kept; those not among ``refs`` are passed over.
    """
    place = {ref: row for row, ref in enumerate(refs, start=1)}
    rows = [place[ref] for ref in order if ref in place]
    for at, row in enumerate(rows):
        matrix[row, rows[:at]] = math.inf
