"""Bad input, full disks and broken pipes: a message with what, where and remedy, never a traceback."""

from __future__ import annotations

import errno
import os
import shutil
import signal
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any

import httpx
import pytest

from geoteam.services.outputs import system_failure
from tests.cli.conftest import Command
from tests.made_city import write_csv
from tests.nobody import read_only
from tests.services.test_boundaries import OVERLAP, _areas
from tests.tiny_city import lonlat

GEOTEAM = [sys.executable, "-c", "from geoteam.cli import main; main()"]


def _run(*arguments: object, **options: Any) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*GEOTEAM, *map(str, arguments)],
        capture_output=True, text=True, check=False, timeout=60, **options,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("words", "what"),
    [
        ("locate {none} -o {out} --lon X --lat Y", "there is no file none.csv"),
        ("locate {points} -o {out} --lon X --lat NO", "no column 'NO'"),
        ("locate {points} -o {out} --lon X --lat Y --kind ward", "no boundaries of kind ward"),
        ("locate {points} -o {out} --lon X --lat Y --on 1999-01-01", "in force on 1999-01-01"),
        ("locate {points} -o {out} --lon X --lat Y --uncertainty-m -1", "uncertainty"),
        ("locate {points} -o {tmp}/out.txt --lon X --lat Y", "cannot be written as .txt"),
        ("locate {points} -o {tmp}/no/out.csv --lon X --lat Y", "no such folder"),
        ("locate {broken} -o {out} --lon X --lat Y", "damaged"),
        ("geocode {points} -o {out} --address Home", "no column 'Home'"),
        ("addresses parse {empty} -o {out} --address Home", "the file is empty"),
        ("boundaries check {none}", "none.csv"),
        ("boundaries check {empty}", "empty"),
        ("boundaries check {points}", ""),
        ("boundaries add {overlap} --kind service_area --version 9 --valid-from 2027-01-01 "
         "--field code=PSA --field name=NAME --field parent=DISTRICT", "overlap"),
        ("boundaries add {overlap} --kind castle --version 9 --valid-from 2027-01-01 "
         "--field code=PSA", ""),
        ("boundaries add {overlap} --kind ward --version 9 --valid-from 2027-01-01 "
         "--valid-to 2026-01-01 --field code=PSA", "valid_to is not after valid_from"),
        ("boundaries add {overlap} --kind ward --version 9 --valid-from 2027-01-01 "
         "--field name=NAME", "which column holds the code"),
        ("boundaries compare --before 2026-01-01 --after 2026-02-01", "same boundaries"),
        ("plans import {points} --name X", "columns unit and team"),
        ("tours plan --officer O99 --date 2031-01-06", "no such officer"),
        ("tours plan --officer O1 --departs noon", "no time of day"),
        ("tours due --officer O99", "no such officer"),
        ("map -o {tmp}/no/map.html", "no such folder"),
        ("clients import {none}", "none.csv"),
        ("contacts import {points}", ""),
        ("restore {points}", "not empty"),
        ("backup -o {tmp}/no/b.tar.gz", "no such folder"),
        ("streets build --data {tmp}/no", ""),
        ("addresses add --data {tmp}/no", ""),
        ("init --profile {none} --data {tmp}", "there is no profile"),
        ("init --profile {points} --data {tmp}", "not valid TOML"),
        ("users add xavier --name X --role officer --officer O99", "O99"),
    ],
)  # fmt: skip
def test_bad_input_ends_in_a_message(
    geoteam: Command, tmp_path: Path, words: str, what: str
) -> None:
    (tmp_path / "empty.csv").write_text("")
    (tmp_path / "broken.csv.xz").write_bytes(b"not packed")
    places = {
        "tmp": tmp_path,
        "none": tmp_path / "none.csv",
        "empty": tmp_path / "empty.csv",
        "broken": tmp_path / "broken.csv.xz",
        "out": tmp_path / "out.csv",
        "points": write_csv(tmp_path / "in.csv", ["X", "Y"], [[*lonlat(1, 1)]]),
        "overlap": _areas(tmp_path / "overlap.geojson", OVERLAP),
    }
    before = geoteam("boundaries", "list", "--json").json, geoteam("plans", "list", "--json").json
    result = geoteam(*(word.format(**places) for word in words.split()))
    message = result.refused()
    assert what in message
    assert result.out == ""
    assert not (tmp_path / "out.csv").exists()
    after = geoteam("boundaries", "list", "--json").json, geoteam("plans", "list", "--json").json
    assert after == before


