"""The street dictionary while it is being built: one grammar for reference and queries."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from geoteam.geocoding.clean import clean, tokens
from geoteam.geocoding.grammar import AddressGrammar
from geoteam.geocoding.street import read_street
from geoteam.geocoding.words import CORNERS, mend_ordinals

NEAR_M = 150.0
# So many addresses, so near, tell in which quadrant a place is.
_WITNESSES, AROUND_M = 5, 300.0
# A street name that holds a house number or a second street is no street name.
_MAX_WORDS = 7


class StreetNames:
    """Collects streets and numbers them.

    Parameters
    ----------
    grammar
        The city's address habits.
    aliases
        Other names -> names of the reference, without quadrant.
    """

    def __init__(self, grammar: AddressGrammar, aliases: Mapping[str, str]) -> None:
        self.grammar = grammar
        self._ids: dict[tuple[str, str], int] = {}
        self._read: dict[tuple[str, str], tuple[str, str] | None] = {}
        self._aliases = {}
        for other, name in aliases.items():
            source, target = self._base(other), self._base(name)
            if source and target and source != target:
                self._aliases[source] = target

    def _base(self, text: str) -> str:
        found = self.read(text, "")
        return found[0] if found else ""

    def read(self, street: str, quadrant: str) -> tuple[str, str] | None:
        """Normalise a street name.

        Parameters
        ----------
        street
            Name with or without type and quadrant, in any spelling.
        quadrant
            Its quadrant, or '' when it stands in the name or is unknown.

        Returns
        -------
        tuple or None
            Spelled-out name and quadrant; None when the text is no street.
        """
        key = (street, quadrant)
        if key not in self._read:
            parsed = read_street(tokens(clean(f"{street} {quadrant}")), self.grammar)
            parts = (parsed.predirectional, parsed.name, parsed.type)
            base = mend_ordinals(" ".join(part for part in parts if part))
            usable = (
                parsed.name
                and base not in CORNERS
                and not parsed.leftover
                and len(base.split()) <= _MAX_WORDS
            )
            self._read[key] = (base, parsed.quadrant) if usable else None
        return self._read[key]

    def add(self, street: str, quadrant: str) -> int | None:
        """Number a street, by its own name or the name that it is an alias of.

        Parameters
        ----------
        street, quadrant
            As for `read`.

        Returns
        -------
        int or None
            The street's number; None when the text is no street.
        """
        found = self.read(street, quadrant)
        return None if found is None else self.number(*found)

    def number(self, base: str, quadrant: str) -> int:
        """Number a normalised street.

        Parameters
        ----------
        base
            Spelled-out name without quadrant.
        quadrant
            Its quadrant.

        Returns
        -------
        int
            The street's number.
        """
        return self._ids.setdefault((self.canonical(base), quadrant), len(self._ids))

    def canonical(self, base: str) -> str:
        """Return the reference's own name for a street.

        Parameters
        ----------
        base
            Spelled-out name without quadrant.

        Returns
        -------
        str
            The name that it is an alias of, or the name itself.
        """
        return self._aliases.get(base, base)

    def alias(self, other: str, name: str) -> None:
        """Learn another name of a street, unless one of the two is an alias already.

        Parameters
        ----------
        other
            Spelled-out name without quadrant.
        name
            The reference's own.
        """
        if other not in self._aliases and name not in self._aliases:
            self._aliases[other] = name

    def settle(
        self,
        read: Sequence[tuple[str, str] | None],
        x_m: NDArray[np.float64],
        y_m: NDArray[np.float64],
        points: pd.DataFrame,
    ) -> list[int | None]:
        """Number streets at known places; a missing quadrant comes from the nearest address.

        Parameters
        ----------
        read
            Normalised streets; None is no street.
        x_m, y_m
            Where each of them is.
        points
            Address points with ``street``, ``x`` and ``y``.

        Returns
        -------
        list of int or None
            A number per row. A street that has no address of its name within 150 m gets the
            quadrant that the nearest addresses agree on; else an empty one.
        """
        by_base: dict[str, list[int]] = {}
        for (base, quadrant), street in self._ids.items():
            if quadrant:
                by_base.setdefault(base, []).append(street)
        rows = points.groupby("street").indices
        where = points[["x", "y"]].to_numpy()
        owner = points["street"].to_numpy()
        around = self._around(read, np.column_stack([x_m, y_m]), where, owner)
        trees: dict[str, tuple[cKDTree, NDArray[np.int64]]] = {}
        out: list[int | None] = []
        for i, found in enumerate(read):
            if found is None:
                out.append(None)
                continue
            base, quadrant = self.canonical(found[0]), found[1]
            mine = [rows[s] for s in by_base.get(base, ()) if s in rows]
            if quadrant or not mine:
                out.append(self.number(base, quadrant or around[i]))
                continue
            if base not in trees:
                pick = np.concatenate(mine)
                trees[base] = (cKDTree(where[pick]), owner[pick])
            tree, owners = trees[base]
            distance, nearest = tree.query((x_m[i], y_m[i]))
            own = int(owners[nearest]) if distance <= NEAR_M else self.number(base, around[i])
            out.append(own)
        return out

    def _around(
        self,
        read: Sequence[tuple[str, str] | None],
        at_m: NDArray[np.float64],
        where_m: NDArray[np.float64],
        owner: NDArray[np.int64],
    ) -> list[str]:
        """Return the quadrant that the addresses around places agree on; '' where they do not."""
        out = [""] * len(read)
        open_ = [i for i, found in enumerate(read) if found is not None and not found[1]]
        if len(where_m) < _WITNESSES or not open_:
            return out
        quadrants = np.array([quadrant for _, quadrant in self._ids])[owner]
        distance, near = cKDTree(where_m).query(at_m[open_], k=_WITNESSES)
        for i, far, rows in zip(open_, distance[:, -1], near, strict=True):
            said = set(quadrants[rows].tolist())
            if far <= AROUND_M and len(said) == 1:
                out[i] = said.pop()
        return out

    def table(self) -> tuple[NDArray[np.str_], NDArray[np.str_]]:
        """Return the dictionary as two arrays.

        Returns
        -------
        tuple of ndarray
            Names and quadrants; the position is the street's number.
        """
        pairs = list(self._ids)
        return (
            np.array([base for base, _ in pairs], dtype=np.str_),
            np.array([quadrant for _, quadrant in pairs], dtype=np.str_),
        )

    def alias_table(self) -> tuple[NDArray[np.str_], NDArray[np.str_]]:
        """Return the aliases as two arrays.

        Returns
        -------
        tuple of ndarray
            Other names and the names of the reference.
        """
        return (
            np.array(list(self._aliases), dtype=np.str_),
            np.array(list(self._aliases.values()), dtype=np.str_),
        )
