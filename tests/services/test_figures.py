"""Maps and figures: equal to a hand count inside, and nothing that singles out for outsiders."""

from __future__ import annotations

import re
from datetime import date

import numpy as np
import pandas as pd
import pytest
from sqlalchemy import select, text

from geoteam.errors import DisclosureError, InputError
from geoteam.model import User
from geoteam.services import audit
from geoteam.services.figures import MapOptions, compute
from geoteam.services.maps import map_menus, map_view
from geoteam.services.people import clients_frame
from geoteam.services.workspace import Workspace
from geoteam.store import assignment_runs, settings
from geoteam.store.tables import ResidenceRow
from tests.made_city import ADMIN, AUDITOR, BOSS, O1, P1, RELATIONS, WEST
from tests.tiny_city import TODAY, _clients

REFS = [str(row[0]) for row in _clients()]
NAMES = [str(row[1]) for row in _clients()]
HOMES = [str(row[5]) for row in _clients()]
ALL_LAYERS = ("district", "service_area", "team", "office", "station", "partner", "client")


def _threshold(workspace: Workspace, value: int) -> None:
    with workspace.transaction() as session:
        profile = settings.get(session, "profile")
        assert profile
        profile["disclosure"]["threshold"] = value
        settings.put(session, "profile", profile, workspace.now())
    workspace.forget()


def _events(workspace: Workspace) -> int:
    return audit.list_events(workspace, None).total


def test_clients_and_workload_by_area_are_those_counted_by_hand(city: Workspace) -> None:
    table = map_view(city, BOSS, MapOptions()).table
    assert table.index.name == "service_area"
    assert table["clients"].to_dict() == {"101": 6, "102": 6, "201": 5, "202": 5}
    assert table["workload"].to_dict() == {"101": 27, "102": 18, "201": 23, "202": 19}
    districts = map_view(city, BOSS, MapOptions(by="district", measure="workload"))
    assert districts.table["clients"].to_dict() == {"1": 12, "2": 10}
    assert districts.table["workload"].to_dict() == {"1": 45, "2": 42}


def test_the_map_draws_the_numbers_of_the_table(city: Workspace) -> None:
    figures = compute(city, BOSS, MapOptions(measure="workload"))
    assert figures.frame["figure"].to_dict() == figures.table["workload"].to_dict()
    assert not figures.frame["withheld"].any()
    assert figures.notes == [
        "2 of 24 clients are not on the map: no fixed address, or an address that waits for review."
    ]
    assert "2026-06-15" in map_view(city, BOSS, MapOptions()).source


def test_workload_per_officer_is_work_by_share_of_officers(city: Workspace) -> None:
    table = map_view(city, BOSS, MapOptions(by="district", measure="workload_per_officer")).table
    with city.reading() as session:
        clients = clients_frame(city, session, TODAY)
    held = clients[(clients["officer"] != "") & clients["located"]]
    totals = held.groupby("officer")["points"].sum()
    west = held[held["unit"].isin(["101", "102"])]
    share = (west["points"] / totals[west["officer"]].to_numpy()).sum()
    assert table.loc["1", "workload_per_officer"] == pytest.approx(west["points"].sum() / share)


def test_coverage_is_the_share_within_the_minutes(city: Workspace) -> None:
    view = map_view(city, BOSS, MapOptions(measure="coverage", minutes=1, partner_kind="faith"))
    # 600 m at 10 m/s from First Church: C002, C004, C005 and C006 by hand; C001 has 755 m.
    assert view.table.loc["101", "clients"] == 6
    assert view.table.loc["101", "covered"] == 4
    assert view.table.loc["101", "share"] == pytest.approx(4 / 6)
    assert view.title == "Clients within 1 minute of faith partner, by police service area"
    wide = map_view(city, BOSS, MapOptions(measure="coverage", minutes=30)).table
    assert (wide["share"] == 1.0).all()
    nobody = map_view(
        city, BOSS, MapOptions(measure="coverage", minutes=5, partner_kind="business")
    ).table
    assert (nobody["covered"] == 0).all()


@pytest.mark.parametrize("shape", ["hexagon", "square"])
def test_a_grid_holds_every_located_client_once(city: Workspace, shape: str) -> None:
    for size_m in (150, 500):
        options = MapOptions(by="grid", grid=shape, grid_m=size_m)
        figures = compute(city, BOSS, options)
        assert figures.table["clients"].sum() == 22
        assert figures.table["workload"].sum() == 87
        assert figures.frame.index.is_unique


@pytest.mark.parametrize("user", [P1, AUDITOR, ADMIN], ids=lambda user: user.role.value)
def test_other_roles_see_no_figure(city: Workspace, user: User) -> None:
    with pytest.raises(DisclosureError, match="see the map"):
        map_view(city, user, MapOptions())


