"""Client files to import, good and bad, and what an import left behind."""

from __future__ import annotations

import csv
from pathlib import Path

import openpyxl
import pytest
from sqlalchemy import func, select

from geoteam.errors import ImportProblems
from geoteam.services.import_report import ImportReport
from geoteam.services.imports import import_clients
from geoteam.services.workspace import Workspace
from geoteam.store import clients
from geoteam.store.tables import ClientRow
from tests.tiny_city import CLIENT_HEADER

GOOD = {
    "Client ID": "A1",
    "Full Name": "María Núñez",
    "Supervision Level": "medium",
    "Needs": "mental health; GPS",
    "Intake Date": "2026-01-05",
    "Home Address": "12 A STREET NW",
    "ZIP": "00101",
    "Address Since": "2026-02-01",
    "Residence Type": "",
    "Officer ID": "O1",
    "Access Notes": "- dog in the yard",
    "Home From": "17:00",
    "Home To": "8 PM",
}


def row(**changes: object) -> dict[str, object]:
    return GOOD | changes


def write(path: Path, *rows: dict[str, object], encoding: str = "utf-8", sep: str = ",") -> Path:
    columns = list(rows[0]) if rows else list(CLIENT_HEADER)
    with path.open("w", newline="", encoding=encoding) as file:
        writer = csv.DictWriter(file, columns, delimiter=sep)
        writer.writeheader()
        writer.writerows(rows)
    return path


def xlsx(path: Path, header: list[object], *rows: list[object]) -> Path:
    book = openpyxl.Workbook()
    for cells in (header, *rows):
        book.active.append(cells)
    book.save(path)
    return path


def load(workspace: Workspace, path: Path, **options: object) -> ImportReport:
    return import_clients(workspace, "cli:test", path, **options)


def refused(workspace: Workspace, path: Path, **options: object) -> ImportProblems:
    with pytest.raises(ImportProblems) as caught:
        load(workspace, path, **options)
    assert count(workspace) == 0
    return caught.value


def count(workspace: Workspace) -> int:
    with workspace.reading() as session:
        return session.scalar(select(func.count()).select_from(ClientRow)) or 0


def client(workspace: Workspace, ref: str) -> clients.Client:
    with workspace.reading() as session:
        found = clients.get(session, ref)
    assert found is not None
    return found
