"""The solver in the plan editor: what is told while it works, a stop at once, and what came of it later."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, Route, expect

from tests.browser.conftest import NARROW
from tests.browser.drawing import (
    TODAY,
    Draw,
    Editor,
    address,
    both,
    check_good,
    clock,
    draw,
    editor,
)

__all__ = ["address", "both", "clock", "draw", "editor"]

pytestmark = pytest.mark.browser

# A run in a process of its own, on a machine that is busy.
SLOW_MS = 60_000


def told(**given: Any) -> dict[str, Any]:
    """What the server tells of a run at work."""
    return {
        "id": "x", "plan": 1, "state": "running", "message": "", "ready": True, "seconds": 3,
        "limit": 60, "asked": "2026-03-02T14:05:00+00:00", "by": "Supervisor Test", "mine": True, "goal": "choices",
        "found": ["Most compact"], "choices": [],
        "best": {
            "number": 1, "gap": 0, "bound": 1, "balance": 0.07,
            "units": {"101": "T2", "102": "T1", "201": "T2", "202": "T2"},
            "warnings": [],
        },
    } | given  # fmt: skip


def at_work(page: Page, **given: Any) -> None:
    """Answer as a server would on which a run goes on and on."""
    page.route("**/solve.json", lambda route: route.fulfill(json={"job": "x"}))
    page.route("**/plans/jobs/x.json*", lambda route: route.fulfill(json=told(**given)))


def solved(opened: Editor) -> None:
    """Ask for the most compact plan, and wait for it."""
    page = opened.page
    opened.tab("Solve")
    page.get_by_label("Look for").select_option("compact")
    page.get_by_label("Tolerance in percent").fill("60")
    page.get_by_role("button", name="Find a plan").click()
    expect(page.locator(".solve-choices h3")).to_have_text("1 plan found", timeout=SLOW_MS)


def test_nothing_is_called_proven_while_the_solver_works(editor: Editor, pictures: Path) -> None:
    page = editor.page
    at_work(page)
    editor.open()
    editor.tab("Solve")
    run = page.locator(".solve-run")
    expect(run).to_contain_text("1 plan found: Most compact. Looking for more.")
    expect(run).to_contain_text("3 of 60 s")
    expect(run).not_to_contain_text("none is better")
    check_good(page, pictures / "plan-solve-running.png")


def test_a_stop_is_answered_at_once(editor: Editor) -> None:
    page = editor.page
    at_work(page)

    def stop(route: Route) -> None:
        # Whoever asks on is told that it goes on: the answer to the stop itself must do.
        route.fulfill(json=told(state="stopped"))

    page.route("**/plans/jobs/x/stop", stop)
    editor.open()
    editor.tab("Solve")
    page.get_by_role("button", name="Stop and keep the best").click()
    expect(page.locator(".solve-choices h3")).to_be_focused()
    expect(page.locator(".solve-run")).to_be_hidden()
    expect(page.locator(".solve-choice")).to_contain_text("Best so far")


def test_what_the_solver_found_is_offered_when_the_plan_is_opened_again(
    editor: Editor, draw: Draw, pictures: Path
) -> None:
    page = editor.page
    solved(editor)
    editor.open()
    title = page.locator(".solve-choices h3")
    expect(title).to_have_text(re.compile(r"^Asked for at .*\d\d:\d\d: 1 plan found$"))
    expect(editor.said).to_contain_text("is ready: see Solve.")
    check_good(page, pictures / "plan-solve-again.png")
    # Somebody else has not asked for it.
    other = draw("second", editor.path).page
    expect(other.get_by_role("button", name="Find a plan")).to_be_visible()
    expect(other.locator(".solve-choices h3")).to_have_count(0)
    look = page.get_by_role("button", name="Show on map")
    look.click()
    expect(look).to_have_attribute("aria-pressed", "true")
    with page.expect_response("**/discard"):
        page.get_by_role("button", name="Throw it away").click()
    expect(title).to_have_count(0)
    editor.saved({})
    with page.expect_response("**/solve.json"):
        editor.open()
    expect(title).to_have_count(0)
    # What is used is not offered again either.
    solved(editor)
    editor.open()
    with page.expect_response("**/discard"):
        page.get_by_role("button", name="Use this plan").click()
    with page.expect_response("**/solve.json"):
        editor.open()
    expect(title).to_have_count(0)
    editor.watched.check()


def test_a_card_warns_of_what_a_team_would_lose(editor: Editor, pictures: Path) -> None:
    page = editor.page
    turned = {"101": "T2", "102": "T2", "201": "T1", "202": "T1"}
    lost = [
        ("keeps_none", "West Team and East Team keep none of their areas."),
        ("office_outside", "The field office of East Team would be outside its area."),
    ]
    warnings = [{"kind": kind, "teams": ["T1", "T2"], "text": text} for kind, text in lost]
    plan = {"key": "fewest_moves", "label": "Fewest people move", "units": turned, "gap": 0}
    quiet = plan | {"key": "compact", "label": "Most compact", "units": TODAY, "warnings": []}
    at_work(page, state="done", choices=[plan | {"warnings": warnings}, quiet])
    editor.open()
    editor.tab("Solve")
    cards = page.locator(".solve-choice")
    for _, text in lost:
        expect(cards.nth(0)).to_contain_text(text)
    expect(cards.nth(1)).not_to_contain_text("none of")
    check_good(page, pictures / "plan-solve-lost.png")
    page.set_viewport_size(NARROW)
    check_good(page, pictures / "plan-solve-lost-narrow.png")


def test_somebody_else_sees_a_run_and_what_comes_of_it_without_a_reload(
    both: tuple[Editor, Editor], pictures: Path
) -> None:
    first, second = both
    second.tab("Solve")
    page = second.page
    page.get_by_label("Seed").evaluate("field => field.closest('details').open = true")
    page.get_by_label("Seed").focus()
    first.tab("Solve")
    asked = first.page
    asked.get_by_label("Look for").select_option("compact")
    asked.get_by_label("Tolerance in percent").fill("60")
    asked.get_by_role("button", name="Find a plan").click()
    run = page.locator(".solve-run")
    expect(run).to_contain_text("Supervisor Test asked for a proposal; ", timeout=10_000)
    # Who was filling in the form has not lost their place, nor what they had drawn.
    expect(run).to_be_focused()
    expect(page.get_by_label("Show the best so far on the map")).not_to_be_checked()
    check_good(page, pictures / "plan-solve-theirs.png")
    title = page.locator(".solve-choices h3")
    expect(title).to_have_text("Asked for by Supervisor Test: 1 plan found", timeout=SLOW_MS)
    expect(page.get_by_role("button", name="Use this plan")).to_be_enabled()
    # Thrown away here, it is still there for who asked.
    page.get_by_role("button", name="Throw it away").click()
    expect(title).to_have_count(0)
    expect(asked.get_by_role("button", name="Use this plan")).to_be_enabled()
    # It is not offered twice.
    page.wait_for_timeout(2000)
    expect(title).to_have_count(0)
    for one in both:
        one.watched.check()
