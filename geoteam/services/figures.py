"""The figures of the map: density and coverage, by area or grid, withheld where they must be.

People inside supervision see the figures of their own clients. For everybody else four rules hold
together, so that nothing comes back by subtraction: small cells are withheld with enough others
(``disclosure``); service areas, districts and the total come from one suppression; the grid is one
fixed grid with counts rounded to fives, and shares are rounded to 5 %; and a month has one frozen
snapshot, so that two looks do not show one person's move.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from typing import Literal, get_args

import geopandas as gpd
import numpy as np
import pandas as pd

from geoteam.disclosure import suppress
from geoteam.errors import DisclosureError, InputError
from geoteam.model import Role, User
from geoteam.outreach import cell_ids, coverage, density, grid
from geoteam.profile import PartnerKind
from geoteam.services.clients import reach_of
from geoteam.services.people import clients_frame
from geoteam.services.published import published_clients, published_day
from geoteam.services.scope import require_role
from geoteam.services.workspace import Workspace
from geoteam.store import venues

INSIDE = frozenset({Role.SUPERVISOR, Role.OFFICER})
READERS = (*INSIDE, Role.COMMUNITY)
_OUTSIDE_GRID_M = 1000
_ROUND_COUNT = 5
_ROUND_SHARE = 0.05
_AREA_WORDS = {"service_area": "police service area", "district": "police district"}


@dataclass(frozen=True, slots=True)
class MapOptions:
    """What a map shows.

    Attributes
    ----------
    by
        ``service_area``, ``district`` or ``grid``.
    measure
        ``clients``, ``workload``, ``workload_per_officer`` or ``coverage``.
    grid, grid_m
        Shape and size of the cells.
    minutes, partner_kind
        For coverage: longest drive to a partner, and of which kind ('' is any).
    layers
        What else is drawn.
    on
        The day; today when None.
    """

    by: str = "service_area"
    measure: str = "clients"
    grid: Literal["hexagon", "square"] = "hexagon"
    grid_m: int = 500
    minutes: int = 10
    partner_kind: str = ""
    layers: tuple[str, ...] = ("district", "office", "station")
    on: date | None = None


@dataclass(frozen=True)
class Figures:
    """Figures by area or cell, as the user may see them.

    ``frame`` has columns ``figure`` (NaN without one), ``withheld``, ``label`` and the geometry in
    EPSG:4326; ``table`` is what stands beside the map.
    """

    title: str
    units: str
    by: str
    measure: str
    on: date
    frame: gpd.GeoDataFrame
    table: pd.DataFrame
    notes: list[str]


def compute(workspace: Workspace, user: User, options: MapOptions) -> Figures:
    """Compute the figures that a user may see.

    Parameters
    ----------
    workspace
        The workspace.
    user
        Who looks.
    options
        What to show.

    Returns
    -------
    Figures
        The figures.

    Raises
    ------
    DisclosureError
        When the role may not see the map or the measure.
    """
    require_role(user, READERS, "see the map")
    inside = user.role in INSIDE
    on = options.on or workspace.today()
    if not inside:
        if options.measure == "workload_per_officer":
            raise DisclosureError("this figure is for supervision staff", remedy="Choose another")
        on = published_day(workspace, on)
        options = replace(options, grid="hexagon", grid_m=_OUTSIDE_GRID_M)
    elif on > workspace.today():
        raise InputError("that day is still to come", remedy="Choose today or an earlier day")
    with workspace.reading() as session:
        partners = venues.load(session, partners_only=True)
    _require_kind(options)
    clients, notes = _clients(workspace, user, on)
    areas = _areas(workspace, options, clients, on)
    clients = clients.assign(group=_groups(workspace, options, clients, on))
    table = _measures(workspace, options, clients, areas, partners)
    if inside:
        table["withheld"] = False
    else:
        table = _protect(workspace, options, table, clients, on)
        notes += [
            f"Figures as at {on.isoformat()}. Areas with fewer than "
            f"{workspace.profile.disclosure.threshold} clients, and others that would give them "
            "away, are withheld."
        ]
    return _present(options, areas, table, on, notes)


def _require_kind(options: MapOptions) -> None:
    if options.partner_kind and options.partner_kind not in get_args(PartnerKind):
        raise InputError(
            "there is no such kind of partner",
            remedy=f"Choose one of: {', '.join(get_args(PartnerKind))}",
        )


def _clients(workspace: Workspace, user: User, on: date) -> tuple[pd.DataFrame, list[str]]:
    """Load the clients whom a user's figures count, and what must be said of the others."""
    if user.role not in INSIDE:
        clients = published_clients(workspace, on)
        if clients["located"].all():
            return clients, []
        # No number: with the total it would give away what the cells withhold.
        return clients, ["Some clients are not on the map: no fixed address, or an unsure one."]
    reach = reach_of(user)
    with workspace.reading() as session:
        clients = clients_frame(workspace, session, on, officers=reach.officers, teams=reach.teams)
    notes = []
    if reach.officers is not None:
        notes.append("Only your own clients are counted.")
    elif reach.teams is not None:
        notes.append("Only the clients of your teams are counted.")
    homeless = int(clients["residence_id"].isna().sum())
    nowhere = int((~clients["located"]).sum()) - homeless
    if nowhere:
        notes.append(
            f"{nowhere:,} of {len(clients):,} clients are not on the map: no fixed address, or an "
            "address that waits for review."
        )
    if homeless:
        notes.append(f"{homeless:,} clients have no address on record for that day.")
    return clients, notes


