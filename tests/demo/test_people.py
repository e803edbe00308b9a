"""Staff and clients: shares, messy addresses, histories and an uneven plan."""

from __future__ import annotations

import re
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest

from geoteam.demo.history import DAYS
from geoteam.demo.seeds import stream
from geoteam.demo.typing_habits import mistype, typed_address, typed_block, typed_intersection

from .conftest import ON


def _read(folder: Path, name: str) -> pd.DataFrame:
    return pd.read_csv(folder / "staff" / f"{name}.csv", dtype=str, keep_default_na=False)


def _located(folder: Path) -> pd.DataFrame:
    truth = _read(folder, "truth")
    truth = truth[truth["lon"] != ""].astype({"lon": float, "lat": float})
    points = gpd.GeoDataFrame(
        truth, geometry=gpd.points_from_xy(truth["lon"], truth["lat"], crs=4326)
    )
    units = gpd.read_file(folder / "boundaries" / "service_areas_2024.geojson")
    joined = gpd.sjoin(points, units[["AREA", "geometry"]], predicate="intersects")
    return joined.drop_duplicates("client_id").set_index("client_id")


def test_plan_is_a_total_map(folder: Path) -> None:
    teams = _read(folder, "teams")
    units = gpd.read_file(folder / "boundaries" / "service_areas_2024.geojson")["AREA"]
    planned = [code for codes in teams["units"] for code in codes.split()]
    assert sorted(planned) == sorted(units)
    assert set(teams["specialty"]) == {
        "",
        "mental_health",
        "domestic_violence",
        "sex_offense",
        "gps",
    }
    assert (teams.loc[teams["specialty"] != "", "units"] == "").all()
    assert set(teams["office"]) <= set(_read(folder, "offices")["name"])


def test_officers_and_partners_have_a_place(folder: Path) -> None:
    officers, teams = _read(folder, "officers"), _read(folder, "teams")
    assert set(officers["team_id"]) == set(teams["team_id"])
    assert officers["officer_id"].is_unique
    assert officers["full_time_share"].astype(float).between(0.5, 1.0).all()
    partners = _read(folder, "police_partners")
    stations = pd.read_csv(folder / "venues" / "venues.csv").query("category == 'police_station'")
    assert set(partners["district"]) == {"1", "2"}
    assert set(partners["station"]) == set(stations["name"])


def test_everybody_has_hours_and_some_speak_more(folder: Path) -> None:
    officers, partners = _read(folder, "officers"), _read(folder, "police_partners")
    shifts = _read(folder, "shifts")
    assert set(shifts["person"]) == {*officers["officer_id"], *partners["partner_id"]}
    assert shifts["person"].is_unique
    said = officers["languages"][officers["languages"] != ""]
    assert 0 < len(said) < len(officers) / 2
    both = partners[partners["more_districts"] != ""]
    assert (both["more_districts"] != both["district"]).all()


def test_cars_stand_at_offices_and_stations(folder: Path) -> None:
    cars = _read(folder, "cars")
    assert cars["car_id"].is_unique
    places = set(_read(folder, "teams")["office"]) | set(
        _read(folder, "police_partners")["station"]
    )
    assert set(cars["place"]) == places
    assert (
        cars["place"].value_counts().loc[list(set(_read(folder, "teams")["office"]))] >= 2
    ).all()


def test_levels_are_as_ordered(folder: Path) -> None:
    shares = _read(folder, "clients")["Supervision Level"].value_counts(normalize=True)
    for level, share in {
        "Intensive": 0.09,
        "Maximum": 0.22,
        "Medium": 0.41,
        "Minimum": 0.28,
    }.items():
        assert shares[level] == pytest.approx(share, abs=0.04)


def test_addresses_are_messy(folder: Path) -> None:
    clients, truth = _read(folder, "clients"), _read(folder, "truth")
    typed = clients["Home Address"]
    residence = clients["Residence Type"].value_counts(normalize=True)
    assert residence["Shelter"] == pytest.approx(0.04, abs=0.02)
    assert residence["No fixed address"] == pytest.approx(0.04, abs=0.02)
    words = " ".join(truth["noise"]).split()
    for noise in (
        "typo",
        "unlisted",
        "no_quadrant",
        "no_type",
        "unit",
        "block",
        "intersection",
        "po_box",
        "outside",
    ):
        assert words.count(noise) > 2, noise
    assert typed.str.contains(r"(?i)\b(?:apt|unit|#)").mean() > 0.1
    assert typed.str.contains(r"(?i)p\.? ?o\.? box|post office box").any()
    assert typed.str.contains(r"[NS]\.[EW]\.").any()
    assert (clients["ZIP"] == "").mean() > 0.1
    assert typed.str.isupper().any()
    assert typed.str.islower().any()


def test_truth_is_an_address_point(folder: Path) -> None:
    truth = _read(folder, "truth")
    points = pd.read_parquet(folder / "addresses" / "points.parquet").set_index("address_id")
    known = truth[truth["address_id"] != ""].head(300)
    assert len(known) == 300
    assert np.allclose(known["lon"].astype(float), points.loc[known["address_id"], "lon"])


