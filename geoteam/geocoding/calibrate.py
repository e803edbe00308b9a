"""How far the score can be trusted, measured on addresses whose true place is known."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from geoteam.crs import project
from geoteam.errors import FrameError
from geoteam.frames import GEOCODES, check_frame
from geoteam.geocoding.decide import ACCEPT_AREA_SCORE, ACCEPT_SCORE, decide
from geoteam.model import MatchCode

WITHIN_M = 100.0
# Share of the accepted that shall lie in the right unit.
TARGETS = (0.99, 0.995, 0.998)
TARGET = 0.995
# Lower edges of the score bands.
_EDGES = (0.0, 60.0, 80.0, 90.0, 94.0, 97.0, 100.0)
# Two-sided 95 % of the normal distribution.
_Z = 1.959963984540054
_POINT, _AREA = "point", "area"
_FAMILY = {
    MatchCode.POINT_ADDRESS.value: _POINT,
    MatchCode.PLACE.value: _POINT,
    MatchCode.STREET_ADDRESS.value: _AREA,
    MatchCode.STREET_MID_BLOCK.value: _AREA,
    MatchCode.STREET_INT.value: _AREA,
}
_ORDER = {code.value: k for k, code in enumerate(MatchCode)}


@dataclass(frozen=True, slots=True)
class Threshold:
    """What a least score gives on labelled rows.

    Attributes
    ----------
    family
        ``point`` (address points, places) or ``area`` (interpolated, blocks, intersections).
    score
        The least score that is in use.
    rows, right
        How many rows it accepts, and how many of these are in the right unit.
    low, high
        95 % interval of the share that is right; NaN without rows.
    lowest
        For each share of ``TARGETS`` the lowest score whose accepted rows reach it; None when no
        score does.
    """

    family: str
    score: float
    rows: int
    right: int
    low: float
    high: float
    lowest: tuple[float | None, ...]


def wilson(right: ArrayLike, rows: ArrayLike) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Give the 95 % interval of a share that was counted.

    The score interval of E. B. Wilson, "Probable inference, the law of succession, and statistical
    inference", Journal of the American Statistical Association 22 (1927), 209-212; it stays within
    0 and 1 and is right for few rows and for shares near 1.

    Parameters
    ----------
    right, rows
        Counts, shape (n,).

    Returns
    -------
    tuple of ndarray
        Lower and upper ends, 0-1; NaN where there are no rows.
    """
    n = np.asarray(rows, dtype=np.float64)
    with np.errstate(invalid="ignore", divide="ignore"):
        p = np.asarray(right, dtype=np.float64) / n
        middle = p + _Z**2 / (2 * n)
        half = _Z * np.sqrt(p * (1 - p) / n + _Z**2 / (4 * n**2))
        low, high = (middle - half) / (1 + _Z**2 / n), (middle + half) / (1 + _Z**2 / n)
    return np.clip(low, 0, 1), np.clip(high, 0, 1)


