"""Closed streets as a supervisor and an administrator see and set them, and on a tour's page."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from flask.testing import FlaskClient

from geoteam.model import Role
from geoteam.services import tours
from geoteam.services.street_closures import close_street, list_closures
from geoteam.services.workspace import Workspace
from tests.made_city import BOSS
from tests.server.served import send

Browse = Callable[[Role], FlaskClient]
PAGE = "/streets"


def test_a_street_is_closed_and_opened_on_the_page(signed_in: Browse, workspace: Workspace) -> None:
    for role in (Role.SUPERVISOR, Role.ADMINISTRATOR):
        browser = signed_in(role)
        page = browser.get(PAGE).text
        assert "No street is closed" in page
        assert '<option value="A STREET NW">' in page
        fields = {"street": "A STREET NW", "between": "1ST STREET NW", "and": "2ND STREET NW"}
        days = {"first": workspace.today().isoformat(), "last": "", "why": "works"}
        assert send(browser, "/streets/close", PAGE, **fields, **days) == (303, PAGE)
        page = browser.get(PAGE).text
        assert "between 1ST STREET NW and 2ND STREET NW" in page
        (closure,) = list_closures(workspace, BOSS)
        assert send(browser, "/streets/open", PAGE, closure=closure.ref) == (303, PAGE)
    assert list_closures(workspace, BOSS) == []


def test_what_cannot_be_is_said_and_what_was_typed_stays(
    signed_in: Browse, workspace: Workspace
) -> None:
    browser = signed_in(Role.SUPERVISOR)
    days = {"first": workspace.today().isoformat(), "last": "", "why": "water main"}
    for fields, words in (
        ({"street": "AA STREET NW"}, "Did you mean"),
        ({"street": "A STREET NW", "between": "1ST STREET NW"}, "one end of the part is missing"),
        ({"street": "A STREET NW", "why": ""}, "no reason is given"),
    ):
        status, page = send(browser, "/streets/close", PAGE, **(days | fields))
        assert status == 400
        assert words.casefold() in page.casefold()
        assert f'value="{fields["street"]}" autocomplete' in page
    assert list_closures(workspace, BOSS) == []


def test_a_tour_s_page_says_that_the_route_is_out_of_date_and_plans_anew(
    signed_in: Browse, workspace: Workspace
) -> None:
    on = workspace.today() + timedelta(days=1)
    ref = tours.plan_tour(workspace, BOSS, on=on, officer_ref="O1")
    browser = signed_in(Role.OFFICER)
    assert "out of date" not in browser.get(f"/tours/{ref}").text
    steps = [step for leg in tours.tour(workspace, BOSS, ref).steps for step in leg]
    street = max(steps, key=lambda step: step["length_m"])["street"]
    close_street(workspace, BOSS, street=street, why="parade", first=on)
    page = browser.get(f"/tours/{ref}").text
    assert "The route is out of date." in page
    assert f"It uses {street} (closed until" in page
    status, to = send(browser, f"/tours/{ref}/replan", f"/tours/{ref}", version="1")
    assert (status, to) == (303, f"/tours/{ref}")
    page = browser.get(f"/tours/{ref}").text
    assert "version 2" in page
    assert "out of date" not in page
