"""The city map: layers in, one HTML document out."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import folium
import geopandas as gpd
from branca.element import Element
from folium.plugins import MarkerCluster
from folium.utilities import JsCode

from geoteam.errors import MapError
from geoteam.maps import legend as legends
from geoteam.maps.assets import DEFAULT_BASE
from geoteam.maps.elements import (
    AreaNames,
    Arrows,
    Finish,
    MovablePin,
    SharePopups,
    StreetLines,
    VectorBasemap,
)
from geoteam.maps.features import (
    Feature,
    area_features,
    choropleth_classes,
    choropleth_features,
    collection,
    feature,
    label_features,
    point_features,
    titles,
)
from geoteam.maps.figure import MapFigure
from geoteam.maps.layers import AnyLayer, AreaLayer, ChoroplethLayer, PointLayer, RouteLayer
from geoteam.maps.text import safe_text

Bounds = tuple[float, float, float, float]
# A closed street is barred in black and white, as in web/src/day/map.ts.
_CLOSED = (
    {"color": "#10161c", "weight": 7, "opacity": 1, "fill": False, "lineCap": "butt"},
    {"color": "#ffffff", "weight": 4, "opacity": 1, "fill": False, "lineCap": "butt",
     "dashArray": "6 6"},
)  # fmt: skip
_EMPTY = "Nothing to show here"
_ADVICE = "No rows match. Choose other filters, another date or another layer."


def city_map(
    layers: Sequence[AnyLayer],
    *,
    title: str,
    subtitle: str = "",
    bounds: Bounds | None = None,
    embed: bool = False,
    nonce: str = "",
    assets: str = DEFAULT_BASE,
    basemap_url: str = "",
    tiles_url: str = "",
    streets: Mapping[str, Any] | None = None,
    attribution: str = "",
    empty: str = _EMPTY,
    advice: str = _ADVICE,
    pin: tuple[float, float] | None = None,
) -> str:
    """Draw a map as one HTML document, for a frame of our own pages or as a stand-alone file.

    Parameters
    ----------
    layers
        What to show, from the ground up; names must differ.
    title, subtitle
        Plain text; shown on a stand-alone file, read out in a frame.
    bounds
        West, south, east, north in degrees; the extent of the layers when None.
    embed
        True puts scripts, styles and data into the document: it asks for nothing, from anywhere.
    nonce
        Nonce of the content security policy that the document is served with.
    assets
        Address under which the built front end is served.
    basemap_url
        Address of the workspace's PMTiles; not with ``embed``.
    tiles_url
        Address of a configured XYZ tile server, in place of the PMTiles; not with ``embed``.
    streets
        A ground of lines from ``basemap.light_streets``, for ``embed`` or where there are no tiles.
    attribution
        Credit of the basemap and boundaries.
    empty, advice
        Message for a map on which no layer has a row.
    pin
        Longitude and latitude at which a pin appears that the reader may move, when the page around
        the map asks for it.

    Returns
    -------
    str
        The document.

    Raises
    ------
    MapError
        For two layers of one name, or a map without any extent.
    AssetsError
        When the front end is not built.
    """
    names = [layer.name for layer in layers]
    if len(set(names)) != len(names):
        raise MapError("two layers of a map have the same name")
    if embed and (basemap_url or tiles_url):
        raise MapError(
            "a stand-alone map cannot ask a server for its ground", remedy="Give streets"
        )
    extent = bounds or _extent(layers)
    figure = MapFigure(title=title, subtitle=subtitle, nonce=nonce, embed=embed, base=assets)
    fmap = folium.Map(
        location=[(extent[1] + extent[3]) / 2, (extent[0] + extent[2]) / 2],
        zoom_start=12,
        tiles=None,
        control_scale=False,
        maxZoom=19,
        minZoom=8,
        zoomSnap=0.25,
    )
    fmap.add_to(figure)
    _add_ground(fmap, basemap_url, tiles_url, streets, safe_text(attribution))
    for layer in layers:
        _add(fmap, layer)
    if len(layers) > 1:
        folium.LayerControl(collapsed=False).add_to(fmap)
    if pin:
        MovablePin(pin[1], pin[0]).add_to(fmap)
    south_west, north_east = [extent[1], extent[0]], [extent[3], extent[2]]
    fmap.add_child(Finish({"bounds": [south_west, north_east]}))
    figure.html.add_child(Element(_furniture(layers, empty, advice)))
    return figure.render()


def _add_ground(
    fmap: folium.Map,
    basemap_url: str,
    tiles_url: str,
    streets: Mapping[str, Any] | None,
    credit: str,
) -> None:
    if tiles_url:
        folium.TileLayer(tiles_url, attr=credit or "Tiles", control=False).add_to(fmap)
    elif basemap_url:
        VectorBasemap(basemap_url, credit).add_to(fmap)
    else:
        StreetLines(streets or collection([]), credit).add_to(fmap)


def _add(fmap: folium.Map, layer: AnyLayer) -> None:
    group = folium.FeatureGroup(name=safe_text(layer.name), show=layer.show)
    if isinstance(layer, ChoroplethLayer):
        _geojson(
            group,
            choropleth_features(layer, choropleth_classes(layer)),
            {"label": "", "d0": layer.legend.units} | _details(layer.details),
        )
        if layer.labels != "none":
            told = [one["properties"]["d0"] for one in choropleth_features(layer, [])]
            texts = titles(layer) if layer.labels == "name" else told
            AreaNames(collection(label_features(layer, texts)), 11).add_to(group)
    elif isinstance(layer, AreaLayer):
        _geojson(
            group,
            area_features(layer),
            {"label": ""} | _details(layer.details) if layer.fill == "each" else {},
        )
        if layer.labels == "name":
            named = collection(label_features(layer, titles(layer)))
            AreaNames(named, layer.labels_from_zoom).add_to(group)
    elif isinstance(layer, PointLayer):
        group = _points(layer)
    elif isinstance(layer, RouteLayer):
        _route(group, layer)
    else:
        raise MapError(f"no map knows how to draw a {type(layer).__name__}")
    group.add_to(fmap)


def _geojson(
    parent: Any, features: list[Feature], told: Mapping[str, str], points: PointLayer | None = None
) -> None:
    handler = "geoteam.area"
    if points:
        handler = f"geoteam.point({json.dumps(points.kind)}, {json.dumps(safe_text(points.mark))})"
    shape = folium.GeoJson(
        collection(features), on_each_feature=JsCode(handler), interactive=bool(told)
    )
    if features and told:
        fields, aliases = list(told), [safe_text(label) for label in told.values()]
        if points:
            folium.GeoJsonPopup(fields, aliases, localize=False, maxWidth=340).add_to(shape)
            SharePopups().add_to(shape)
        else:
            folium.GeoJsonTooltip(fields, aliases, sticky=True).add_to(shape)
    shape.add_to(parent)


def _details(details: Mapping[str, str]) -> dict[str, str]:
    return {f"d{n}": label for n, label in enumerate(details.values(), start=1)}


def _points(layer: PointLayer) -> Any:
    name = safe_text(layer.name)
    group: Any
    if layer.cluster:
        group = MarkerCluster(
            name=name,
            show=layer.show,
            icon_create_function=(
                f"geoteam.cluster({json.dumps(layer.kind)}, {json.dumps(safe_text(layer.many))})"
            ),
            showCoverageOnHover=False,
            maxClusterRadius=46,
        )
    else:
        group = folium.FeatureGroup(name=name, show=layer.show)
    told = {"label": ""} | _details(layer.details) | ({"link": ""} if layer.link_column else {})
    _geojson(group, point_features(layer), told, layer)
    return group


def _route(group: Any, layer: RouteLayer) -> None:
    style = {"color": layer.colour, "weight": 4.5, "opacity": 0.85, "fill": False}
    casing = {"color": "#ffffff", "weight": 8, "opacity": 0.9, "fill": False}
    lines = [feature(leg, {"style": casing}) for leg in layer.legs]
    lines += [feature(leg, {"style": style}) for leg in layer.legs]
    # Above the route: where it uses a closed street, that is what matters.
    lines += [feature(one, {"style": style}) for one in layer.closed for style in _CLOSED]
    folium.GeoJson(collection(lines), interactive=False).add_to(group)
    for leg in layer.legs:
        Arrows([(round(y, 6), round(x, 6)) for x, y in leg.coords], layer.colour).add_to(group)
    stops = layer.stops.assign(
        _mark=["S" if number == 0 else str(number) for number in layer.stops[layer.number_column]]
    )
    for is_start in (True, False):
        part = stops[(stops[layer.number_column] == 0) == is_start]
        points = PointLayer(
            name=layer.name,
            frame=part,
            kind="start" if is_start else "stop",
            title_column=layer.title_column,
            mark_column="_mark",
            details=layer.details,
        )
        told = {"label": ""} | _details(layer.details)
        _geojson(group, point_features(points), told, points)


def _furniture(layers: Sequence[AnyLayer], empty: str, advice: str) -> str:
    parts = [
        legends.choropleth_legend(one)
        for one in layers
        if isinstance(one, ChoroplethLayer) and len(one.frame)
    ]
    parts += [
        legends.area_legend(one)
        for one in layers
        if isinstance(one, AreaLayer) and one.fill == "each" and len(one.frame)
    ]
    parts.append(
        legends.point_legend(
            [one for one in layers if isinstance(one, PointLayer)],
            [one for one in layers if isinstance(one, RouteLayer)],
        )
    )
    boxes = f'<section class="gt-legends" aria-label="Legend">{"".join(parts)}</section>'
    nothing = all(len(frame) == 0 for frame in _frames(layers))
    message = legends.empty_message(empty, advice) if nothing else ""
    return legends.pattern_definitions() + boxes + message


def _frames(layers: Iterable[AnyLayer]) -> list[gpd.GeoDataFrame]:
    return [one.stops if isinstance(one, RouteLayer) else one.frame for one in layers]


def _extent(layers: Sequence[AnyLayer]) -> Bounds:
    boxes = [frame.total_bounds for frame in _frames(layers) if len(frame)]
    if not boxes:
        raise MapError("an empty map has no extent", remedy="Give bounds")
    west, south = (min(float(box[i]) for box in boxes) for i in (0, 1))
    east, north = (max(float(box[i]) for box in boxes) for i in (2, 3))
    return west, south, east, north
