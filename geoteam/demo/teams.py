"""Teams, officers, police partners and field offices of a city."""

from __future__ import annotations

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from geoteam.crs import project, to_measuring
from geoteam.demo.persons import person_names
from geoteam.demo.seeds import stream
from geoteam.profile import CityProfile

# Share of the specialised officers that each specialty has.
_SPECIAL = {"mental_health": 0.45, "domestic_violence": 0.31, "sex_offense": 0.14, "gps": 0.1}
_TEAM_SIZE = 14


@dataclass(frozen=True)
class Staff:
    """The staff of a city.

    Attributes
    ----------
    offices
        office_ref, name, address, lon, lat.
    teams
        team_id, name, specialty, office, units.
    officers
        officer_id, name, team_id, full_time_share.
    partners
        partner_id, name, district, station.
    unit_team
        Unit -> general team of today's plan.
    """

    offices: pd.DataFrame
    teams: pd.DataFrame
    officers: pd.DataFrame
    partners: pd.DataFrame
    unit_team: dict[str, str]


def _neighbours(shapes: NDArray[np.object_]) -> list[set[int]]:
    near: list[set[int]] = [set() for _ in shapes]
    one, two = shapely.STRtree(shapes).query(shapes, predicate="dwithin", distance=5.0)
    for a, b in zip(one.tolist(), two.tolist(), strict=True):
        if a < b and shapely.intersection(shapely.buffer(shapes[a], 5.0), shapes[b]).area > 500:
            near[a].add(b)
            near[b].add(a)
    return near


def group_units(
    units: gpd.GeoDataFrame, districts: gpd.GeoDataFrame, count: int, crs: str
) -> dict[str, int]:
    """Group units into contiguous team areas of about as many units each.

    Parameters
    ----------
    units, districts
        BOUNDARIES frames; teams rather stay within one district.
    count
        How many groups.
    crs
        The measuring CRS.

    Returns
    -------
    dict
        Unit -> group number from 0.
    """
    shapes = to_measuring(units, crs).geometry.to_numpy()
    centre = shapely.get_coordinates(shapely.centroid(shapes))
    inside = shapely.point_on_surface(shapes)
    within = shapely.distance(inside[:, None], to_measuring(districts, crs).geometry.to_numpy())
    district = within.argmin(axis=1)
    near = _neighbours(shapes)
    count = min(count, len(units))
    seeds = [int(np.argmin(centre[:, 0] - centre[:, 1]))]
    while len(seeds) < count:
        gap = np.min([np.hypot(*(centre - centre[s]).T) for s in seeds], axis=0)
        seeds.append(int(np.argmax(gap)))
    gaps = np.array([np.hypot(*(centre - centre[s]).T) for s in seeds])
    gaps *= np.where(district[None, :] == district[seeds][:, None], 1.0, 2.5)
    group = np.full(len(units), -1)
    group[seeds] = np.arange(count)
    while (group < 0).any():
        unit, k = _next_unit(group, near, gaps)
        group[unit] = k
    return {str(code): int(k) for code, k in zip(units.index, group, strict=True)}


def _next_unit(
    group: NDArray[np.int64], near: list[set[int]], gaps: NDArray[np.float64]
) -> tuple[int, int]:
    """The smallest group that can grow takes the nearest free unit beside it."""
    size = np.bincount(group[group >= 0], minlength=len(gaps))
    for k in np.argsort(size, kind="stable").tolist():
        own = np.flatnonzero(group == k)
        free = sorted({u for unit in own for u in near[unit] if group[u] < 0})
        if free:
            return free[int(np.argmin(gaps[k, free]))], k
    # An island goes to the nearest group.
    unit = int(np.flatnonzero(group < 0)[0])
    return unit, int(np.argmin(gaps[:, unit]))


