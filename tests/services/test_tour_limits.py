"""Hours of the day, minutes, and clients who must not meet, on planned tours."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from geoteam.services import tours
from geoteam.services.tour_day import team_day
from geoteam.services.tour_export import export_tour
from geoteam.services.tour_help import find_remedies
from geoteam.services.tour_plans import due_frame
from geoteam.services.tour_replan import replan_rest
from geoteam.services.tour_stops import told_limits
from geoteam.services.tour_week import plan_team_week
from geoteam.services.workspace import Workspace
from geoteam.store import clients, duty, visit_limits
from geoteam.store.tables import ClientRow
from tests.made_city import BOSS, NOW, P1
from tests.services.test_road import planned, say, word
from tests.services.touring import officer_with, printed, text_of
from tests.tiny_city import TODAY


def _set_hours(workspace: Workspace, ref: str, windows: list[list[str]]) -> None:
    with workspace.transaction() as session:
        row = session.get(ClientRow, clients.refs_to_ids(session, [ref])[ref])
        assert row is not None
        row.windows = windows


def _apart(workspace: Workspace, *pairs: tuple[str, str]) -> None:
    with workspace.transaction() as session:
        rows = [(*pair, "Co-defendants") for pair in pairs]
        visit_limits.save_no_contact(session, rows, by="test", at=workspace.now())


def test_the_visits_due_come_with_what_they_must_keep_to(lone: Workspace) -> None:
    officer = officer_with(lone, "C009")
    _set_hours(lone, "C009", [["17:00", "20:00", "mon"], ["08:00", "09:00", "tue"]])
    limits = {"client_ref": "C009", "interpreter": "Spanish", "two_officers": True,
              "service_minutes": 45.0}  # fmt: skip
    with lone.transaction() as session:
        visit_limits.save(session, [limits], by="test", at=lone.now())
        due, _ = due_frame(lone, session, TODAY, [officer])
    own = due.loc["C009"]
    assert (own["service_s"], own["interpreter"], own["two_officers"]) == (2700, "Spanish", True)
    ((opens, closes),) = own["windows"]
    assert (f"{opens:%a %H:%M}", f"{closes:%a %H:%M}") == ("Mon 17:00", "Mon 20:00")
    rest = due.drop(index="C009")
    assert set(rest["service_s"]) == {lone.profile.tours.service_minutes * 60}
    assert not rest["dog"].any()


def test_who_is_at_home_on_other_days_is_left_out_with_a_reason(lone: Workspace) -> None:
    officer = officer_with(lone, "C009")
    _set_hours(lone, "C009", [["08:00", "20:00", "wed thu"]])
    ref = tours.plan_tour(lone, BOSS, on=TODAY, officer_ref=officer, departs="13:00")
    find_remedies(lone, BOSS, ref)
    view = tours.tour(lone, BOSS, ref)
    (out,) = [one for one in view.left_out if one["client_ref"] == "C009"]
    assert out["code"] == "no_window"
    assert "at home on other days only" in out["reason"]
    assert out["remedy"] == "Plan a tour on Wed 17 Jun. At home: Wed, Thu 08:00–20:00."


def test_a_week_visits_on_the_day_at_home(lone: Workspace) -> None:
    wednesday = TODAY + timedelta(days=2)
    for ref in ("C005", "C006", "C009", "C010"):
        _set_hours(lone, ref, [["08:00", "20:00", "wed"]])
    week = plan_team_week(lone, BOSS, team_ref="T1", first=TODAY)
    days = {
        stop["client_ref"]: one["on"] for one in week.tours for stop in one["stops"]
        if stop["client_ref"] != "C001"
    }  # fmt: skip
    assert days
    assert set(days.values()) == {wednesday}


def test_a_tour_says_that_two_on_it_must_not_meet_any_more(lone: Workspace) -> None:
    officer = officer_with(lone, "C009")
    ref = tours.plan_tour(lone, BOSS, on=TODAY, officer_ref=officer, police_partner_ref="P1",
                          departs="13:00")  # fmt: skip
    one, other, *_ = (stop["client_ref"] for stop in tours.tour(lone, BOSS, ref).stops)
    assert not any("must not meet" in text for text in tours.tour(lone, BOSS, ref).advice)
    _apart(lone, (one, other))
    assert (
        tours.tour(lone, BOSS, ref).advice[0].startswith("Two clients on this tour must not meet")
    )
    # Not for the police.
    assert tours.tour(lone, P1, ref).advice == []


def test_two_who_must_not_meet_are_on_no_tour_together(lone: Workspace) -> None:
    officer = officer_with(lone, "C009")
    free = tours.plan_tour(lone, BOSS, on=TODAY, officer_ref=officer, departs="13:00")
    together = [stop["client_ref"] for stop in tours.tour(lone, BOSS, free).stops]
    assert len(together) >= 2
    tours.cancel_tour(lone, BOSS, free, why="To be planned with limits")
    first, second = together[:2]
    _apart(lone, (first, second))
    ref = tours.plan_tour(lone, BOSS, on=TODAY, officer_ref=officer, departs="13:00")
    view = tours.tour(lone, BOSS, ref)
    assert len({first, second} & {stop["client_ref"] for stop in view.stops}) == 1
    (out,) = [one for one in view.left_out if one["client_ref"] in (first, second)]
    assert out["code"] == "no_contact"
    # Nor when the rest is planned anew, whoever was visited before.
    replan_rest(lone, BOSS, ref, at=f"{view.departs_at.astimezone(lone.profile.city.zone):%H:%M}")
    stops = tours.tour(lone, BOSS, ref).stops
    assert len({first, second} & {stop["client_ref"] for stop in stops}) == 1


def test_pages_and_sheets_tell_limits_and_the_police_what_is_safe(
    lone: Workspace, tmp_path: Path
) -> None:
    officer = officer_with(lone, "C009")
    _set_hours(lone, "C009", [["12:00", "20:00", "mon"], ["01:00", "02:00", "tue"]])
    limits = {"client_ref": "C009", "interpreter": "Spanish", "announced": True, "dog": True,
              "two_officers": True}  # fmt: skip
    with lone.transaction() as session:
        visit_limits.save(session, [limits], by="test", at=lone.now())
        duty.save_skills(session, "officers", {officer: ["Spanish"]})
    ref = tours.plan_tour(lone, BOSS, on=TODAY, officer_ref=officer, police_partner_ref="P1")
    (stop,) = [s for s in tours.tour(lone, BOSS, ref).stops if s["client_ref"] == "C009"]
    assert told_limits(stop) == ["Call ahead", "Dog", "Two officers", "Interpreter: Spanish"]
    assert stop["windows"] == [["12:00", "20:00"]]
    (stop,) = [s for s in tours.tour(lone, P1, ref).stops if s["client_ref"] == "C009"]
    assert told_limits(stop) == ["Dog", "Two officers", "Interpreter: Spanish"]
    own = text_of(printed(lone, BOSS, ref, "officer"), tmp_path)
    police = text_of(printed(lone, BOSS, ref, "police"), tmp_path)
    assert "Call ahead. Dog. Two officers" in own
    assert "home 12:00" in own
    assert "Call ahead" not in police
    assert "Dog. Two officers" in police
    table = export_tour(lone, BOSS, ref, "csv").decode("utf-8-sig").splitlines()
    assert "announced,two_officers,interpreter,dog" in table[0]
    assert any("yes,yes,Spanish,yes" in line for line in table[1:])


def test_a_visit_reported_unsafe_is_told_wherever_the_tour_is_read(
    lone: Workspace, tmp_path: Path
) -> None:
    ref, driver, (client, *_) = planned(lone)
    assert "Caution" not in text_of(printed(lone, BOSS, ref, "officer"), tmp_path)
    say(lone, driver, ref, word("unsafe", client, note="A man with a knife."))
    caution = "Caution: reported unsafe on 15 Jun 2026"
    for reader in (BOSS, driver, P1):
        first, *others = tours.tour(lone, reader, ref).stops
        assert told_limits(first)[0] == caution
        assert not any(caution in told_limits(stop) for stop in others)
    (view,) = [one.view for one in team_day(lone, BOSS, on=TODAY).tours if one.view.ref == ref]
    assert told_limits(view.stops[0])[0] == caution
    for copy in ("officer", "police"):
        sheet = text_of(printed(lone, BOSS, ref, copy), tmp_path)
        # The column of hazards is narrow: the rest of the words stand on its next line.
        assert sheet.count("Caution: reported unsafe on 15") == 1
        assert "knife" not in sheet
    later = Workspace(lone.folder, lone.engine, lambda: NOW + timedelta(days=366))
    assert caution not in told_limits(tours.tour(later, BOSS, ref).stops[0])


def test_who_must_not_meet_whom_is_not_on_paper(lone: Workspace, tmp_path: Path) -> None:
    officer = officer_with(lone, "C009")
    refs = [row["client_ref"] for row in tours.visits_due(lone, BOSS, TODAY, officer)]
    _apart(lone, *((refs[0], other) for other in refs[1:]))
    ref = tours.plan_tour(lone, BOSS, on=TODAY, officer_ref=officer, departs="13:00")
    view = tours.tour(lone, BOSS, ref)
    assert "no_contact" in [one["code"] for one in view.left_out]
    for copy in ("officer", "police"):
        paper = text_of(printed(lone, BOSS, ref, copy), tmp_path)
        for secret in ("must not meet", "Co-defendants"):
            assert secret not in paper
        assert ("The tour's page says why" in paper) == (copy == "officer")
