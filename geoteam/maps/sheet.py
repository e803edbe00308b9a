"""The printed sheet of a tour: the officer's, and the police copy with only what policy allows."""

from __future__ import annotations

import io
import json
from collections.abc import Mapping, Sequence
from importlib import resources
from pathlib import Path
from typing import Any, Literal

import geopandas as gpd
import segno
import shapely
import typst

from geoteam.errors import MapError
from geoteam.maps.assets import build_folder
from geoteam.maps.sheet_map import draw_tour

_OUTCOMES = ("Made", "Not home", "Refused", "Moved")
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
_STOP_TEXTS = ("arrive", "leave", "window", "who", "address", "notes")


def tour_sheet(
    tour: Mapping[str, Any],
    *,
    copy: Literal["officer", "police"],
    crs: str,
    streets: gpd.GeoDataFrame | None = None,
    areas: gpd.GeoDataFrame | None = None,
) -> bytes:
    """Print a tour as PDF (tagged, PDF/UA-1).

    The caller passes only what the reader may see; nothing is required of a stop but its number
    and place.

    Parameters
    ----------
    tour
        ``ref``; optional texts ``title``, ``date``, ``url``, ``permitted_use``; ``facts`` (pairs
        of label and text: officer, partner, departs ...); ``start`` (``lon``, ``lat``; or None);
        ``stops`` (each ``number``, ``lon``, ``lat`` and, where allowed, ``arrive``, ``leave``,
        ``window``, ``who``, ``address``, ``notes``, and ``extra``: pairs of label and text);
        ``left_out`` (``who``, ``reason``, ``remedy``); ``legs`` (LineStrings, EPSG:4326).
    copy
        ``officer`` or ``police``.
    crs
        The measuring CRS of the city.
    streets
        Columns ``name`` and ``highway``, for the map.
    areas
        Water and parks, for the map.

    Returns
    -------
    bytes
        A PDF document.

    Raises
    ------
    MapError
        When the tour lacks what a sheet cannot do without, or cannot be set.
    AssetsError
        When the front end, which holds the fonts, is not built.
    """
    if copy not in _COPY_NAME:
        raise MapError(f"{copy!r} is no copy of a tour sheet", remedy="Choose officer or police")
    stops = list(tour.get("stops", ()))
    data = _sheet_data(tour, stops, copy)
    start = tour.get("start")
    drawing = draw_tour(
        stops=[(str(s["number"]), float(s["lon"]), float(s["lat"])) for s in stops],
        start=(float(start["lon"]), float(start["lat"])) if start else None,
        legs=_checked_legs(tour.get("legs", ())),
        streets=streets,
        areas=areas,
        crs=crs,
    )
    inputs = {"tour": json.dumps(data, ensure_ascii=False), "map": drawing}
    if data["url"]:
        inputs["qr"] = _code(data["url"])
    return _compile(inputs)


def _sheet_data(
    tour: Mapping[str, Any], stops: Sequence[Mapping[str, Any]], copy: str
) -> dict[str, Any]:
    ref = _text(tour.get("ref"))
    if not ref:
        raise MapError("a tour sheet needs the tour's ref")
    for stop in stops:
        missing = [name for name in ("number", "lon", "lat") if stop.get(name) is None]
        if missing:
            raise MapError(f"a stop of tour {ref} has no {', '.join(missing)}", where=ref)
    officer = copy == "officer"
    return {
        "ref": ref,
        "copy": copy,
        "copy_name": _COPY_NAME[copy],
        "title": _text(tour.get("title")) or "Accountability Tour",
        "date": _text(tour.get("date")),
        "url": _text(tour.get("url")),
        "facts": [[_text(label), _text(value)] for label, value in tour.get("facts", ())],
        "stops": [_stop(stop) for stop in stops],
        "left_out": [
            {name: _text(one.get(name)) for name in ("who", "reason", "remedy")}
            for one in tour.get("left_out", ())
        ],
        "outcomes": list(tour.get("outcomes", _OUTCOMES)),
        "permitted_use": _text(tour.get("permitted_use")) or ("" if officer else _PERMITTED_USE),
        "notice": _text(tour.get("notice")) or _NOTICE[copy],
        "signatures": ["Officer, date and time", "Police partner, date and time"],
        "map_alt": f"Map of the tour with {len(stops)} numbered stops; the table gives the order",
    }


def _stop(stop: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "number": _text(stop["number"]),
        **{name: _text(stop.get(name)) for name in _STOP_TEXTS},
        "extra": [[_text(label), _text(value)] for label, value in stop.get("extra", ()) if value],
    }


def _text(value: object) -> str:
    if value is None:
        return ""
    return "".join(c if c.isprintable() else " " for c in str(value)).strip()


def _checked_legs(legs: Sequence[shapely.Geometry]) -> list[shapely.LineString]:
    return [leg for leg in legs if isinstance(leg, shapely.LineString) and not leg.is_empty]


def _code(url: str) -> str:
    buffer = io.BytesIO()
    segno.make(url, error="m", micro=False).save(
        buffer, kind="svg", border=1, xmldecl=False, svgns=True, omitsize=True
    )
    return buffer.getvalue().decode("utf-8")


def _compile(inputs: Mapping[str, str]) -> bytes:
    template = resources.files("geoteam.maps") / "templates" / "sheet.typ"
    try:
        with resources.as_file(template) as path:
            pdf = typst.compile(
                Path(path),
                root=Path(path).parent,
                font_paths=[build_folder() / "fonts"],
                ignore_system_fonts=True,
                sys_inputs=dict(inputs),
                format="pdf",
                pdf_standards=["ua-1"],
            )
    except typst.TypstError as error:
        raise MapError(f"the sheet could not be set: {error}") from error
    return bytes(pdf)
