"""Clients: who they are, where they live, what was typed about it, and who supervises them today."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from geoteam.demo.persons import person_names
from geoteam.demo.seeds import stream
from geoteam.demo.teams import Staff
from geoteam.demo.typing_habits import (
    pick,
    typed_address,
    typed_block,
    typed_elsewhere,
    typed_intersection,
)
from geoteam.profile import CityProfile

LEVEL_SHARES = (0.09, 0.22, 0.41, 0.28)
_NEEDS = {
    "mental_health": 0.17,
    "substance_use": 0.46,
    "domestic_violence": 0.1,
    "sex_offense": 0.035,
    "gps": 0.03,
}
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
_NOTES = (
    "Dog in yard",
    "Use side door",
    "Two officers",
    "Rear basement entrance",
    "Buzzer broken, call first",
    "Gate code at office",
    "Ring 2nd bell",
)
# Busiest team's workload per officer over the quietest team's, in today's plan.
_IMBALANCE = 2.8


@dataclass(frozen=True)
class People:
    """Clients as an agency exports them, and the truth behind.

    Attributes
    ----------
    table
        The agency's own columns.
    moves
        Later addresses of those who moved, same columns.
    truth
        client_id, address_id, lon, lat, noise; for tests and benchmarks.
    officer
        Officer of each client today, empty when none.
    """

    table: pd.DataFrame
    moves: pd.DataFrame
    truth: pd.DataFrame
    officer: NDArray[np.object_]


def _unit_of(addresses: gpd.GeoDataFrame, units: gpd.GeoDataFrame) -> NDArray[np.object_]:
    point, unit = shapely.STRtree(units.geometry.to_numpy()).query(
        addresses.geometry.to_numpy(), predicate="intersects"
    )
    codes = units.index.to_numpy(dtype=object)
    first = (
        pd.DataFrame({"point": point, "code": codes[unit]})
        .sort_values(["point", "code"])
        .drop_duplicates("point")
    )
    out = np.full(len(addresses), "", dtype=object)
    out[first["point"]] = first["code"]
    return out


def _weights(
    unit: NDArray[np.object_], staff: Staff, xy: NDArray[np.float64], rng: np.random.Generator
) -> NDArray[np.float64]:
    """Chance of each address point to be a client's home: poor quarters, hot blocks, quiet ends."""
    codes = sorted(staff.unit_team)
    raw = dict(zip(codes, np.exp(rng.normal(0, 0.55, len(codes))), strict=True))
    team_factor = {t: np.exp(rng.normal(0, 0.5)) for t in sorted(set(staff.unit_team.values()))}
    value = np.array([raw[u] * team_factor[staff.unit_team[u]] if u else 0.0 for u in unit])
    reach = 0.004
    for spot in rng.choice(len(unit), 26, replace=False):
        gap = np.hypot((xy[:, 0] - xy[spot, 0]) * 0.78, xy[:, 1] - xy[spot, 1])
        value *= 1 + rng.uniform(0.6, 2.2) * np.exp(-((gap / reach) ** 2))
    team = np.array([staff.unit_team.get(u, "") for u in unit])
    size = staff.officers.groupby("team_id").size()
    low, high = 0.0, 4.0
    for _ in range(30):
        power = (low + high) / 2
        load = pd.Series(value**power).groupby(team).sum().drop("", errors="ignore")
        per_officer = load / size.reindex(load.index)
        low, high = (
            (power, high) if per_officer.max() / per_officer.min() < _IMBALANCE else (low, power)
        )
    return np.asarray(value**power)


def _home_kinds(
    rng: np.random.Generator, count: int, *, blocks: bool, shelters: bool
) -> NDArray[np.object_]:
    shares = {
        k: v for k, v in _KINDS.items() if (blocks or k != "block") and (shelters or k != "shelter")
    }
    kinds = np.array(["address", *shares], dtype=object)
    chance = np.array([1 - sum(shares.values()), *shares.values()])
    return kinds[rng.choice(len(kinds), count, p=chance)]


