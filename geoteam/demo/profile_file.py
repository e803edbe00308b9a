"""The demo city's profile: a second city that needs no code."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from geoteam.demo.places import Place
from geoteam.demo.venues import PARTNER_KINDS

SURVEYED_ON = date(2019, 1, 1)
REALIGNED_ON = date(2024, 1, 1)

_HEAD = """# Quillhaven, an invented city: every street and person is made up.

[city]
name = "Quillhaven"
state = "QH"
postal_names = ["QUILLHAVEN", "QUILLHAVEN QH", "QHAVEN"]
crs = "{crs}"
time_zone = "America/Chicago"
quadrants = ["NE", "NW", "SE", "SW"]
zip_prefixes = ["001"]

[city.street_aliases]
"COMMON AVENUE" = "COMMONWEALTH AVENUE"
"NORTH CT STREET" = "NORTH COURT STREET"
"SOUTH CT STREET" = "SOUTH COURT STREET"
"EAST CT STREET" = "EAST COURT STREET"
"EYE STREET" = "I STREET"
"QUE STREET" = "Q STREET"
"YOU STREET" = "U STREET"
"""

_BOUNDARIES = """
[[boundaries]]
kind = "{kind}"
version = "{year}"
file = "boundaries/{stem}_{year}.geojson"
credit = "Invented"
valid_from = {start}{end}
fields = {{ {fields} }}
"""

_TAIL = """
[[boundaries]]
kind = "zip"
version = "2019"
file = "boundaries/zip.geojson"
credit = "Invented"
valid_from = 2019-01-01
tiles = false
fields = { code = "ZIP", name = "NAME" }

[streets]
file = "roads/streets.osm.pbf"
credit = "Invented"
turn_s = { left = 8, right = 4, u_turn = 30, signal = 0 }

[streets.speeds_kmh]
motorway = 80
motorway_link = 45
primary = 45
secondary = 40
tertiary = 36
residential = 30
default = 30

[addresses.points]
file = "addresses/points.parquet"
credit = "Invented"
as_of = 2026-01-01

[addresses.points.fields]
address_id = "address_id"
address = "address"
number = "number"
street = "street"
quadrant = "quadrant"
zip = "zip"
lon = "lon"
lat = "lat"

[addresses.blocks]
file = "addresses/blocks.csv"
credit = "Invented"
as_of = 2026-01-01

[addresses.blocks.fields]
street = "street"
quadrant = "quadrant"
lo = "lo"
hi = "hi"
length_m = "length_m"
lon = "lon"
lat = "lat"

[venues]
file = "venues/venues.csv"
credit = "Invented"
as_of = 2026-01-01
station_categories = ["police_station"]
office_categories = ["field_office"]
shelter_categories = ["homeless_shelter"]

[venues.fields]
venue_ref = "venue_ref"
category = "category"
name = "name"
address = "address"
lon = "lon"
lat = "lat"

[venues.partner_kinds]
@partners@

[landscape]
file = "boundaries/water_parks.geojson"
fields = { kind = "KIND" }
credit = "Invented"

[staff]
teams = "staff/teams.csv"
officers = "staff/officers.csv"
police_partners = "staff/police_partners.csv"
clients = "staff/clients.csv"
moves = "staff/clients_moves.csv"
contacts = "staff/contacts.csv"
offices = "staff/offices.csv"
shifts = "staff/shifts.csv"
cars = "staff/cars.csv"
no_contact = "staff/no_contact.csv"

[contact_standards]
Intensive = { contacts = 8, field = 4, accountability_tour = true }
Maximum = { contacts = 4, field = 2, accountability_tour = true }
Medium = { contacts = 2, field = 1 }
Minimum = { contacts = 1, field = 0.5 }

[caseload]
general = 50
specialised = 25
citywide = ["sex_offense", "mental_health", "domestic_violence", "gps"]

[caseload.labels]
sex_offense = "sex offence"
mental_health = "mental health"
domestic_violence = "domestic violence"
gps = "GPS monitoring"

[tours]
service_minutes = 15
max_stops = 12
earliest = "08:00"
latest = "20:00"
break_minutes = 30
break_between = ["11:30", "13:30"]

[disclosure]
threshold = 11
"""

_KINDS = (
    ("service_area", "service_areas", 'code = "AREA", name = "NAME", parent = "SECTOR"'),
    ("sector", "sectors", 'code = "SECTOR", name = "NAME", parent = "DISTRICT"'),
    ("district", "districts", 'code = "DISTRICT", name = "NAME"'),
)


def write_profile(path: Path, place: Place) -> Path:
    """Write the profile.

    Parameters
    ----------
    path
        Target.
    place
        Where the city lies.

    Returns
    -------
    Path
        The same path.
    """
    text = _HEAD.format(crs=place.crs)
    for start, end in ((REALIGNED_ON, None), (SURVEYED_ON, REALIGNED_ON)):
        for kind, stem, fields in _KINDS:
            text += _BOUNDARIES.format(
                kind=kind, stem=stem, year=start.year, start=start.isoformat(), fields=fields,
                end=f"\nvalid_to = {end.isoformat()}" if end else "",
            )  # fmt: skip
    partners = "\n".join(f'{category} = "{kind}"' for category, kind in PARTNER_KINDS.items())
    path.write_text(text + _TAIL.replace("@partners@", partners), encoding="utf-8")
    return path
