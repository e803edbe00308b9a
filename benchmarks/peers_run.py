"""Geocode texts with one peer, in the peer's own environment; called by `geocode_peers.py`.

    DIR/addok/bin/python benchmarks/peers_run.py addok --peers DIR < texts.json > answers.json

Standard input: ``{"classes": {name: [text, ...]}, "limit_s": 60}``, the limit for each class. The
peer is asked in process, without HTTP, one text after the other, as its own server does for one
client. Each text is first tidied, as its users are advised to do: no flats, no words before the
number.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import sys
import time
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path
from typing import Any

Answer = dict[str, Any] | None
Ask = Callable[[str], Answer]
TICKS = os.sysconf("SC_CLK_TCK")

_FLATS = (
    re.compile(r"(?i)\b(?:apartment|apts?|unit|ste|suite|rm|room)\b\.? *#? *[0-9a-z-]{1,6}\b"),
    re.compile(r"(?i)\b(?:fl|floor)\b\.? *\d+|\b\d+(?:st|nd|rd|th) floor\b"),
    re.compile(r"(?i)# *[0-9a-z-]+"),
    re.compile(r"(?i)\b(?:bsmt|basement|rear)\b"),
)
_QUADRANT = re.compile(r"(?i)\b([ns])(?:orth|outh)?\.? ?([ew])(?:ast|est)?\b\.?")
_BEHIND_QUADRANT = re.compile(r"(?i)\b([ns][ew]) +\d{1,4}[a-z]? *$")
_BEFORE_NUMBER = re.compile(r"^\D+(?=\d)")


def tidy(text: str) -> str:
    """Cut off flats and words before the house number, and write the quadrant in two letters."""
    for pattern in _FLATS:
        text = pattern.sub(" ", text)
    text = _BEHIND_QUADRANT.sub(r"\1", _QUADRANT.sub(r"\1\2", text))
    return " ".join(_BEFORE_NUMBER.sub("", text).replace(" ,", ",").split())


def open_addok(peers: Path) -> tuple[Ask, str]:
    """Start addok; its confidence: its MATCH_THRESHOLD, and a house was found."""
    from addok.config import config

    config.load()
    from addok.core import search

    def ask(text: str) -> Answer:
        found = search(text, limit=3, autocomplete=False)  # as addok-csv, its batch plugin
        if not found:
            return None
        best = found[0]
        sure = best.type == "housenumber" and best.str_distance >= config.MATCH_THRESHOLD
        return _answer(best.lon, best.lat, str(best), sure)

    return ask, version("addok")


def open_nominatim(peers: Path) -> tuple[Ask, str]:
    """Start Nominatim; it publishes no threshold, so its confidence: a house was found."""
    import nominatim_api as api

    nominatim = api.NominatimAPI(peers / "nominatim-data")
    # What its own search server passes, and only streets and houses of this country.
    how = {
        "max_results": 2,
        "min_rank": 26,
        "countries": ["us"],
        "layers": api.DataLayer.ADDRESS,
        "address_details": True,
        "locales": api.Locales(["en"]),
    }

    def ask(text: str) -> Answer:
        found = nominatim.search(text, **how)
        if not found:
            return None
        best = found[0]
        label = best.display_name or str(best.names)
        return _answer(best.centroid.x, best.centroid.y, label, best.rank_address == 30)

    return ask, version("nominatim-api")


OPEN = {"addok": open_addok, "nominatim": open_nominatim}
PID_FILES = {"addok": "redis/pid", "nominatim": "pg/data/postmaster.pid"}


def _answer(lon: object, lat: object, label: str, sure: bool) -> dict[str, Any]:
    return {"lon": float(lon), "lat": float(lat), "label": label, "sure": bool(sure)}


def _times(pid: int) -> tuple[int, float, float]:
    """Parent of a process, its own CPU seconds and those of its children that have ended."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    own, ended = int(fields[11]) + int(fields[12]), int(fields[13]) + int(fields[14])
    return int(fields[1]), own / TICKS, ended / TICKS


def server_cpu(pid: int) -> float:
    """CPU seconds of a server and of the processes it has started."""
    _, own, ended = _times(pid)
    total = own + ended
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                parent, used, _ = _times(int(entry.name))
            except (FileNotFoundError, ProcessLookupError):
                continue
            total += used if parent == pid else 0.0
    return total


def run(ask: Ask, texts: list[str], limit_s: float, pid: int) -> dict[str, Any]:
    """Ask one text after the other until the time is up."""
    answers: list[Answer] = []
    failed = 0
    server, cpu = server_cpu(pid), time.process_time()
    start = time.perf_counter()
    for text in texts:
        if time.perf_counter() - start > limit_s:
            break
        try:
            answers.append(ask(tidy(text)))
        except Exception as error:  # noqa: BLE001  a peer's fault is no answer
            print(f"{type(error).__name__}: {error}", file=sys.stderr)
            answers.append(None)
            failed += 1
    wall = time.perf_counter() - start
    used = time.process_time() - cpu + server_cpu(pid) - server
    return {"answers": answers, "failed": failed, "wall_s": wall, "cpu_s": used}


def main() -> None:
    """Read texts, write answers."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("peer", choices=OPEN)
    parser.add_argument("--peers", type=Path, required=True)
    chosen = parser.parse_args()
    # Peers print greetings; the answers alone belong to standard output.
    out = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    given = json.load(sys.stdin)
    ask, release = OPEN[chosen.peer](chosen.peers)
    pid = int((chosen.peers / PID_FILES[chosen.peer]).read_text().split()[0])
    for texts in given["classes"].values():  # warm up
        run(ask, texts[:5], given["limit_s"], pid)
    classes = {k: run(ask, v, given["limit_s"], pid) for k, v in given["classes"].items()}
    json.dump({"version": release, "classes": classes}, out)
    out.close()


if __name__ == "__main__":
    main()
