"""Placing, assigning, planning: the tiny city counted by hand."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pandas as pd
import pytest
from sqlalchemy import select, update

from geoteam.errors import (
    DisclosureError,
    InputError,
    MissingFileError,
    NotFoundError,
    WorkspaceBusyError,
)
from geoteam.geocoding import decide, geocode
from geoteam.services import assigning, assignment, geocoding, imports, plan_publish, plans, review
from geoteam.services.people import clients_frame, officers_frame
from geoteam.services.workspace import Workspace
from geoteam.store import assignment_runs, assignments
from geoteam.store import plans as plan_store
from geoteam.store.tables import ClientRow, OfficerRow
from tests.made_city import (
    ADMIN,
    BOSS,
    NOBODY,
    O1,
    STRANGERS,
    WEST,
    client_row,
    counts,
    write_csv,
)
from tests.tiny_city import CLIENT_HEADER, TODAY

UNITS = {
    "101": ["C001", "C002", "C003", "C004", "C005", "C006"],
    "102": ["C007", "C008", "C009", "C010", "C011", "C012"],
    "201": ["C013", "C014", "C015", "C016", "C017"],
    "202": ["C018", "C019", "C020", "C021", "C022"],
    "": ["C023", "C024"],
}


def _frame(workspace: Workspace) -> pd.DataFrame:
    with workspace.reading() as session:
        return clients_frame(workspace, session, workspace.today())


def _import(workspace: Workspace, folder: Path, *rows: list[object]) -> None:
    path = write_csv(folder / "more.csv", CLIENT_HEADER, list(rows))
    imports.import_clients(workspace, "test", path)


def test_every_client_lies_in_the_unit_found_by_hand(city: Workspace) -> None:
    frame = _frame(city)
    assert {unit: list(frame.index[frame["unit"] == unit]) for unit in UNITS} == UNITS
    assert frame["points"].tolist() == [8.0, 4.0, 2.0, 1.0] * 6
    assert list(frame.index[frame["specialty"] == "mental_health"]) == ["C004", "C016"]
    assert (frame["assigned_unit"] == frame["unit"]).all()


def test_people_can_be_narrowed(city: Workspace) -> None:
    with city.reading() as session:
        west = clients_frame(city, session, TODAY, teams=["T1"])
        one = clients_frame(city, session, TODAY, refs=["C013"])
        nobody = clients_frame(city, session, TODAY, officers=[])
    assert list(west.index) == [ref for ref in UNITS["101"] + UNITS["102"] if ref != "C004"]
    assert list(one.index) == ["C013"]
    assert nobody.empty


def test_capacity_is_the_target_times_mean_points(city: Workspace) -> None:
    with city.reading() as session:
        clients = clients_frame(city, session, TODAY)
        officers = officers_frame(session, city, clients)
    # General clients: 22 with 88 points in all, 50 a full caseload; special: 1 point each, 25.
    assert officers.loc["O1", "capacity_points"] == pytest.approx(50 * 88 / 22)
    assert officers.loc["O5", "capacity_points"] == pytest.approx(25 * 1.0)


def test_teams_follow_the_plan_and_specialties_come_first(city: Workspace) -> None:
    frame = _frame(city)
    teams = {ref: frame.at[ref, "team"] for ref in frame.index}
    expected = dict.fromkeys(UNITS["101"] + UNITS["102"], "T1")
    expected |= dict.fromkeys(UNITS["201"] + UNITS["202"], "T2")
    expected |= {"C004": "TM", "C016": "TM", "C023": "", "C024": ""}
    assert teams == expected
    assert set(frame.loc[frame["team"] == "T1", "officer"]) == {"O1", "O2"}
    assert set(frame.loc[frame["team"] == "T2", "officer"]) == {"O3", "O4"}
    assert set(frame.loc[frame["team"] == "TM", "officer"]) == {"O5"}


def test_the_summary_adds_up(fresh: Workspace) -> None:
    done = assigning.run_assignment(fresh, "test")
    assert done["clients"] == 24
    assert done["assigned"] == 22
    assert done["unassigned"] == {"no_location": 2}
    assert done["kept"] + done["changed"] + done["new"] == 22
    assert done["bound"] <= done["objective"] + 1e-9
    assert done["gap"] == pytest.approx(0.0, abs=1e-6)


def test_a_second_run_keeps_everybody(fresh: Workspace) -> None:
    before, rows = _frame(fresh)["officer"].to_dict(), counts(fresh)
    done = assigning.run_assignment(fresh, "test")
    assert _frame(fresh)["officer"].to_dict() == before
    assert done["repeated"]
    assert counts(fresh) == rows


def test_a_run_after_a_change_keeps_the_others(fresh: Workspace) -> None:
    before = _frame(fresh)["officer"].to_dict()
    with fresh.transaction() as session:
        row = session.scalars(select(ClientRow).where(ClientRow.ref == "C001")).one()
        row.level = "Minimum"
    done = assigning.run_assignment(fresh, "test")
    assert not done["repeated"]
    assert done["kept"] == 22
    assert done["lost"] == 0
    assert _frame(fresh)["officer"].to_dict() == before


def test_only_sharing_out_anew_gives_clients_to_an_officer_who_joins(fresh: Workspace) -> None:
    before = _frame(fresh)["officer"]
    with fresh.transaction() as session:
        first = session.scalars(select(OfficerRow).where(OfficerRow.ref == "O1")).one()
        session.add(OfficerRow(ref="O9", name="Officer 9", team_id=first.team_id))
    done = assigning.run_assignment(fresh, "test")
    assert (done["changed"], done["repeated"]) == (0, False)
    assert _frame(fresh)["officer"].equals(before)
    done = assigning.run_assignment(fresh, "test", rebalance=True)
    now = _frame(fresh)["officer"]
    assert (now == "O9").any()
    assert done["changed"] == (now != before).sum()
    # What was shared out stands.
    assert assigning.run_assignment(fresh, "test")["repeated"]


def test_a_run_that_was_overtaken_writes_nothing(
    fresh: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    solve = assigning.assign

    def slow(*args: object, **options: object) -> object:
        with fresh.transaction() as session:
            assignment_runs.save_run(
                session, _frame(fresh).assign(reason=[{}] * 24), on=TODAY, plan_id=None,
                at=fresh.now(), by="other", summary={},
            )  # fmt: skip
        return solve(*args, **options)

    with fresh.transaction() as session:
        session.scalars(select(ClientRow).where(ClientRow.ref == "C001")).one().level = "Minimum"
    monkeypatch.setattr(assigning, "assign", slow)
    with pytest.raises(WorkspaceBusyError, match="meanwhile"):
        assigning.run_assignment(fresh, "test")
    with fresh.reading() as session:
        last = assignment_runs.last_run(session)
    assert last
    assert last["by"] == "other"


def test_without_a_plan_nothing_is_assigned_and_the_remedy_is_named(fresh: Workspace) -> None:
    with fresh.transaction() as session:
        plan = plan_store.in_force(session, TODAY)
        assert plan
        plan_store.withdraw(session, plan.id)
    before = counts(fresh)
    with pytest.raises(NotFoundError, match="no plan is in force") as caught:
        assigning.run_assignment(fresh, "test")
    assert "geoteam plans publish" in caught.value.remedy
    assert counts(fresh) == before


def test_the_explanation_tells_the_chain(city: Workspace) -> None:
    text = assignment.explain_client(city, BOSS, "C001")
    assert "placed at 122 1ST STREET NW (PointAddress, within about 10 m)" in text
    assert "Area: 101." in text
    assert "Team: West Team (T1)" in text
    assert "Officer: Officer 1 (O1) is the present officer" in text
    assert ".." not in text
    special = assignment.explain_client(city, BOSS, "C004")
    assert "mental health" in special
    assert "TM" in special
    tie = assignment.explain_client(city, None, "C023", actor="cli:test")
    assert "waits for a person's decision" in tie
    assert "Not assigned" in tie
    nowhere = assignment.explain_client(city, BOSS, "C024")
    assert "has no place on the map" in nowhere


def test_an_explanation_is_only_for_those_who_may_see_the_client(city: Workspace) -> None:
    assert assignment.explain_client(city, WEST, "C001")
    # Nobody's client is every supervisor's, so that nobody is lost.
    assert assignment.explain_client(city, WEST, "C024")
    for user, ref in [(WEST, "C013"), (WEST, "C004"), *((user, "C001") for user in STRANGERS)]:
        with pytest.raises(NotFoundError, match="no such client"):
            assignment.explain_client(city, user, ref)
    with pytest.raises(NotFoundError, match="no such client"):
        assignment.explain_client(city, BOSS, "C999")


def test_the_overview_counts_what_a_supervisor_leads(city: Workspace) -> None:
    everything = assignment.overview(city, BOSS)
    teams = {row["team"]: row for row in everything["teams"]}
    assert {ref: row["clients"] for ref, row in teams.items()} == {"T1": 11, "T2": 9, "TM": 2}
    assert {ref: row["points"] for ref, row in teams.items()} == {"T1": 44, "T2": 41, "TM": 2}
    assert everything["unassigned"] == [{"status": "no_location", "clients": 2}]
    west = assignment.overview(city, WEST)
    assert [row["team"] for row in west["teams"]] == ["T1"]
    assert {row["officer_ref"] for row in west["officers"]} == {"O1", "O2"}
    assert assignment.count_unassigned(city, WEST) == 2
    assert assignment.overview(city, NOBODY)["teams"] == []
    for user in (O1, ADMIN):
        with pytest.raises(DisclosureError):
            assignment.overview(city, user)


# Placing


def test_a_decision_is_reused_for_the_same_text(fresh: Workspace, tmp_path: Path) -> None:
    _import(fresh, tmp_path, client_row("C049", Home_Address="182 CNTRL AVE NE"))
    geocoding.geocode_residences(fresh, "test")
    rows = review.review_queue(fresh, BOSS).rows
    item = next(row["id"] for row in rows if row["client_ref"] == "C049")
    review.decide_item(
        fresh, BOSS, item, action="address", address="182 CENTRAL AVENUE NE", why="Seen the lease"
    )
    _import(fresh, tmp_path, client_row("C050", Home_Address=" 182  cntrl ave ne "))
    done = geocoding.geocode_residences(fresh, "test")
    assert done == {"accepted": 1, "review": 0, "unplaceable": 0, "reused": 1}
    frame = _frame(fresh)
    assert frame.at["C050", "matched_address"] == "182 CENTRAL AVENUE NE"
    assert frame.at["C050", "unit"] == frame.at["C049", "unit"]
    assert geocoding.geocode_residences(fresh, "test")["reused"] == 0


def test_no_fixed_address_is_never_placed(fresh: Workspace, tmp_path: Path) -> None:
    _import(fresh, tmp_path, client_row("C049", Home_Address="182 CNTRL AVE NE"))
    geocoding.geocode_residences(fresh, "test")
    rows = review.review_queue(fresh, BOSS).rows
    item = next(row["id"] for row in rows if row["client_ref"] == "C049")
    review.decide_item(
        fresh, BOSS, item, action="address", address="182 CENTRAL AVENUE NE", why="Seen the lease"
    )
    # One has an address that would match, the other an address that somebody decided on.
    for ref, home in (("C051", "122 1ST STREET NW"), ("C052", "182 CNTRL AVE NE")):
        _import(
            fresh,
            tmp_path,
            client_row(ref, Home_Address=home, Residence_Type="No fixed address"),
        )
    assert geocoding.geocode_residences(fresh, "test")["unplaceable"] == 2
    frame = _frame(fresh).loc[["C051", "C052"]]
    assert not frame["located"].any()
    assert frame["lon"].isna().all()
    assert frame["unit"].tolist() == ["", ""]
    assert frame["decision"].tolist() == ["unplaceable", "unplaceable"]


def test_placing_says_what_the_room_says(city: Workspace) -> None:
    texts = pd.Series(["122 1ST STREET NW", "122 A STREET", "nonsense", ""], index=[7, 3, 5, 1])
    zips = pd.Series("", index=texts.index, dtype="str")
    found = geocoding.place(city, texts, zips)
    direct = geocode(texts, city.reference(), zips=zips)
    assert list(found.index) == [7, 3, 5, 1]
    assert found["matched_address"].tolist() == direct["matched_address"].tolist()
    assert (
        found["decision"].tolist()
        == decide(direct, found["boundary_ambiguous"])["decision"].tolist()
    )
    assert found["decision"].tolist()[:2] == ["accepted", "review"]


# Plans


def _plan(folder: Path, *rows: list[object], header: tuple[str, ...] = ("unit", "team")) -> Path:
    return write_csv(folder / "plan.csv", list(header), list(rows))


GOOD = [["101", "T1"], ["102", "T2"], ["201", "T2"], ["202", "T2"]]


def test_the_staff_file_published_todays_plan(city: Workspace) -> None:
    (row,) = plans.list_plans(city)
    assert row["name"] == plans.BASELINE
    assert row["status"] == "published"
    assert plans.units_of(city) == {"101": "T1", "102": "T1", "201": "T2", "202": "T2"}


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ([*GOOD, ["101", "T2"]], "row 6, column 'unit': the unit stands in row 2 already"),
        ([*GOOD, ["", "T2"]], "row 6, column 'unit': the row names no unit"),
        ([*GOOD, ["999", "T2"]], "row 6, column 'unit': there is no such unit"),
        (GOOD[:3], "the first is '202': the file has no row for it"),
        ([*GOOD[:3], ["202", "T9"]], "row 5, column 'team': no general team is so called"),
        ([*GOOD[:3], ["202", "TM"]], "row 5, column 'team': no general team is so called"),
        ([*GOOD[:3], ["202"]], "row 5, column 'team': the row names no team"),
        ([], r"4 problems; the first is '101'"),
    ],
)
def test_a_faulty_plan_names_the_row_and_saves_nothing(
    city: Workspace, tmp_path: Path, rows: list[list[object]], message: str
) -> None:
    before = counts(city)["plan"]
    with pytest.raises(InputError, match=message):
        plans.import_plan(city, "test", _plan(tmp_path, *rows), "Faulty")
    assert counts(city)["plan"] == before


def test_a_plan_file_that_is_none(city: Workspace, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="columns unit and team"):
        plans.import_plan(city, "test", _plan(tmp_path, ["101", "T1"], header=("a", "b")), "X")
    with pytest.raises(MissingFileError):
        plans.import_plan(city, "test", tmp_path / "none.csv", "X")
    latin = tmp_path / "latin.csv"
    latin.write_bytes("unit,team\n101,Équipe à côté du café\n".encode("latin-1"))
    with pytest.raises(InputError):
        plans.import_plan(city, "test", latin, "X")


def test_a_plan_is_weighed_published_and_assigned(fresh: Workspace, tmp_path: Path) -> None:
    plan_id = plans.import_plan(fresh, "test", _plan(tmp_path, *GOOD), "Move 102 east")
    plan_publish.publish(fresh, "test", plan_id, TODAY)
    assert plans.units_of(fresh)["102"] == "T2"
    frame = _frame(fresh)
    assert set(frame.loc[UNITS["102"], "team"]) == {"T2"}
    assert set(frame.loc[["C001", "C002", "C003", "C005", "C006"], "team"]) == {"T1"}
    # What was published is what a run would write.
    assert assigning.run_assignment(fresh, "test")["repeated"]


def test_a_run_tells_who_loses_the_officer_when_a_plan_begins(
    fresh: Workspace, tmp_path: Path
) -> None:
    plan_id = plans.import_plan(fresh, "test", _plan(tmp_path, *GOOD), "Later")
    day = TODAY + timedelta(days=30)
    plan_publish.publish(fresh, "test", plan_id, day)
    assert assigning.run_assignment(fresh, "test", rebalance=True)["to_come"] == [
        {"plan": "Later", "on": day.isoformat(), "lost": 0}
    ]
    with fresh.transaction() as session:
        # Nobody has room in the east any more.
        east = OfficerRow.ref.in_(("O3", "O4"))
        session.execute(update(OfficerRow).where(east).values(full_time_share=0))
    (told,) = assigning.run_assignment(fresh, "test")["to_come"]
    with fresh.reading() as session:
        before, after = (
            assignments.on_day(session, one)["officer"] for one in (day - timedelta(days=1), day)
        )
    nobody = after.reindex(before.index[before != ""]).fillna("") == ""
    assert told["lost"] == int(nobody.sum()) > 0


def test_a_plan_that_begins_later_changes_nothing_today(fresh: Workspace, tmp_path: Path) -> None:
    plan_id = plans.import_plan(fresh, "test", _plan(tmp_path, *GOOD), "Later")
    plan_publish.publish(fresh, "test", plan_id, date(2027, 1, 1))
    assert plans.units_of(fresh)["102"] == "T1"
    with pytest.raises(InputError, match="not a draft"):
        plan_publish.publish(fresh, "test", plan_id, date(2027, 2, 1))
    with pytest.raises(NotFoundError):
        plan_publish.publish(fresh, "test", 999, TODAY)
