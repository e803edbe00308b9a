"""The one way by which text from data reaches a map, and the one way figures are written."""

from __future__ import annotations

import html
import math
import re
from typing import Literal

FigureKind = Literal["count", "decimal", "share"]

# Folium puts texts into JavaScript template literals and Leaflet puts them into innerHTML, so what
# is special to either is written as a character reference. The browser reads them back as text.
_SPECIAL = str.maketrans(
    {"`": "&#96;", "$": "&#36;", "{": "&#123;", "}": "&#125;", "\\": "&#92;", "=": "&#61;"}
)
_HARMLESS = re.compile(r"[A-Za-z0-9 .,:;/_-]*")
_NO_DATA = "no data"


def safe_text(value: object) -> str:
    """Neutralise a text from data for HTML, for attributes and for template literals.

    Parameters
    ----------
    value
        Anything; None and NaN are the empty text.

    Returns
    -------
    str
        One line in which nothing can become an element, an attribute or a script.
    """
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return ""
    text = str(value)
    if _HARMLESS.fullmatch(text):
        return text
    printable = "".join(c if c.isprintable() else " " for c in text)
    return html.escape(printable, quote=True).translate(_SPECIAL)


def figure_text(value: float | int | None, kind: FigureKind = "count") -> str:
    """Write a figure as every map, table and legend of geoteam writes it.

    Parameters
    ----------
    value
        The figure; None and NaN mean that there is none.
    kind
        ``count`` (1,234), ``decimal`` (12.3) or ``share`` (0-1, written 45 %).

    Returns
    -------
    str
        The figure as text; ``no data`` where there is none.
    """
    if value is None or not math.isfinite(value):
        return _NO_DATA
    if kind == "share":
        return f"{value * 100:.0f} %"
    return f"{value:,.1f}" if kind == "decimal" else f"{value:,.0f}"
