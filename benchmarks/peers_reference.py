"""Write the reference of Washington, DC for the peers of `geocode_peers.py`.

    python benchmarks/peers_reference.py --data ../shared/data/dc --peers DIR

Peers get every address point that geoteam gets, the same other names of streets, and street names
in the form that each expects. One point in ten is withheld from all, to see what each engine makes
of an address that its table lacks. Called by `peers_setup.sh`.
"""

from __future__ import annotations

import argparse
import json
import math
import sys
import zlib
from collections import defaultdict
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

import geopandas as gpd
import osmium
import pandas as pd
import shapely
from osmium.osm.mutable import Node, Relation, Way

from geoteam.geocoding import AddressGrammar, read_addresses
from geoteam.geocoding.streetnames import StreetNames
from geoteam.geocoding.suffixes import SUFFIXES
from geoteam.profile import CityProfile, read_profile

CORNERS = {"NE": "Northeast", "NW": "Northwest", "SE": "Southeast", "SW": "Southwest"}
# Street types that occur in the city; rarer ones only make the peers' dictionaries longer.
_TYPES = """
ALLEY AVENUE BOULEVARD BRIDGE CIRCLE COURT CRESCENT DRIVE EXPRESSWAY FREEWAY GARDENS GREEN
HEIGHTS HIGHWAY LANE LOOP PARKWAY PLACE PLAZA ROAD SQUARE STREET TERRACE TRAIL WALK WAY
"""


def withheld(points: gpd.GeoDataFrame) -> pd.Series:
    """Tell which address points no engine gets."""
    return pd.Series(
        [zlib.crc32(str(key).encode()) % 10 == 0 for key in points.index], points.index
    )


class Reference:
    """The address points with one spelling for each street."""

    def __init__(self, data: Path) -> None:
        profile: CityProfile = read_profile(ROOT / "boundaries" / "dc.toml")
        city, points = profile.city, profile.addresses.points
        self.data = data
        grammar = AddressGrammar(city.quadrants, city.postal_names, (city.state,))
        self.names = StreetNames(grammar, {})
        table = read_addresses(data / points.file, points.fields)
        table = table[~table["street"].str.contains("&") & ~withheld(table)]
        pairs = zip(table["street"], table["quadrant"], strict=True)
        read = [self.names.read(*pair) for pair in pairs]
        table = table[[pair is not None for pair in read]].copy()
        kept = [pair for pair in read if pair is not None]
        table["street"] = [base for base, _ in kept]
        table["quadrant"] = [quadrant for _, quadrant in kept]
        self.points: gpd.GeoDataFrame = table
        self.other_names: dict[str, list[str]] = defaultdict(list)
        for other, name in city.street_aliases.items():
            self.other_names[name].append(other)

    def streets(self) -> Any:
        """The points of each street."""
        return self.points.groupby(["street", "quadrant"], sort=True)


