"""Sheets that are printed, numbered and scanned again, and tours as files."""

from __future__ import annotations

import csv
import io
import subprocess
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from geoteam.errors import DisclosureError, InputError, NotFoundError
from geoteam.model import User
from geoteam.services import audit, tours
from geoteam.services.phone_map import phone_map_is_on, set_phone_map
from geoteam.services.sheet_state import sheet_state
from geoteam.services.sheets import Printing, print_tours, teams_to_print, tours_to_print
from geoteam.services.tour_export import KINDS, export_tour
from geoteam.services.visit_decisions import exclude_visits
from geoteam.services.workspace import Workspace
from geoteam.store import visit_limits
from tests.made_city import ADMIN, AUDITOR, BOSS, LOOSE, P1, P2, RELATIONS, WEST
from tests.tiny_city import TODAY

NEXT = TODAY + timedelta(days=1)
OFFICER = Printing()
POLICE = Printing(copy="police")


def _plan(workspace: Workspace, officer: str = "", *, stops: int = 3) -> str:
    """A tour with several stops, of an officer of the west."""
    due = {ref: len(tours.visits_due(workspace, BOSS, NEXT, ref)) for ref in ("O1", "O2")}
    officer = officer or max(due, key=lambda ref: due[ref])
    return tours.plan_tour(
        workspace,
        BOSS,
        on=NEXT,
        officer_ref=officer,
        police_partner_ref="P1" if officer in due else "P2",
        max_stops=stops,
    )


def _last(workspace: Workspace) -> dict[str, Any]:
    return audit.list_events(workspace, None, page_size=1).rows[0]


def _pages(pdf: bytes, folder: Path) -> list[str]:
    path = folder / "sheets.pdf"
    path.write_bytes(pdf)
    done = subprocess.run(["pdftotext", "-layout", path, "-"], capture_output=True, check=True)
    return [" ".join(page.split()) for page in done.stdout.decode().split("\f")[:-1]]


def _sql(workspace: Workspace, sql: str, **values: object) -> None:
    with workspace.transaction() as session:
        session.execute(text(sql), values)


def test_a_days_tours_are_one_file_and_each_is_audited(fresh: Workspace, tmp_path: Path) -> None:
    west, east = _plan(fresh, "O1"), _plan(fresh, "O3")
    refs = tours_to_print(fresh, BOSS, NEXT)
    assert sorted(refs) == sorted([west, east])
    assert tours_to_print(fresh, BOSS, NEXT, "T1") == [west]
    assert teams_to_print(fresh, BOSS, NEXT) == {"T1": 1, "T2": 1}
    assert tours_to_print(fresh, WEST, NEXT) == [west]
    assert teams_to_print(fresh, P2, NEXT) == {"": 1}
    assert tours_to_print(fresh, P2, NEXT) == [east]
    assert tours_to_print(fresh, BOSS, TODAY) == []
    for user in (LOOSE, RELATIONS, ADMIN, AUDITOR):
        assert tours_to_print(fresh, user, NEXT) == []

    before = audit.list_events(fresh, None).total
    pages = _pages(print_tours(fresh, BOSS, [west, east], OFFICER), tmp_path)
    events = audit.list_events(fresh, None, page_size=2)
    assert events.total == before + 2
    assert [(one["action"], one["object_ref"]) for one in events.rows] == [
        ("tour.print", east), ("tour.print", west),
    ]  # fmt: skip
    # Each tour has its own pages, counted anew.
    for ref in (west, east):
        own = [page for page in pages if ref in page]
        assert f"{ref} · page 1 of {len(own)}" in own[0]
        assert f"{ref} · page {len(own)} of {len(own)}" in own[-1]
    assert not any(west in page and east in page for page in pages)


def test_of_several_tours_the_one_that_cannot_be_printed_is_named(fresh: Workspace) -> None:
    west, east = _plan(fresh, "O1"), _plan(fresh, "O3")
    tours.cancel_tour(fresh, BOSS, east, "Rain")
    before = audit.list_events(fresh, None).total
    with pytest.raises(
        InputError, match=f"cancelled and cannot be printed. Where: the tour {east}"
    ):
        print_tours(fresh, BOSS, [west, east], OFFICER)
    with pytest.raises(NotFoundError, match="Where: the tour nosuchtour"):
        print_tours(fresh, BOSS, [west, "nosuchtour"], OFFICER)
    assert audit.list_events(fresh, None).total == before


