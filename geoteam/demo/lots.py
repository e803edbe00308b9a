"""Address points and hundred-blocks along the streets."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from geoteam.demo.ground import Ground
from geoteam.demo.network import Network
from geoteam.demo.seeds import stream
from geoteam.demo.street import Street
from geoteam.demo.survey import Survey

Array = NDArray[np.float64]
# Block length by which streets of rule "len" are numbered.
BLOCK_M = 120.0
_CORNER_M = 13.0
_STEP_M = 12.0


@dataclass(frozen=True)
class Lots:
    """Addresses and blocks in city metres.

    Attributes
    ----------
    points
        address_id, number, street (without quadrant), quadrant, x, y, edge, side.
    blocks
        street, quadrant, lo, hi, length_m, x, y.
    """

    points: pd.DataFrame
    blocks: pd.DataFrame


def quadrant_of(p: Array, q: Array) -> NDArray[np.object_]:
    """Name the quadrant of survey coordinates.

    Parameters
    ----------
    p, q
        Survey coordinates in metres.

    Returns
    -------
    ndarray of str
        ``NE``, ``NW``, ``SE`` or ``SW``.
    """
    east, north = np.asarray(p) >= 0, np.asarray(q) >= 0
    table = np.array([["SW", "SE"], ["NW", "NE"]], dtype=object)
    return np.asarray(table[north.astype(int), east.astype(int)])


# Old quarters away from the centre: x, y, strength, reach in metres.
_QUARTERS = (
    (5900.0, -300.0, 1.1, 1300.0),
    (-5700.0, -1700.0, 0.6, 1100.0),
    (1300.0, -5000.0, 0.8, 1300.0),
    (3300.0, 3000.0, 0.5, 1200.0),
    (-2500.0, 4300.0, 0.5, 1000.0),
    (5300.0, -5200.0, 0.5, 900.0),
)


def _density(x: Array, y: Array, phase: Array) -> Array:
    """Lots for each metre of street, relative: dense round the core and in the old quarters."""
    value = 0.35 + 1.2 * np.exp(-((np.hypot(x, y * 1.1) / 3200) ** 2))
    for east, north, strength, reach in _QUARTERS:
        value += strength * np.exp(-((np.hypot(x - east, y - north) / reach) ** 2))
    value *= 1 + 0.4 * np.sin(x / 1300 + phase[0]) * np.sin(y / 1100 + phase[1])
    return np.asarray(np.clip(value + 0.2 * np.sin(x / 600 + y / 700 + phase[2]), 0.15, None))


class _Numbering:
    """Tells the hundred-block coordinate of points on centre lines: 2.5 is number 250."""

    def __init__(self, survey: Survey, streets: list[Street], edges: pd.DataFrame) -> None:
        self.survey = survey
        self.lines = np.array([street.ruler or street.line for street in streets], dtype=object)
        self.street = edges["street"].to_numpy()
        self.rule = edges["rule"].to_numpy()
        self.base = edges["base"].to_numpy()

    def at(
        self, edge: NDArray[np.int64], points: NDArray[np.object_]
    ) -> tuple[Array, Array, Array]:
        """Block coordinate, p and q of points on edges."""
        p, q = self.survey.unbend(*shapely.get_coordinates(points).T)
        north_south = self.rule[edge] == "p"
        block = np.abs(np.where(north_south, self.survey.block_q(q), self.survey.block_p(p)))
        own = np.flatnonzero(self.rule[edge] == "len")
        along = shapely.line_locate_point(self.lines[self.street[edge[own]]], points[own])
        block[own] = self.base[edge[own]] + along / BLOCK_M
        return block, p, q


def _addressable(edges: pd.DataFrame) -> NDArray[np.int64]:
    fine = (
        (edges["rule"] != "")
        & (edges["name"] != "")
        & ~edges["kind"].isin(["bridge", "parkway", "ring"])
    )
    return np.flatnonzero(fine & (shapely.length(edges["geometry"].to_numpy()) > 2 * _CORNER_M + 8))


def _sample(
    rng: np.random.Generator, lines: NDArray[np.object_], wanted: int
) -> tuple[NDArray[np.int64], Array]:
    length = shapely.length(lines)
    middle = shapely.get_coordinates(shapely.line_interpolate_point(lines, 0.5, normalized=True))
    usable = length - 2 * _CORNER_M
    expected = _density(middle[:, 0], middle[:, 1], rng.uniform(0, 6.28, 3)) * usable
    expected *= 1.07 * wanted / expected.sum()
    count = np.minimum(rng.poisson(expected), np.floor(usable / 4).astype(int))
    row = np.repeat(np.arange(len(lines)), count)
    return row, _CORNER_M + rng.uniform(size=len(row)) * usable[row]


def make_lots(
    seed: int, survey: Survey, ground: Ground, streets: list[Street], network: Network, wanted: int
) -> Lots:
    """Number the houses.

    Numbers grow by 100 a block away from the axes; looking towards higher numbers, even numbers
    are on the right.

    Parameters
    ----------
    seed
        The seed of the city.
    survey, ground, streets, network
        The city so far.
    wanted
        About how many address points.

    Returns
    -------
    Lots
        Points and blocks.
    """
    rng = stream(seed, "lots")
    edges = network.edges
    rows = _addressable(edges)
    numbering = _Numbering(survey, streets, edges)
    lines = edges["geometry"].to_numpy()[rows]
    pick, at = _sample(rng, lines, wanted)
    edge, line = rows[pick], lines[pick]
    block, _, _ = numbering.at(edge, shapely.line_interpolate_point(line, at))
    ahead, _, _ = numbering.at(edge, shapely.line_interpolate_point(line, at + 3))
    side = rng.integers(0, 2, len(at))  # 0: even, on the right
    number = 2 * np.floor(block * 50).astype(np.int64) + side
    number = np.where(number < 1, 2 - side, number)
    left = np.where(ahead >= block, 1.0, -1.0) * np.where(side == 0, -1.0, 1.0)
    x, y = _beside(line, at, left, rng.uniform(12, 20, len(at)))
    street = edges["name"].to_numpy()[edge]
    quadrant = quadrant_of(*survey.unbend(x, y))
    points = pd.DataFrame(
        {"number": number, "street": street, "quadrant": quadrant, "x": x, "y": y, "edge": edge,
         "side": side, "block": block}
    )  # fmt: skip
    points = _register(points[_dry(points, ground)])
    return Lots(points, _blocks(numbering, edges, rows))


def _register(points: pd.DataFrame) -> pd.DataFrame:
    """Each address once, in the order of a street directory, with a number of its own."""
    key = ["street", "quadrant", "number"]
    points = points.drop_duplicates(key).sort_values(key, kind="stable").reset_index(drop=True)
    points.insert(0, "address_id", [str(100001 + 7 * k) for k in range(len(points))])
    return points


def _beside(
    line: NDArray[np.object_], at: Array, side: Array, offset_m: Array
) -> tuple[Array, Array]:
    here = shapely.get_coordinates(shapely.line_interpolate_point(line, at))
    a = shapely.get_coordinates(shapely.line_interpolate_point(line, np.maximum(at - 2, 0)))
    b = shapely.get_coordinates(shapely.line_interpolate_point(line, at + 2))
    ahead = b - a
    ahead /= np.hypot(*ahead.T)[:, None]
    move = (side * offset_m)[:, None] * np.column_stack([-ahead[:, 1], ahead[:, 0]])
    x, y = (here + move).T
    return x, y


def _dry(points: pd.DataFrame, ground: Ground) -> NDArray[np.bool_]:
    outline = ground.outline.buffer(-3)
    wet = ground.water.buffer(5)
    shapely.prepare(outline)
    shapely.prepare(wet)
    x, y = points["x"].to_numpy(), points["y"].to_numpy()
    return np.asarray(shapely.contains_xy(outline, x, y) & ~shapely.contains_xy(wet, x, y))


def _blocks(numbering: _Numbering, edges: pd.DataFrame, rows: NDArray[np.int64]) -> pd.DataFrame:
    """Cut the streets into hundred-blocks by walking them in steps of a few metres."""
    lines = edges["geometry"].to_numpy()[rows]
    length = shapely.length(lines)
    steps = np.maximum(3, np.ceil(length / _STEP_M).astype(np.int64))
    pick = np.repeat(np.arange(len(rows)), steps)
    number = np.arange(len(pick)) - np.repeat(np.cumsum(steps) - steps, steps)
    share = (number + 0.5) / steps[pick]
    points = shapely.line_interpolate_point(lines[pick], share, normalized=True)
    block, p, q = numbering.at(rows[pick], points)
    x, y = shapely.get_coordinates(points).T
    frame = pd.DataFrame(
        {"street": edges["name"].to_numpy()[rows[pick]], "quadrant": quadrant_of(p, q),
         "hundred": np.floor(block).astype(np.int64), "x": x, "y": y,
         "length_m": (length / steps)[pick]}
    )  # fmt: skip
    # A street on an axis has a quadrant on each side; its blocks have none.
    frame.loc[frame["street"].str.endswith(" COURT STREET"), "quadrant"] = ""
    keys = ["street", "quadrant", "hundred"]
    blocks = frame.groupby(keys, as_index=False).agg(
        length_m=("length_m", "sum"), x=("x", "median"), y=("y", "median")
    )
    blocks = blocks[blocks["length_m"] > 25].reset_index(drop=True)
    blocks["lo"] = np.maximum(blocks["hundred"] * 100, 1)
    blocks["hi"] = blocks["hundred"] * 100 + 99
    return blocks
