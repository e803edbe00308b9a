"""The reference as arrays: built once, kept in one file, loaded in a fraction of a second."""

from __future__ import annotations

import hashlib
import json
import os
import zipfile
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, Self

import geopandas as gpd
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from geoteam.errors import AddressReferenceError, MissingFileError
from geoteam.geocoding.build import Parts, build_parts
from geoteam.geocoding.grammar import AddressGrammar
from geoteam.geocoding.hundreds import FILE_SCORE
from geoteam.geocoding.lookup import Lookup
from geoteam.geocoding.quality import Problem

# Raised whenever the arrays or their meaning change; an older file is refused with its remedy.
FORMAT = 4
PROBLEM_COLUMNS = ("kind", "reference_id", "other", "lon", "lat", "distance_m", "message")


@dataclass(frozen=True)
class ReferenceIndex:
    """Everything `geocode` needs to know of one city.

    Attributes
    ----------
    grammar
        The city's address habits.
    zip_prefixes
        First digits of the city's ZIP codes; empty when they say nothing.
    crs
        The measuring CRS.
    parts
        The arrays: streets, points, blocks, crossings, places, ZIP areas.
    problems
        Faults found in the reference's own sources, one a row.
    fingerprint
        Names what the index holds: the same arrays and grammar have the same hex digest.
    sources
        Where it comes from: ``name``, ``rows`` and ``date`` of each file.
    built_at
        When it was built, ISO 8601.
    """

    grammar: AddressGrammar
    zip_prefixes: tuple[str, ...]
    crs: str
    parts: Parts
    problems: pd.DataFrame = field(repr=False)
    fingerprint: str
    sources: tuple[dict[str, Any], ...] = ()
    built_at: str = ""

    @classmethod
    def build(
        cls,
        addresses: gpd.GeoDataFrame,
        blocks: gpd.GeoDataFrame | None = None,
        intersections: gpd.GeoDataFrame | None = None,
        venues: gpd.GeoDataFrame | None = None,
        zips: gpd.GeoDataFrame | None = None,
        streets: gpd.GeoDataFrame | None = None,
        *,
        grammar: AddressGrammar,
        aliases: Mapping[str, str] | None = None,
        zip_prefixes: tuple[str, ...] = (),
        crs: str,
        shelter_categories: tuple[str, ...] = ("homeless_shelter",),
        sources: Sequence[Mapping[str, Any]] = (),
        faults: Sequence[Problem] = (),
        built_at: str = "",
    ) -> Self:
        """Build the index.

        Parameters
        ----------
        addresses
            Address points, contract ``ADDRESSES``.
        blocks
            Hundred-blocks, contract ``BLOCKS``.
        intersections
            Columns ``street`` and ``street2`` with Point geometry in EPSG:4326; the quadrant
            stands in the name or in ``quadrant`` and ``quadrant2``. Where it stands in neither,
            it is taken from the nearest address point of that street within 150 m.
        venues
            Named places, contract ``VENUES``.
        zips
            ZIP areas, contract ``BOUNDARIES``.
        streets
            Centrelines: column ``street``, the name in any spelling, and line geometry in
            EPSG:4326. They tell which streets exist, check where the other sources lie, and place
            hundred-blocks that no other source tells.
        grammar
            The city's address habits.
        aliases
            Other names of streets -> the reference's names, without quadrant.
        zip_prefixes
            First digits that every ZIP of the city has.
        crs
            The measuring CRS.
        shelter_categories
            Categories of `venues` that are shelters.
        sources
            ``name``, ``rows`` and ``date`` of each file, kept to be told.
        faults
            What is known to be wrong with the sources (`outside_city`), put before what is found.
        built_at
            The present moment, ISO 8601, kept to be told.

        Returns
        -------
        ReferenceIndex
            The index, with the faults found in its sources in `problems`.

        Raises
        ------
        AddressReferenceError
            When no address can be read, or the points are not in one city.
        FrameError
            When a frame breaks its contract.
        """
        parts, problems = build_parts(
            addresses,
            blocks,
            intersections,
            venues,
            zips,
            streets,
            grammar=grammar,
            aliases=aliases or {},
            crs=crs,
            shelter_categories=shelter_categories,
        )
        frame = pd.DataFrame([*faults, *problems], columns=list(PROBLEM_COLUMNS))
        prefixes = tuple(zip_prefixes)
        digest = _digest(grammar, prefixes, crs, parts)
        told = tuple(dict(source) for source in sources)
        return cls(grammar, prefixes, crs, parts, frame, digest, told, built_at)

    @cached_property
    def lookup(self) -> Lookup:
        """Return dictionaries over the arrays, made on first use.

        Returns
        -------
        Lookup
            The dictionaries.
        """
        return Lookup(self.parts, self.grammar)

    def points(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return where the address points lie.

        Returns
        -------
        tuple of ndarray
            Longitudes and latitudes, EPSG:4326.
        """
        return self.parts.point_lon, self.parts.point_lat

    def info(self) -> dict[str, Any]:
        """Tell what the index holds.

        Returns
        -------
        dict
            Counts of streets, points, blocks (of the block file, and derived), crossings, places,
            ZIP areas and problems, and of which kinds these are; the measured interpolation error
            in metres; the sources, when it was built, and the fingerprint.
        """
        parts = self.parts
        return {
            "streets": len(parts.street_base),
            "addresses": len(parts.point_lon),
            "blocks": int((parts.block_score == FILE_SCORE).sum()),
            "derived_blocks": int((parts.block_score < FILE_SCORE).sum()),
            "intersections": len(parts.crossing_lon),
            "places": len(parts.place_lon),
            "zips": len(parts.zip_code),
            "problems": len(self.problems),
            "problem_kinds": dict(sorted(Counter(self.problems["kind"].tolist()).items())),
            "interpolation_m": float(parts.interpolation_m[0]),
            "crs": self.crs,
            "quadrants": list(self.grammar.quadrants),
            "sources": [dict(source) for source in self.sources],
            "built_at": self.built_at,
            "fingerprint": self.fingerprint,
        }

    def save(self, path: Path) -> None:
        """Write the index to one file; the file is whole or not there at all.

        Parameters
        ----------
        path
            Where to; ``.npz`` by custom.
        """
        head = {
            "format": FORMAT,
            "quadrants": self.grammar.quadrants,
            "postal_names": self.grammar.postal_names,
            "states": self.grammar.states,
            "zip_prefixes": self.zip_prefixes,
            "crs": self.crs,
            "problems": self.problems.to_dict(orient="split", index=False),
            "fingerprint": self.fingerprint,
            "sources": self.sources,
            "built_at": self.built_at,
        }
        arrays = {name: getattr(self.parts, name) for name in Parts.__dataclass_fields__}
        arrays["head"] = np.frombuffer(json.dumps(head).encode(), dtype=np.uint8)
        temporary = path.with_name(f".{path.name}.{os.getpid()}.part")
        try:
            with temporary.open("wb") as file:
                np.savez(file, **arrays)
                file.flush()
                os.fsync(file.fileno())
            temporary.replace(path)
        finally:
            temporary.unlink(missing_ok=True)

    @classmethod
    def load(cls, path: Path) -> Self:
        """Read an index back.

        Parameters
        ----------
        path
            A file that `save` wrote.

        Returns
        -------
        ReferenceIndex
            The index.

        Raises
        ------
        MissingFileError
            When there is no such file.
        AddressReferenceError
            When it is no index, damaged, or of another version.
        """
        if not path.is_file():
            raise MissingFileError("there is no geocoding reference", where=str(path))
        remedy = "Build the reference again: geoteam addresses add --data FOLDER"
        try:
            with np.load(path, allow_pickle=False) as stored:
                head = json.loads(stored["head"].tobytes())
                arrays: dict[str, NDArray[Any]] = {
                    name: stored[name] for name in Parts.__dataclass_fields__ if name in stored
                }
        except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile) as error:
            raise AddressReferenceError(
                "the geocoding reference is damaged", where=str(path), remedy=remedy
            ) from error
        if head.get("format") != FORMAT or len(arrays) < len(Parts.__dataclass_fields__):
            raise AddressReferenceError(
                "the geocoding reference is of another version", where=str(path), remedy=remedy
            )
        grammar = AddressGrammar(
            tuple(head["quadrants"]), tuple(head["postal_names"]), tuple(head["states"])
        )
        problems = pd.DataFrame(head["problems"]["data"], columns=head["problems"]["columns"])
        return cls(
            grammar,
            tuple(head["zip_prefixes"]),
            head["crs"],
            Parts(**arrays),
            problems,
            head["fingerprint"],
            tuple(head["sources"]),
            head["built_at"],
        )


def _digest(grammar: AddressGrammar, zip_prefixes: tuple[str, ...], crs: str, parts: Parts) -> str:
    digest = hashlib.sha256(repr((grammar, zip_prefixes, crs)).encode())
    for name in Parts.__dataclass_fields__:
        array: NDArray[Any] = getattr(parts, name)
        digest.update(f"{name} {array.dtype} {array.shape}".encode())
        digest.update(np.ascontiguousarray(array).tobytes())
    return digest.hexdigest()
