from __future__ import annotations

import shutil
import subprocess
from typing import Any

import pytest
import shapely

from geoteam.errors import MapError
from geoteam.maps import merge_streets, tour_sheets
from geoteam.maps.sheet import _code, _sheet_data
from tests.maps.cases import ATTACKS, CRS, streets

needs_pdftotext = pytest.mark.skipif(
    shutil.which("pdftotext") is None, reason="pdftotext (poppler-utils) is not installed"
)


def tour(**changes: Any) -> dict[str, Any]:
    stops = [
        {
            "number": n,
            "lon": -74.998 + 0.003 * n,
            "lat": 39.005,
            "arrive": f"09:{n}0",
            "window": "08:00–12:00",
            "who": f"Person {n}",
            "address": f"{n}00 MAIN STREET",
            "notes": "Dog in the yard",
            "extra": [("Level", "Maximum")],
        }
        for n in (1, 2, 3)
    ]
    given = {
        "ref": "T-7",
        "date": "Monday 1 June 2026",
        "url": "https://maps.example/tours/T-7",
        "facts": [("Officer", "Dana Example"), ("Departs", "09:00")],
        "start": {"lon": -74.999, "lat": 39.005},
        "stops": stops,
        "left_out": [{"who": "Person 9", "reason": "No time left", "remedy": "Another day"}],
        "legs": [shapely.LineString([(-74.999, 39.005), (-74.989, 39.005)])],
    }
    return given | changes


def tour_sheet(given: dict[str, Any], *, copy: Any, **settings: Any) -> bytes:
    return tour_sheets([given | {"copy": copy}], **settings)


def printed(pdf: bytes) -> str:
    done = subprocess.run(
        ["pdftotext", "-layout", "-", "-"], input=pdf, capture_output=True, check=True
    )
    return done.stdout.decode("utf-8")


@needs_pdftotext
def test_the_officers_sheet_has_all_that_was_given() -> None:
    text = printed(tour_sheet(tour(), copy="officer", crs=CRS, streets=merge_streets(streets())))
    for wanted in (
        "Accountability Tour",
        "Officer's sheet",
        "Dana Example",
        "Person 2",
        "300 MAIN STREET",
        "Dog in the yard",
        "09:10",
        "Not home",
        "No time left",
        "Main Street",
        "page 1 of",
    ):
        assert wanted in text, wanted


@needs_pdftotext
@pytest.mark.parametrize("large", [False, True])
@pytest.mark.parametrize("before", [2, 3])
def test_the_break_stands_between_the_stops_and_limits_before_the_notes(
    before: int, large: bool
) -> None:
    stops = [
        {"number": k, "lon": -74.998 + 0.003 * k, "lat": 39.005, "arrive": f"1{k}:00",
         "who": f"Person {k}", "notes": "Gate code at the office"}
        for k in (1, 2)
    ]  # fmt: skip
    stops[1]["limits"] = "Dog. Two officers"
    pause = {"begins": "11:30", "ends": "12:00", "before": before}
    given = tour(stops=stops, pause=pause)
    text = printed(tour_sheet(given, copy="officer", crs=CRS, large=large))
    assert text.index("Person 1") < text.index("Break")
    assert (text.index("Break") < text.index("Person 2")) == (before == 2)
    assert text.index("Dog. Two officers") < text.rindex("Gate code")


@needs_pdftotext
def test_the_police_copy_needs_no_more_than_number_and_place() -> None:
    bare = [{name: stop[name] for name in ("number", "lon", "lat")} for stop in tour()["stops"]]
    text = printed(tour_sheet({"ref": "T-7", "stops": bare}, copy="police", crs=CRS))
    assert "Police copy" in text
    assert "Permitted use" in text
    assert "Who and where" not in text
    assert "Hazards" not in text


@needs_pdftotext
@pytest.mark.parametrize("attack", [*ATTACKS, "#panic()", "*bold* _x_ $x$ #sys", "@ref <label>"])
def test_data_is_never_read_as_markup(attack: str) -> None:
    stops = [tour()["stops"][0] | {"who": attack, "notes": attack, "address": "1 MAIN STREET"}]
    text = printed(tour_sheet(tour(stops=stops, title=attack), copy="officer", crs=CRS))
    squeezed = "".join(text.split())
    wanted = "".join(c for c in attack if c.isprintable() and not c.isspace())
    assert wanted in squeezed or wanted[:12] in squeezed


def test_fields_that_the_sheet_does_not_know_are_not_passed_on() -> None:
    stops = [tour()["stops"][0] | {"drug_test": "positive", "ssn": "000"}]
    data = _sheet_data(tour(stops=stops, secret="x", copy="police"), stops)
    assert "drug_test" not in data["stops"][0]
    assert "ssn" not in data["stops"][0]
    assert "secret" not in data


def test_many_stops_run_over_several_pages() -> None:
    stops = [tour()["stops"][0] | {"number": n} for n in range(1, 25)]
    pdf = tour_sheet(tour(stops=stops), copy="officer", crs=CRS)
    assert pdf.startswith(b"%PDF-1.")
    assert len(pdf) < 2_000_000


def test_the_code_opens_the_tour() -> None:
    assert _code("https://maps.example/tours/T-7").startswith("<svg")


@pytest.mark.parametrize(
    ("change", "copy", "what"),
    [
        ({"ref": ""}, "officer", "ref"),
        ({"stops": [{"number": 1, "lon": -75.0}]}, "officer", "lat"),
        ({"stops": [], "start": None, "legs": []}, "officer", "no map"),
        ({}, "press", "no copy"),
    ],
)
def test_what_cannot_be_printed_is_refused(change: dict[str, Any], copy: Any, what: str) -> None:
    with pytest.raises(MapError, match=what):
        tour_sheet(tour(**change), copy=copy, crs=CRS)
