"""Boundaries from an ArcGIS feature or map service layer, page by page.

Protocol: ArcGIS REST API, "Layer/Table" and "Query (Feature Service/Layer)", Esri. A service
answers errors with HTTP 200 and ``{"error": ...}``; a page says with ``exceededTransferLimit``
(in GeoJSON under ``properties``, or beside ``features``) that more rows follow.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import geopandas as gpd
import httpx
import pyogrio

from geoteam.areas.reading import as_text
from geoteam.crs import WGS84
from geoteam.errors import BoundaryError, UnreadableFileError

_TRIES = 3
# Object ids in one request: few enough for any server's limit on a form.
_IDS = 200


def download_feature_server(
    url: str,
    *,
    fields: Mapping[str, str],
    client: httpx.Client | None = None,
    page_size: int = 1000,
    pause: Callable[[float], None] = time.sleep,
) -> gpd.GeoDataFrame:
    """Download every row of one layer of an ArcGIS FeatureServer or MapServer.

    Pages by offset where the layer supports it, else by lists of object ids; asks for GeoJSON
    where the layer offers it, else for Esri JSON; always in EPSG:4326. In the end the rows are
    compared with the count that the service itself gives.

    Parameters
    ----------
    url
        The layer, such as ``https://host/arcgis/rest/services/Police/FeatureServer/1``.
    fields
        ``code``, ``name``, ``parent`` -> the service's column.
    client
        HTTP client with time-outs and proxies as needed; a plain one by default.
    page_size
        Rows asked for at a time; the service's own limit wins.
    pause
        Waits a number of seconds before another try; for tests.

    Returns
    -------
    GeoDataFrame
        Columns ``code``, ``name``, ``parent`` (text) and ``geometry``, EPSG:4326: what
        ``read_raw_boundaries`` gives, to be checked the same way.

    Raises
    ------
    BoundaryError
        When the service refuses, lacks a column, is no polygon layer, or loses rows.
    UnreadableFileError
        When it cannot be reached or what it sends is no JSON.
    """
    url = url.split("?")[0].rstrip("/")
    if client is None:
        with httpx.Client(timeout=60, follow_redirects=True) as own:
            return _download(_Layer(own, url, pause), fields, page_size)
    return _download(_Layer(client, url, pause), fields, page_size)


class _Layer:
    """One layer of a service: sends requests, and names what goes wrong."""

    def __init__(self, client: httpx.Client, url: str, pause: Callable[[float], None]) -> None:
        self._client, self._url, self._pause = client, url, pause

    def refuse(self, what: str, remedy: str = "") -> BoundaryError:
        return BoundaryError(what, where=self._url, remedy=remedy)

    def ask(self, path: str = "", **parameters: Any) -> dict[str, Any]:
        for attempt in range(_TRIES):
            last = attempt == _TRIES - 1
            try:
                # A form, because a list of object ids may be too long for an address.
                answer = self._client.post(self._url + path, data=parameters)
            except httpx.TransportError as error:
                if last:
                    raise UnreadableFileError(
                        f"the service cannot be reached ({error})",
                        where=self._url,
                        remedy="Check the address and the network, or use a file",
                    ) from error
            else:
                if answer.status_code < 500 or last:
                    return self._json(answer)
            self._pause(2.0**attempt)
        raise AssertionError("unreachable")

    def _json(self, answer: httpx.Response) -> dict[str, Any]:
        if answer.status_code != 200:
            raise self.refuse(
                f"the service answered {answer.status_code} {answer.reason_phrase}",
                "Check the address; it should end in /FeatureServer/ and a number",
            )
        try:
            content = answer.json()
        except ValueError as error:
            raise UnreadableFileError(
                "the service did not send JSON",
                where=self._url,
                remedy="Check that the address is a layer of a FeatureServer or MapServer",
            ) from error
        if not isinstance(content, dict):
            raise self.refuse("the service sent something else than a layer")
        if "error" in content:
            raise self.refuse(*_service_error(content["error"]))
        return content


def _service_error(error: Any) -> tuple[str, str]:
    if not isinstance(error, dict):
        return f"the service refused: {error}", ""
    details = "; ".join(str(d) for d in error.get("details") or [] if d)
    message = str(error.get("message") or "no reason given").rstrip(".")
    words = f"the service refused with code {error.get('code', '?')}: {message}"
    remedy = "The layer needs a sign-in; ask its owner for a public copy"
    return (
        f"{words} ({details})" if details and details != message else words,
        remedy if error.get("code") in (498, 499, 401, 403) else "",
    )


def _download(layer: _Layer, fields: Mapping[str, str], page_size: int) -> gpd.GeoDataFrame:
    about = layer.ask(f="json")
    if about.get("geometryType") != "esriGeometryPolygon":
        kind = about.get("geometryType") or about.get("type") or "no layer"
        raise layer.refuse(
            f"the address is no polygon layer ({kind})",
            "Give the address of one layer; it ends in a number",
        )
    there = [str(field["name"]) for field in about.get("fields") or []]
    wanted = {name: column for name, column in fields.items() if column}
    for column in wanted.values():
        if column not in there:
            raise layer.refuse(f"there is no column {column!r}", f"Columns: {', '.join(there)}")
    id_field = _id_field(about)
    formats = str(about.get("supportedQueryFormats") or "JSON").lower()
    query = {
        "where": "1=1",
        "outFields": ",".join(dict.fromkeys([*([id_field] if id_field else []), *wanted.values()])),
        "outSR": "4326",
        "returnGeometry": "true",
        "f": "geojson" if "geojson" in formats else "json",
    }
    count = layer.ask("/query", where="1=1", returnCountOnly="true", f="json").get("count")
    size = max(1, min(page_size, int(about.get("maxRecordCount") or page_size)))
    paged = (about.get("advancedQueryCapabilities") or {}).get("supportsPagination")
    pages = _by_offset(layer, query, size, id_field) if paged else _by_ids(layer, query, size)
    tables = [_table(layer, page) for page in pages if page.get("features")]
    if not tables:
        raise layer.refuse("the layer has no rows")
    return _frame(layer, tables, wanted, id_field, count)


def _id_field(about: Mapping[str, Any]) -> str:
    if about.get("objectIdField"):
        return str(about["objectIdField"])
    for field in about.get("fields") or []:
        if field.get("type") == "esriFieldTypeOID":
            return str(field["name"])
    return ""


def _by_offset(
    layer: _Layer, query: Mapping[str, str], size: int, id_field: str
) -> Iterator[dict[str, Any]]:
    order = {"orderByFields": id_field} if id_field else {}
    offset = 0
    while True:
        page = layer.ask(
            "/query", **query, **order, resultOffset=str(offset), resultRecordCount=str(size)
        )
        yield page
        # A page may be short, even empty, and still not be the last: only the flag says.
        if not _more(page):
            return
        offset += len(page.get("features") or []) or size


def _more(page: Mapping[str, Any]) -> bool:
    inner = page.get("properties")
    inner = inner if isinstance(inner, dict) else {}
    return bool(page.get("exceededTransferLimit") or inner.get("exceededTransferLimit"))


def _by_ids(layer: _Layer, query: Mapping[str, str], size: int) -> Iterator[dict[str, Any]]:
    answer = layer.ask("/query", where="1=1", returnIdsOnly="true", f="json")
    ids = sorted(answer.get("objectIds") or [])
    step = min(size, _IDS)
    rest = {key: value for key, value in query.items() if key != "where"}
    for start in range(0, len(ids), step):
        chosen = ",".join(str(i) for i in ids[start : start + step])
        yield layer.ask("/query", **rest, objectIds=chosen)


def _table(layer: _Layer, page: dict[str, Any]) -> gpd.GeoDataFrame:
    # GDAL would follow these to further pages by itself.
    rows = {k: v for k, v in page.items() if k not in ("exceededTransferLimit", "properties")}
    try:
        table = pyogrio.read_dataframe(json.dumps(rows).encode(), on_invalid="ignore")
    except (pyogrio.errors.DataSourceError, ValueError) as error:
        raise UnreadableFileError(f"a page of the service cannot be read ({error})") from error
    if not isinstance(table, gpd.GeoDataFrame):
        raise layer.refuse("the service sent rows without geometry")
    return table


def _frame(
    layer: _Layer,
    tables: list[gpd.GeoDataFrame],
    wanted: Mapping[str, str],
    id_field: str,
    count: int | None,
) -> gpd.GeoDataFrame:
    columns = {name: [] for name in ("code", "name", "parent")}  # type: dict[str, list[str]]
    ids: list[str] = []
    shapes: list[Any] = []
    for table in tables:
        for name, values in columns.items():
            column = wanted.get(name)
            values.extend(as_text(table[column]) if column else [""] * len(table))
        ids.extend(as_text(table[id_field]) if id_field in table.columns else [])
        shapes.extend(table.geometry)
    if len(set(ids)) < len(ids):
        raise layer.refuse("the service sent a row twice", "Its rows changed meanwhile; try again")
    if count is not None and count != len(shapes):
        raise layer.refuse(
            f"the service says it has {count} rows and sent {len(shapes)}",
            "Try again; if it stays so, download the file by hand",
        )
    frame = gpd.GeoDataFrame(columns, geometry=shapes, crs=WGS84)
    for name in columns:
        frame[name] = frame[name].astype("str")
    frame.attrs["notes"] = []
    frame.attrs["code_column"] = wanted.get("code", "")
    return frame
