"""A day that can be checked by hand: visits along one street, planned from 17:00."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd

from geoteam.tours import plan_tour

ZONE = ZoneInfo("America/New_York")
DEPARTS = datetime(2026, 3, 2, 17, 0, tzinfo=ZONE)
START = (-77.0, 38.9)


def make_visits(rows: list[dict[str, object]]) -> pd.DataFrame:
    filled = [
        {
            "lon": -77.0 + 0.01 * (number + 1),
            "lat": 38.9,
            "service_s": 900.0,
            "windows": [],
            "priority": 10.0,
            "required": False,
        }
        | row
        for number, row in enumerate(rows)
    ]
    refs = [str(row.pop("ref", f"c{number}")) for number, row in enumerate(filled)]
    columns = ["lon", "lat", "service_s", "windows", "priority", "required"]
    return pd.DataFrame(filled, columns=columns, index=pd.Index(refs, name="client_ref"))


def along_a_street(count: int, minutes: float = 5.0) -> np.ndarray:
    """Start and visits on one street, so many minutes from each to the next."""
    at = np.arange(count + 1) * minutes * 60
    return np.abs(at[:, None] - at[None, :])


def plan(visits: pd.DataFrame, matrix: np.ndarray | None = None, **options):
    return plan_tour(
        visits,
        START,
        matrix=along_a_street(len(visits)) if matrix is None else matrix,
        **{"departs": DEPARTS, "latest_return": "20:00", "iterations": 300, **options},
    )