def test_movers_are_later_and_known(folder: Path) -> None:
    clients = _read(folder, "clients").set_index("Client ID")
    moves = _read(folder, "clients_moves")
    assert list(moves.columns) == ["Client ID", *clients.columns]
    assert len(moves) == round(0.08 * len(clients))
    assert set(moves["Client ID"]) <= set(clients.index)
    before = clients.loc[moves["Client ID"], "Address Since"].to_numpy()
    assert (moves["Address Since"].to_numpy() >= before).all()
    assert (moves["Officer ID"] == "").any()


def test_dates_are_in_order(folder: Path) -> None:
    clients = _read(folder, "clients")
    assert (clients["Intake Date"] <= clients["Address Since"]).all()
    assert (clients["Address Since"] <= ON.isoformat()).all()


def test_today_is_unbalanced(folder: Path) -> None:
    teams, officers = _read(folder, "teams"), _read(folder, "officers")
    team_of = {
        code: t
        for t, codes in zip(teams["team_id"], teams["units"], strict=True)
        for code in codes.split()
    }
    size = officers.groupby("team_id").size()
    load = _located(folder)["AREA"].map(team_of).value_counts()
    per_officer = load / size.reindex(load.index)
    assert 1.8 < per_officer.max() / per_officer.min() < 5


def test_clients_cluster(folder: Path) -> None:
    units = gpd.read_file(folder / "boundaries" / "service_areas_2024.geojson").set_index("AREA")
    density = _located(folder)["AREA"].value_counts() / units.to_crs("EPSG:26914").area
    assert density.max() / density.min() > 4


def test_officers_are_mostly_of_the_plan(folder: Path) -> None:
    clients, officers = _read(folder, "clients"), _read(folder, "officers")
    known = clients["Officer ID"].isin(officers["officer_id"])
    assert 0.95 < known.mean() < 1.0
    assert (clients["Officer ID"] == "").any()


def test_contacts_are_recent_and_once_a_day(folder: Path) -> None:
    contacts, clients = _read(folder, "contacts"), _read(folder, "clients")
    assert not contacts.duplicated(["client_id", "date", "kind"]).any()
    age = (pd.Timestamp(ON) - pd.to_datetime(contacts["date"])).dt.days
    assert age.between(1, DAYS).all()
    assert set(contacts["kind"]) == {"field", "office", "phone"}
    assert set(contacts["outcome"]) == {"made", "not_home", "refused", "moved"}
    intake = clients.set_index("Client ID")["Intake Date"]
    assert (contacts["date"].to_numpy() >= intake.loc[contacts["client_id"]].to_numpy()).all()


def test_some_visits_are_overdue_and_most_are_not(folder: Path) -> None:
    contacts, clients = _read(folder, "contacts"), _read(folder, "clients")
    made = contacts[(contacts["kind"] == "field") & (contacts["outcome"] == "made")]
    last = pd.to_datetime(clients["Client ID"].map(made.groupby("client_id")["date"].max()))
    strict = clients["Supervision Level"].isin(["Intensive", "Maximum"])
    late = (pd.Timestamp(ON) - last).dt.days > 20
    assert 0.05 < late[strict].mean() < 0.5


def test_a_typing_error_is_small() -> None:
    rng = stream(3, "typing")
    for _ in range(200):
        wrong = mistype(rng, "THISTLE")
        assert abs(len(wrong) - 7) <= 1
        assert wrong[0] == "T"


def test_typed_address_keeps_the_number() -> None:
    rng = stream(4, "typing")
    for _ in range(300):
        text, noise = typed_address(rng, "1234", "14TH STREET", "NW", "Quillhaven")
        assert re.match(r"\s*1234\s+14th", text, re.IGNORECASE)
        has_quadrant = re.search(r"n\.?w\b", text, re.IGNORECASE) is not None
        assert has_quadrant == ("no_quadrant" not in noise)


def test_blocks_and_corners_are_recognisable() -> None:
    rng = stream(5, "typing")
    assert "3500" in typed_block(rng, "16TH STREET", "NW", 3500)
    corner = typed_intersection(rng, "4TH STREET", "K STREET", "NE").upper()
    assert "4TH" in corner
    assert " K " in corner


def test_some_clients_have_limits_and_a_few_must_not_meet(folder: Path) -> None:
    clients, pairs = _read(folder, "clients"), _read(folder, "no_contact")
    for name in ("Announced", "Two Officers", "Dog"):
        assert set(clients[name]) == {"yes", "no"}
        assert 0.01 < (clients[name] == "yes").mean() < 0.15
    assert 0.02 < (clients["Interpreter"] != "").mean() < 0.1
    dated = clients["Home Hours"] != ""
    assert 0.03 < dated.mean() < 0.12
    assert not (dated & (clients["Home From"] != "")).any()
    assert 0.005 < len(pairs) / len(clients) < 0.02
    assert (pairs["client_id"] < pairs["other_client_id"]).all()
    assert not pairs.duplicated(["client_id", "other_client_id"]).any()
    assert set(pairs["client_id"]) | set(pairs["other_client_id"]) <= set(clients["Client ID"])
