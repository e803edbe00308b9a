"""A reference small enough to check by hand: four quadrants around (0, 0), 100 m a hundred-block.

H STREET runs east and west of the middle (NE and NW), 14TH STREET lies in NW, NORTH CAPITOL
STREET divides NE from NW and its blocks have no quadrant. CLAY TERRACE is only in NE.
"""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
from shapely.geometry import box

from geoteam.crs import unproject
from geoteam.geocoding import AddressGrammar, ReferenceIndex, decide, geocode

CRS = "EPSG:26985"
X0_M, Y0_M = 398_000.0, 137_000.0
GRAMMAR = AddressGrammar(("NE", "NW", "SE", "SW"), ("WASHINGTON", "WASHINGTON DC"), ("DC",))

# number, street, quadrant, zip, x, y in metres from the middle
POINTS = [
    ("1200", "H STREET", "NE", "20002", 1200, 100),
    ("1210", "H STREET", "NE", "20002", 1210, 100),
    ("1250", "H STREET", "NE", "20002", 1250, 100),
    ("1200", "H STREET", "NW", "20005", -1200, 100),
    ("17 1/2", "H STREET", "NE", "20002", 17, 100),
    ("100", "14TH STREET", "NW", "20005", -1400, 100),
    ("101", "14TH STREET", "NW", "20005", -1400, 110),
    ("100", "14TH PLACE", "NW", "20005", -1450, 300),
    ("20", "NORTH CAPITOL STREET", "NE", "20002", 10, 20),
    ("21", "NORTH CAPITOL STREET", "NW", "20001", -10, 20),
    ("500", "CLAY TERRACE", "NE", "20019", 3000, 500),
    ("700", "KENYON STREET", "NW", "20010", -700, 2000),
    ("700", "KENYON STREET", "NE", "20017", 700, 2500),
    ("900", "LEXINGTON PLACE", "NE", "20002", 900, 800),
    ("2700", "MARTIN LUTHER KING JR AVENUE", "SE", "20032", 300, -3000),
    ("10", "E STREET", "SE", "20003", 300, -400),
    ("12", "N STREET", "NW", "20001", -300, 900),
    ("1234", "W STREET", "SE", "20020", 1500, -1500),
    ("3807A", "W STREET", "SE", "20020", 3807, -1500),
    ("600", "SOUTH DAKOTA AVENUE", "NE", "20018", 2000, 2000),
    ("30", "RHODE ISLAND AVENUE", "NE", "20002", 100, 1500),
    ("800", "TWIN STREET", "NE", "20002", 800, 1200),
    ("800", "TWIN STREET", "NE", "20002", 800, 1900),
]
# street, quadrant, lo, hi, x, y
BLOCKS = [
    ("H STREET", "NE", 1200, 1299, 1250, 100),
    ("H STREET", "NE", 1300, 1399, 1350, 100),
    ("H STREET", "NW", 1300, 1399, -1350, 100),
    ("NORTH CAPITOL STREET", "", 1, 99, 0, 50),
    ("NORTH CAPITOL STREET", "", 100, 199, 0, 150),
    ("16TH STREET", "NW", 3500, 3599, -1600, 3500),
    ("N STREET", "NE", 1, 99, 50, 900),
]
CROSSINGS = [
    ("14th St NW", "H St NW", -1400, 100),
    ("14th St SE", "H St SE", 1400, -600),
    ("N Capitol St NW", "H St NW", 0, 100),
    ("M L King Jr Ave SE", "4th St SE", 300, -3100),
    ("Lexington Pl", "H St NE", 900, 790),
]
VENUES = [
    ("homeless_shelter", "The Harbor Men's Shelter", 2000, 100),
    ("library", "Central Library", -500, -500),
    ("library", "Twin Library", 0, -900),
    ("library", "Twin Library", 4000, -900),
]


def _frame(rows: list[tuple[object, ...]], columns: list[str], index: str) -> gpd.GeoDataFrame:
    x = np.array([float(row[-2]) for row in rows]) + X0_M
    y = np.array([float(row[-1]) for row in rows]) + Y0_M
    lon, lat = unproject(x, y, CRS)
    data = pd.DataFrame([row[:-2] for row in rows], columns=columns)
    data.index = pd.Index([f"{index[0]}{i}" for i in range(len(rows))], name=index)
    return gpd.GeoDataFrame(data, geometry=gpd.points_from_xy(lon, lat), crs="EPSG:4326")


def addresses() -> gpd.GeoDataFrame:
    frame = _frame(POINTS, ["number", "street", "quadrant", "zip"], "address_id")
    frame["address"] = frame["number"] + " " + frame["street"] + " " + frame["quadrant"]
    return frame


def blocks() -> gpd.GeoDataFrame:
    frame = _frame(BLOCKS, ["street", "quadrant", "lo", "hi"], "block_id")
    frame["length_m"] = 100.0
    return frame


def crossings() -> gpd.GeoDataFrame:
    return _frame(CROSSINGS, ["street", "street2"], "row")


def venues() -> gpd.GeoDataFrame:
    frame = _frame(VENUES, ["category", "name"], "venue_ref")
    return frame.assign(address="", partner_kind="")


def zips() -> gpd.GeoDataFrame:
    areas = {
        "20002": box(0, 0, 2500, 1900),
        "20005": box(-2500, 0, -1000, 1000),
        "20001": box(-1000, 0, 0, 1500),
        "20010": box(-1500, 1500, 0, 3000),
        "20017": box(0, 2200, 1500, 3500),
        "20019": box(2500, 0, 5000, 1900),
        "20032": box(-1000, -5000, 5000, -2500),
        "20003": box(0, -1000, 2500, 0),
        "20020": box(0, -2500, 5000, -1000),
    }
    frame = gpd.GeoDataFrame(
        {"name": "", "parent": ""},
        index=pd.Index(list(areas), name="code"),
        geometry=list(areas.values()),
        crs=CRS,
    )
    frame.geometry = frame.geometry.translate(X0_M, Y0_M)
    return frame.to_crs("EPSG:4326")


def reference() -> ReferenceIndex:
    return ReferenceIndex.build(
        addresses(),
        blocks(),
        crossings(),
        venues(),
        zips(),
        grammar=GRAMMAR,
        aliases={
            "MLK AVENUE": "MARTIN LUTHER KING JR AVENUE",
            "M L KING JR AVENUE": "MARTIN LUTHER KING JR AVENUE",
            "EYE STREET": "I STREET",
        },
        zip_prefixes=("200",),
        crs=CRS,
    )


def one(reference: ReferenceIndex, text: str, zip_code: str = "") -> pd.Series:
    """Geocode one address, and decide on it as if its place crossed no boundary."""
    zips = pd.Series([zip_code]) if zip_code else None
    found = geocode(pd.Series([text]), reference, zips=zips)
    return found.assign(decision=decide(found, np.zeros(1, dtype=bool))["decision"]).iloc[0]


def verdict(reference: ReferenceIndex, text: str, zip_code: str = "") -> str:
    return str(one(reference, text, zip_code)["decision"])
