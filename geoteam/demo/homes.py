"""Where clients live, and what stands in the file about it."""

from __future__ import annotations

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from geoteam.demo.teams import Staff
from geoteam.demo.typing_habits import (
    typed_address,
    typed_block,
    typed_elsewhere,
    typed_intersection,
)
from geoteam.profile import CityProfile

Texts = NDArray[np.object_]
Numbers = NDArray[np.float64]
# How a home is given when it is not an address of its own.
_KINDS = {
    "shelter": 0.04,
    "no_fixed_address": 0.05,
    "garbage": 0.006,
    "po_box": 0.006,
    "outside": 0.012,
    "block": 0.015,
    "intersection": 0.01,
}
# Share of addresses whose number the reference does not have.
_UNLISTED = 0.05
# Busiest team's clients per officer over the quietest team's, in today's plan.
IMBALANCE = 2.9
# Reach of a hot spot in degrees of latitude, about 450 m.
_SPOT = 0.004


@dataclass(frozen=True)
class Reference:
    """The places of a city that people may live at.

    Attributes
    ----------
    units
        BOUNDARIES frame of units.
    addresses
        ADDRESSES frame.
    venues
        VENUES frame, for shelters.
    has_blocks
        Whether hundred-blocks may stand for addresses.
    """

    units: gpd.GeoDataFrame
    addresses: gpd.GeoDataFrame
    venues: gpd.GeoDataFrame
    has_blocks: bool


def unit_of(reference: Reference) -> Texts:
    """Find the unit of each address point; on a shared edge the code that sorts first.

    Parameters
    ----------
    reference
        The city.

    Returns
    -------
    ndarray of str
        Codes, empty outside every unit.
    """
    codes = reference.units.index.to_numpy(dtype=object)
    tree = shapely.STRtree(reference.units.geometry.to_numpy())
    point, unit = tree.query(reference.addresses.geometry.to_numpy(), predicate="intersects")
    first = pd.DataFrame({"point": point, "code": codes[unit]}).sort_values(["point", "code"])
    first = first.drop_duplicates("point")
    out = np.full(len(reference.addresses), "", dtype=object)
    out[first["point"]] = first["code"]
    return out


def home_weights(unit: Texts, staff: Staff, lonlat: Numbers, rng: np.random.Generator) -> Numbers:
    """Weigh address points as homes of clients: some quarters and blocks have many, most few.

    Parameters
    ----------
    unit
        Unit of each point.
    staff
        Today's plan and its officers, between whom the load shall differ.
    lonlat
        Longitudes and latitudes.
    rng
        Random stream.

    Returns
    -------
    ndarray
        Relative weights, such that the busiest general team has ``IMBALANCE`` times the clients
        per officer of the quietest.
    """
    value = _uneven(unit, staff, rng)
    for spot in rng.choice(len(unit), 26, replace=False):
        east, north = (lonlat - lonlat[spot]).T
        gap = np.hypot(east * np.cos(np.radians(lonlat[spot, 1])), north)
        value *= 1 + rng.uniform(0.6, 2.2) * np.exp(-((gap / _SPOT) ** 2))
    team = np.array([staff.unit_team.get(code, "") for code in unit])
    officers = staff.officers.groupby("team_id").size()
    low, high = 0.0, 4.0
    for _ in range(30):
        power = (low + high) / 2
        load = pd.Series(value**power).groupby(team).sum().drop("", errors="ignore")
        load = load / officers.reindex(load.index)
        uneven = load.max() / load.min() >= IMBALANCE
        low, high = (low, power) if uneven else (power, high)
    return np.where(unit == "", 0.0, value**power)


def _uneven(unit: Texts, staff: Staff, rng: np.random.Generator) -> Numbers:
    codes = sorted(staff.unit_team)
    teams = sorted(set(staff.unit_team.values()))
    by_unit = dict(zip(codes, np.exp(rng.normal(0, 0.55, len(codes))), strict=True))
    by_team = dict(zip(teams, np.exp(rng.normal(0, 0.5, len(teams))), strict=True))
    both = {code: by_unit[code] * by_team[staff.unit_team[code]] for code in codes}
    return np.array([both.get(code, 1.0) for code in unit])


def home_kinds(rng: np.random.Generator, count: int, *, blocks: bool, shelters: bool) -> Texts:
    """Choose how each home is given.

    Parameters
    ----------
    rng
        Random stream.
    count
        How many homes.
    blocks, shelters
        Whether the city has hundred-blocks and shelters.

    Returns
    -------
    ndarray of str
        ``address`` for most, or ``shelter``, ``no_fixed_address``, ``po_box``, ``outside``,
        ``garbage``, ``block``, ``intersection``.
    """
    skip = {kind for kind, there in (("block", blocks), ("shelter", shelters)) if not there}
    shares = {kind: share for kind, share in _KINDS.items() if kind not in skip}
    kinds = np.array(["address", *shares], dtype=object)
    chance = np.array([1 - sum(shares.values()), *shares.values()])
    return np.asarray(kinds[rng.choice(len(kinds), count, p=chance)])