def _areas(
    workspace: Workspace, options: MapOptions, clients: pd.DataFrame, on: date
) -> gpd.GeoDataFrame:
    if options.by != "grid":
        return workspace.areas(_kind(workspace, options), on)
    cells = grid(
        clients,
        crs=workspace.profile.city.crs,
        size_m=options.grid_m,
        shape=options.grid,
        areas=workspace.areas(workspace.profile.unit_kind, on),
    )
    cells["name"] = cells.index
    return cells


def _kind(workspace: Workspace, options: MapOptions) -> str:
    return workspace.profile.unit_kind if options.by == "service_area" else options.by


def _groups(
    workspace: Workspace, options: MapOptions, clients: pd.DataFrame, on: date
) -> pd.Series:
    """Return the area or cell of each client; '' for those without a place."""
    if options.by == "grid":
        crs = workspace.profile.city.crs
        return cell_ids(clients, crs=crs, size_m=options.grid_m, shape=options.grid)
    if options.by == "service_area":
        return clients["unit"]
    codes = workspace.area_index(options.by, on).locate(
        clients["lon"].to_numpy(), clients["lat"].to_numpy()
    )
    return pd.Series(codes, index=clients.index, dtype="str")


def _measures(
    workspace: Workspace,
    options: MapOptions,
    clients: pd.DataFrame,
    areas: gpd.GeoDataFrame,
    partners: gpd.GeoDataFrame,
) -> pd.DataFrame:
    if options.measure != "coverage":
        if options.by == "grid":
            return pd.DataFrame(areas.drop(columns=["geometry", "name"]))
        return density(clients, areas, crs=workspace.profile.city.crs, by="group")
    if options.partner_kind:
        partners = partners[partners["partner_kind"] == options.partner_kind]
    located = clients[clients["group"] != ""]
    return coverage(
        workspace.streets(),
        located[["lon", "lat"]].to_numpy(),
        np.column_stack([partners.geometry.x, partners.geometry.y]).reshape(-1, 2),
        minutes=options.minutes,
        groups=located["group"],
        all_groups=areas.index,
    )


def _protect(
    workspace: Workspace,
    options: MapOptions,
    table: pd.DataFrame,
    clients: pd.DataFrame,
    on: date,
) -> pd.DataFrame:
    """Withhold and round what people outside supervision may not see exactly."""
    threshold = workspace.profile.disclosure.threshold
    if options.by == "grid":
        done = suppress(table["clients"].astype("int64"), threshold)
        hidden = done.cells["suppressed"]
    else:
        hidden = _hidden_areas(workspace, options, clients, on, threshold)
    table = table.copy()
    if options.measure == "coverage":
        rest = table["clients"] - table["covered"]
        few = table["covered"].between(1, threshold - 1) | rest.between(1, threshold - 1)
        hidden = hidden | few
        table["share"] = (table["share"] / _ROUND_SHARE).round() * _ROUND_SHARE
        table = table[["clients", "share"]]
    else:
        table = table[["clients", "workload"]]
    if options.by == "grid":
        table["clients"] = (table["clients"] / _ROUND_COUNT).round() * _ROUND_COUNT
    table = table.astype("float64")
    table.loc[hidden.reindex(table.index).fillna(value=True).to_numpy(dtype=bool)] = np.nan
    table["withheld"] = hidden.reindex(table.index).fillna(value=True).astype(bool)
    return table


def _hidden_areas(
    workspace: Workspace, options: MapOptions, clients: pd.DataFrame, on: date, threshold: int
) -> pd.Series:
    """Suppress units, districts and the total at once, and return the flags asked for."""
    units = workspace.areas(workspace.profile.unit_kind, on)
    inner = units.geometry.representative_point()
    districts = workspace.area_index("district", on).locate(inner.x.to_numpy(), inner.y.to_numpy())
    counts = clients["unit"].value_counts().reindex(units.index).fillna(0).astype("int64")
    done = suppress(
        counts,
        threshold,
        groups=pd.DataFrame({"district": pd.Series(districts, index=units.index, dtype="str")}),
    )
    if options.by == "service_area":
        return done.cells["suppressed"]
    totals = done.totals.xs("district", level=0)
    return totals["suppressed"]


_TITLES = {
    "clients": ("Clients", "clients", "clients"),
    "workload": ("Workload", "contacts a month", "workload"),
    "workload_per_officer": ("Workload per officer", "points per officer", "workload_per_officer"),
    "coverage": ("Partner coverage", "share of clients", "share"),
}
_COLUMNS = {
    "coverage": ["clients", "covered", "share", "median_minutes"],
    "": ["clients", "workload", "officers", "workload_per_officer"],
}


def _present(
    options: MapOptions, areas: gpd.GeoDataFrame, table: pd.DataFrame, on: date, notes: list[str]
) -> Figures:
    words, units, column = _TITLES[options.measure]
    where = _AREA_WORDS.get(options.by) or f"{options.grid} of {options.grid_m} m"
    title = f"{words} by {where}"
    if options.measure == "coverage":
        kind = options.partner_kind.replace("_", " ") or "any"
        span = "1 minute" if options.minutes == 1 else f"{options.minutes} minutes"
        title = f"Clients within {span} of {kind} partner, by {where}"
    frame = gpd.GeoDataFrame(
        {
            "figure": table[column].astype("float64"),
            "withheld": table["withheld"],
            "label": areas["name"],
        },
        geometry=areas.geometry,
        crs=areas.crs,
    )
    wanted = _COLUMNS["coverage" if options.measure == "coverage" else ""]
    shown = table[[name for name in wanted if name in table.columns]].copy()
    shown = shown.replace([np.inf, -np.inf], np.nan)
    shown.index.name = "cell" if options.by == "grid" else options.by
    return Figures(title, units, options.by, options.measure, on, frame, shown, notes)
