"""Street centrelines: which names exist in the city, and how far a place is from its street."""

from __future__ import annotations

from collections.abc import Sequence

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray
from rapidfuzz.distance import OSA

from geoteam.crs import require_wgs84, to_measuring, unproject
from geoteam.errors import FrameError
from geoteam.geocoding.quality import Problem
from geoteam.geocoding.streetnames import StreetNames
from geoteam.geocoding.zips import ZipAreas

Floats = NDArray[np.float64]
# Addresses stand this near to their street.
BESIDE_M = 60.0
# Two spellings of one street differ by so many letters at most.
_SPELLING = 2
# So few addresses may all have the same slip.
_FEW = 3


def _alike(name: str, other: str) -> bool:
    near = OSA.distance(name, other, score_cutoff=_SPELLING) <= _SPELLING
    return near and len(name) > 8 and not any(c.isdigit() for c in name + other)


class StreetLines:
    """Centrelines by street name.

    Parameters
    ----------
    streets
        Column ``street`` and line geometry in EPSG:4326; None where the city has none. Lines
        without a name that can be read are left out.
    names
        The street dictionary.
    crs
        The measuring CRS.

    Raises
    ------
    FrameError
        When there is no column ``street`` or the CRS is another.
    """

    def __init__(self, streets: gpd.GeoDataFrame | None, names: StreetNames, crs: str) -> None:
        self._names = names
        self._crs = crs
        self._read: list[tuple[str, str]] = []
        self._lines: NDArray[np.object_] = np.empty(0, dtype=object)
        if streets is not None:
            require_wgs84(streets, "streets")
            if "street" not in streets:
                raise FrameError("streets: column missing: street")
            read = [names.read(str(s), "") if pd.notna(s) else None for s in streets["street"]]
            good = np.array([found is not None for found in read], dtype=np.bool_)
            good &= ~(streets.geometry.isna() | streets.geometry.is_empty).to_numpy()
            self._read = [f for f, ok in zip(read, good, strict=True) if f is not None and ok]
            self._lines = np.asarray(to_measuring(streets[good], crs).geometry.to_numpy(), object)
        self._group()

    def __len__(self) -> int:
        """Return the number of lines."""
        return len(self._lines)

    def _group(self) -> None:
        members: dict[str, list[int]] = {}
        for i, (base, _) in enumerate(self._read):
            members.setdefault(self._names.canonical(base), []).append(i)
        self._whole = {
            base: shapely.multilinestrings(shapely.get_parts(self._lines[np.array(rows)]).tolist())
            for base, rows in members.items()
        }

    def _of(self, bases: Sequence[str]) -> NDArray[np.object_]:
        whole = np.empty(len(bases), dtype=object)
        whole[:] = [self._whole.get(base) for base in bases]
        return whole

    def away_m(self, bases: Sequence[str], x_m: Floats, y_m: Floats) -> Floats:
        """Measure how far places are from the lines of their street, in whatever quadrant.

        Parameters
        ----------
        bases
            The street's name for each place.
        x_m, y_m
            Where the places are, in the measuring CRS.

        Returns
        -------
        ndarray
            Metres; NaN where the street has no line.
        """
        return np.asarray(shapely.distance(self._of(bases), shapely.points(x_m, y_m)))

    def snap(
        self, bases: Sequence[str], x_m: Floats, y_m: Floats, within_m: float
    ) -> tuple[Floats, Floats, NDArray[np.bool_]]:
        """Put places on the line of their street where it is near.

        Parameters
        ----------
        bases, x_m, y_m
            As for `away_m`.
        within_m
            Places farther from the line stay where they are.

        Returns
        -------
        tuple of ndarray
            The places, and whether each lies on its line now.
        """
        link = shapely.shortest_line(self._of(bases), shapely.points(x_m, y_m))
        near = shapely.length(link) <= within_m
        foot = shapely.get_point(link, 0)
        return (
            np.where(near, shapely.get_x(foot), x_m),
            np.where(near, shapely.get_y(foot), y_m),
            near,
        )

    def respell(self, points: pd.DataFrame, problems: list[Problem]) -> None:
        """Learn which streets the addresses and the centrelines spell in two ways.

        A street that has no line is the same as one that has no address, when their names differ
        by two letters at most and the line runs beside the addresses. The address's spelling
        stays; the other becomes an alias.

        Parameters
        ----------
        points
            ``base, x, y, lon, lat`` of the address points.
        problems
            Pairs found are added here.
        """
        known = set(points["base"])
        spare = [base for base in self._whole if base not in known]
        lost = points[~points["base"].isin(self._whole.keys())]
        for base in sorted(set(lost["base"].tolist())):
            group = lost[lost["base"] == base]
            # A name that few addresses have may be misspelled there.
            few = len(group) <= _FEW
            for other in (*spare, *(self._whole if few else ())):
                if not _alike(base, other):
                    continue
                places = shapely.points(group["x"], group["y"])
                away = float(np.median(shapely.distance(self._whole[other], places)))
                if away > BESIDE_M:
                    continue
                wrong, right = (base, other) if other in known else (other, base)
                self._names.alias(wrong, right)
                first = group.iloc[0]
                message = f"{wrong} is taken for {right}, whose line and addresses lie together"
                at = (float(first["lon"]), float(first["lat"]), away)
                problems.append(Problem("two_spellings", wrong, right, *at, message))
                break
        self._group()

    def number(self, points: pd.DataFrame, areas: ZipAreas) -> tuple[list[int], NDArray[np.int64]]:
        """Number the streets of the lines, and list the ZIPs that each runs through.

        Parameters
        ----------
        points
            Address points with ``street``, ``x`` and ``y``.
        areas
            The ZIP areas.

        Returns
        -------
        tuple
            A street for each pair, and its ZIPs as `ZipAreas.near` gives them.
        """
        if not len(self._lines):
            return [], np.zeros((0, 4), dtype=np.int64)
        middle = shapely.line_interpolate_point(
            shapely.get_geometry(self._lines, 0), 0.5, normalized=True
        )
        streets = self._names.settle(
            list(self._read), shapely.get_x(middle), shapely.get_y(middle), points
        )
        lon, lat = unproject(shapely.get_x(middle), shapely.get_y(middle), self._crs)
        zips = areas.near(lon, lat, 150.0)
        rows = np.unique(np.column_stack([np.array(streets, dtype=np.int64), zips]), axis=0)
        return rows[:, 0].tolist(), rows[:, 1:]