def test_a_print_is_noted_by_references_alone(lone: Workspace) -> None:
    ref = _plan(lone)
    print_tours(lone, BOSS, [ref], OFFICER)
    told = str(_last(lone)["detail"])
    assert "Tess" not in told
    assert "STREET" not in told
    assert "letter" in told


def test_copies_are_numbered_and_say_for_whom(fresh: Workspace, tmp_path: Path) -> None:
    ref = _plan(fresh)
    address = "https://geoteam.example/tours/"
    for number, printing in enumerate((OFFICER, POLICE, POLICE), start=1):
        page = _pages(print_tours(fresh, BOSS, [ref], printing), tmp_path)[0]
        assert f"Copy {number}" in page
    assert "Police One" in page.split("Printed for", 1)[1]
    assert "Bea Boss" in page
    pages = " ".join(_pages(print_tours(fresh, P1, [ref], POLICE), tmp_path))
    assert "For the joint visits of this tour only" in pages
    assert "Copy 4" in pages
    assert print_tours(fresh, P1, [ref], Printing("police", address=lambda one: address + one))


@pytest.mark.parametrize("paper", ["letter", "a4"])
@pytest.mark.parametrize("large", [False, True])
def test_paper_and_large_print(lone: Workspace, tmp_path: Path, paper: str, large: bool) -> None:
    ref = _plan(lone)
    pdf = print_tours(lone, BOSS, [ref], Printing(paper=paper, large=large))
    path = tmp_path / "one.pdf"
    path.write_bytes(pdf)
    told = subprocess.run(["pdfinfo", path], capture_output=True, check=True, text=True).stdout
    size = next(line for line in told.splitlines() if line.startswith("Page size"))
    assert ("595" in size) == (paper == "a4")
    assert "612" in size or paper == "a4"
    assert any(line.split() == ["Tagged:", "yes"] for line in told.splitlines())
    every = " ".join(_pages(pdf, tmp_path))
    for word in ("Directions", "Not home", "To stop 1", "Back to Field Office"):
        assert word in every


def test_what_is_not_printed(lone: Workspace) -> None:
    ref = _plan(lone)
    before = audit.list_events(lone, None).total
    with pytest.raises(InputError, match="1 to 50 tours, not 0"):
        print_tours(lone, BOSS, [], OFFICER)
    with pytest.raises(InputError, match="1 to 50 tours, not 51"):
        print_tours(lone, BOSS, [ref] * 51, OFFICER)
    with pytest.raises(InputError, match="letter or A4"):
        print_tours(lone, BOSS, [ref], Printing(paper="a5"))
    with pytest.raises(DisclosureError, match="not for the police"):
        print_tours(lone, P1, [ref], OFFICER)
    with pytest.raises(NotFoundError):
        print_tours(lone, P2, [ref], POLICE)
    # One that may not be printed keeps all of them back.
    with pytest.raises(NotFoundError):
        print_tours(lone, BOSS, [ref, "nothing"], OFFICER)
    assert audit.list_events(lone, None).total == before


def test_a_scanned_sheet_is_up_to_date_until_something_changes(fresh: Workspace) -> None:
    ref = _plan(fresh)
    assert sheet_state(fresh, BOSS, ref, 1).printed_at is None
    print_tours(fresh, BOSS, [ref], OFFICER)
    print_tours(fresh, BOSS, [ref], POLICE)
    for user, number in ((BOSS, 1), (BOSS, 2), (P1, 2), (WEST, 1)):
        state = sheet_state(fresh, user, ref, number)
        assert (state.printed_at, state.changes) == (fresh.now(), [])
    for number in (0, 3, -1):
        assert sheet_state(fresh, BOSS, ref, number).printed_at is None
    with pytest.raises(NotFoundError):
        sheet_state(fresh, P2, ref, 2)

    tours.cancel_tour(fresh, BOSS, ref, "Rain")
    for user in (BOSS, P1):
        state = sheet_state(fresh, user, ref, 2)
        assert state.changes == ["The tour is cancelled; no more visits are made on it."]