@pytest.mark.parametrize("words", ["clients list", "assign", "serve", "doctor", "audit show"])
def test_a_missing_workspace_says_how_to_make_one(
    geoteam: Command, tmp_path: Path, words: str
) -> None:
    message = geoteam("--workspace", tmp_path / "none", *words.split()).refused()
    assert "no workspace here" in message
    assert "geoteam init --demo" in message


def test_a_read_only_workspace(geoteam: Command, folder: Path) -> None:
    with read_only(folder):
        assert "read-only" in geoteam("clients", "list").refused()


def test_a_database_that_is_none(geoteam: Command, folder: Path) -> None:
    for path in folder.glob("geoteam.db*"):
        path.unlink()
    (folder / "geoteam.db").write_bytes(b"no database at all" * 500)
    assert "not a geoteam database" in geoteam("clients", "list").refused()


# Failures of the system.


@pytest.mark.parametrize(
    ("number", "remedy"),
    [(errno.ENOSPC, "Free some space"), (errno.EACCES, "right to write"),
     (errno.EROFS, "may be written"), (errno.EIO, "run the same command again")],
)  # fmt: skip
def test_a_failure_of_the_system_is_a_message(
    geoteam: Command, monkeypatch: pytest.MonkeyPatch, number: int, remedy: str
) -> None:
    def fail(*arguments: object) -> None:
        raise OSError(number, os.strerror(number), "/some/file")

    monkeypatch.setattr("geoteam.services.clients.list_clients", lambda *a, **k: fail())
    message = geoteam("clients", "list").refused()
    assert os.strerror(number)[1:] in message
    assert "Where: /some/file." in message
    assert remedy in message


def test_a_failure_without_a_number_still_speaks() -> None:
    assert "123 requested and 4 written" in str(
        system_failure(OSError("123 requested and 4 written"))
    )
    assert str(system_failure(OSError())).startswith("the system refused")


def test_a_full_device(geoteam: Command) -> None:
    assert "no space left" in geoteam("map", "-o", "/dev/full").refused()
    assert Path("/dev/full").is_char_device()


@pytest.fixture
def small_disk(tmp_path: Path) -> Any:
    """A disk of 3 MB."""
    place = tmp_path / "disk"
    place.mkdir()
    done = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=3m", "tmpfs", place], capture_output=True, check=False
    )
    if done.returncode:
        pytest.skip(f"no disk can be mounted here: {done.stderr.decode().strip()}")
    yield place
    subprocess.run(["umount", "--lazy", place], check=True)


def _fill(disk: Path, leave: int = 0) -> None:
    stat = os.statvfs(disk)
    (disk / "ballast").write_bytes(b"\0" * max(stat.f_bavail * stat.f_frsize - leave, 0))


def test_a_full_disk_while_writing_leaves_the_old_file(
    geoteam: Command, small_disk: Path, tmp_path: Path
) -> None:
    path = write_csv(tmp_path / "in.csv", ["X", "Y"], [[*lonlat(1, 1)]] * 5000)
    target = small_disk / "out.csv"
    target.write_text("old")
    _fill(small_disk, 20_000)
    arguments = ["locate", path, "-o", target, "--lon", "X", "--lat", "Y"]
    message = geoteam(*arguments).refused()
    assert "no space left" in message.lower()
    assert "Free some space" in message
    assert target.read_text() == "old"
    assert sorted(p.name for p in small_disk.iterdir()) == ["ballast", "out.csv"]
    assert "space" in geoteam("backup", "-o", small_disk / "b.tar.gz").refused().lower()
    (small_disk / "ballast").unlink()
    assert geoteam(*arguments).code == 0


