"""What a check finds and what a repair did."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, Literal

Severity = Literal["error", "warning"]


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault of a boundary set, with its place and size.

    Attributes
    ----------
    kind
        ``invalid_ring``, ``not_finite``, ``empty_geometry``, ``not_polygon``, ``gap``, ``hole``,
        ``overlap``, ``sliver``, ``duplicate_code``, ``duplicate_geometry``, ``missing_code``,
        ``missing_crs``, ``wrong_crs``, ``swapped_axes``, ``unknown_parent`` or
        ``not_union_of_children``.
    code
        The boundary concerned; '' when none can be named.
    other
        The second boundary of a pair; ''.
    size_m2
        Area of the fault in square metres; 0 when it has none.
    lon, lat
        A place in the fault, EPSG:4326; None when it has none.
    message
        What is wrong, in plain English.
    severity
        ``error`` forbids use of the set; ``warning`` does not.
    """

    kind: str
    code: str
    other: str
    size_m2: float
    lon: float | None
    lat: float | None
    message: str
    severity: Severity

    def as_dict(self) -> dict[str, Any]:
        """Give the fault as JSON can hold it.

        Returns
        -------
        dict
            The attributes by name.
        """
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Repair:
    """One change that a repair made, or a fault that it left.

    Attributes
    ----------
    code
        The boundary concerned.
    what
        What was done, in plain English.
    moved_m
        How far its outline moved at most, in metres (Hausdorff distance of the outlines).
    area_change_m2
        Square metres gained (or, negative, lost).
    """

    code: str
    what: str
    moved_m: float
    area_change_m2: float
