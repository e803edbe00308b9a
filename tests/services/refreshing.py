"""What tests of a better reference do: build it anew, ask again, and see what waits."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest
from sqlalchemy import select

from geoteam.services.loading import load_addresses
from geoteam.services.people import clients_frame
from geoteam.services.stale import Refreshed, refresh_geocodes
from geoteam.services.workspace import Workspace
from geoteam.store import geocodes
from geoteam.store.tables import GeocodeRow
from tests.tiny_city import lonlat

Points = pd.DataFrame


@pytest.fixture
def rebuild(city_data: Path, tmp_path: Path) -> Callable[..., None]:
    """Build the reference of a workspace anew from doors that a test changes."""
    data = tmp_path / "data"
    shutil.copytree(city_data, data)

    def work(workspace: Workspace, change: Callable[[Points], Points]) -> None:
        path = data / "points.csv"
        change(pd.read_csv(path, dtype=str, keep_default_na=False)).to_csv(path, index=False)
        load_addresses(workspace, data)

    return work


def put(address: str, x_m: float, y_m: float) -> Callable[[Points], Points]:
    """Move one door, or add it."""

    def change(points: Points) -> Points:
        lon, lat = lonlat(x_m, y_m)
        at = points["address"] == address
        if at.any():
            return points.assign(
                lon=points["lon"].where(~at, str(lon)), lat=points["lat"].where(~at, str(lat))
            )
        number, rest = address.split(" ", 1)
        street, quadrant = rest.rsplit(" ", 1)
        zips = "00101" if quadrant == "NW" else "00102"
        new = ["N" + number, address, number, street, quadrant, zips, str(lon), str(lat)]
        return pd.concat([points, pd.DataFrame([new], columns=points.columns)])

    return change


# A door that no client lives behind.
NEWS = put("198 1ST STREET NW", 15, 150)


def client_row_of(workspace: Workspace, ref: str) -> pd.Series:
    with workspace.reading() as session:
        return clients_frame(workspace, session, workspace.today(), refs=[ref]).iloc[0]


def history_of(workspace: Workspace, ref: str) -> list[geocodes.Geocode]:
    residence = int(client_row_of(workspace, ref)["residence_id"])
    with workspace.reading() as session:
        return geocodes.history(session, residence)


def proposals_of(workspace: Workspace) -> list[GeocodeRow]:
    with workspace.reading() as session:
        query = select(GeocodeRow).where(GeocodeRow.decision == "proposed")
        return list(session.scalars(query.order_by(GeocodeRow.id)))


def refresh(workspace: Workspace, **options: object) -> Refreshed:
    return refresh_geocodes(workspace, "test", **options)


def only_change(done: Refreshed) -> pd.Series:
    changes = done.rows[done.rows["done"] != "unchanged"]
    assert len(changes) == 1
    return changes.iloc[0]


def person_puts(workspace: Workspace, ref: str, x_m: float, y_m: float, **row: object) -> None:
    lon, lat = lonlat(x_m, y_m)
    frame = pd.DataFrame(
        [{"status": "M", "match_code": "PointAddress", "kind": "address", "score": 100.0,
          "lon": lon, "lat": lat, "uncertainty_m": 10.0, "matched_address": "SEEN",
          "reference_id": "", "inferred": False, "reason": "seen", "candidates": [],
          "boundary_ambiguous": False, "decision": "accepted"} | row],
        index=[int(client_row_of(workspace, ref)["residence_id"])],
    )  # fmt: skip
    with workspace.transaction() as session:
        geocodes.save(session, frame, workspace.now(), decided_by="bea", decided_why="Visited")