def test_a_sheet_whose_client_has_moved_is_out_of_date(fresh: Workspace, tmp_path: Path) -> None:
    ref = _plan(fresh)
    stops = tours.tour(fresh, BOSS, ref).stops
    assert not any(stop["changed"] for stop in stops)
    moved = stops[-1]
    print_tours(fresh, BOSS, [ref], POLICE)
    client = "(SELECT id FROM client WHERE ref = :ref)"
    _sql(fresh, f"UPDATE residence SET valid_to = :day WHERE valid_to IS NULL AND client_id = {client}",
         ref=moved["client_ref"], day=TODAY)  # fmt: skip
    _sql(fresh, "INSERT INTO residence (client_id, kind, address, zip, valid_from) "
         f"VALUES ({client}, 'address', '9 NEW ROAD', '', :day)",
         ref=moved["client_ref"], day=TODAY)  # fmt: skip
    place = moved["number"]
    for user in (BOSS, P1):
        state = sheet_state(fresh, user, ref, 1)
        assert state.changes == [f"The client of stop {place} has another address."]
    # The place on the map is the old home's, and so is the address that stands beside it.
    now = tours.tour(fresh, BOSS, ref).stops[-1]
    assert now["changed"].startswith("Has moved")
    assert "NEW ROAD" not in now["address"]
    pages = " ".join(_pages(print_tours(fresh, BOSS, [ref], OFFICER), tmp_path))
    assert "Has moved since the tour was planned" in pages


def test_a_stop_says_that_nobody_is_to_go_there_any_more(fresh: Workspace) -> None:
    ref = _plan(fresh)
    doubted, closed, excluded, *rest = (
        one["client_ref"] for one in tours.tour(fresh, BOSS, ref).stops
    )
    client = "(SELECT id FROM client WHERE ref = :ref)"
    _sql(fresh, "UPDATE geocode SET decision = 'review' WHERE valid_to IS NULL AND residence_id IN "
         f"(SELECT id FROM residence WHERE client_id = {client})", ref=doubted)  # fmt: skip
    _sql(fresh, "UPDATE client SET active = :off WHERE ref = :ref", off=False, ref=closed)
    until = TODAY + timedelta(days=30)
    exclude_visits(fresh, BOSS, excluded, until=until, why="Armed and angry")
    for user in (BOSS, P1):
        told = {one["client_ref"]: one["changed"] for one in tours.tour(fresh, user, ref).stops}
        assert "in doubt" in told[doubted]
        assert told[closed] == told[excluded] == "Not to be visited any more: ask before going."
        assert not any(told[one] for one in rest)


def test_a_sheet_of_other_times_stops_or_notes_is_out_of_date(lone: Workspace) -> None:
    ref = _plan(lone)
    stops = tours.tour(lone, BOSS, ref).stops
    assert len(stops) > 1
    print_tours(lone, BOSS, [ref], OFFICER)
    _sql(lone, "UPDATE client SET access_notes = 'New dog' WHERE ref = :ref",
         ref=stops[0]["client_ref"])  # fmt: skip
    assert sheet_state(lone, BOSS, ref, 1).changes == [
        "Times, names, notes or hours on it have changed."
    ]
    print_tours(lone, BOSS, [ref], OFFICER)
    assert sheet_state(lone, BOSS, ref, 2).changes == []
    tour = "tour_id = (SELECT id FROM tour WHERE ref = :ref)"
    _sql(lone, f"UPDATE stop SET position = position + 10 WHERE position = 1 AND {tour}", ref=ref)
    assert sheet_state(lone, BOSS, ref, 2).changes == ["The order of the stops has changed."]
    _sql(lone, f"DELETE FROM stop WHERE position = 11 AND {tour}", ref=ref)
    assert sheet_state(lone, BOSS, ref, 2).changes == ["No longer visited: stop 1 of the sheet."]


