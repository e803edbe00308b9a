"""Caseload on a regular grid: cells do not depend on any boundary, nor on who is counted."""

from __future__ import annotations

from typing import Literal

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from geoteam.crs import WGS84, measuring, project, to_measuring
from geoteam.errors import FrameError, InputError
from geoteam.outreach.density import measure

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Shape = Literal["hexagon", "square"]

_MOST_CELLS = 250_000


def grid(
    clients: pd.DataFrame,
    *,
    crs: str,
    size_m: float = 500.0,
    shape: Shape = "hexagon",
    areas: gpd.GeoDataFrame | None = None,
) -> gpd.GeoDataFrame:
    """Count caseload, workload and officers on a regular grid.

    The grid hangs on the zero point of the measuring CRS, so a cell keeps its place and its id
    whatever is counted; cells are whole, never clipped to a boundary.

    Parameters
    ----------
    clients
        CLIENTS table (``lon``, ``lat``, ``points``, ``officer``).
    crs
        The measuring CRS, in which the cells are regular.
    size_m
        Distance between the centres of neighbouring cells, in metres.
    shape
        ``hexagon`` (pointed at north and south) or ``square``.
    areas
        When given, every cell that meets one of these polygons (EPSG:4326) gets a row, also
        without clients; otherwise only cells with clients do.

    Returns
    -------
    GeoDataFrame
        Index ``cell`` (such as ``h500:798:155``), sorted; columns as ``density`` without
        areas, and ``geometry`` (polygons, EPSG:4326). ``attrs["outside"]`` counts the clients
        without a place.

    Raises
    ------
    InputError
        When the size is not positive, the shape unknown, or the grid would be too fine.
    FrameError
        When a column is missing.
    """
    measuring(crs)
    if shape not in ("hexagon", "square"):
        raise InputError(f"{shape!r} is no grid", remedy="Choose hexagon or square")
    if not (np.isfinite(size_m) and size_m > 0):
        raise InputError("the size of a cell must be a positive number of metres")
    missing = [name for name in ("lon", "lat", "points", "officer") if name not in clients.columns]
    if missing:
        raise FrameError(f"clients: column(s) missing: {', '.join(missing)}")
    x, y = project(clients["lon"].to_numpy(), clients["lat"].to_numpy(), crs)
    placed = np.isfinite(x) & np.isfinite(y)
    column, row = cell_of(x[placed], y[placed], size_m, shape)
    cells = np.unique(np.column_stack([column, row]), axis=0)
    if areas is not None and len(areas):
        cells = np.unique(np.vstack([cells, _meeting(areas, crs, size_m, shape)]), axis=0)
    ids = _ids(cells[:, 0], cells[:, 1], size_m, shape)
    groups = cell_ids(clients, crs=crs, size_m=size_m, shape=shape)
    table = measure(clients, groups, pd.Index(ids, name="cell", dtype="str"))
    polygons = cell_polygons(cells[:, 0], cells[:, 1], size_m, shape)
    frame = gpd.GeoDataFrame(table, geometry=polygons, crs=measuring(crs)).to_crs(WGS84)
    frame = frame.sort_index()
    frame.attrs["outside"] = int(np.count_nonzero(~placed))
    return frame


def cell_ids(clients: pd.DataFrame, *, crs: str, size_m: float, shape: Shape) -> pd.Series:
    """Tell the grid cell of each client.

    Parameters
    ----------
    clients
        CLIENTS table (``lon``, ``lat``).
    crs
        The measuring CRS.
    size_m, shape
        As for ``grid``.

    Returns
    -------
    Series
        Cell ids as in the index of ``grid``; '' for clients without a place.
    """
    x, y = project(clients["lon"].to_numpy(), clients["lat"].to_numpy(), crs)
    placed = np.isfinite(x) & np.isfinite(y)
    column, row = cell_of(x[placed], y[placed], size_m, shape)
    ids = np.full(len(clients), "", dtype=object)
    ids[placed] = np.array(_ids(column, row, size_m, shape), dtype=object)
    return pd.Series(ids, index=clients.index, dtype="str")


def cell_of(x: Floats, y: Floats, size_m: float, shape: Shape) -> tuple[Ints, Ints]:
    """Find the cell of each point.

    Parameters
    ----------
    x, y
        Metres of the measuring CRS.
    size_m
        Distance between neighbouring centres.
    shape
        ``hexagon`` or ``square``.

    Returns
    -------
    tuple of ndarray
        Column and row; for hexagons the axial coordinates q and r (Red Blob Games,
        "Hexagonal Grids", rounding of cube coordinates).
    """
    if shape == "square":
        return np.floor(x / size_m).astype(np.int64), np.floor(y / size_m).astype(np.int64)
    r = y / (size_m * np.sqrt(3.0) / 2.0)
    q = x / size_m - r / 2.0
    s = -q - r
    rq, rr, rs = np.rint(q), np.rint(r), np.rint(s)
    dq, dr, ds = np.abs(rq - q), np.abs(rr - r), np.abs(rs - s)
    rq = np.where((dq > dr) & (dq > ds), -rr - rs, rq)
    rr = np.where((dq <= dr) | (dq <= ds), np.where(dr > ds, -rq - rs, rr), rr)
    return rq.astype(np.int64), rr.astype(np.int64)


def cell_polygons(column: Ints, row: Ints, size_m: float, shape: Shape) -> NDArray[np.object_]:
    """Draw cells.

    Parameters
    ----------
    column, row
        Cells, as ``cell_of`` returns them.
    size_m
        Distance between neighbouring centres.
    shape
        ``hexagon`` or ``square``.

    Returns
    -------
    ndarray
        Polygons in the measuring CRS.
    """
    if shape == "square":
        return np.asarray(
            shapely.box(column * size_m, row * size_m, (column + 1) * size_m, (row + 1) * size_m)
        )
    radius = size_m / np.sqrt(3.0)
    angles = np.radians(90.0 + 60.0 * np.arange(7))
    cx = size_m * (column + row / 2.0)
    cy = size_m * np.sqrt(3.0) / 2.0 * row
    rings = np.stack(
        [cx[:, None] + radius * np.cos(angles), cy[:, None] + radius * np.sin(angles)], axis=2
    )
    rings[:, -1] = rings[:, 0]
    return np.asarray(shapely.polygons(rings))


def _ids(column: Ints, row: Ints, size_m: float, shape: Shape) -> list[str]:
    prefix = f"{shape[0]}{size_m:g}"
    return [f"{prefix}:{c}:{r}" for c, r in zip(column.tolist(), row.tolist(), strict=True)]


def _meeting(areas: gpd.GeoDataFrame, crs: str, size_m: float, shape: Shape) -> Ints:
    union = shapely.union_all(to_measuring(areas, crs).geometry.to_numpy())
    west, south, east, north = shapely.bounds(union)
    if (east - west) * (north - south) / size_m**2 > _MOST_CELLS:
        raise InputError(
            f"a grid of {size_m:g} m has too many cells here", remedy="Choose larger cells"
        )
    # A lattice of points half a cell apart meets every cell of the box.
    step = size_m / 2.0
    px, py = np.meshgrid(
        np.arange(west - size_m, east + size_m, step),
        np.arange(south - size_m, north + size_m, step),
    )
    cells = np.unique(np.column_stack(cell_of(px.ravel(), py.ravel(), size_m, shape)), axis=0)
    shapely.prepare(union)
    polygons = cell_polygons(cells[:, 0], cells[:, 1], size_m, shape)
    return np.asarray(cells[shapely.intersects(union, polygons)])
