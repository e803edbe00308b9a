"""The printed sheets of tours: the officer's, and the police copy with only what policy allows."""

from __future__ import annotations

import io
import json
from collections.abc import Mapping, Sequence
from typing import Any, Literal

import geopandas as gpd
import segno
import shapely

from geoteam.errors import MapError
from geoteam.maps.paper import MAP_SIZE
from geoteam.maps.sheet_map import draw_tour
from geoteam.maps.typeset import plain_text, typeset

_OUTCOMES = ("Made", "Not home", "Refused", "Moved", "Unsafe")
_PERMITTED_USE = (
    "For the joint visits of this tour only. It holds only what the disclosure policy allows the "
    "police partner to see. Do not copy it into other records, and return or destroy it when the "
    "tour ends."
)
_NOTICE = {
    "officer": "Official use only. Keep with you; shred after the outcomes are recorded.",
    "police": "Official use only. Police copy: permitted use as stated; return after the tour.",
}
_COPY_NAME = {"officer": "Officer's sheet", "police": "Police copy"}
_PAPERS = {"letter": "us-letter", "a4": "a4"}
# Fewer units over the same width of paper: everything on the map is larger.
_LARGE_MAP = (1250.0, 900.0)
_STOP_TEXTS = ("arrive", "leave", "window", "who", "address", "limits", "notes", "changed")


def tour_sheets(
    tours: Sequence[Mapping[str, Any]],
    *,
    crs: str,
    streets: gpd.GeoDataFrame | None = None,
    areas: gpd.GeoDataFrame | None = None,
    paper: Literal["letter", "a4"] = "letter",
    large: bool = False,
) -> bytes:
    """Print tours as one PDF (tagged, PDF/UA-1); each begins on a page of its own.

    The caller passes only what the reader may see; nothing is required of a stop but its number
    and place. Every tour has a bookmark and counts its own pages.

    Parameters
    ----------
    tours
        Of each ``ref`` and ``copy`` (officer or police); optional texts ``title``, ``date``,
        ``officer``, ``number`` (of the copy), ``url``, ``permitted_use``; ``facts`` (pairs of
        label and text: officer, partner, departs ...); ``start`` (``lon``, ``lat``; or None);
        ``stops`` (each ``number``, ``lon``, ``lat`` and, where allowed, ``arrive``, ``leave``,
        ``window``, ``who``, ``address``, ``limits``, ``notes``, ``changed``, and ``extra``: pairs
        of label and text); ``pause`` (``begins``, ``ends`` and ``before``, the place of the stop
        that the break precedes; or None); ``directions`` (each ``to`` and ``steps``, pairs of text
        and distance); ``left_out`` (``who``, ``reason``, ``remedy``); ``legs`` (LineStrings,
        EPSG:4326).
    crs
        The measuring CRS of the city.
    streets
        As of `merge_streets`, for the maps.
    areas
        Water and parks, for the maps.
    paper
        ``letter`` or ``a4``.
    large
        Whether it is set in large print: 14 points, and maps with fewer and larger names.

    Returns
    -------
    bytes
        A PDF document.

    Raises
    ------
    MapError
        When a tour lacks what a sheet cannot do without, or cannot be set.
    AssetsError
        When the front end, which holds the fonts, is not built.
    """
    inputs: dict[str, str] = {"paper": _PAPERS[paper], "large": "yes" if large else ""}
    told = []
    for place, tour in enumerate(tours):
        stops = list(tour.get("stops", ()))
        told.append(_sheet_data(tour, stops))
        start = tour.get("start")
        inputs[f"map{place}"] = draw_tour(
            stops=[(str(s["number"]), float(s["lon"]), float(s["lat"])) for s in stops],
            start=(float(start["lon"]), float(start["lat"])) if start else None,
            legs=_checked_legs(tour.get("legs", ())),
            streets=streets,
            areas=areas,
            crs=crs,
            size=_LARGE_MAP if large else MAP_SIZE,
        )
        if told[-1]["url"]:
            inputs[f"qr{place}"] = _code(told[-1]["url"])
    return typeset("sheet.typ", inputs | {"tours": json.dumps(told, ensure_ascii=False)})


def _sheet_data(tour: Mapping[str, Any], stops: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    ref, copy = plain_text(tour.get("ref")), tour.get("copy")
    if not ref:
        raise MapError("a tour sheet needs the tour's ref")
    if copy not in _COPY_NAME:
        raise MapError(f"{copy!r} is no copy of a tour sheet", remedy="Choose officer or police")
    for stop in stops:
        missing = [name for name in ("number", "lon", "lat") if stop.get(name) is None]
        if missing:
            raise MapError(f"a stop of tour {ref} has no {', '.join(missing)}", where=ref)
    officer = copy == "officer"
    return {
        "ref": ref,
        "copy": copy,
        "copy_name": _COPY_NAME[copy],
        "title": plain_text(tour.get("title")) or "Accountability Tour",
        "date": plain_text(tour.get("date")),
        "officer": plain_text(tour.get("officer")),
        "number": plain_text(tour.get("number")),
        "url": plain_text(tour.get("url")),
        "facts": [[plain_text(label), plain_text(value)] for label, value in tour.get("facts", ())],
        "stops": [_stop(stop) for stop in stops],
        "pause": tour.get("pause"),
        "directions": [
            {
                "to": plain_text(leg["to"]),
                "steps": [[plain_text(text), plain_text(far)] for text, far in leg["steps"]],
            }
            for leg in tour.get("directions", ())
        ],
        "left_out": [
            {name: plain_text(one.get(name)) for name in ("who", "reason", "remedy")}
            for one in tour.get("left_out", ())
        ],
        "outcomes": list(tour.get("outcomes", _OUTCOMES)),
        "permitted_use": plain_text(tour.get("permitted_use"))
        or ("" if officer else _PERMITTED_USE),
        "notice": plain_text(tour.get("notice")) or _NOTICE[copy],
        "signatures": ["Officer, date and time", "Police partner, date and time"],
        "map_alt": f"Map of the tour with {len(stops)} numbered stops; the table gives the order",
    }


def _stop(stop: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "number": plain_text(stop["number"]),
        **{name: plain_text(stop.get(name)) for name in _STOP_TEXTS},
        "extra": [
            [plain_text(label), plain_text(value)]
            for label, value in stop.get("extra", ())
            if value
        ],
    }


def _checked_legs(legs: Sequence[shapely.Geometry]) -> list[shapely.LineString]:
    return [leg for leg in legs if isinstance(leg, shapely.LineString) and not leg.is_empty]


def _code(url: str) -> str:
    buffer = io.BytesIO()
    segno.make(url, error="m", micro=False).save(
        buffer, kind="svg", border=1, xmldecl=False, svgns=True, omitsize=True
    )
    return buffer.getvalue().decode("utf-8")
