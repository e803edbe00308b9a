"""From the names of streets to the edges that a closure takes away."""

from __future__ import annotations

from difflib import get_close_matches
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import connected_components

from geoteam.errors import StreetsError

if TYPE_CHECKING:
    from geoteam.streets.arrays import StreetArrays

Ints = NDArray[np.int64]
# So many names are offered in place of one that is not known.
_OFFERED = 4


def street_named(network: StreetArrays, typed: str) -> str:
    """Find a street's name as the network writes it; case and blanks do not matter.

    Parameters
    ----------
    network
        The streets.
    typed
        The name.

    Returns
    -------
    str
        One of ``network.names``.

    Raises
    ------
    StreetsError
        When no street has the name, with the nearest names.
    """
    wanted = _plain(typed)
    known = {_plain(name): name for name in network.names if name}
    if wanted in known:
        return known[wanted]
    near = [known[one] for one in get_close_matches(wanted, known, _OFFERED, 0.65)]
    raise StreetsError(
        f"no street is called {' '.join(typed.split()) or '(nothing)'}",
        remedy=f"Did you mean {_any_of(near)}?" if near else "Write it as the street map does",
    )


def street_edges(
    network: StreetArrays, street: str, between: tuple[str, str] | None = None
) -> Ints:
    """List the edges of a street, or of its part between two streets that meet it.

    The part is what joins the two crossings along the street: without the crossings themselves the
    street falls into pieces, and those count that touch both. Both carriageways of a divided road
    are such pieces.

    Parameters
    ----------
    network
        The streets.
    street
        Its name, as of `street_named`.
    between
        Names of two streets that meet it; None is the whole street.

    Returns
    -------
    ndarray
        Rows of edges, rising.

    Raises
    ------
    StreetsError
        When a name is not known, a street does not meet this one, or no part joins the two.
    """
    name = street_named(network, street)
    own = _edges_of(network, name)
    if between is None:
        return own
    first, second = (street_named(network, one) for one in between)
    if first == second:
        raise StreetsError(
            f"{first} is named twice", remedy="Name the two streets at the ends of the part"
        )
    one, two = (_crossing(network, own, name, other) for other in (first, second))
    part = own[_joins(network, own, one, two)]
    if not len(part) or np.isin(one, two).any():
        raise StreetsError(f"no part of {name} leads from {first} to {second}")
    return part


def _plain(name: str) -> str:
    return " ".join(name.split()).casefold()


def _any_of(names: list[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} or {names[-1]}"


def _edges_of(network: StreetArrays, name: str) -> Ints:
    # A name that is written in two ways is two names.
    same = [row for row, one in enumerate(network.names) if one and _plain(one) == _plain(name)]
    return np.flatnonzero(np.isin(network.edge_name, same))


def _ends(network: StreetArrays, edges: Ints) -> Ints:
    return np.stack([network.edge_u[edges], network.edge_v[edges]], axis=1).astype(np.int64)


def _crossing(network: StreetArrays, own: Ints, name: str, other: str) -> Ints:
    """Nodes where another street meets this one."""
    mine = np.unique(_ends(network, own))
    nodes = mine[np.isin(mine, _ends(network, _edges_of(network, other)))]
    if len(nodes):
        return nodes
    rows = np.flatnonzero(np.isin(network.edge_u, mine) | np.isin(network.edge_v, mine))
    meets = {_plain(one): one for one in (network.names[k] for k in network.edge_name[rows]) if one}
    meets.pop(_plain(name), None)
    near = get_close_matches(_plain(other), meets, _OFFERED, 0.0)
    raise StreetsError(
        f"{other} does not meet {name}",
        remedy=f"Streets that do: {', '.join(meets[one] for one in near)}" if near else "",
    )


def _joins(network: StreetArrays, own: Ints, one: Ints, two: Ints) -> NDArray[np.bool_]:
    """Tell which edges of a street lie on a piece that touches both crossings."""
    # An end at a crossing is a node of its own, so that pieces part there.
    ends = _ends(network, own)
    at_one, at_two = np.isin(ends, one), np.isin(ends, two)
    loose = len(network.node_id) + np.arange(ends.size).reshape(ends.shape)
    nodes = np.where(at_one | at_two, loose, ends)
    size = len(network.node_id) + ends.size
    links = csr_matrix((np.ones(len(own)), (nodes[:, 0], nodes[:, 1])), shape=(size, size))
    _, label = connected_components(links, directed=False)
    piece = label[nodes[:, 0]]
    touches = [np.unique(piece[at.any(axis=1)]) for at in (at_one, at_two)]
    return np.isin(piece, touches[0]) & np.isin(piece, touches[1])
