"""Making a workspace: everything that a city profile names, from files to an assigned caseload."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

from geoteam.demo import write_demo_city
from geoteam.errors import MissingFileError, ProfileError
from geoteam.profile import CityProfile, StaffTable, read_profile
from geoteam.services.assigning import run_assignment
from geoteam.services.demo_accounts import add_demo_users
from geoteam.services.geocoding import geocode_residences
from geoteam.services.loading import (
    invent_people,
    load_addresses,
    load_basemap,
    load_boundaries,
    load_clients,
    load_staff,
    load_streets,
)
from geoteam.services.progress import Progress, silent
from geoteam.services.workspace import Clock, Workspace, system_clock
from geoteam.store import settings

SYNTHETIC_STAFF = StaffTable(
    teams="staff/teams.csv",
    officers="staff/officers.csv",
    police_partners="staff/police_partners.csv",
    clients="staff/clients.csv",
    moves="staff/clients_moves.csv",
    contacts="staff/contacts.csv",
    offices="staff/offices.csv",
    shifts="staff/shifts.csv",
    cars="staff/cars.csv",
    no_contact="staff/no_contact.csv",
)


@dataclass
class _Init:
    """One run of ``init``: what it works on, and the seconds each step took."""

    workspace: Workspace
    profile: CityProfile
    data: Path
    actor: str
    progress: Progress
    seconds: dict[str, float] = field(default_factory=dict)

    def step(self, name: str, text: str, work: Callable[[], object]) -> None:
        """Run one step and note its time."""
        self.progress(text)
        started = time.perf_counter()
        work()
        self.seconds[name] = round(time.perf_counter() - started, 2)


def init_demo(
    folder: Path,
    *,
    clients: int = 8000,
    seed: int = 2026,
    size: str = "full",
    database_url: str | None = None,
    actor: str,
    progress: Progress = silent,
    clock: Clock = system_clock,
) -> dict[str, float]:
    """Make a workspace of the invented demo city, with an account for each role.

    Parameters
    ----------
    folder
        The workspace folder; made when it is not there.
    clients
        How many clients to invent.
    seed
        Seed of the generator; the same seed gives the same city.
    size
        ``full``, or ``small`` for a corner of the city.
    database_url
        SQLAlchemy URL; by default SQLite in the folder.
    actor
        Who the audit log names.
    progress
        Told of each step.
    clock
        Tells the current moment.

    Returns
    -------
    dict of str to float
        Seconds by step; empty when the workspace was complete already and nothing was done.
    """
    workspace = Workspace.open(folder, database_url, create=True, clock=clock)
    city = folder / "city"
    with closing(workspace), workspace.exclusive("init"):
        if workspace.is_ready():
            # A finished workspace, or one brought back from a backup, is not invented anew.
            return {}
        progress("inventing the demo city")
        started = time.perf_counter()
        on = workspace.now().date()
        profile_path = write_demo_city(city, clients=clients, seed=seed, on=on, size=size)
        seconds = {"city": round(time.perf_counter() - started, 2)}
        profile = read_profile(profile_path)
        run = _Init(workspace, profile, city, actor, progress, seconds)
        _load(run, city, profile.staff, made_up=True)
    return run.seconds


def init_city(
    folder: Path,
    *,
    profile_path: Path,
    data: Path,
    synthetic_clients: int = 0,
    seed: int = 2026,
    database_url: str | None = None,
    actor: str,
    progress: Progress = silent,
    clock: Clock = system_clock,
) -> dict[str, float]:
    """Make a workspace from a city profile and its data folder.

    Every step is one transaction, so that the command can be run again after any interruption.

    Parameters
    ----------
    folder
        The workspace folder; made when it is not there.
    profile_path
        The profile's TOML file.
    data
        Folder that the profile's file names are relative to.
    synthetic_clients
        How many made-up clients (with made-up staff) to place at the city's addresses; they exist
        in this workspace only.
    seed
        Seed of the made-up people.
    database_url
        SQLAlchemy URL; by default SQLite in the folder.
    actor
        Who the audit log names.
    progress
        Told of each step.
    clock
        Tells the current moment.

    Returns
    -------
    dict of str to float
        Seconds by step.

    Raises
    ------
    MissingFileError
        When a file that the profile names is not in the data folder.
    ProfileError
        When the workspace is of another city.
    """
    profile = read_profile(profile_path)
    require_files(profile, data)
    workspace = Workspace.open(folder, database_url, create=True, clock=clock)
    run = _Init(workspace, profile, data, actor, progress)
    with closing(workspace), workspace.exclusive("init"):
        if not synthetic_clients:
            _load(run, data, profile.staff, made_up=False)
            return run.seconds
        people = folder / "synthetic"
        _load(
            run,
            people,
            SYNTHETIC_STAFF,
            made_up=True,
            invent=lambda: invent_people(
                workspace, data, people, clients=synthetic_clients, seed=seed
            ),
        )
    return run.seconds


def _load(
    run: _Init,
    people: Path,
    table: StaffTable,
    *,
    made_up: bool,
    invent: Callable[[], object] | None = None,
) -> None:
    workspace, data, actor = run.workspace, run.data, run.actor
    _refuse_other_city(workspace, run.profile)
    with workspace.transaction() as session:
        settings.put(session, "profile", run.profile.model_dump(mode="json"), workspace.now())
    workspace.forget()
    run.step("boundaries", "loading boundaries", lambda: load_boundaries(workspace, data, actor))
    run.step("streets", "building the street network", lambda: load_streets(workspace, data))
    run.step("basemap", "drawing the basemap", lambda: load_basemap(workspace, data))
    run.step("addresses", "building the address reference", lambda: load_addresses(workspace, data))
    if invent is not None:
        run.step("people", "inventing people", invent)
    if table.teams:
        run.step("staff", "loading staff", lambda: load_staff(workspace, actor, people, table))
    if table.clients:
        run.step(
            "clients", "loading clients", lambda: load_clients(workspace, actor, people, table)
        )
        run.step("geocode", "placing addresses", lambda: geocode_residences(workspace, actor))
    if table.teams and table.clients:
        run.step("assign", "assigning clients", lambda: run_assignment(workspace, actor))
    if made_up:
        run.step("accounts", "making accounts", lambda: add_demo_users(workspace, actor))
    with workspace.transaction() as session:
        settings.put(session, "ready", {"ready": True}, workspace.now())
    workspace.forget()


def require_files(profile: CityProfile, data: Path) -> None:
    """Refuse a data folder that lacks a file the profile names, naming all that are missing.

    Parameters
    ----------
    profile
        The city profile.
    data
        The data folder.

    Raises
    ------
    MissingFileError
        When the folder or a file is missing.
    """
    if not data.is_dir():
        raise MissingFileError("there is no such data folder", where=str(data))
    sources = [*profile.boundaries, profile.streets, profile.addresses.points]
    more = (profile.addresses.blocks, profile.addresses.streets, profile.venues, profile.landscape)
    sources += [table for table in more if table]
    names = [source.file for source in sources]
    names += [name for name in profile.staff.model_dump().values() if name]
    missing = [name for name in names if name and not (data / name).exists()]
    if missing:
        raise MissingFileError(
            f"the profile names files that are not there: {', '.join(missing)}",
            where=str(data),
            remedy="Put them there, or change the profile",
        )


def _refuse_other_city(workspace: Workspace, profile: CityProfile) -> None:
    with workspace.reading() as session:
        there = settings.get(session, "profile")
    name = there["city"]["name"] if there else profile.city.name
    if name != profile.city.name:
        raise ProfileError(
            f"this workspace is of {name}, not of {profile.city.name}",
            where=str(workspace.folder),
            remedy="Choose another folder with --workspace",
        )
