"""The few map elements that folium lacks; each calls one function of web/src/map."""

# folium and branca carry no types.
# mypy: allow-subclassing-any

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from branca.element import MacroElement
from folium.map import Layer as FoliumLayer
from folium.template import Template


class VectorBasemap(FoliumLayer):
    """The workspace's own streets, as vector tiles."""

    _template = Template(
        "{% macro script(this, kwargs) %}"
        "var {{ this.get_name() }} = geoteam.basemap("
        "{{ this.url|tojson }}, {{ this.attribution|tojson }});"
        "{% endmacro %}"
    )

    def __init__(self, url: str, attribution: str) -> None:
        super().__init__(name="Streets", overlay=False, control=False, show=True)
        self._name = "VectorBasemap"
        self.url = url
        self.attribution = attribution


class StreetLines(FoliumLayer):
    """A light ground of street lines, for a file that stands alone."""

    _template = Template(
        "{% macro script(this, kwargs) %}"
        "var {{ this.get_name() }} = geoteam.streets("
        "{{ this.data|tojson }}, {{ this.attribution|tojson }});"
        "{% endmacro %}"
    )

    def __init__(self, data: Mapping[str, Any], attribution: str) -> None:
        super().__init__(name="Streets", overlay=False, control=False, show=True)
        self._name = "StreetLines"
        self.data = data
        self.attribution = attribution


class Arrows(MacroElement):
    """Arrow heads along a path."""

    _template = Template(
        "{% macro script(this, kwargs) %}"
        "geoteam.arrows({{ this.path|tojson }}, {{ this.colour|tojson }})"
        ".addTo({{ this._parent.get_name() }});"
        "{% endmacro %}"
    )

    def __init__(self, path: Sequence[Sequence[float]], colour: str) -> None:
        super().__init__()
        self._name = "Arrows"
        self.path = [list(point) for point in path]
        self.colour = colour


class AreaNames(MacroElement):
    """Texts inside areas, which give way where the map is too small for them."""

    _template = Template(
        "{% macro script(this, kwargs) %}"
        "geoteam.names({{ this.data|tojson }}, {{ this.from_zoom|tojson }})"
        ".addTo({{ this._parent.get_name() }});"
        "{% endmacro %}"
    )

    def __init__(self, data: Mapping[str, Any], from_zoom: int) -> None:
        super().__init__()
        self._name = "AreaNames"
        self.data = data
        self.from_zoom = from_zoom


class SharePopups(MacroElement):
    """Gives every point of a GeoJSON layer its own popup, which clusters need."""

    _template = Template(
        "{% macro script(this, kwargs) %}"
        "geoteam.share({{ this._parent.get_name() }});"
        "{% endmacro %}"
    )

    def __init__(self) -> None:
        super().__init__()
        self._name = "SharePopups"


class MovablePin(MacroElement):
    """A pin that the reader may move; hidden until the page around the map asks for it."""

    _template = Template(
        "{% macro script(this, kwargs) %}"
        "geoteam.pin({{ this._parent.get_name() }}, {{ this.place|tojson }});"
        "{% endmacro %}"
    )

    def __init__(self, lat: float, lon: float) -> None:
        super().__init__()
        self._name = "MovablePin"
        self.place = [round(lat, 6), round(lon, 6)]


class Finish(MacroElement):
    """The last call of every map."""

    _template = Template(
        "{% macro script(this, kwargs) %}"
        "geoteam.finish({{ this._parent.get_name() }}, {{ this.options|tojson }});"
        "{% endmacro %}"
    )

    def __init__(self, options: Mapping[str, Any]) -> None:
        super().__init__()
        self._name = "Finish"
        self.options = options
