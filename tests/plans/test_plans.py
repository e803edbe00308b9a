"""Plans on four units in a row: a - b - c - d."""

from __future__ import annotations

import pandas as pd
import pytest

from geoteam.errors import InputError
from geoteam.plans import check_plan, pieces, team_metrics, transfers

ROW = pd.DataFrame({"code": ["a", "b", "c"], "other": ["b", "c", "d"]})
LOAD = pd.DataFrame(
    {"clients": [10, 20, 30, 40], "workload": [20.0, 40.0, 60.0, 80.0]}, index=list("abcd")
)


def test_a_plan_must_name_a_known_team_for_every_unit_and_no_other():
    with pytest.raises(InputError) as refused:
        check_plan({"a": "T1", "x": "T9"}, units=["a", "b"], teams=["T1"])
    message = str(refused.value)
    assert "no team for unit(s) b" in message
    assert "unknown unit(s) x" in message
    assert "unknown team(s) T9" in message
    check_plan({"a": "T1", "b": "T1"}, units=["a", "b"], teams=["T1"])


def test_pieces_are_counted_by_shared_borders():
    assert pieces({"a": "T1", "b": "T2", "c": "T2", "d": "T1"}, ROW) == {"T1": 2, "T2": 1}


def test_metrics_are_the_sums_and_the_deviation_from_the_mean():
    table = team_metrics(
        {"a": "T1", "b": "T1", "c": "T2", "d": "T2"},
        load=LOAD,
        officers={"T1": 2.0, "T2": 2.0},
        adjacency=ROW,
    )
    assert table.loc["T1", ["units", "clients", "workload"]].tolist() == [2, 30, 60.0]
    # 200 points over 4 officers are 50 each; T1 has 30, T2 has 70.
    assert table["workload_per_officer"].tolist() == [30.0, 70.0]
    assert table["deviation"].round(6).tolist() == [-0.4, 0.4]


def test_a_team_without_officers_has_no_workload_per_officer():
    table = team_metrics({"a": "T1"}, load=LOAD, officers={}, adjacency=ROW)
    assert pd.isna(table.loc["T1", "workload_per_officer"])


def test_transfers_list_only_clients_whose_team_changes():
    clients = pd.DataFrame({"unit": ["a", "b", ""]}, index=pd.Index(["1", "2", "3"]))
    moved = transfers(clients, {"a": "T1", "b": "T1"}, {"a": "T1", "b": "T2"})
    assert moved.index.tolist() == ["2"]
    assert moved.loc["2", ["team_before", "team_after"]].tolist() == ["T1", "T2"]