def _taken(workspace: Workspace, user: User, ref: str, kind: str) -> str:
    return export_tour(workspace, user, ref, kind).decode("utf-8-sig")


def test_files_hold_what_they_may(fresh: Workspace) -> None:
    ref = _plan(fresh)
    stop = tours.tour(fresh, BOSS, ref).stops[0]
    for user in (BOSS, P1):
        for kind in KINDS:
            body = _taken(fresh, user, ref, kind)
            event = _last(fresh)
            assert event["action"] == ("tour.export" if user is BOSS else "tour.export.police")
            assert event["detail"]["kind"] == kind
            # Who is visited stands in the table alone.
            assert (stop["name"] in body) == (kind == "csv"), kind
            assert (stop["client_ref"] in body) == (kind == "csv"), kind
    own = list(csv.DictReader(io.StringIO(_taken(fresh, BOSS, ref, "csv"))))
    theirs = list(csv.DictReader(io.StringIO(_taken(fresh, P1, ref, "csv"))))
    assert set(own[0]) - set(theirs[0]) == {"reason", "announced"}
    assert [row["number"] for row in own] == [str(n) for n in range(1, len(own) + 1)]
    # On the city's clock.
    assert own[0]["arrives_at"].startswith("2026-06-16T08:0")
    assert own[0]["arrives_at"].endswith("-04:00")


def test_files_are_for_those_who_may_see_the_tour(lone: Workspace) -> None:
    ref = _plan(lone)
    before = audit.list_events(lone, None).total
    for user in (P2, LOOSE, RELATIONS, ADMIN, AUDITOR):
        for kind in KINDS:
            with pytest.raises(NotFoundError):
                export_tour(lone, user, ref, kind)
    with pytest.raises(InputError, match="cannot be written as 'exe'"):
        export_tour(lone, BOSS, ref, "exe")
    assert audit.list_events(lone, None).total == before
    tours.cancel_tour(lone, BOSS, ref, "Rain")
    for user in (BOSS, P1):
        with pytest.raises(InputError, match="cancelled"):
            export_tour(lone, user, ref, "gpx")


def test_the_phones_map_is_off_until_an_administrator_turns_it_on(lone: Workspace) -> None:
    assert not phone_map_is_on(lone)
    for user in (BOSS, P1, RELATIONS, AUDITOR):
        with pytest.raises(DisclosureError):
            set_phone_map(lone, user, on=True)
    set_phone_map(lone, ADMIN, on=True)
    assert phone_map_is_on(lone)
    assert (_last(lone)["action"], _last(lone)["object_ref"]) == ("service.enable", "phone_map")
    set_phone_map(lone, ADMIN, on=False)
    assert not phone_map_is_on(lone)


def test_who_signs_has_every_outcome_before_their_eyes(lone: Workspace, tmp_path: Path) -> None:
    ref = _plan(lone)
    for large in (False, True):
        text_of = " ".join(_pages(print_tours(lone, BOSS, [ref], Printing(large=large)), tmp_path))
        for outcome in ("Made", "Not home", "Refused", "Moved", "Unsafe"):
            assert outcome in text_of
        signed = text_of.index("Police partner, date and time")
        assert text_of.index("Unsafe") < signed < text_of.index("Directions")


def test_a_note_that_says_no_more_than_a_limit_is_printed_once(
    fresh: Workspace, tmp_path: Path
) -> None:
    ref = _plan(fresh, "O1")
    client = tours.tour(fresh, BOSS, ref).stops[0]["client_ref"]
    with fresh.transaction() as session:
        limits = [{"client_ref": client, "two_officers": True}]
        visit_limits.save(session, limits, by="boss", at=fresh.now())
    for note, printed in (("two officers.", 1), ("Two officers, ring twice", 2)):
        _sql(
            fresh, "UPDATE client SET access_notes = :note WHERE ref = :ref", note=note, ref=client
        )
        pages = " ".join(_pages(print_tours(fresh, BOSS, [ref], OFFICER), tmp_path))
        assert pages.casefold().count("two officers") == printed
