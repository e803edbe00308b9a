"""The command as it is typed: through ``main``, with its real exit codes and streams."""

from __future__ import annotations

import json
import shutil
import sys
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from geoteam.cli import main
from tests.made_city import city_data as city_data
from tests.made_city import sqlite_city as sqlite_city


@dataclass(frozen=True)
class Result:
    """What a command left behind."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        def refuse(name: str) -> None:
            raise AssertionError(f"{name} is no JSON")

        return json.loads(self.out, parse_constant=refuse)

    def refused(self) -> str:
        """The message on stderr of a command that met bad input."""
        assert self.code == 1, self
        assert "Traceback" not in self.err
        # What comes before is progress.
        said = f"\n{self.err}".partition("\ngeoteam: ")[2]
        assert said, self
        return said


Command = Callable[..., Result]


def ahead(days: int) -> date:
    """The day so many days ahead by the clock of the machine and in the time of the tiny city."""
    return datetime.now(ZoneInfo("America/New_York")).date() + timedelta(days=days)


@pytest.fixture
def folder(sqlite_city: Path, tmp_path: Path) -> Path:
    """A workspace folder of the test's own."""
    target = tmp_path / "workspace"
    shutil.copytree(sqlite_city, target)
    return target


@pytest.fixture
def geoteam(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], folder: Path
) -> Command:
    """Run ``geoteam`` in this process on the test's workspace."""
    monkeypatch.delenv("GEOTEAM_DATABASE_URL", raising=False)
    monkeypatch.setenv("GEOTEAM_WORKSPACE", str(folder))

    def run(*arguments: object) -> Result:
        monkeypatch.setattr(sys, "argv", ["geoteam", *map(str, arguments)])
        capsys.readouterr()
        with pytest.raises(SystemExit) as stop:
            main()
        streams = capsys.readouterr()
        code = stop.value.code
        assert isinstance(code, int)
        return Result(code, streams.out, streams.err)

    return run
