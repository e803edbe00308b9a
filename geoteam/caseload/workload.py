"""Workload points: by default the contacts a month that a client's supervision level requires."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from geoteam.errors import AssignmentError
from geoteam.profile import CaseloadTable, ContactStandard


def workload_points(level: pd.Series, standards: Mapping[str, ContactStandard]) -> pd.Series:
    """Turn supervision levels into workload points.

    Parameters
    ----------
    level
        Supervision level of each client.
    standards
        Contact standard of each level, from the city profile.

    Returns
    -------
    Series
        Contacts a month, float, same index, named ``points``.

    Raises
    ------
    AssignmentError
        When a level has no contact standard; all such levels are named.
    """
    unknown = sorted({str(name) for name in level.unique()} - set(standards))
    if unknown:
        raise AssignmentError(
            f"no contact standard for level(s) {', '.join(repr(name) for name in unknown)}",
            where="[contact_standards]",
            remedy=f"Use one of {', '.join(standards)}, or add the level to the city profile",
        )
    points = level.map({name: float(rule.contacts) for name, rule in standards.items()})
    return points.astype(np.float64).rename("points")


def full_caseload_points(
    points: pd.Series, specialty: pd.Series, caseload: CaseloadTable
) -> tuple[float, float]:
    """Say how many workload points a full-time officer carries.

    Where the profile names no points, it is the target number of clients times the mean points of
    the clients concerned (of all clients when there is no client of that sort).

    Parameters
    ----------
    points
        Workload points of each client.
    specialty
        Specialty of each client, '' for general supervision; same index.
    caseload
        Caseload targets of the city profile.

    Returns
    -------
    tuple of float
        Points of a full general caseload and of a full specialised caseload.
    """
    special = specialty.to_numpy() != ""
    values = points.to_numpy(dtype=np.float64)

    def mean(chosen: np.ndarray) -> float:
        if chosen.any():
            return float(values[chosen].mean())
        return float(values.mean()) if len(values) else 1.0

    general = caseload.general_points
    specialised = caseload.specialised_points
    return (
        caseload.general * mean(~special) if general is None else float(general),
        caseload.specialised * mean(special) if specialised is None else float(specialised),
    )
