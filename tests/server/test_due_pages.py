"""The pages of what is due: four views, decisions, the file, and nobody's name in an address."""

from __future__ import annotations

import csv
import html
import io
import re
from collections.abc import Callable
from datetime import timedelta

from flask.testing import FlaskClient
from sqlalchemy import text

from geoteam.model import Role, User
from geoteam.services import audit, tours, visit_decisions
from geoteam.services.operator import operator
from geoteam.services.visits_board import DueOptions
from geoteam.services.visits_due import due_board
from geoteam.services.wording import told_day
from geoteam.services.workspace import Workspace
from geoteam.store import assignments
from tests.server.served import EVIL, send

SignedIn = Callable[[Role], FlaskClient]
PAGE = "/tours/due"


def _page(client: FlaskClient, query: str = "") -> str:
    answer = client.get(f"{PAGE}{query}")
    assert answer.status_code == 200
    return html.unescape(answer.text)


def test_the_calendar_leads_to_the_list_of_a_day(signed_in: SignedIn, workspace: Workspace) -> None:
    client = signed_in(Role.SUPERVISOR)
    board = due_board(workspace, operator("test"), DueOptions())
    page = _page(client)
    links = re.findall(r'href="(/tours/due\?[^"#]*day=(\d{4}-\d\d-\d\d))#listed"', page)
    assert [day for _, day in links] == [one.on.isoformat() for one in board.days()]
    assert f"Backlog: {len(board.overdue)} overdue" in page
    busy = max(board.days(), key=lambda one: one.due)
    target = {day: link for link, day in links}[busy.on.isoformat()]
    listed = html.unescape(client.get(target).text)
    assert 'aria-current="date"' in listed
    for name in board.listed(busy.on.isoformat())["name"]:
        assert name in listed
    # Only numbers of days, areas, teams and officers stand in addresses.
    for ref in board.visits["client_ref"]:
        assert not re.search(rf'href="[^"]*{ref}', listed)


def test_each_view_shows_its_part(signed_in: SignedIn) -> None:
    client = signed_in(Role.SUPERVISOR)
    assert "All visits until" in _page(client, "?view=list&team=T1&days=7")
    by_area = _page(client, "?view=map&by=service_area&area=101")
    assert 'src="/tours/due/map?by=service_area&area=101&days=28"' in by_area
    assert 'data-code="101"' in by_area
    hours = _page(client, "?view=hours")
    assert "How this is reckoned" in hours
    assert ">Enough<" in hours
    frame = client.get("/tours/due/map?by=service_area")
    assert frame.status_code == 200
    assert EVIL not in frame.text
    for query in ("?view=else", "?by=ward", "?days=0", "?day=soon"):
        assert client.get(f"{PAGE}{query}").status_code == 400
    assert client.get(f"{PAGE}?team=T9").status_code == 404


def test_what_cannot_be_planned_leads_to_its_reasons(
    signed_in: SignedIn, workspace: Workspace
) -> None:
    client = signed_in(Role.SUPERVISOR)
    assert "Visits due to plan" in _page(client)
    assert '#waiting"' not in _page(client)
    in_review = """UPDATE geocode SET decision = 'review' WHERE residence_id IN (SELECT r.id
        FROM residence r JOIN client c ON c.id = r.client_id WHERE c.ref = :ref)"""
    board = due_board(workspace, operator("test"), DueOptions())
    with workspace.transaction() as session:
        session.execute(text(in_review), {"ref": str(board.overdue["client_ref"].iloc[0])})
    found = re.search(r'href="([^"]*)#waiting">Cannot be planned yet</a>', _page(client))
    assert found
    assert 'id="waiting"' in client.get(found[1]).text


def test_an_officer_sees_their_own_and_decides_nothing(
    signed_in: SignedIn, workspace: Workspace
) -> None:
    client = signed_in(Role.OFFICER)
    page = _page(client, "?view=list")
    assert 'name="officer"' not in page
    assert 'name="until"' not in page
    own = set(due_board(workspace, operator("test"), DueOptions(officer="O1")).visits["name"])
    others = set(due_board(workspace, operator("test"), DueOptions()).visits["name"]) - own
    assert all(name in page for name in own)
    assert not any(name in page for name in others)


