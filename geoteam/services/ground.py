"""What every map of the city stands on: the basemap, the bounds, the outlines."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import geopandas as gpd

from geoteam.maps import AreaLayer, merge_streets
from geoteam.services.workspace import Workspace

BASEMAP_FILE = "basemap.pmtiles"
BASEMAP_URL = "/basemap.pmtiles"
KIND_WORDS = {
    "district": "Police districts",
    "sector": "Police sectors",
    "service_area": "Police service areas",
    "ward": "Wards",
    "neighborhood": "Neighborhoods",
    "tract": "Census tracts",
    "block_group": "Block groups",
    "smd": "Single-member districts",
    "zip": "ZIP areas",
}
_RANKS = {"district": 0, "sector": 1, "ward": 1}


@dataclass(frozen=True)
class Ground:
    """The basemap's address and credit, the city's bounds, and its units."""

    basemap_url: str
    attribution: str
    bounds: tuple[float, float, float, float]
    unit_areas: gpd.GeoDataFrame
    unit_kind: str

    def units(self, *, show: bool = False) -> AreaLayer:
        """Return the outlines of the units.

        Parameters
        ----------
        show
            Whether the layer is switched on.

        Returns
        -------
        AreaLayer
            Outlines with codes.
        """
        return outline(self.unit_kind, self.unit_areas, show=show)


def outline(kind: str, frame: gpd.GeoDataFrame, *, show: bool = False) -> AreaLayer:
    """Make the outline layer of a boundary set.

    Parameters
    ----------
    kind
        Boundary kind.
    frame
        BOUNDARIES.
    show
        Whether the layer is switched on.

    Returns
    -------
    AreaLayer
        Outlines with names.
    """
    return AreaLayer(
        name=KIND_WORDS.get(kind, kind),
        frame=frame,
        title_column="name",
        rank=_RANKS.get(kind, 2),
        show=show,
    )


def ground_of(workspace: Workspace, on: date | None = None) -> Ground:
    """Collect what a map of the workspace's city stands on.

    Parameters
    ----------
    workspace
        The workspace.
    on
        Day of the boundaries; today by default.

    Returns
    -------
    Ground
        The parts.
    """
    profile = workspace.profile
    units = workspace.areas(profile.unit_kind, on)
    west, south, east, north = (float(value) for value in units.total_bounds)
    credits_ = f"{profile.streets.credit}; {units.attrs['set'].credit}".split("; ")
    there = (workspace.folder / BASEMAP_FILE).is_file()
    return Ground(
        basemap_url=BASEMAP_URL if there else "",
        attribution="; ".join(dict.fromkeys(text for text in credits_ if text)),
        bounds=(west, south, east, north),
        unit_areas=units,
        unit_kind=profile.unit_kind,
    )


def streets_to_draw(workspace: Workspace) -> gpd.GeoDataFrame:
    """Give the streets as the maps of tours draw them, made once.

    Parameters
    ----------
    workspace
        The workspace.

    Returns
    -------
    GeoDataFrame
        As of `geoteam.maps.merge_streets`.
    """
    return workspace.once(
        ("streets-to-draw", workspace.streets_stamp()),
        lambda: merge_streets(workspace.streets().edges_frame()),
    )
