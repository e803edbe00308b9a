"""Geocoding: from an address as typed to a place, on this machine alone.

It never guesses silently, never loses a row, and explains every decision: each text ends as
matched, tied or unmatched, with a score, a reason in words and the candidates. A missing quadrant
is inferred only from the ZIP; spelling is mended only inside the quadrant that is written.
"""

from __future__ import annotations

from geoteam.geocoding.aliases import StreetAliases
from geoteam.geocoding.columns import parse_columns
from geoteam.geocoding.decide import decide
from geoteam.geocoding.grammar import AddressGrammar, ParsedAddress, format_address
from geoteam.geocoding.index import ReferenceIndex
from geoteam.geocoding.match import Geocoder, geocode
from geoteam.geocoding.parse import parse_address
from geoteam.geocoding.quality import outside_city
from geoteam.geocoding.sources import (
    read_addresses,
    read_blocks,
    read_centrelines,
    read_venues,
)

__all__ = [
    "AddressGrammar",
    "Geocoder",
    "ParsedAddress",
    "ReferenceIndex",
    "StreetAliases",
    "decide",
    "format_address",
    "geocode",
    "outside_city",
    "parse_address",
    "parse_columns",
    "read_addresses",
    "read_blocks",
    "read_centrelines",
    "read_venues",
]