@pytest.mark.slow
def test_a_full_disk_while_loading_and_then_the_same_command(
    geoteam: Command, small_disk: Path, city_data: Path
) -> None:
    arguments = ["--workspace", small_disk / "ws", "init", "--profile", city_data / "tiny.toml",
                 "--data", city_data]  # fmt: skip
    refused = 0
    for leave in (100_000, 300_000, 500_000, 700_000):
        _fill(small_disk, leave)
        result = geoteam(*arguments)
        if result.code:
            message = result.err
            assert "Traceback" not in message
            assert "geoteam: " in message
            refused += 1
        (small_disk / "ballast").unlink()
    assert refused
    assert geoteam(*arguments).code == 0
    assert (
        geoteam("--workspace", small_disk / "ws", "clients", "list", "--json").json["total"] == 24
    )


# Real processes.


def test_a_real_process_gives_back_its_exit_code(folder: Path, tmp_path: Path) -> None:
    env = os.environ | {"GEOTEAM_WORKSPACE": str(folder)}
    env.pop("GEOTEAM_DATABASE_URL", None)
    bad = _areas(tmp_path / "bad.geojson", OVERLAP)
    assert _run("boundaries", "check", bad, "--field", "code=PSA", env=env).returncode == 1
    done = _run("locate", tmp_path / "none.csv", "-o", "o.csv", "--lon", "X", "--lat", "Y", env=env)
    assert done.returncode == 1
    assert done.stderr.startswith("geoteam: there is no file none.csv")
    assert done.stdout == ""


def test_a_reader_who_has_read_enough_causes_no_traceback(folder: Path) -> None:
    read, write = os.pipe()
    os.close(read)
    done = subprocess.run(
        [*GEOTEAM, "--workspace", str(folder), "audit", "show", "--json"],
        stdout=write, stderr=subprocess.PIPE, text=True, check=False, timeout=60,
    )  # fmt: skip
    os.close(write)
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    assert "BrokenPipe" not in done.stderr


@pytest.mark.slow
def test_a_stop_by_the_keyboard_is_no_traceback(tmp_path: Path, city_data: Path) -> None:
    # On a busy machine the command may be done before the signal is sent: then once more.
    for number in range(5):
        child = subprocess.Popen(
            [*GEOTEAM, "--workspace", str(tmp_path / str(number)), "init", "--profile",
             str(city_data / "tiny.toml"), "--data", str(city_data)],
            stderr=subprocess.PIPE, text=True,
        )  # fmt: skip
        assert child.stderr
        assert child.stderr.readline()
        child.send_signal(signal.SIGINT)
        rest = child.stderr.read()
        if child.wait(30):
            break
    assert child.returncode == 1
    assert "Traceback" not in rest
    assert "Stopped." in rest


def _serve(folder: Path, port: int) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [*GEOTEAM, "--workspace", str(folder), "serve", "--port", str(port)],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip


@pytest.mark.slow
def test_one_server_a_workspace_and_one_a_port(folder: Path, sqlite_city: Path) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    server = _serve(folder, port)
    try:
        assert server.stdout
        assert "Tinytown" in server.stdout.readline()
        assert httpx.get(f"http://127.0.0.1:{port}/health").json() == {"status": "ok"}
        second = _run("--workspace", folder, "serve", "--port", port + 1)
        assert second.returncode == 1
        assert "another server" in second.stderr
        other = folder.parent / "other"
        shutil.copytree(sqlite_city, other)
        taken = _run("--workspace", other, "serve", "--port", port)
        assert taken.returncode == 1
        assert f"port {port} of 127.0.0.1 is in use" in taken.stderr
        assert "--port" in taken.stderr
        for done in (second, taken):
            assert "Traceback" not in done.stderr
        # The command line goes on working beside the server.
        assert _run("--workspace", folder, "clients", "list").returncode == 0
    finally:
        server.terminate()
        server.wait(20)
