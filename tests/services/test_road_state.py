"""How a tour stands, reckoned by hand: the same cases as of the phone (``web/tests``)."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geoteam.services.road_state import STANDINGS, Ahead, Plan, RoadState, reckon
from geoteam.store.outcomes import KINDS, CheckIn, Outcome

CASES: list[dict[str, Any]] = json.loads(
    (Path(__file__).parent / "road_cases.json").read_text("utf-8")
)
_ = datetime.fromisoformat


def plan_of(value: dict[str, Any]) -> Plan:
    """The plan of a case."""
    pause = value["pause"]
    return Plan(
        departs_at=_(value["departs_at"]),
        returns_at=_(value["returns_at"]),
        stops=tuple(
            Ahead(
                stop["client_ref"],
                _(stop["arrives_at"]),
                _(stop["leaves_at"]),
                stop["drive_s"],
                tuple((_(begin), _(end)) for begin, end in stop["windows"]),
                stop["fixed"],
            )
            for stop in value["stops"]
        ),
        home_s=value["home"]["drive_s"],
        pause=(_(pause[0]), _(pause[1])) if pause else None,
        pause_before=value["pause_before"],
        check_in=timedelta(seconds=value["check_in_s"]) if value["check_in_s"] else None,
    )


def state_of(plan: Plan, words: list[dict[str, Any]], now: datetime) -> RoadState:
    """How a tour stands after words; of two on one visit the later holds, as the store keeps it."""
    told: dict[str, Outcome] = {}
    signs = []
    for word in sorted(words, key=lambda word: _(word["at"])):
        at, client, kind = _(word["at"]), word["client"], word["kind"]
        told.pop(client, None) if kind in (*KINDS, "withdrawn") else None
        if kind in KINDS:
            told[client] = Outcome(word["key"], "T", client, kind, "", None, None, at, at, "x")
        elif kind != "withdrawn":
            signs.append(CheckIn(word["key"], "T", kind, client, at, at, "x"))
    return reckon(plan, list(told.values()), signs, now)


@pytest.mark.parametrize("case", CASES, ids=[case["name"] for case in CASES])
def test_a_case_reckoned_by_hand(case: dict[str, Any]) -> None:
    state = state_of(plan_of(case["plan"]), case["words"], _(case["now"]))
    found = [[one.client_ref, one.at, one.missed] for one in state.expected]
    assert found == [[ref, _(at), missed] for ref, at, missed in case["expected"]]
    assert (state.standing, state.at_client) == (case["standing"], case["here"])
    assert (state.late_s, state.help) == (case["late_s"], case["help"])
    assert state.back_at == (_(case["back_at"]) if case["back_at"] else None)
    assert state.asks_at == (_(case["asks_at"]) if case["asks_at"] else None)


MINUTES = st.integers(0, 180)
KIND = st.sampled_from([*KINDS, "withdrawn", "begun", "arrived", "left", "ok", "help", "ended"])
WORDS = st.lists(st.tuples(KIND, st.sampled_from(["A", "B", "C"]), MINUTES), max_size=12)


@given(WORDS, MINUTES)
def test_whatever_is_said_every_stop_is_done_or_still_to_come(
    said: list[tuple[str, str, int]], later: int
) -> None:
    plan = plan_of(CASES[0]["plan"])
    words = [
        {"key": str(i), "kind": kind, "client": ref}
        | {"at": (plan.departs_at + timedelta(minutes=minute)).isoformat()}
        for i, (kind, ref, minute) in enumerate(said)
    ]
    now = plan.departs_at + timedelta(minutes=later)
    state = state_of(plan, words, now)
    refs = {"A", "B", "C"}
    if any(kind == "ended" for kind, _ref, _minute in said):
        assert state.expected == ()
    else:
        assert {*state.done} | {one.client_ref for one in state.expected} == refs
        ahead = [one.at for one in state.expected if one.client_ref != state.at_client]
        # Nobody is expected in the past, nor at two doors at once.
        assert all(at >= now for at in ahead)
        assert ahead == sorted(set(ahead))
    assert state.standing in STANDINGS
    assert state.late_s >= 0
