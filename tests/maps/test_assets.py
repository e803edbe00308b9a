from __future__ import annotations

import re

import folium
import pytest
from folium.plugins import HeatMap, MarkerCluster

from geoteam.errors import AssetsError
from geoteam.maps.assets import FOLIUM_FILES, asset_path, asset_url, inline_style, local_file
from geoteam.maps.figure import MapFigure


def test_every_address_that_our_folium_classes_ask_for_is_ours() -> None:
    for owner in (folium.Map, MarkerCluster):
        for _, url in [*owner.default_js, *owner.default_css]:
            assert url in FOLIUM_FILES


def test_an_address_that_nobody_mapped_is_refused() -> None:
    with pytest.raises(AssetsError, match="not among our own files"):
        local_file("https://example.org/evil.js")


def test_a_map_element_with_an_unknown_file_cannot_be_drawn() -> None:
    fmap = folium.Map(tiles=None)
    fmap.add_to(MapFigure(title="x"))
    HeatMap([[39.0, -75.0]]).add_to(fmap)
    with pytest.raises(AssetsError, match="leaflet"):
        fmap.get_root().render()


def test_addresses_carry_the_content_hash() -> None:
    assert re.fullmatch(r"/s/map\.js\?v=[0-9a-f]{12}", asset_url("map.js", "/s/"))


def test_a_file_that_is_not_built_is_named_with_the_remedy() -> None:
    with pytest.raises(AssetsError, match="hatch_build"):
        asset_url("nothing.js")
    with pytest.raises(AssetsError, match="no file"):
        asset_path("nothing.js")


@pytest.mark.parametrize("name", ["app.css", "map.css", "fonts.css"])
def test_styles_ask_for_nothing_outside(name: str) -> None:
    css = asset_path(name).read_text(encoding="utf-8")
    assert all(
        url.startswith(("data:", "./fonts/", "#"))
        for url in re.findall(r"url\(\s*[\"']?([^\"')]+)", css)
    )
    assert "@import" not in css


def test_inlined_styles_refer_to_no_other_file() -> None:
    assert "./fonts/" not in inline_style("fonts.css")
    assert "font/woff2;base64," in inline_style("fonts.css")
