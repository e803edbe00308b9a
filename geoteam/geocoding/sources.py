"""Reading the reference: points, blocks, centrelines and venues, as the profile names them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd

from geoteam.crs import WGS84
from geoteam.errors import AddressReferenceError, InputError, MissingFileError, UnreadableFileError
from geoteam.frames import ADDRESSES, BLOCKS, VENUES, check_frame
from geoteam.geocoding.words import CORNERS

_GEO = {".geojson", ".json", ".gpkg", ".shp", ".fgb", ".zip", ".gdb", ".kml"}


def _read_table(path: Path) -> pd.DataFrame:
    """Read a table by its extension; a geometry becomes the columns lon and lat."""
    if not path.exists():
        raise MissingFileError(f"there is no file {path.name}", where=str(path))
    suffixes = "".join(path.suffixes[-2:]).lower()
    try:
        if path.suffix.lower() in _GEO:
            return _lonlat(gpd.read_file(path), path)
        if path.suffix.lower() == ".parquet":
            frame = pd.read_parquet(path)
            if "geometry" in frame.columns:
                return _lonlat(gpd.read_parquet(path), path)
            return frame
        if path.suffix.lower() in (".xlsx", ".xlsm"):
            return pd.read_excel(path, dtype=str)
        if ".csv" in suffixes or path.suffix.lower() in (".txt", ".tsv"):
            return pd.read_csv(path, dtype=str, sep="\t" if path.suffix == ".tsv" else ",")
    except InputError:
        raise
    except Exception as error:
        raise UnreadableFileError(f"the file cannot be read: {error}", where=str(path)) from error
    raise UnreadableFileError(
        f"{path.suffix or 'a file without extension'} is no known format",
        where=str(path),
        remedy="Use CSV, XLSX, Parquet, GeoJSON or GeoPackage",
    )


def _lonlat(frame: gpd.GeoDataFrame, path: Path) -> pd.DataFrame:
    if frame.crs is None:
        raise AddressReferenceError(
            "the file has no coordinate system", where=str(path), remedy="Say which one it is in"
        )
    points = frame.geometry.to_crs(WGS84)
    table = pd.DataFrame(frame.drop(columns=frame.geometry.name))
    empty = points.isna() | points.is_empty
    centres = points.where(~empty).representative_point()
    table["lon"] = centres.x
    table["lat"] = centres.y
    return table


def _column(table: pd.DataFrame, name: str, path: Path) -> pd.Series:
    if name not in table.columns:
        raise AddressReferenceError(
            f"there is no column {name!r}",
            where=str(path),
            remedy=f"It has: {', '.join(map(str, table.columns))}. Mend fields in the profile",
        )
    return table[name]


def _text(values: pd.Series) -> pd.Series:
    text = values.astype("str").where(values.notna(), "").str.strip()
    return text.str.replace(r"^(-?\d+)\.0$", r"\1", regex=True)


def _number(table: pd.DataFrame, name: str, path: Path) -> pd.Series:
    raw = _column(table, name, path)
    values = pd.to_numeric(raw, errors="coerce").astype(float)
    bad = ~np.isfinite(values.to_numpy())
    if bad.any():
        row = int(np.flatnonzero(bad)[0])
        raise AddressReferenceError(
            f"{int(bad.sum())} row(s) have no usable {name}",
            where=f"{path}, row {row + 2}, column {name!r}, value {str(raw.iloc[row])[:40]!r}",
            remedy="Every row needs a finite number there",
        )
    return values


def _points(table: pd.DataFrame, fields: Mapping[str, str], path: Path) -> gpd.GeoSeries:
    lon = _number(table, fields.get("lon", "lon"), path)
    lat = _number(table, fields.get("lat", "lat"), path)
    off = (lon.abs() > 180) | (lat.abs() > 90)
    if off.any():
        row = int(np.flatnonzero(off.to_numpy())[0])
        raise AddressReferenceError(
            "coordinates are not longitudes and latitudes",
            where=f"{path}, row {row + 2}, value {lon.iloc[row]}, {lat.iloc[row]}",
            remedy="Coordinates are degrees in EPSG:4326, longitude first",
        )
    return gpd.GeoSeries(gpd.points_from_xy(lon, lat), index=table.index, crs=WGS84)


def _split_quadrant(street: pd.Series) -> tuple[pd.Series, pd.Series]:
    """Split a trailing NE, NW, SE or SW off street names."""
    last = street.str.rsplit(" ", n=1).str[-1].str.upper()
    has = last.isin(CORNERS) & street.str.contains(" ", regex=False)
    quadrant = last.map(CORNERS).where(has, "").fillna("").astype("str")
    short = street.where(~has, street.str.rsplit(" ", n=1).str[0]).fillna("").astype("str")
    return short, quadrant


def _index(table: pd.DataFrame, fields: Mapping[str, str], key: str, path: Path) -> pd.Index:
    if key not in fields:
        return pd.Index(
            [f"{path.name.split('.')[0]}:{i}" for i in range(1, len(table) + 1)], name=key
        )
    ids = _text(_column(table, fields[key], path))
    # Repeated and empty ids are mended here and reported by the reference's own check.
    repeat = ids.groupby(ids).cumcount()
    ids = ids.where(repeat == 0, ids + "~" + repeat.astype("str"))
    rows = pd.Series(table.index + 2, index=table.index).astype("str")
    whole: list[str] = ids.where(ids != "", "row " + rows).tolist()
    return pd.Index(whole, name=key)


def _start(path: Path, fields: Mapping[str, str], needed: tuple[str, ...]) -> pd.DataFrame:
    missing = [name for name in needed if name not in fields]
    if missing:
        raise AddressReferenceError(
            f"fields does not say which column holds {', '.join(missing)}", where=str(path)
        )
    table = _read_table(path).reset_index(drop=True)
    if table.empty:
        raise AddressReferenceError("the file has no rows", where=str(path))
    return table


def _refuse_useless(usable: pd.Series, what: str, path: Path) -> None:
    if not usable.any():
        raise AddressReferenceError(
            f"none of the {len(usable):,} rows has {what}",
            where=str(path),
            remedy="Check the file, and fields in the profile",
        )


def _checked(
    columns: Mapping[str, object], index: pd.Index, points: gpd.GeoSeries
) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(columns, geometry=points.array).set_index(index)


def read_addresses(path: Path, fields: Mapping[str, str]) -> gpd.GeoDataFrame:
    """Read address points.

    Parameters
    ----------
    path
        CSV (also compressed), XLSX, Parquet, or a geo file such as GeoJSON or GeoPackage.
    fields
        geoteam's column -> the file's column: ``address`` or both ``number`` and ``street``;
        optionally ``address_id``, ``quadrant``, ``zip``, ``lon``, ``lat``.

    Returns
    -------
    GeoDataFrame
        Contract ``ADDRESSES``; ``street`` is without the quadrant, ``number`` keeps its suffix
        (``17 1/2``).

    Raises
    ------
    AddressReferenceError
        When a column is missing, no row is usable, or a coordinate is not finite.
    UnreadableFileError
        When the file is in no known format or broken.
    MissingFileError
        When there is no such file.
    """
    given = ("address",) if "address" in fields else ("number", "street")
    table = _start(path, fields, given)
    points = _points(table, fields, path)
    address = _text(_column(table, fields["address"], path)) if "address" in fields else None
    if address is None or ("number" in fields and "street" in fields):
        number = _text(_column(table, fields["number"], path))
        street = _text(_column(table, fields["street"], path)).str.upper()
    else:
        parts = address.str.extract(r"^\s*(\d\S*)\s+(.*)$").fillna("")
        number, street = parts[0].astype("str"), parts[1].str.upper().astype("str")
    street, quadrant = _split_quadrant(street)
    if "quadrant" in fields:
        named = _text(_column(table, fields["quadrant"], path)).str.upper()
        quadrant = named.where(named != "", quadrant)
    if address is not None:
        # A house number column often drops the suffix that the address keeps.
        full = address.str.upper().str.extract(r"^\s*(\d+(?:[A-Z]\b|\s+\d/\d)?)\s")[0].fillna("")
        digits = full.str.extract(r"^(\d+)")[0]
        number = number.where((digits != number) | (full == ""), full.astype("str"))
        street = street.str.replace(r"^\d/\d\s+", "", regex=True)
    line = number + " " + street + (" " + quadrant).where(quadrant != "", "")
    zips = _text(_column(table, fields["zip"], path)) if "zip" in fields else None
    _refuse_useless(
        number.str.contains(r"^\d") & (street != ""), "a house number and a street", path
    )
    columns = {
        "address": (address.str.upper() if address is not None else line).to_numpy(),
        "number": number.to_numpy(),
        "street": street.to_numpy(),
        "quadrant": quadrant.to_numpy(),
        "zip": ("" if zips is None else zips.str[:5].to_numpy()),
    }
    frame = _checked(columns, _index(table, fields, "address_id", path), points)
    return check_frame(_as_text(frame, ADDRESSES.columns), ADDRESSES)


def _as_text(frame: gpd.GeoDataFrame, columns: Mapping[str, str]) -> gpd.GeoDataFrame:
    for name, kind in columns.items():
        if kind == "text":
            frame[name] = frame[name].astype("str")
    return frame


def read_blocks(path: Path, fields: Mapping[str, str]) -> gpd.GeoDataFrame:
    """Read hundred-blocks with their centres.

    Parameters
    ----------
    path
        As for `read_addresses`.
    fields
        geoteam's column -> the file's column: ``street``, ``lo``, ``hi``; optionally
        ``block_id``, ``quadrant``, ``length_m``, ``spread_m``, ``lon``, ``lat``.

    Returns
    -------
    GeoDataFrame
        Contract ``BLOCKS``; ``length_m`` is NaN where the file does not tell it, ``spread_m``
        (how far the centre is uncertain, metres) is kept when given.

    Raises
    ------
    AddressReferenceError
        When a column is missing, no row is usable, or a number is not finite.
    """
    table = _start(path, fields, ("street", "lo", "hi"))
    points = _points(table, fields, path)
    street, quadrant = _split_quadrant(_text(_column(table, fields["street"], path)).str.upper())
    if "quadrant" in fields:
        named = _text(_column(table, fields["quadrant"], path)).str.upper()
        quadrant = named.where(named != "", quadrant)
    low = _number(table, fields["lo"], path)
    high = _number(table, fields["hi"], path)
    _refuse_useless((street != "") & (low >= 0), "a street and a house number", path)
    columns: dict[str, object] = {
        "street": street.to_numpy(),
        "quadrant": quadrant.to_numpy(),
        "lo": np.minimum(low.to_numpy(), high.to_numpy()).astype(np.int64),
        "hi": np.maximum(low.to_numpy(), high.to_numpy()).astype(np.int64),
        "length_m": np.nan,
    }
    for name in ("length_m", "spread_m"):
        if name in fields:
            columns[name] = pd.to_numeric(
                _column(table, fields[name], path), errors="coerce"
            ).to_numpy(dtype=np.float64)
    frame = _checked(columns, _index(table, fields, "block_id", path), points)
    return check_frame(_as_text(frame, BLOCKS.columns), BLOCKS)


def read_venues(
    path: Path, fields: Mapping[str, str], partner_kinds: Mapping[str, str]
) -> gpd.GeoDataFrame:
    """Read venues: stations, offices, shelters, partners.

    Parameters
    ----------
    path
        As for `read_addresses`.
    fields
        geoteam's column -> the file's column: ``category``, ``name``; optionally ``venue_ref``,
        ``address``, ``lon``, ``lat``.
    partner_kinds
        Category -> kind of partner; other categories are no partners.

    Returns
    -------
    GeoDataFrame
        Contract ``VENUES``.

    Raises
    ------
    AddressReferenceError
        When a column is missing, no row is usable, or a coordinate is not finite.
    """
    table = _start(path, fields, ("category", "name"))
    points = _points(table, fields, path)
    category = _text(_column(table, fields["category"], path))
    address = _text(_column(table, fields["address"], path)) if "address" in fields else ""
    _refuse_useless(_text(_column(table, fields["name"], path)) != "", "a name", path)
    columns = {
        "category": category.to_numpy(),
        "name": _text(_column(table, fields["name"], path)).to_numpy(),
        "address": address if isinstance(address, str) else address.to_numpy(),
        "partner_kind": [partner_kinds.get(value, "") for value in category],
    }
    frame = _checked(columns, _index(table, fields, "venue_ref", path), points)
    return check_frame(_as_text(frame, VENUES.columns), VENUES)


def read_centrelines(path: Path, fields: Mapping[str, str]) -> gpd.GeoDataFrame:
    """Read street centrelines, such as the roads of Census TIGER/Line.

    Parameters
    ----------
    path
        A geo file with lines, such as a zipped Shapefile or GeoJSON.
    fields
        geoteam's column -> the file's column: ``street``, the name with type and quadrant.

    Returns
    -------
    GeoDataFrame
        ``street`` and line geometry in EPSG:4326; lines without a name are left out.

    Raises
    ------
    AddressReferenceError
        When the column or the CRS is missing, or no line has a name.
    UnreadableFileError
        When the file is broken.
    MissingFileError
        When there is no such file.
    """
    if not path.exists():
        raise MissingFileError(f"there is no file {path.name}", where=str(path))
    try:
        frame = gpd.read_file(path)
    except Exception as error:
        raise UnreadableFileError(f"the file cannot be read: {error}", where=str(path)) from error
    if frame.crs is None:
        raise AddressReferenceError(
            "the file has no coordinate system", where=str(path), remedy="Say which one it is in"
        )
    names = _text(_column(frame, fields.get("street", "street"), path))
    lines = frame.geometry.geom_type.isin(["LineString", "MultiLineString"])
    _refuse_useless(lines & (names != ""), "a line and a street name", path)
    kept = frame.geometry[lines & (names != "")].to_crs(WGS84)
    return gpd.GeoDataFrame({"street": names[kept.index]}, geometry=kept)
