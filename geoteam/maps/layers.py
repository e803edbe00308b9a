"""What a map can show, as data: one frozen dataclass a kind of layer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

import geopandas as gpd
import shapely

from geoteam.crs import require_wgs84
from geoteam.errors import MapError
from geoteam.maps.text import FigureKind

PointKind = Literal[
    "client", "office", "station", "partner", "event", "start", "stop", "urgent", "high", "usual"
]
LabelKind = Literal["none", "name", "figure"]


@dataclass(frozen=True, kw_only=True)
class Legend:
    """What a reader must know to read the colours.

    ``units`` says what one unit is ("clients", "points per officer"); ``date`` and ``source`` are
    written as given. ``kind`` decides how figures are written, in the legend as in the table.
    """

    title: str
    units: str
    date: str
    source: str
    kind: FigureKind = "count"
    withheld: str = "withheld (fewer than 11)"


@dataclass(frozen=True, kw_only=True)
class Layer:
    """What all layers share.

    ``frame`` is in EPSG:4326. ``details`` maps a column to the label that stands beside it in the
    tooltip or popup; figures among them must already be written as text.
    """

    name: str
    frame: gpd.GeoDataFrame
    details: Mapping[str, str] = field(default_factory=dict)
    show: bool = True
    # Column with the name for people; the index when empty.
    title_column: str = ""

    def __post_init__(self) -> None:
        require_wgs84(self.frame, f"layer {self.name!r}")
        wanted = [*self.details, *([self.title_column] if self.title_column else [])]
        missing = [column for column in wanted if column not in self.frame.columns]
        if missing:
            raise MapError(f"layer {self.name!r} has no column {', '.join(missing)}")


@dataclass(frozen=True, kw_only=True)
class AreaLayer(Layer):
    """Outlines of areas (boundaries), or areas each with its own fill (team areas).

    ``fill`` is ``none`` for outlines or ``each`` for a fill of its own, with a legend, for at most
    48 areas; ``fills`` names them (hue and pattern of each area) where they are not to be chosen
    here. ``rank`` orders outlines: 0 is the boldest (districts), 2 the finest.
    """

    fill: Literal["none", "each"] = "none"
    fills: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    colour: str = "#4a2a6b"
    rank: int = 1
    labels: LabelKind = "name"
    # Names of areas appear from this zoom on.
    labels_from_zoom: int = 12


@dataclass(frozen=True, kw_only=True)
class ChoroplethLayer(Layer):
    """Areas coloured by the class of a figure, with a legend.

    ``column`` holds the figure (NaN: none); ``withheld_column`` a flag for those that disclosure
    rules withhold, which are hatched and show no figure, whatever ``column`` says.
    """

    column: str
    legend: Legend
    withheld_column: str = ""
    palette: str = "YlGnBu"
    classes: int = 5
    labels: LabelKind = "none"
    outline: str = "#5f6b76"
    outline_weight: float = 0.8

    def __post_init__(self) -> None:
        super().__post_init__()
        for column in (self.column, *([self.withheld_column] if self.withheld_column else [])):
            if column not in self.frame.columns:
                raise MapError(f"layer {self.name!r} has no column {column}")


@dataclass(frozen=True, kw_only=True)
class GridLayer(ChoroplethLayer):
    """A choropleth over the cells of a hexagon or square grid."""

    outline: str = "#ffffff"
    outline_weight: float = 0.5


# What stands in the mark of a kind when the layer says nothing else: colour is never the only sign.
_MARKS: dict[PointKind, str] = {
    "office": "O",
    "station": "P",
    "partner": "C",
    "event": "E",
    "urgent": "!",
    "high": "+",
}


@dataclass(frozen=True, kw_only=True)
class PointLayer(Layer):
    """Points with a title, a popup and, where there are many, clusters.

    ``link_column`` holds an address on our own server (beginning with one slash) of the page about
    the point. ``many`` is the plural that a cluster's disc is announced with.
    """

    kind: PointKind = "client"
    mark: str = ""
    mark_column: str = ""
    link_column: str = ""
    link_text: str = "Open record"
    cluster: bool = True
    many: str = "places"

    def __post_init__(self) -> None:
        super().__post_init__()
        if not self.mark:
            object.__setattr__(self, "mark", _MARKS.get(self.kind, ""))


@dataclass(frozen=True, kw_only=True)
class RouteLayer:
    """A tour: where it starts, the path driven with its direction, and the numbered stops.

    ``stops`` has a Point geometry, in order, and the columns named in ``details``; the row whose
    ``number_column`` is 0 is the start. ``closed`` are streets that no car may drive.
    """

    name: str
    legs: Sequence[shapely.LineString]
    stops: gpd.GeoDataFrame
    number_column: str = "number"
    title_column: str = "title"
    details: Mapping[str, str] = field(default_factory=dict)
    colour: str = "#b3261e"
    show: bool = True
    closed: Sequence[shapely.MultiLineString] = ()

    def __post_init__(self) -> None:
        require_wgs84(self.stops, f"layer {self.name!r}")
        missing = [
            column
            for column in (self.number_column, self.title_column, *self.details)
            if column not in self.stops.columns
        ]
        if missing:
            raise MapError(f"layer {self.name!r} has no column {', '.join(missing)}")


AnyLayer = Layer | RouteLayer
