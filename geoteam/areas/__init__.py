"""Boundary layers: read, check, repair, compare, and look points up in them.

Frames in and out are BOUNDARIES of ``geoteam.frames``, EPSG:4326. Whatever is measured is
measured in the city's projected CRS, which the caller names. A fault is reported with its place
and size; nothing is mended unless asked, and then every change is listed.
"""

from __future__ import annotations

from geoteam.areas.index import AreaIndex
from geoteam.areas.reading import guess_fields, read_boundaries, read_raw_boundaries

__all__ = ["AreaIndex", "guess_fields", "read_boundaries", "read_raw_boundaries"]
