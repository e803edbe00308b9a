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
_SPECIAL = {"mental_health": 0.34, "domestic_violence": 0.28, "sex_offense": 0.2, "gps": 0.18}
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


def _neighbours(units: gpd.GeoDataFrame, crs: str) -> list[set[int]]:
    shapes = to_measuring(units, crs).geometry.to_numpy()
    near: list[set[int]] = [set() for _ in shapes]
    one, two = shapely.STRtree(shapes).query(shapes, predicate="dwithin", distance=5.0)
    for a, b in zip(one.tolist(), two.tolist(), strict=True):
        if a < b and shapely.intersection(shapely.buffer(shapes[a], 5.0), shapes[b]).area > 500:
            near[a].add(b)
            near[b].add(a)
    return near


def group_units(units: gpd.GeoDataFrame, count: int, crs: str) -> dict[str, int]:
    """Group units into contiguous team areas of about as many units each.

    Parameters
    ----------
    units
        BOUNDARIES frame.
    count
        How many groups.
    crs
        The measuring CRS.

    Returns
    -------
    dict
        Unit -> group number from 0.
    """
    near = _neighbours(units, crs)
    centre = shapely.get_coordinates(shapely.centroid(to_measuring(units, crs).geometry.to_numpy()))
    count = min(count, len(units))
    seeds = [int(np.argmin(centre[:, 0] - centre[:, 1]))]
    while len(seeds) < count:
        gap = np.min([np.hypot(*(centre - centre[s]).T) for s in seeds], axis=0)
        seeds.append(int(np.argmax(gap)))
    group = np.full(len(units), -1)
    group[seeds] = np.arange(count)
    while (group < 0).any():
        best = _next_unit(group, near, centre, seeds, count)
        group[best[0]] = best[1]
    return {str(code): int(k) for code, k in zip(units.index, group, strict=True)}


def _next_unit(
    group: NDArray[np.int64],
    near: list[set[int]],
    centre: NDArray[np.float64],
    seeds: list[int],
    count: int,
) -> tuple[int, int]:
    size = np.bincount(group[group >= 0], minlength=count)
    for k in np.argsort(size, kind="stable"):
        open_units = sorted(
            {u for own in np.flatnonzero(group == k) for u in near[own] if group[u] < 0}
        )
        if open_units:
            gap = np.hypot(*(centre[open_units] - centre[seeds[k]]).T)
            return open_units[int(np.argmin(gap))], int(k)
    # An island: to the nearest seed.
    unit = int(np.flatnonzero(group < 0)[0])
    return unit, int(np.argmin(np.hypot(*(centre[seeds] - centre[unit]).T)))