def label(
    found: pd.DataFrame,
    ambiguous: NDArray[np.bool_],
    truth: pd.DataFrame,
    unit: pd.Series,
    *,
    crs: str,
    accept_score: float = ACCEPT_SCORE,
    accept_area_score: float = ACCEPT_AREA_SCORE,
) -> pd.DataFrame:
    """Compare results with the truth, row for row.

    Parameters
    ----------
    found
        Contract ``GEOCODES``.
    ambiguous
        One flag a row: the circle of the uncertainty crosses into another unit.
    truth
        The true ``lon`` and ``lat`` (EPSG:4326) and ``unit`` of each row, on the same index.
    unit
        Unit in which each result lies; '' for none.
    crs
        The measuring CRS.
    accept_score, accept_area_score
        The least scores in use.

    Returns
    -------
    DataFrame
        On the same index: match_code, family (``point``, ``area`` or ''), score, status, placed,
        within (``WITHIN_M`` of the truth), same_unit, accepted, and acceptable (would be accepted
        at the lowest score).

    Raises
    ------
    FrameError
        When the frames are not aligned or break their contract.
    """
    check_frame(found, GEOCODES)
    if not (found.index.equals(truth.index) and found.index.equals(unit.index)):
        raise FrameError("results, truth and units are not aligned")
    x, y = project(found["lon"].to_numpy(), found["lat"].to_numpy(), crs)
    x0, y0 = project(truth["lon"].to_numpy(), truth["lat"].to_numpy(), crs)
    used = decide(found, ambiguous, accept_score=accept_score, accept_area_score=accept_area_score)
    could = decide(found, ambiguous, accept_score=0.0, accept_area_score=0.0)
    placed = (found["status"] == "M") & found["lon"].notna()
    return pd.DataFrame(
        {
            "match_code": found["match_code"],
            "family": found["match_code"].map(_FAMILY).fillna(""),
            "score": found["score"],
            "status": found["status"],
            "placed": placed,
            "within": placed & (np.hypot(x - x0, y - y0) <= WITHIN_M),
            "same_unit": placed & (unit.to_numpy() == truth["unit"].to_numpy()),
            "accepted": used["decision"] == "accepted",
            "acceptable": could["decision"] == "accepted",
        }
    )


def reliability(labelled: pd.DataFrame) -> pd.DataFrame:
    """Count how right the placed rows are, by match code and score.

    Parameters
    ----------
    labelled
        As `label` gives it.

    Returns
    -------
    DataFrame
        One row for each match code and score band that occurs, the surest first: match_code, band,
        rows, within_100m, same_unit, accepted (counts), accepted_wrong (accepted in another unit),
        and for within_100m, same_unit and accepted_wrong the share (``_share``; of the accepted
        for the last) with its 95 % interval by `wilson` (``_low``, ``_high``).
    """
    placed = labelled[labelled["placed"]]
    band = np.digitize(placed["score"], _EDGES[1:])
    wrong = placed["accepted"] & ~placed["same_unit"]
    counts = (
        pd.DataFrame(
            {
                "match_code": placed["match_code"],
                "edge": band,
                "rows": 1,
                "within_100m": placed["within"].astype(int),
                "same_unit": placed["same_unit"].astype(int),
                "accepted": placed["accepted"].astype(int),
                "accepted_wrong": wrong.astype(int),
            }
        )
        .groupby(["match_code", "edge"], as_index=False)
        .sum()
    )
    counts["order"] = counts["match_code"].map(_ORDER)
    counts = counts.sort_values(["order", "edge"], ascending=[True, False], ignore_index=True)
    names = [_band(int(edge)) for edge in counts["edge"]]
    table = counts.drop(columns=["edge", "order"])
    table.insert(1, "band", pd.Series(names, dtype="str"))
    for name in ("within_100m", "same_unit", "accepted_wrong"):
        of = table["accepted" if name == "accepted_wrong" else "rows"]
        table[f"{name}_share"] = table[name] / of.where(of > 0)
        table[f"{name}_low"], table[f"{name}_high"] = wilson(table[name], of)
    return table


def _band(edge: int) -> str:
    low = f"{_EDGES[edge]:.0f}"
    return low if edge == len(_EDGES) - 1 else f"{low} to <{_EDGES[edge + 1]:.0f}"


def thresholds(
    labelled: pd.DataFrame,
    *,
    accept_score: float = ACCEPT_SCORE,
    accept_area_score: float = ACCEPT_AREA_SCORE,
) -> list[Threshold]:
    """Find which least score reaches which share in the right unit.

    Parameters
    ----------
    labelled
        As `label` gives it.
    accept_score, accept_area_score
        The least scores in use.

    Returns
    -------
    list of Threshold
        For points, then for areas.
    """
    return [
        _threshold(labelled[labelled["acceptable"] & (labelled["family"] == family)], family, least)
        for family, least in ((_POINT, accept_score), (_AREA, accept_area_score))
    ]


