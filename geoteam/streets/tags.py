"""What OSM tags mean for a car: which ways it may use, in which direction, and how fast."""

from __future__ import annotations

import re
from collections.abc import Mapping

DRIVABLE = frozenset(
    {
        "motorway",
        "motorway_link",
        "trunk",
        "trunk_link",
        "primary",
        "primary_link",
        "secondary",
        "secondary_link",
        "tertiary",
        "tertiary_link",
        "unclassified",
        "residential",
        "living_street",
        "road",
        "service",
    }
)
# Service ways that lead behind or inside a property, not to its front door.
_SERVICE_OUT = frozenset(
    {
        "alley",
        "driveway",
        "drive-through",
        "emergency_access",
        "parking",
        "parking_aisle",
        "private",
    }
)
_REFUSED = frozenset({"no", "private", "agricultural", "forestry", "military"})
_MPH_IN_KMH = 1.609344


def is_drivable(tags: Mapping[str, str]) -> bool:
    """Tell whether a car may use a way (the classes of OSMnx's ``drive`` plus open service ways).

    Parameters
    ----------
    tags
        OSM tags of the way.

    Returns
    -------
    bool
        False for paths, closed or private ways, alleys, driveways and parking aisles.
    """
    if tags.get("highway") not in DRIVABLE or tags.get("area") == "yes":
        return False
    if tags.get("service", "") in _SERVICE_OUT:
        return False
    # The most specific access tag decides.
    for key in ("motorcar", "motor_vehicle", "vehicle", "access"):
        if key in tags:
            return tags[key] not in _REFUSED
    return True


def direction(tags: Mapping[str, str]) -> int:
    """Tell in which direction a way may be driven.

    Parameters
    ----------
    tags
        OSM tags of the way.

    Returns
    -------
    int
        1 along its nodes, -1 against them, 0 both ways. Motorways and roundabouts are one-way
        unless tagged otherwise, as the OSM wiki says.
    """
    oneway = tags.get("oneway", "")
    if oneway in {"yes", "true", "1"}:
        return 1
    if oneway in {"-1", "reverse"}:
        return -1
    if oneway in {"no", "false", "0", "reversible", "alternating"}:
        return 0
    implied = tags.get("highway") == "motorway" or tags.get("junction") in {
        "roundabout",
        "circular",
    }
    return 1 if implied else 0


def speed_kmh(text: str) -> float | None:
    """Read a ``maxspeed`` value.

    Parameters
    ----------
    text
        Such as ``50``, ``25 mph`` or ``50;30`` (the lowest counts).

    Returns
    -------
    float or None
        Kilometres an hour; None when the text holds no number.
    """
    found: list[float] = []
    for part in re.split(r"[;|,]", text):
        match = re.fullmatch(r"\s*(\d+(?:\.\d+)?)\s*(mph|km/h|kmh|kph)?\s*", part)
        if match and float(match[1]) > 0:
            found.append(float(match[1]) * (_MPH_IN_KMH if match[2] == "mph" else 1.0))
    return min(found) if found else None
