"""Boundary files in, BOUNDARIES frames out; every refusal says what, where and what to do."""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
import pyproj
import shapely

from geoteam.areas.axes import axis_fault
from geoteam.areas.files import check_file
from geoteam.crs import WGS84
from geoteam.errors import BoundaryError, CrsError, UnreadableFileError
from geoteam.frames import BOUNDARIES, check_frame

_POLYGON_IDS = (3, 6)


def read_boundaries(
    path: Path,
    *,
    kind: str,
    fields: Mapping[str, str],
    layer: str = "",
    keep: Mapping[str, Sequence[str]] | None = None,
    crs: str | None = None,
    city_crs: str | None = None,
) -> gpd.GeoDataFrame:
    """Read one set of boundaries and refuse what cannot be a set.

    Invalid rings, gaps and overlaps pass: ``check_boundaries`` reports and ``repair_boundaries``
    mends them. A file in another CRS is reprojected, and ``attrs["notes"]`` says so.

    Parameters
    ----------
    path
        GeoJSON, Shapefile (zipped too), GeoPackage, FlatGeobuf, File Geodatabase or KML.
    kind
        What the boundaries are, such as ``service_area``; for messages.
    fields
        ``code`` and, where there are such, ``name`` and ``parent`` -> the file's column.
    layer
        Name of the layer; needed only when the file has several with polygons.
    keep
        The file's column -> values; other rows are left out.
    crs
        CRS of the coordinates when the file does not say it.
    city_crs
        The city's measuring CRS. Where it states an area of use, swapped axes and boundaries of
        another city are recognised by it.

    Returns
    -------
    GeoDataFrame
        BOUNDARIES: index ``code``, columns ``name`` and ``parent``, polygons in EPSG:4326.

    Raises
    ------
    MissingFileError
        When there is no file.
    UnreadableFileError
        When the file is empty, truncated, too large or in no known format.
    CrsError
        When the CRS is missing, contradictory or plainly not the one stated.
    BoundaryError
        When codes are missing or stand twice, the axes are swapped, or rows are no polygons.
    """
    raw = read_raw_boundaries(
        path, kind=kind, fields=fields, layer=layer, keep=keep, crs=crs, city_crs=city_crs
    )
    where = str(path)
    if raw.crs is None:
        raise CrsError(
            f"{path.name} does not say its coordinate system",
            where=where,
            remedy="Add the .prj file, or say which CRS it is in",
        )
    _refuse_geometry(raw, kind, where)
    fault = axis_fault(raw.geometry, city_crs)
    if fault:
        error = BoundaryError if fault.kind == "swapped_axes" else CrsError
        raise error(fault.message, where=where, remedy=fault.remedy)
    _refuse_codes(raw, kind, where)
    frame = raw.set_index("code").sort_index()
    frame.attrs = dict(raw.attrs)
    return check_frame(frame, BOUNDARIES)


def read_raw_boundaries(
    path: Path,
    *,
    kind: str,
    fields: Mapping[str, str],
    layer: str = "",
    keep: Mapping[str, Sequence[str]] | None = None,
    crs: str | None = None,
    city_crs: str | None = None,
) -> gpd.GeoDataFrame:
    """Read boundaries as they are, faults and all, so that a check can report every one.

    Parameters
    ----------
    path
        As in ``read_boundaries``.
    kind
        What the boundaries are; for messages.
    fields
        As in ``read_boundaries``; a file without the named code column is refused.
    layer
        Name of the layer.
    keep
        The file's column -> values; other rows are left out.
    crs
        CRS of the coordinates when the file does not say it.
    city_crs
        Accepted so that both readers take the same arguments; the check judges by it.

    Returns
    -------
    GeoDataFrame
        Columns ``code``, ``name``, ``parent`` (text, '' when missing) and ``geometry``; rows in
        the file's order. EPSG:4326, or no CRS when none is known. ``attrs["notes"]`` lists what
        was changed in reading, ``attrs["code_column"]`` names the file's code column.

    Raises
    ------
    MissingFileError
        When there is no file.
    UnreadableFileError
        When the file is empty, truncated, too large or in no known format.
    CrsError
        When the stated CRS contradicts the file's.
    BoundaryError
        When the file lacks a named column or has no row with a polygon layer.
    """
    check_file(path)
    notes: list[str] = []
    table = _read_layer(path, _choose_layer(path, layer), notes)
    table = _keep_rows(table, keep or {}, path)
    if table.empty:
        raise BoundaryError(f"{path.name} has no {_words(kind)}", where=str(path))
    columns = {name: _column(table, fields, name, path) for name in ("code", "name", "parent")}
    frame = gpd.GeoDataFrame(
        {name: as_text(values) for name, values in columns.items()},
        geometry=shapely.force_2d(table.geometry.to_numpy()),
        crs=table.crs,
    )
    if table.geometry.has_z.any():
        notes.append("heights were left out")
    frame = _in_wgs84(frame, crs, path, notes)
    frame.attrs["notes"] = notes
    frame.attrs["code_column"] = fields["code"]
    return frame


