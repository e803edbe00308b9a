"""Clients: who they are, and who supervises them today."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from geoteam.demo.homes import Reference, Typist, home_kinds, home_weights, unit_of
from geoteam.demo.limits import with_limits
from geoteam.demo.persons import person_names
from geoteam.demo.seeds import stream
from geoteam.demo.teams import Staff
from geoteam.demo.typing_habits import pick
from geoteam.profile import CityProfile

Texts = NDArray[np.object_]
Numbers = NDArray[np.float64]
# From the strictest level to the mildest.
LEVEL_SHARES = (0.09, 0.22, 0.41, 0.28)
_NEEDS = {
    "mental_health": 0.13,
    "substance_use": 0.46,
    "domestic_violence": 0.1,
    "sex_offense": 0.035,
    "gps": 0.03,
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
_WRITTEN = ("text", "zip", "residence", "address_id", "lon", "lat", "noise")


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
    officer: Texts


def make_clients(
    profile: CityProfile, reference: Reference, staff: Staff, *, clients: int, seed: int, on: date
) -> People:
    """Invent clients.

    Parameters
    ----------
    profile
        The city's profile.
    reference
        The places of the city.
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
    unit = unit_of(reference)
    points = reference.addresses.geometry
    lonlat = np.column_stack([points.x, points.y])
    chance = home_weights(unit, staff, lonlat, rng)
    chance /= chance.sum()
    homes = rng.choice(len(unit), clients, p=chance)
    typist = Typist(profile, reference)
    shelters = len(typist.shelters) > 0
    kinds = home_kinds(rng, clients, blocks=reference.has_blocks, shelters=shelters)
    written = _write(rng, typist, kinds, homes)
    needs = _needs(rng, clients)
    specialty = _specialties(needs, profile.caseload.citywide)
    officer = _present_officers(unit[homes], specialty, staff, lonlat[homes], rng)
    table = with_limits(_table(rng, profile, needs, written, officer, on), seed)
    movers = np.sort(rng.choice(clients, round(0.08 * clients), replace=False))
    new = _write(rng, typist, None, rng.choice(len(unit), len(movers), p=chance))
    truth = written[["address_id", "lon", "lat", "noise"]].copy()
    truth.iloc[movers] = new[list(truth.columns)].to_numpy()
    truth.insert(0, "client_id", table["Client ID"])
    truth = truth.astype({"lon": float, "lat": float})
    return People(table, _moves(rng, table.iloc[movers], new, on), truth, officer)


def _write(
    rng: np.random.Generator, typist: Typist, kinds: Texts | None, homes: NDArray[np.int64]
) -> pd.DataFrame:
    rows = [
        typist.write(rng, "address" if kinds is None else str(kinds[k]), home)
        for k, home in enumerate(homes.tolist())
    ]
    return pd.DataFrame(rows, columns=list(_WRITTEN))


def _needs(rng: np.random.Generator, count: int) -> list[list[str]]:
    has = {need: rng.uniform(size=count) < share for need, share in _NEEDS.items()}
    return [[need for need in _NEEDS if has[need][k]] for k in range(count)]


def _specialties(needs: list[list[str]], citywide: tuple[str, ...]) -> Texts:
    found = [next((s for s in citywide if s in own), "") for own in needs]
    return np.array(found, dtype=object)


