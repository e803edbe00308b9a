"""A city small enough to check by hand: a grid of five by five streets, 200 m apart.

Four service areas of 500 m a side around the middle of the grid (400 m, 400 m):

    102 | 202        districts: 1 = west, 2 = east
    ----+----        quadrants: NW = west, NE = east
    101 | 201        teams: T1 = west, T2 = east, TM = mental health, citywide

Verticals are 1ST, 2ND (NW), CENTRAL AVENUE (NE), 4TH and 5TH STREET (NE); horizontals are A to E
STREET. Every block side has five doors. Streets carry 36 km/h, which is 10 m/s.
"""

from __future__ import annotations

import csv
import json
from datetime import date, timedelta
from pathlib import Path

import pandas as pd

from geoteam.crs import unproject

CRS = "EPSG:32618"
X0_M, Y0_M = 500_000.0, 4_300_000.0
STEP_M = 200.0
TODAY = date(2026, 6, 15)

_VERTICALS = [
    ("1ST STREET", "NW"),
    ("2ND STREET", "NW"),
    ("CENTRAL AVENUE", "NE"),
    ("4TH STREET", "NE"),
    ("5TH STREET", "NE"),
]
_HORIZONTALS = ["A STREET", "B STREET", "C STREET", "D STREET", "E STREET"]

PROFILE = """
[city]
name = "Tinytown"
state = "TT"
postal_names = ["TINYTOWN"]
crs = "EPSG:32618"
time_zone = "America/New_York"
quadrants = ["NE", "NW"]
zip_prefixes = ["001"]

[[boundaries]]
kind = "service_area"
version = "2024"
file = "areas.geojson"
valid_from = 2024-01-01
fields = { code = "PSA", name = "NAME", parent = "DISTRICT" }

[[boundaries]]
kind = "district"
version = "2024"
file = "districts.geojson"
valid_from = 2024-01-01
fields = { code = "DISTRICT", name = "NAME" }

[[boundaries]]
kind = "zip"
version = "2024"
file = "zips.geojson"
valid_from = 2024-01-01
tiles = false
fields = { code = "ZIP", name = "ZIP" }

[streets]
file = "streets.osm"
speeds_kmh = { residential = 36, default = 36 }

[addresses.points]
file = "points.csv"
fields = { address_id = "id", address = "address", number = "number", street = "street", quadrant = "quadrant", zip = "zip", lon = "lon", lat = "lat" }

[addresses.blocks]
file = "blocks.csv"
fields = { street = "street", quadrant = "quadrant", lo = "lo", hi = "hi", lon = "lon", lat = "lat", length_m = "length_m" }

[venues]
file = "venues.csv"
fields = { category = "category", name = "name", address = "address", lon = "lon", lat = "lat" }

[venues.partner_kinds]
church = "faith"
clinic = "service_provider"

[staff]
teams = "teams.csv"
officers = "officers.csv"
police_partners = "police_partners.csv"
clients = "clients.csv"
contacts = "contacts.csv"

[contact_standards]
Intensive = { contacts = 8, field = 4, accountability_tour = true }
Maximum = { contacts = 4, field = 2, accountability_tour = true }
Medium = { contacts = 2, field = 1 }
Minimum = { contacts = 1, field = 0.5 }

[caseload]
citywide = ["mental_health"]
labels = { mental_health = "mental health" }

[disclosure]
threshold = 3
"""


def lonlat(x_m: float, y_m: float) -> tuple[float, float]:
    """Turn metres of the grid into degrees."""
    lon, lat = unproject(X0_M + x_m, Y0_M + y_m, CRS)
    return round(float(lon), 8), round(float(lat), 8)


def _square(x_m: float, y_m: float, width_m: float, height_m: float) -> dict[str, object]:
    corners = [(0, 0), (1, 0), (1, 1), (0, 1), (0, 0)]
    ring = [lonlat(x_m + dx * width_m, y_m + dy * height_m) for dx, dy in corners]
    return {"type": "Polygon", "coordinates": [ring]}


def _geojson(path: Path, rows: list[tuple[dict[str, str], dict[str, object]]]) -> None:
    features = [{"type": "Feature", "properties": p, "geometry": g} for p, g in rows]
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}))


def _csv(path: Path, header: list[str], rows: list[list[object]]) -> None:
    with path.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(header)
        writer.writerows(rows)


