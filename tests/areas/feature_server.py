"""A small ArcGIS feature service on this machine, with the reply shapes of the REST API.

What it answers follows Esri's reference: "Layer/Table (Feature Service)" and "Query (Feature
Service/Layer)": errors come with HTTP 200, pages say ``exceededTransferLimit``.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs

import shapely
from shapely.geometry import mapping


@dataclass
class Service:
    shapes: dict[str, Any]
    max_record_count: int = 2
    pagination: bool = True
    formats: str = "JSON, geoJSON, PBF"
    # Misbehaviours.
    error: dict[str, Any] | None = None
    failures: int = 0
    empty_first_page: bool = False
    flag_on_top: bool = False
    lose_last: bool = False
    page: str = ""
    requests: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    url: str = ""

    def answer(self, path: str, ask: dict[str, str]) -> dict[str, Any]:
        if self.error is not None:
            return {"error": self.error}
        if not path.endswith("/query"):
            return self._about()
        rows = list(enumerate(self.shapes.items(), start=1))
        if ask.get("returnCountOnly") == "true":
            return {"count": len(rows)}
        if ask.get("returnIdsOnly") == "true":
            return {"objectIdFieldName": "OBJECTID", "objectIds": [i for i, _ in reversed(rows)]}
        if "objectIds" in ask:
            wanted = {int(i) for i in ask["objectIds"].split(",")}
            chosen = [row for row in rows if row[0] in wanted][: self.max_record_count]
            return self._page(ask, chosen, more=len(wanted) > self.max_record_count)
        if "resultOffset" in ask and not self.pagination:
            return {"error": {"code": 400, "message": "Unable to complete operation.",
                              "details": ["Pagination is not supported."]}}  # fmt: skip
        offset = int(ask.get("resultOffset", 0))
        if self.empty_first_page and offset == 0:
            return self._page(ask, [], more=True)
        first = offset - (self.max_record_count if self.empty_first_page else 0)
        size = min(int(ask.get("resultRecordCount", 10**6)), self.max_record_count)
        chosen = rows[first : first + size]
        more = first + size < len(rows)
        return self._page(ask, chosen[:-1] if self.lose_last and not more else chosen, more=more)

    def _about(self) -> dict[str, Any]:
        return {
            "currentVersion": 11.2,
            "id": 1,
            "name": "Police Service Areas",
            "type": "Feature Layer",
            "geometryType": "esriGeometryPolygon",
            "objectIdField": "OBJECTID",
            "maxRecordCount": self.max_record_count,
            "supportedQueryFormats": self.formats,
            "advancedQueryCapabilities": {"supportsPagination": self.pagination},
            "extent": {"spatialReference": {"wkid": 102100, "latestWkid": 3857}},
            "fields": self._fields(),
        }

    def _fields(self) -> list[dict[str, Any]]:
        return [
            {"name": "OBJECTID", "type": "esriFieldTypeOID", "alias": "OBJECTID"},
            {"name": "PSA", "type": "esriFieldTypeInteger", "alias": "PSA"},
            {"name": "NAME", "type": "esriFieldTypeString", "alias": "Name", "length": 40},
        ]

    def _page(
        self, ask: dict[str, str], rows: list[tuple[int, tuple[str, Any]]], *, more: bool
    ) -> dict[str, Any]:
        columns = ask["outFields"].split(",")
        values = [
            {k: v for k, v in
             {"OBJECTID": i, "PSA": int(code), "NAME": f"Area {code}"}.items() if k in columns}
            for i, (code, _) in rows
        ]  # fmt: skip
        if ask["f"] == "geojson":
            flag = {"exceededTransferLimit": True} if more else {}
            return {
                "type": "FeatureCollection",
                "crs": {"type": "name", "properties": {"name": f"EPSG:{ask['outSR']}"}},
                **(flag if self.flag_on_top else {"properties": flag} if flag else {}),
                "features": [
                    {"type": "Feature", "id": i, "geometry": mapping(s), "properties": v}
                    for (i, (_, s)), v in zip(rows, values, strict=True)
                ],
            }
        return {
            "objectIdFieldName": "OBJECTID",
            "geometryType": "esriGeometryPolygon",
            "spatialReference": {"wkid": int(ask["outSR"]), "latestWkid": int(ask["outSR"])},
            # An empty feature set has no fields.
            **({"fields": [f for f in self._fields() if f["name"] in columns]} if rows else {}),
            "features": [
                # Esri rings run clockwise.
                {"attributes": v, "geometry": {"rings": [
                    list(map(list, shapely.orient_polygons(s, exterior_cw=True).exterior.coords))
                ]}}
                for (_, (_, s)), v in zip(rows, values, strict=True)
            ],
            **({"exceededTransferLimit": True} if more else {}),
        }  # fmt: skip


@contextmanager
def serve(service: Service) -> Iterator[Service]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            ask = {key: values[0] for key, values in parse_qs(body).items()}
            service.requests.append((self.path, ask))
            if service.failures > 0:
                service.failures -= 1
                self.send_error(503)
                return
            content = service.page or json.dumps(service.answer(self.path, ask))
            if not self.path.startswith("/arcgis/rest/services/Police/FeatureServer/1"):
                self.send_error(404)
                return
            self.send_response(200)
            self.end_headers()
            self.wfile.write(content.encode())

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    service.url = (
        f"http://127.0.0.1:{server.server_port}/arcgis/rest/services/Police/FeatureServer/1"
    )
    try:
        yield service
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
