"""One small demo city, made once for all tests of this folder."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from geoteam.demo import City, make_city, write_demo_city

SEED = 2026
ON = date(2026, 3, 2)


@pytest.fixture(scope="session")
def city() -> City:
    return make_city(SEED, "small")


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("demo")
    write_demo_city(path, clients=1500, seed=SEED, on=ON, size="small")
    return path
