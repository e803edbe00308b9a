"""Stations, offices, shelters and partners, at address points."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from geoteam.demo.seeds import stream
from geoteam.demo.typing_habits import pick

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


@dataclass(frozen=True)
class _Kind:
    """How many there are in the full city, and what they are called."""

    count: int
    endings: tuple[str, ...]
    # Spread evenly over the city, not by how well a district is served.
    even: bool = False
    # Named after the street.
    local: bool = False


_KINDS = {
    "homeless_shelter": _Kind(14, ("House Shelter", "Night Shelter", "Family Shelter"), even=True),
    "halfway_house": _Kind(4, ("Reentry House",)),
    "library": _Kind(18, ("Branch Library",), even=True, local=True),
    "hospital": _Kind(6, ("General Hospital", "Hospital"), even=True),
    "clinic": _Kind(28, ("Health Clinic", "Community Clinic", "Counselling Centre")),
    "place_of_worship": _Kind(
        210, ("Chapel", "Tabernacle", "Meeting House", "Congregation", "Temple", "Fellowship")
    ),
    "business": _Kind(
        120, ("Hardware", "Barber Shop", "Grocery", "Bakery", "Laundry", "Auto Repair", "Diner")
    ),
    "resident_association": _Kind(
        64, ("Residents Association", "Tenants Council", "Neighbours Association"), local=True
    ),
    "non_profit": _Kind(
        58, ("Reentry Project", "Mentoring Alliance", "Community Fund", "Youth League")
    ),
    "recreation_centre": _Kind(34, ("Recreation Centre",)),
    "service_provider": _Kind(
        76, ("Job Centre", "Treatment Services", "Housing Help", "Family Services", "Legal Aid")
    ),
    "public_school": _Kind(
        88, ("Elementary School", "Middle School", "High School"), even=True, local=True
    ),
    "college": _Kind(3, ("College", "Technical Institute")),
    "fire_station": _Kind(22, ("Fire Station",), even=True, local=True),
}
_WORDS = (
    "Lantern", "Harbour", "Anchor", "Cornerstone", "Beacon", "Gateway", "Riverside", "Hilltop",
    "Evergreen", "Mosaic", "Compass", "Crossroads", "Bridgeway", "Sunrise", "Horizon", "Haven",
    "Keystone", "Orchard", "Meadow", "Summit", "Granite", "Milestone", "Wayside", "Open Door",
    "New Leaf", "Second Wind", "Common Ground", "Threshold", "Wellspring", "Windmill", "Lighthouse",
)  # fmt: skip
_NTH = ("First", "Second", "Third", "Fourth", "Fifth", "Sixth", "Seventh")
# How well the districts are served, in the order of their codes: two hardly are.
_SERVED = (1.5, 0.8, 1.1, 1.3, 0.35, 1.0, 0.2)
Found = list[tuple[str, str, int]]


def make_venues(
    seed: int, points: pd.DataFrame, district: NDArray[np.object_], share: float
) -> pd.DataFrame:
    """Place venues; some districts get few on purpose.

    Parameters
    ----------
    seed
        The seed of the city.
    points
        Address points: address, street, x, y, lon, lat.
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
    found = _stations_and_offices(rng, points, district, share)
    codes = sorted(set(district))
    served = np.array([_SERVED[codes.index(code) % len(_SERVED)] for code in district])
    for category, kind in _KINDS.items():
        chance = np.ones(len(served)) if kind.even else served
        count = max(1, round(kind.count * share))
        spots = rng.choice(len(points), count, replace=False, p=chance / chance.sum())
        for spot in sorted(spots.tolist()):
            word = _street_word(points, spot) if kind.local else pick(rng, _WORDS)
            found.append((category, f"{word} {pick(rng, kind.endings)}", spot))
    frame = points.iloc[[spot for _, _, spot in found]][["address", "lon", "lat"]]
    frame = frame.reset_index(drop=True)
    frame.insert(0, "venue_ref", [f"V{k:04d}" for k in range(1, len(found) + 1)])
    frame.insert(1, "category", [category for category, _, _ in found])
    frame.insert(2, "name", [name for _, name, _ in found])
    again = frame.groupby("name").cumcount()
    numbered = frame["name"] + " " + (again + 1).astype(str)
    frame["name"] = frame["name"].where(again == 0, numbered)
    return frame


def _stations_and_offices(
    rng: np.random.Generator, points: pd.DataFrame, district: NDArray[np.object_], share: float
) -> Found:
    codes = sorted(set(district))
    found: Found = []
    for code in codes:
        name = f"{_NTH[int(code) - 1]} District Station"
        found.append(("police_station", name, _central(points, np.flatnonzero(district == code))))
    offices = min(len(codes), max(1, round(4 * min(1.0, share * 2))))
    for k in range(offices):
        own = np.flatnonzero(district == codes[k * len(codes) // offices])
        spot = int(rng.choice(own))
        found.append(("field_office", f"{_street_word(points, spot)} Street Field Office", spot))
    return found


def _central(points: pd.DataFrame, own: NDArray[np.int64]) -> int:
    x, y = points["x"].to_numpy()[own], points["y"].to_numpy()[own]
    return int(own[np.argmin(np.hypot(x - np.median(x), y - np.median(y)))])


def _street_word(points: pd.DataFrame, spot: int) -> str:
    words = str(points["street"].iloc[spot]).split()[:-1]
    return " ".join(w.lower() if w[0].isdigit() else w.capitalize() for w in words)
