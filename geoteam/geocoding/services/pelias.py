"""Pelias on a server of one's own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import geopy.geocoders

from geoteam.geocoding.services.answer import Found
from geoteam.geocoding.services.through_geopy import SelfHosted, house

_NAMES = ("housenumber", "street", "locality", "region_a", "postalcode")


class Pelias(SelfHosted):
    """A Pelias server; see `SelfHosted`."""

    name = "pelias"
    geocoder = geopy.geocoders.Pelias

    @staticmethod
    def _read(raw: Mapping[str, Any]) -> Found:
        facts = raw["properties"]
        lon, lat = raw["geometry"]["coordinates"][:2]
        found = house(
            facts, _NAMES, lon, lat, point=facts.get("accuracy") == "point", id=str(facts["gid"])
        )
        if facts.get("match_type") == "fallback":
            return replace(
                found, doubt="the service says that it fell back to something less exact"
            )
        return found
