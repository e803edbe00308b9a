"""Making a workspace: once, twice, after a kill, and from files that are not there."""

from __future__ import annotations

import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import make_url

from geoteam.errors import BoundaryError, MissingFileError, ProfileError, WorkspaceBusyError
from geoteam.services.setup import init_city
from geoteam.services.upkeep import doctor
from geoteam.services.workspace import Workspace
from tests.made_city import NOW, clock, counts, make
from tests.tiny_city import PROFILE

# What a run adds even when it changes nothing.
LOGS = {"audit", "assignment_run", "assignment_runs"}
KILLED = """
import os, signal, sys
from datetime import datetime
from pathlib import Path
from sqlalchemy import event
from sqlalchemy.orm import Session
from geoteam.services.setup import init_city

left, moment = [int(sys.argv[3])], sys.argv[4]

def strike(*rest):
    left[0] -= 1
    if not left[0]:
        os.kill(os.getpid(), signal.SIGKILL)

if moment == "replace":
    # Just before a finished file takes its place in the folder.
    for place in (os, Path):
        name, real = "replace", place.replace
        setattr(place, name, lambda *a, real=real, **k: (strike(), real(*a, **k))[1])
else:
    event.listen(Session, moment, strike)

init_city(Path(sys.argv[1]), profile_path=Path(sys.argv[2]) / "tiny.toml", data=Path(sys.argv[2]),
          actor="test", clock=lambda: datetime.fromisoformat(sys.argv[5]))
"""


def _again(workspace: Workspace, data: Path) -> None:
    url = workspace.engine.url
    init_city(
        workspace.folder,
        profile_path=data / "tiny.toml",
        data=data,
        database_url=None if url.drivername == "sqlite" else url.render_as_string(False),
        actor="test",
        clock=clock,
    )


def test_init_loads_everything_that_the_profile_names(city: Workspace) -> None:
    assert city.is_ready()
    rows = counts(city)
    assert rows["client"] == 24
    assert rows["team"] == 3
    assert rows["officer"] == 5
    assert rows["police_partner"] == 2
    assert rows["contact"] == 12
    assert rows["venue"] == 6
    assert rows["boundary_set"] == 3
    assert rows["boundary"] == 4 + 2 + 2
    assert rows["plan"] == 1
    assert rows["assignment"] == 24


def test_init_again_changes_nothing(fresh: Workspace, city_data: Path) -> None:
    before = counts(fresh)
    _again(fresh, city_data)
    after = counts(fresh)
    assert {k: v for k, v in after.items() if k not in LOGS} == {
        k: v for k, v in before.items() if k not in LOGS
    }


def test_init_names_every_missing_file_and_makes_nothing(city_data: Path, tmp_path: Path) -> None:
    data = tmp_path / "data"
    shutil.copytree(city_data, data)
    gone = ["areas.geojson", "streets.osm", "points.csv", "blocks.csv", "venues.csv", "teams.csv",
            "contacts.csv"]  # fmt: skip
    for name in gone:
        (data / name).unlink()
    with pytest.raises(MissingFileError) as caught:
        init_city(tmp_path / "ws", profile_path=data / "tiny.toml", data=data, actor="test")
    assert [name for name in gone if name not in caught.value.what] == []
    assert "officers.csv" not in caught.value.what
    assert not (tmp_path / "ws").exists()


def test_init_without_the_data_folder(city_data: Path, tmp_path: Path) -> None:
    with pytest.raises(MissingFileError, match="no such data folder"):
        init_city(
            tmp_path / "ws",
            profile_path=city_data / "tiny.toml",
            data=tmp_path / "none",
            actor="test",
        )


def test_a_workspace_of_another_city_is_refused(
    fresh: Workspace, city_data: Path, tmp_path: Path
) -> None:
    data = tmp_path / "other"
    shutil.copytree(city_data, data)
    (data / "tiny.toml").write_text(PROFILE.replace('"Tinytown"', '"Hugetown"'))
    before = counts(fresh)
    with pytest.raises(ProfileError, match="of Tinytown, not of Hugetown"):
        _again(fresh, data)
    assert counts(fresh) == before
    fresh.forget()
    assert fresh.profile.city.name == "Tinytown"


def test_two_inits_at_once_are_refused(lone: Workspace, city_data: Path) -> None:
    with lone.exclusive("init"), pytest.raises(WorkspaceBusyError, match="busy with init"):
        _again(lone, city_data)


def test_boundaries_with_an_overlap_are_refused_and_nothing_is_saved(
    city_data: Path, tmp_path: Path
) -> None:
    data = tmp_path / "data"
    shutil.copytree(city_data, data)
    text = (data / "areas.geojson").read_text()
    # Area 101 grows into all the others.
    corner = text.split('"PSA": "202"')[1].split("[[[")[1].split("], [")[2]
    first = text.split("[[[")[1].split("], [")[2]
    assert first != corner
    (data / "areas.geojson").write_text(text.replace(first, corner, 1))
    with pytest.raises(BoundaryError, match="overlap") as caught:
        init_city(
            tmp_path / "ws", profile_path=data / "tiny.toml", data=data, actor="test", clock=clock
        )
    assert "101" in str(caught.value)
    workspace = Workspace.open(tmp_path / "ws", clock=clock)
    assert counts(workspace)["boundary_set"] == 0
    assert not workspace.is_ready()
    shutil.copy(city_data / "areas.geojson", data / "areas.geojson")
    _again(workspace, data)
    assert workspace.is_ready()


@pytest.mark.slow
@pytest.mark.parametrize(
    ("moment", "nth"),
    [("before_commit", n) for n in (1, 3, 5, 8, 11)]
    + [("after_commit", n) for n in (1, 4, 9)]
    + [("after_flush", n) for n in (1, 4)]
    + [("replace", n) for n in (1, 2, 3)],
)
def test_a_killed_init_is_completed_by_the_same_command(
    city_data: Path, tmp_path: Path, moment: str, nth: int
) -> None:
    folder = tmp_path / "ws"
    done = subprocess.run(
        [sys.executable, "-c", KILLED, folder, city_data, str(nth), moment, NOW.isoformat()],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == -signal.SIGKILL, done.stderr
    workspace = make(folder, city_data)
    whole = make(tmp_path / "whole", city_data)
    rows, wanted = counts(workspace), counts(whole)
    assert {k: v for k, v in rows.items() if k not in LOGS} == {
        k: v for k, v in wanted.items() if k not in LOGS
    }
    assert [check for check in doctor(workspace) if not check["ok"]] == []


def test_the_database_is_where_the_address_says(fresh: Workspace) -> None:
    there = (fresh.folder / "geoteam.db").exists()
    assert there is (make_url(str(fresh.engine.url)).drivername == "sqlite")
