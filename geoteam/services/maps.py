"""The map and the table beside it: the same numbers, and nothing that the user may not see."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import Any

import geopandas as gpd
import pandas as pd
from sqlalchemy.orm import Session

from geoteam.areas import dissolve
from geoteam.crs import WGS84
from geoteam.maps import (
    AnyLayer,
    AreaLayer,
    ChoroplethLayer,
    GridLayer,
    Legend,
    PointLayer,
    city_map,
    light_streets,
)
from geoteam.model import Role, User
from geoteam.services.clients import reach_of
from geoteam.services.figures import Figures, MapOptions, compute
from geoteam.services.ground import KIND_WORDS, Ground, ground_of, outline
from geoteam.services.people import clients_frame
from geoteam.services.plan_ground import team_fills
from geoteam.services.workspace import Workspace
from geoteam.store import audit, plans, staff, venues

BY = ("service_area", "district", "grid")
MEASURES = ("clients", "workload", "workload_per_officer", "coverage")
_BY_WORDS = {"service_area": "Service area", "district": "District", "grid": "Grid"}
_MEASURE_WORDS = {
    "clients": "Clients",
    "workload": "Workload",
    "workload_per_officer": "Workload per officer",
    "coverage": "Partner coverage",
}
_LAYER_WORDS = {
    "district": "Police districts",
    "sector": "Police sectors",
    "service_area": "Service areas",
    "team": "Team areas",
    "office": "Field offices",
    "station": "Police stations",
    "partner": "Partners",
    "client": "Clients",
}
_CLIENT_READERS = frozenset({Role.OFFICER, Role.SUPERVISOR})
_FIGURE_KINDS: dict[str, Any] = {
    "clients": "count",
    "workload": "decimal",
    "workload_per_officer": "decimal",
    "coverage": "share",
}
ClientUrl = Callable[[str], str]


@dataclass(frozen=True, slots=True)
class Menus:
    """What a user may choose from, each as (value, label)."""

    measures: list[tuple[str, str]]
    by: list[tuple[str, str]]
    partner_kinds: list[tuple[str, str]]
    layers: list[tuple[str, str]]


@dataclass(frozen=True)
class MapView:
    """A map and the table with the same numbers; the document is drawn when it is asked for.

    Attributes
    ----------
    title
        What is shown.
    table
        One row an area or cell; NaN is withheld or without a figure.
    notes
        What a reader must know: what is withheld, who is not on the map.
    source
        Date and credit.
    """

    title: str
    table: pd.DataFrame
    notes: list[str]
    source: str
    draw: Callable[[], str] = field(repr=False)

    @cached_property
    def html(self) -> str:
        """The map's document."""
        return self.draw()


def map_menus(workspace: Workspace, user: User) -> Menus:
    """List what a user may choose on the map page.

    Parameters
    ----------
    workspace
        The workspace.
    user
        Who asks.

    Returns
    -------
    Menus
        Measures, areas, kinds of partner and layers.
    """
    inside = user.role in _CLIENT_READERS
    with workspace.reading() as session:
        kinds = sorted(set(venues.load(session, partners_only=True)["partner_kind"]))
    measures = [m for m in MEASURES if inside or m != "workload_per_officer"]
    layers = [name for name in _LAYER_WORDS if inside or name not in {"client", "team"}]
    return Menus(
        [(name, _MEASURE_WORDS[name]) for name in measures],
        [(name, _BY_WORDS[name]) for name in BY],
        [("", "Any partner"), *((kind, kind.replace("_", " ").capitalize()) for kind in kinds)],
        [(name, _LAYER_WORDS[name]) for name in layers],
    )


def map_view(
    workspace: Workspace,
    user: User,
    options: MapOptions,
    *,
    nonce: str = "",
    embed: bool = False,
    client_url: ClientUrl | None = None,
) -> MapView:
    """Compute a map for a user: figures first, the drawing when it is asked for.

    Parameters
    ----------
    workspace
        The workspace.
    user
        Who looks.
    options
        What to show.
    nonce
        Nonce of the content security policy.
    embed
        Make a document that stands alone.
    client_url
        Makes the address of a client's record; None leaves the link out.

    Returns
    -------
    MapView
        The map and its table.
    """
    figures = compute(workspace, user, options)
    ground = ground_of(workspace, figures.on)
    source = f"{figures.on.isoformat()}; {ground.attribution}"

    def draw() -> str:
        layers = [
            _figure_layer(figures, workspace.profile.disclosure.threshold, source),
            *_outlines(workspace, user, options, figures.on),
            *_places(workspace, user, options, figures, client_url),
        ]
        return city_map(
            layers,
            title=figures.title,
            subtitle=source,
            bounds=ground.bounds,
            nonce=nonce,
            embed=embed,
            basemap_url="" if embed else ground.basemap_url,
            streets=_light_streets(workspace, ground) if embed else None,
            attribution=ground.attribution,
        )

    return MapView(figures.title, figures.table, figures.notes, source, draw)


