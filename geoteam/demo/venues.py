"""Stations, offices, shelters and partners, at address points."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from geoteam.demo.seeds import stream

PARTNER_KINDS = {
    "resident_association": "resident",
    "place_of_worship": "faith",
    "business": "business",
    "non_profit": "non_profit",
    "recreation_centre": "non_profit",
    "service_provider": "service_provider",
    "homeless_shelter": "service_provider",
    "halfway_house": "service_provider",
    "library": "education",
    "public_school": "education",
    "college": "education",
    "clinic": "health",
    "hospital": "health",
}
# How many in the full city, and the ways their names end.
_COUNTS: dict[str, tuple[int, tuple[str, ...]]] = {
    "homeless_shelter": (14, ("House Shelter", "Night Shelter", "Family Shelter")),
    "halfway_house": (4, ("Reentry House",)),
    "library": (18, ("Branch Library",)),
    "hospital": (6, ("General Hospital", "Hospital")),
    "clinic": (28, ("Health Clinic", "Community Clinic", "Counselling Centre")),
    "place_of_worship": (
        210,
        ("Chapel", "Tabernacle", "Meeting House", "Congregation", "Temple", "Fellowship"),
    ),
    "business": (
        120,
        ("Hardware", "Barber Shop", "Grocery", "Bakery", "Laundry", "Auto Repair", "Diner"),
    ),
    "resident_association": (
        64,
        ("Residents Association", "Tenants Council", "Neighbours Association"),
    ),
    "non_profit": (58, ("Reentry Project", "Mentoring Alliance", "Community Fund", "Youth League")),
    "recreation_centre": (34, ("Recreation Centre",)),
    "service_provider": (
        76,
        ("Job Centre", "Treatment Services", "Housing Help", "Family Services", "Legal Aid"),
    ),
    "public_school": (88, ("Elementary School", "Middle School", "High School")),
    "college": (3, ("College", "Technical Institute")),
    "fire_station": (22, ("Fire Station",)),
}
_WORDS = [
    "Lantern",
    "Harbour",
    "Anchor",
    "Cornerstone",
    "Beacon",
    "Gateway",
    "Riverside",
    "Hilltop",
    "Evergreen",
    "Mosaic",
    "Compass",
    "Crossroads",
    "Bridgeway",
    "Sunrise",
    "Horizon",
    "Unity",
    "Haven",
    "Keystone",
    "Juniper",
    "Orchard",
    "Meadow",
    "Summit",
    "Granite",
    "Milestone",
    "Wayside",
    "Open",
    "Door",
    "New",
    "Leaf",
    "Second",
    "Wind",
    "Common",
    "Ground",
    "Threshold",
    "Wellspring",
    "Windmill",
]


def _coverage(districts: NDArray[np.object_]) -> dict[str, float]:
    codes = sorted(set(districts))
    factors = (1.5, 0.8, 1.1, 1.3, 0.35, 1.0, 0.2)
    return {code: factors[k % len(factors)] for k, code in enumerate(codes)}


def make_venues(
    seed: int, points: pd.DataFrame, district: NDArray[np.object_], share: float
) -> pd.DataFrame:
    """Place venues; some districts get few on purpose.

    Parameters
    ----------
    seed
        The seed of the city.
    points
        Address points: address, x, y, lon, lat.
    district
        District code of each point.
    share
        Size of the city as a share of the full one.

    Returns
    -------
    DataFrame
        venue_ref, category, name, address, lon, lat.
    """
    rng = stream(seed, "venues")
    factor = _coverage(district)
    weight = np.array([factor[code] for code in district])
    taken: list[tuple[str, str, int]] = []
    codes = sorted(set(district))
    for code in codes:
        own = np.flatnonzero(district == code)
        taken.append(
            ("police_station", f"{_nth(int(code))} District Station", _central(points, own))
        )
    offices = max(1, round(4 * min(1.0, share * 2)))
    for k in range(offices):
        own = np.flatnonzero(np.isin(district, codes[k::offices]))
        middle = np.flatnonzero(district == codes[min(len(codes) - 1, k * len(codes) // offices)])
        spot = int(rng.choice(middle if len(middle) else own))
        taken.append(("field_office", f"{_street_word(points, spot)} Field Office", spot))
    for category, (count, endings) in _COUNTS.items():
        even = category in (
            "homeless_shelter",
            "library",
            "hospital",
            "fire_station",
            "public_school",
        )
        chance = np.ones(len(weight)) if even else weight
        spots = rng.choice(
            len(points), max(1, round(count * share)), replace=False, p=chance / chance.sum()
        )
        for spot in sorted(int(s) for s in spots):
            ending = endings[int(rng.integers(len(endings)))]
            word = (
                _WORDS[int(rng.integers(len(_WORDS)))]
                if category
                not in ("library", "public_school", "fire_station", "resident_association")
                else _street_word(points, spot)
            )
            taken.append((category, f"{word} {ending}", spot))
    rows = [
        {"venue_ref": f"V{k:04d}", "category": category, "name": name, "address": points["address"].iat[spot],
         "lon": points["lon"].iat[spot], "lat": points["lat"].iat[spot]}
        for k, (category, name, spot) in enumerate(taken, start=1)
    ]  # fmt: skip
    frame = pd.DataFrame(rows)
    again = frame.groupby("name").cumcount()
    frame["name"] = np.where(
        again == 0, frame["name"], frame["name"] + " " + (again + 1).astype(str)
    )
    return frame


def _nth(number: int) -> str:
    return ("First", "Second", "Third", "Fourth", "Fifth", "Sixth", "Seventh", "Eighth", "Ninth")[
        number - 1
    ]


def _central(points: pd.DataFrame, own: NDArray[np.int64]) -> int:
    x, y = points["x"].to_numpy()[own], points["y"].to_numpy()[own]
    return int(own[np.argmin(np.hypot(x - np.median(x), y - np.median(y)))])


def _street_word(points: pd.DataFrame, spot: int) -> str:
    words = str(points["street"].iat[spot]).split()
    return " ".join(w.lower() if w[0].isdigit() else w.capitalize() for w in (words[:-1] or words))
