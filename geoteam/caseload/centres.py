"""Caseload centres: where each officer's clients live, the yardstick of compactness.

Officers of a team share one field office, so distance to the office says nothing. Each officer
gets a centre: the middle of the present caseload, or for those without one the place worst
served so far; then flow and centres take turns, as in capacitated k-means (Bradley, Bennett and
Demiriz, "Constrained k-means clustering", Microsoft Research TR-2000-65, 2000).
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from geoteam.caseload.flow import relax
from geoteam.caseload.objective import Floats, Integers, Pool, Weights

EARTH_RADIUS_M = 6_371_008.8
ROUNDS = 3


def straight_minutes(origins: Floats, destinations: Floats, weights: Weights) -> Floats:
    """Estimate travel minutes from great-circle distances.

    Parameters
    ----------
    origins, destinations
        Longitude and latitude in EPSG:4326, shapes (n, 2) and (m, 2).
    weights
        Speed and detour factor.

    Returns
    -------
    ndarray
        Minutes, shape (n, m); 0 where an origin has no place (NaN).
    """
    lon_a, lat_a = np.radians(origins).T
    lon_b, lat_b = np.radians(destinations).T
    half = (
        np.sin((lat_a[:, None] - lat_b) / 2) ** 2
        + np.cos(lat_a)[:, None] * np.cos(lat_b) * np.sin((lon_a[:, None] - lon_b) / 2) ** 2
    )
    metres = 2 * EARTH_RADIUS_M * np.arcsin(np.sqrt(np.clip(half, 0, 1)))
    minutes = metres * weights.detour / (weights.speed_kmh * 1000 / 60)
    return np.asarray(np.nan_to_num(minutes, nan=0.0), dtype=np.float64)


def find_centres(
    places: Floats,
    points: Floats,
    present: Integers,
    offices: Floats,
    weights: Weights,
    make_pool: Callable[[Floats], Pool],
) -> Floats:
    """Find the caseload centre of each officer of a pool.

    Parameters
    ----------
    places
        Longitude and latitude of the clients, shape (n, 2); NaN for those without a place.
    points
        Workload of the clients.
    present
        Present officer of each client, -1 for none in this pool.
    offices
        Longitude and latitude of each officer's field office, shape (m, 2).
    weights
        Speed and detour for distances.
    make_pool
        Makes the pool from travel minutes, shape (n, m).

    Returns
    -------
    ndarray
        Longitude and latitude, shape (m, 2). Without any placed client, the offices.
    """
    placed = np.isfinite(places).all(axis=1)
    if not placed.any() or not len(offices):
        return offices
    weight = np.where(placed, np.maximum(points, 1e-3), 0.0)
    held = present >= 0
    centres = _middles(places, weight * held, np.maximum(present, 0), np.full_like(offices, np.nan))
    centres = _seed(centres, places, weight, weights)
    for _ in range(ROUNDS):
        pool = make_pool(straight_minutes(places, centres, weights))
        flow = relax(pool)
        moved = _middles(
            places[pool.client], weight[pool.client] * flow.share, pool.officer, centres
        )
        if np.allclose(moved, centres, atol=1e-5):
            break
        centres = moved
    return centres


def _middles(places: Floats, weight: Floats, officer: Integers, otherwise: Floats) -> Floats:
    count = len(otherwise)
    total = np.bincount(officer, weights=weight, minlength=count)
    clean = np.nan_to_num(places)
    sums = np.column_stack(
        [np.bincount(officer, weights=weight * clean[:, axis], minlength=count) for axis in (0, 1)]
    )
    some = total > 1e-9
    result = otherwise.copy()
    result[some] = sums[some] / total[some, None]
    return result


def _seed(centres: Floats, places: Floats, weight: Floats, weights: Weights) -> Floats:
    """Put each officer without a centre where clients are many and the next centre is far."""
    centres = centres.copy()
    known = np.array(np.isfinite(centres).all(axis=1), dtype=bool)
    for officer in np.flatnonzero(~known):
        if known.any():
            away = straight_minutes(places, centres[known], weights).min(axis=1)
            client = int(np.argmax(away * weight))
        else:
            placed = np.where(weight[:, None] > 0, places, np.nan)
            middle = np.nanmedian(placed, axis=0)[None, :]
            away = straight_minutes(places, middle, weights)[:, 0]
            client = int(np.argmax(np.where(weight > 0, away, -1.0)))
        centres[officer] = places[client]
        known[officer] = True
    return centres