def _offices(
    profile: CityProfile,
    venues: gpd.GeoDataFrame,
    addresses: gpd.GeoDataFrame,
    centre: NDArray[np.float64],
    rng: np.random.Generator,
) -> pd.DataFrame:
    known = venues[
        venues["category"].isin(profile.venues.office_categories if profile.venues else ())
    ]
    if len(known):
        return pd.DataFrame(
            {"office_ref": known.index.astype(str), "name": known["name"].to_numpy(),
             "address": known["address"].to_numpy(), "lon": known.geometry.x.to_numpy(), "lat": known.geometry.y.to_numpy()}
        )  # fmt: skip
    x, y = project(addresses.geometry.x, addresses.geometry.y, profile.city.crs)
    count = min(4, max(1, len(centre) // 14))
    middles = centre[rng.choice(len(centre), count, replace=False)]
    for _ in range(12):
        near = np.argmin([np.hypot(*(centre - m).T) for m in middles], axis=0)
        middles = np.array(
            [
                centre[near == k].mean(axis=0) if (near == k).any() else middles[k]
                for k in range(count)
            ]
        )
    spots = [int(np.argmin(np.hypot(x - m[0], y - m[1]))) for m in middles]
    points = addresses.geometry.iloc[spots]
    return pd.DataFrame(
        {"office_ref": [f"OFFICE-{k}" for k in range(1, count + 1)],
         "name": [f"Field Office {k} (made up)" for k in range(1, count + 1)],
         "address": addresses["address"].iloc[spots].to_numpy(),
         "lon": points.x.to_numpy(), "lat": points.y.to_numpy()}
    )  # fmt: skip


def _teams(
    profile: CityProfile, units: gpd.GeoDataFrame, offices: pd.DataFrame, count: int
) -> tuple[pd.DataFrame, dict[str, str]]:
    crs = profile.city.crs
    group = group_units(units, count, crs)
    shapes = to_measuring(units, crs).geometry
    ox, oy = project(offices["lon"], offices["lat"], crs)
    rows, unit_team = [], {}
    order = sorted(
        range(max(group.values()) + 1), key=lambda k: min(u for u, g in group.items() if g == k)
    )
    for number, k in enumerate(order, start=1):
        codes = sorted(u for u, g in group.items() if g == k)
        middle = shapely.centroid(shapely.union_all(shapes.loc[codes].to_numpy()))
        nearest = int(np.argmin(np.hypot(ox - middle.x, oy - middle.y)))
        team = f"GS-{number:02d}"
        unit_team |= dict.fromkeys(codes, team)
        rows.append({"team_id": team, "name": f"General Supervision {number}", "specialty": "",
                     "office": offices["name"].iat[nearest], "units": " ".join(codes)})  # fmt: skip
    return pd.DataFrame(rows), unit_team


def _special_teams(
    profile: CityProfile, offices: pd.DataFrame, officers: int
) -> list[dict[str, str]]:
    rows = []
    for place, specialty in enumerate(profile.caseload.citywide):
        wanted = max(1, round(officers * _SPECIAL.get(specialty, 0.2) / _TEAM_SIZE))
        label = profile.caseload.labels.get(specialty, specialty.replace("_", " "))
        short = (
            "".join(word[0] for word in specialty.split("_")).upper()
            if "_" in specialty
            else specialty.upper()
        )
        for number in range(1, wanted + 1):
            suffix = f" {number}" if wanted > 1 else ""
            rows.append({"team_id": f"{short}-{number:02d}", "name": f"{label[0].upper()}{label[1:]}{suffix}", "specialty": specialty,
                         "office": offices["name"].iat[(place + number) % len(offices)], "units": ""})  # fmt: skip
    return rows


def _officers(
    teams: pd.DataFrame, general: int, special: int, rng: np.random.Generator
) -> pd.DataFrame:
    counts: dict[str, int] = {}
    ordinary = teams.loc[teams["specialty"] == "", "team_id"].tolist()
    for k in range(general):
        team = ordinary[k % len(ordinary)]
        counts[team] = counts.get(team, 0) + 1
    shares = teams.loc[teams["specialty"] != "", "specialty"].map(lambda s: _SPECIAL.get(s, 0.2))
    many = teams["specialty"].map(teams["specialty"].value_counts())
    total = sum(
        _SPECIAL.get(s, 0.2) for s in teams.loc[teams["specialty"] != "", "specialty"].unique()
    )
    for row, share in shares.items():
        counts[str(teams.at[row, "team_id"])] = max(1, round(special * share / total / many[row]))
    rows = [{"team_id": team} for team in teams["team_id"] for _ in range(counts.get(team, 0))]
    frame = pd.DataFrame(rows)
    frame.insert(0, "officer_id", [f"CSO{1001 + k}" for k in range(len(frame))])
    frame.insert(1, "name", person_names(rng, len(frame)))
    part_time = rng.uniform(size=len(frame)) < 0.05
    frame["full_time_share"] = np.where(part_time, rng.choice([0.5, 0.6, 0.8], len(frame)), 1.0)
    return frame


def make_staff(
    *, profile: CityProfile, units: gpd.GeoDataFrame, districts: gpd.GeoDataFrame, addresses: gpd.GeoDataFrame,
    venues: gpd.GeoDataFrame, clients: int, seed: int,
) -> Staff:  # fmt: skip
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
    centre = shapely.get_coordinates(
        shapely.centroid(to_measuring(units, profile.city.crs).geometry.to_numpy())
    )
    offices = _offices(profile, venues, addresses, centre, rng)
    count = max(2, round(16 * min(1.0, len(units) / 50)))
    teams, unit_team = _teams(profile, units, offices, count)
    general, special = max(len(teams), round(clients * 0.0205)), max(4, round(clients * 0.0108))
    teams = pd.concat(
        [teams, pd.DataFrame(_special_teams(profile, offices, special))], ignore_index=True
    )
    officers = _officers(teams, general, special, rng)
    partners = _partners(
        profile, districts, venues, max(len(districts), round(clients * 0.0075)), rng
    )
    return Staff(offices, teams, officers, partners, unit_team)


def _partners(
    profile: CityProfile,
    districts: gpd.GeoDataFrame,
    venues: gpd.GeoDataFrame,
    count: int,
    rng: np.random.Generator,
) -> pd.DataFrame:
    stations = venues[
        venues["category"].isin(profile.venues.station_categories if profile.venues else ())
    ]
    shapes = to_measuring(districts, profile.city.crs).geometry
    sx, sy = (
        project(stations.geometry.x, stations.geometry.y, profile.city.crs)
        if len(stations)
        else (np.array([]), np.array([]))
    )
    rows = []
    codes = sorted(str(code) for code in districts.index)
    for k in range(count):
        code = codes[k % len(codes)]
        spots = shapely.points(sx, sy)
        gap = shapely.distance(shapes.loc[code], spots)
        middle = shapely.distance(shapely.centroid(shapes.loc[code]), spots)
        station = (
            str(stations["name"].iat[int(np.lexsort((middle, gap))[0])]) if len(stations) else ""
        )
        rows.append({"partner_id": f"PP{501 + k}", "district": code, "station": station})
    frame = pd.DataFrame(rows)
    frame.insert(1, "name", person_names(rng, len(frame)))
    return frame