def test_outsiders_get_no_small_cell_and_none_by_subtraction(fresh: Workspace) -> None:
    _threshold(fresh, 6)
    _assigned_since(fresh, date(2026, 6, 1))
    figures = compute(fresh, RELATIONS, MapOptions())
    assert figures.table["clients"].dropna().to_dict() == {"101": 6, "102": 6}
    assert figures.table["workload"].dropna().to_dict() == {"101": 27, "102": 18}
    assert figures.frame.loc[["201", "202"], "figure"].isna().all()
    assert figures.frame["withheld"].to_dict() == {
        "101": False, "102": False, "201": True, "202": True
    }  # fmt: skip
    assert list(figures.table.columns) == ["clients", "workload"]
    assert "withheld" in figures.notes[-1]
    # One small cell alone would come back from the district's total.
    _threshold(fresh, 5)
    assert compute(fresh, RELATIONS, MapOptions()).table["clients"].notna().all()
    assert compute(fresh, BOSS, MapOptions()).table["clients"].notna().all()


def _assigned_since(workspace: Workspace, day: date) -> None:
    """Let the day of the map, the first of the month, see the same people."""
    with workspace.reading() as session:
        assert assignment_runs.last_run(session)
        frame = clients_frame(workspace, session, day)
    assert len(frame) == 24


def test_one_small_cell_takes_another_with_it(fresh: Workspace) -> None:
    with fresh.transaction() as session:
        session.execute(text("UPDATE client SET active = false WHERE ref IN ('C007','C008')"))
    _threshold(fresh, 5)
    table = compute(fresh, RELATIONS, MapOptions()).table["clients"]
    # 102 has four clients; with district 1's total of ten it would come back, so 101 goes too.
    assert table.isna().to_dict() == {"101": True, "102": True, "201": False, "202": False}
    districts = compute(fresh, RELATIONS, MapOptions(by="district")).table["clients"]
    assert districts.to_dict() == {"1": 10, "2": 10}


def test_outsiders_documents_name_no_person_and_no_place(lone: Workspace) -> None:
    fresh = lone
    _threshold(fresh, 6)
    for options in (
        MapOptions(layers=ALL_LAYERS),
        MapOptions(by="grid", layers=ALL_LAYERS),
        MapOptions(measure="coverage", minutes=1, layers=ALL_LAYERS),
    ):
        for embed in (False, True):
            page = map_view(fresh, RELATIONS, options, embed=embed).html
            data = re.sub(r"data:[\w/+.-]+;base64,[A-Za-z0-9+/=]+", "", page)
            for secret in (*REFS, *NAMES, *HOMES[:23], "Officer 1", "West Team"):
                assert secret not in data, secret
            with fresh.reading() as session:
                clients = clients_frame(fresh, session, TODAY)
            for lon, lat in clients.loc[clients["located"], ["lon", "lat"]].to_numpy():
                for digits in (5, 6, 7, 8):
                    assert not (f"{lon:.{digits}f}" in data and f"{lat:.{digits}f}" in data)
    withheld = map_view(fresh, RELATIONS, MapOptions(layers=())).html
    assert "withheld (fewer than 6)" in withheld


def test_outsiders_look_at_the_first_of_the_month_on_one_grid(city: Workspace) -> None:
    figures = compute(city, RELATIONS, MapOptions(on=date(2026, 6, 12)))
    assert figures.on == date(2026, 6, 1)
    assert compute(city, RELATIONS, MapOptions(on=date(2027, 3, 4))).on == date(2026, 6, 1)
    assert compute(city, BOSS, MapOptions(on=date(2026, 6, 12))).on == date(2026, 6, 12)
    with pytest.raises(InputError, match="still to come"):
        compute(city, BOSS, MapOptions(on=date(2026, 6, 20)))
    one = compute(city, RELATIONS, MapOptions(by="grid", grid="square", grid_m=50))
    two = compute(city, RELATIONS, MapOptions(by="grid", grid="hexagon", grid_m=700))
    assert list(one.frame.index) == list(two.frame.index)
    assert one.title == "Clients by hexagon of 1000 m"
    counts = one.table["clients"].dropna()
    assert (counts % 5 == 0).all()


def test_outsiders_shares_are_rounded_and_hide_the_last_few(city: Workspace) -> None:
    options = MapOptions(measure="coverage", minutes=1, partner_kind="faith")
    inside = compute(city, BOSS, options).table["share"]
    outside = compute(city, RELATIONS, options).table["share"]
    # 4 of 6 within reach leaves two people out of it: fewer than the threshold of three.
    assert np.isnan(outside["101"])
    shown = outside.dropna()
    assert np.allclose(shown * 20, (shown * 20).round())
    assert ((shown - inside[shown.index]).abs() <= 0.025 + 1e-9).all()
    assert "covered" not in compute(city, RELATIONS, options).table.columns


