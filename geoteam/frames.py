"""Table contracts: what columns, index, types and CRS a frame has when it crosses a room's door.

A frame is checked at the door and never subclassed. Extra columns are allowed and pass through.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import geopandas as gpd
import pandas as pd
from pandas.api import types as pdt

from geoteam.crs import require_wgs84
from geoteam.errors import FrameError

_KINDS: dict[str, Callable[[pd.Series], bool]] = {
    "text": lambda s: pdt.is_string_dtype(s) or (len(s) == 0 and pdt.is_object_dtype(s)),
    "integer": lambda s: pdt.is_integer_dtype(s),
    "number": lambda s: pdt.is_numeric_dtype(s) and not pdt.is_bool_dtype(s),
    "flag": lambda s: pdt.is_bool_dtype(s),
    "date": lambda s: pdt.is_datetime64_any_dtype(s) or pdt.is_object_dtype(s),
    "any": lambda s: True,
}


@dataclass(frozen=True)
class Contract:
    """What a table must look like.

    Attributes
    ----------
    name
        Name of the table, for messages.
    index
        Name of the index: unique and never null.
    columns
        Column name -> kind (``text``, ``integer``, ``number``, ``flag``, ``date`` or ``any``).
        Text is never null: what is unknown is the empty string.
    geometry
        Allowed geometry types; empty when the table has no geometry. Geometry is EPSG:4326.
    """

    name: str
    index: str
    columns: Mapping[str, str]
    geometry: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        object.__setattr__(self, "columns", MappingProxyType(dict(self.columns)))


POLYGONS = ("Polygon", "MultiPolygon")

# One boundary set. `parent` is the code of the boundary one level up (empty when there is none).
BOUNDARIES = Contract("boundaries", "code", {"name": "text", "parent": "text"}, geometry=POLYGONS)
# Reference address points. `address` is "NUMBER STREET QUADRANT" in upper case, spelled out.
ADDRESSES = Contract(
    "addresses",
    "address_id",
    {"address": "text", "number": "text", "street": "text", "quadrant": "text", "zip": "text"},
    geometry=("Point",),
)
# Hundred-blocks: `street` holds name and type without the quadrant; lo <= number <= hi.
BLOCKS = Contract(
    "blocks",
    "block_id",
    {
        "street": "text",
        "quadrant": "text",
        "lo": "integer",
        "hi": "integer",
        "length_m": "number",
    },
    geometry=("Point",),
)
# Anything with a door: stations, field offices, shelters, partners. `partner_kind` is empty when
# the venue is no partner of a network.
VENUES = Contract(
    "venues",
    "venue_ref",
    {"category": "text", "name": "text", "address": "text", "partner_kind": "text"},
    geometry=("Point",),
)
# Clients as the domain rooms see them: no name. `specialty` is empty for general supervision;
# `officer` and `team` are today's (empty when none); points are workload points.
CLIENTS = Contract(
    "clients",
    "client_ref",
    {
        "level": "text",
        "specialty": "text",
        "points": "number",
        "lon": "number",
        "lat": "number",
        "unit": "text",
        "boundary_ambiguous": "flag",
        "located": "flag",
        "officer": "text",
    },
)
# Officers: capacity in workload points. `specialty` as in CLIENTS; lon/lat of the field office.
OFFICERS = Contract(
    "officers",
    "officer_ref",
    {
        "team": "text",
        "specialty": "text",
        "capacity_points": "number",
        "lon": "number",
        "lat": "number",
    },
)
# Geocoding results, aligned with the input's index. lon/lat are NaN without a coordinate.
GEOCODES = Contract(
    "geocodes",
    "",
    {
        "status": "text",
        "match_code": "text",
        "kind": "text",
        "score": "number",
        "lon": "number",
        "lat": "number",
        "uncertainty_m": "number",
        "matched_address": "text",
        "reference_id": "text",
        "inferred": "flag",
        "reason": "text",
        "candidates": "any",
    },
)


def rows_of(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """Turn a frame into rows that can be written as JSON or shown on a page.

    Parameters
    ----------
    frame
        Any frame; its index is left out.

    Returns
    -------
    list of dict
        One a row: column -> value.
    """
    return [{str(name): value for name, value in row.items()} for row in frame.to_dict("records")]


def check_frame(frame: pd.DataFrame, contract: Contract) -> pd.DataFrame:
    """Check a table against its contract.

    Parameters
    ----------
    frame
        The table.
    contract
        What it must be.

    Returns
    -------
    DataFrame
        The same table, untouched.

    Raises
    ------
    FrameError
        On the first breach, naming the column and what it should be.
    CrsError
        When the geometry is not in EPSG:4326.
    """
    name = contract.name
    missing = [column for column in contract.columns if column not in frame.columns]
    if missing:
        raise FrameError(f"{name}: column(s) missing: {', '.join(missing)}")
    if contract.index:
        if frame.index.name != contract.index:
            raise FrameError(f"{name}: the index is {frame.index.name!r}, not {contract.index!r}")
        if frame.index.hasnans:
            raise FrameError(f"{name}: the index {contract.index!r} has empty values")
        if not frame.index.is_unique:
            twice = frame.index[frame.index.duplicated()][0]
            raise FrameError(f"{name}: {contract.index} {twice!r} stands twice")
    for column, kind in contract.columns.items():
        series = frame[column]
        if not _KINDS[kind](series):
            raise FrameError(f"{name}: column {column!r} is {series.dtype}, not {kind}")
        if kind == "text" and series.isna().any():
            raise FrameError(f"{name}: column {column!r} has nulls; unknown text is ''")
    if contract.geometry:
        if not isinstance(frame, gpd.GeoDataFrame):
            raise FrameError(f"{name}: has no geometry")
        require_wgs84(frame, name)
        kinds = set(frame.geometry.geom_type.dropna().unique())
        if frame.geometry.isna().any() or frame.geometry.is_empty.any():
            raise FrameError(f"{name}: has rows without geometry")
        if not kinds <= set(contract.geometry):
            raise FrameError(f"{name}: holds {', '.join(sorted(kinds - set(contract.geometry)))}")
    return frame