def _boundaries(folder: Path) -> None:
    areas = {"101": (-100, -100), "102": (-100, 400), "201": (400, -100), "202": (400, 400)}
    _geojson(
        folder / "areas.geojson",
        [
            ({"PSA": code, "NAME": code, "DISTRICT": code[0]}, _square(*at, 500, 500))
            for code, at in areas.items()
        ],
    )
    # The long sides carry the areas' corners, so that the union is exact in degrees too.
    _geojson(
        folder / "districts.geojson",
        [
            ({"DISTRICT": code, "NAME": f"District {code}"}, _tall(x_m))
            for code, x_m in (("1", -100.0), ("2", 400.0))
        ],
    )
    _geojson(
        folder / "zips.geojson",
        [
            ({"ZIP": "00101"}, _square(-100, -100, 500, 1000)),
            ({"ZIP": "00102"}, _square(400, -100, 500, 1000)),
        ],
    )


def _tall(x_m: float) -> dict[str, object]:
    at = [(0, -100), (500, -100), (500, 400), (500, 900), (0, 900), (0, 400), (0, -100)]
    return {"type": "Polygon", "coordinates": [[lonlat(x_m + dx, y) for dx, y in at]]}


def _streets(folder: Path) -> None:
    nodes, ways = [], []
    for row in range(5):
        for column in range(5):
            lon, lat = lonlat(column * STEP_M, row * STEP_M)
            nodes.append(f'<node id="{row * 5 + column + 1}" version="1" lon="{lon}" lat="{lat}"/>')
    ends = [
        *(
            (f"{name} {quad}", [r * 5 + c + 1 for r in range(5)])
            for c, (name, quad) in enumerate(_VERTICALS)
        ),
        *(
            (f"{name} NW", [r * 5 + c + 1 for c in (0, 1, 2)])
            for r, name in enumerate(_HORIZONTALS)
        ),
        *(
            (f"{name} NE", [r * 5 + c + 1 for c in (2, 3, 4)])
            for r, name in enumerate(_HORIZONTALS)
        ),
    ]
    for number, (name, refs) in enumerate(ends, start=1):
        inner = "".join(f'<nd ref="{ref}"/>' for ref in refs)
        ways.append(
            f'<way id="{number}" version="1">{inner}<tag k="highway" v="residential"/>'
            f'<tag k="name" v="{name}"/></way>'
        )
    body = "".join(nodes) + "".join(ways)
    (folder / "streets.osm").write_text(
        f'<?xml version="1.0"?><osm version="0.6" generator="test">{body}</osm>'
    )


def _doors() -> tuple[list[list[object]], list[list[object]]]:
    """Address points and hundred-blocks; numbers rise by 100 a block from the south and the axis."""
    points: list[list[object]] = []
    blocks: list[list[object]] = []
    for column, (name, quadrant) in enumerate(_VERTICALS):
        for block in range(4):
            middle = lonlat(column * STEP_M, block * STEP_M + 100)
            blocks.append([name, quadrant, 100 * block + 100, 100 * block + 199, *middle, STEP_M])
            for door in range(5):
                along_m = block * STEP_M + 20 + 40 * door
                for side, offset_m in ((0, 15.0), (1, -15.0)):
                    number = 100 * (block + 1) + 20 * door + 2 + side
                    at = lonlat(column * STEP_M + offset_m, along_m)
                    points.append([number, name, quadrant, at])
    for row, name in enumerate(_HORIZONTALS):
        for quadrant, start, sign in (("NE", 400.0, 1), ("NW", 400.0, -1)):
            for block in range(2):
                middle = lonlat(start + sign * (block * STEP_M + 100), row * STEP_M)
                blocks.append(
                    [name, quadrant, 100 * block + 100, 100 * block + 199, *middle, STEP_M]
                )
                for door in range(5):
                    along_m = start + sign * (block * STEP_M + 20 + 40 * door)
                    for side, offset_m in ((0, 15.0), (1, -15.0)):
                        number = 100 * (block + 1) + 20 * door + 2 + side
                        at = lonlat(along_m, row * STEP_M + offset_m)
                        points.append([number, name, quadrant, at])
    rows = [
        [
            f"A{k:04d}",
            f"{number} {street} {quadrant}",
            number,
            street,
            quadrant,
            "00101" if quadrant == "NW" else "00102",
            *at,
        ]
        for k, (number, street, quadrant, at) in enumerate(points, start=1)
    ]
    return rows, blocks


CLIENT_HEADER = [
    "Client ID", "Full Name", "Supervision Level", "Needs", "Intake Date", "Home Address", "ZIP",
    "Address Since", "Residence Type", "Officer ID", "Access Notes", "Home From", "Home To",
]  # fmt: skip