def test_a_visit_is_excluded_and_the_decision_withdrawn(
    signed_in: SignedIn, workspace: Workspace
) -> None:
    client = signed_in(Role.SUPERVISOR)
    board = due_board(workspace, operator("test"), DueOptions())
    ref = str(board.overdue["client_ref"].iloc[0])
    until = workspace.today() + timedelta(days=90)
    back = f"{PAGE}?view=list&days=28"
    fields = {"client_ref": ref, "until": until.isoformat(), "why": "in hospital", "back": back}
    assert send(client, f"{PAGE}/exclude", PAGE, **fields) == (303, back)
    page = _page(client, "?view=list")
    assert "Due, but excluded by a supervisor" in page
    assert "in hospital" in page
    (told,) = visit_decisions.list_decisions(workspace, operator("test"))
    status, _ = send(client, f"{PAGE}/withdraw", PAGE, decision=str(told["decision_id"]))
    assert status == 303
    assert "in hospital" not in _page(client, "?view=list")
    actions = [row["action"] for row in audit.list_events(workspace, None).rows]
    assert {"visit.exclude", "visit.withdraw"} <= set(actions)


def test_the_tour_that_still_visits_an_excluded_client_is_named_by_its_day(
    signed_in: SignedIn, workspace: Workspace
) -> None:
    board = due_board(workspace, operator("test"), DueOptions())
    ref = str(board.overdue["client_ref"].iloc[0])
    with workspace.reading() as session:
        officer = str(assignments.on_day(session, workspace.today())["officer"][ref])
    tomorrow = workspace.today() + timedelta(days=1)
    made = tours.plan_tour(workspace, operator("test"), on=tomorrow, officer_ref=officer)
    stop = tours.tour(workspace, operator("test"), made).stops[0]["client_ref"]
    until = (workspace.today() + timedelta(days=90)).isoformat()
    client = signed_in(Role.SUPERVISOR)
    fields = {"client_ref": stop, "until": until, "why": "in hospital", "back": PAGE}
    assert send(client, f"{PAGE}/exclude", PAGE, **fields)[0] == 303
    assert f"still visits this client: {told_day(tomorrow)}." in _page(client, "")


def test_a_visit_is_added_and_refusals_are_told(signed_in: SignedIn, workspace: Workspace) -> None:
    client = signed_in(Role.SUPERVISOR)
    board = due_board(workspace, operator("test"), DueOptions())
    ref = str(board.open["client_ref"].iloc[0])
    status, page = send(client, f"{PAGE}/add", PAGE, client_ref=ref, why="x")
    assert status == 400
    assert "the reason is too short" in html.unescape(page).lower()
    back = "https://elsewhere.example/"
    status, target = send(client, f"{PAGE}/add", PAGE, client_ref=ref, why="asked for", back=back)
    assert (status, target) == (303, PAGE)
    listed = _page(client, f"?view=list&day={board.first.isoformat()}")
    listed += _page(client, "?view=list&day=overdue")
    assert "asked for" in listed
    status, page = send(client, f"{PAGE}/add", PAGE, client_ref=ref, why="asked again")
    assert status == 400
    assert "already" in page
    assert send(client, f"{PAGE}/add", PAGE, client_ref="C404", why="asked for")[0] == 404