def addok_documents(reference: Reference, folder: Path) -> None:
    """Write one document a street with its house numbers, as addok's guide asks, and synonyms."""
    folder.mkdir(parents=True, exist_ok=True)
    groups = reference.streets()
    most = math.log(groups.size().max() + 1)
    with (folder / "documents.jsonl").open("w", encoding="utf-8") as out:
        for i, ((street, quadrant), rows) in enumerate(groups):
            names = [street, *reference.other_names.get(street, [])]
            middle = rows.geometry.iloc[len(rows) // 2]
            houses = {
                number: {"lat": point.y, "lon": point.x, "id": str(key)}
                for number, point, key in zip(
                    rows["number"], rows.geometry, rows.index, strict=True
                )
            }
            document = {
                "_id": f"street{i}",
                "id": f"street{i}",
                "type": "street",
                "name": [f"{name} {quadrant}".strip() for name in names],
                "postcode": sorted(set(rows["zip"]) - {""}),
                "city": "Washington",
                "context": "DC",
                "lat": middle.y,
                "lon": middle.x,
                "importance": math.log(len(rows) + 1) / most,
                "housenumbers": houses,
            }
            out.write(json.dumps(document) + "\n")
    words = defaultdict(list)
    for spelling, whole in SUFFIXES.items():
        if spelling != whole:
            words[whole.lower()].append(spelling.lower())
    for code, whole in CORNERS.items():
        words[code.lower()].append(whole.lower())
    lines = [f"{', '.join(spellings)} => {whole}\n" for whole, spellings in sorted(words.items())]
    (folder / "synonyms.txt").write_text("".join(lines), encoding="utf-8")


class Osm:
    """Writes nodes first, then ways, then relations, as readers of OSM files expect."""

    def __init__(self) -> None:
        self.nodes: list[Node] = []
        self.ways: list[Way] = []
        self.relations: list[Relation] = []

    def node(self, lon: float, lat: float, tags: dict[str, str] | None = None) -> int:
        number = len(self.nodes) + 1
        self.nodes.append(
            Node(id=number, version=1, visible=True, location=(lon, lat), tags=tags or {})
        )
        return number

    def way(self, line: shapely.LineString, tags: dict[str, str]) -> int:
        refs = [self.node(*xy[:2]) for xy in line.coords]
        if line.is_ring:
            refs[-1] = refs[0]
        number = len(self.ways) + 1
        self.ways.append(Way(id=number, version=1, visible=True, nodes=refs, tags=tags))
        return number

    def area(self, shape: shapely.Polygon, tags: dict[str, str]) -> None:
        members = [("w", self.way(shape.exterior, {}), "outer")]
        number = len(self.relations) + 1
        tags = tags | {"type": "boundary"}
        self.relations.append(
            Relation(id=number, version=1, visible=True, members=members, tags=tags)
        )

    def save(self, path: Path) -> None:
        path.unlink(missing_ok=True)
        with osmium.SimpleWriter(str(path)) as writer:
            for node in self.nodes:
                writer.add_node(node)
            for way in self.ways:
                writer.add_way(way)
            for relation in self.relations:
                writer.add_relation(relation)


def _spelled(street: str, quadrant: str) -> str:
    words = [word.capitalize() for word in street.split()]
    return " ".join([*words, CORNERS.get(quadrant, "")]).strip()


def _street_tags(reference: Reference, street: str, quadrant: str) -> dict[str, str]:
    tags = {"highway": "residential", "name": _spelled(street, quadrant)}
    other = [_spelled(name, quadrant) for name in reference.other_names.get(street, [])]
    return tags | ({"alt_name": ";".join(other)} if other else {})


def osm_file(reference: Reference, folder: Path) -> None:
    """Write address nodes, street ways of the same names, and the city with its outline."""
    folder.mkdir(parents=True, exist_ok=True)
    osm = Osm()
    rows = reference.points
    for number, street, quadrant, code, point in zip(
        rows["number"], rows["street"], rows["quadrant"], rows["zip"], rows.geometry, strict=True
    ):
        tags = {
            "addr:housenumber": number,
            "addr:street": _spelled(street, quadrant),
            "addr:city": "Washington",
            "addr:state": "DC",
        }
        osm.node(point.x, point.y, tags | ({"addr:postcode": code} if code else {}))
    edges = pd.read_parquet(reference.data / "roads" / "dc_drive_edges.parquet")
    edges = edges[edges["name"].notna()].drop_duplicates("geometry")
    known, drawn = set(reference.streets().groups), set()
    for name, line in zip(edges["name"], shapely.from_wkb(edges["geometry"]), strict=True):
        read = reference.names.read(name, "")
        # TIGER leaves the quadrant out here and there: such names would only mislead.
        if read in known:
            osm.way(line, _street_tags(reference, *read))
            drawn.add(read)
    for key, points in reference.streets():
        # Without a way of its name, Nominatim would put the houses on the nearest street.
        if key not in drawn:
            order = points["number"].str.extract(r"(\d+)")[0].fillna("0").astype("int").argsort()
            line = list(points.geometry.iloc[order])
            line.append(shapely.Point(line[-1].x + 1e-5, line[-1].y))
            osm.way(shapely.LineString(line), _street_tags(reference, *key))
    outline = gpd.read_file(reference.data / "boundaries" / "dc_boundary.geojson").geometry.iloc[0]
    limits = shapely.Polygon(outline.simplify(1e-4).exterior)
    common = {"boundary": "administrative"}
    osm.area(limits, common | {"admin_level": "4", "name": "District of Columbia", "ref": "DC"})
    osm.area(limits, common | {"admin_level": "8", "name": "Washington"})
    osm.node(-77.0366, 38.8950, {"place": "city", "name": "Washington", "capital": "yes"})
    osm.save(folder / "reference.osm.pbf")


def tokenizer(folder: Path) -> None:
    """Write Nominatim's tokenizer file: English only, units cut off, the same street types."""
    spellings = defaultdict(list)
    for spelling, whole in SUFFIXES.items():
        if whole in _TYPES.split() and spelling != whole:
            spellings[whole.capitalize()].append(spelling.capitalize())
    words = "".join(
        f"              - {whole} -> {','.join(found)}\n" for whole, found in spellings.items()
    )
    text = (Path(__file__).parent / "peers_icu.yaml").read_text(encoding="utf-8")
    (folder / "icu_tokenizer.yaml").write_text(text.replace("@WORDS@\n", words), encoding="utf-8")


def main() -> None:
    """Write the files of both peers."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=ROOT.parent / "shared" / "data" / "dc")
    parser.add_argument("--peers", type=Path, required=True, help="the peers' folder")
    given = parser.parse_args()
    reference = Reference(given.data)
    addok_documents(reference, given.peers / "addok-data")
    osm_file(reference, given.peers / "nominatim-data")
    tokenizer(given.peers / "nominatim-data")
    print(f"{len(reference.points)} address points, {reference.streets().ngroups} streets")


if __name__ == "__main__":
    main()
