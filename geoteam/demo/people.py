"""The people of a city: staff, clients, where they live and when they were last seen."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import geopandas as gpd
import pandas as pd

from geoteam.demo.clients import make_clients
from geoteam.demo.duty import make_cars, make_shifts, with_languages
from geoteam.demo.history import make_contacts
from geoteam.demo.homes import Reference
from geoteam.demo.limits import no_contact_pairs
from geoteam.demo.teams import make_staff
from geoteam.profile import CityProfile


def _write(frame: pd.DataFrame, path: Path) -> None:
    frame.to_csv(path, index=False, lineterminator="\n")


def write_people(
    folder: Path,
    *,
    profile: CityProfile,
    units: gpd.GeoDataFrame,
    districts: gpd.GeoDataFrame,
    addresses: gpd.GeoDataFrame,
    venues: gpd.GeoDataFrame,
    clients: int,
    seed: int,
    on: date,
    blocks: gpd.GeoDataFrame | None = None,
    sectors: gpd.GeoDataFrame | None = None,
) -> None:
    """Invent staff and clients for any city and write them as an agency would hand them over.

    Writes ``staff/``: teams, officers, police partners, offices, shifts, cars, clients, moves,
    contacts, clients who must not meet, and ``truth.csv`` with the point where each client really
    lives, which nothing loads.

    Parameters
    ----------
    folder
        Data folder.
    profile
        The city's profile.
    units, districts
        BOUNDARIES frames in force today; units carry today's plan.
    addresses, venues
        ADDRESSES and VENUES frames.
    clients
        How many clients.
    seed
        The same seed gives the same files.
    on
        The day that is today.
    blocks
        BLOCKS frame; without it nobody gives a hundred-block for an address.
    sectors
        Accepted so that callers may pass the whole hierarchy; not used.
    """
    staff_folder = folder / "staff"
    staff_folder.mkdir(parents=True, exist_ok=True)
    staff = make_staff(
        profile=profile, units=units, districts=districts, addresses=addresses, venues=venues,
        clients=clients, seed=seed,
    )  # fmt: skip
    reference = Reference(units, addresses, venues, blocks is not None)
    people = make_clients(profile, reference, staff, clients=clients, seed=seed, on=on)
    contacts = make_contacts(profile=profile, people=people, seed=seed, on=on)
    _write(staff.offices, staff_folder / "offices.csv")
    _write(staff.teams, staff_folder / "teams.csv")
    officers, partners = with_languages(staff, seed)
    _write(officers, staff_folder / "officers.csv")
    _write(partners, staff_folder / "police_partners.csv")
    _write(make_shifts(staff, seed), staff_folder / "shifts.csv")
    _write(make_cars(staff), staff_folder / "cars.csv")
    _write(people.table, staff_folder / "clients.csv")
    _write(no_contact_pairs(people.table, seed), staff_folder / "no_contact.csv")
    _write(people.moves, staff_folder / "clients_moves.csv")
    _write(people.truth, staff_folder / "truth.csv")
    _write(contacts, staff_folder / "contacts.csv")