def test_a_client_is_found_by_name_and_no_id_is_typed(
    signed_in: SignedIn, workspace: Workspace
) -> None:
    client = signed_in(Role.SUPERVISOR)
    asked = f"{PAGE}/find?view=list&team=T1"
    status, target = send(client, asked, PAGE, search="person07")
    assert status == 303
    # Neither a name nor an id stands in the address; the filters stay.
    assert target.startswith(f"{PAGE}?view=list&team=T1&")
    assert target.endswith("#decide")
    assert not re.search("person07|C007", target, re.IGNORECASE)
    page = html.unescape(client.get(target).text)
    found = page[page.index('id="decide"') :]
    assert "1 client fits." in found
    assert "Tess Person07" in found
    # The only one fitting: what to do stands open.
    assert found.count("<details open>") == 1
    ref = open_record(found)
    assert ref == "C007"
    back = html.unescape(re.findall(r'name="back" value="([^"]+)"', found)[0])
    fields = {"client_ref": ref, "why": "the court asked", "back": back}
    assert send(client, f"{PAGE}/add", target, **fields) == (303, back)
    # Once decided, the next who looks is told, and may withdraw it.
    again = html.unescape(client.get(target).text)
    found = again[again.index('id="decide"') :]
    assert "A visit is added already: the court asked" in found
    assert "Add the visit" not in found
    assert "Nobody whom you may see fits" in html.unescape(
        client.get(send(client, asked, PAGE, search="nobody at all")[1]).text
    )


def test_nobody_else_finds_clients_and_many_are_said_to_be_many(
    signed_in: SignedIn, workspace: Workspace
) -> None:
    found = visit_decisions.find_clients(workspace, operator("test"), "person")
    assert len(found.rows) == visit_decisions.MOST_FOUND < found.total
    west = User(9, "west", "Wes West", Role.SUPERVISOR, team_refs=("T1",))
    mine = visit_decisions.find_clients(workspace, west, "person")
    assert mine.total < found.total
    officer = signed_in(Role.OFFICER)
    assert send(officer, f"{PAGE}/find", PAGE, search="person07")[0] == 403
    target = send(signed_in(Role.SUPERVISOR), f"{PAGE}/find", PAGE, search="person07")[1]
    assert "Tess Person07" not in officer.get(target).text.partition('id="decide"')[2]


def test_the_file_has_the_rows_of_the_list(signed_in: SignedIn, workspace: Workspace) -> None:
    client = signed_in(Role.SUPERVISOR)
    board = due_board(workspace, operator("test"), DueOptions())
    answer = client.get(f"{PAGE}/visits.csv")
    assert answer.headers["Content-Disposition"] == 'attachment; filename="visits-due.csv"'
    rows = list(csv.DictReader(io.StringIO(answer.text.removeprefix("\ufeff"))))
    assert len(rows) == len(board.visits) + len(board.waiting) + len(board.excluded)
    assert {row["state"] for row in rows} <= {"to plan", "on a tour", "cannot be planned"}
    overdue = client.get(f"{PAGE}/visits.csv?day=overdue").text
    assert len(overdue.splitlines()) == 1 + len(board.overdue)
    events = audit.list_events(workspace, None).rows
    assert [row["action"] for row in events[:2]] == ["tours.due.export"] * 2
    assert set(events[1]["detail"]["clients"]) == {row["client_ref"] for row in rows}


def test_the_record_tells_of_a_decision_and_takes_one(
    signed_in: SignedIn, workspace: Workspace, places: dict[str, str]
) -> None:
    boss, officer = signed_in(Role.SUPERVISOR), signed_in(Role.OFFICER)
    path = f"/clients/{places['<word>']}"
    for client in (boss, officer):
        send(client, path, PAGE if client is boss else "/tours/due", purpose="supervision")
    assert "Add a visit" in boss.get(path).text
    # The officer sees what was decided, and decides nothing.
    assert "Next visit" not in officer.get(path).text
    ref = open_record(boss.get(path).text)
    fields = {"client_ref": ref, "why": "the court asked", "back": path}
    assert send(boss, f"{PAGE}/add", path, **fields) == (303, path)
    told = officer.get(path).text
    assert "the court asked" in told
    assert "Withdraw" not in told
    (kept,) = visit_decisions.list_decisions(workspace, operator("test"))
    number = str(kept["decision_id"])
    assert send(boss, f"{PAGE}/withdraw", path, decision=number, back=path) == (303, path)
    assert "the court asked" not in officer.get(path).text


def open_record(page: str) -> str:
    found = re.search(r'name="client_ref" value="([^"]+)"', page)
    assert found
    return found[1]
