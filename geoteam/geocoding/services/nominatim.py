"""Nominatim on a server of one's own; the public one forbids systematic use."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

import geopy.geocoders

from geoteam.geocoding.services.answer import Found
from geoteam.geocoding.services.through_geopy import MOST, SelfHosted, house

_NAMES = ("house_number", "road", "city", "state", "postcode")


class Nominatim(SelfHosted):
    """A Nominatim server; see `SelfHosted`."""

    name = "nominatim"
    geocoder = geopy.geocoders.Nominatim
    options: ClassVar[Mapping[str, Any]] = {"limit": MOST, "addressdetails": True}

    @staticmethod
    def _read(raw: Mapping[str, Any]) -> Found:
        kind = (raw.get("class") or raw.get("category"), raw.get("osm_type"))
        # A bare house on a way may lie anywhere between two numbers: TIGER ranges come out so.
        return house(
            raw["address"],
            _NAMES,
            raw["lon"],
            raw["lat"],
            point=kind != ("place", "way"),
            id=f"{raw.get('osm_type', '')} {raw.get('osm_id', '')}".strip(),
        )
