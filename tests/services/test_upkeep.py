"""Backup, restore and the doctor."""

from __future__ import annotations

import io
import stat
import tarfile
from pathlib import Path

import pytest
from sqlalchemy import text

from geoteam.errors import AuditError, InputError, MissingFileError, WorkspaceError
from geoteam.services import audit, clients, upkeep
from geoteam.services.workspace import Workspace
from tests.made_city import BOSS, clock, counts


def _failing(workspace: Workspace) -> dict[str, str]:
    return {c["check"]: c["detail"] for c in upkeep.doctor(workspace) if not c["ok"]}


def _tamper(workspace: Workspace) -> None:
    """Change an event as somebody with the database in hand would."""
    with workspace.engine.begin() as connection:
        if workspace.engine.dialect.name == "postgresql":
            connection.execute(text("ALTER TABLE audit DISABLE TRIGGER ALL"))
        else:
            triggers = connection.execute(
                text("SELECT name FROM sqlite_master WHERE type = 'trigger'")
            ).scalars()
            for name in list(triggers):
                connection.execute(text(f"DROP TRIGGER {name}"))
        connection.execute(text("UPDATE audit SET actor = 'somebody else' WHERE seq = 2"))


def test_a_backup_comes_back_whole(lone: Workspace, tmp_path: Path) -> None:
    archive = tmp_path / "backup.tar.gz"
    assert upkeep.backup(lone, archive) == archive.stat().st_size
    assert stat.S_IMODE(archive.stat().st_mode) == 0o600
    upkeep.restore(archive, tmp_path / "new" / "folder")
    back = Workspace.open(tmp_path / "new" / "folder", clock=clock)
    assert counts(back) == counts(lone)
    assert clients.list_clients(back, BOSS).total == 24
    assert back.reference().info() == lone.reference().info()
    assert audit.verify(back) == []
    assert sorted(p.name for p in tmp_path.iterdir()) == ["backup.tar.gz", "new", "workspace"]


def test_a_backup_of_a_workspace_in_use_is_consistent(lone: Workspace, tmp_path: Path) -> None:
    with lone.transaction() as session:
        session.execute(text("DELETE FROM contact"))
        session.flush()
        upkeep.backup(lone, tmp_path / "during.tar.gz")
        session.rollback()
    upkeep.restore(tmp_path / "during.tar.gz", tmp_path / "new")
    assert counts(Workspace.open(tmp_path / "new"))["contact"] == 12


def test_a_backup_into_a_folder_that_is_not_there(lone: Workspace, tmp_path: Path) -> None:
    with pytest.raises(WorkspaceError, match="no such folder"):
        upkeep.backup(lone, tmp_path / "none" / "backup.tar.gz")


def test_postgresql_has_its_own_tools(city: Workspace, tmp_path: Path) -> None:
    if city.engine.dialect.name == "sqlite":
        assert upkeep.backup(city, tmp_path / "b.tar.gz")
        return
    with pytest.raises(InputError, match="PostgreSQL") as caught:
        upkeep.backup(city, tmp_path / "b.tar.gz")
    assert "pg_dump" in caught.value.remedy
    assert list(tmp_path.iterdir()) == []


def test_what_is_no_backup_is_refused_and_leaves_nothing(lone: Workspace, tmp_path: Path) -> None:
    good = tmp_path / "good.tar.gz"
    upkeep.backup(lone, good)
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz") as archive:
        archive.addfile(tarfile.TarInfo("../geoteam.db"))
    empty = io.BytesIO()
    tarfile.open(fileobj=empty, mode="w:gz").close()
    bad = {
        "text": b"no archive",
        "cut": good.read_bytes()[:-2000],
        "half": good.read_bytes()[: good.stat().st_size // 2],
        "outside": packed.getvalue(),
        "empty": empty.getvalue(),
        "nothing": b"",
    }
    for name, body in bad.items():
        path = tmp_path / f"{name}.tar.gz"
        path.write_bytes(body)
        with pytest.raises(InputError, match="no geoteam backup"):
            upkeep.restore(path, tmp_path / "new")
        assert not (tmp_path / "new").exists(), name
    with pytest.raises(MissingFileError):
        upkeep.restore(tmp_path / "none", tmp_path / "new")
    with pytest.raises(WorkspaceError, match="not empty"):
        upkeep.restore(good, lone.folder)
    assert not [p for p in tmp_path.iterdir() if p.name.startswith(".")]


def test_a_sound_workspace_needs_no_care(city: Workspace) -> None:
    assert _failing(city) == {}
    assert [c["check"] for c in upkeep.doctor(city)] == [
        "setup", "audit log", "streets.npz", "reference.npz", "basemap.pmtiles", "disk"
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("name", "remedy"),
    [
        ("streets.npz", "geoteam streets build"),
        ("reference.npz", "geoteam addresses add"),
        ("basemap.pmtiles", "geoteam init"),
    ],
)
def test_the_doctor_misses_what_is_missing(lone: Workspace, name: str, remedy: str) -> None:
    (lone.folder / name).unlink()
    failing = _failing(lone)
    assert list(failing) == [name]
    assert remedy in failing[name]


def test_the_doctor_finds_a_reference_that_cannot_be_used(lone: Workspace) -> None:
    (lone.folder / "reference.npz").write_bytes(b"not one")
    assert "geoteam addresses add" in _failing(lone)["reference.npz"]


def test_the_doctor_finds_a_changed_audit_log(fresh: Workspace) -> None:
    _tamper(fresh)
    assert "geoteam audit verify" in _failing(fresh)["audit log"]
    faults = audit.verify(fresh)
    assert [fault.seq for fault in faults] == [2]


def test_the_doctor_finds_a_log_that_was_cut_at_its_end(fresh: Workspace) -> None:
    assert _failing(fresh) == {}
    with fresh.engine.begin() as connection:
        # The note beside the database remembers the end that was there.
        note = fresh.folder / "audit-anchor.json"
        note.write_text('{"seq": 9999, "hash": "' + "0" * 64 + '"}')
        assert connection.execute(text("SELECT count(*) FROM audit")).scalar_one() < 9999
    assert "fault" in _failing(fresh)["audit log"]


def test_a_damaged_note_is_reported(lone: Workspace) -> None:
    (lone.folder / "audit-anchor.json").write_text("{")
    with pytest.raises(AuditError, match="cannot be read"):
        audit.verify(lone)
    assert "cannot be read" in _failing(lone)["audit log"]


def test_the_doctor_says_that_init_did_not_finish(fresh: Workspace) -> None:
    with fresh.engine.begin() as connection:
        connection.execute(text("DELETE FROM setting WHERE key = 'ready'"))
    assert "geoteam init" in _failing(fresh)["setup"]
