"""Small cells withheld, and enough others with them that subtraction does not bring them back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from geoteam.disclosure.attack import Row, weakest
from geoteam.errors import DisclosureError, InputError

# More complementary suppressions than this are not tried one by one for need.
_TRIED = 60


@dataclass(frozen=True)
class Suppression:
    """A table ready to be published.

    Attributes
    ----------
    cells
        Index of the counts; ``count`` (Int64, <NA> where withheld) and ``suppressed``.
    totals
        Index ``margin``, ``group``; the same columns. The total of everything is
        ``("total", "")``.
    threshold
        Counts from 1 up to, not including, this were withheld.
    """

    cells: pd.DataFrame
    totals: pd.DataFrame
    threshold: int


def suppress(
    counts: pd.Series,
    threshold: int,
    *,
    groups: pd.DataFrame | None = None,
    total: bool = True,
    publish_cells: bool = True,
    already_public: Sequence[Sequence[object]] = (),
) -> Suppression:
    """Withhold small counts, and as many more as it takes to keep them.

    A count from 1 to ``threshold - 1`` is withheld, be it a cell or a total. A zero is shown: it
    tells of nobody. Then, as long as a reader could work out from all that is shown, by whatever
    subtraction of totals, nested or overlapping groups, the number of people in a small cell to
    within less than ``threshold``, one more figure is withheld: the smallest cell in the sum that
    gives it away, or else that sum. In the end those complementary suppressions that are not
    needed are shown again, largest first. Two plans laid over each other are two columns of
    ``groups``; then also the pieces where they cross are protected, though nobody prints them.

    Rates, workloads and shares of a withheld cell must be withheld too: use ``suppressed``.

    Parameters
    ----------
    counts
        People per cell: whole numbers, 0 or more; unique index.
    threshold
        The smallest count that may be shown, 2 or more.
    groups
        One column a margin whose totals are published, aligned with ``counts``; '' or null
        means that a cell is in no group of it.
    total
        Whether the total of all cells is published.
    publish_cells
        False when only the totals are published.
    already_public
        Lists of cells whose sums are public already and cannot be taken back.

    Returns
    -------
    Suppression
        What may be published.

    Raises
    ------
    InputError
        When a count is negative, missing or broken, or the index or threshold is unfit.
    DisclosureError
        When what is public already gives a small cell away.
    """
    values = _checked(counts, threshold, groups)
    names, figures = _figures(counts, groups, total, publish_cells)
    where = {cell: k for k, cell in enumerate(counts.index)}
    fixed = [frozenset(where[cell] for cell in cells) for cells in already_public]
    hidden = _protect(figures, fixed, values, threshold)
    sums = pd.array([int(values[list(f)].sum()) for f in figures], dtype="Int64")
    sums[hidden] = pd.NA
    table = pd.DataFrame({"count": sums, "suppressed": hidden})
    own = np.array([margin is None for margin, _ in names])
    if publish_cells:
        cells = table[own].set_index(counts.index)
    else:
        cells = pd.DataFrame({"count": pd.array([], dtype="Int64"), "suppressed": []})
        cells = cells.astype({"suppressed": bool})
    totals = table[~own].set_index(
        pd.MultiIndex.from_tuples(
            [name for name in names if name[0] is not None], names=["margin", "group"]
        )
    )
    return Suppression(cells, totals, threshold)


def suppress_table(table: pd.DataFrame, threshold: int, *, label: str = "total") -> pd.DataFrame:
    """Suppress a table of counts with its row, column and grand totals.

    Parameters
    ----------
    table
        Whole numbers, rows by columns.
    threshold
        The smallest count that may be shown.
    label
        Name of the added row and column of totals.

    Returns
    -------
    DataFrame
        The table with totals (Int64); what is withheld is <NA>.
    """
    long = pd.Series(
        table.to_numpy().ravel(), index=pd.MultiIndex.from_product([table.index, table.columns])
    )
    groups = pd.DataFrame(
        {
            "row": long.index.get_level_values(0).astype("str"),
            "column": long.index.get_level_values(1).astype("str"),
        },
        index=long.index,
    )
    done = suppress(long, threshold, groups=groups)
    shown = done.cells["count"].unstack().reindex(index=table.index, columns=table.columns)
    by_row = [done.totals["count"].loc[("row", str(name))] for name in table.index]
    by_column = [done.totals["count"].loc[("column", str(name))] for name in table.columns]
    shown[label] = pd.array(by_row, dtype="Int64")
    grand = done.totals["count"].loc[("total", "")]
    last = pd.DataFrame([[*by_column, grand]], columns=shown.columns, index=[label])
    return pd.concat([shown, last]).astype("Int64")


def _checked(counts: pd.Series, threshold: int, groups: pd.DataFrame | None) -> NDArray[np.int64]:
    if threshold < 2:
        raise InputError(f"a threshold of {threshold} protects nobody", remedy="Use 2 or more")
    if not counts.index.is_unique:
        raise InputError("a cell stands twice in the counts")
    numbers = pd.to_numeric(counts, errors="coerce").to_numpy(dtype=np.float64, na_value=np.nan)
    if not np.isfinite(numbers).all() or (numbers < 0).any() or (numbers % 1 != 0).any():
        raise InputError("counts of people are whole numbers, 0 or more")
    if groups is not None and not groups.index.equals(counts.index):
        raise InputError("groups and counts do not have the same cells in the same order")
    return numbers.astype(np.int64)


def _figures(
    counts: pd.Series, groups: pd.DataFrame | None, total: bool, publish_cells: bool
) -> tuple[list[tuple[str | None, str]], list[frozenset[int]]]:
    names: list[tuple[str | None, str]] = []
    figures: list[frozenset[int]] = []
    if publish_cells:
        names += [(None, str(cell)) for cell in counts.index]
        figures += [frozenset((k,)) for k in range(len(counts))]
    margins = pd.DataFrame(index=counts.index) if groups is None else groups
    for margin in margins.columns:
        column = margins[margin].astype("str").where(margins[margin].notna(), "")
        for group, members in column.groupby(column.to_numpy()).groups.items():
            if group != "":
                names.append((str(margin), str(group)))
                figures.append(frozenset(counts.index.get_indexer(members).tolist()))
    if total:
        names.append(("total", ""))
        figures.append(frozenset(range(len(counts))))
    return names, figures


def _protect(
    figures: list[frozenset[int]],
    fixed: list[frozenset[int]],
    values: NDArray[np.int64],
    threshold: int,
) -> NDArray[np.bool_]:
    """Decide for each figure whether it is withheld; ``fixed`` sums are public anyhow."""
    every, atom_values = _atoms(figures + fixed, values)
    sums = np.array([int(atom_values[list(f)].sum()) for f in every], dtype=np.int64)
    hidden = (sums > 0) & (sums < threshold)
    movable = np.arange(len(every)) < len(figures)
    if hidden[~movable].any():
        raise DisclosureError("a figure that is public already is below the threshold")
    # One set of atoms may be printed under two names: they are withheld together.
    same: dict[frozenset[int], list[int]] = {}
    for k, figure in enumerate(every):
        same.setdefault(figure, []).append(k)
    for ks in same.values():
        movable[ks] = movable[ks].all()
    single = {next(iter(f)): k for k, f in enumerate(every) if len(f) == 1}
    small = hidden.copy()
    while True:
        weakness = weakest(every, atom_values, hidden, width=threshold, threshold=threshold)
        if weakness is None:
            break
        hidden[same[every[_next(weakness.rows, single, sums, hidden, movable, threshold)]]] = True
    extra = np.flatnonzero(hidden & ~small)
    for k in sorted(extra.tolist(), key=lambda k: -sums[k])[:_TRIED]:
        trial = hidden.copy()
        trial[same[every[k]]] = False
        if weakest(every, atom_values, trial, width=threshold, threshold=threshold) is None:
            hidden = trial
    return hidden[: len(figures)]


def _next(
    rows: Sequence[Row],
    single: dict[int, int],
    sums: NDArray[np.int64],
    hidden: NDArray[np.bool_],
    movable: NDArray[np.bool_],
    threshold: int,
) -> int:
    """Choose the figure to withhold next: a cell of the tightest sum, or else that sum."""
    for outer in rows:
        chain = [outer]
        for row in chain:
            # What was taken out of a sum gives as much away as the sum.
            chain += row.inner
            cells = [single[a] for a in sorted(row.scope) if a in single]
            cells = [k for k in cells if movable[k] and not hidden[k] and sums[k] > 0]
            if cells:
                # The smallest that is room enough by itself, or else the largest.
                ample = [k for k in cells if sums[k] > threshold]
                return min(ample or cells, key=lambda k: sums[k] if ample else -sums[k])
        for row in chain:
            if movable[row.figure]:
                return row.figure
    raise DisclosureError(
        "what is public already gives a small cell away",
        remedy="Publish nothing more about these areas, or publish larger areas",
    )


def _atoms(
    figures: list[frozenset[int]], values: NDArray[np.int64]
) -> tuple[list[frozenset[int]], NDArray[np.int64]]:
    """Merge the cells that every figure counts together or not at all."""
    in_figures: list[list[int]] = [[] for _ in values]
    for k, figure in enumerate(figures):
        for cell in figure:
            in_figures[cell].append(k)
    atom: dict[tuple[int, ...], int] = {}
    of_cell = np.array([atom.setdefault(tuple(ks), len(atom)) for ks in in_figures], dtype=np.int64)
    sums = np.bincount(of_cell, weights=values, minlength=len(atom)).astype(np.int64)
    return [frozenset(of_cell[list(f)].tolist()) for f in figures], sums