def _light_streets(workspace: Workspace, ground: Ground) -> Any:
    return light_streets(workspace.streets().edges_frame(), workspace.landscape())


def _figure_layer(figures: Figures, threshold: int, source: str) -> AnyLayer:
    legend = Legend(
        title=figures.title,
        units=figures.units,
        date=figures.on.isoformat(),
        source=source.partition("; ")[2],
        kind=_FIGURE_KINDS[figures.measure],
        withheld=f"withheld (fewer than {threshold})",
    )
    frame = figures.frame
    kind = GridLayer if figures.by == "grid" else ChoroplethLayer
    return kind(
        name=figures.title,
        frame=frame,
        column="figure",
        withheld_column="withheld",
        legend=legend,
        title_column="label",
    )


def _outlines(workspace: Workspace, user: User, options: MapOptions, on: date) -> list[AnyLayer]:
    known = {table.kind for table in workspace.profile.boundaries} & set(options.layers)
    layers: list[AnyLayer] = [
        outline(kind, workspace.areas(kind, on), show=True)
        for kind in ("service_area", "sector", "district")
        if kind in known
    ]
    if "team" in options.layers and user.role in _CLIENT_READERS:
        team_layer = _team_areas(workspace, on)
        layers = ([team_layer] if team_layer is not None else []) + layers
    return layers


def _team_areas(workspace: Workspace, on: date) -> AreaLayer | None:
    with workspace.reading() as session:
        plan = plans.in_force(session, on)
        if plan is None:
            return None
        units = {unit: team for unit, team in plans.units(session, plan.id).items() if team}
        teams = staff.teams(session)
        fills = team_fills(workspace, session, plan)
    frame = dissolve(workspace.areas_of(plan.boundary_set_id), units)
    frame["name"] = [str(teams["name"].get(ref, ref)) for ref in frame.index]
    return AreaLayer(name="Team areas", frame=frame, title_column="name", fill="each", fills=fills)


def _places(
    workspace: Workspace,
    user: User,
    options: MapOptions,
    figures: Figures,
    client_url: ClientUrl | None,
) -> list[AnyLayer]:
    table = workspace.profile.venues
    layers: list[AnyLayer] = []
    if table is not None:
        with workspace.reading() as session:
            offices = venues.load(session, categories=table.office_categories)
            stations = venues.load(session, categories=table.station_categories)
            partners = venues.load(session, partners_only=True)
        if options.partner_kind:
            partners = partners[partners["partner_kind"] == options.partner_kind]
        for key, name, frame in (
            ("office", "Field offices", offices),
            ("station", "Police stations", stations),
            ("partner", "Partners", partners),
        ):
            if key in options.layers and len(frame):
                layers.append(_venue_layer(name, key, frame))
    if "client" in options.layers and user.role in _CLIENT_READERS:
        with workspace.transaction() as session:
            layers.append(_client_layer(workspace, session, user, figures.on, client_url))
    return layers


def _venue_layer(name: str, kind: Any, frame: gpd.GeoDataFrame) -> PointLayer:
    shown = frame.assign(
        what=frame["partner_kind"].where(frame["partner_kind"] != "", frame["category"])
        .str.replace("_", " ")
    )  # fmt: skip
    return PointLayer(
        name=name,
        frame=shown,
        title_column="name",
        details={"what": "Kind", "address": "Address"},
        kind=kind,
        cluster=len(frame) > 60,
        many=name.lower(),
    )


def _client_layer(
    workspace: Workspace, session: Session, user: User, on: date, client_url: ClientUrl | None
) -> PointLayer:
    reach = reach_of(user)
    clients = clients_frame(workspace, session, on, officers=reach.officers, teams=reach.teams)
    placed = clients[clients["located"]]
    audit.append(
        session,
        at=workspace.now(),
        actor=user.username,
        action="map.clients",
        object_kind="clients",
        object_ref="",
        purpose="map",
        detail={"rows": len(placed)},
    )
    links = [client_url(str(ref)) if client_url else "" for ref in placed.index]
    frame = gpd.GeoDataFrame(
        {
            "name": placed["name"],
            "level": placed["level"],
            "officer": placed["officer"],
            "unit": placed["unit"],
            "link": pd.Series(links, index=placed.index, dtype="str"),
        },
        geometry=gpd.points_from_xy(placed["lon"], placed["lat"]),
        crs=WGS84,
    )
    return PointLayer(
        name="Clients",
        frame=frame,
        title_column="name",
        details={"level": "Level", "officer": "Officer", "unit": "Area"},
        link_column="link" if client_url else "",
        kind="client",
        many="clients",
    )


__all__ = [
    "BY",
    "KIND_WORDS",
    "MEASURES",
    "MapOptions",
    "MapView",
    "Menus",
    "map_menus",
    "map_view",
]