def guess_fields(path: Path, *, layer: str = "") -> dict[str, str]:
    """Guess which column of a boundary file holds the code; the caller shows the guess.

    Parameters
    ----------
    path
        A boundary file.
    layer
        Name of the layer.

    Returns
    -------
    dict
        ``code`` and, where a column is so called, ``name`` -> the file's column.

    Raises
    ------
    BoundaryError
        When no column has a value of its own in every row.
    """
    check_file(path)
    table = _read_layer(path, _choose_layer(path, layer), [])
    names = [name for name in table.columns if name != table.geometry.name]
    texts = {name: as_text(table[name]) for name in names}
    # A code says which row it is; a damaged file may repeat or lack one, so 90 % is enough.
    distinct = [
        name
        for name in names
        if texts[name][texts[name] != ""].nunique() >= 0.9 * len(table)
        and not pd.api.types.is_float_dtype(table[name])
    ]
    known = ("code", "psa", "sector", "district", "ward", "geoid", "zipcode")
    ranked = sorted(
        distinct,
        key=lambda n: (
            known.index(n.lower()) if n.lower() in known else len(known),
            n.lower() in {"objectid", "fid", "gid", "globalid", "id"},
            not n.lower().endswith(("_id", "code")),
            n.lower() in {"name", "description"},
            names.index(n),
        ),
    )
    if not ranked:
        raise BoundaryError(
            "no column has a code for every row",
            where=f"{path} (columns: {', '.join(names) or 'none'})",
            remedy="Say which column holds the code",
        )
    found = {"code": ranked[0]}
    named = [name for name in names if name.lower() == "name"]
    if named:
        found["name"] = named[0]
    return found


def as_text(values: pd.Series) -> pd.Series:
    """Write codes as text: 101 and 101.0 are ``"101"``, blanks around are cut, null is ``""``.

    Parameters
    ----------
    values
        A column as the file has it.

    Returns
    -------
    Series
        Text, same index.
    """
    if pd.api.types.is_float_dtype(values) and (values.dropna() % 1 == 0).all():
        values = values.astype("Int64")
    return values.astype("str").where(values.notna(), "").str.strip()


def _words(kind: str) -> str:
    return kind.replace("_", " ") + "s"


def _choose_layer(path: Path, layer: str) -> str:
    try:
        layers = pyogrio.list_layers(path)
    except (pyogrio.errors.DataSourceError, ValueError) as error:
        raise _unreadable(path, error) from error
    names = [str(name) for name, _ in layers]
    if layer:
        if layer not in names:
            raise BoundaryError(
                f"there is no layer {layer!r}",
                where=str(path),
                remedy=f"Layers: {', '.join(names)}",
            )
        return layer
    with_polygons = [str(n) for n, geometry in layers if geometry and "olygon" in str(geometry)]
    spatial = [str(name) for name, geometry in layers if geometry]
    choice = with_polygons or spatial
    if not choice:
        raise BoundaryError("the file has no layer with geometry", where=str(path))
    if len(choice) > 1:
        raise BoundaryError(
            f"the file has {len(choice)} layers", where=str(path),
            remedy=f"Say which one holds the boundaries: {', '.join(choice)}",
        )  # fmt: skip
    return choice[0]


def _read_layer(path: Path, layer: str, notes: list[str]) -> gpd.GeoDataFrame:
    try:
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            promised = pyogrio.read_info(path, layer=layer, force_feature_count=True)["features"]
            # Invalid rings must arrive as they are: they are reported, not mended in passing.
            table = pyogrio.read_dataframe(path, layer=layer, on_invalid="ignore")
    except (pyogrio.errors.DataSourceError, pyogrio.errors.FeatureError, ValueError) as error:
        raise _unreadable(path, error) from error
    except shapely.errors.GEOSException as error:
        raise _unreadable(path, error) from error
    if not isinstance(table, gpd.GeoDataFrame):
        raise BoundaryError("the layer has no geometry", where=f"{path}, layer {layer}")
    if len(table) < promised:
        raise UnreadableFileError(
            f"the file is truncated: {len(table)} of {promised} rows can be read", where=str(path),
            remedy="Get a whole copy of the file and try again",
        )  # fmt: skip
    notes.extend(sorted({str(w.message) for w in caught if issubclass(w.category, RuntimeWarning)}))
    return table


def _unreadable(path: Path, error: Exception) -> UnreadableFileError:
    # GDAL names the whole path, and advises its own callers.
    said = str(error).replace(str(path), path.name).partition("; It might help")[0].rstrip(".")
    return UnreadableFileError(
        f"{path.name} cannot be read; it is damaged, truncated or in another format ({said})",
        where=str(path),
        remedy="Open it in QGIS to see whether it is whole, or get another copy",
    )


