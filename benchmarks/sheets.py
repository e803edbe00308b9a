"""How long a printed tour takes: one sheet, and fifty in one file.

python benchmarks/sheets.py [--workspace W] [--tours 50]

Plans tours in a copy of a workspace (the demo city's, made for the purpose, when none is given),
prints them and says as JSON how long it took. Targets: a sheet under 1 s, fifty in one file under
20 s. Processor seconds stand beside those of the clock, which other work on the machine lengthens.
"""

from __future__ import annotations

import argparse
import json
import shutil
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

from geoteam.errors import InputError
from geoteam.services import tours
from geoteam.services.operator import operator
from geoteam.services.setup import init_demo
from geoteam.services.sheets import Printing, print_tours
from geoteam.services.workspace import Workspace
from geoteam.store import staff

USER = operator("benchmark")


def plan(workspace: Workspace, wanted: int) -> list[str]:
    """Plan as many tours as are wanted, from tomorrow on."""
    refs: list[str] = []
    with workspace.reading() as session:
        officers = [str(ref) for ref in staff.officers(session).index]
    for day in range(1, 15):
        on = workspace.today() + timedelta(days=day)
        for officer in officers:
            if len(refs) == wanted:
                return refs
            try:
                refs.append(tours.plan_tour(workspace, USER, on=on, officer_ref=officer))
            except InputError:
                # No visit of this officer is due on that day.
                continue
    return refs


def timed(work: Callable[[], bytes]) -> dict[str, Any]:
    """Tell how long a print takes and how large it is."""
    clock, processor = time.perf_counter(), time.process_time()
    body = work()
    return {
        "seconds": round(time.perf_counter() - clock, 3),
        "cpu_seconds": round(time.process_time() - processor, 3),
        "bytes": len(body),
    }


def main() -> int:
    """Plan, print, and tell how long it took."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--workspace", type=Path)
    parser.add_argument("--tours", type=int, default=50)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch) / "workspace"
        if given.workspace:
            shutil.copytree(given.workspace, folder)
        else:
            init_demo(folder, actor="benchmark")
        workspace = Workspace.open(folder)
        refs = plan(workspace, given.tours)
        printing = Printing(address=lambda ref: f"https://geoteam.example/tours/{ref}")
        # The first print reads the streets, which a server keeps from then on.
        first = timed(lambda: print_tours(workspace, USER, refs[:1], printing))
        each = [
            timed(lambda ref=ref: print_tours(workspace, USER, [ref], printing))
            for ref in refs[1:11]
        ]
        many = timed(lambda: print_tours(workspace, USER, refs, printing))
        workspace.engine.dispose()
    slowest = max(one["seconds"] for one in each)
    result = {
        "tours": len(refs),
        "first": first,
        "one_slowest_seconds": slowest,
        "one_mean_cpu_seconds": round(sum(one["cpu_seconds"] for one in each) / len(each), 3),
        "all_in_one_file": many,
        "ok": slowest < 1 and many["seconds"] < 20,
    }
    print(json.dumps(result, indent=1))
    return 0 if result["ok"] else 1


if __name__ == "__main__":
    sys.exit(main())
