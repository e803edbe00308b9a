"""What people see: folium maps, the basemap under them, printed sheets.

A map gets frames and texts that its reader may see, and adds nothing; every text passes
``safe_text``; every file comes from our own build; every figure is written by ``figure_text``, so
that map, legend and table agree. No database, no web, no clock.
"""

from __future__ import annotations

from geoteam.maps.assets import asset_path, asset_url, build_folder
from geoteam.maps.basemap import build_basemap, find_tippecanoe, light_streets, merge_streets
from geoteam.maps.draw import city_map
from geoteam.maps.exports import tour_geojson, tour_gpx, tour_ics
from geoteam.maps.layers import (
    AnyLayer,
    AreaLayer,
    ChoroplethLayer,
    GridLayer,
    Layer,
    Legend,
    PointLayer,
    RouteLayer,
)
from geoteam.maps.palettes import SEQUENTIAL, ClassBreak, classify
from geoteam.maps.plan_map import draw_plan
from geoteam.maps.plan_sheets import handover_sheet, plan_summary_sheet
from geoteam.maps.sheet import tour_sheets
from geoteam.maps.sheet_map import draw_tour
from geoteam.maps.text import FigureKind, figure_text, safe_text

__all__ = [
    "SEQUENTIAL",
    "AnyLayer",
    "AreaLayer",
    "ChoroplethLayer",
    "ClassBreak",
    "FigureKind",
    "GridLayer",
    "Layer",
    "Legend",
    "PointLayer",
    "RouteLayer",
    "asset_path",
    "asset_url",
    "build_basemap",
    "build_folder",
    "city_map",
    "classify",
    "draw_plan",
    "draw_tour",
    "figure_text",
    "find_tippecanoe",
    "handover_sheet",
    "light_streets",
    "merge_streets",
    "plan_summary_sheet",
    "safe_text",
    "tour_geojson",
    "tour_gpx",
    "tour_ics",
    "tour_sheets",
]
