"""Things with rules that several rooms speak of, as frozen dataclasses and closed vocabularies."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum


class Role(StrEnum):
    """Who a user is to geoteam; each user has exactly one role."""

    SUPERVISOR = "supervisor"
    OFFICER = "officer"
    POLICE = "police"
    COMMUNITY = "community"
    ADMINISTRATOR = "administrator"
    AUDITOR = "auditor"


class ResidenceKind(StrEnum):
    """Where a client lives."""

    ADDRESS = "address"
    SHELTER = "shelter"
    NO_FIXED_ADDRESS = "no_fixed_address"


class MatchCode(StrEnum):
    """How an address matched (names of ArcGIS ``Addr_type``)."""

    POINT_ADDRESS = "PointAddress"
    STREET_ADDRESS = "StreetAddress"
    STREET_INT = "StreetInt"
    STREET_MID_BLOCK = "StreetMidBlock"
    PLACE = "Place"
    POSTAL = "Postal"
    PO_BOX = "POBox"
    STREET_NAME = "StreetName"
    NONE = "none"


class MatchStatus(StrEnum):
    """Matched, tie or unmatched."""

    MATCHED = "M"
    TIE = "T"
    UNMATCHED = "U"


class AddressKind(StrEnum):
    """What a text that should be an address turned out to be."""

    ADDRESS = "address"
    BLOCK = "block"
    INTERSECTION = "intersection"
    PLACE = "place"
    PO_BOX = "po_box"
    SHELTER = "shelter"
    NO_FIXED_ADDRESS = "no_fixed_address"
    OUTSIDE = "outside"
    INVALID = "invalid"


@dataclass(frozen=True, slots=True)
class BoundarySet:
    """Name and validity of one set of boundaries; the polygons are a BOUNDARIES frame.

    ``valid_to`` is the first day on which the set is no longer in force (None: still is).
    """

    kind: str
    version: str
    valid_from: date
    valid_to: date | None = None
    source: str = ""
    credit: str = ""

    def in_force(self, on: date) -> bool:
        """Tell whether the set is in force on a day.

        Parameters
        ----------
        on
            The day.

        Returns
        -------
        bool
            True from ``valid_from`` up to, not including, ``valid_to``.
        """
        return self.valid_from <= on and (self.valid_to is None or on < self.valid_to)


@dataclass(frozen=True, slots=True)
class User:
    """A signed-in person: one role, and the links that say whose data is theirs.

    ``team_refs`` of a supervisor names the teams led (``("*",)`` is every team); ``district`` is a
    police partner's.
    """

    id: int
    username: str
    name: str
    role: Role
    officer_ref: str = ""
    police_partner_ref: str = ""
    team_refs: tuple[str, ...] = ()
    district: str = ""
