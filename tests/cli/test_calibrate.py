"""Calibrating at the command line."""

from __future__ import annotations

from pathlib import Path

from tests.cli.conftest import Command
from tests.made_city import write_csv
from tests.tiny_city import lonlat


def test_a_labelled_file_is_summed_up(geoteam: Command, tmp_path: Path) -> None:
    rows = [["122 1st St NW", *lonlat(15, 60)], ["122 A St", *lonlat(340, 15)]]
    path = write_csv(tmp_path / "known.csv", ["Home", "X", "Y"], rows)
    words = ["addresses", "calibrate", path, "--address", "Home", "--lon", "X", "--lat", "Y"]
    told = geoteam(*words, "-o", tmp_path / "table.md").out
    assert "Rows: 2, with a true place in the city: 2. Of these placed: 1, tied: 1" in told
    assert "1 of 1 row accepted from score 94 up is in the right unit" in told
    assert "from no score" not in told
    assert "too few to be sure" in told
    assert (tmp_path / "table.md").read_text().startswith("| match code |")
    done = geoteam(*words, "--json").json
    assert (done["accepted"], done["wrong"]) == (1, 0)
    assert done["table"][0]["band"] == "100"
    # Nothing was accepted of it, so there is no interval.
    assert done["thresholds"][1]["low"] is None
    wrong = geoteam(*words[:-4], "--lon", "Y", "--lat", "X")
    assert "not in the city" in wrong.refused()