@dataclass(frozen=True)
class _Typist:
    """Everything that is needed to write a home down."""

    profile: CityProfile
    number: NDArray[np.object_]
    street: NDArray[np.object_]
    quadrant: NDArray[np.object_]
    zip: NDArray[np.object_]
    lon: NDArray[np.float64]
    lat: NDArray[np.float64]
    ids: NDArray[np.object_]
    shelters: pd.DataFrame
    corners: dict[int, tuple[str, str]]

    def write(self, rng: np.random.Generator, kind: str, home: int) -> dict[str, object]:
        """Write one home down: text, ZIP, residence type, and the truth."""
        here = {"address_id": self.ids[home], "lon": self.lon[home], "lat": self.lat[home]}
        street, quadrant = str(self.street[home]), str(self.quadrant[home])
        zip_code = str(self.zip[home]) if rng.uniform() > 0.12 else ""
        noise: tuple[str, ...] = ()
        residence = ""
        if kind == "shelter":
            k = int(rng.integers(len(self.shelters)))
            text = (
                str(self.shelters["name"].iat[k])
                if rng.uniform() < 0.6
                else str(self.shelters["address"].iat[k])
            )
            residence, zip_code = "Shelter", ""
            here = {
                "address_id": "",
                "lon": self.shelters["lon"].iat[k],
                "lat": self.shelters["lat"].iat[k],
            }
        elif kind == "block":
            text = typed_block(rng, street, quadrant, int(self.number[home]))
        elif kind == "intersection" and home in self.corners:
            text = typed_intersection(rng, *self.corners[home], quadrant)
        elif kind in ("address", "intersection"):
            text, noise = typed_address(
                rng, str(self.number[home]), street, quadrant, self.profile.city.name
            )
            kind = "address"
        else:
            text, zip_code = typed_elsewhere(rng, kind, self.profile.city.state)
            residence = (
                "No fixed address" if kind == "no_fixed_address" and rng.uniform() < 0.8 else ""
            )
            here = {"address_id": "", "lon": np.nan, "lat": np.nan}
        return {"text": text, "zip": zip_code, "residence": residence, **here,
                "noise": " ".join([kind, *noise]) if kind != "address" else " ".join(noise)}  # fmt: skip


def _corners(
    street: NDArray[np.object_],
    quadrant: NDArray[np.object_],
    lon: NDArray[np.float64],
    lat: NDArray[np.float64],
    homes: NDArray[np.int64],
) -> dict[int, tuple[str, str]]:
    """For homes near a corner, the street round it: the nearest point on another street."""
    if not len(homes):
        return {}
    tree = shapely.STRtree(shapely.points(lon, lat))
    found: dict[int, tuple[str, str]] = {}
    near_home, near = tree.query(
        shapely.points(lon[homes], lat[homes]), predicate="dwithin", distance=0.0007
    )
    for k, other in zip(near_home.tolist(), near.tolist(), strict=True):
        home = int(homes[k])
        if (
            home not in found
            and street[other] != street[home]
            and quadrant[other] == quadrant[home]
        ):
            found[home] = (str(street[home]), str(street[other]))
    return found


def _bare_street(street: pd.Series, quadrant: pd.Series) -> NDArray[np.object_]:
    # Some cities' files keep the quadrant in the street name.
    return np.array(
        [
            s[: -len(q) - 1] if q and s.endswith(" " + q) else s
            for s, q in zip(street, quadrant, strict=True)
        ],
        dtype=object,
    )


def _typist(
    profile: CityProfile,
    addresses: gpd.GeoDataFrame,
    venues: gpd.GeoDataFrame,
    homes: NDArray[np.int64],
    kinds: NDArray[np.object_],
) -> _Typist:
    shelters = _shelters(profile, venues)
    street = _bare_street(addresses["street"], addresses["quadrant"])
    quadrant = addresses["quadrant"].to_numpy(dtype=object)
    lon, lat = addresses.geometry.x.to_numpy(), addresses.geometry.y.to_numpy()
    return _Typist(
        profile, addresses["number"].to_numpy(dtype=object), street, quadrant,
        addresses["zip"].to_numpy(dtype=object), lon, lat, addresses.index.astype(str).to_numpy(dtype=object),
        shelters, _corners(street, quadrant, lon, lat, homes[kinds == "intersection"]),
    )  # fmt: skip


