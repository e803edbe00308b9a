"""A tour as a file for other programs, for those who may see it; every file is audited."""

from __future__ import annotations

import csv
import io
from typing import Any

import numpy as np

from geoteam.errors import InputError
from geoteam.maps import tour_geojson, tour_gpx, tour_ics
from geoteam.model import User
from geoteam.services.import_values import safe_for_spreadsheets
from geoteam.services.tour_views import CANCELLED, TourView, look, note_reading
from geoteam.services.workspace import Workspace

_WRITERS = {"gpx": tour_gpx, "geojson": tour_geojson, "ics": tour_ics}
# Kind -> media type.
KINDS = {
    "gpx": "application/gpx+xml",
    "geojson": "application/geo+json",
    "ics": "text/calendar; charset=utf-8",
    "csv": "text/csv; charset=utf-8",
}
_COLUMNS = (
    "number", "arrives_at", "leaves_at", "client_ref", "name", "address", "level", "reason",
    "access_notes", "windows", "announced", "two_officers", "interpreter", "dog", "lon", "lat",
)  # fmt: skip


def export_tour(workspace: Workspace, user: User, ref: str, kind: str) -> bytes:
    """Write a tour as a file.

    GPX, GeoJSON and the calendar go into phones and maps that others keep: they name no client
    and hold no note. The table holds what policy lets this reader see.

    Parameters
    ----------
    workspace
        The workspace.
    user
        The officer, a supervisor of the team, or the police partner of the tour.
    ref
        The tour's reference.
    kind
        ``gpx``, ``geojson``, ``ics`` or ``csv``.

    Returns
    -------
    bytes
        The file.

    Raises
    ------
    InputError
        When there is no such kind of file, or the tour is cancelled.
    NotFoundError
        When there is no such tour, or none that the user may know of.
    """
    if kind not in KINDS:
        raise InputError(
            f"a tour cannot be written as {kind!r}", remedy=f"Choose one of: {', '.join(KINDS)}"
        )
    with workspace.transaction() as session:
        seen = look(workspace, session, user, ref, user.role)
        if seen.view.status == CANCELLED:
            raise InputError(
                "the tour is cancelled and cannot be exported", remedy="Plan another tour"
            )
        note_reading(workspace, session, user, seen, "tour.export", {"kind": kind})
    if kind == "csv":
        return _table(workspace, seen.view)
    return _WRITERS[kind](_told(workspace, seen.view))


def _told(workspace: Workspace, view: TourView) -> dict[str, Any]:
    """Leave of a tour what may stand in a phone: places, times and addresses."""
    zone = workspace.profile.city.zone
    start = None
    if np.isfinite(view.start_point).all():
        start = {"lon": view.start_point[0], "lat": view.start_point[1], "name": view.start}
    return {
        "ref": view.ref,
        "made_at": workspace.now(),
        "departs_at": view.departs_at,
        "returns_at": view.returns_at,
        "start": start,
        "stops": [
            {
                "number": stop["number"],
                "lon": stop["lon"],
                "lat": stop["lat"],
                "address": stop.get("address", ""),
                "arrives_at": stop["arrives_at"].astimezone(zone),
                "leaves_at": stop["leaves_at"].astimezone(zone),
            }
            for stop in view.stops
        ],
        "route": view.route,
    }


def _table(workspace: Workspace, view: TourView) -> bytes:
    zone = workspace.profile.city.zone
    columns = [name for name in _COLUMNS if all(name in stop for stop in view.stops)]
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(columns)
    for stop in view.stops:
        cells = dict(stop)
        for name in ("arrives_at", "leaves_at"):
            cells[name] = stop[name].astimezone(zone).isoformat()
        for name in ("announced", "two_officers", "dog"):
            if name in stop:
                cells[name] = "yes" if stop[name] else "no"
        if "windows" in stop:
            cells["windows"] = ", ".join(f"{begin}-{end}" for begin, end in stop["windows"])
        writer.writerow([safe_for_spreadsheets(cells[name]) for name in columns])
    return text.getvalue().encode("utf-8-sig")
