"""Boundary layers: read, check, repair, compare, and look points up in them.

Frames in and out are BOUNDARIES of ``geoteam.frames``, EPSG:4326. Whatever is measured is
measured in the city's projected CRS, which the caller names. A fault is reported with its place
and size; nothing is mended unless asked, and then every change is listed.
"""

from __future__ import annotations

from geoteam.areas.checking import check_boundaries, faults_frame
from geoteam.areas.download import download_feature_server
from geoteam.areas.faults import Fault, Repair
from geoteam.areas.index import AreaIndex
from geoteam.areas.reading import guess_fields, read_boundaries, read_raw_boundaries
from geoteam.areas.relations import adjacency, crosswalk_by_area, crosswalk_by_points, dissolve
from geoteam.areas.repair import repair_boundaries

__all__ = [
    "AreaIndex",
    "Fault",
    "Repair",
    "adjacency",
    "check_boundaries",
    "crosswalk_by_area",
    "crosswalk_by_points",
    "dissolve",
    "download_feature_server",
    "faults_frame",
    "guess_fields",
    "read_boundaries",
    "read_raw_boundaries",
    "repair_boundaries",
]
