"""Drawing a plan when something comes between: no connection, somebody else, a plan that is gone."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import NARROW, WIDE, sign_in
from tests.browser.drawing import Draw, Editor, address, both, check_good, clock, draw, editor, post
from tests.server.served import Clock

__all__ = ["address", "both", "clock", "draw", "editor"]

pytestmark = pytest.mark.browser


def propose(editor: Editor) -> None:
    post(editor.page, f"{editor.plan}/propose", **{"from": "2030-01-07", "reason": "Trial"})


def saved_anew(editor: Editor, old: str, teams: dict[str, str]) -> None:
    """The editor has gone on to a new plan, which is drawn and saved."""
    editor.page.wait_for_url(lambda url: old not in url)
    editor.ready()
    editor.path = editor.page.url
    editor.saved(teams)


def test_a_line_lost_in_the_middle_of_a_stroke_loses_nothing(editor: Editor) -> None:
    editor.drag("101", let_go=False)
    editor.offline()
    editor.page.mouse.move(*editor.at("102"), steps=8)
    editor.page.mouse.up()
    expect(editor.sync).to_have_text("Offline: 1 edit kept here")
    editor.team("T1")
    editor.click("202")
    expect(editor.sync).to_have_text("Offline: 2 edits kept here")
    editor.undo()
    expect(editor.sync).to_have_text("Offline: 3 edits kept here")
    assert editor.kept() == 3
    editor.offline(False)
    editor.saved({"101": "T2", "102": "T2"})
    assert editor.kept() == 0
    assert [edit["kind"] for edit in editor.state()["edits"]] == ["paint", "paint", "undo"]


def test_edits_that_were_kept_survive_a_reload(editor: Editor) -> None:
    refuse = "**/edits"
    editor.page.route(refuse, lambda route: route.abort())
    editor.click("101")
    expect(editor.sync).to_have_text("Offline: 1 edit kept here")
    editor.open()
    expect(editor.sync).to_have_text("Offline: 1 edit kept here")
    editor.page.unroute(refuse)
    editor.saved({"101": "T2"})
    assert editor.kept() == 0


def change_both(first: Editor, second: Editor) -> None:
    """Both change 102, the second of them while they are cut off."""
    first.team("T2")
    second.team("")
    second.offline()
    second.click("102")
    expect(second.sync).to_have_text("Offline: 1 edit kept here")
    first.click("102")
    first.saved({"102": "T2"})
    second.offline(False)


def test_a_second_editor_sees_the_first(both: tuple[Editor, Editor]) -> None:
    first, second = both
    first.team("T2")
    first.click("101")
    expect(second.said).to_contain_text("Supervisor Test has changed 1 service area.")
    expect(second.page.locator("[data-figure=transfers]")).not_to_have_text("0")


def test_the_second_of_two_is_told_of_a_conflict(both: tuple[Editor, Editor]) -> None:
    _, second = both
    change_both(*both)
    expect(second.sync).to_have_text("Saved, but for 1 service area changed twice")
    expect(second.said).to_have_text("0 of 1 service area saved. Decide whose change stands.")
    told = second.page.get_by_role("alert").filter(has_text="Theirs stands")
    expect(told).to_contain_text("Supervisor Test changed 1 service area that you changed too.")


def test_a_conflict_is_decided_unit_by_unit(both: tuple[Editor, Editor]) -> None:
    first, second = both
    change_both(first, second)
    second.page.get_by_role("button", name="Decide").click()
    box = second.page.get_by_role("dialog", name="Mine or theirs?")
    expect(box.locator("tbody tr")).to_have_count(1)
    expect(box.locator("tbody tr")).to_contain_text("Service area 102")
    expect(box.get_by_label("East Team")).to_be_checked()
    box.get_by_role("button", name="All mine").click()
    box.get_by_role("button", name="Apply").click()
    second.saved({"102": ""})
    expect(second.page.locator(".conflict-told")).to_be_hidden()
    expect(first.page.locator("[data-figure=unassigned]")).to_have_text("1")
    assert second.state()["edits"][-1]["kind"] == "merge"


def test_nobody_decides_on_what_they_were_not_shown(
    both: tuple[Editor, Editor], pictures: Path
) -> None:
    first, second = both
    change_both(first, second)
    second.page.get_by_role("button", name="Decide").click()
    box = second.page.get_by_role("dialog", name="Mine or theirs?")
    box.get_by_role("button", name="All mine").click()
    # Meanwhile the other one changes it again.
    first.team("T1")
    first.click("102")
    first.saved({"102": "T1"})
    expect(second.said).to_contain_text("Supervisor Test has changed 1 service area.")
    box.get_by_role("button", name="Apply").click()
    expect(box.get_by_role("alert")).to_contain_text(
        "Changed again while you were choosing: Service area 102."
    )
    second.page.set_viewport_size(NARROW)
    second.page.screenshot(path=pictures / "decide-narrow.png")
    expect(box.get_by_label("West Team")).not_to_be_checked()
    expect(box.get_by_label("West Team")).to_be_in_viewport()
    assert first.state()["edits"][-1]["kind"] == "paint"
    box.get_by_role("button", name="Apply").click()
    second.saved({"102": ""})
    assert second.state()["edits"][-1]["kind"] == "merge"


def test_a_conflict_stays_until_it_is_decided(both: tuple[Editor, Editor]) -> None:
    _, second = both
    change_both(*both)
    page = second.page
    page.get_by_role("button", name="Decide").click()
    page.get_by_role("button", name="Later").click()
    second.open()
    told = page.locator(".conflict-told")
    expect(told).to_contain_text("Supervisor Test changed 1 service area that you changed too.")
    expect(second.sync).to_have_text("Saved, but for 1 service area changed twice")
    expect(page.locator("[data-do=undo]")).to_have_attribute("aria-disabled", "true")
    kept = page.evaluate(
        "Object.entries(localStorage).filter(([k]) => k.startsWith('geoteam-undecided'))"
    )
    assert [set(one) for one in json.loads(kept[0][1])] == [{"key", "unit", "wanted", "from"}]
    page.get_by_role("button", name="Decide").click()
    box = page.get_by_role("dialog", name="Mine or theirs?")
    expect(box.locator("tbody tr")).to_contain_text("Supervisor Test")
    box.get_by_role("button", name="All mine").click()
    box.get_by_role("button", name="Apply").click()
    second.saved({"102": ""})
    second.open()
    expect(told).to_be_hidden()
    second.saved({"102": ""})


def test_who_signs_out_is_asked_about_what_is_not_decided(
    both: tuple[Editor, Editor], pictures: Path
) -> None:
    first, second = both
    change_both(first, second)
    page = second.page
    expect(page.get_by_role("button", name="Decide")).to_be_visible()
    out = page.get_by_role("button", name="Sign out", exact=True)
    box = page.get_by_role("dialog", name="1 service area changed twice is not decided yet")
    out.click()
    expect(box).to_contain_text("decide then whose change stands")
    expect(box.get_by_role("button", name="Wait")).to_have_count(0)
    check_good(page, pictures / "plan-sign-out-undecided.png")
    # What others do meanwhile does not answer it.
    first.click("101")
    expect(second.said).to_contain_text("Supervisor Test has changed 1 service area.")
    expect(box).to_be_visible()
    box.get_by_role("button", name="Stay here").click()
    expect(box).to_have_count(0)
    out.click()
    box.get_by_role("button", name="Sign out now").click()
    page.wait_for_url("**/sign-in")


def test_a_conflict_may_become_a_plan_of_its_own(both: tuple[Editor, Editor]) -> None:
    first, second = both
    change_both(first, second)
    page = second.page
    page.get_by_role("button", name="Decide").click()
    box = page.get_by_role("dialog", name="Mine or theirs?")
    box.get_by_text("Save mine as a new plan instead").click()
    box.get_by_label("Name of the new plan").fill("")
    box.get_by_role("button", name="Save as a new plan").click()
    expect(box.get_by_role("alert")).to_have_text("Give the plan a name.")
    box.get_by_label("Name of the new plan").fill("My own way")
    box.get_by_role("button", name="Save as a new plan").click()
    expect(page.get_by_role("heading", name="My own way")).to_be_visible()
    assert re.sub(r".*/plans", "/plans", page.url) != first.path
    expect(page.locator("[data-figure=unassigned]")).to_have_text("1")
    first.saved({"102": "T2"})


def test_who_leads_one_team_moves_no_units_of_another(draw: Draw) -> None:
    editor = draw("west")
    page = editor.page
    team = page.locator("select[name=team]")
    expect(team).to_have_value("0")
    expect(team.locator("option").nth(1)).to_have_text("East Team (locked: not yours)")
    expect(team.locator("option").nth(1)).to_be_disabled()
    editor.click("201")
    expect(editor.said).to_have_text(
        "Service area 201 stays: East Team is locked: you do not lead it."
    )
    page.locator("[data-do=lock-all]").click()
    page.locator("[data-do=lock-all]").click()
    editor.click("201")
    editor.saved({})
    # What the server refuses all the same is told where it says what is saved.
    page.route("**/edits", lambda route: route.fulfill(
        status=403, json={"error": "you do not lead East Team (T2)", "remedy": "Ask them"}
    ))  # fmt: skip
    editor.team("")
    editor.click("101")
    why = "You do not lead East Team (T2). Ask them."
    expect(editor.sync).to_have_text(f"The last edit was not saved. {why}")
    expect(editor.said).to_have_text(f"This edit was not saved. {why}")
    page.unroute("**/edits")
    editor.click("101")
    editor.saved({"101": ""})


def test_an_undo_leaves_what_another_has_changed_since(both: tuple[Editor, Editor]) -> None:
    first, second = both
    first.team("T2")
    first.drag("101", "102")
    first.saved({"101": "T2", "102": "T2"})
    expect(second.page.locator("[data-figure=transfers]")).not_to_have_text("0")
    second.team("")
    second.click("102")
    second.saved({"101": "T2", "102": ""})
    expect(first.page.locator("[data-figure=unassigned]")).to_have_text("1")
    first.undo()
    expect(first.said).to_have_text(
        "Undone: 1 service area. Service area 102 stays: it was changed since, by Second Test."
    )
    first.saved({"102": ""})


def test_a_stale_tab_keeps_its_edits_until_somebody_signs_in_again(
    editor: Editor, clock: Clock
) -> None:
    clock.pass_(days=1)
    editor.click("101")
    expect(editor.sync).to_have_text("Signed out: 1 edit kept here. Sign in again.")
    assert editor.kept() == 1
    sign_in(editor.page.context.new_page(), "supervisor")
    editor.saved({"101": "T2"})
    assert editor.kept() == 0


def test_edits_are_not_sent_as_somebody_else_who_signs_in_here(draw: Draw) -> None:
    editor = draw("second")
    editor.team("T2")
    context = editor.page.context
    page = context.new_page()
    context.clear_cookies()
    sign_in(page, "supervisor")
    editor.click("101")
    told = "Somebody else is signed in: 1 edit kept here. Sign in again."
    expect(editor.sync).to_have_text(told)
    assert editor.state()["edits"] == []
    assert editor.kept() == 1


def test_edits_kept_while_the_plan_was_proposed_stand_aside(both: tuple[Editor, Editor]) -> None:
    first, second = both
    transfers = second.page.locator("[data-figure=transfers]")
    second.team("T2")
    second.offline()
    second.click("101")
    second.click("102")
    expect(second.sync).to_have_text("Offline: 2 edits kept here")
    propose(first)
    second.offline(False)
    aside = second.page.locator("#panel-aside")
    expect(aside).to_contain_text("The plan waits for approval")
    expect(second.sync).to_have_text("Not saved: 2 edits kept here")
    expect(transfers).to_have_text("0")
    second.open()
    expect(aside).to_contain_text("new draft. You see it as it is there, without 2 edits of yours")
    expect(transfers).to_have_text("0")
    aside.get_by_role("button", name="Save them as a new plan").click()
    saved_anew(second, first.path, {"101": "T2", "102": "T2"})
    expect(second.page.get_by_role("heading", level=1)).to_contain_text("my edits")
    assert second.kept() == 0


def test_edits_kept_for_a_plan_that_is_settled_can_be_thrown_away(editor: Editor) -> None:
    editor.page.route("**/edits", lambda route: route.abort())
    editor.click("101")
    expect(editor.sync).to_have_text("Offline: 1 edit kept here")
    propose(editor)
    editor.open()
    editor.page.locator("#panel-aside").get_by_role("button", name="Throw it away").click()
    expect(editor.page.locator("#panel-aside")).to_be_hidden()
    assert editor.kept() == 0


def test_a_plan_deleted_while_one_draws_can_be_saved_anew(both: tuple[Editor, Editor]) -> None:
    first, second = both
    second.team("T2")
    second.click("101")
    second.saved({"101": "T2"})
    page = first.page
    page.goto(first.plan)
    button = page.locator(f"form[action='{first.plan}/delete'] button")
    asked = button.get_attribute("data-confirm")
    assert asked is not None
    assert "Second Test has it open in the editor now." in asked
    post(page, f"{first.plan}/delete")
    aside = second.page.locator("#panel-aside")
    expect(aside).to_contain_text("Supervisor Test has deleted this plan.")
    expect(second.page.locator("button[data-tool=brush]")).to_be_hidden()
    second.click("102")
    aside.get_by_role("button", name="Save as a new plan").click()
    saved_anew(second, first.path, {"101": "T2"})


def test_the_map_stays_where_it_is_whatever_the_page_says(draw: Draw) -> None:
    for screen in (WIDE, NARROW):
        editor = draw(screen=screen)
        editor.team("T2")
        place = editor.page.locator(".editor-map")
        before = place.bounding_box()
        draw("second", editor.path)
        expect(editor.page.locator("[data-present]")).to_contain_text("Second Test")
        assert place.bounding_box() == before
        editor.offline()
        editor.click("101")
        expect(editor.sync).to_have_text("Offline: 1 edit kept here")
        assert place.bounding_box() == before
