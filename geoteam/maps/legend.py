"""Legends, patterns and messages that stand on the map, as HTML."""

from __future__ import annotations

from collections.abc import Sequence

from geoteam.maps.features import (
    FILL_OPACITY,
    area_features,
    choropleth_classes,
    figures,
    titles,
    withheld,
)
from geoteam.maps.layers import AreaLayer, ChoroplethLayer, PointLayer, RouteLayer
from geoteam.maps.palettes import HUES, NO_DATA_FILL, PATTERNS
from geoteam.maps.text import safe_text

_STROKES = {
    "lines": '<path d="M-2 2 L2 -2 M0 8 L8 0 M6 10 L10 6" stroke="#33404d" stroke-width="1.3"/>',
    "dots": '<circle cx="2" cy="2" r="1.3" fill="#33404d"/>'
    '<circle cx="6" cy="6" r="1.3" fill="#33404d"/>',
    "cross": '<path d="M0 4 H8 M4 0 V8" stroke="#33404d" stroke-width="1"/>',
}
_CLOSED = (
    '<svg viewBox="0 0 24 15" aria-hidden="true"><path d="M0 7.5 H24" stroke="#10161c" '
    'stroke-width="7"/><path d="M0 7.5 H24" stroke="#fff" stroke-width="4" '
    'stroke-dasharray="6 6"/></svg>'
)


def pattern_definitions() -> str:
    """Return the SVG patterns that fills refer to.

    Returns
    -------
    str
        An SVG element without size.
    """
    patterns = [
        f'<pattern id="gt-{name}-{hue.lstrip("#")}" width="8" height="8" '
        f'patternUnits="userSpaceOnUse"><rect width="8" height="8" fill="{hue}"/>'
        f"{_STROKES[name]}</pattern>"
        for name in PATTERNS
        if name != "plain"
        for hue in HUES
    ]
    patterns.append(
        '<pattern id="gt-withheld" width="7" height="7" patternUnits="userSpaceOnUse" '
        'patternTransform="rotate(45)"><rect width="7" height="7" fill="#ececec"/>'
        '<path d="M0 0 V7" stroke="#7b8794" stroke-width="2.4"/></pattern>'
    )
    return (
        '<svg class="gt-defs" width="0" height="0" aria-hidden="true"><defs>'
        f"{''.join(patterns)}</defs></svg>"
    )


def choropleth_legend(layer: ChoroplethLayer) -> str:
    """Return the legend of a choropleth: title, units, classes, date and source.

    Parameters
    ----------
    layer
        The layer.

    Returns
    -------
    str
        HTML.
    """
    legend = layer.legend
    rows = [_row(one.colour, one.label) for one in choropleth_classes(layer)]
    hidden = withheld(layer)
    if hidden.any():
        rows.append(_row("url(#gt-withheld)", legend.withheld))
    if (figures(layer).isna() & ~hidden).any():
        rows.append(_row(NO_DATA_FILL, "no data"))
    return (
        '<details class="gt-legend" open>'
        f"<summary>{safe_text(legend.title)}</summary>"
        f'<p class="gt-units">{safe_text(legend.units)}</p><ul>{"".join(rows)}</ul>'
        f'<p class="gt-source">{safe_text(legend.date)}<br>{safe_text(legend.source)}</p>'
        "</details>"
    )


def area_legend(layer: AreaLayer) -> str:
    """Return the legend of areas that each have a fill of their own.

    Parameters
    ----------
    layer
        The layer.

    Returns
    -------
    str
        HTML.
    """
    rows = [
        _row(one["properties"]["style"]["fillColor"], title)
        for one, title in zip(area_features(layer), titles(layer), strict=True)
    ]
    return (
        f'<details class="gt-legend gt-teams" open><summary>{safe_text(layer.name)}</summary>'
        f"<ul>{''.join(rows)}</ul></details>"
    )


def point_legend(layers: Sequence[PointLayer], routes: Sequence[RouteLayer]) -> str:
    """Return the legend of the marks.

    Parameters
    ----------
    layers
        Layers of points.
    routes
        Layers of tours.

    Returns
    -------
    str
        HTML; empty when there is nothing to explain.
    """
    rows = [
        f'<li><span class="gt-pin gt-pin-{one.kind} gt-key">{safe_text(one.mark)}</span>'
        f"{safe_text(one.name)}</li>"
        for one in layers
        if len(one.frame)
    ]
    if routes:
        rows.append('<li><span class="gt-pin gt-pin-start gt-key">S</span>Start and end</li>')
        rows.append('<li><span class="gt-pin gt-pin-stop gt-key">1</span>Stop, in order</li>')
    if any(one.closed for one in routes):
        rows.append(f"<li>{_CLOSED}Closed street</li>")
    if not rows:
        return ""
    return (
        '<details class="gt-legend" open><summary>Marks</summary>'
        f"<ul>{''.join(rows)}</ul></details>"
    )


def empty_message(title: str, advice: str) -> str:
    """Return the message of a map without anything to show.

    Parameters
    ----------
    title
        What is missing.
    advice
        What to do about it.

    Returns
    -------
    str
        HTML.
    """
    return (
        f'<div class="gt-empty" role="status"><strong>{safe_text(title)}</strong>'
        f"<p>{safe_text(advice)}</p></div>"
    )


def _row(fill: str, label: str) -> str:
    return (
        '<li><svg viewBox="0 0 24 15" aria-hidden="true"><rect x="0.5" y="0.5" width="23" '
        f'height="14" fill="{safe_text(fill)}" fill-opacity="{FILL_OPACITY}" '
        f'stroke="#5f6b76"/></svg>{safe_text(label)}</li>'
    )
