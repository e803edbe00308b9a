from __future__ import annotations

import math
import re
from html.parser import HTMLParser

import pytest

from geoteam.errors import CrsError, MapError
from geoteam.maps import (
    AreaLayer,
    ChoroplethLayer,
    GridLayer,
    PointLayer,
    RouteLayer,
    city_map,
    figure_text,
)
from geoteam.maps.features import choropleth_features, feature
from tests.maps.cases import ATTACKS, counts, legend, points, squares, streets

BOX = (-75.0, 39.0, -74.98, 39.01)


class _Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))


def tags(document: str) -> list[tuple[str, dict[str, str | None]]]:
    """Every element of a document, as a browser would find them."""
    parser = _Tags()
    parser.feed(document)
    return parser.found


def every_layer(text: str = "A name") -> list[object]:
    """One layer of each kind, with a text from data wherever there can be one."""
    stops = points([text, text], number=[0, 1], when=[text, text])
    return [
        ChoroplethLayer(
            name=f"Figures {text}",
            frame=squares(clients=[5, 40], note=[text, text]),
            column="clients",
            legend=legend(title=text, units=text, date=text, source=text),
            title_column="note",
            details={"note": text},
            labels="name",
        ),
        GridLayer(
            name=f"Grid {text}", frame=squares(n=[3, 4]), column="n", legend=legend(), show=False
        ),
        AreaLayer(name=f"Outlines {text}", frame=squares(t=[text] * 2), title_column="t"),
        AreaLayer(name=f"Teams {text}", frame=squares(t=[text] * 2), title_column="t", fill="each"),
        PointLayer(
            name=f"Clients {text}",
            frame=points([text, text], d=[text, text], url=["/clients/1", "/clients/2?a=b"]),
            title_column="title",
            details={"d": text},
            link_column="url",
            mark=text,
            many=text,
        ),
        PointLayer(
            name=f"Offices {text}",
            frame=points([text]),
            title_column="title",
            kind="office",
            cluster=False,
        ),
        RouteLayer(
            name=f"Tour {text}",
            legs=list(streets().geometry[:1]),
            stops=stops,
            details={"when": text},
        ),
    ]


def test_every_script_and_style_carries_the_nonce() -> None:
    document = city_map(every_layer(), title="Map", nonce="abc123")
    found = [attrs for tag, attrs in tags(document) if tag in {"script", "style"}]
    assert len(found) > 5
    assert {attrs.get("nonce") for attrs in found} == {"abc123"}


def test_files_come_from_our_own_server_only() -> None:
    document = city_map(every_layer(), title="Map", nonce="n", assets="/static/build/")
    addresses = [
        attrs.get("src") or attrs.get("href")
        for tag, attrs in tags(document)
        if tag in {"script", "link", "img", "iframe"} and (attrs.get("src") or attrs.get("href"))
    ]
    assert addresses
    assert all(str(address).startswith("/static/build/") for address in addresses)
    assert not re.search(r"cdn\.|cdnjs|jsdelivr|jquery\.com|netdna", document)


def test_a_stand_alone_file_asks_for_nothing() -> None:
    document = city_map(every_layer(), title="Map", embed=True)
    for tag, attrs in tags(document):
        assert not attrs.get("src"), tag
        if tag == "link":
            assert str(attrs["href"]).startswith("data:")
    assert "<h1" in document


def test_the_page_may_be_zoomed_by_hand() -> None:
    document = city_map(every_layer(), title="Map")
    assert "user-scalable" not in document
    assert document.count('name="viewport"') == 1


@pytest.mark.parametrize("attack", ATTACKS)
def test_no_text_becomes_an_element_or_leaves_its_string(attack: str) -> None:
    plain, attacked = (city_map(every_layer(text), title=text) for text in ("Aa", attack))
    assert [tag for tag, _ in tags(attacked)] == [tag for tag, _ in tags(plain)]
    assert attack not in attacked
    # Names of folium's elements are random; everything else that is code must be the same.
    own = len(re.findall(r"\$\{", plain))
    assert len(re.findall(r"\$\{", attacked)) == own
    assert attacked.count("`") == plain.count("`")
    assert "window.hit=1" not in attacked


def test_tooltip_and_table_show_the_same_figure() -> None:
    layer = counts([1234, 87])
    told = [one["properties"]["d0"] for one in choropleth_features(layer, [])]
    assert told == [figure_text(1234), figure_text(87)] == ["1,234", "87"]


def test_a_withheld_figure_is_nowhere_in_the_page() -> None:
    layer = ChoroplethLayer(
        name="Clients",
        frame=squares(clients=[7777, 80], hide=[True, False]),
        column="clients",
        withheld_column="hide",
        legend=legend(),
    )
    document = city_map([layer], title="Map")
    assert "7777" not in document
    assert "7,777" not in document
    assert document.count("withheld (fewer than 11)") >= 2
    assert "url(#gt-withheld)" in document


def test_columns_that_no_layer_shows_stay_out_of_the_page() -> None:
    frame = points(["A"], secret=["drug test"])
    document = city_map([PointLayer(name="P", frame=frame, title_column="title")], title="Map")
    assert "drug test" not in document


def test_areas_without_a_figure_say_so() -> None:
    document = city_map([counts([math.nan, 4])], title="Map")
    assert "no data" in document


def test_an_empty_map_says_what_to_do() -> None:
    layer = ChoroplethLayer(
        name="Clients", frame=squares(n=[1, 2]).iloc[:0], column="n", legend=legend()
    )
    document = city_map([layer], title="Map", bounds=BOX)
    assert "Nothing to show here" in document
    assert "Choose other filters" in document
    assert "Nothing to show here" not in city_map([counts([1, 2])], title="Map")


def test_an_empty_map_without_bounds_is_refused() -> None:
    with pytest.raises(MapError, match="extent"):
        city_map([], title="Map")


def test_layers_of_one_name_are_refused() -> None:
    with pytest.raises(MapError, match="same name"):
        city_map([counts([1, 2]), counts([1, 2])], title="Map")


def test_a_stand_alone_map_with_a_server_behind_it_is_refused() -> None:
    with pytest.raises(MapError, match="stand-alone"):
        city_map([counts([1, 2])], title="Map", embed=True, basemap_url="/basemap.pmtiles")


@pytest.mark.parametrize(
    "address", ["https://example.org/", "//example.org", "javascript:1", "/\\x"]
)
def test_links_lead_to_our_own_pages_only(address: str) -> None:
    layer = PointLayer(name="P", frame=points(["A"], url=[address]), link_column="url")
    with pytest.raises(MapError, match="away"):
        city_map([layer], title="Map")


def test_layers_check_what_they_are_given() -> None:
    with pytest.raises(CrsError):
        AreaLayer(name="A", frame=squares().to_crs("EPSG:32618"))
    with pytest.raises(MapError, match="no column"):
        PointLayer(name="P", frame=points(["A"]), details={"nothing": "Nothing"})
    with pytest.raises(MapError, match="no column"):
        RouteLayer(name="R", legs=[], stops=points(["A"]))


def test_layer_control_comes_after_all_layers() -> None:
    document = city_map(every_layer(), title="Map")
    assert document.rindex("L.control.layers(") > document.rindex("L.featureGroup(")
    assert document.rindex("geoteam.finish(") > document.rindex("L.control.layers(")


def test_coordinates_have_the_precision_of_a_metre() -> None:
    shape = feature(squares().geometry.iloc[0], {})
    numbers = re.findall(r"-?\d+\.(\d+)", str(shape["geometry"]["coordinates"]))
    assert max(len(decimals) for decimals in numbers) <= 5