def _keep_rows(
    table: gpd.GeoDataFrame, keep: Mapping[str, Sequence[str]], path: Path
) -> gpd.GeoDataFrame:
    for column, values in keep.items():
        if column not in table.columns:
            raise _no_column(table, column, path)
        table = table[as_text(table[column]).isin([str(value) for value in values])]
    return table.reset_index(drop=True)


def _column(table: gpd.GeoDataFrame, fields: Mapping[str, str], name: str, path: Path) -> pd.Series:
    wanted = fields.get(name, "")
    if not wanted:
        if name == "code":
            raise BoundaryError("no column is named for the code", where=str(path))
        return pd.Series("", index=table.index, dtype="str")
    if wanted not in table.columns:
        raise _no_column(table, wanted, path)
    column: pd.Series = table[wanted]
    return column


def _no_column(table: gpd.GeoDataFrame, column: str, path: Path) -> BoundaryError:
    there = ", ".join(str(name) for name in table.columns if name != table.geometry.name)
    return BoundaryError(
        f"there is no column {column!r}", where=str(path), remedy=f"Columns: {there or 'none'}"
    )


def _in_wgs84(
    frame: gpd.GeoDataFrame, crs: str | None, path: Path, notes: list[str]
) -> gpd.GeoDataFrame:
    if crs is not None:
        stated = pyproj.CRS.from_user_input(crs)
        # GDAL takes GeoJSON for EPSG:4326 unless it says otherwise; the caller may know better.
        unsaid = frame.crs is None or path.suffix.lower() in {".geojson", ".json"}
        if not unsaid and not frame.crs.equals(stated, ignore_axis_order=True):
            raise CrsError(
                f"{path.name} is in {frame.crs.name}, not in {stated.name}",
                where=str(path),
                remedy="Leave the CRS out, or correct it",
            )
        if unsaid:
            frame = frame.set_crs(stated, allow_override=True)
            notes.append(f"taken to be in {stated.name}, as stated")
    if frame.crs is None or frame.crs.equals(pyproj.CRS(WGS84), ignore_axis_order=True):
        return frame if frame.crs is None else frame.set_crs(WGS84, allow_override=True)
    notes.append(f"reprojected from {frame.crs.name} to EPSG:4326")
    return frame.to_crs(WGS84)


def _refuse_geometry(frame: gpd.GeoDataFrame, kind: str, where: str) -> None:
    shapes = frame.geometry.to_numpy()
    types = shapely.get_type_id(shapes)
    usable = np.isin(types, _POLYGON_IDS) & ~shapely.is_empty(shapes)
    if not usable.any():
        raise BoundaryError(f"no {_words(kind)[:-1]} has a polygon", where=where)
    if not usable.all():
        row = int(np.flatnonzero(~usable)[0])
        what = "no geometry" if types[row] < 0 or shapely.is_empty(shapes[row]) else "no polygon"
        raise BoundaryError(
            f"{int((~usable).sum())} row(s) cannot be used; the first has {what}",
            where=f"{where}, row {row + 1}, code {frame['code'].iloc[row] or '(none)'}",
            remedy="Mend the row or leave it out with `keep`",
        )
    bad = ~np.isfinite(frame.geometry.bounds.to_numpy()).all(axis=1) | _has_nan(shapes)
    if bad.any():
        row = int(np.flatnonzero(bad)[0])
        raise BoundaryError(
            "a coordinate is not a finite number",
            where=f"{where}, row {row + 1}, code {frame['code'].iloc[row] or '(none)'}",
        )


def _has_nan(shapes: np.ndarray) -> np.ndarray:
    coordinates, owner = shapely.get_coordinates(shapes, return_index=True)
    bad = np.zeros(len(shapes), dtype=bool)
    bad[owner[~np.isfinite(coordinates).all(axis=1)]] = True
    return bad


def _refuse_codes(frame: gpd.GeoDataFrame, kind: str, where: str) -> None:
    codes = frame["code"]
    if (codes == "").any():
        rows = ", ".join(str(row + 1) for row in np.flatnonzero(codes == "")[:5])
        raise BoundaryError(
            f"{int((codes == '').sum())} of {len(codes)} {_words(kind)} have no code",
            where=f"{where}, column {frame.attrs['code_column']}, row(s) {rows}",
            remedy="Fill in the codes, or name another column",
        )
    if codes.duplicated().any():
        twice = ", ".join(sorted(set(codes[codes.duplicated()]))[:5])
        raise BoundaryError(
            f"code(s) stand more than once: {twice}",
            where=f"{where}, column {frame.attrs['code_column']}",
            remedy="Each boundary needs a code of its own; name another column or merge the rows",
        )