def _shelters(profile: CityProfile, venues: gpd.GeoDataFrame) -> pd.DataFrame:
    categories = profile.venues.shelter_categories if profile.venues else ()
    known = venues[venues["category"].isin(categories)]
    return pd.DataFrame(
        {
            "name": known["name"],
            "address": known["address"],
            "lon": known.geometry.x,
            "lat": known.geometry.y,
        }
    )


def _specialty(needs: list[list[str]], citywide: tuple[str, ...]) -> NDArray[np.object_]:
    return np.array([next((s for s in citywide if s in own), "") for own in needs], dtype=object)


def _needs(rng: np.random.Generator, count: int) -> list[list[str]]:
    has = {need: rng.uniform(size=count) < share for need, share in _NEEDS.items()}
    return [[need for need in _NEEDS if has[need][k]] for k in range(count)]


def _present_officers(
    unit: NDArray[np.object_],
    specialty: NDArray[np.object_],
    staff: Staff,
    xy: NDArray[np.float64],
    rng: np.random.Generator,
) -> NDArray[np.object_]:
    """Today's officer: of the right team for most, but some entries are stale and some empty."""
    by_team = {t: f["officer_id"].tolist() for t, f in staff.officers.groupby("team_id")}
    special = {
        s: [o for t in f["team_id"] for o in by_team.get(t, [])]
        for s, f in staff.teams.groupby("specialty")
        if s
    }
    officer = np.full(len(unit), "", dtype=object)
    team = np.array([staff.unit_team.get(u, "") for u in unit], dtype=object)
    stale = rng.uniform(size=len(unit))
    everyone = staff.officers["officer_id"].tolist()
    general = sorted(set(staff.unit_team.values()))
    for k in range(len(unit)):
        if stale[k] < 0.025:
            continue
        if stale[k] < 0.03:
            officer[k] = f"CSO{rng.integers(400, 990)}"  # left the agency
        elif stale[k] < 0.035:
            officer[k] = everyone[int(rng.integers(len(everyone)))]
        elif specialty[k]:
            officer[k] = pick(rng, special.get(specialty[k], everyone))
        elif stale[k] < 0.105 or not team[k]:
            officer[k] = pick(rng, by_team[general[int(rng.integers(len(general)))]])
    for name in general:
        own = np.flatnonzero(
            (officer == "") & (team == name) & (stale >= 0.105) & (specialty == "")
        )
        officer[own] = _beats(xy[own], by_team[name], rng)
    return officer


def _beats(
    xy: NDArray[np.float64], officers: list[str], rng: np.random.Generator
) -> NDArray[np.object_]:
    """Share a team's clients out in strips, so that each officer has a beat, not a scatter."""
    order = np.lexsort((xy[:, 1], np.round(xy[:, 0] + rng.normal(0, 0.002, len(xy)), 3)))
    out = np.full(len(xy), "", dtype=object)
    for officer, rows in zip(officers, np.array_split(order, len(officers)), strict=True):
        out[rows] = officer
    return out


def make_clients(
    *, profile: CityProfile, units: gpd.GeoDataFrame, addresses: gpd.GeoDataFrame, blocks: gpd.GeoDataFrame | None,
    venues: gpd.GeoDataFrame, staff: Staff, clients: int, seed: int, on: date,
) -> People:  # fmt: skip
    """Invent clients.

    Parameters
    ----------
    profile
        The city's profile.
    units, addresses, blocks, venues
        Reference frames; see ``write_people``.
    staff
        Teams and officers.
    clients
        How many.
    seed
        The seed.
    on
        The day that is today.

    Returns
    -------
    People
        Tables in the agency's words, and the truth.
    """
    rng = stream(seed, "clients")
    unit = _unit_of(addresses, units)
    xy = np.column_stack([addresses.geometry.x, addresses.geometry.y])
    chance = _weights(unit, staff, xy, rng)
    homes = rng.choice(len(addresses), clients, p=chance / chance.sum())
    has_shelters = len(_shelters(profile, venues)) > 0
    kinds = _home_kinds(rng, clients, blocks=blocks is not None, shelters=has_shelters)
    needs = _needs(rng, clients)
    specialty = _specialty(needs, profile.caseload.citywide)
    typist = _typist(profile, addresses, venues, homes, kinds)
    written = pd.DataFrame(
        [typist.write(rng, str(kinds[k]), int(homes[k])) for k in range(clients)]
    )
    located = unit[homes]
    officer = _present_officers(located, specialty, staff, xy[homes], rng)
    table = _table(rng, profile, needs, written, officer, on)
    moves, truth = _moves(rng, table, written, typist, chance, on)
    return People(table, moves, truth, officer)