def _clients() -> list[list[object]]:
    levels = ["Intensive", "Maximum", "Medium", "Minimum"]
    homes = [
        "122 1ST STREET NW", "142 2nd St NW", "163 A STREET NW", "182 B ST. N.W.", "222 1st Street NW",
        "243 2ND STREET NW", "262 C Street NW Apt 4", "322 1ST ST NW", "343 2ND STREET NW",
        "122 D STREET NW", "262 E STREET NW", "422 1ST STREET NW",
        "122 4TH STREET NE", "142 5TH STREET NE", "163 A STREET NE", "182 B STREET NE",
        "222 4TH STREET NE", "343 5TH STREET NE", "362 4TH STREET NE", "122 D STREET NE",
        "262 E STREET NE", "422 5TH STREET NE", "122 A STREET", "no fixed address",
    ]  # fmt: skip
    rows: list[list[object]] = []
    for k, home in enumerate(homes):
        since = TODAY - timedelta(days=400 + k)
        officer = "" if k % 6 == 5 else ("O1", "O2", "O3", "O4")[(0 if k < 12 else 2) + k % 2]
        rows.append(
            [
                f"C{k + 1:03d}", f"Tess Person{k + 1:02d}", levels[k % 4],
                "mental_health" if k in (3, 15) else "", since.isoformat(), home,
                "" if home.startswith("no") else ("00101" if " NW" in home or "N.W." in home else "00102"),
                since.isoformat(), "No fixed address" if home.startswith("no") else "",
                officer, "Beware of the dog" if k == 4 else "",
                "10:00" if k == 6 else "", "14:00" if k == 6 else "",
            ]
        )  # fmt: skip
    rows[22][6] = ""
    return rows


def _staff(folder: Path) -> None:
    _csv(
        folder / "teams.csv",
        ["team_id", "name", "specialty", "office", "units"],
        [
            ["T1", "West Team", "", "Field Office", "101 102"],
            ["T2", "East Team", "", "Field Office", "201 202"],
            ["TM", "Mental Health Team", "mental_health", "Field Office", ""],
        ],
    )
    _csv(
        folder / "officers.csv",
        ["officer_id", "name", "team_id", "full_time_share"],
        [
            [f"O{k}", f"Officer {k}", team, 1.0]
            for k, team in enumerate(("T1", "T1", "T2", "T2", "TM"), 1)
        ],
    )
    _csv(
        folder / "police_partners.csv",
        ["partner_id", "name", "district", "station"],
        [["P1", "Police One", "1", "Station 1"], ["P2", "Police Two", "2", "Station 2"]],
    )
    _csv(folder / "clients.csv", CLIENT_HEADER, _clients())
    contacts = [
        [f"C{k + 1:03d}", (TODAY - timedelta(days=6 + 5 * k)).isoformat(), "field", "made", ""]
        for k in range(12)
    ]
    _csv(folder / "contacts.csv", ["client_id", "date", "kind", "outcome", "officer_id"], contacts)


def write_tiny_city(folder: Path) -> Path:
    """Write the data folder and return the path of its profile."""
    folder.mkdir(parents=True, exist_ok=True)
    _boundaries(folder)
    _streets(folder)
    points, blocks = _doors()
    header = ["id", "address", "number", "street", "quadrant", "zip", "lon", "lat"]
    pd.DataFrame(points, columns=header).to_csv(folder / "points.csv", index=False)
    _csv(
        folder / "blocks.csv", ["street", "quadrant", "lo", "hi", "lon", "lat", "length_m"], blocks
    )
    at = {name: lonlat(*xy) for name, xy in {
        "office": (400, 415), "one": (185, 200), "two": (615, 200), "church": (200, 615),
        "clinic": (600, 615), "shelter": (215, 100),
    }.items()}  # fmt: skip
    _csv(
        folder / "venues.csv",
        ["category", "name", "address", "lon", "lat"],
        [
            ["field_office", "Field Office", "302 CENTRAL AVENUE NE", *at["office"]],
            ["police_station", "Station 1", "202 2ND STREET NW", *at["one"]],
            ["police_station", "Station 2", "202 4TH STREET NE", *at["two"]],
            ["church", "First Church", "402 2ND STREET NW", *at["church"]],
            ["clinic", "Day Clinic", "402 4TH STREET NE", *at["clinic"]],
            ["homeless_shelter", "Harbor Shelter", "142 2ND STREET NW", *at["shelter"]],
        ],
    )
    _staff(folder)
    profile = folder / "tiny.toml"
    profile.write_text(PROFILE)
    return profile
