"""What a reader who subtracts can find out: the attack that suppression must withstand.

The reader knows every published figure, which figures were withheld, and the rule that a zero is
never withheld. Unknown are whole numbers: how many people each atom holds (an atom is a set of
cells that every figure counts together or not at all). The figures are equations between them.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import Bounds, LinearConstraint, milp

from geoteam.errors import DisclosureError

# No bound is known; and a number of people that no atom reaches, for the integer programmes.
_FAR = 1e9
_MANY = 1e7


@dataclass(slots=True)
class Row:
    """A sum over atoms that the reader knows: exactly, or to be at least ``low``.

    Attributes
    ----------
    atoms
        The atoms in the sum that are not known by themselves.
    low, high
        Bounds of the sum; equal for a published figure.
    figure
        Position of the figure it comes from.
    scope
        The atoms in the sum, known ones too.
    inner
        The rows that were taken out of it.
    """

    atoms: set[int]
    low: float
    high: float
    figure: int
    scope: set[int]
    inner: list[Row] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Weakness:
    """An atom that the reader can pin down too closely.

    Attributes
    ----------
    atom
        The atom.
    rows
        The rows that pin it down, the tightest first.
    """

    atom: int
    rows: tuple[Row, ...]


def weakest(
    figures: list[frozenset[int]],
    values: NDArray[np.int64],
    hidden: NDArray[np.bool_],
    *,
    width: int,
    threshold: int,
) -> Weakness | None:
    """Find a small atom whose number the reader can bound more narrowly than allowed.

    Rows are reduced by the rows inside them; where what is left forms a forest, bound
    propagation gives the exact interval of every atom. Elsewhere integer programmes (HiGHS) do.

    Parameters
    ----------
    figures
        Each figure as the set of its atoms.
    values
        People in each atom.
    hidden
        For each figure, whether it is withheld.
    width
        The least difference between the largest and the smallest number the reader must hold
        possible.
    threshold
        Atoms with fewer people, but not nobody, are to be protected.

    Returns
    -------
    Weakness or None
        None when every such atom is safe.
    """
    known = {next(iter(f)) for f, h in zip(figures, hidden, strict=True) if len(f) == 1 and not h}
    exposed: list[int] = np.flatnonzero((values > 0) & (values < threshold)).tolist()
    pinned = [a for a in exposed if a in known]
    if pinned:
        return Weakness(pinned[0], ())
    rows = reduced(list(_rows(figures, values, hidden, known)))
    low = np.zeros(len(values))
    for row in rows:
        if len(row.atoms) == 1:
            atom = next(iter(row.atoms))
            low[atom] = max(low[atom], row.low)
    for group in _components(rows):
        found = _weakest_of(group, [a for a in exposed if any(a in r.atoms for r in group)],
                            low, width)  # fmt: skip
        if found:
            return found
    return None


def _rows(
    figures: list[frozenset[int]],
    values: NDArray[np.int64],
    hidden: NDArray[np.bool_],
    known: set[int],
) -> Iterator[Row]:
    for k, (figure, is_hidden) in enumerate(zip(figures, hidden, strict=True)):
        atoms = set(figure - known)
        if not atoms:
            continue
        rest = float(values[list(atoms)].sum())
        if not is_hidden:
            yield Row(atoms, rest, rest, k, set(figure))
        elif not any(values[a] for a in figure & known):
            # A zero would have been shown.
            yield Row(atoms, 1.0, _FAR, k, set(figure))


def reduced(rows: list[Row]) -> list[Row]:
    """Take exact rows out of the exact rows that contain them, and drop what says nothing new.

    Parameters
    ----------
    rows
        Rows of one table; changed in place.

    Returns
    -------
    list of Row
        Rows with the same solutions.
    """
    exact = sorted((r for r in rows if r.low == r.high), key=lambda r: len(r.atoms))
    holding: dict[int, list[Row]] = defaultdict(list)
    kept: list[Row] = []
    for row in exact:
        for inner in sorted(
            {id(r): r for a in row.atoms for r in holding[a]}.values(),
            key=lambda r: -len(r.atoms),
        ):
            if inner.atoms <= row.atoms:
                row.atoms -= inner.atoms
                row.scope -= inner.scope
                row.inner.append(inner)
                row.low = row.high = row.low - inner.low
        if row.atoms:
            kept.append(row)
            for atom in row.atoms:
                holding[atom].append(row)
    at_least = sorted((r for r in rows if r.low != r.high), key=lambda r: len(r.atoms))
    seen: set[int] = set()
    for row in at_least:
        # An atom that is at least one makes every sum with it at least one.
        if not row.atoms & seen:
            kept.append(row)
        if len(row.atoms) == 1:
            seen |= row.atoms
    return kept


def _components(rows: list[Row]) -> Iterator[list[Row]]:
    leader: dict[int, int] = {}

    def find(atom: int) -> int:
        while leader.setdefault(atom, atom) != atom:
            leader[atom] = leader[leader[atom]]
            atom = leader[atom]
        return atom

    for row in rows:
        first, *rest = row.atoms
        for atom in rest:
            leader[find(atom)] = find(first)
    groups: dict[int, list[Row]] = defaultdict(list)
    for row in rows:
        if len(row.atoms) > 1 or row.low == row.high:
            groups[find(next(iter(row.atoms)))].append(row)
    yield from groups.values()


def _weakest_of(
    rows: list[Row], exposed: list[int], floor: NDArray[np.float64], width: int
) -> Weakness | None:
    if not exposed:
        return None
    low, high = propagate(rows, floor)
    for atom in exposed:
        if high[atom] - low[atom] < width:
            return Weakness(atom, _tightest(rows, atom, low, high))
    if is_forest(rows):
        return None
    for atom, narrow in exact_widths(rows, exposed, low, high, width):
        if narrow < width:
            return Weakness(atom, _tightest(rows, atom, low, high))
    return None


def propagate(
    rows: Iterable[Row], floor: NDArray[np.float64]
) -> tuple[dict[int, float], dict[int, float]]:
    """Bound every atom by its rows, again and again until nothing tightens.

    Parameters
    ----------
    rows
        The rows.
    floor
        Least number of each atom.

    Returns
    -------
    tuple of dict
        Atom -> least and most it can be; exact when the rows form a forest, else outer bounds.
    """
    rows = list(rows)
    low = {a: float(floor[a]) for r in rows for a in r.atoms}
    high = dict.fromkeys(low, _FAR)
    # A forest settles within as many rounds as it has rows.
    for _ in range(len(rows) + 10):
        moved = False
        for row in rows:
            least = sum(low[a] for a in row.atoms)
            most = sum(high[a] for a in row.atoms)
            for a in row.atoms:
                top = row.high - (least - low[a])
                bottom = row.low - (most - high[a])
                if row.high < _FAR and top < high[a]:
                    most -= high[a] - top
                    high[a], moved = top, True
                if bottom > low[a]:
                    least += bottom - low[a]
                    low[a], moved = bottom, True
        if not moved:
            break
    return low, high


def is_forest(rows: list[Row]) -> bool:
    """Tell whether rows and atoms form a graph without a cycle.

    Parameters
    ----------
    rows
        The rows of one component.

    Returns
    -------
    bool
        True when bound propagation is exact.
    """
    atoms = {a for row in rows for a in row.atoms}
    return sum(len(row.atoms) for row in rows) == len(atoms) + len(rows) - 1


def exact_widths(
    rows: list[Row],
    atoms: list[int],
    low: dict[int, float],
    high: dict[int, float],
    enough: int,
) -> Iterator[tuple[int, float]]:
    """Give for each atom the exact width of what it can be, or a width that is enough.

    Parameters
    ----------
    rows
        The rows of one component.
    atoms
        The atoms asked about.
    low, high
        Outer bounds of each atom.
    enough
        Widths from here on need not be exact.

    Yields
    ------
    tuple
        Atom and width. Every solution found on the way bounds the other atoms too.
    """
    names = sorted({a for row in rows for a in row.atoms})
    place = {a: i for i, a in enumerate(names)}
    matrix = np.zeros((len(rows), len(names)))
    for k, row in enumerate(rows):
        matrix[k, [place[a] for a in row.atoms]] = 1
    sums = LinearConstraint(matrix, [r.low for r in rows], [r.high for r in rows])
    bounds = Bounds([low[a] for a in names], [min(high[a], _MANY) for a in names])
    smallest, largest = np.full(len(names), np.inf), np.full(len(names), -np.inf)
    for atom in atoms:
        i = place[atom]
        for sign in (1.0, -1.0):
            if largest[i] - smallest[i] >= enough:
                break
            goal = np.zeros(len(names))
            goal[i] = sign
            solved = milp(goal, constraints=sums, bounds=bounds, integrality=np.ones(len(names)))
            if solved.x is None:
                raise DisclosureError(
                    f"the suppression could not be checked: {solved.message}",
                    remedy="Publish fewer overlapping groups at once",
                )
            smallest = np.minimum(smallest, np.round(solved.x))
            largest = np.maximum(largest, np.round(solved.x))
        yield atom, float(largest[i] - smallest[i])


def _tightest(
    rows: list[Row], atom: int, low: dict[int, float], high: dict[int, float]
) -> tuple[Row, ...]:
    def room(row: Row) -> float:
        return row.high - sum(low[a] for a in row.atoms)

    mine = [row for row in rows if atom in row.atoms and row.low == row.high]
    others = [row for row in rows if atom not in row.atoms and row.low == row.high]
    return tuple(sorted(mine, key=lambda r: (room(r), r.figure))) + tuple(
        sorted(others, key=lambda r: (room(r), r.figure))
    )
