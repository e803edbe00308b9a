"""Every fault of a boundary set, each with its place and size."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from geoteam.areas.axes import axis_fault
from geoteam.areas.coverage import coverage_faults
from geoteam.areas.faults import Fault
from geoteam.areas.hierarchy import hierarchy_faults
from geoteam.areas.planar import to_metres
from geoteam.areas.reading import guess_fields, read_raw_boundaries

_POLYGON_IDS = (3, 6)
_REASONS = {
    "Self-intersection": "its outline crosses itself",
    "Ring Self-intersection": "its outline touches itself",
    "Hole lies outside shell": "a hole lies outside its outline",
    "Nested holes": "a hole lies in another hole",
    "Nested shells": "one part lies in another",
    "Interior is disconnected": "a hole cuts it in two",
    "Duplicate Rings": "a ring stands twice",
    "Too few points in geometry component": "a ring has too few points",
}


def check_boundaries(
    source: Path | gpd.GeoDataFrame,
    *,
    crs: str,
    kind: str = "service_area",
    children: gpd.GeoDataFrame | None = None,
    parents: gpd.GeoDataFrame | None = None,
    fields: Mapping[str, str] | None = None,
    layer: str = "",
    keep: Mapping[str, Sequence[str]] | None = None,
    source_crs: str | None = None,
    tiles: bool = True,
) -> list[Fault]:
    """Check boundaries and list every fault; nothing is changed.

    Overlaps, gaps, holes and slivers count from 0.1 m2 (warning) and 100 m2 (error). A sliver is
    a gap or overlap less than a metre wide on average.

    Parameters
    ----------
    source
        A file, or a BOUNDARIES or raw frame.
    crs
        The city's measuring CRS; its area of use tells swapped axes and other cities.
    kind
        What the boundaries are; for messages.
    children
        BOUNDARIES one or more levels down, to see whether each boundary is their union.
    parents
        BOUNDARIES one or more levels up, to see whether each is the union of these boundaries.
    fields
        ``code``, ``name``, ``parent`` -> the file's column; guessed when not given.
    layer
        Name of the file's layer.
    keep
        The file's column -> values; other rows are left out.
    source_crs
        CRS of a file that does not say it.
    tiles
        False for context layers, which may leave ground uncovered: gaps are warnings then.

    Returns
    -------
    list of Fault
        Errors first, then by kind, code and size; empty when there is none.

    Raises
    ------
    MissingFileError
        When there is no file.
    UnreadableFileError
        When the file is empty, truncated, too large or in no known format.
    BoundaryError
        When the file has no rows, no polygon layer or no column for the code.
    """
    if isinstance(source, Path):
        fields = fields or guess_fields(source, layer=layer)
        raw = read_raw_boundaries(
            source, kind=kind, fields=fields, layer=layer, keep=keep, crs=source_crs
        )
        label = fields["code"]
    else:
        raw, label = _as_raw(source), kind.replace("_", " ")
    label = kind.replace("_", " ") if label.lower() == "code" else label
    faults = _code_faults(raw, label)
    whole, found = _row_faults(raw, label, crs)
    faults += found
    if whole is not None and len(whole):
        faults += coverage_faults(whole, crs=crs, label=label, tiles=tiles)
        if children is not None:
            faults += hierarchy_faults(_unique(whole), children, crs=crs, label=label)
        if parents is not None:
            faults += hierarchy_faults(parents, _unique(whole), crs=crs)
    return sorted(faults, key=lambda f: (f.severity, f.kind, -f.size_m2, f.code, f.other))


def _as_raw(frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    raw = frame.reset_index() if frame.index.name == "code" else frame.reset_index(drop=True)
    for column in ("code", "name", "parent"):
        if column not in raw.columns:
            raw[column] = ""
        raw[column] = raw[column].astype("str").fillna("")
    return raw


def _unique(frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    return frame[(frame["code"] != "") & ~frame["code"].duplicated()].set_index("code")


def _code_faults(raw: gpd.GeoDataFrame, label: str) -> list[Fault]:
    points = _places(raw)
    codes = raw["code"].to_numpy()
    faults = [
        Fault("missing_code", "", "", 0.0, *points[row], f"Row {row + 1} has no {label}.", "error")
        for row in np.flatnonzero(codes == "")
    ]
    counts = raw.loc[raw["code"] != "", "code"].value_counts()
    for code in sorted(counts[counts > 1].index):
        place = points[int(np.flatnonzero(codes == code)[1])]
        message = f"{label} {code} stands {counts[code]} times."
        faults.append(Fault("duplicate_code", code, code, 0.0, *place, message, "error"))
    return faults


def _places(raw: gpd.GeoDataFrame) -> list[tuple[float | None, float | None]]:
    """Middle of each row's box, where the frame is in degrees and has one."""
    boxes = shapely.bounds(raw.geometry.to_numpy())
    middle = np.column_stack((boxes[:, [0, 2]].mean(axis=1), boxes[:, [1, 3]].mean(axis=1)))
    return [
        (float(x), float(y)) if raw.crs is not None and np.isfinite((x, y)).all() else (None, None)
        for x, y in middle
    ]


