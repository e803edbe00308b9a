"""Two squares side by side and a few points, small enough to check by hand."""

from __future__ import annotations

import geopandas as gpd
import shapely

from geoteam.maps import ChoroplethLayer, Legend

CRS = "EPSG:32618"
# What somebody might type into a name to break out of each place a text is put.
ATTACKS = (
    "${window.hit=1}",
    "`+(window.hit=1)+`",
    "</script><script>window.hit=1</script>",
    "<img src=x onerror=window.hit=1>",
    '" onmouseover="window.hit=1" x="',
    "' onfocus='window.hit=1' autofocus='",
    "{{7*7}}{% raw %}",
    "\\`${window.hit=1}\\",
    "javascript:window.hit=1",
    "<svg/onload=window.hit=1>",
    "\u2028window.hit=1//",
)


def squares(**columns: object) -> gpd.GeoDataFrame:
    """Areas 101 and 102, one hundredth of a degree wide, that share an edge."""
    shapes = [shapely.box(-75.0, 39.0, -74.99, 39.01), shapely.box(-74.99, 39.0, -74.98, 39.01)]
    frame = gpd.GeoDataFrame(
        {"name": ["First", "Second"], **columns}, geometry=shapes, crs="EPSG:4326"
    )
    frame.index = ["101", "102"]
    frame.index.name = "code"
    return frame


def points(titles: list[str], **columns: object) -> gpd.GeoDataFrame:
    """One point a title, from west to east through both squares."""
    places = [shapely.Point(-74.999 + 0.0015 * n, 39.005) for n in range(len(titles))]
    frame = gpd.GeoDataFrame({"title": titles, **columns}, geometry=places, crs="EPSG:4326")
    frame.index = [f"C{n}" for n in range(len(titles))]
    return frame


def legend(**changes: str) -> Legend:
    """A legend with everything said."""
    words = {"title": "Clients", "units": "clients", "date": "1 June 2026", "source": "Tests"}
    return Legend(**(words | changes))


def counts(values: list[float], **more: object) -> ChoroplethLayer:
    """A choropleth of the two squares."""
    return ChoroplethLayer(
        name="Clients by area",
        frame=squares(clients=values),
        column="clients",
        legend=legend(),
        title_column="name",
        **more,
    )


def streets() -> gpd.GeoDataFrame:
    """Main Street in three pieces (one given in both directions), and a lane without a name."""
    lines = [
        shapely.LineString([(-75.0, 39.005), (-74.995, 39.005)]),
        shapely.LineString([(-74.995, 39.005), (-74.99, 39.005)]),
        shapely.LineString([(-74.99, 39.005), (-74.995, 39.005)]),
        shapely.LineString([(-74.99, 39.005), (-74.98, 39.005)]),
        shapely.LineString([(-74.995, 39.0), (-74.995, 39.01)]),
    ]
    return gpd.GeoDataFrame(
        {
            "name": ["Main Street"] * 4 + [""],
            "highway": ["primary"] * 4 + ["residential"],
        },
        geometry=lines,
        crs="EPSG:4326",
    )
