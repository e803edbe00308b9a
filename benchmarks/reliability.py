"""How right each score is on the real addresses of Washington, DC, as Markdown.

    python benchmarks/reliability.py --data ../shared/data/dc -o docs/reliability.md

Made-up noise is put on real address points in memory. Half of the points are taken out of the
reference for a second run, so that interpolation is measured too. The table counts the 30 % of the
streets that nobody looked at while the geocoder was built; --seen counts the others.
"""

from __future__ import annotations

import argparse
import random
import string
import sys
import textwrap
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

import geopandas as gpd
import numpy as np
import pandas as pd

from geoteam.areas import AreaIndex, read_boundaries
from geoteam.geocoding import ReferenceIndex, geocode
from geoteam.geocoding.calibrate import (
    as_markdown,
    in_words,
    label,
    reliability,
    thresholds,
)
from tests.geocoding.dc import City
from tests.geocoding.noise import Typist, held_out

COMMAND = "python benchmarks/reliability.py --data ../shared/data/dc -o docs/reliability.md"
HEAD = """# How right the geocoder is

Made by `{command}`
on {points:,} real address points of Washington, DC, on {streets:,} streets {which}.
Each address was written once as official files do and once as people do (typos in the street,
abbreviations, missing types, units, dots), and looked up in the whole reference; half of them also
in a reference from which they and half of all points were taken out, so that interpolation is
measured. "Unit" is the police service area of 2019. Shares stand with their 95 % interval (E. B.
Wilson, Journal of the American Statistical Association 22, 1927).

{rows:,} texts: {placed:,} were placed; {tied:,} ties and {unmatched:,} without a match wait for a
person. {accepted:,} were accepted without one; {wrong:,} of these ({share:.3%}) lie in another
unit."""
_WHICH = {
    False: "that nobody looked at while it was built",
    True: "that were looked at while it was built",
}
UNKNOWN = """
Of {names:,} of these addresses with one letter of the street's name replaced by a random one, so
that no street has the name, {alone:.1%} are placed without a ZIP: those whose letter is next to the
right one on the keyboard or sounds like it, which nothing tells from a slip. {tied:.1%} wait with
the address as a candidate. With the ZIP of the address {confirmed:.1%} are placed.
"""
FOOT = """
`accepted` counts what no person looks at; a match that is right and still not accepted has a circle
of uncertainty that crosses into another unit, or too low a score. What is not in these figures: a
house number that is wrong and exists, which no score can tell, and faults of the reference itself.
So an agency makes the same table on its own addresses with `geoteam addresses calibrate FILE`, and
may ask for higher scores in its profile ([profiles.md](profiles.md)).
"""


def labelled(
    city: City, areas: AreaIndex, points: gpd.GeoDataFrame, index: ReferenceIndex, seed: int
) -> pd.DataFrame:
    """Geocode points as clean and as messy text, and lay the results beside the truth."""
    typist = Typist(seed)
    rows = list(zip(points["number"], points["street"], points["quadrant"], strict=True))
    texts = [typist.clean(*row) for row in rows] + [typist.messy(*row)[0] for row in rows]
    found = geocode(pd.Series(texts), index)
    lon, lat = found["lon"].to_numpy(), found["lat"].to_numpy()
    truth = pd.DataFrame({"lon": points.geometry.x, "lat": points.geometry.y})
    truth["unit"] = areas.locate(truth["lon"].to_numpy(), truth["lat"].to_numpy())
    return label(
        found,
        areas.ambiguous(lon, lat, found["uncertainty_m"].fillna(0.0).to_numpy()),
        pd.concat([truth, truth], ignore_index=True),
        pd.Series(areas.locate(lon, lat)),
        crs=city.crs,
    )


def other_names(city: City, points: gpd.GeoDataFrame, seed: int) -> dict[str, float]:
    """Put real house numbers on streets that do not exist, one random letter from one that does."""
    drawn = random.Random(seed)
    known = set(city.index.parts.street_base.tolist())
    texts: dict[str, str] = {}
    for row in points.itertuples():
        words = row.street.split()
        if len(words) < 2 or len(words[0]) < 4 or not words[0].isalpha():
            continue
        at = drawn.randrange(len(words[0]))
        words[0] = words[0][:at] + drawn.choice(string.ascii_uppercase) + words[0][at + 1 :]
        if " ".join(words) not in known:
            texts[str(row.Index)] = f"{row.number} {' '.join(words)} {row.quadrant}"
    column = pd.Series(texts)
    alone = geocode(column, city.index)
    confirmed = geocode(column, city.index, zips=points.loc[column.index, "zip"])
    held = [
        any(spot["reference_id"] == ref for spot in spots)
        for ref, spots in alone["candidates"].items()
    ]
    return {
        "names": len(column),
        "alone": alone["lon"].notna().mean(),
        "tied": (np.array(held) & (alone["status"] == "T")).mean(),
        "confirmed": confirmed["lon"].notna().mean(),
    }


def measure(folder: Path, *, seen: bool) -> str:
    """Make the whole page."""
    city = City(folder)
    frame = read_boundaries(
        folder / "boundaries" / "psa_2019.geojson",
        kind="service_area",
        fields={"code": "PSA", "name": "NAME"},
        city_crs=city.crs,
    )
    areas = AreaIndex(frame, city.crs)
    truth = city.truth()
    points = truth[[held_out(street) != seen for street in truth["street"]]]
    # Which half is missing is drawn, so that a number's neighbours are there or not as it happens.
    drawn = np.random.default_rng(9).random(len(city.addresses)) < 0.5
    gone = city.addresses.index[drawn]
    half = city.build(city.addresses.drop(gone))
    table = pd.concat(
        [
            labelled(city, areas, points, city.index, 7),
            labelled(city, areas, points[points.index.isin(gone)], half, 8),
        ],
        ignore_index=True,
    )
    wrong = table["accepted"] & ~table["same_unit"]
    head = HEAD.format(
        command=COMMAND + " --seen" * seen,
        points=len(points),
        streets=points["street"].nunique(),
        which=_WHICH[seen],
        rows=len(table),
        placed=int(table["placed"].sum()),
        tied=int((table["status"] == "T").sum()),
        unmatched=int((table["status"] == "U").sum()),
        accepted=int(table["accepted"].sum()),
        wrong=int(wrong.sum()),
        share=wrong.sum() / table["accepted"].sum(),
    )
    head = "\n\n".join(textwrap.fill(paragraph, 100) for paragraph in head.split("\n\n"))
    words = "".join(
        textwrap.fill(line, 100, initial_indent="- ", subsequent_indent="  ") + "\n"
        for line in in_words(thresholds(table))
    )
    unknown = textwrap.fill(UNKNOWN.format(**other_names(city, points, 11)).strip(), 100)
    table_text = as_markdown(reliability(table))
    return f"{head}\n\n{table_text}\n{words}\n{unknown}\n{FOOT}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--seen", action="store_true", help="count the streets that were looked at")
    parser.add_argument("-o", "--output", type=Path)
    arguments = parser.parse_args()
    page = measure(arguments.data, seen=arguments.seen)
    if arguments.output:
        arguments.output.write_text(page, encoding="utf-8")
    else:
        print(page)


if __name__ == "__main__":
    main()