def _offices(
    profile: CityProfile,
    venues: gpd.GeoDataFrame,
    addresses: gpd.GeoDataFrame,
    centre: NDArray[np.float64],
    rng: np.random.Generator,
) -> pd.DataFrame:
    """The city's field offices, or stand-ins at address points where its venues list none."""
    categories = profile.venues.office_categories if profile.venues else ()
    known = venues[venues["category"].isin(categories)]
    refs, names = list(known.index.astype(str)), known["name"].tolist()
    addressed, points = known["address"].tolist(), known.geometry
    if not refs:
        spots = _stand_ins(addresses, centre, profile.city.crs, rng)
        addressed, points = (
            addresses["address"].iloc[spots].tolist(),
            addresses.geometry.iloc[spots],
        )
        refs = [f"OFFICE-{k}" for k in range(1, len(spots) + 1)]
        names = [f"Field Office {k} (made up)" for k in range(1, len(spots) + 1)]
    lon, lat = points.x.to_numpy(), points.y.to_numpy()
    columns = {"office_ref": refs, "name": names, "address": addressed, "lon": lon, "lat": lat}
    return pd.DataFrame(columns)


def _stand_ins(
    addresses: gpd.GeoDataFrame, centre: NDArray[np.float64], crs: str, rng: np.random.Generator
) -> list[int]:
    x, y = project(addresses.geometry.x, addresses.geometry.y, crs)
    count = min(4, max(1, len(centre) // 14))
    middles = centre[rng.choice(len(centre), count, replace=False)]
    for _ in range(12):
        near = np.argmin([np.hypot(*(centre - m).T) for m in middles], axis=0)
        means = [centre[near == k].mean(axis=0) for k in range(count) if (near == k).any()]
        middles = np.array(means)
        count = len(middles)
    return [int(np.argmin(np.hypot(x - m[0], y - m[1]))) for m in middles]


def _teams(
    units: gpd.GeoDataFrame, group: dict[str, int], offices: pd.DataFrame, crs: str
) -> tuple[pd.DataFrame, dict[str, str]]:
    shapes = to_measuring(units, crs).geometry
    ox, oy = project(offices["lon"], offices["lat"], crs)
    members: dict[int, list[str]] = {}
    for code in sorted(group):
        members.setdefault(group[code], []).append(code)
    rows: list[dict[str, str]] = []
    unit_team: dict[str, str] = {}
    for number, codes in enumerate(sorted(members.values()), start=1):
        middle = shapely.centroid(shapely.union_all(shapes.loc[codes].to_numpy()))
        nearest = int(np.argmin(np.hypot(ox - middle.x, oy - middle.y)))
        team, name = f"GS-{number:02d}", f"General Supervision {number}"
        unit_team |= dict.fromkeys(codes, team)
        office = str(offices["name"].iloc[nearest])
        rows.append(_row(team, name, "", office, " ".join(codes)))
    return pd.DataFrame(rows), unit_team


def _row(team: str, name: str, specialty: str, office: str, units: str) -> dict[str, str]:
    return {"team_id": team, "name": name, "specialty": specialty, "office": office, "units": units}


def _special_teams(
    profile: CityProfile, offices: pd.DataFrame, officers: int
) -> list[dict[str, str]]:
    rows = []
    for place, specialty in enumerate(profile.caseload.citywide):
        wanted = max(1, round(officers * _SPECIAL.get(specialty, 0.2) / _TEAM_SIZE))
        label = profile.caseload.labels.get(specialty, specialty.replace("_", " "))
        initials = "".join(word[0] for word in specialty.split("_")).upper()
        short = initials if "_" in specialty else specialty.upper()
        for number in range(1, wanted + 1):
            name = label[0].upper() + label[1:] + (f" {number}" if wanted > 1 else "")
            office = str(offices["name"].iloc[(place + number) % len(offices)])
            rows.append(_row(f"{short}-{number:02d}", name, specialty, office, ""))
    return rows


def _officers(
    teams: pd.DataFrame, general: int, special: int, rng: np.random.Generator
) -> pd.DataFrame:
    specialty = dict(zip(teams["team_id"].tolist(), teams["specialty"].tolist(), strict=True))
    many = {str(kind): int(n) for kind, n in teams["specialty"].value_counts().items()}
    total = sum(_SPECIAL.get(s, 0.2) for s in many if s)
    members: list[str] = []
    for place, (team, kind) in enumerate(specialty.items()):
        if kind:
            size = max(1, round(special * _SPECIAL.get(kind, 0.2) / total / many[kind]))
        else:
            size = general // many[""] + (place < general % many[""])
        members += [team] * size
    part_time = rng.uniform(size=len(members)) < 0.05
    share = np.where(part_time, rng.choice([0.5, 0.6, 0.8], len(members)), 1.0)
    return pd.DataFrame(
        {
            "officer_id": [f"CSO{1001 + k}" for k in range(len(members))],
            "name": person_names(rng, len(members)),
            "team_id": members,
            "full_time_share": share,
        }
    )


def make_staff(
    *,
    profile: CityProfile,
    units: gpd.GeoDataFrame,
    districts: gpd.GeoDataFrame,
    addresses: gpd.GeoDataFrame,
    venues: gpd.GeoDataFrame,
    clients: int,
    seed: int,
) -> Staff:
    """Invent the staff for a number of clients.

    Parameters
    ----------
    profile
        The city's profile.
    units, districts
        BOUNDARIES frames in force today.
    addresses, venues
        ADDRESSES and VENUES frames.
    clients
        How many clients they will have.
    seed
        The seed.

    Returns
    -------
    Staff
        Everyone, and today's plan.
    """
    rng = stream(seed, "staff")
    crs = profile.city.crs
    centre = shapely.get_coordinates(shapely.centroid(to_measuring(units, crs).geometry.to_numpy()))
    offices = _offices(profile, venues, addresses, centre, rng)
    count = max(2, round(16 * min(1.0, len(units) / 50)))
    teams, unit_team = _teams(units, group_units(units, districts, count, crs), offices, crs)
    # About 154 general and 94 specialised officers for 8,000 clients.
    general, special = max(len(teams), round(clients * 0.0193)), max(4, round(clients * 0.0118))
    rows = _special_teams(profile, offices, special)
    teams = pd.concat([teams, pd.DataFrame(rows)], ignore_index=True)
    officers = _officers(teams, general, special, rng)
    partners = _partners(profile, districts, venues, clients, rng)
    return Staff(offices, teams, officers, partners, unit_team)


def _stations(
    profile: CityProfile, districts: gpd.GeoDataFrame, venues: gpd.GeoDataFrame
) -> dict[str, str]:
    """The station of each district: the one in it that lies most central."""
    categories = profile.venues.station_categories if profile.venues else ()
    known = venues[venues["category"].isin(categories)]
    shapes = to_measuring(districts, profile.city.crs).geometry
    if not len(known):
        return dict.fromkeys((str(code) for code in shapes.index), "")
    points = shapely.points(*project(known.geometry.x, known.geometry.y, profile.city.crs))
    found = {}
    for code, shape in zip(shapes.index, shapes, strict=True):
        away = shapely.distance(shape, points)
        middle = shapely.distance(shapely.centroid(shape), points)
        found[str(code)] = str(known["name"].iloc[int(np.lexsort((middle, away))[0])])
    return found


def _partners(
    profile: CityProfile,
    districts: gpd.GeoDataFrame,
    venues: gpd.GeoDataFrame,
    clients: int,
    rng: np.random.Generator,
) -> pd.DataFrame:
    station = _stations(profile, districts, venues)
    codes = sorted(station)
    count = max(len(codes), round(clients * 0.0075))
    own = [codes[k % len(codes)] for k in range(count)]
    return pd.DataFrame(
        {
            "partner_id": [f"PP{501 + k}" for k in range(count)],
            "name": person_names(rng, count),
            "district": own,
            "station": [station[code] for code in own],
        }
    )