def test_a_share_that_is_shown_is_rounded(lone: Workspace) -> None:
    _threshold(lone, 2)
    options = MapOptions(by="district", measure="coverage", minutes=1, partner_kind="faith")
    # All of 102 and four of 101 are within reach: ten of the twelve clients of district 1.
    assert compute(lone, BOSS, options).table.loc["1", "share"] == pytest.approx(10 / 12)
    assert compute(lone, RELATIONS, options).table.loc["1", "share"] == pytest.approx(0.85)
    assert compute(lone, RELATIONS, options).frame.loc["1", "figure"] == pytest.approx(0.85)


def test_outsiders_notes_hold_no_number_of_the_unplaced(city: Workspace) -> None:
    first = compute(city, RELATIONS, MapOptions()).notes[0]
    assert first.startswith("Some clients are not on the map")
    assert not re.search(r"\d", first)


def test_outsiders_do_not_see_the_officers_figure(city: Workspace) -> None:
    with pytest.raises(DisclosureError, match="supervision staff"):
        compute(city, RELATIONS, MapOptions(measure="workload_per_officer"))
    menus = map_menus(city, RELATIONS)
    assert "workload_per_officer" not in dict(menus.measures)
    assert not {"client", "team"} & set(dict(menus.layers))
    inside = map_menus(city, O1)
    assert {"client", "team"} <= set(dict(inside.layers))
    assert [kind for kind, _ in inside.partner_kinds] == ["", "faith", "service_provider"]


def test_the_client_layer_holds_whom_the_user_may_see_and_is_audited(city: Workspace) -> None:
    options = MapOptions(layers=("client",))
    with city.reading() as session:
        clients = clients_frame(city, session, TODAY)
    for user, mine in (
        (O1, clients["officer"] == "O1"),
        (WEST, clients["team"] == "T1"),
        (BOSS, clients["officer"] != ""),
    ):
        page = map_view(city, user, options, client_url=lambda ref: f"/x/{ref}").html
        for ref, name in clients["name"].items():
            assert (name in page) is bool(mine[ref]), (user.username, ref)
        event = audit.list_events(city, None, page_size=1).rows[0]
        assert (event["actor"], event["action"]) == (user.username, "map.clients")
        assert event["detail"] == {"rows": int(mine.sum())}


def test_nothing_is_drawn_nor_audited_before_it_is_asked_for(city: Workspace) -> None:
    before = _events(city)
    view = map_view(city, BOSS, MapOptions(layers=("client",)))
    assert _events(city) == before
    assert view.html is view.html
    assert _events(city) == before + 1


def test_team_areas_and_partners_are_drawn(city: Workspace) -> None:
    page = map_view(city, BOSS, MapOptions(layers=ALL_LAYERS)).html
    for name in ("West Team", "East Team", "First Church", "Day Clinic", "Station 1"):
        assert name in page
    one = map_view(city, BOSS, MapOptions(layers=("partner",), partner_kind="faith")).html
    assert "First Church" in one
    assert "Day Clinic" not in one


def test_a_stand_alone_map_asks_no_other_machine(city: Workspace) -> None:
    page = map_view(city, BOSS, MapOptions(layers=ALL_LAYERS), embed=True).html
    # Leaflet's credit is a link that a reader may follow; nothing is fetched.
    assert not re.search(r"""<(?:script|img|iframe)[^>]*\ssrc=["'](?!data:)""", page)
    assert not re.search(r"""<link[^>]*\shref=["'](?!data:)""", page)


def test_a_month_once_shown_outside_never_changes(fresh: Workspace) -> None:
    before = compute(fresh, RELATIONS, MapOptions()).table
    with fresh.transaction() as session:
        row = session.scalars(select(ResidenceRow).where(ResidenceRow.valid_to.is_(None))).first()
        assert row is not None
        row.valid_to = date(2020, 1, 1)
    assert compute(fresh, BOSS, MapOptions()).table["clients"].sum() == 21
    pd.testing.assert_frame_equal(compute(fresh, RELATIONS, MapOptions()).table, before)


def test_officers_count_their_own_clients_and_nobody_else(city: Workspace) -> None:
    own = compute(city, O1, MapOptions(by="grid", grid_m=200))
    with city.reading() as session:
        held = clients_frame(city, session, city.today(), officers=["O1"])
    assert own.table["clients"].sum() == held["located"].sum() > 0
    assert "Only your own clients are counted." in own.notes


def test_an_unknown_kind_of_partner_is_refused(city: Workspace) -> None:
    with pytest.raises(InputError, match="no such kind"):
        compute(city, BOSS, MapOptions(measure="coverage", partner_kind="zzz"))
