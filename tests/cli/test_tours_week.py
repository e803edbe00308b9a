"""``geoteam tours week`` and ``geoteam tours replan``."""

from __future__ import annotations

from datetime import datetime

from tests.cli.conftest import Command, ahead


def test_a_week_is_shown_then_saved_and_a_tour_of_it_replanned(geoteam: Command) -> None:
    # A week to come, by the clock of the machine.
    monday = ahead(7 - ahead(0).weekday()).isoformat()
    told = geoteam("tours", "week", "--team", "T1", "--from", monday).out
    assert "visits due" in told
    assert "Nothing is saved yet: add --save." in told
    assert geoteam("tours", "list", "--json").json == []
    week = geoteam("tours", "week", "--team", "T1", "--from", monday, "--save", "--json").json
    assert {"tours", "left_out", "due", "planned", "priority", "seconds"} == set(week)
    assert {one["ref"] for one in week["tours"]} == {
        one["ref"] for one in geoteam("tours", "list", "--json").json
    }
    tour = max(week["tours"], key=lambda one: len(one["stops"]))
    begins = datetime.fromisoformat(tour["stops"][0]["starts_at"])
    again = geoteam("tours", "replan", tour["ref"], "--at", f"{begins:%H:%M}", "--json").json
    assert again["version"] == 2
    assert again["verdict"]
    assert {"departs_at", "returns_at", "pause", "advice", "drive_s"} <= set(again)
    assert again["stops"][0]["client_ref"] == tour["stops"][0]["client_ref"]
    assert "version 3" in geoteam("tours", "replan", tour["ref"], "--at", f"{begins:%H:%M}").out


def test_bad_weeks_and_times_are_refused(geoteam: Command) -> None:
    assert "no such team" in geoteam("tours", "week", "--team", "T99").refused()
    past = ahead(-3).isoformat()
    assert "over" in geoteam("tours", "week", "--team", "T1", "--from", past).refused()
    assert "no such tour" in geoteam("tours", "replan", "x", "--at", "10:00").refused()
