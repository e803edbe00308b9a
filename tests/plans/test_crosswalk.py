"""What became of units, from a crosswalk written by hand."""

from __future__ import annotations

import pandas as pd

from geoteam.plans.crosswalk import compare_units, new_units

WALK = pd.DataFrame(
    [
        ("101", "101", 100),
        ("102", "108", 50),
        ("103", "103", 60),
        ("103", "109", 40),
        ("104", "110", 30),
        ("105", "110", 30),
        ("106", "106", 97),
        ("106", "107", 3),
        ("107", "107", 50),
        ("111", "", 5),
        ("", "112", 5),
    ],
    columns=["old", "new", "points"],
)


def test_each_unit_is_told() -> None:
    told = compare_units(WALK, weight="points")
    assert told["became"].to_dict() == {
        "101": "unchanged",
        "102": "renamed",
        "103": "split",
        "104": "merged",
        "105": "merged",
        "106": "redrawn",
        "107": "redrawn",
        "111": "dropped",
    }
    assert told.at["103", "into"] == ["103", "109"]
    assert told.at["103", "share"] == 0.6
    assert new_units(WALK) == ["108", "109", "110", "112"]
