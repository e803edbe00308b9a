"""Five geocoding services on this machine, which speak as documented and can misbehave.

Reply shapes: DC MAR 2 (swagger v2.2), US Census Geocoding Services API (07/2024), Nominatim 4
(format=json with addressdetails), Photon 0.6 and Pelias (GeoJSON).
"""

from __future__ import annotations

import csv
import email
import email.policy
import io
import json
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, NamedTuple
from urllib.parse import parse_qs, urlsplit

JSON, CSV = "application/json; charset=utf-8", "text/plain;charset=UTF-8"


class Place(NamedTuple):
    """What a service knows: with ``kind`` it is something else than a house."""

    number: str
    street: str
    quadrant: str
    zip: str
    lon: float
    lat: float
    kind: str = ""
    city: str = "Washington"
    state: str = "DC"


@dataclass
class Server:
    """One service: what it knows, what it does next, and what it was told."""

    name: str
    places: dict[str, list[Place]]
    # What the next requests meet, in order: see `_Handler`. Afterwards all is well.
    script: list[str] = field(default_factory=list)
    requests: list[tuple[str, str, bytes]] = field(default_factory=list)
    sent: list[str] = field(default_factory=list)
    elsewhere: str = "http://127.0.0.1:9/"
    retry_after: str = "7"
    url: str = ""
    released: threading.Event = field(default_factory=threading.Event)

    def known(self, line: str) -> list[Place]:
        self.sent.append(line)
        street = line.split(",")[0].strip()
        return self.places.get(street, self.places.get("*", []))

    def answer(self, path: str, kind: str, body: bytes) -> tuple[str, bytes]:
        """Answer as documented."""
        if self.name == "mar":
            assert urlsplit(path).path == "/locations"
            assert parse_qs(urlsplit(path).query) == {"apikey": ["K"]}
            return JSON, _mar(self.known(json.loads(body)["address"]))
        if self.name == "census":
            assert path == "/locations/addressbatch"
            return CSV, self._census(kind, body)
        asked = parse_qs(urlsplit(path).query)
        if self.name == "nominatim":
            assert urlsplit(path).path == "/search"
            assert asked["addressdetails"] == ["1"]
            return JSON, _nominatim(self.known(asked["q"][0]))
        if self.name == "photon":
            assert urlsplit(path).path == "/api"
            return JSON, _features(self.known(asked["q"][0]), _photon)
        assert urlsplit(path).path == "/v1/search"
        return JSON, _features(self.known(asked["text"][0]), _pelias)

    def _census(self, kind: str, body: bytes) -> bytes:
        fields = _multipart(kind, body)
        assert fields["benchmark"] == "Public_AR_Current"
        rows = list(csv.reader(io.StringIO(fields["addressFile"])))
        assert len({row[0] for row in rows}) == len(rows) <= 10_000
        out = []
        for number, street, city, state, code in rows:
            line = f"{street}, {city}, {state}, {code}"
            places = self.known(street)
            if not places:
                out.append([number, line, "No_Match"])
            elif len(places) > 1:
                out.append([number, line, "Tie"])
            else:
                (p,) = places
                matched = (
                    f"{p.number} {p.street} {p.quadrant}, {p.city.upper()}, {p.state}, {p.zip}"
                )
                out.append([number, line, "Match", "Exact", matched, f"{p.lon},{p.lat}", "76225813", "L"])  # fmt: skip
        text = io.StringIO()
        # Rows of three fields come first, as they may.
        csv.writer(text, quoting=csv.QUOTE_ALL, lineterminator="\n").writerows(sorted(out, key=len))
        return text.getvalue().encode()


def _multipart(kind: str, body: bytes) -> dict[str, str]:
    head = f"Content-Type: {kind}\r\n\r\n".encode()
    message = email.message_from_bytes(head + body, policy=email.policy.HTTP)
    return {
        str(part.get_param("name", header="content-disposition")): part.get_payload(
            decode=True
        ).decode()
        for part in message.iter_parts()
    }


def _mar(places: list[Place]) -> bytes:
    rows = [
        {
            "distance": None,
            "address": {
                "type": "Feature",
                "geometry": {"type": "Point", "coordinates": [p.lon, p.lat]},
                "properties": {
                    "MarId": "293211",
                    "FullAddress": f"{p.number} {p.street} {p.quadrant}",
                    "AddrNum": p.number,
                    "StName": p.street,
                    "Quadrant": p.quadrant,
                    "Zipcode": p.zip,
                    "Latitude": p.lat,
                    "Longitude": p.lon,
                    "Status": "RETIRED" if p.kind == "retired" else "ACTIVE",
                    "_Score": 100.0,
                },
            },
        }
        for p in places
    ]
    result = {"addresses": rows, "intersections": [], "blocks": []} if rows else None
    return json.dumps({"Success": bool(rows), "Result": result}).encode()


_STATES = {"DC": "District of Columbia"}
_LONG = {"NE": "Northeast", "NW": "Northwest", "SE": "Southeast", "SW": "Southwest", "": ""}


def _road(p: Place) -> str:
    return f"{p.street.title()} {_LONG[p.quadrant]}".strip()


