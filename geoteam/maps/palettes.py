"""Classes and colours: colour-blind-safe, and never colour alone where there are many."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass
from functools import cache

import numpy as np
import shapely
from numpy.typing import NDArray

from geoteam.errors import MapError
from geoteam.maps.text import FigureKind, figure_text

# ColorBrewer (Brewer & Harrower 2003) and viridis; light to dark.
SEQUENTIAL: dict[str, tuple[str, ...]] = {
    "YlGnBu": ("#ffffcc", "#c7e9b4", "#7fcdbb", "#41b6c4", "#1d91c0", "#225ea8", "#0c2c84"),
    "YlOrRd": ("#ffffb2", "#fed976", "#feb24c", "#fd8d3c", "#fc4e2a", "#e31a1c", "#b10026"),
    "Blues": ("#eff3ff", "#c6dbef", "#9ecae1", "#6baed6", "#4292c6", "#2171b5", "#084594"),
    "Purples": ("#f2f0f7", "#dadaeb", "#bcbddc", "#9e9ac8", "#807dba", "#6a51a3", "#4a1486"),
    "viridis": ("#fde725", "#90d743", "#35b779", "#21918c", "#31688e", "#443983", "#440154"),
}
# Of teams and other areas that each have a fill of their own: any two hues are told apart with
# normal and with colour-blind sight. The plan editor is told them by the server; the day map of the
# tours has them in web/src/editor/colours.ts.
HUES = (
    "#5366bf", "#fea25e", "#3bc8ac", "#cf6c91", "#aac5ec", "#98980a",
    "#9a98fd", "#3c9abb", "#dee786", "#9e4689", "#706d3e", "#62fafd",
)  # fmt: skip
PATTERNS = ("plain", "dots", "lines", "cross")
# How much less a neighbour's neighbour matters, and what it costs to use a hue again.
_BEHIND, _AGAIN = 0.08, 0.12
NO_DATA_FILL = "#ffffff"
ZERO_FILL = "#f7f7f7"


@dataclass(frozen=True, slots=True)
class ClassBreak:
    """One class of a choropleth: figures from ``low`` up to, not including, ``high``.

    The last class includes its ``high``.
    """

    low: float
    high: float
    colour: str
    label: str


def classify(
    values: Sequence[float] | NDArray[np.float64],
    *,
    kind: FigureKind = "count",
    classes: int = 5,
    palette: str = "YlGnBu",
) -> list[ClassBreak]:
    """Divide figures into classes: quantiles rounded to readable limits; shares by fifths.

    Parameters
    ----------
    values
        Figures; NaN is left out. A count of zero is a class of its own.
    kind
        Kind of figure, which decides how limits are rounded and written.
    classes
        Number of classes wanted, 2 to 7; fewer come out when there are few different figures.
    palette
        Name of a palette in ``SEQUENTIAL``.

    Returns
    -------
    list of ClassBreak
        From low to high, never overlapping; empty when there is no figure.

    Raises
    ------
    MapError
        For an unknown palette, a wrong number of classes or a negative figure.
    """
    if palette not in SEQUENTIAL:
        raise MapError(f"{palette!r} is no palette", remedy=f"Choose of {', '.join(SEQUENTIAL)}")
    if not 2 <= classes <= 7:
        raise MapError(f"{classes} classes cannot be told apart", remedy="Choose 2 to 7")
    known = np.asarray(values, dtype=np.float64)
    known = known[np.isfinite(known)]
    if len(known) == 0:
        return []
    if known.min() < 0:
        raise MapError("a figure of the map is negative")
    if kind == "share":
        return _coloured([0.0, 0.2, 0.4, 0.6, 0.8, 1.0], kind, palette)
    zero = kind == "count" and bool((known == 0).any())
    shown = known[known > 0] if zero else known
    breaks = [ClassBreak(0.0, 1.0, ZERO_FILL, "0")] if zero else []
    if len(shown):
        breaks += _coloured(_limits(shown, classes, kind), kind, palette)
    return breaks


def colour_of(value: float, breaks: Sequence[ClassBreak]) -> str:
    """Find the colour of a figure.

    Parameters
    ----------
    value
        The figure; NaN has the colour of no data.
    breaks
        The classes, from ``classify``.

    Returns
    -------
    str
        A colour.
    """
    if not math.isfinite(value):
        return NO_DATA_FILL
    for one in breaks:
        if value < one.high:
            return one.colour
    return breaks[-1].colour if breaks else NO_DATA_FILL


def _limits(values: NDArray[np.float64], classes: int, kind: FigureKind) -> list[float]:
    top = float(values.max())
    inner = np.quantile(values, np.linspace(0, 1, classes + 1)[1:-1])
    low = float(values.min())
    limits = [float(math.floor(low)) if kind == "count" else math.floor(low * 10) / 10]
    for limit in inner:
        rounded = _readable(float(limit), kind)
        if limits[-1] < rounded < top:
            limits.append(rounded)
    if kind == "count":
        return [*limits, math.floor(top) + 1.0]
    return [*limits, max(top, limits[-1] + 0.1)]


def _readable(value: float, kind: FigureKind) -> float:
    """Round to 1, 2 or 5 parts of the figure's own size, at most some 10 % away."""
    size = 10.0 ** math.floor(math.log10(value)) if value > 0 else 1.0
    step = size / 10 if value / size < 2 else size / 2 if value / size >= 5 else size / 5
    step = max(step, 1.0 if kind == "count" else 0.1)
    return round(round(value / step) * step, 6)


