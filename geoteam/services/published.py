"""What people outside supervision are shown: one snapshot a month, frozen when it is first used.

Live figures would tell who moved or was decided between two looks; a snapshot never changes.
"""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd

from geoteam.services.people import clients_frame
from geoteam.services.workspace import Workspace
from geoteam.store import settings

_NUMBERS = ("lon", "lat", "points")


def published_day(workspace: Workspace, on: date) -> date:
    """Return the first day of the month that stands for a day; never one to come.

    Parameters
    ----------
    workspace
        The workspace.
    on
        The day asked for.

    Returns
    -------
    date
        First of that month, or of the present one.
    """
    return min(on, workspace.today()).replace(day=1)


def published_clients(workspace: Workspace, month: date) -> pd.DataFrame:
    """Load the snapshot of a month; the first use freezes it.

    Parameters
    ----------
    workspace
        The workspace.
    month
        First day of the month.

    Returns
    -------
    DataFrame
        One row a client, without any name or reference: ``lon``, ``lat``, ``points``, ``unit``,
        ``located`` and an empty ``officer``.
    """
    key = f"published.{month.isoformat()}"
    with workspace.reading() as session:
        value = settings.get(session, key)
    if value is None:
        with workspace.transaction() as session:
            # Somebody else may have frozen it meanwhile; the first one holds.
            value = settings.get(session, key)
            if value is None:
                frame = clients_frame(workspace, session, month)
                frame = frame.sort_values(["unit", "lon", "lat"])
                value = {
                    name: [None if number != number else number for number in frame[name].tolist()]
                    for name in _NUMBERS
                } | {"unit": frame["unit"].tolist(), "located": frame["located"].tolist()}
                settings.put(session, key, value, workspace.now())
    columns = {name: np.array(value[name], dtype=np.float64) for name in _NUMBERS}
    frame = pd.DataFrame(columns | {"located": np.array(value["located"], dtype=bool)})
    frame["unit"] = pd.Series(value["unit"], dtype="str")
    frame["officer"] = pd.Series("", index=frame.index, dtype="str")
    return frame
