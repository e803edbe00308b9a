"""Hours on duty as a supervisor and an administrator see and set them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

from flask.testing import FlaskClient
from sqlalchemy import text

from geoteam.model import Role
from geoteam.services import audit
from geoteam.services.workspace import Workspace
from geoteam.store import duty, staff, tours
from geoteam.store.duty import Shift
from tests.server.served import send

Browse = Callable[[Role], FlaskClient]
P1 = {"kind": "partners", "ref": "P1"}
PERSON = "/duty/person?kind=partners&ref=P1"


def _shifts(workspace: Workspace, kind: duty.Kind = "partners", ref: str = "P1") -> list[Shift]:
    with workspace.reading() as session:
        return duty.shifts(session, kind, [ref])[ref]


def test_everybody_is_listed_with_the_city_s_hours_at_first(signed_in: Browse) -> None:
    for role in (Role.SUPERVISOR, Role.ADMINISTRATOR):
        page = signed_in(role).get("/duty").text
        assert "Officer 1" in page
        assert "Police One" in page
        assert page.count("the city&#39;s, ") + page.count("the city's, ") == 7
        assert "No car is entered" in page


def test_a_week_is_kept_shown_and_audited(signed_in: Browse, workspace: Workspace) -> None:
    browser = signed_in(Role.SUPERVISOR)
    fields = {"begins-0-0": "13:00", "ends-0-0": "17:00", "begins-0-1": "08:00",
              "ends-0-1": "12:00", "begins-4-0": "22:00", "ends-4-0": "06:00",
              "begins-6-0": "", "ends-6-0": ""}  # fmt: skip
    status, to = send(browser, "/duty/week", PERSON, **P1, **fields)
    assert (status, to) == (303, PERSON)
    assert _shifts(workspace) == [
        Shift(0, "08:00", "12:00"), Shift(0, "13:00", "17:00"), Shift(4, "22:00", "06:00"),
    ]  # fmt: skip
    page = browser.get(PERSON).text
    assert 'value="22:00" aria-label="Friday, hours 1, from"' in page
    assert "Mon 08:00-12:00; Mon 13:00-17:00; Fri 22:00-06:00" in browser.get("/duty").text
    event = audit.list_events(workspace, None, page_size=1).rows[0]
    assert (event["action"], event["object_ref"]) == ("duty.week", "P1")


def test_hours_are_kept_as_the_clock_shows_them(signed_in: Browse, workspace: Workspace) -> None:
    fields = {"begins-0-0": "0800", "ends-0-0": "16", "begins-1-0": "09:00:00", "ends-1-0": "1200"}
    assert send(signed_in(Role.SUPERVISOR), "/duty/week", PERSON, **P1, **fields)[0] == 303
    assert _shifts(workspace) == [Shift(0, "08:00", "16:00"), Shift(1, "09:00", "12:00")]


def test_hours_that_cannot_be_are_said_and_what_was_typed_stays(
    signed_in: Browse, workspace: Workspace
) -> None:
    browser = signed_in(Role.SUPERVISOR)
    for fields, words in (
        ({"begins-0-0": "08:00", "ends-0-0": ""}, "Mon: hours need a beginning and an end"),
        ({"begins-1-0": "08:00", "ends-1-0": "12:00", "begins-1-1": "11:00", "ends-1-1": "13:00"},
         "Tue: 08:00-12:00 and 11:00-13:00 overlap"),
        ({"begins-2-0": "22:00", "ends-2-0": "06:00", "begins-2-1": "23:00", "ends-2-1": "23:30"},
         "Wed: 22:00-06:00 and 23:00-23:30 overlap"),
    ):  # fmt: skip
        status, page = send(browser, "/duty/week", PERSON, **P1, **fields)
        assert status == 400
        assert words in page
        assert all(f'value="{value}"' in page for value in fields.values() if value)
    assert _shifts(workspace) == []


def test_days_off_and_days_with_other_hours(signed_in: Browse, workspace: Workspace) -> None:
    browser = signed_in(Role.ADMINISTRATOR)
    first = workspace.today() + timedelta(days=3)
    last = first + timedelta(days=1)
    fields = {"first": first.isoformat(), "last": last.isoformat(), "what": "off"}
    assert send(browser, "/duty/days", PERSON, **P1, **fields)[0] == 303
    assert _shifts(workspace) == [Shift(first, "", ""), Shift(last, "", "")]
    hours = {"first": last.isoformat(), "what": "hours", "begins-0": "10:00", "ends-0": "14:00"}
    assert send(browser, "/duty/days", PERSON, **P1, **hours)[0] == 303
    assert _shifts(workspace)[1] == Shift(last, "10:00", "14:00")
    assert "10:00–14:00" in browser.get(PERSON).text
    back = {"first": first.isoformat(), "what": "week"}
    assert send(browser, "/duty/days", PERSON, **P1, **back)[0] == 303
    assert _shifts(workspace) == [Shift(last, "10:00", "14:00")]


def test_hours_that_leave_a_planned_tour_out_say_so(
    signed_in: Browse, places: dict[str, str], workspace: Workspace
) -> None:
    browser = signed_in(Role.SUPERVISOR)
    with workspace.reading() as session:
        tour = tours.get(session, places["<ref>"])
    path, day = f"/tours/{tour.ref}", f"/tours/day?on={tour.on}&team=T1"
    officer = {"kind": "officers", "ref": tour.officer_ref}
    assert "is off duty at the time of this tour" not in browser.get(path).text
    fields = {"first": tour.on.isoformat(), "what": "off"}
    status, to = send(browser, "/duty/days", PERSON, **officer, **fields)
    assert status == 303
    said = f"Outside these hours are planned tours: {tour.on.day} {tour.on:%b}."
    assert said in browser.get(to).text
    for page in (path, day):
        assert "The officer is off duty at the time of this tour" in browser.get(page).text
    # Back to the week's hours, nothing is wrong any more.
    fields = {"first": tour.on.isoformat(), "what": "week"}
    status, to = send(browser, "/duty/days", PERSON, **officer, **fields)
    assert said not in browser.get(to).text
    assert "is off duty" not in browser.get(path).text


def test_days_that_cannot_be(signed_in: Browse, workspace: Workspace) -> None:
    browser = signed_in(Role.SUPERVISOR)

    def said(first: date | str, last: date | str = "", **more: str) -> str:
        fields = {"first": str(first), "last": str(last), "what": "off"} | more
        status, page = send(browser, "/duty/days", PERSON, **P1, **fields)
        assert status == 400
        return page

    today = workspace.today()
    assert "the first day is empty" in said("")
    assert "the first day is over" in said(today - timedelta(days=1))
    assert "the last day is before the first" in said(today, today - timedelta(days=1))
    assert "these are 63 days" in said(today, today + timedelta(days=62))
    assert "no hours are given" in said(today, what="hours")
    assert _shifts(workspace) == []


def test_languages_and_districts(signed_in: Browse, workspace: Workspace) -> None:
    browser = signed_in(Role.SUPERVISOR)
    status, _ = send(
        browser, "/duty/skills", PERSON, **P1, languages="Spanish, asl; Spanish", district="2"
    )
    assert status == 303
    with workspace.reading() as session:
        assert duty.skills(session, "partners") == {"P1": ["Spanish", "asl"]}
        assert staff.get_police_partner(session, "P1").more_districts == ("2",)
    page = browser.get(PERSON).text
    assert 'value="2" checked' in page
    assert "1, also 2" in browser.get("/duty").text
    assert send(browser, "/duty/skills", PERSON, **P1, district="9")[0] == 400


def test_a_car_is_entered_and_changed(signed_in: Browse, workspace: Workspace) -> None:
    browser = signed_in(Role.SUPERVISOR)
    with workspace.reading() as session:
        office = str(staff.officers(session)["office_ref"].iloc[0])
    car = {"ref": "V1", "name": "Car One", "place": office}
    assert send(browser, "/duty/cars", "/duty", **car, active="yes")[0] == 303
    assert "Car One" in browser.get("/duty").text
    assert send(browser, "/duty/cars", "/duty", **car)[0] == 303
    with workspace.reading() as session:
        assert duty.cars(session, active_only=False)["active"].tolist() == [False]
    status, page = send(browser, "/duty/cars", "/duty", ref="V2", place="nowhere")
    assert status == 400
    assert "no field office or station" in page
    assert 'value="V2"' in page


def test_nobody_of_another_team_and_nobody_unknown(signed_in: Browse, workspace: Workspace) -> None:
    with workspace.transaction() as session:
        session.execute(
            text("UPDATE user_account SET team_refs = :teams WHERE username = 'supervisor'"),
            {"teams": '["T1"]'},
        )
    browser = signed_in(Role.SUPERVISOR)
    page = browser.get("/duty").text
    assert "Officer 1" in page
    assert "Officer 3" not in page
    assert browser.get("/duty/person?kind=officers&ref=O3").status_code == 404
    week = {"kind": "officers", "ref": "O3", "begins-0-0": "08:00", "ends-0-0": "09:00"}
    assert send(browser, "/duty/week", PERSON, **week)[0] == 404
    assert browser.get("/duty/person?kind=partners&ref=P9").status_code == 404
    assert _shifts(workspace, "officers", "O3") == []


def test_a_tour_off_duty_is_refused_beside_what_was_typed(
    signed_in: Browse, workspace: Workspace
) -> None:
    tomorrow = workspace.today() + timedelta(days=1)
    with workspace.transaction() as session:
        duty.replace_shifts(session, "officers", "O1", [Shift(tomorrow, "", "")], days=[tomorrow])
    browser = signed_in(Role.OFFICER)
    status, page = send(
        browser, "/tours", "/tours", on=tomorrow.isoformat(), departs="09:00", meet="station"
    )
    assert status == 400
    assert "The officer is off duty on" in page or "the officer is off duty on" in page
    assert 'value="09:00"' in page
    assert '<option value="station" selected>' in page