def _table(
    rng: np.random.Generator,
    profile: CityProfile,
    needs: list[list[str]],
    written: pd.DataFrame,
    officer: NDArray[np.object_],
    on: date,
) -> pd.DataFrame:
    count = len(written)
    levels = np.array(list(profile.contact_standards), dtype=object)
    shares = np.array(LEVEL_SHARES[: len(levels)]) if len(levels) == 4 else np.ones(len(levels))
    level = levels[rng.choice(len(levels), count, p=shares / shares.sum())]
    days = np.minimum(np.ceil(rng.gamma(1.6, 260, count)), 2600).astype(int)
    intake = [on - timedelta(days=int(d)) for d in days]
    since = [
        on - timedelta(days=int(d * s)) for d, s in zip(days, rng.beta(3, 1.2, count), strict=True)
    ]
    notes = [pick(rng, _NOTES) if rng.uniform() < 0.12 else "" for _ in range(count)]
    windows = [_window(rng) for _ in range(count)]
    return pd.DataFrame(
        {
            "Client ID": [f"C{200000 + 7 * k}" for k in range(count)],
            "Full Name": person_names(rng, count),
            "Supervision Level": level,
            "Needs": ["; ".join(own) for own in needs],
            "Intake Date": [d.isoformat() for d in intake],
            "Home Address": written["text"].to_numpy() if count else [],
            "ZIP": written["zip"].to_numpy() if count else [],
            "Address Since": [d.isoformat() for d in since],
            "Residence Type": written["residence"].to_numpy() if count else [],
            "Officer ID": officer,
            "Access Notes": notes,
            "Home From": [w[0] for w in windows],
            "Home To": [w[1] for w in windows],
        }
    )


def _window(rng: np.random.Generator) -> tuple[str, str]:
    chance = rng.uniform()
    if chance < 0.62:
        return "", ""
    if chance < 0.8:
        return f"{rng.integers(16, 18)}:{pick(rng, ('00', '30'))}", "20:00"
    if chance < 0.92:
        return "08:00", f"{rng.integers(11, 14)}:00"
    return f"{rng.integers(10, 12)}:00", f"{rng.integers(15, 17)}:30"


def _moves(
    rng: np.random.Generator,
    table: pd.DataFrame,
    written: pd.DataFrame,
    typist: _Typist,
    chance: NDArray[np.float64],
    on: date,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    count = len(table)
    truth = pd.DataFrame({"client_id": table["Client ID"]})
    if not count:
        return table.copy(), truth.assign(address_id="", lon=0.0, lat=0.0, noise="")
    truth = truth.join(written[["address_id", "lon", "lat", "noise"]])
    movers = np.sort(rng.choice(count, round(0.08 * count), replace=False))
    homes = rng.choice(len(chance), len(movers), p=chance / chance.sum())
    rows = pd.DataFrame([typist.write(rng, "address", int(h)) for h in homes])
    moves = table.iloc[movers].reset_index(drop=True)
    if len(rows):
        moves["Home Address"], moves["ZIP"], moves["Residence Type"] = rows["text"], rows["zip"], ""
        moves["Address Since"] = [
            (on - timedelta(days=int(d))).isoformat() for d in rng.integers(1, 60, len(rows))
        ]
        # A move after intake leaves the older address before it.
        old = pd.to_datetime(table["Address Since"]).to_numpy()[movers]
        moves["Address Since"] = np.where(
            pd.to_datetime(moves["Address Since"]).to_numpy() > old,
            moves["Address Since"],
            on.isoformat(),
        )
        moves.loc[rng.uniform(size=len(moves)) < 0.12, "Officer ID"] = ""
        truth.loc[movers, ["address_id", "lon", "lat", "noise"]] = rows[
            ["address_id", "lon", "lat", "noise"]
        ].to_numpy()
    truth["lon"], truth["lat"] = truth["lon"].astype(float), truth["lat"].astype(float)
    return moves, truth
