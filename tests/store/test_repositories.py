"""Every noun: what is saved is what is read, on both databases."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from shapely.geometry import LineString, MultiPolygon, Point, box
from sqlalchemy import Engine
from sqlalchemy.exc import IntegrityError

from geoteam.errors import InputError, NotFoundError
from geoteam.frames import BOUNDARIES, VENUES, check_frame
from geoteam.model import BoundarySet
from geoteam.store import (
    assignment_runs,
    assignments,
    boundaries,
    clients,
    contacts,
    decisions,
    geocodes,
    imports,
    plans,
    queue,
    residences,
    settings,
    staff,
    tours,
    undo,
    venues,
)
from geoteam.store.engine import reading, transaction
from tests.store.conftest import client

AT = datetime(2026, 6, 15, 12, tzinfo=UTC)
TODAY = date(2026, 6, 15)
ALL = queue.Part(TODAY)


def squares(*codes: str) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(
        {
            "name": pd.Series([f"Area {code}" for code in codes], dtype="str"),
            "parent": pd.Series(["1"] * len(codes), dtype="str"),
        },
        geometry=[MultiPolygon([box(k, 0, k + 1, 1)]) for k in range(len(codes))],
        crs="EPSG:4326",
    ).set_index(pd.Index(codes, name="code"))


def save_areas(session: object, version: str = "2019", **dates: date) -> int:
    given = BoundarySet("service_area", version, dates.get("start", date(2019, 1, 10)),
                        dates.get("end"), source="file", credit="x")  # fmt: skip
    return boundaries.save_set(session, given, squares("102", "101"), AT)[0]


def test_settings(engine: Engine) -> None:
    with transaction(engine) as session:
        assert settings.get(session, "a") is None
        assert settings.put(session, "mapping.clients", {"x": [1, None, "ü"]}, AT) is True
        assert settings.put(session, "mapping.clients", {"x": [1, None, "ü"]}, AT) is False
        assert settings.put(session, "mappingXclients", {}, AT) is True
    with reading(engine) as session:
        assert settings.get(session, "mapping.clients") == {"x": [1, None, "ü"]}
        assert list(settings.under(session, "mapping.")) == ["mapping.clients"]


def test_boundary_sets(engine: Engine) -> None:
    with transaction(engine) as session:
        old = save_areas(session, "2012", start=date(2012, 1, 1), end=date(2019, 1, 10))
        new = save_areas(session, "2019")
        again = boundaries.save_set(
            session,
            BoundarySet("service_area", "2019", date(2019, 1, 10), None, "file", "x"),
            squares("102", "101"),
            AT,
        )
        assert again == (new, False)
    with reading(engine) as session:
        assert list(boundaries.list_sets(session)) == [new, old]
        assert boundaries.in_force(session, "service_area", date(2019, 1, 9))[0] == old
        assert boundaries.in_force(session, "service_area", date(2019, 1, 10))[0] == new
        assert boundaries.in_force(session, "service_area", date(2011, 1, 1)) is None
        assert boundaries.in_force(session, "ward", TODAY) is None
        frame = boundaries.load_set(session, new)
        assert boundaries.codes(session, new) == {"101", "102"}
        with pytest.raises(NotFoundError):
            boundaries.load_set(session, 999)
    check_frame(frame, BOUNDARIES)
    assert frame.index.tolist() == ["101", "102"]
    assert frame.loc["102", "geometry"].equals_exact(box(0, 0, 1, 1), 0) or frame.loc[
        "102", "geometry"
    ].bounds == (0, 0, 1, 1)


def test_a_boundary_set_that_is_loaded_again_keeps_its_id(engine: Engine) -> None:
    with transaction(engine) as session:
        first = save_areas(session)
        given = BoundarySet("service_area", "2019", date(2019, 1, 11))
        second, changed = boundaries.save_set(session, given, squares("101", "103"), AT)
    assert (second, changed) == (first, True)
    with reading(engine) as session:
        assert boundaries.load_set(session, first).index.tolist() == ["101", "103"]
        assert boundaries.list_sets(session)[first].valid_from == date(2019, 1, 11)


def test_venues(engine: Engine) -> None:
    frame = gpd.GeoDataFrame(
        {
            "category": pd.Series(["police_station", "place_of_worship"], dtype="str"),
            "name": pd.Series(["First", "St. Ann"], dtype="str"),
            "address": pd.Series(["", ""], dtype="str"),
            "partner_kind": pd.Series(["", "faith"], dtype="str"),
        },
        geometry=[Point(-77, 39), Point(-77.1, 39.1)],
        crs="EPSG:4326",
    ).set_index(pd.Index(["V2", "V1"], name="venue_ref"))
    with transaction(engine) as session:
        assert venues.save(session, frame).added == 2
        assert venues.save(session, frame).unchanged == 2
        frame.loc["V1", "geometry"] = Point(-77.2, 39.1)
        done = venues.save(session, frame)
        assert (done.changed, done.unchanged, done.changed_refs) == (1, 1, ("V1",))
    with reading(engine) as session:
        every = venues.load(session)
        assert check_frame(every, VENUES).index.tolist() == ["V1", "V2"]
        assert venues.load(session, partners_only=True).index.tolist() == ["V1"]
        none = venues.load(session, categories=["library"])
        assert len(none) == 0
        check_frame(none, VENUES)
        found = venues.get(session, "V1")
        assert (found.lon, found.lat) == (-77.2, 39.1)
        assert venues.get(session, "V9") is None


def test_staff(people: Engine) -> None:
    with reading(people) as session:
        assert staff.officers(session).index.tolist() == ["O1", "O2"]
        assert staff.officers(session, active_only=False).index.tolist() == ["O1", "O2", "O3"]
        frame = staff.officers(session)
        assert frame.loc["O2", "team"] == "T2"
        assert np.isnan(frame.loc["O2", "lon"])
        assert staff.teams(session)["officers"].to_dict() == {"T1": 1, "T2": 1}
        assert staff.police_partners(session).loc["P1", "district"] == "1"
        assert staff.get_officer(session, "O2").full_time_share == 0.5
        assert staff.get_team(session, "T9") is None
        assert staff.get_police_partner(session, "P1").name == "Partner"
    with pytest.raises(InputError, match="no team"), transaction(people) as session:
        staff.save_officers(session, [{"ref": "O9", "name": "x", "team_ref": "T9",
                                       "full_time_share": 1.0, "active": True}])  # fmt: skip


def test_clients_and_a_move(people: Engine) -> None:
    with transaction(people) as session:
        done = clients.save(session, [client("C1", name="Person 1", level="Maximum"), client("C5")])
        assert (done.added, done.changed) == (1, 1)
        kept = clients.save(
            session, [client("C1", name="Person 1", level="Maximum", needs=[])], keep=["needs"]
        )
        assert kept.unchanged == 1
        home = clients.get(session, "C1").residences[0]
        residences.close(session, {home.id: date(2026, 5, 1)})
        residences.add(session, [{"client_id": home.client_id, "kind": "shelter",
                                  "address": "HOUSE SHELTER", "zip": "",
                                  "valid_from": date(2026, 5, 1), "valid_to": None}])  # fmt: skip
    with reading(people) as session:
        found = clients.get(session, "C1")
        before = clients.as_frame(session, date(2026, 4, 30))
        after = clients.as_frame(session, date(2026, 5, 1))
        some = clients.as_frame(session, TODAY, refs=["C2"])
        assert clients.count(session) == 5
    assert (found.level, found.needs) == ("Maximum", ("mental_health",))
    assert found.windows == (("17:00", "20:00"),)
    assert [home.kind for home in found.residences] == ["address", "shelter"]
    assert before.loc["C1", "address"] == "100 H STREET NE"
    assert after.loc["C1", "address"] == "HOUSE SHELTER"
    assert after.loc["C5", ["address", "decision", "team", "officer"]].tolist() == [""] * 4
    assert pd.isna(after.loc["C5", "residence_id"])
    assert after.loc["C1", "windows"] == [["17:00", "20:00"]]
    assert not after["located"].any()
    assert after["lon"].isna().all()
    assert some.index.tolist() == ["C2"]


def test_a_second_open_residence_is_refused_by_the_database(people: Engine) -> None:
    row = {"kind": "address", "address": "x", "zip": "", "valid_from": TODAY, "valid_to": None}
    with reading(people) as session:
        ids = clients.refs_to_ids(session, ["C1"])
    with pytest.raises(IntegrityError), transaction(people) as session:
        residences.add(session, [row | {"client_id": ids["C1"]}])


def test_clients_are_found_by_words_and_by_scope(people: Engine) -> None:
    with transaction(people) as session:
        assign(session, {"C1": ("T1", "O1"), "C2": ("T2", "O2"), "C3": ("", "")})
    with reading(people) as session:
        assert clients.find(session, TODAY) == (["C1", "C2", "C3", "C4"], 4)
        assert clients.find(session, TODAY, search="PERSON 2") == (["C2"], 1)
        assert clients.find(session, TODAY, search="200 h") == (["C2"], 1)
        assert clients.find(session, TODAY, search="100%") == ([], 0)
        assert clients.find(session, TODAY, officers=["O1"]) == (["C1"], 1)
        assert clients.find(session, TODAY, officers=[]) == ([], 0)
        assert clients.find(session, TODAY, teams=["T2"]) == (["C2"], 1)
        found = clients.find(session, TODAY, teams=["T2"], or_without_team=True)
        assert found == (["C2", "C3", "C4"], 3)
        assert clients.find(session, TODAY, limit=2, offset=2) == (["C3", "C4"], 4)
        assert clients.as_frame(session, TODAY, officers=["O1"]).index.tolist() == ["C1"]


def geocode_rows(session: object, **changes: object) -> pd.DataFrame:
    waiting = geocodes.without_geocode(session)
    values = {
        "status": "M",
        "match_code": "PointAddress",
        "kind": "address",
        "score": 100.0,
        "lon": -77.0,
        "lat": 38.9,
        "uncertainty_m": 10.0,
        "matched_address": "X",
        "reference_id": "1",
        "inferred": False,
        "reason": "exact",
        "boundary_ambiguous": False,
        "decision": "accepted",
    } | changes
    frame = pd.DataFrame(values, index=waiting.index)
    frame["candidates"] = [[{"address": "X", "score": 1.0}] for _ in waiting.index]
    return frame


def test_geocodes_are_superseded_and_restored(people: Engine) -> None:
    with transaction(people) as session:
        assert geocodes.save(session, geocode_rows(session, decision="review"), AT) == 4
        assert geocodes.without_geocode(session).empty
        assert queue.counts(session, ALL) == {"doubtful": 4}
        page = queue.page(session, ALL, AT, limit=2)
        assert len(page) == 2
        residence = page[0].residence_id
        decided = geocode_rows(session).reindex([residence])
        decided = pd.DataFrame(
            {c: [v] for c, v in (("status", "M"), ("match_code", "PointAddress"),
             ("kind", "address"), ("score", 100.0), ("lon", -77.5), ("lat", 38.5),
             ("uncertainty_m", 5.0), ("matched_address", ""), ("reference_id", ""),
             ("inferred", False), ("reason", "seen"), ("candidates", []),
             ("boundary_ambiguous", False), ("decision", "accepted"))},
            index=[residence],
        )  # fmt: skip
        geocodes.save(session, decided, AT + timedelta(hours=1), decided_by="ann", decided_why="w")
    with transaction(people) as session:
        newest, first = geocodes.history(session, residence)
        assert (newest.decided_by, newest.lon, newest.valid_to) == ("ann", -77.5, None)
        assert first.valid_to == AT + timedelta(hours=1)
        assert first.candidates == ({"address": "X", "score": 1.0},)
        frame = clients.as_frame(session, TODAY)
        assert frame["located"].sum() == 1
        assert frame.loc[newest.client_ref, ["lon", "lat"]].tolist() == [-77.5, 38.5]
        assert queue.decision_counts(session, TODAY) == {
            "accepted": 1, "review": 3, "unplaceable": 0,
        }  # fmt: skip
        assert undo.take_back(session, [residence], AT + timedelta(hours=2)) == {residence}
        undone = geocodes.history(session, residence)[0]
        assert (undone.decision, undone.lon, undone.valid_to) == ("review", -77.0, None)
    with reading(people) as session:
        assert len(queue.page(session, ALL, AT)) == 4
        assert queue.page(session, replace(ALL, cause="tie"), AT) == []
        assert queue.counts(session, replace(ALL, officers=["O1"])) == {}
        loose = replace(ALL, teams=[], or_without_team=True)
        assert queue.counts(session, loose) == {"doubtful": 4}
        assert len(geocodes.history(session, residence)) == 3
        with pytest.raises(NotFoundError):
            geocodes.get(session, 999)


def test_an_unplaceable_geocode_has_no_point(people: Engine) -> None:
    nothing = {"lon": float("nan"), "lat": float("inf"), "uncertainty_m": float("nan")}
    with transaction(people) as session:
        geocodes.save(session, geocode_rows(session, decision="unplaceable", **nothing), AT)
        row = clients.as_frame(session, TODAY).iloc[0]
        found = geocodes.get(session, int(row["geocode_id"]))
    assert (found.lon, found.lat, found.uncertainty_m) == (None, None, None)
    assert not row["located"]


def test_decisions_on_texts_are_reused(engine: Engine) -> None:
    assert decisions.key(" 12 h  St ne", "20002-1234") == decisions.key("12 H ST NE", "20002")
    kept = decisions.AddressDecision("12 H|", {"lon": -77.0}, "ann", "seen", AT)
    with transaction(engine) as session:
        decisions.save(session, kept)
        decisions.save(session, kept)
    with transaction(engine) as session:
        assert decisions.find(session, ["12 H|", "other"]) == {"12 H|": kept}
        decisions.forget(session, "12 H|")
        assert decisions.find(session, ["12 H|"]) == {}


def test_plans_from_draft_to_withdrawal(people: Engine) -> None:
    with transaction(people) as session:
        area = save_areas(session)
        make = {"boundary_set_id": area, "by": "ann", "at": AT}
        first = plans.create(session, name="A", units={"101": "T1", "102": ""}, **make)
        assert plans.units(session, first) == {"101": "T1", "102": ""}
        assert plans.in_force(session, TODAY) is None
        with pytest.raises(InputError, match="no team"):
            plans.create(session, name="B", units={"101": "T9"}, **make)
    with transaction(people) as session:
        plans.publish(session, first, date(2026, 1, 1))
        second = plans.create(session, name="C", units={"101": "T2"}, **make)
        with pytest.raises(InputError, match="already published"):
            plans.publish(session, second, date(2026, 1, 1))
        plans.publish(session, second, date(2026, 7, 1))
        assert plans.in_force(session, date(2026, 6, 30)).id == first
        assert plans.in_force(session, date(2026, 7, 1)).id == second
        assert plans.get(session, first).effective_to == date(2026, 7, 1)
        with pytest.raises(InputError, match="newest"):
            plans.withdraw(session, first)
        plans.withdraw(session, second)
        assert plans.in_force(session, date(2026, 7, 1)).id == first
        assert [plan.status for plan in plans.list_plans(session)][:1] == ["withdrawn"]


def assign(session: object, teams: dict[str, tuple[str, str]], on: date = TODAY, why: str = "w"):
    frame = pd.DataFrame(
        {
            "unit": pd.Series(["101"] * len(teams), dtype="str"),
            "team": pd.Series([team for team, _ in teams.values()], dtype="str"),
            "officer": pd.Series([officer for _, officer in teams.values()], dtype="str"),
            "reason": [{"status": "assigned" if o else "no_team", "why": why}
                       for _, o in teams.values()],
        }
    ).set_index(pd.Index(list(teams), name="client_ref"))  # fmt: skip
    return assignment_runs.save_run(
        session, frame, on=on, plan_id=None, at=AT, by="ann", summary={"gap": 0.0}
    )


def test_a_run_changes_only_what_differs(people: Engine) -> None:
    both = {"C1": ("T1", "O1"), "C2": ("T2", "O2")}
    with transaction(people) as session:
        assert assignment_runs.last_run(session) is None
        assert assign(session, both).changed == 2
    with transaction(people) as session:
        run = assign(session, both, on=date(2026, 7, 1), why="again")
        assert (run.changed, run.unchanged) == (0, 2)
        assert assignments.reason_of(session, "C1", TODAY)["why"] == "again"
        run = assign(session, {"C1": ("T2", "O2")}, on=date(2026, 8, 1))
        assert (run.changed, run.unchanged) == (2, 0)
    with reading(people) as session:
        assert assignments.on_day(session, date(2026, 7, 31))["officer"].to_dict() == {
            "C1": "O1", "C2": "O2",
        }  # fmt: skip
        assert assignments.on_day(session, date(2026, 8, 1))["officer"].to_dict() == {"C1": "O2"}
        assert assignments.statuses(session, TODAY).to_dict() == {
            "C1": "assigned", "C2": "assigned",
        }  # fmt: skip
        assert [a.officer for a in assignments.of_client(session, "C1")] == ["O2", "O1"]
        assert assignment_runs.last_run(session)["id"] == run.id
        assert assignments.reason_of(session, "C4", TODAY) is None
        assert clients.as_frame(session, TODAY).loc["C1", ["team", "officer"]].tolist() == [
            "T1", "O1",
        ]  # fmt: skip


def test_an_assignment_to_nobody_known_is_refused(people: Engine) -> None:
    with pytest.raises(NotFoundError, match="no officer 'O9'"), transaction(people) as session:
        assign(session, {"C1": ("T1", "O9")})


def test_contacts(people: Engine) -> None:
    row = {"client_ref": "C1", "on": TODAY, "kind": "field", "outcome": "made", "officer_ref": "O1"}
    rows = [row, row | {"outcome": "not_home"}, row, row | {"client_ref": "C2", "officer_ref": ""}]
    with transaction(people) as session:
        assert (contacts.save(session, rows).added, contacts.save(session, rows).added) == (3, 0)
        with pytest.raises(NotFoundError):
            contacts.save(session, [row | {"client_ref": "C9"}])
    with reading(people) as session:
        frame = contacts.load(session)
        assert frame["client_ref"].tolist() == ["C1", "C1", "C2"]
        assert frame["officer"].tolist() == ["O1", "O1", ""]
        assert len(contacts.load(session, client_refs=["C2"])) == 1


def test_tours(people: Engine) -> None:
    ref = tours.new_ref()
    with transaction(people) as session:
        residence = int(clients.as_frame(session, TODAY).loc["C1", "residence_id"])
        stop = {"client_ref": "C1", "residence_id": residence, "arrives_at": AT,
                "leaves_at": AT, "reason": "due", "lon": -77.0, "lat": 38.9}  # fmt: skip
        tours.save(
            session, ref=ref, on=TODAY, officer_ref="O1", police_partner_ref="P1", start_ref="V1",
            departs_at=AT, returns_at=AT + timedelta(hours=2), drive_s=60, length_m=500.5,
            route=LineString([(-77, 38.9), (-77.1, 38.9)]), steps=[[{"text": "left"}]],
            left_out=[{"client_ref": "C2"}], summary={"gap": None}, by="ann", at=AT, stops=[stop],
        )  # fmt: skip
    with transaction(people) as session:
        found = tours.get(session, ref)
        assert (found.officer_ref, found.police_partner_ref) == ("O1", "P1")
        assert [(s.position, s.client_ref, s.lon, s.address) for s in found.stops] == [
            (1, "C1", -77.0, "100 H STREET NE")
        ]
        assert found.route.equals(LineString([(-77, 38.9), (-77.1, 38.9)]))
        assert found.departs_at == AT
        assert found.steps == ([{"text": "left"}],)
        planned = tours.visits_planned(session, since=TODAY)
        assert planned.to_numpy().tolist() == [["C1", TODAY]]
        assert tours.visits_planned(session, since=TODAY + timedelta(days=1)).empty
        tours.set_status(session, ref, "cancelled", note={"why": "rain"})
        assert tours.visits_planned(session, since=TODAY).empty
        off = tours.get(session, ref)
        assert (off.status, off.summary["cancelled"]) == ("cancelled", {"why": "rain"})
        assert off.summary["gap"] is None
        tours.set_status(session, ref, "done")
        listed = tours.list_tours(session, on=TODAY)
        assert listed.loc[ref, ["team", "district", "stops", "status"]].tolist() == [
            "T1", "1", 1, "done",
        ]  # fmt: skip
        assert tours.list_tours(session, officer_ref="O2").empty
        assert tours.list_tours(session, police_partner_ref="P1").index.tolist() == [ref]
        with pytest.raises(NotFoundError):
            tours.get(session, "nothing")


def test_references_of_tours_do_not_repeat() -> None:
    assert len({tours.new_ref() for _ in range(1000)}) == 1000


def test_imports(engine: Engine) -> None:
    with transaction(engine) as session:
        imports.record(session, noun="clients", digest="a", summary={"rows": 1}, by="ann", at=AT)
    with reading(engine) as session:
        assert imports.latest(session, "clients")[0]["summary"] == {"rows": 1}
        assert imports.latest(session, "contacts") == []