def _threshold(rows: pd.DataFrame, family: str, least: float) -> Threshold:
    used = rows[rows["score"] >= least]
    right = int(used["same_unit"].sum())
    low, high = wilson([right], [len(used)])
    by_score = rows.groupby("score")["same_unit"].agg(["size", "sum"])
    # Everything that is accepted when a score is the least one.
    from_here = by_score.sort_index(ascending=False).cumsum()
    share = from_here["sum"] / from_here["size"]
    reach = [share.index[share >= target] for target in TARGETS]
    lowest = tuple(float(scores.min()) if len(scores) else None for scores in reach)
    return Threshold(family, least, len(used), right, float(low[0]), float(high[0]), lowest)


_WORDS = {
    _POINT: "Address points and places",
    _AREA: "Interpolated addresses, blocks and intersections",
}
_SETTING = {_POINT: "accept_score", _AREA: "accept_area_score"}


def in_words(found: Sequence[Threshold]) -> list[str]:
    """Say which least score reaches which correctness, and whether those in use hold.

    Parameters
    ----------
    found
        As `thresholds` gives it.

    Returns
    -------
    list of str
        Sentences; a least score holds when at least 99.5 % of what it accepts is in the right unit.
    """
    lines = (f"{_WORDS[one.family]}: {_verdict(one)} {_reach(one)}" for one in found)
    return [line.strip() for line in lines]


def _reach(one: Threshold) -> str:
    """Say from which score up each share is in the right unit."""
    if not one.rows:
        return ""
    told = [(f"{t:.1%}", s) for t, s in zip(TARGETS, one.lowest, strict=True)]
    # Of shares that one score reaches the highest says it all.
    highest = {score: share for share, score in told if score is not None}
    reached = [f"{share} from score {score:g} up" for score, share in highest.items()]
    missed = [share for share, score in told if score is None]
    said = [f"At least this share is in the right unit: {', '.join(reached)}."] if reached else []
    said += [f"No score has {' or '.join(missed)} in the right unit."] if missed else []
    return " ".join(said)


def _verdict(one: Threshold) -> str:
    if not one.rows:
        return (
            f"no row has score {one.score:g} or more, so nothing can be said of it as the least "
            "score that is accepted. Use a file with more such addresses."
        )
    share = one.right / one.rows
    rows, are = ("row", "is") if one.rows == 1 else ("rows", "are")
    told = (
        f"{one.right:,} of {one.rows:,} {rows} accepted from score {one.score:g} up {are} in the "
        f"right unit ({share:.2%}; 95 % interval {one.low:.2%} to {one.high:.2%})"
    )
    if one.low >= TARGET:
        return f"{told}: the least score holds."
    if share >= TARGET:
        return f"{told}: the least score holds here, but the rows are too few to be sure."
    return (
        f"{told}: the least score does not hold. Ask for a higher one in the profile, "
        f"[geocoding] {_SETTING[one.family]}, or mend the reference."
    )


def as_markdown(table: pd.DataFrame) -> str:
    """Write a reliability table for people.

    Parameters
    ----------
    table
        As `reliability` gives it.

    Returns
    -------
    str
        A Markdown table; shares in percent with their 95 % interval.
    """
    lines = [
        "| match code | score | rows | within 100 m | same unit | accepted | of these wrong unit |",
        "|---|---|---:|---|---|---:|---|",
    ]
    for row in table.to_dict("records"):
        shares = [
            f"{row[f'{name}_share']:.2%} ({row[f'{name}_low']:.2%}–{row[f'{name}_high']:.2%})"
            if row[of]
            else "–"
            for name, of in (
                ("within_100m", "rows"),
                ("same_unit", "rows"),
                ("accepted_wrong", "accepted"),
            )
        ]
        lines.append(
            f"| {row['match_code']} | {row['band']} | {row['rows']:,} | {shares[0]} | {shares[1]} "
            f"| {row['accepted']:,} | {shares[2]} |"
        )
    return "\n".join(lines) + "\n"
