"""What tests of the review queue do: more clients, a moved place, a later moment."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from geoteam.services import geocoding, imports, review
from geoteam.services.people import clients_frame
from geoteam.services.workspace import Workspace
from geoteam.store import geocodes
from tests.made_city import BOSS, client_row, write_csv
from tests.tiny_city import CLIENT_HEADER, lonlat

WHY = "Seen the lease"
# Without its quadrant, and so doubtful with one candidate; it lies in area 201.
DOUBTFUL = "182 CENTRAL AVENUE"


def arrive(workspace: Workspace, folder: Path, homes: dict[str, str], **changes: str) -> None:
    rows = [client_row(ref, Home_Address=home, **changes) for ref, home in homes.items()]
    imports.import_clients(workspace, "test", write_csv(folder / "more.csv", CLIENT_HEADER, rows))
    geocoding.geocode_residences(workspace, "test")


def waiting(workspace: Workspace) -> dict[str, int]:
    return {row["client_ref"]: row["id"] for row in review.review_queue(workspace, BOSS).rows}


def person(workspace: Workspace, ref: str = "C023") -> Any:
    with workspace.reading() as session:
        return clients_frame(workspace, session, workspace.today(), refs=[ref]).iloc[0]


def later(workspace: Workspace, monkeypatch: pytest.MonkeyPatch, **span: float) -> None:
    now = workspace.now() + timedelta(**span)
    monkeypatch.setattr(workspace, "_clock", lambda: now)


def propose(workspace: Workspace, ref: str = "C001", **changes: object) -> dict[str, Any]:
    """Say that a newer reference places a client's address in the east, in area 201."""
    client = person(workspace, ref)
    here = {"address": client["matched_address"], "lon": client["lon"], "lat": client["lat"]}
    lon, lat = lonlat(600.0, 100.0)
    there = {"address": "142 4TH STREET NE", "lon": lon, "lat": lat}
    about = {"score": 100.0, "match_code": "PointAddress", "reference_id": "x", "uncertainty_m": 10}
    row = {
        "status": "M", "match_code": "PointAddress", "kind": "address", "score": 100.0,
        "lon": there["lon"], "lat": there["lat"], "uncertainty_m": 10.0,
        "matched_address": "142 4TH STREET NE", "reference_id": "x", "inferred": False,
        "reason": "the newer reference has it in the east", "boundary_ambiguous": False,
        "candidates": [here | about | {"present": True}, there | about],
    }  # fmt: skip
    frame = pd.DataFrame([row | changes], index=[int(client["residence_id"])])
    with workspace.transaction() as session:
        geocodes.propose(session, frame, workspace.now(), reference="new")
    return {"here": here, "there": there}


def ids(seen: review.BulkPreview) -> list[int]:
    return [row["id"] for row in seen.rows]
