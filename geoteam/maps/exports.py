"""A tour as a file for other programs: GPX, GeoJSON and calendar.

They go into phones, maps and calendars that others keep: they hold numbers, times, addresses and
places, and never who is visited.
"""

from __future__ import annotations

import json
import re
import xml.etree.ElementTree as ET
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import shapely

from geoteam.maps.typeset import plain_text

_GPX = "http://www.topografix.com/GPX/1/1"
_XSI = "http://www.w3.org/2001/XMLSchema-instance"
# Octets of a calendar line before it goes on in the next (RFC 5545, 3.1).
_FOLD = 75


def tour_gpx(tour: Mapping[str, Any]) -> bytes:
    """Write a tour as GPX 1.1: the stops as a route, the way between them as a track.

    Parameters
    ----------
    tour
        ``ref``; ``made_at``; ``start`` (``lon``, ``lat`` and ``name``; or None); ``stops`` (each
        ``number``, ``lon``, ``lat``, ``address``, ``arrives_at`` and ``leaves_at``); ``route`` (a
        LineString in EPSG:4326, or None). Moments are timezone-aware.

    Returns
    -------
    bytes
        An XML document in UTF-8.
    """
    root = ET.Element(
        "gpx",
        {
            "version": "1.1",
            "creator": "geoteam",
            "xmlns": _GPX,
            "xmlns:xsi": _XSI,
            "xsi:schemaLocation": f"{_GPX} {_GPX}/gpx.xsd",
        },
    )
    about = ET.SubElement(root, "metadata")
    _tell(about, "name", f"Tour {tour['ref']}")
    _tell(about, "time", _moment(tour["made_at"]))
    route = ET.SubElement(root, "rte")
    _tell(route, "name", f"Tour {tour['ref']}")
    points = [_point(stop) for stop in tour["stops"]]
    if tour["start"]:
        points.insert(0, (tour["start"], "", "Start", tour["start"].get("name", "")))
    for place, time, name, told in points:
        point = ET.SubElement(route, "rtept", _position(place["lon"], place["lat"]))
        _tell(point, "time", time)
        _tell(point, "name", name)
        _tell(point, "desc", told)
    if tour["route"] is not None:
        track = ET.SubElement(root, "trk")
        _tell(track, "name", f"Tour {tour['ref']}")
        segment = ET.SubElement(track, "trkseg")
        for lon, lat, *_ in tour["route"].coords:
            ET.SubElement(segment, "trkpt", _position(lon, lat))
    ET.indent(root, " ")
    return bytes(ET.tostring(root, encoding="utf-8", xml_declaration=True))


def _point(stop: Mapping[str, Any]) -> tuple[Mapping[str, Any], str, str, str]:
    return stop, _moment(stop["arrives_at"]), f"Stop {stop['number']}", stop["address"]


def _tell(parent: ET.Element, name: str, text: str) -> None:
    if plain_text(text):
        ET.SubElement(parent, name).text = plain_text(text)


def _position(lon: float, lat: float) -> dict[str, str]:
    return {"lat": f"{lat:.6f}", "lon": f"{lon:.6f}"}


def _moment(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"


def tour_geojson(tour: Mapping[str, Any]) -> bytes:
    """Write a tour as GeoJSON (RFC 7946): the start, the stops and the way between them.

    Parameters
    ----------
    tour
        As for `tour_gpx`.

    Returns
    -------
    bytes
        A FeatureCollection in UTF-8.
    """
    features = []
    if tour["start"]:
        start = tour["start"]
        told = {"kind": "start", "name": start.get("name", "")}
        features.append(_feature(shapely.Point(start["lon"], start["lat"]), told))
    for stop in tour["stops"]:
        told = {
            "kind": "stop",
            "number": stop["number"],
            "address": stop["address"],
            "arrives_at": stop["arrives_at"].isoformat(),
            "leaves_at": stop["leaves_at"].isoformat(),
        }
        features.append(_feature(shapely.Point(stop["lon"], stop["lat"]), told))
    if tour["route"] is not None:
        features.append(_feature(tour["route"], {"kind": "route"}))
    value = {"type": "FeatureCollection", "features": features}
    return json.dumps(value, ensure_ascii=False, indent=1).encode()


def _feature(shape: shapely.Geometry, told: Mapping[str, Any]) -> dict[str, Any]:
    # A tenth of a metre is enough.
    geometry = json.loads(shapely.to_geojson(shapely.set_precision(shape, 1e-6, mode="pointwise")))
    return {"type": "Feature", "geometry": geometry, "properties": dict(told)}


def tour_ics(tour: Mapping[str, Any]) -> bytes:
    """Write a tour as a calendar (RFC 5545): one event for the tour, one for each stop.

    Moments are written in UTC, which every calendar shows in the reader's own time zone.

    Parameters
    ----------
    tour
        As for `tour_gpx`, with ``departs_at`` and ``returns_at``.

    Returns
    -------
    bytes
        The calendar in UTF-8, its lines folded.
    """
    start = tour["start"] or {}
    events = [("tour", "Accountability Tour", tour["departs_at"], tour["returns_at"], start)]
    events += [
        (str(stop["number"]), f"Tour stop {stop['number']}", stop["arrives_at"],
         stop["leaves_at"], stop)
        for stop in tour["stops"]
    ]  # fmt: skip
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//geoteam//tours//EN", "METHOD:PUBLISH"]
    for key, title, begins, ends, place in events:
        lines += [
            "BEGIN:VEVENT",
            f"UID:{tour['ref']}-{key}@geoteam",
            f"DTSTAMP:{_stamp(tour['made_at'])}",
            f"DTSTART:{_stamp(begins)}",
            f"DTEND:{_stamp(ends)}",
            f"SUMMARY:{_escaped(title)}",
            f"LOCATION:{_escaped(place.get('address') or place.get('name') or '')}",
            *([f"GEO:{place['lat']:.6f};{place['lon']:.6f}"] if "lat" in place else []),
            "CLASS:PRIVATE",
            "END:VEVENT",
        ]
    lines.append("END:VCALENDAR")
    return b"".join(_folded(line) for line in lines)


def _stamp(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y%m%dT%H%M%SZ}"


def _escaped(text: str) -> str:
    return re.sub(r"([\\;,])", r"\\\1", plain_text(text))


def _folded(line: str) -> bytes:
    """Break a line after 75 octets at the most, never inside a character."""
    parts, part = [], b""
    for character in line:
        octets = character.encode()
        if len(part) + len(octets) > _FOLD:
            parts.append(part)
            part = b" "
        part += octets
    return b"\r\n".join([*parts, part]) + b"\r\n"
