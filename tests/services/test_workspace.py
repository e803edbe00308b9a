"""The workspace folder: missing, read-only, busy; its clock and its parts."""

from __future__ import annotations

import subprocess
import sys
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from geoteam.errors import (
    AddressReferenceError,
    MissingFileError,
    NotFoundError,
    ProfileError,
    StreetsError,
    WorkspaceBusyError,
    WorkspaceError,
)
from geoteam.services.workspace import Workspace
from geoteam.store import settings
from tests.nobody import read_only

HOLD = """
import sys, time
from pathlib import Path
from geoteam.services.workspace import Workspace
with Workspace.open(Path(sys.argv[1])).exclusive("init"):
    print("held", flush=True)
    time.sleep(60)
"""


def test_a_folder_that_is_no_workspace_says_how_to_make_one(tmp_path: Path) -> None:
    for folder in (tmp_path, tmp_path / "none"):
        with pytest.raises(WorkspaceError, match="no workspace here") as caught:
            Workspace.open(folder)
        assert str(folder) in str(caught.value)
        assert "geoteam init" in caught.value.remedy
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_cannot_be_made(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(WorkspaceError, match="cannot be made"):
        Workspace.open(tmp_path / "file" / "ws", create=True)


def test_a_folder_without_the_right_to_write_is_refused(lone: Workspace) -> None:
    with (
        read_only(lone.folder),
        pytest.raises(WorkspaceError, match="read-only") as caught,
    ):
        Workspace.open(lone.folder)
    assert "--workspace" in caught.value.remedy


def test_a_second_process_is_told_that_the_workspace_is_busy(lone: Workspace) -> None:
    rival = subprocess.Popen(
        [sys.executable, "-c", HOLD, lone.folder], stdout=subprocess.PIPE, text=True
    )
    try:
        assert rival.stdout
        assert rival.stdout.readline() == "held\n"
        with pytest.raises(WorkspaceBusyError, match="busy with init"), lone.exclusive("init"):
            pass
        with lone.exclusive("something else"):
            pass
    finally:
        rival.kill()
        rival.wait()
    with lone.exclusive("init"):
        pass


@pytest.mark.parametrize(
    ("moment", "day"),
    [
        (datetime(2026, 6, 15, 3, 59, tzinfo=UTC), date(2026, 6, 14)),
        (datetime(2026, 6, 15, 4, 0, tzinfo=UTC), date(2026, 6, 15)),
        (datetime(2026, 12, 15, 4, 59, tzinfo=UTC), date(2026, 12, 14)),
    ],
)
def test_today_is_the_citys_day(city: Workspace, moment: datetime, day: date) -> None:
    other = Workspace(city.folder, city.engine, lambda: moment)
    assert other.today() == day


def test_a_workspace_before_init_has_no_profile(tmp_path: Path) -> None:
    workspace = Workspace.open(tmp_path / "ws", create=True)
    assert not workspace.is_ready()
    with pytest.raises(ProfileError, match="no city profile"):
        workspace.today()
    with pytest.raises(StreetsError, match="no street network"):
        workspace.streets()
    with pytest.raises(AddressReferenceError, match="no address reference"):
        workspace.reference()
    with pytest.raises(MissingFileError, match=r"basemap\.pmtiles"):
        workspace.artefact("basemap.pmtiles")


def test_boundaries_are_those_in_force_on_the_day(city: Workspace) -> None:
    assert list(city.areas("service_area").index) == ["101", "102", "201", "202"]
    assert city.areas("service_area").attrs["set"].version == "2024"
    with pytest.raises(NotFoundError, match="service_area are in force on 2023-12-31"):
        city.areas("service_area", date(2023, 12, 31))
    with pytest.raises(NotFoundError, match="ward"):
        city.areas("ward")


def test_what_was_loaded_is_kept_until_it_is_forgotten(city: Workspace) -> None:
    first = city.area_index("district")
    assert city.area_index("district") is first
    city.forget()
    assert city.area_index("district") is not first


def test_a_failed_transaction_leaves_nothing(fresh: Workspace) -> None:
    def fail() -> None:
        with fresh.transaction() as session:
            settings.put(session, "half", {"done": 1}, fresh.now())
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    with fresh.reading() as session:
        assert settings.get(session, "half") is None
