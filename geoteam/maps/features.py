"""Frames to GeoJSON: only what is shown leaves the frame, and all text is escaped here."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from geoteam.errors import MapError
from geoteam.maps.layers import AreaLayer, ChoroplethLayer, Layer, PointLayer
from geoteam.maps.palettes import NO_DATA_FILL, ClassBreak, area_fills, classify, colour_of
from geoteam.maps.text import figure_text, safe_text

# About a metre; a map at zoom 18 shows half a metre a pixel.
_DEGREES = 5
# Two to three metres, below a pixel up to zoom 15; shared edges stay shared.
_TOLERANCE_DEG = 2.5e-5
_RANKS = ((2.6, "none", 0.95), (1.6, "none", 0.9), (0.9, "3 3", 0.9))

# The streets beneath stay visible; web/src/styles/map.css lowers it further close to.
FILL_OPACITY = 0.62

Feature = dict[str, Any]


def collection(features: Iterable[Feature]) -> dict[str, Any]:
    """Wrap features as a GeoJSON collection.

    Parameters
    ----------
    features
        GeoJSON features.

    Returns
    -------
    dict
        A FeatureCollection.
    """
    return {"type": "FeatureCollection", "features": list(features)}


def feature(geometry: shapely.Geometry, properties: Mapping[str, Any]) -> Feature:
    """Make one GeoJSON feature.

    Parameters
    ----------
    geometry
        In EPSG:4326.
    properties
        Escaped already.

    Returns
    -------
    dict
        A Feature with coordinates of a metre's precision.
    """
    shape = shapely.geometry.mapping(geometry)
    return {
        "type": "Feature",
        "geometry": {"type": shape["type"], "coordinates": _rounded(shape["coordinates"])},
        "properties": dict(properties),
    }


def choropleth_classes(layer: ChoroplethLayer) -> list[ClassBreak]:
    """Classify the figures that a choropleth shows.

    Parameters
    ----------
    layer
        The layer.

    Returns
    -------
    list of ClassBreak
        Classes of the figures that are not withheld.
    """
    shown = np.asarray(figures(layer), dtype=np.float64)
    return classify(shown, kind=layer.legend.kind, classes=layer.classes, palette=layer.palette)


def figures(layer: ChoroplethLayer) -> pd.Series[float]:
    """Return the figures that may be shown.

    Parameters
    ----------
    layer
        The layer.

    Returns
    -------
    Series of float
        NaN where there is no figure or it is withheld.
    """
    values = pd.to_numeric(layer.frame[layer.column], errors="coerce").astype("float64")
    shown: pd.Series[float] = values.mask(withheld(layer))
    return shown


def withheld(layer: ChoroplethLayer) -> pd.Series[bool]:
    """Tell which areas' figures are withheld.

    Parameters
    ----------
    layer
        The layer.

    Returns
    -------
    Series of bool
        On the frame's index.
    """
    if not layer.withheld_column:
        return pd.Series(False, index=layer.frame.index)
    flags: pd.Series[bool] = layer.frame[layer.withheld_column].fillna(False).astype(bool)
    return flags


def choropleth_features(layer: ChoroplethLayer, breaks: list[ClassBreak]) -> list[Feature]:
    """Turn the areas of a choropleth into features.

    Parameters
    ----------
    layer
        The layer.
    breaks
        Its classes.

    Returns
    -------
    list of dict
        One feature an area, in the frame's order; property ``d0`` is the figure as text.
    """
    values, hidden = figures(layer), withheld(layer)
    out = []
    shapes = _simplified(layer.frame.geometry)
    rows = zip(shapes, _base(layer), values.tolist(), hidden.tolist(), strict=True)
    for (geometry, base, value, hide), name in zip(rows, titles(layer), strict=True):
        told = layer.legend.withheld if hide else figure_text(value, layer.legend.kind)
        fill = "url(#gt-withheld)" if hide else colour_of(value, breaks)
        bare = not hide and not math.isfinite(value)
        base["d0"] = safe_text(told)
        base["said"] = safe_text(f"{name}: {told}, {layer.legend.units}")
        base["style"] = {
            "color": layer.outline,
            "weight": layer.outline_weight,
            "opacity": 0.9,
            "fillColor": NO_DATA_FILL if bare else fill,
            "fillOpacity": 0.25 if bare else FILL_OPACITY,
            "className": "gt-fill",
        }
        out.append(feature(geometry, base))
    return out


def area_features(layer: AreaLayer) -> list[Feature]:
    """Turn outlines or team areas into features.

    Parameters
    ----------
    layer
        The layer.

    Returns
    -------
    list of dict
        One feature an area, in the frame's order.
    """
    shapes = _simplified(layer.frame.geometry)
    weight, dash, opacity = _RANKS[min(max(layer.rank, 0), 2)]
    fills = [layer.fills[str(code)] for code in layer.frame.index] if layer.fills else []
    if layer.fill == "each" and not fills:
        fills = area_fills(list(shapes))
    out = []
    for position, (geometry, base) in enumerate(zip(shapes, _base(layer), strict=True)):
        style: dict[str, Any] = {"color": layer.colour, "weight": weight, "opacity": opacity}
        if dash != "none":
            style["dashArray"] = dash
        if fills:
            style |= {"color": "#33404d", "weight": 1.4, "fillColor": fill_name(*fills[position])}
            style |= {"fillOpacity": FILL_OPACITY, "className": "gt-fill"}
        else:
            style["fill"] = False
        base["style"] = style
        out.append(feature(geometry, base))
    return out


def point_features(layer: PointLayer) -> list[Feature]:
    """Turn points into features.

    Parameters
    ----------
    layer
        The layer.

    Returns
    -------
    list of dict
        One feature a point; property ``link`` is an anchor when the layer has links.
    """
    bases = _base(layer, grouped=False)
    if layer.mark_column:
        for base, mark in zip(bases, layer.frame[layer.mark_column].tolist(), strict=True):
            base["mark"] = safe_text(mark)
    if layer.link_column:
        for base, address in zip(bases, layer.frame[layer.link_column].tolist(), strict=True):
            base["link"] = _anchor(str(address), layer.link_text)
    places = shapely.get_coordinates(layer.frame.geometry.to_numpy()).round(_DEGREES).tolist()
    return [
        {
            "type": "Feature",
            "geometry": {"type": "Point", "coordinates": place},
            "properties": base,
        }
        for place, base in zip(places, bases, strict=True)
    ]


def label_features(layer: Layer, texts: Iterable[str]) -> list[Feature]:
    """Place a text inside each area.

    Parameters
    ----------
    layer
        A layer of areas.
    texts
        One text an area.

    Returns
    -------
    list of dict
        Points that are inside their area.
    """
    inside = layer.frame.geometry.representative_point()
    return [
        feature(point, {"text": safe_text(text)}) for point, text in zip(inside, texts, strict=True)
    ]


def titles(layer: Layer) -> list[str]:
    """Return the name of each row, for people.

    Parameters
    ----------
    layer
        The layer.

    Returns
    -------
    list of str
        Plain text.
    """
    named = layer.frame[layer.title_column] if layer.title_column else layer.frame.index
    return [str(name) for name in named.tolist()]


def fill_name(hue: str, pattern: str) -> str:
    """Name a fill as SVG does.

    Parameters
    ----------
    hue
        A colour.
    pattern
        A pattern of ``palettes.PATTERNS``.

    Returns
    -------
    str
        The colour, or a reference to the pattern in the document.
    """
    return hue if pattern == "plain" else f"url(#gt-{pattern}-{hue.lstrip('#')})"


def _base(layer: Layer, *, grouped: bool = True) -> list[dict[str, Any]]:
    codes, names = layer.frame.index.tolist(), titles(layer)
    # d0 is the figure of a choropleth; d1, d2 ... the further details, in order.
    rows = zip(*(layer.frame[column].tolist() for column in layer.details), strict=True)
    details = list(rows) if layer.details else [()] * len(codes)
    group = {"group": safe_text(layer.name)} if grouped else {}
    return [
        {
            "code": safe_text(code),
            "label": safe_text(name),
            **group,
            **{f"d{n}": safe_text(text) for n, text in enumerate(told, start=1)},
        }
        for code, name, told in zip(codes, names, details, strict=True)
    ]


def _anchor(address: str, text: str) -> str:
    if not address.startswith("/") or address.startswith(("//", "/\\")):
        raise MapError("a link on the map leads away from our own server", where=address[:80])
    # The address is escaped for an attribute; "=" may stand as a reference there too.
    return f'<a href="{safe_text(address)}" target="_parent">{safe_text(text)}</a>'


def _simplified(shapes: gpd.GeoSeries) -> np.ndarray[Any, Any]:
    plain = np.asarray(shapes.to_numpy())
    if len(plain) == 0:
        return plain
    simple = shapely.coverage_simplify(plain, _TOLERANCE_DEG)
    return np.where(shapely.is_empty(simple), plain, simple)


def _rounded(coordinates: Any) -> Any:
    if isinstance(coordinates, float):
        return round(coordinates, _DEGREES)
    return [_rounded(part) for part in coordinates]