def _bare_streets(addresses: gpd.GeoDataFrame) -> Texts:
    """Street names without the quadrant, which some cities' files keep in them."""
    pairs = zip(addresses["street"], addresses["quadrant"], strict=True)
    bare = [s[: -len(q) - 1] if q and s.endswith(" " + q) else s for s, q in pairs]
    return np.array(bare, dtype=object)


class Typist:
    """Writes homes down as people type them.

    Parameters
    ----------
    profile
        The city's profile.
    reference
        The city.
    """

    def __init__(self, profile: CityProfile, reference: Reference) -> None:
        addresses = reference.addresses
        self.city = profile.city
        self.ids = addresses.index.astype(str).to_numpy(dtype=object)
        self.number = addresses["number"].astype(str).to_numpy(dtype=object)
        self.street = _bare_streets(addresses)
        self.quadrant = addresses["quadrant"].to_numpy(dtype=object)
        self.zip = addresses["zip"].to_numpy(dtype=object)
        self.lon = addresses.geometry.x.to_numpy()
        self.lat = addresses.geometry.y.to_numpy()
        categories = profile.venues.shelter_categories if profile.venues else ()
        self.shelters = reference.venues[reference.venues["category"].isin(categories)]
        self.tree = shapely.STRtree(addresses.geometry.to_numpy())
        self.known = set(zip(self.street, self.quadrant, self.number, strict=True))

    def write(self, rng: np.random.Generator, kind: str, home: int) -> dict[str, object]:
        """Write one home down.

        Parameters
        ----------
        rng
            Random stream.
        kind
            As ``home_kinds`` gives it.
        home
            Number of the address point.

        Returns
        -------
        dict
            text, zip and residence for the file; address_id, lon, lat and noise for the truth.
        """
        if kind == "shelter":
            return self._shelter(rng)
        if kind not in ("address", "block", "intersection"):
            text, zip_code = typed_elsewhere(rng, kind, self.city.state)
            said = kind == "no_fixed_address" and rng.uniform() < 0.8
            residence = "No fixed address" if said else ""
            return _entry(text, zip_code, residence, "", np.nan, np.nan, kind)
        street, quadrant = str(self.street[home]), str(self.quadrant[home])
        corner = self._corner(home) if kind == "intersection" else ""
        noise: tuple[str, ...] = (kind,)
        if corner:
            text = typed_intersection(rng, street, corner, quadrant)
        elif kind == "block" and self.number[home].isdigit():
            text = typed_block(rng, street, quadrant, int(self.number[home]))
        else:
            number = str(self.number[home])
            near = self._next_door(home) if rng.uniform() < _UNLISTED else ""
            text, noise = typed_address(rng, near or number, street, quadrant, self.city.name)
            noise = ("unlisted", *noise) if near else noise
        zip_code = str(self.zip[home]) if rng.uniform() > 0.12 else ""
        place = (str(self.ids[home]), float(self.lon[home]), float(self.lat[home]))
        return _entry(text, zip_code, "", *place, " ".join(noise))

    def _shelter(self, rng: np.random.Generator) -> dict[str, object]:
        k = int(rng.integers(len(self.shelters)))
        column = "name" if rng.uniform() < 0.6 else "address"
        point = self.shelters.geometry.iloc[k]
        text = str(self.shelters[column].iloc[k])
        return _entry(text, "", "Shelter", "", point.x, point.y, "shelter")

    def _next_door(self, home: int) -> str:
        """A number beside this one that the reference does not know: a house built since."""
        own = str(self.number[home])
        for step in (2, -2, 4, -4):
            number = str(int(own) + step) if own.isdigit() and int(own) + step > 0 else own
            if (self.street[home], self.quadrant[home], number) not in self.known:
                return number
        return ""

    def _corner(self, home: int) -> str:
        """Another street close by in the same quadrant."""
        point = shapely.points(self.lon[home], self.lat[home])
        near = np.sort(self.tree.query(point, predicate="dwithin", distance=0.0007))
        for other in near.tolist():
            same = self.quadrant[other] == self.quadrant[home]
            if same and self.street[other] != self.street[home]:
                return str(self.street[other])
        return ""


def _entry(
    text: str, zip_code: str, residence: str, address_id: str, lon: float, lat: float, noise: str
) -> dict[str, object]:
    return {
        "text": text, "zip": zip_code, "residence": residence,
        "address_id": address_id, "lon": lon, "lat": lat, "noise": noise,
    }  # fmt: skip