def _row_faults(
    raw: gpd.GeoDataFrame, label: str, crs: str
) -> tuple[gpd.GeoDataFrame | None, list[Fault]]:
    """Faults of single rows, and the rows that can be measured, rings made valid."""
    if raw.crs is None:
        message = "The file does not say its coordinate system (a .prj file is missing?)."
        return None, [Fault("missing_crs", "", "", 0.0, None, None, message, "error")]
    usable, faults = _unusable(raw, label)
    axes = axis_fault(raw.geometry[usable], crs)
    if axes is not None:
        message = f"{axes.message[0].upper()}{axes.message[1:]}. {axes.remedy}."
        swapped = axes.kind == "swapped_axes"
        lon, lat = (axes.y, axes.x) if swapped else (None, None)
        faults.append(Fault(axes.kind, "", "", 0.0, lon, lat, message, "error"))
        return None, faults
    whole = raw[usable].copy()
    shapes = whole.geometry.to_numpy()
    bad = np.flatnonzero(~shapely.is_valid(shapes))
    if len(bad):
        mended = shapes.copy()
        mended[bad] = shapely.make_valid(shapes[bad], method="structure", keep_collapsed=False)
        both = np.concatenate((shapes[bad], mended[bad]))
        before, after = np.split(shapely.area(to_metres(both, crs)), 2)
        for k, row in enumerate(bad.tolist()):
            code = str(whole["code"].iloc[row])
            faults.append(_ring_fault(shapes[row], code, label, float(abs(after[k] - before[k]))))
        whole = whole.set_geometry(gpd.GeoSeries(mended, index=whole.index, crs=raw.crs))
    return whole, faults


def _ring_fault(shape: shapely.Geometry, code: str, label: str, size: float) -> Fault:
    reason = str(shapely.is_valid_reason(shape))
    found = re.fullmatch(r"(.*)\[(\S+) (\S+).*\]", reason)
    words, lon, lat = (
        (found[1], float(found[2]), float(found[3])) if found else (reason, None, None)
    )
    place = f" at {lon:.6f}, {lat:.6f}" if lon is not None and lat is not None else ""
    return Fault(
        "invalid_ring", code, "", size, lon, lat,
        f"{label} {code or '(no code)'}: {_REASONS.get(words, words.lower())}{place}; "
        f"{size:,.1f} m2 are in doubt.",
        "error",
    )  # fmt: skip


def _unusable(raw: gpd.GeoDataFrame, label: str) -> tuple[NDArray[np.bool_], list[Fault]]:
    shapes = raw.geometry.to_numpy()
    empty = shapely.is_missing(shapes) | shapely.is_empty(shapes)
    polygon = np.isin(shapely.get_type_id(shapes), _POLYGON_IDS)
    xy, owner = shapely.get_coordinates(shapes, return_index=True)
    infinite = np.zeros(len(shapes), dtype=bool)
    infinite[owner[~np.isfinite(xy).all(axis=1)]] = True
    faults = []
    for mask, fault_kind, what in (
        (empty, "empty_geometry", "has no geometry"),
        (~empty & ~polygon, "not_polygon", "is no polygon"),
        (~empty & polygon & infinite, "not_finite", "has a coordinate that is not a finite number"),
    ):
        for row in np.flatnonzero(mask):
            code = str(raw["code"].iloc[row])
            message = f"{label} {code or '(no code)'} (row {row + 1}) {what}."
            faults.append(Fault(fault_kind, code, "", 0.0, None, None, message, "error"))
    return ~empty & polygon & ~infinite, faults


def faults_frame(faults: Sequence[Fault]) -> pd.DataFrame:
    """Give faults as a table.

    Parameters
    ----------
    faults
        What a check found.

    Returns
    -------
    DataFrame
        One row a fault, one column an attribute.
    """
    return pd.DataFrame(
        [fault.as_dict() for fault in faults], columns=list(Fault.__dataclass_fields__)
    )
