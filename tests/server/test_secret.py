from __future__ import annotations

import stat
import threading
from pathlib import Path

import pytest

from geoteam.errors import WorkspaceError
from geoteam.server.secret import FILE_NAME, workspace_secret


def test_it_is_made_once_and_only_its_owner_can_read_it(tmp_path: Path) -> None:
    first = workspace_secret(tmp_path)
    assert len(first) == 32
    assert workspace_secret(tmp_path) == first
    assert stat.S_IMODE((tmp_path / FILE_NAME).stat().st_mode) == 0o600
    assert [path.name for path in tmp_path.iterdir()] == [FILE_NAME]


def test_two_workspaces_have_two_secrets(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    assert workspace_secret(tmp_path / "a") != workspace_secret(tmp_path / "b")


def test_servers_that_start_together_agree(tmp_path: Path) -> None:
    found: list[bytes] = []
    threads = [
        threading.Thread(target=lambda: found.append(workspace_secret(tmp_path))) for _ in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 8
    assert len(set(found)) == 1


def test_a_secret_that_others_can_read_is_refused(tmp_path: Path) -> None:
    workspace_secret(tmp_path)
    (tmp_path / FILE_NAME).chmod(0o644)
    with pytest.raises(WorkspaceError, match="chmod 600"):
        workspace_secret(tmp_path)


def test_a_damaged_secret_is_refused(tmp_path: Path) -> None:
    workspace_secret(tmp_path)
    (tmp_path / FILE_NAME).write_bytes(b"short")
    with pytest.raises(WorkspaceError, match="damaged"):
        workspace_secret(tmp_path)


def test_a_missing_folder_is_told_clearly(tmp_path: Path) -> None:
    with pytest.raises(WorkspaceError, match=r"cannot be kept.*writable"):
        workspace_secret(tmp_path / "nowhere")
