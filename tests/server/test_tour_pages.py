"""The page of all tours: whose tours and officers it offers, and what a wrong address says."""

from __future__ import annotations

import html
import re
from collections.abc import Callable

from flask.testing import FlaskClient

from geoteam.model import Role

Signed = Callable[[Role], FlaskClient]


def test_officers_stand_under_their_teams_and_a_team_leaves_the_others_out(
    signed_in: Signed, places: dict[str, str]
) -> None:
    boss = signed_in(Role.SUPERVISOR)
    link = f'href="/tours/{places["<ref>"]}"'
    page = html.unescape(boss.get("/tours").text)
    assert re.findall(r'<optgroup label="([^"]+)">', page)[:3] == [
        "West Team", "East Team", "Mental Health Team"
    ]  # fmt: skip
    assert '<optgroup label="District 1">' in page
    assert link in page
    assert link in boss.get("/tours?team=T1").text
    east = boss.get("/tours?team=T2&officer=O1").text
    assert link not in east
    # The officer of another team is not chosen any more.
    assert "Choose an officer above" in east
    assert "Officer 1<" not in east


def test_an_officer_is_offered_no_other(signed_in: Signed) -> None:
    page = signed_in(Role.OFFICER).get("/tours").text
    assert 'name="officer">' not in page.partition("</form>")[0]
    assert 'name="team">' not in page


def test_a_wrong_address_says_one_thing(signed_in: Signed) -> None:
    answer = signed_in(Role.SUPERVISOR).get("/tours/duty")
    assert answer.status_code == 404
    assert "<h1>There is no such tour</h1>" in answer.text
    assert "no such page" not in answer.text
    assert "Go to the tours" in answer.text
    assert answer.text.count("no such tour") == 2  # In the title, too.
