"""Streets by the names that users write, also where the street map does not tell the quadrant."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import shapely
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from geoteam.crs import project, unproject
from geoteam.errors import InputError, StreetsError
from geoteam.geocoding.streetnames import StreetNames
from geoteam.services.city import grammar_of
from geoteam.services.workspace import Workspace
from geoteam.streets import StreetNetwork, street_named

# So near to where it was closed is the same edge, also on a street map that was built anew.
_SAME_M = 30.0


def find_street(workspace: Workspace, typed: str) -> tuple[str, str]:
    """Find a street by its name, or by another spelling of it: ``H STREET NE`` is ``H St NE``.

    Parameters
    ----------
    workspace
        The workspace.
    typed
        The name, as a user wrote it.

    Returns
    -------
    tuple of str
        Name on the street map; and the quadrant, if one was written that this name does not have.

    Raises
    ------
    StreetsError
        When no street has the name, with the nearest names.
    InputError
        When several have it, in different quadrants.
    """
    network = workspace.streets()
    try:
        return street_named(network, typed), ""
    except StreetsError:
        spelling = StreetNames(grammar_of(workspace.profile), {})
        wanted = spelling.read(typed, "")
        known = {name: spelling.read(name, "") for name in network.names if name}
        for name, read in known.items():
            if wanted is not None and read == wanted:
                return name, ""
        for name, read in known.items():
            if wanted is not None and read == (wanted[0], ""):
                return name, wanted[1]
        alike = [name for name, read in known.items() if read and wanted == (read[0], "")]
        if len(alike) > 1:
            raise _several(" ".join(typed.split()), sorted(alike)) from None
        if alike:
            return alike[0], ""
        raise


def choose_quadrant(
    workspace: Workspace, street: str, edges: NDArray[np.int64], quadrant: str
) -> tuple[str, NDArray[np.int64]]:
    """Keep the edges of a street that lie in one quadrant.

    Each edge has the quadrant of the nearest address on a street of that name; where the reference
    has no addresses on it, of the nearest hundred-block.

    Parameters
    ----------
    workspace
        The workspace.
    street
        Name on the street map.
    edges
        Rows of edges of the street, or of a part of it.
    quadrant
        As the user wrote it; '' when not at all.

    Returns
    -------
    tuple
        The quadrant, '' where the name tells it or there is only one such street; and the edges.

    Raises
    ------
    InputError
        When edges lie in several quadrants and none was written, or none lies in the one that was;
        with the streets to choose from.
    """
    found = _quadrants(workspace, street, edges)
    named = sorted({one for one in found if one})
    if quadrant and quadrant in named:
        return (quadrant if len(named) > 1 else ""), edges[found == quadrant]
    if len(named) < 2 and not quadrant:
        return "", edges
    choice = [f"{street} {one}" for one in named]
    if quadrant:
        raise InputError(
            f"there is no {street} {quadrant} on the street map",
            remedy=f"Write {_either(choice)}" if choice else f"Write {street}",
        )
    raise _several(street, choice)


def _several(street: str, names: Sequence[str]) -> InputError:
    return InputError(
        f"there are {len(names)} streets called {street}", remedy=f"Write {_either(names)}"
    )


def _either(names: Sequence[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} or {names[-1]}"


def _quadrants(workspace: Workspace, street: str, edges: NDArray[np.int64]) -> NDArray[np.str_]:
    read = StreetNames(grammar_of(workspace.profile), {}).read(street, "")
    unknown = np.full(len(edges), "", dtype="U8")
    if read is None or read[1]:
        return unknown
    network, parts = workspace.streets(), workspace.reference().parts
    of_name = np.flatnonzero(parts.street_base == read[0])
    streets, lon, lat = parts.point_street, parts.point_lon, parts.point_lat
    if not np.isin(streets, of_name).any():
        streets, lon, lat = parts.block_street, parts.block_lon, parts.block_lat
    rows = np.flatnonzero(np.isin(streets, of_name))
    if not len(rows):
        return unknown
    lon, lat = lon[rows], lat[rows]
    known = cKDTree(np.column_stack(project(lon, lat, network.crs)))
    _, near = known.query(_middles(network, edges))
    return np.asarray(parts.street_quadrant[streets[rows[near]]], dtype="U8")


def middles(network: StreetNetwork, edges: NDArray[np.int64]) -> list[tuple[float, float]]:
    """Tell where edges lie, to know them again.

    Parameters
    ----------
    network
        The streets.
    edges
        Rows of edges.

    Returns
    -------
    list of tuple of float
        Longitude and latitude of the middle of each (EPSG:4326).
    """
    places = _middles(network, edges)
    lon, lat = unproject(places[:, 0], places[:, 1], network.crs)
    return [(round(float(x), 6), round(float(y), 6)) for x, y in zip(lon, lat, strict=True)]


def among(
    network: StreetNetwork, edges: NDArray[np.int64], points: Sequence[tuple[float, float]]
) -> NDArray[np.int64]:
    """Keep the edges that lie where some were.

    Parameters
    ----------
    network
        The streets.
    edges
        Rows of edges.
    points
        As of `middles`; empty keeps all edges.

    Returns
    -------
    ndarray
        Some of the edges.
    """
    if not points or not len(edges):
        return edges
    lon, lat = np.asarray(points, dtype=np.float64).T
    known = cKDTree(np.column_stack(project(lon, lat, network.crs)))
    far, _ = known.query(_middles(network, edges))
    near: NDArray[np.int64] = edges[far <= _SAME_M]
    return near


def _middles(network: StreetNetwork, edges: NDArray[np.int64]) -> NDArray[np.float64]:
    lines = network.lines_m[edges]
    points = shapely.line_interpolate_point(lines, 0.5, normalized=True)
    return np.asarray(shapely.get_coordinates(points), dtype=np.float64)
