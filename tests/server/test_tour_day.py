"""The page of a team's day, and the calls of its script."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import timedelta

from flask.testing import FlaskClient

from geoteam.model import Role
from geoteam.services.street_closures import close_street
from geoteam.services.workspace import Workspace
from tests.made_city import BOSS

Signed = Callable[[Role], FlaskClient]


def _post(client: FlaskClient, path: str, body: object) -> tuple[int, dict]:
    page = client.get("/tours/day").text
    found = re.search(r'name="csrf-token" content="([^"]+)"', page)
    assert found
    answer = client.post(path, json=body, headers={"X-CSRFToken": found[1]})
    return answer.status_code, answer.json


def _visits(page: str) -> list[str]:
    return re.findall(r'<li data-visit data-client="([^"]+)"', page)


def test_the_day_names_each_tour_and_the_police_are_kept_out(
    signed_in: Signed, places: dict[str, str], workspace: Workspace
) -> None:
    on = workspace.today() + timedelta(days=1)
    boss = signed_in(Role.SUPERVISOR)
    page = boss.get(f"/tours/day?on={on}&team=T1").text
    assert f'data-tour="{places["<ref>"]}"' in page
    assert 'aria-current="page">Day</a>' in page
    drawn = re.search(r'data-drawn="([^"]+)"', page)
    assert drawn
    (tour,) = json.loads(drawn[1].replace("&#34;", '"').replace("&#39;", "'"))
    assert tour["letter"] == "A"
    assert len(tour["stops"]) == 1
    assert 'data-closed="[]"' in page
    close_street(workspace, BOSS, street="B STREET NW", first=on, why="parade")
    page = boss.get(f"/tours/day?on={on}&team=T1").text
    assert "1 street is closed on this day" in page
    assert "B STREET NW (closed until" in page
    assert 'data-closed="[]"' not in page
    assert "1 street is closed on this day" in boss.get(f"/tours/{places['<ref>']}").text
    state = boss.get(f"/tours/day/state.json?on={on}&team=T1").json
    assert state["tours"][places["<ref>"]]["version"] == 1
    assert "client" not in json.dumps(state)
    assert boss.get(f"/tours/day?on={on}&team=T99").status_code == 404
    assert boss.get("/tours/day?on=2020-01-01").status_code == 200


def test_a_move_is_priced_kept_refused_when_stale_and_undone(
    signed_in: Signed, places: dict[str, str], workspace: Workspace
) -> None:
    on = workspace.today() + timedelta(days=1)
    boss, ref = signed_in(Role.SUPERVISOR), places["<ref>"]
    (client,) = _visits(boss.get(f"/tours/day?on={on}&team=T1").text)[:1]
    move = {"client": client, "source": ref, "target": "", "versions": {ref: 1}}
    status, said = _post(boss, "/tours/day/price", move | {"versions": {ref: 7}})
    assert status == 409
    assert "changed one of these tours" in said["error"]
    status, price = _post(boss, "/tours/day/price", move)
    assert (status, price["refused"]) == (200, "")
    assert price["changes"][0]["visits"] == [1, 0]
    assert price["points"] < 0
    status, said = _post(boss, "/tours/day/moves", move | {"versions": {ref: 7}})
    assert status == 409
    assert "changed" in said["error"]
    status, _ = _post(boss, "/tours/day/moves", move | {"versions": price["versions"]})
    assert status == 200
    page = boss.get(f"/tours/day?on={on}&team=T1").text
    assert "took it off the tour" in page
    assert "data-may-undo" in page
    assert _post(boss, "/tours/day/undo", {"tours": [ref]})[0] == 200
    assert client in _visits(boss.get(f"/tours/day?on={on}&team=T1").text)
    for path, body in (
        ("/tours/day/price", {}),
        ("/tours/day/moves", move | {"versions": None}),
        ("/tours/day/undo", {"tours": "all"}),
        ("/tours/day/price", {"client": client}),
    ):
        assert _post(boss, path, body)[0] == 422


def test_an_officer_sees_and_moves_the_officers_own_only(
    signed_in: Signed, places: dict[str, str], workspace: Workspace
) -> None:
    on = workspace.today() + timedelta(days=1)
    officer = signed_in(Role.OFFICER)
    page = officer.get(f"/tours/day?on={on}").text
    assert places["<ref>"] in page
    boss = signed_in(Role.SUPERVISOR)
    everybody = {*_visits(boss.get(f"/tours/day?on={on}&team=T1").text)}
    mine = {*_visits(page)}
    assert mine < everybody
    other = sorted(everybody - mine)[0]
    own = places["<ref>"]
    move = {"client": other, "source": "", "target": own, "versions": {own: 1}}
    assert _post(officer, "/tours/day/price", move)[0] == 404
