"""Photon on a server of one's own."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

import geopy.geocoders

from geoteam.geocoding.services.answer import Found
from geoteam.geocoding.services.through_geopy import MOST, SelfHosted, house

_NAMES = ("housenumber", "street", "city", "state", "postcode")


class Photon(SelfHosted):
    """A Photon server; see `SelfHosted`."""

    name = "photon"
    geocoder = geopy.geocoders.Photon
    options: ClassVar[Mapping[str, Any]] = {"limit": MOST}

    @staticmethod
    def _read(raw: Mapping[str, Any]) -> Found:
        facts = raw["properties"]
        lon, lat = raw["geometry"]["coordinates"][:2]
        # As in Nominatim, from whose data it is made.
        return house(
            facts,
            _NAMES,
            lon,
            lat,
            point=(facts.get("osm_key"), facts.get("osm_type")) != ("place", "W"),
            id=f"{facts.get('osm_type', '')}{facts.get('osm_id', '')}",
        )
