"""The front end is built beside a server that runs: it never misses a file, nor keeps an old one."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

import pytest

import hatch_build


@pytest.fixture
def web(tmp_path: Path) -> Path:
    """A copy of the sources, with the packages of the true one."""
    copy = tmp_path / "web"
    shutil.copytree(hatch_build.WEB, copy, ignore=shutil.ignore_patterns("node_modules", "tests"))
    (copy / "node_modules").symlink_to(hatch_build.WEB / "node_modules")
    return copy


def start(web: Path) -> subprocess.Popen[str]:
    node, _ = hatch_build.node_and_npm()
    return subprocess.Popen([str(node), "build.mjs"], cwd=web, stderr=subprocess.PIPE, text=True)


def built(web: Path) -> Path:
    return web.parent / "geoteam" / "server" / "static" / "build"


def test_no_file_is_missing_while_the_front_end_is_built_again(web: Path) -> None:
    assert start(web).wait() == 0
    folder = built(web)
    named = [folder / name for name in json.loads((folder / "manifest.json").read_text())]
    assert folder / "app.css" in named
    before = (folder / "app.css").read_text()
    with (web / "src" / "styles" / "app.css").open("a") as sheet:
        sheet.write(".never-seen { color: red; }\n")
    (folder / "old.js").write_text("")
    again = start(web)
    while again.poll() is None:
        assert [
            path.name for path in [*named, folder / "manifest.json"] if not path.is_file()
        ] == []
    assert again.returncode == 0
    assert (folder / "app.css").read_text() != before
    assert not (folder / "old.js").exists()
    assert [path.name for path in folder.parent.iterdir()] == ["build"]


def test_a_build_that_fails_leaves_the_one_before(web: Path) -> None:
    assert start(web).wait() == 0
    folder = built(web)
    before = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    with (web / "src" / "styles" / "day.css").open("a") as sheet:
        sheet.write('.day { background: url("https://example.org/a.png"); }\n')
    fails = start(web)
    _, told = fails.communicate()
    assert fails.returncode == 1
    assert "every file must be our own" in told
    assert {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()} == before
    assert [path.name for path in folder.parent.iterdir()] == ["build"]