def _present_officers(
    unit: Texts, specialty: Texts, staff: Staff, lonlat: Numbers, rng: np.random.Generator
) -> Texts:
    """Today's officer: of the right team for most, but some entries are stale or empty."""
    by_team = {str(t): list(f["officer_id"]) for t, f in staff.officers.groupby("team_id")}
    special: dict[str, list[str]] = {}
    for team, kind in zip(staff.teams["team_id"], staff.teams["specialty"], strict=True):
        special.setdefault(kind, []).extend(by_team.get(team, []))
    everyone = staff.officers["officer_id"].tolist()
    team = np.array([staff.unit_team.get(code, "") for code in unit], dtype=object)
    general = sorted(set(staff.unit_team.values()))
    officer = np.full(len(unit), "", dtype=object)
    luck = rng.uniform(size=len(unit))
    for k in np.flatnonzero((luck < 0.1) | (specialty != "")).tolist():
        if luck[k] < 0.025:
            continue  # nobody yet
        if luck[k] < 0.03:
            officer[k] = f"CSO{rng.integers(400, 990)}"  # has left the agency
        elif luck[k] < 0.035:
            officer[k] = pick(rng, everyone)
        elif specialty[k]:
            officer[k] = pick(rng, special.get(str(specialty[k]), everyone))
        else:
            officer[k] = pick(rng, by_team[pick(rng, general)])  # lived elsewhere before
    for name in general:
        own = np.flatnonzero((luck >= 0.1) & (team == name) & (specialty == ""))
        officer[own] = _beats(lonlat[own], by_team[name], rng)
    return officer


def _beats(lonlat: Numbers, officers: list[str], rng: np.random.Generator) -> Texts:
    """Share a team's clients out in strips, so that each officer has a beat, not a scatter."""
    blurred = np.round(lonlat[:, 0] + rng.normal(0, 0.002, len(lonlat)), 3)
    order = np.lexsort((lonlat[:, 1], blurred))
    out = np.full(len(lonlat), "", dtype=object)
    for officer, rows in zip(officers, np.array_split(order, len(officers)), strict=True):
        out[rows] = officer
    return out


def _days(on: date, ago: NDArray[np.int64]) -> list[str]:
    return [(on - timedelta(days=days)).isoformat() for days in ago.tolist()]


def _levels(rng: np.random.Generator, profile: CityProfile, count: int) -> Texts:
    levels = np.array(list(profile.contact_standards), dtype=object)
    known = len(levels) == len(LEVEL_SHARES)
    shares = np.array(LEVEL_SHARES) if known else np.full(len(levels), 1 / len(levels))
    return np.asarray(levels[rng.choice(len(levels), count, p=shares)])


def _table(
    rng: np.random.Generator,
    profile: CityProfile,
    needs: list[list[str]],
    written: pd.DataFrame,
    officer: Texts,
    on: date,
) -> pd.DataFrame:
    count = len(written)
    intake = np.minimum(np.ceil(rng.gamma(1.6, 260, count)), 2600).astype(np.int64)
    since = (intake * rng.beta(3, 1.2, count)).astype(np.int64)
    windows = [_window(rng) for _ in range(count)]
    return pd.DataFrame(
        {
            "Client ID": [f"C{200000 + 7 * k}" for k in range(count)],
            "Full Name": person_names(rng, count),
            "Supervision Level": _levels(rng, profile, count),
            "Needs": ["; ".join(own) for own in needs],
            "Intake Date": _days(on, intake),
            "Home Address": written["text"],
            "ZIP": written["zip"],
            "Address Since": _days(on, since),
            "Residence Type": written["residence"],
            "Officer ID": officer,
            "Access Notes": [pick(rng, _NOTES) if rng.uniform() < 0.12 else "" for _ in windows],
            "Home From": [start for start, _ in windows],
            "Home To": [stop for _, stop in windows],
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
    rng: np.random.Generator, before: pd.DataFrame, new: pd.DataFrame, on: date
) -> pd.DataFrame:
    """Later addresses; the older one stays in the client file. Some movers lost their officer."""
    moves = before.reset_index(drop=True).copy()
    moves["Home Address"], moves["ZIP"], moves["Residence Type"] = new["text"], new["zip"], ""
    days = np.array(_days(on, rng.integers(1, 60, len(moves))), dtype=object)
    # Nobody moves before the day from which the older address holds.
    later = days > moves["Address Since"].to_numpy(dtype=object)
    moves["Address Since"] = np.where(later, days, on.isoformat())
    moves.loc[rng.uniform(size=len(moves)) < 0.12, "Officer ID"] = ""
    return moves