def _coloured(limits: Sequence[float], kind: FigureKind, palette: str) -> list[ClassBreak]:
    count = len(limits) - 1
    first, last = (0.0 if count > 4 else 0.8), (6.0 if count > 1 else 4.0)
    picks = [_shade(palette, place) for place in np.linspace(first, last, count)]
    return [
        ClassBreak(low, high, colour, _label(low, high, kind, last=high == limits[-1]))
        for low, high, colour in zip(limits, limits[1:], picks, strict=False)
    ]


def _shade(palette: str, place: float) -> str:
    """Colour at a place of the palette, between two of its colours where need be."""
    colours = SEQUENTIAL[palette]
    low = min(int(place), len(colours) - 2)
    one, two = (
        np.array([int(colours[i][k : k + 2], 16) for k in (1, 3, 5)]) for i in (low, low + 1)
    )
    mixed = np.rint(one + (two - one) * (place - low)).astype(int)
    return "#" + "".join(f"{part:02x}" for part in mixed)


def _label(low: float, high: float, kind: FigureKind, *, last: bool) -> str:
    if kind == "count":
        high = high - 1
        return figure_text(low) if low >= high else f"{figure_text(low)} – {figure_text(high)}"
    if kind == "share":
        return f"{low * 100:.0f} – {high * 100:.0f} %"
    if last and high - low < 0.11:
        return figure_text(low, kind)
    return f"{figure_text(low, kind)} – {'' if last else '< '}{figure_text(high, kind)}"


def area_fills(geometry: Sequence[shapely.Geometry]) -> list[tuple[str, str]]:
    """Choose a fill for each of up to 48 areas: 12 hues, then the same hues with patterns.

    Parameters
    ----------
    geometry
        The areas.

    Returns
    -------
    list of tuple
        Hue and pattern of each area, all different; neighbours have different hues where possible.

    Raises
    ------
    MapError
        For more than 48 areas, which no eye tells apart.
    """
    most = len(HUES) * len(PATTERNS)
    if len(geometry) > most:
        raise MapError(
            f"{len(geometry)} areas cannot be told apart by their fill",
            remedy=f"Show at most {most} at a time, or use outlines",
        )
    near: list[set[int]] = [set() for _ in geometry]
    for a, b in shapely.STRtree(geometry).query(geometry, predicate="intersects").T:
        if a != b:
            near[a].add(int(b))
    return fills_apart(near)


def fills_apart(near: Sequence[Set[int]]) -> list[tuple[str, str]]:
    """Choose fills so that neighbours' hues are far from each other.

    Parameters
    ----------
    near
        Of each area, the positions of its neighbours.

    Returns
    -------
    list of tuple
        Hue and pattern of each area: all different up to 48, then the fills come again.
    """
    apart = _distances()
    chosen: dict[int, int] = {}
    used = np.zeros(len(HUES), dtype=int)
    fills = [("", "")] * len(near)
    # Areas with many neighbours choose first.
    for area in sorted(range(len(near)), key=lambda i: (-len(near[i]), i)):
        behind = set[int]().union(*(near[other] for other in near[area]))
        beside = _least(apart, near[area], chosen)
        worth = np.minimum(beside, _least(apart, behind, chosen) + _BEHIND) - _AGAIN * used
        # Never a neighbour's hue, if another is free; and no fill twice while there are others.
        worth -= 9.0 * (beside == 0) + 99.0 * (used // len(PATTERNS))
        hue = int(worth.argmax())
        fills[area] = HUES[hue], PATTERNS[used[hue] % len(PATTERNS)]
        chosen[area] = hue
        used[hue] += 1
    return fills


def _least(
    apart: NDArray[np.float64], areas: Iterable[int], chosen: Mapping[int, int]
) -> NDArray[np.float64]:
    """How far each hue is from the nearest one that these areas have."""
    hues = [chosen[area] for area in areas if area in chosen]
    least: NDArray[np.float64] = apart[:, hues].min(axis=1, initial=1.0)
    return least


# What the eye sees of linear red, green and blue: normally, and without one kind of cone
# (Machado, Oliveira and Fernandes 2009); and OKLab of it (Ottosson 2020).
_SIGHT = np.array([
    [[1, 0, 0], [0, 1, 0], [0, 0, 1]],
    [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216],
     [-0.003882, -0.048116, 1.051998]],
    [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413],
     [-0.01182, 0.04294, 0.968881]],
    [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602],
     [0.004733, 0.691367, 0.3039]],
])  # fmt: skip
_CONES = np.array([
    [0.4122214708, 0.5363325363, 0.0514459929],
    [0.2119034982, 0.6806995451, 0.1073969566],
    [0.0883024619, 0.2817188376, 0.6299787005],
])  # fmt: skip
_OKLAB = np.array([
    [0.2104542553, 0.793617785, -0.0040720468],
    [1.9779984951, -2.428592205, 0.4505937099],
    [0.0259040371, 0.7827717662, -0.808675766],
])  # fmt: skip


@cache
def _distances() -> NDArray[np.float64]:
    """How far any two hues are apart for the eye that tells them apart worst (OKLab)."""
    rgb = np.array([[int(hue[k : k + 2], 16) / 255 for k in (1, 3, 5)] for hue in HUES])
    linear = np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)
    seen = np.clip(np.einsum("sij,hj->shi", _SIGHT, linear), 0.0, 1.0)
    lab = np.cbrt(seen @ _CONES.T) @ _OKLAB.T
    apart: NDArray[np.float64] = np.linalg.norm(lab[:, :, None] - lab[:, None], axis=-1)
    least: NDArray[np.float64] = apart.min(axis=0)
    return least
