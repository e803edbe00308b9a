from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import httpx
import pytest
import shapely

from geoteam.areas import check_boundaries, download_feature_server, read_boundaries
from geoteam.errors import BoundaryError, UnreadableFileError

from .conftest import CRS, squares
from .feature_server import Service, serve

FIELDS = {"code": "PSA", "name": "NAME"}


def download(service: Service, **options: object) -> gpd.GeoDataFrame:
    waits: list[float] = []
    with httpx.Client(timeout=5) as client:
        frame = download_feature_server(
            service.url, **{"fields": FIELDS, "client": client, "pause": waits.append, **options}
        )
    frame.attrs["waits"] = waits
    return frame


def five() -> dict[str, object]:
    return {**squares(), "105": shapely.box(-77.00, 38.90, -76.99, 38.91)}


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"flag_on_top": True},
        {"formats": "JSON"},
        {"pagination": False},
        {"pagination": False, "formats": "JSON, AMF"},
        {"empty_first_page": True},
        {"empty_first_page": True, "formats": "JSON"},
        {"max_record_count": 1000},
    ],
)
def test_every_row_comes_whatever_the_service_can_do(options: dict[str, object]) -> None:
    with serve(Service(five(), **options)) as service:
        frame = download(service)
    assert sorted(frame["code"]) == ["101", "102", "103", "104", "105"]
    assert frame.set_index("code")["name"]["103"] == "Area 103"
    assert frame.crs.to_epsg() == 4326
    for code, shape in frame.set_index("code").geometry.items():
        assert shape.equals(five()[code])
    assert check_boundaries(frame, crs=CRS) == []
    queries = [ask for path, ask in service.requests if path.endswith("/query")]
    assert all(ask["outSR"] == "4326" for ask in queries if "outSR" in ask)


def test_pages_are_ordered_and_no_larger_than_the_service_allows() -> None:
    with serve(Service(five())) as service:
        download(service, page_size=1000)
    pages = [ask for _, ask in service.requests if "resultOffset" in ask]
    assert [p["resultOffset"] for p in pages] == ["0", "2", "4"]
    assert {p["resultRecordCount"] for p in pages} == {"2"}
    assert {p["orderByFields"] for p in pages} == {"OBJECTID"}


def test_an_error_inside_a_good_answer_is_named() -> None:
    error = {"code": 499, "message": "Token Required", "details": []}
    with serve(Service(five(), error=error)) as service:
        with pytest.raises(BoundaryError, match=r"code 499: Token Required.*public copy") as caught:
            download(service)
        assert service.url in str(caught.value)
        service.error = {"code": 400, "message": "Invalid query.", "details": ["where is broken"]}
        with pytest.raises(BoundaryError, match=r"code 400: Invalid query \(where is broken\)"):
            download(service)


def test_lost_rows_are_noticed() -> None:
    with (
        serve(Service(five(), lose_last=True)) as service,
        pytest.raises(BoundaryError, match="says it has 5 rows and sent 4"),
    ):
        download(service)


def test_a_busy_service_is_asked_again() -> None:
    with serve(Service(five(), failures=2)) as service:
        assert download(service).attrs["waits"] == [1.0, 2.0]
        service.failures = 3
        with pytest.raises(BoundaryError, match="answered 503"):
            download(service)


def test_what_is_no_layer_is_refused() -> None:
    with serve(Service(five(), page="<html>sign in</html>")) as service:
        with pytest.raises(UnreadableFileError, match="did not send JSON"):
            download(service)
        service.page = '{"currentVersion": 11.2, "layers": []}'
        with pytest.raises(BoundaryError, match="no polygon layer"):
            download(service)
        service.page = ""
        with pytest.raises(BoundaryError, match=r"no column 'CODE'.*OBJECTID, PSA, NAME"):
            download(service, fields={"code": "CODE"})
        service.url = service.url.replace("FeatureServer", "Nothing")
        with pytest.raises(BoundaryError, match="answered 404"):
            download(service)
        service.shapes, service.url = {}, service.url.replace("Nothing", "FeatureServer")
        with pytest.raises(BoundaryError, match="no rows"):
            download(service)


def test_a_service_that_is_not_there() -> None:
    with serve(Service(five())) as service:
        pass
    with pytest.raises(UnreadableFileError, match="cannot be reached"):
        download(service)


@pytest.mark.realdata
def test_the_real_areas_survive_the_journey(dc_data: Path) -> None:
    frame = read_boundaries(
        dc_data / "boundaries/psa_2019.geojson", kind="x", fields={"code": "PSA"}, city_crs=CRS
    )
    simple = frame.geometry[[shape.geom_type == "Polygon" for shape in frame.geometry]]
    with serve(Service(dict(simple.items()), max_record_count=20)) as service:
        got = download(service).set_index("code").geometry
    assert len(got) == len(simple) > 50
    assert shapely.equals_exact(got[simple.index].to_numpy(), simple.to_numpy(), 0).all()
