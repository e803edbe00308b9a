"""How long the drive from a client's home to the field office of a team is."""

from __future__ import annotations

import numpy as np
import pandas as pd

from geoteam.services.assigning import travel_of
from geoteam.services.workspace import Workspace


def office_minutes(
    workspace: Workspace, clients: pd.DataFrame, teams: pd.Series, officers: pd.DataFrame
) -> pd.Series:
    """Compute the minutes of the drive from each team's field office to each client's home.

    Parameters
    ----------
    workspace
        The workspace, for its streets.
    clients
        ``located``, ``lon`` and ``lat``; EPSG:4326.
    teams
        Team of each client, '' for none; same index.
    officers
        OFFICERS with the place of their team's office.

    Returns
    -------
    Series
        Minutes, same index; NaN without streets, home, team, office or path.
    """
    minutes = pd.Series(np.nan, index=clients.index, dtype="float64")
    travel = travel_of(workspace)
    offices = officers.dropna(subset=["lon", "lat"]).groupby("team")[["lon", "lat"]].first()
    usable = clients["located"] & teams.isin(offices.index)
    if travel is None or not usable.any():
        return minutes
    places, number = np.unique(offices.to_numpy(), axis=0, return_inverse=True)
    homes = clients.loc[usable, ["lon", "lat"]].to_numpy(dtype=np.float64)
    seconds = travel(places, homes)
    row = number.reshape(-1)[offices.index.get_indexer(pd.Index(teams[usable]))]
    found = seconds[row, np.arange(len(homes))] / 60
    minutes[usable] = np.where(np.isfinite(found), found, np.nan)
    return minutes
