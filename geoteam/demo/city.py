"""Write the data folder of the demo city: the same kinds of files that a real city hands over."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from geoteam.crs import WGS84, unproject
from geoteam.demo.fabric import lay_streets
from geoteam.demo.ground import Green, Ground, make_ground
from geoteam.demo.lots import Lots, make_lots
from geoteam.demo.network import Network, make_network
from geoteam.demo.osm import green_tags, write_osm
from geoteam.demo.people import write_people
from geoteam.demo.pieces import Pieces, dissolve_pieces, make_pieces, piece_of
from geoteam.demo.places import Place, shift, to_degrees
from geoteam.demo.profile_file import REALIGNED_ON, SURVEYED_ON, write_profile
from geoteam.demo.shores import add_expressway
from geoteam.demo.survey import make_survey
from geoteam.demo.units import Scheme, earlier_scheme, make_scheme, make_zip_areas
from geoteam.demo.venues import make_venues
from geoteam.errors import InputError
from geoteam.profile import read_profile


@dataclass(frozen=True)
class _Size:
    window: str
    share: float
    addresses: int
    districts: int
    sectors: int
    units: int
    zips: int


SIZES: Mapping[str, _Size] = {
    "full": _Size("full", 1.0, 40_000, 7, 21, 57, 24),
    "small": _Size("small", 0.2, 6_000, 2, 6, 16, 5),
}
ZIP_PREFIX = "001"
_NTH = ("First", "Second", "Third", "Fourth", "Fifth", "Sixth", "Seventh")


@dataclass(frozen=True)
class City:
    """The invented city in city metres, before it is written.

    Attributes
    ----------
    ground, network, greens, lots, pieces
        What it is made of.
    now, before
        Boundaries in force and the earlier ones.
    zips
        ZIP code of each piece.
    place
        Where it lies.
    """

    ground: Ground
    network: Network
    greens: tuple[Green, ...]
    lots: Lots
    pieces: Pieces
    now: Scheme
    before: Scheme
    zips: NDArray[np.object_]
    place: Place


def make_city(
    seed: int, size: str = "full", step: Callable[[str], None] = lambda what: None
) -> City:
    """Invent the city.

    Parameters
    ----------
    seed
        The seed; the same one gives the same city.
    size
        ``full`` or ``small``.
    step
        Called with the name of each step before it begins.

    Returns
    -------
    City
        Land, streets, addresses and boundaries.
    """
    spec = SIZES[size]
    step("land")
    survey = make_survey(seed)
    ground = make_ground(seed, survey, spec.window)
    step("streets")
    streets, circles = lay_streets(seed, survey, ground)
    network = add_expressway(make_network(seed, streets), ground)
    step("addresses")
    lots = make_lots(seed, survey, ground, streets, network, spec.addresses)
    step("boundaries")
    x, y = lots.points["x"].to_numpy(), lots.points["y"].to_numpy()
    pieces = make_pieces(ground, network, x, y)
    now = make_scheme(seed, pieces, spec.districts, spec.sectors, spec.units)
    before = earlier_scheme(seed, pieces, now, 0.125)
    zips = make_zip_areas(seed, pieces, spec.zips, ZIP_PREFIX)
    return City(
        ground, network, (*ground.greens, *circles), lots, pieces, now, before, zips, Place()
    )


def _write_areas(
    path: Path, place: Place, shapes: Mapping[str, shapely.Geometry], rows: list[dict[str, str]]
) -> None:
    """One feature a line, so that two versions compare line by line."""
    lines = []
    for row, shape in zip(rows, shapes.values(), strict=True):
        geometry = json.loads(shapely.to_geojson(to_degrees(shape, place)))
        lines.append(json.dumps({"type": "Feature", "properties": row, "geometry": geometry}))
    head = '{"type": "FeatureCollection", "crs": {"type": "name", "properties": {"name": "urn:ogc:def:crs:OGC:1.3:CRS84"}}, "features": [\n'
    path.write_text(head + ",\n".join(lines) + "\n]}\n", encoding="utf-8")


def _write_scheme(folder: Path, city: City, scheme: Scheme, year: int) -> None:
    sector = np.array([scheme.sector_of[u] for u in scheme.unit], dtype=object)
    district = np.array([s[0] for s in sector], dtype=object)
    shapes = dissolve_pieces(city.pieces, scheme.unit)
    _write_areas(folder / f"service_areas_{year}.geojson", city.place, shapes, [
        {"AREA": u, "NAME": f"Service Area {u}", "SECTOR": scheme.sector_of[u], "DISTRICT": scheme.sector_of[u][0]} for u in shapes])  # fmt: skip
    shapes = dissolve_pieces(city.pieces, sector)
    _write_areas(
        folder / f"sectors_{year}.geojson",
        city.place,
        shapes,
        [{"SECTOR": s, "NAME": f"Sector {s}", "DISTRICT": s[0]} for s in shapes],
    )
    shapes = dissolve_pieces(city.pieces, district)
    _write_areas(
        folder / f"districts_{year}.geojson",
        city.place,
        shapes,
        [{"DISTRICT": d, "NAME": f"{_NTH[int(d) - 1]} District"} for d in shapes],
    )


def _write_boundaries(folder: Path, city: City) -> None:
    _write_scheme(folder, city, city.now, REALIGNED_ON.year)
    _write_scheme(folder, city, city.before, SURVEYED_ON.year)
    zips = dissolve_pieces(city.pieces, city.zips)
    _write_areas(
        folder / "zip.geojson", city.place, zips, [{"ZIP": z, "NAME": f"ZIP {z}"} for z in zips]
    )
    base: dict[str, shapely.Geometry] = {"Wending River": city.ground.river, "East Wending": city.ground.branch,
            "Sallow Creek": city.ground.creek.buffer(7)}  # fmt: skip
    rows = [{"NAME": name, "KIND": "water"} for name in base]
    for green in city.greens:
        base[green.name] = green.shape
        tags = green_tags(green.kind)
        rows.append(
            {
                "NAME": green.name,
                "KIND": "park" if tags.get("leisure") else next(iter(tags.values())),
            }
        )
    _write_areas(folder / "water_parks.geojson", city.place, base, rows)


def _addresses(city: City, piece: NDArray[np.int64]) -> pd.DataFrame:
    points = city.lots.points.copy()
    lon, lat = unproject(*shift(points[["x", "y"]].to_numpy(), city.place), city.place.crs)
    points["lon"], points["lat"] = np.round(lon, 7), np.round(lat, 7)
    points["number"] = points["number"].astype(str)
    points["address"] = points["number"] + " " + points["street"] + " " + points["quadrant"]
    points["zip"] = city.zips[piece].astype(str)
    # As in real registers, the ZIP of some points is not known.
    points.loc[np.arange(len(points)) % 53 == 17, "zip"] = ""
    return points


def _write_addresses(folder: Path, city: City, points: pd.DataFrame) -> gpd.GeoDataFrame:
    columns = ["address_id", "address", "number", "street", "quadrant", "zip", "lon", "lat"]
    points[columns].to_parquet(folder / "points.parquet", index=False, compression="zstd")
    blocks = city.lots.blocks
    lon, lat = unproject(*shift(blocks[["x", "y"]].to_numpy(), city.place), city.place.crs)
    table = blocks[["street", "quadrant", "lo", "hi"]].assign(
        length_m=blocks["length_m"].round(1), lon=np.round(lon, 7), lat=np.round(lat, 7)
    )
    table.to_csv(folder / "blocks.csv", index=False, lineterminator="\n")
    return gpd.GeoDataFrame(
        table.set_index(pd.Index([f"B{k}" for k in range(len(table))], name="block_id")),
        geometry=gpd.points_from_xy(lon, lat), crs=WGS84,
    )  # fmt: skip


def write_demo_city(
    folder: Path,
    *,
    clients: int = 8000,
    seed: int = 2026,
    on: date,
    progress: Callable[[str, float], None] | None = None,
    size: str = "full",
) -> Path:
    """Invent a city and write its data folder and profile.

    Parameters
    ----------
    folder
        Made when it is not there; files of an earlier run are overwritten.
    clients
        How many clients to invent.
    seed
        The same seed gives the same files.
    on
        The day that is today for contact histories.
    progress
        Called with the name of a step and the share done so far.
    size
        ``full``, or ``small`` for a corner of the city with two districts.

    Returns
    -------
    Path
        The profile, ``demo.toml`` in the folder.

    Raises
    ------
    InputError
        When the size is unknown or the number of clients negative.
    """
    if size not in SIZES:
        raise InputError(f"there is no demo city of size {size!r}", remedy="Use full or small")
    if clients < 0:
        raise InputError("the number of clients is negative")
    done = iter(np.linspace(0, 1, 8))

    def step(what: str) -> None:
        if progress is not None:
            progress(what, float(next(done)))

    for part in ("boundaries", "roads", "addresses", "venues", "staff"):
        (folder / part).mkdir(parents=True, exist_ok=True)
    city = make_city(seed, size, step)
    xy = city.lots.points[["x", "y"]].to_numpy()
    piece = piece_of(city.pieces.shapes, xy[:, 0], xy[:, 1])
    points = _addresses(city, piece)
    step("files")
    _write_boundaries(folder / "boundaries", city)
    write_osm(
        folder / "roads" / "streets.osm.pbf", city.place, city.ground, city.network, city.greens
    )
    blocks = _write_addresses(folder / "addresses", city, points)
    district = np.array([city.now.sector_of[u][0] for u in city.now.unit], dtype=object)[piece]
    venues = make_venues(seed, points, district, SIZES[size].share)
    venues.to_csv(folder / "venues" / "venues.csv", index=False, lineterminator="\n")
    path = write_profile(folder / "demo.toml", city.place)
    step("people")
    write_people(
        folder,
        profile=read_profile(path),
        units=_frame(city, city.now.unit, {u: s for u, s in city.now.sector_of.items()}),
        districts=_frame(
            city, np.array([city.now.sector_of[u][0] for u in city.now.unit], dtype=object), {}
        ),
        addresses=_points_frame(points),
        blocks=blocks,
        venues=_venues_frame(venues),
        clients=clients,
        seed=seed,
        on=on,
    )
    step("done")
    return path


def _frame(city: City, codes: NDArray[np.object_], parents: Mapping[str, str]) -> gpd.GeoDataFrame:
    shapes = dissolve_pieces(city.pieces, codes)
    return gpd.GeoDataFrame(
        {"name": list(shapes), "parent": [parents.get(c, "") for c in shapes]},
        index=pd.Index(list(shapes), name="code"),
        geometry=[to_degrees(s, city.place) for s in shapes.values()], crs=WGS84,
    )  # fmt: skip


def _points_frame(points: pd.DataFrame) -> gpd.GeoDataFrame:
    columns = ["address", "number", "street", "quadrant", "zip"]
    return gpd.GeoDataFrame(
        points.set_index("address_id")[columns],
        geometry=gpd.points_from_xy(points["lon"], points["lat"]).set_crs(WGS84)
        if False
        else gpd.points_from_xy(points["lon"], points["lat"], crs=WGS84),
    )


def _venues_frame(venues: pd.DataFrame) -> gpd.GeoDataFrame:
    frame = venues.set_index("venue_ref")[["category", "name", "address"]].assign(partner_kind="")
    return gpd.GeoDataFrame(
        frame, geometry=gpd.points_from_xy(venues["lon"], venues["lat"], crs=WGS84)
    )
