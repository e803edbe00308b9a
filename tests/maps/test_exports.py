"""Tours as files, read back by other hands than those that wrote them."""

from __future__ import annotations

import json
import xml.etree.ElementTree as ET
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from geoteam.maps.exports import _folded, tour_geojson, tour_gpx, tour_ics

NEW_YORK = timezone(timedelta(hours=-4))
# The children of a GPX element in the order of the schema (gpx.xsd 1.1), of those we write.
ORDER = {
    "gpx": ["metadata", "wpt", "rte", "trk"],
    "metadata": ["name", "desc", "time", "bounds"],
    "rte": ["name", "desc", "rtept"],
    "rtept": ["ele", "time", "name", "cmt", "desc"],
    "trk": ["name", "desc", "trkseg"],
    "trkseg": ["trkpt"],
}


def tour(**changes: Any) -> dict[str, Any]:
    at = datetime(2026, 6, 15, 9, 0, tzinfo=NEW_YORK)
    stops = [
        {
            "number": n,
            "lon": -75.0 + n / 1000,
            "lat": 39.0,
            "address": f"{n}00 MAIN STREET; REAR, 2\\B",
            "name": "Tess Person",
            "arrives_at": at + timedelta(minutes=20 * n),
            "leaves_at": at + timedelta(minutes=20 * n + 15),
        }
        for n in (1, 2)
    ]
    given_ = {
        "ref": "abc",
        "made_at": at,
        "departs_at": at,
        "returns_at": at + timedelta(hours=1),
        "start": {"lon": -75.0, "lat": 39.0, "name": "Field Office"},
        "stops": stops,
        "route": shapely.LineString([(-75.0, 39.0), (-74.9990001, 39.0), (-74.998, 39.0)]),
    }
    return given_ | changes


def _local(tag: str) -> str:
    space, _, name = tag[1:].partition("}")
    assert space == "http://www.topografix.com/GPX/1/1"
    return name


def test_gpx_keeps_the_order_of_the_schema() -> None:
    root = ET.fromstring(tour_gpx(tour()))
    assert (_local(root.tag), root.get("version"), root.get("creator")) == ("gpx", "1.1", "geoteam")
    for parent in root.iter():
        allowed = ORDER.get(_local(parent.tag))
        kinds = [_local(child.tag) for child in parent]
        if allowed is None:
            assert kinds == []
            continue
        assert kinds == sorted(kinds, key=allowed.index)
    for point in root.iter():
        if _local(point.tag) in {"rtept", "trkpt"}:
            assert set(point.attrib) == {"lat", "lon"}
            assert -90 <= float(point.get("lat", "")) <= 90
            assert -180 <= float(point.get("lon", "")) < 180


def test_gpx_has_start_stops_and_way() -> None:
    root = ET.fromstring(tour_gpx(tour()))
    space = {"g": "http://www.topografix.com/GPX/1/1"}
    assert [one.text for one in root.findall("g:rte/g:rtept/g:name", space)] == [
        "Start", "Stop 1", "Stop 2",
    ]  # fmt: skip
    assert [one.text for one in root.findall("g:rte/g:rtept/g:time", space)] == [
        "2026-06-15T13:20:00Z", "2026-06-15T13:40:00Z",
    ]  # fmt: skip
    track = root.findall("g:trk/g:trkseg/g:trkpt", space)
    assert [float(one.get("lon", "")) for one in track] == [-75.0, -74.999, -74.998]


def test_geojson_follows_rfc_7946() -> None:
    value = json.loads(tour_geojson(tour()))
    assert set(value) == {"type", "features"}
    kinds = [(one["properties"]["kind"], one["geometry"]["type"]) for one in value["features"]]
    assert kinds == [("start", "Point"), *[("stop", "Point")] * 2, ("route", "LineString")]
    assert value["features"][1]["geometry"]["coordinates"] == [-74.999, 39.0]
    assert value["features"][1]["properties"]["arrives_at"] == "2026-06-15T09:20:00-04:00"
    assert all(one["type"] == "Feature" for one in value["features"])
    assert value["features"][-1]["geometry"]["coordinates"][1] == [-74.999, 39.0]


def _events(body: bytes) -> list[dict[str, str]]:
    """Read a calendar as RFC 5545 says: unfold, split, unescape."""
    assert body.endswith(b"\r\n")
    assert all(len(line) <= 75 for line in body.split(b"\r\n"))
    text = body.decode().replace("\r\n ", "")
    lines = text.split("\r\n")[:-1]
    assert lines[0] == "BEGIN:VCALENDAR"
    assert "VERSION:2.0" in lines
    assert any(line.startswith("PRODID:") for line in lines)
    events: list[dict[str, str]] = []
    for line in lines:
        name, _, value = line.partition(":")
        if line == "BEGIN:VEVENT":
            events.append({})
        elif events:
            for mark in ("\\;", "\\,", "\\\\"):
                value = value.replace(mark, mark[1])
            events[-1].setdefault(name, value)
    return events


def test_the_calendar_has_the_tour_and_each_stop() -> None:
    events = _events(tour_ics(tour()))
    assert [one["SUMMARY"] for one in events] == [
        "Accountability Tour",
        "Tour stop 1",
        "Tour stop 2",
    ]
    assert (events[0]["DTSTART"], events[0]["DTEND"]) == ("20260615T130000Z", "20260615T140000Z")
    assert events[1]["LOCATION"] == "100 MAIN STREET; REAR, 2\\B"
    assert events[1]["GEO"] == "39.000000;-74.999000"
    assert len({one["UID"] for one in events}) == 3
    assert all(one["DTSTAMP"] == "20260615T130000Z" for one in events)


def test_an_hour_that_comes_twice_is_told_apart() -> None:
    # The second half past one of the night on which the clocks go back.
    late = datetime(2026, 11, 1, 6, 30, tzinfo=UTC).astimezone(timezone(timedelta(hours=-5)))
    events = _events(tour_ics(tour(departs_at=late, returns_at=late + timedelta(hours=1))))
    assert events[0]["DTSTART"] == "20261101T063000Z"


@given(st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=300))
def test_a_folded_line_unfolds_to_itself(text: str) -> None:
    folded = _folded(text)
    assert folded.endswith(b"\r\n")
    assert all(len(part) <= 75 for part in folded.split(b"\r\n"))
    assert folded[:-2].replace(b"\r\n ", b"").decode() == text


@pytest.mark.parametrize("write", [tour_gpx, tour_geojson, tour_ics])
def test_who_is_visited_stands_in_no_file_for_other_programs(write: Any) -> None:
    assert b"Tess" not in write(tour())
    assert b"MAIN STREET" in write(tour())


@pytest.mark.parametrize("write", [tour_gpx, tour_geojson, tour_ics])
def test_a_tour_without_start_way_or_stops_is_still_a_file(write: Any) -> None:
    assert write(tour(start=None, route=None, stops=[]))


@pytest.mark.parametrize(
    "attack", ["<x/>&\"']]>", "a\nEND:VEVENT\r\nX:1", "\x00\x1b", "\ufeff\u2028"]
)
def test_no_text_breaks_out(attack: str) -> None:
    stops = [tour()["stops"][0] | {"address": attack}]
    ET.fromstring(tour_gpx(tour(stops=stops)))
    json.loads(tour_geojson(tour(stops=stops)))
    assert len(_events(tour_ics(tour(stops=stops)))) == 2
