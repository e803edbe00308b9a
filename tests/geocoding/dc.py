"""Washington, DC as a reference, and what its own points say of the answers."""

from __future__ import annotations

import time
from itertools import pairwise
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import ArrayLike, NDArray

from geoteam.crs import project
from geoteam.geocoding import (
    AddressGrammar,
    ReferenceIndex,
    decide,
    geocode,
    read_addresses,
    read_blocks,
    read_centrelines,
    read_venues,
)
from geoteam.profile import CityProfile, read_profile

ROOT = Path(__file__).resolve().parents[2]
CRIME_COLUMNS = ["BLOCK", "LONGITUDE", "LATITUDE"]


def crossings(folder: Path) -> gpd.GeoDataFrame:
    """Where two streets of different name share a node of the driving graph."""
    edges = pd.read_parquet(folder / "roads" / "dc_drive_edges.parquet")
    edges = edges[edges["name"].notna()]
    lines = shapely.from_wkb(edges["geometry"].to_numpy())
    ends = [
        pd.DataFrame(
            {"node": edges[node], "name": edges["name"], "at": shapely.get_point(lines, i)}
        )
        for node, i in (("u", 0), ("v", -1))
    ]
    table = pd.concat(ends).drop_duplicates(["node", "name"])
    both = table.merge(table, on="node")
    both = both[both["name_x"] < both["name_y"]]
    return gpd.GeoDataFrame(
        {"street": both["name_x"].to_numpy(), "street2": both["name_y"].to_numpy()},
        geometry=list(both["at_x"]),
        crs="EPSG:4326",
    )


def zip_areas(folder: Path) -> gpd.GeoDataFrame:
    frame = gpd.read_file(folder / "boundaries" / "zip_codes.geojson")
    frame = frame[frame["TYPE"] == "STANDARD"]
    names = frame["NAME"].fillna("").astype("str").to_numpy()
    index = pd.Index(frame["ZIPCODE"].astype("str"), name="code")
    return gpd.GeoDataFrame(
        {"name": names, "parent": ""},
        geometry=frame.geometry.to_numpy(),
        index=index,
        crs=frame.crs,
    )


class City:
    """The reference of DC, with the units of 2019."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.profile: CityProfile = read_profile(ROOT / "boundaries" / "dc.toml")
        city = self.profile.city
        points, block = self.profile.addresses.points, self.profile.addresses.blocks
        venue = self.profile.venues
        lines = self.profile.addresses.streets
        assert block is not None
        assert lines is not None
        assert venue is not None
        self.crs = city.crs
        self.addresses = read_addresses(folder / points.file, points.fields)
        self.sources = {
            "blocks": read_blocks(folder / block.file, block.fields),
            "venues": read_venues(folder / venue.file, venue.fields, venue.partner_kinds),
            "intersections": crossings(folder),
            "zips": zip_areas(folder),
            "streets": read_centrelines(folder / lines.file, lines.fields),
        }
        start = time.perf_counter()
        self.index = self.build(self.addresses)
        self.build_seconds = time.perf_counter() - start
        units = gpd.read_file(folder / "boundaries" / "psa_2019.geojson").to_crs(self.crs)
        self.codes = units["PSA"].astype("str").to_numpy()
        self.tree = shapely.STRtree(units.geometry.to_numpy())
        # Edges cut into pieces, so that the distance to the nearest is quick.
        rings = np.concatenate([shapely.get_rings(g) for g in units.geometry])
        pieces = [pair for ring in rings for pair in pairwise(shapely.get_coordinates(ring)[::1])]
        self.edges = shapely.STRtree(shapely.linestrings(np.array(pieces)))

    def build(
        self, addresses: gpd.GeoDataFrame, **other: gpd.GeoDataFrame | None
    ) -> ReferenceIndex:
        """The reference of some addresses; `other` replaces sources by name."""
        city = self.profile.city
        return ReferenceIndex.build(
            addresses,
            **(self.sources | other),
            grammar=AddressGrammar(city.quadrants, city.postal_names, (city.state,)),
            aliases=city.street_aliases,
            zip_prefixes=city.zip_prefixes,
            crs=city.crs,
        )

    def truth(self) -> gpd.GeoDataFrame:
        """The points that the reference itself believes, with plain house numbers."""
        problems = self.index.problems
        doubted = problems[problems["kind"].isin(["far_from_street", "two_places", "unreadable"])]
        bad = set(doubted["reference_id"]) | set(doubted["other"])
        points = self.addresses[~self.addresses.index.isin(bad)]
        return points[points["number"].str.isdigit() & ~points["street"].str.contains("&")]

    def units(self, lon: ArrayLike, lat: ArrayLike) -> NDArray[np.object_]:
        x, y = project(lon, lat, self.crs)
        good = np.flatnonzero(np.isfinite(x))
        out = np.full(len(x), "", dtype=object)
        at, area = self.tree.query(shapely.points(x[good], y[good]), predicate="intersects")
        out[good[at]] = self.codes[area]
        return out

    def ambiguous(self, found: pd.DataFrame) -> NDArray[np.bool_]:
        x, y = project(found["lon"], found["lat"], self.crs)
        good = np.flatnonzero(np.isfinite(x))
        out = np.zeros(len(x), dtype=bool)
        at, _ = self.edges.query(
            shapely.points(x[good], y[good]),
            predicate="dwithin",
            distance=found["uncertainty_m"].to_numpy()[good],
        )
        out[good[at]] = True
        return out

    def metres(
        self, lon: ArrayLike, lat: ArrayLike, lon2: ArrayLike, lat2: ArrayLike
    ) -> NDArray[np.float64]:
        x, y = project(lon, lat, self.crs)
        x2, y2 = project(lon2, lat2, self.crs)
        return np.asarray(np.hypot(x - x2, y - y2))

    def score(
        self,
        texts: pd.Series,
        points: gpd.GeoDataFrame,
        zips: pd.Series | None = None,
        index: ReferenceIndex | None = None,
    ) -> dict[str, float]:
        """How many texts are accepted, and how many of these in the wrong unit."""
        found = geocode(texts, index or self.index, zips=zips)
        accepted = (decide(found, self.ambiguous(found))["decision"] == "accepted").to_numpy()
        true = self.units(points.geometry.x, points.geometry.y)
        wrong = accepted & (self.units(found["lon"], found["lat"]) != true)
        held = [
            any(c["reference_id"] == ref for c in cells)
            for cells, ref in zip(found["candidates"], points.index, strict=True)
        ]
        tie = (found["status"] == "T").to_numpy() & np.array(held)
        return {
            "accepted": float(accepted.mean()),
            "accepted_wrong_unit": float(wrong.sum() / max(int(accepted.sum()), 1)),
            "right_or_tie": float(((accepted & ~wrong) | tie).mean()),
            "tied": float((found["status"] == "T").mean()),
            "unmatched": float((found["status"] == "U").mean()),
        }
