"""The map of what is due, and the table beside it: the same numbers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import geopandas as gpd
import pandas as pd

from geoteam.crs import WGS84
from geoteam.maps import AnyLayer, ChoroplethLayer, Legend, PointLayer, city_map
from geoteam.model import User
from geoteam.services.ground import ground_of
from geoteam.services.visits_board import AREAS, BANDS, DueBoard, DueOptions
from geoteam.services.visits_due import due_board
from geoteam.services.wording import told_day
from geoteam.services.workspace import Workspace

OUTSIDE = "Outside all areas"
# About 400 metres around the points.
_MARGIN_DEG = 0.004
_TITLES: dict[Any, str] = {"urgent": "Urgent", "high": "High", "usual": "Usual"}


def area_table(board: DueBoard, day: str) -> pd.DataFrame:
    """Count clients with a visit due, by area: the numbers of the map.

    Parameters
    ----------
    board
        What is due.
    day
        Only the visits of a day, as of `DueBoard.listed`; '' for the next visit of every client.

    Returns
    -------
    DataFrame
        Index: area code, '' last where visits lie outside all. ``name``, ``urgent``, ``high``,
        ``usual`` and ``due`` (their sum) on no tour, ``on_tours`` (visits on planned tours).
    """
    points, listed = _points(board, day), board.listed(day)
    counts = points.groupby(["area", "band"]).size().unstack(fill_value=0)
    planned = listed.loc[listed["planned_on"].notna(), "area"].value_counts()
    outside = [""] if "" in counts.index or "" in planned.index else []
    codes = pd.Index([*board.areas, *outside], name="area")
    table = counts.reindex(index=codes, columns=list(BANDS), fill_value=0).astype("int64")
    table["due"] = table.sum(axis=1)
    table["on_tours"] = planned.reindex(codes, fill_value=0).astype("int64")
    table.insert(0, "name", [board.areas.get(code, OUTSIDE) for code in codes])
    return table


def _points(board: DueBoard, day: str) -> pd.DataFrame:
    listed = board.listed(day)
    # Over many days a client stands on the map once, with the next visit.
    return listed[listed["planned_on"].isna() & (bool(day) | (listed["again"] == 0))]


def due_map(
    workspace: Workspace,
    user: User,
    options: DueOptions,
    *,
    nonce: str,
    client_url: Callable[[str], str],
) -> str:
    """Draw what is due; the reading is audited.

    Parameters
    ----------
    workspace
        The workspace.
    user
        An officer or a supervisor.
    options
        What is asked for.
    nonce
        Nonce of the content security policy.
    client_url
        Makes the address of a client's record.

    Returns
    -------
    str
        A document made by folium.
    """
    board = due_board(workspace, user, options, action="tours.due.map")
    ground, points = ground_of(workspace), _points(board, options.day)
    title = f"Clients with a visit due, by {AREAS[options.by].lower()}"
    table = area_table(board, options.day)
    areas = workspace.areas(options.by)
    frame = areas[["geometry"]].assign(
        label=areas["name"], due=table["due"].reindex(areas.index).fillna(0).astype("int64")
    )
    source = f"{told_day(board.first)} to {told_day(board.last)}"
    legend = Legend(
        title=title, units="clients", date=source, source=ground.attribution, kind="count"
    )
    layers: list[AnyLayer] = [
        ChoroplethLayer(
            name=AREAS[options.by] + "s",
            frame=frame,
            column="due",
            legend=legend,
            title_column="label",
            palette="Blues",
        ),
        *_bands(points, client_url),
    ]
    return city_map(
        layers,
        title=title,
        subtitle=source,
        bounds=_extent(points) if len(points) else ground.bounds,
        nonce=nonce,
        basemap_url=ground.basemap_url,
        attribution=ground.attribution,
    )


def _extent(points: pd.DataFrame) -> tuple[float, float, float, float]:
    lon, lat = points["lon"], points["lat"]
    return (
        float(lon.min()) - _MARGIN_DEG,
        float(lat.min()) - _MARGIN_DEG,
        float(lon.max()) + _MARGIN_DEG,
        float(lat.max()) + _MARGIN_DEG,
    )


def _bands(points: pd.DataFrame, client_url: Callable[[str], str]) -> list[PointLayer]:
    layers = []
    for band, title in reversed(_TITLES.items()):
        own = points[points["band"] == band]
        frame = gpd.GeoDataFrame(
            {
                "name": own["name"].tolist(),
                "level": own["level"].tolist(),
                "due": [told_day(day) for day in own["due_on"]],
                "points": [str(one) for one in own["priority"]],
                "officer": own["officer_name"].tolist(),
                "link": [client_url(str(ref)) for ref in own["client_ref"]],
            },
            geometry=gpd.points_from_xy(own["lon"], own["lat"]),
            crs=WGS84,
            index=pd.Index(own["client_ref"]),
        )
        layers.append(
            PointLayer(
                name=title,
                frame=frame,
                title_column="name",
                details={
                    "level": "Level",
                    "due": "Due",
                    "points": "Priority",
                    "officer": "Officer",
                },
                link_column="link",
                kind=band,
                many=f"clients, {title.lower()}",
            )
        )
    return layers