def _nominatim(places: list[Place]) -> bytes:
    rows = []
    for p in places:
        address = {"road": _road(p), "city": p.city, "state": _STATES.get(p.state, p.state),
                   "postcode": p.zip, "country_code": "us"}  # fmt: skip
        if p.kind != "street":
            address["house_number"] = p.number
        way = p.kind in ("street", "interpolated")
        rows.append({
            "place_id": 1, "osm_type": "way" if way else "node", "osm_id": 42,
            "lat": str(p.lat), "lon": str(p.lon), "importance": 0.4,
            "class": "highway" if p.kind == "street" else "place",
            "type": "residential" if p.kind == "street" else "house",
            "display_name": f"{p.number}, {_road(p)}, Washington", "address": address,
        })  # fmt: skip
    return json.dumps(rows).encode()


def _photon(p: Place) -> dict[str, Any]:
    facts = {"osm_type": "W" if p.kind else "N", "osm_id": 42, "osm_key": "place",
             "osm_value": "house", "type": "street" if p.kind == "street" else "house",
             "street": _road(p), "city": p.city,
             "state": _STATES.get(p.state, p.state), "postcode": p.zip}  # fmt: skip
    return facts if p.kind == "street" else facts | {"housenumber": p.number}


def _pelias(p: Place) -> dict[str, Any]:
    facts = {"gid": "openaddresses:address:us/dc:1", "layer": "address", "street": _road(p),
             "locality": p.city, "region_a": p.state, "postalcode": p.zip,
             "match_type": "interpolated" if p.kind else "exact",
             "accuracy": "interpolated" if p.kind else "point", "name": "x"}  # fmt: skip
    return facts if p.kind == "street" else facts | {"housenumber": p.number}


def _features(places: list[Place], facts: Callable[[Place], dict[str, Any]]) -> bytes:
    rows = [
        {"type": "Feature", "properties": facts(p),
         "geometry": {"type": "Point", "coordinates": [p.lon, p.lat]}}
        for p in places
    ]  # fmt: skip
    return json.dumps({"type": "FeatureCollection", "features": rows}).encode()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    service: Server

    def log_message(self, *_: object) -> None:
        """Say nothing."""

    def do_GET(self) -> None:
        self._serve()

    def do_POST(self) -> None:
        self._serve()

    def _serve(self) -> None:
        body = self.rfile.read(int(self.headers.get("content-length", 0)))
        server = self.service
        server.requests.append((self.command, self.path, body))
        step = server.script.pop(0) if server.script else "ok"
        kind, good = server.answer(self.path, self.headers.get("content-type", ""), body)
        if step == "hang":
            server.released.wait(5)
            self.close_connection = True
        elif step == "half":
            # Nothing more will come from us, and nothing has.
            self.connection.shutdown(socket.SHUT_WR)
            self.close_connection = True
        elif step in ("drip", "drip headers"):
            self._drip(kind, good, slow_headers=step == "drip headers")
        elif step == "broken":
            self._send(200, kind, good, claim=len(good) + 50)
        elif step.isdigit():
            more = {"Retry-After": server.retry_after} if step in ("429", "503") else {}
            if step.startswith("3"):
                more = {"Location": server.elsewhere}
            self._send(int(step), "text/plain", b"no", more)
        else:
            bodies = {
                "ok": (kind, good),
                "junk": (kind, b"\x00\xff<junk>" * 9),
                "cut": (kind, good[: len(good) * 2 // 3]),
                "html": ("text/html", b"<html>Sign in to the hotel's network</html>"),
                "odd": (kind, b'{"rows": [1, 2]}'),
                "huge": (kind, b" " * 200_000),
                "list": (kind, b'[["a"]]'),
            }
            self._send(200, *bodies[step])

    def _drip(self, kind: str, body: bytes, *, slow_headers: bool) -> None:
        """Send the right answer byte by byte; its end is where the connection ends."""
        head = f"HTTP/1.1 200 OK\r\nContent-Type: {kind}\r\nConnection: close\r\n\r\n".encode()
        self.close_connection = True
        if not slow_headers:
            self.wfile.write(head)
            head = b""
        for byte in head + body:
            self.wfile.write(bytes([byte]))
            if self.service.released.wait(0.02):
                return

    def _send(
        self, code: int, kind: str, body: bytes, more: dict[str, str] | None = None, claim: int = 0
    ) -> None:
        self.send_response(code)
        headers = {"Content-Type": kind, "Content-Length": str(claim or len(body)), **(more or {})}
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)
        self.close_connection = bool(claim)


class _Http(ThreadingHTTPServer):
    def handle_error(self, *_: object) -> None:
        """A caller that hangs up is what some tests are about."""


@contextmanager
def running(name: str, places: dict[str, list[Place]]) -> Iterator[Server]:
    """Run a service on a free port of this machine."""
    service = Server(name, places)
    handler = type("Handler", (_Handler,), {"service": service})
    with _Http(("127.0.0.1", 0), handler) as http:
        service.url = f"http://127.0.0.1:{http.server_port}"
        thread = threading.Thread(target=http.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield service
        finally:
            service.released.set()
            http.shutdown()
            thread.join()
