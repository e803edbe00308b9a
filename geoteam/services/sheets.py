"""Print a tour: what one reader may see of it, set as a sheet by the maps room."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Literal, cast

import numpy as np

from geoteam.maps import tour_sheet
from geoteam.services.workspace import Workspace

if TYPE_CHECKING:
    from geoteam.services.tour_views import TourView


def tour_sheet_pdf(
    workspace: Workspace, view: TourView, copy: str, *, printed_for: str, url: str = ""
) -> bytes:
    """Print what a reader may see of a tour.

    Parameters
    ----------
    workspace
        The workspace.
    view
        The tour as the reader of this copy may see it.
    copy
        ``officer`` or ``police``.
    printed_for
        Name of the user who prints.
    url
        Address that opens the tour on a phone, for the code on the sheet.

    Returns
    -------
    bytes
        A PDF file.
    """
    zone = workspace.profile.city.zone
    departs, returns = (t.astimezone(zone) for t in (view.departs_at, view.returns_at))
    printed = workspace.now().astimezone(zone)
    start = None
    if np.isfinite(view.start_point).all():
        start = {"lon": view.start_point[0], "lat": view.start_point[1]}
    data = {
        "ref": view.ref,
        "date": f"{view.on:%A} {view.on.day} {view.on:%B %Y}",
        "url": url,
        "facts": [
            ("Officer", view.officer),
            ("Police partner", view.police_partner),
            ("Starts from", view.start),
            ("Departs", f"{departs:%H:%M}"),
            ("Back by", f"{returns:%H:%M}"),
            (
                "Drive",
                f"{view.length_m / 1000:.1f} km ({view.length_m / 1609.344:.1f} mi), "
                f"{view.drive_s / 60:.0f} minutes",
            ),
            ("Stops", str(len(view.stops))),
            ("Printed", f"{printed.day} {printed:%b %Y %H:%M}, {printed_for}"),
        ],
        "start": start,
        "stops": [_stop(workspace, stop) for stop in view.stops],
        "left_out": [
            {"who": one.get("name"), "reason": one.get("reason"), "remedy": one.get("remedy")}
            for one in view.left_out
        ],
        "legs": [] if view.route is None else [view.route],
    }
    return tour_sheet(
        data,
        copy=cast('Literal["officer", "police"]', copy),
        crs=workspace.profile.city.crs,
        streets=workspace.streets().edges_frame(),
        areas=workspace.landscape(),
    )


def _stop(workspace: Workspace, stop: Mapping[str, Any]) -> dict[str, Any]:
    zone = workspace.profile.city.zone
    return {
        "number": stop["number"],
        "lon": stop["lon"],
        "lat": stop["lat"],
        "arrive": f"{stop['arrives_at'].astimezone(zone):%H:%M}",
        "leave": f"{stop['leaves_at'].astimezone(zone):%H:%M}",
        "window": ", ".join(f"{begin}–{end}" for begin, end in stop.get("windows", ())),
        "who": stop.get("name"),
        "address": stop.get("address"),
        "notes": stop.get("access_notes"),
        "extra": [("Level", stop.get("level")), ("Why", stop.get("reason"))],
    }
