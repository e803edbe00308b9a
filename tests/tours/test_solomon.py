"""Solomon's layout and convention, on an instance that can be checked by hand."""

from __future__ import annotations

import itertools
import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from geoteam.errors import MissingFileError, UnreadableFileError
from geoteam.tours import read_solomon, solve_vrptw

ROOT = Path(__file__).resolve().parents[2]
SOLOMON = ROOT.parent / "shared" / "data" / "vrp" / "solomon"

TINY = """TINY

VEHICLE
NUMBER     CAPACITY
  2         10

CUSTOMER
CUST NO.  XCOORD.   YCOORD.    DEMAND   READY TIME  DUE DATE   SERVICE   TIME

    0      0          0          0          0        100          0
    1      1          1          6          0         90          1
    2      2          2          6          0         90          1
    3     -3          4          4          0         90          1
"""


@pytest.fixture
def tiny(tmp_path: Path) -> Path:
    path = tmp_path / "TINY.txt"
    path.write_text(TINY, encoding="utf-8")
    return path


def test_the_classic_layout_is_read(tiny: Path) -> None:
    instance = read_solomon(tiny)
    assert (instance.name, instance.vehicles, instance.capacity) == ("TINY", 2, 10)
    assert instance.customers[3].tolist() == [-3, 4, 4, 0, 90, 1]


def test_distances_are_truncated_to_one_decimal(tiny: Path) -> None:
    tenths = read_solomon(tiny).tenths()
    assert tenths[0, 1] == 14  # sqrt(2) = 1.414...
    assert tenths[0, 2] == 28  # sqrt(8) = 2.828..., not rounded up to 2.9
    assert tenths[0, 3] == 50


def test_the_tiny_instance_by_hand(tiny: Path) -> None:
    # Demands 6, 6, 4 with capacity 10: customer 3 rides with 1 or 2.
    # 0-1-3-0 and 0-2-0: 1.4 + 5.0 + 5.0 + 2 x 2.8 = 17.0; 0-2-3-0 and 0-1-0: 15.9 + ...
    answer = solve_vrptw(read_solomon(tiny), iterations=200)
    assert answer.feasible
    d = read_solomon(tiny).tenths()
    one = d[0, 1] + d[1, 3] + d[3, 0] + 2 * d[0, 2]
    two = d[0, 2] + d[2, 3] + d[3, 0] + 2 * d[0, 1]
    assert round(answer.cost * 10) == min(one, two)
    assert sorted(itertools.chain(*answer.routes)) == [1, 2, 3]


def test_the_same_seed_gives_the_same_routes(tiny: Path) -> None:
    instance = read_solomon(tiny)
    first, second = (solve_vrptw(instance, iterations=50, seed=4) for _ in range(2))
    assert first.routes == second.routes


@pytest.mark.parametrize(
    "text", ["", "nothing\n", TINY.replace("  2         10", "  two  10"), TINY[:-20]]
)
def test_other_layouts_are_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "bad.txt"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(UnreadableFileError, match="Solomon"):
        read_solomon(path)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(MissingFileError, match=r"gone\.txt"):
        read_solomon(tmp_path / "gone.txt")


@pytest.mark.realdata
@pytest.mark.slow
def test_the_benchmark_command_keeps_its_contract() -> None:
    if not SOLOMON.is_dir():
        pytest.skip(f"Solomon's instances are not at {SOLOMON}")
    done = subprocess.run(
        [
            sys.executable,
            ROOT / "benchmarks" / "tours.py",
            "--instance",
            SOLOMON / "C101.txt",
            "--seconds",
            "2",
            "--json",
        ],
        capture_output=True,
        text=True,
        check=True,
        env={"PYTHONPATH": str(ROOT), "PATH": ""},
    )
    figures = json.loads(done.stdout)
    assert set(figures) == {"cost", "vehicles", "seconds", "best_known", "gap"}
    assert figures["best_known"] == 827.3
    assert 0 <= figures["gap"] < 0.01


@pytest.mark.realdata
def test_a_real_instance_keeps_windows_and_capacity() -> None:
    if not SOLOMON.is_dir():
        pytest.skip(f"Solomon's instances are not at {SOLOMON}")
    instance = read_solomon(SOLOMON / "R101.txt")
    answer = solve_vrptw(instance, iterations=100)
    tenths, cost = instance.tenths(), 0
    for route in answer.routes:
        now, here = 0, 0
        assert instance.customers[route, 2].sum() <= instance.capacity
        for customer in [*route, 0]:
            cost += tenths[here, customer]
            _, _, _, ready, due, service = instance.customers[customer] * 10
            now = max(now + tenths[here, customer], ready)
            assert now <= due
            now, here = now + service, customer
    assert answer.cost == pytest.approx(cost / 10)
    assert sorted(itertools.chain(*answer.routes)) == list(np.arange(1, 101))
