"""Boundary sets: list, check, add, compare."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

from geoteam.areas import (
    Fault,
    Repair,
    check_boundaries,
    crosswalk_by_area,
    crosswalk_by_points,
    download_feature_server,
    guess_fields,
    read_boundaries,
    read_raw_boundaries,
    repair_boundaries,
)
from geoteam.errors import InputError, NotFoundError
from geoteam.frames import rows_of
from geoteam.profile import BoundaryTable
from geoteam.services.loading import refuse_faults, save_boundaries
from geoteam.services.workspace import Workspace
from geoteam.store import boundaries


def check_file(path: Path, *, crs: str, kind: str, fields: dict[str, str]) -> list[Fault]:
    """Check a boundary file and list every fault; nothing is changed or saved.

    Parameters
    ----------
    path
        The file.
    crs
        The city's measuring CRS.
    kind
        Boundary kind.
    fields
        geoteam's column -> the file's; guessed when empty.

    Returns
    -------
    list of Fault
        Every fault, with place and size.
    """
    return check_boundaries(path, crs=crs, kind=kind, fields=fields or None)


def guess_crs(path: Path) -> str:
    """Choose a CRS in which a file's areas can be measured, where no workspace says one.

    Parameters
    ----------
    path
        The boundary file.

    Returns
    -------
    str
        The UTM zone of its middle.

    Raises
    ------
    InputError
        When the file has no usable coordinates.
    """
    frame = read_raw_boundaries(path, kind="", fields=guess_fields(path))
    crs = frame.estimate_utm_crs() if frame.crs is not None and len(frame) else None
    if crs is None:
        raise InputError(
            "the file does not say where its areas lie",
            where=str(path),
            remedy="Give a measuring CRS: --crs EPSG:26985",
        )
    return str(crs)


def add_file(
    workspace: Workspace, actor: str, path: Path, table: BoundaryTable, *, repair: bool = False
) -> tuple[int, list[Repair]]:
    """Load a boundary set from a file, or from its service when ``path`` is an address.

    Parameters
    ----------
    workspace
        The workspace.
    actor
        Who the audit log names.
    path
        The file.
    table
        Kind, version, dates and field map.
    repair
        Mend faults that can be mended.

    Returns
    -------
    tuple of int and list of Repair
        Number of areas, and what was mended.

    Raises
    ------
    BoundaryError
        When a fault cannot be accepted or mended.
    """
    crs = workspace.profile.city.crs
    frame = read_boundaries(
        path,
        kind=table.kind,
        fields=table.fields,
        layer=table.layer,
        keep=table.keep,
        city_crs=crs,
    )
    repairs: list[Repair] = []
    if repair:
        frame, repairs = repair_boundaries(frame, crs=crs)
    if table.tiles:
        refuse_faults(frame, workspace.profile, table)
    save_boundaries(workspace, table, frame, actor)
    workspace.forget()
    return len(frame), repairs


def download(url: str, fields: dict[str, str], output: Path) -> int:
    """Download a layer of an ArcGIS feature service into a GeoJSON file.

    Parameters
    ----------
    url
        Address of the layer.
    fields
        geoteam's column -> the layer's field.
    output
        The file to write.

    Returns
    -------
    int
        Number of areas.
    """
    frame = download_feature_server(url, fields=fields)
    frame.to_file(output, driver="GeoJSON")
    return len(frame)


def list_sets(workspace: Workspace) -> list[dict[str, Any]]:
    """List the boundary sets.

    Parameters
    ----------
    workspace
        The workspace.

    Returns
    -------
    list of dict
        ``kind``, ``version``, ``valid_from``, ``valid_to``, ``areas``, ``source``.
    """
    with workspace.reading() as session:
        return [
            {
                "kind": found.kind,
                "version": found.version,
                "valid_from": found.valid_from,
                "valid_to": found.valid_to,
                "areas": len(boundaries.load_set(session, set_id)),
                "source": found.source,
            }
            for set_id, found in boundaries.list_sets(session).items()
        ]


def compare(workspace: Workspace, kind: str, before: date, after: date) -> dict[str, Any]:
    """Compare the sets in force on two days, by area and by address points.

    Parameters
    ----------
    workspace
        The workspace.
    kind
        Boundary kind.
    before, after
        The days.

    Returns
    -------
    dict
        ``old`` and ``new`` version, ``changed_share`` (share of address points whose area has
        another code), and the ``by_area`` and ``by_points`` crosswalks as rows.

    Raises
    ------
    NotFoundError
        When one of the days has no set.
    """
    old, new = workspace.areas(kind, before), workspace.areas(kind, after)
    if old.attrs["set_id"] == new.attrs["set_id"]:
        raise NotFoundError(
            "both days have the same boundaries", remedy="See: geoteam boundaries list"
        )
    crs = workspace.profile.city.crs
    lon, lat = workspace.reference().points()
    points = crosswalk_by_points(old, new, lon, lat, crs=crs)
    inside = points[(points["old"] != "") & (points["new"] != "")]
    moved = inside.loc[inside["old"] != inside["new"], "points"].sum()
    return {
        "old": old.attrs["set"].version,
        "new": new.attrs["set"].version,
        "changed_share": float(moved / max(inside["points"].sum(), 1)),
        "by_area": rows_of(crosswalk_by_area(old, new, crs=crs)),
        "by_points": rows_of(points),
    }
