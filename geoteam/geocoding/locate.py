"""Where on a known street a house number or a block lies."""

from __future__ import annotations

from typing import NamedTuple

from geoteam.geocoding.build import Parts
from geoteam.geocoding.hundreds import FILE_SCORE, FILLED_SCORE, NUMBERS_SCORE
from geoteam.geocoding.lookup import Lookup, metres
from geoteam.model import MatchCode

POINT_M = 10.0
INTERPOLATED_SCORE = 92.0
# The number without its letter, on a block whose letters are doors of their own: not accepted.
LETTER_SCORE = 93.0
FAR_SCORE = 80.0


class Spot(NamedTuple):
    """One place that an address can mean."""

    code: str
    score: float
    lon: float
    lat: float
    uncertainty_m: float
    address: str
    reference_id: str
    zips: tuple[int, ...]
    why: str
    # Row of the point in the reference; -1 for any other place.
    row: int = -1


def split_number(number: str) -> tuple[int, str]:
    """Split a house number into its digits and what is joined to them.

    Parameters
    ----------
    number
        ``1200``, ``17 1/2``, ``1234A`` or ``1431-37``.

    Returns
    -------
    tuple
        The number and its suffix; a range counts as its first number.
    """
    digits = number
    for i, character in enumerate(number):
        if not character.isdigit():
            digits = number[:i]
            break
    suffix = number[len(digits) :].strip()
    return (int(digits) if digits else -1), ("" if suffix.startswith("-") else suffix)


def find_number(look: Lookup, street: int, number: int, suffix: str) -> Spot | None:
    """Find a house number on a street: its point, or its place in the hundred-block.

    Parameters
    ----------
    look
        The reference's dictionaries.
    street
        The street.
    number, suffix
        The house number.

    Returns
    -------
    Spot or None
        None when neither the number nor its hundred-block is known.
    """
    row = look.point_at.get((street, number, suffix), -1)
    score, why = 100.0, ""
    if row < 0:
        row = look.point_any.get((street, number), -1)
        score, why = 97.0, "the suffix of the house number is not in the reference"
        if suffix.isalpha() and (street, number // 100) in look.lettered:
            score = LETTER_SCORE
            why += ", where such letters are doors of their own"
    if row >= 0:
        return _point(look, street, row, score, why)
    return _interpolated(look, street, number)


def _point(look: Lookup, street: int, row: int, score: float, why: str) -> Spot:
    if look.far[row]:
        score = FAR_SCORE
        why = "the reference's own point lies far from the rest of its block"
    suffix = look.suffixes[row]
    joined = f" {suffix}" if "/" in suffix else suffix
    return Spot(
        MatchCode.POINT_ADDRESS.value,
        score,
        look.lon[row],
        look.lat[row],
        POINT_M,
        f"{look.numbers[row]}{joined} {look.labels[street]}",
        look.ids[row],
        look.zips_of[row],
        why,
        row,
    )


def _block_of(look: Lookup, street: int, low: int, high: int) -> int:
    """Find the block that shares most numbers with a range; -1 when none does."""
    best, most = -1, (0, 0)
    for block in look.blocks.get(street, ()):
        shared = min(high, look.block_high[block]) - max(low, look.block_low[block]) + 1
        if shared > 0:
            beyond = -(look.block_high[block] - look.block_low[block])
            if (shared, beyond) > most or best < 0:
                best, most = block, (shared, beyond)
    return best


def _interpolated(look: Lookup, street: int, number: int) -> Spot | None:
    if (street, number // 100) not in look.hundreds:
        return None
    parts = look.parts
    hundred = number - number % 100
    block = _block_of(look, street, number, number)
    if block < 0:
        block = _block_of(look, street, max(hundred, 1), hundred + 99)
    if block < 0:
        return None
    before, after, same_side = look.between(street, number)
    side_m, between_m, told_m, numbers_m = parts.interpolation_m.tolist()
    certain = float(parts.block_score[block])
    score = INTERPOLATED_SCORE
    if before >= 0 and after >= 0:
        low, high = look.numbers[before], look.numbers[after]
        share = (number - low) / (high - low) if high > low else 0.5
        lon = _mix(look.lon[before], look.lon[after], share)
        lat = _mix(look.lat[before], look.lat[after], share)
        zips = set(look.zips_of[before]) | set(look.zips_of[after])
        # Two neighbours that lie far apart may both be no guide.
        apart_m = metres(look.lon[before], look.lat[before], look.lon[after], look.lat[after])
        uncertainty = max(side_m if same_side else between_m, apart_m)
        why = f"between numbers {low} and {high}"
    else:
        lon, lat = _along(parts, block, number)
        zips = set(parts.block_zips[block].tolist())
        measured = told_m if certain == FILE_SCORE else numbers_m
        uncertainty = max(measured, float(parts.block_half_m[block]))
        why = f"on the block {look.block_low[block]}-{look.block_high[block]}"
        if certain < NUMBERS_SCORE:
            score = certain
            uncertainty *= 2
            why += ", which has no known number itself"
    return Spot(
        MatchCode.STREET_ADDRESS.value,
        score,
        lon,
        lat,
        uncertainty,
        f"{number} {look.labels[street]}",
        "",
        tuple(zips),
        f"the house number is not in the reference; placed {why}",
    )


def _along(parts: Parts, block: int, number: int) -> tuple[float, float]:
    """Place a number on its block, from its beginning over its middle to its end."""
    low, high = int(parts.block_low[block]), int(parts.block_high[block])
    share = min(max((number - low) / (high - low + 1), 0.0), 1.0)
    if high - low < 100 and parts.block_score[block] == FILE_SCORE:
        share = float(parts.block_share[number % 100])
    share = share * 2 - 1
    lon, lat = parts.block_lon, parts.block_lat
    if share > 0:
        end_lon, end_lat = parts.block_lon_high[block], parts.block_lat_high[block]
    else:
        end_lon, end_lat = parts.block_lon_low[block], parts.block_lat_low[block]
    return _mix(lon[block], end_lon, abs(share)), _mix(lat[block], end_lat, abs(share))


def _mix(a: float, b: float, share: float) -> float:
    return float(a + (b - a) * share)


def find_block(look: Lookup, street: int, low: int, high: int) -> Spot | None:
    """Find a block of a street.

    Parameters
    ----------
    look
        The reference's dictionaries.
    street
        The street.
    low, high
        First and last house number of the block.

    Returns
    -------
    Spot or None
        The block's centre; None when the reference has no number of it.
    """
    parts = look.parts
    block = _block_of(look, street, low, high)
    label = f"{low} - {high} BLOCK OF {look.labels[street]}"
    if block < 0:
        return None
    score = float(parts.block_score[block])
    whys = {NUMBERS_SCORE: "the block is known only by its house numbers"}
    whys[FILLED_SCORE] = "the block is known only by those beside it"
    half_m = float(parts.block_half_m[block])
    return Spot(
        MatchCode.STREET_MID_BLOCK.value,
        score,
        float(parts.block_lon[block]),
        float(parts.block_lat[block]),
        half_m if score == FILE_SCORE else half_m + float(parts.interpolation_m[2]) / 2,
        label,
        str(parts.block_id[block]),
        tuple(parts.block_zips[block].tolist()),
        whys.get(score, ""),
    )


def metres_apart(a: Spot, b: Spot) -> float:
    """Measure roughly how far two places are apart.

    Parameters
    ----------
    a, b
        Two places.

    Returns
    -------
    float
        Metres on a sphere, good to a per cent inside a city.
    """
    return metres(a.lon, a.lat, b.lon, b.lat)
