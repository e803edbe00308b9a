"""Write the data folder of the demo city: the same kinds of files that a real city hands over."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import geopandas as gpd
import numpy as np
from numpy.typing import NDArray

from geoteam.demo.fabric import lay_streets
from geoteam.demo.files import (
    address_table,
    boundary_frame,
    venue_frame,
    write_blocks,
    write_land,
    write_points,
    write_scheme,
    write_zip_areas,
)
from geoteam.demo.ground import Green, Ground, make_ground
from geoteam.demo.lots import Lots, make_lots
from geoteam.demo.network import Network, make_network
from geoteam.demo.osm import write_osm
from geoteam.demo.people import write_people
from geoteam.demo.pieces import Pieces, make_pieces, piece_of
from geoteam.demo.places import Place
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
    done = iter(np.linspace(0, 1, 7))

    def step(what: str) -> None:
        if progress is not None:
            progress(what, float(next(done)))

    for part in ("boundaries", "roads", "addresses", "venues", "staff"):
        (folder / part).mkdir(parents=True, exist_ok=True)
    city = make_city(seed, size, step)
    step("files")
    path = write_profile(folder / "demo.toml", city.place)
    people = _write_land_and_venues(folder, city, seed, SIZES[size].share)
    step("people")
    profile = read_profile(path)
    write_people(folder, profile=profile, clients=clients, seed=seed, on=on, **people)
    step("done")
    return path


def _write_land_and_venues(
    folder: Path, city: City, seed: int, share: float
) -> dict[str, gpd.GeoDataFrame]:
    """Write all but the people, and return the frames that the people need."""
    place, pieces, now = city.place, city.pieces, city.now
    for scheme, year in ((now, REALIGNED_ON.year), (city.before, SURVEYED_ON.year)):
        write_scheme(folder / "boundaries", place, pieces, scheme, year)
    write_zip_areas(folder / "boundaries", place, pieces, city.zips)
    write_land(folder / "boundaries", place, city.ground, city.greens)
    streets = folder / "roads" / "streets.osm.pbf"
    write_osm(streets, place, city.ground, city.network, city.greens)
    xy = city.lots.points[["x", "y"]].to_numpy()
    piece = piece_of(pieces.shapes, xy[:, 0], xy[:, 1])
    points = address_table(city.lots, city.zips[piece], place)
    venues = make_venues(seed, points, now.districts[piece], share)
    venues.to_csv(folder / "venues" / "venues.csv", index=False, lineterminator="\n")
    return {
        "units": boundary_frame(pieces, now.unit, now.sector_of, place),
        "districts": boundary_frame(pieces, now.districts, {}, place),
        "addresses": write_points(folder / "addresses" / "points.parquet", points),
        "blocks": write_blocks(folder / "addresses" / "blocks.csv", city.lots.blocks, place),
        "venues": venue_frame(venues),
    }
