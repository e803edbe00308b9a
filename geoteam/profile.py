"""City profiles: everything that is particular to one city, as data.

A profile is a TOML file. File names in it are relative to the data folder that goes with it.
"""

from __future__ import annotations

import itertools
import tomllib
from datetime import date, time
from pathlib import Path
from typing import Annotated, Literal, Self
from zoneinfo import ZoneInfo, available_timezones

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from geoteam.crs import measuring
from geoteam.errors import MissingFileError, ProfileError

BoundaryKind = Literal[
    "district",
    "sector",
    "service_area",
    "ward",
    "neighborhood",
    "tract",
    "block_group",
    "smd",
    "zip",
]
HIERARCHY: tuple[str, ...] = ("district", "sector", "service_area")
PartnerKind = Literal[
    "resident", "faith", "business", "non_profit", "service_provider", "education", "health"
]


class _Table(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class CityTable(_Table):
    """Name, CRS, time zone and address habits of the city."""

    name: str
    state: str = ""
    # Other names by which addresses name the city ("WASHINGTON", "WASHINGTON DC").
    postal_names: tuple[str, ...] = ()
    crs: str
    time_zone: str
    # Quadrant codes that end street names; empty for a city without quadrants.
    quadrants: tuple[str, ...] = ()
    # Street alias -> reference street name ("MLK AVENUE" = "MARTIN LUTHER KING JR AVENUE").
    street_aliases: dict[str, str] = {}
    # First digits that every ZIP of the city has; an address with another ZIP is outside.
    zip_prefixes: tuple[str, ...] = ()

    @field_validator("crs")
    @classmethod
    def _crs_measures(cls, value: str) -> str:
        measuring(value)
        return value

    @field_validator("time_zone")
    @classmethod
    def _zone_is_known(cls, value: str) -> str:
        if value not in available_timezones():
            raise ValueError(f"{value!r} is no time zone of the IANA data base")
        return value

    @property
    def zone(self) -> ZoneInfo:
        """The city's time zone."""
        return ZoneInfo(self.time_zone)


class SourceTable(_Table):
    """A file of the data folder and, where there is a network, the service it comes from."""

    file: str
    url: str = ""
    credit: str = ""
    as_of: date | None = None
    layer: str = ""
    # geoteam's column -> the file's column.
    fields: dict[str, str] = {}


class BoundaryTable(SourceTable):
    """One boundary set: a kind, a version and the dates in which it is in force."""

    kind: BoundaryKind
    version: str
    valid_from: date
    valid_to: date | None = None
    # Context kinds need not tile the city.
    tiles: bool = True
    # Keep only the rows whose column has one of these values.
    keep: dict[str, tuple[str, ...]] = {}

    @model_validator(mode="after")
    def _dates_in_order(self) -> Self:
        if self.valid_to and self.valid_to <= self.valid_from:
            raise ValueError("valid_to is not after valid_from")
        if "code" not in self.fields:
            raise ValueError("fields must say which column holds the code")
        return self


class AddressTables(_Table):
    """The geocoding reference."""

    points: SourceTable
    blocks: SourceTable | None = None
    # Centrelines with street names; without them those of the street network are used.
    streets: SourceTable | None = None


class GeocodingTable(_Table):
    """Least scores that are accepted without a person; an agency may only be stricter."""

    accept_score: Annotated[float, Field(ge=94, le=100)] = 94
    accept_area_score: Annotated[float, Field(ge=90, le=100)] = 90


class StreetTable(SourceTable):
    """The street network: a file, or a place name for a machine with a network."""

    file: str = ""
    place: str = ""
    # OSM highway class -> free-flow speed; "default" for every class not named.
    speeds_kmh: dict[str, Annotated[float, Field(gt=0, le=200)]]
    # Seconds added by manoeuvre at a junction.
    turn_s: dict[Literal["left", "right", "u_turn", "signal"], float] = {}


class VenueTable(SourceTable):
    """Venues; categories say which are stations, offices, shelters or partners."""

    # Category in the file -> kind of partner.
    partner_kinds: dict[str, PartnerKind] = {}
    station_categories: tuple[str, ...] = ("police_station",)
    office_categories: tuple[str, ...] = ("field_office",)
    shelter_categories: tuple[str, ...] = ("homeless_shelter",)


class ContactStandard(_Table):
    """Contacts that a supervision level requires.

    ``contacts`` is per month, all kinds; ``field`` is the home or field contacts among them
    (0.5 is one every two months).
    """

    contacts: Annotated[float, Field(gt=0)]
    field: Annotated[float, Field(ge=0)]
    # Levels whose homes are visited together with the police.
    accountability_tour: bool = False


class CaseloadTable(_Table):
    """Caseload targets, and the specialised caseloads that are citywide."""

    general: int = 50
    specialised: int = 25
    # In order of precedence: a client with several needs goes to the first.
    citywide: tuple[str, ...] = ()
    # Points of a full general or specialised caseload; None: target x mean points a client.
    general_points: float | None = None
    specialised_points: float | None = None
    # Labels for people: "mental_health" = "mental health".
    labels: dict[str, str] = {}


class TourTable(_Table):
    """Defaults of Accountability Tours."""

    service_minutes: float = 15
    max_stops: int = 12
    earliest: str = "08:00"
    latest: str = "20:00"
    # A break that both people owe within a span of the day; none with 0 minutes.
    break_minutes: Annotated[float, Field(ge=0)] = 0
    break_between: tuple[str, str] = ("11:30", "13:30")
    # Of officers' hours on duty, how much counts for home visits when hours are set against them.
    share_of_duty: Annotated[float, Field(ge=0, le=1)] = 0.3
    # Longest driving of a tour; any with 0 minutes.
    longest_drive_minutes: Annotated[float, Field(ge=0)] = 0
    # From, until and how many times as long driving takes then, from Monday to Friday.
    peaks: tuple[tuple[time, time, Annotated[float, Field(ge=1, le=5)]], ...] = ()
    # So long after a word from the road was expected, the phone asks for one; never with 0.
    check_in_minutes: Annotated[float, Field(ge=0)] = 20
    # What sheets are printed on.
    paper: Literal["letter", "a4"] = "letter"

    @field_validator("peaks")
    @classmethod
    def _peaks_in_order(
        cls, value: tuple[tuple[time, time, float], ...]
    ) -> tuple[tuple[time, time, float], ...]:
        overlap = any(a[1] > b[0] for a, b in itertools.pairwise(value))
        if overlap or any(ends <= begins for begins, ends, _ in value):
            raise ValueError("peaks must each end after they begin, in the order of the day")
        return value


class DisclosureTable(_Table):
    """Suppression of small cells."""

    threshold: Annotated[int, Field(ge=2)] = 11


class StaffTable(_Table):
    """Staff and client files that come with the data; absent where an agency imports its own."""

    teams: str = ""
    officers: str = ""
    police_partners: str = ""
    clients: str = ""
    # Later addresses of clients who moved; the same columns as ``clients``.
    moves: str = ""
    contacts: str = ""
    # Field offices: office_ref, name, address, lon, lat.
    offices: str = ""
    # Hours on duty: person, days or date, begins, ends.
    shifts: str = ""
    # Cars: car_id, name, place.
    cars: str = ""
    # Clients who must not meet: client_id, other_client_id, why.
    no_contact: str = ""


class CityProfile(_Table):
    """One city: everything geoteam must know of it that is not code."""

    city: CityTable
    boundaries: tuple[BoundaryTable, ...]
    streets: StreetTable
    addresses: AddressTables
    geocoding: GeocodingTable = GeocodingTable()
    venues: VenueTable | None = None
    # Water and parks under the map: polygons with the column ``kind`` (water or park).
    landscape: SourceTable | None = None
    staff: StaffTable = StaffTable()
    contact_standards: dict[str, ContactStandard]
    caseload: CaseloadTable = CaseloadTable()
    tours: TourTable = TourTable()
    disclosure: DisclosureTable = DisclosureTable()
    # Boundary kind that plans move.
    unit_kind: BoundaryKind = "service_area"

    @model_validator(mode="after")
    def _units_are_there(self) -> Self:
        kinds = {table.kind for table in self.boundaries}
        for kind in ("district", self.unit_kind):
            if kind not in kinds:
                raise ValueError(f"no [[boundaries]] of kind {kind!r}")
        return self


def read_profile(path: Path) -> CityProfile:
    """Read a city profile.

    Parameters
    ----------
    path
        A TOML file; ``boundaries/dc.toml`` is an example.

    Returns
    -------
    CityProfile
        The checked profile.

    Raises
    ------
    MissingFileError
        When the file is not there.
    ProfileError
        When it is not TOML, or a setting is missing, unknown or wrong; all faults are listed.
    """
    if not path.is_file():
        raise MissingFileError(f"there is no profile {path.name}", where=str(path))
    try:
        with path.open("rb") as file:
            return CityProfile.model_validate(tomllib.load(file))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ProfileError(f"the profile is not valid TOML: {error}", where=str(path)) from error
    except ValidationError as error:
        faults = "; ".join(
            f"{'.'.join(str(step) for step in fault['loc']) or 'profile'}: {fault['msg']}"
            for fault in error.errors()
        )
        raise ProfileError(faults, where=str(path), remedy="See docs/profiles.md") from error
