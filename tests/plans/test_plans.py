"""What makes a plan, and whom a new one would move."""

from __future__ import annotations

import pandas as pd
import pytest

from geoteam.errors import InputError
from geoteam.plans import check_plan, transfers


def test_a_plan_must_name_a_known_team_for_every_unit_and_no_other():
    with pytest.raises(InputError) as refused:
        check_plan({"a": "T1", "x": "T9"}, units=["a", "b"], teams=["T1"])
    message = str(refused.value)
    assert "no team for unit(s) b" in message
    assert "unknown unit(s) x" in message
    assert "unknown team(s) T9" in message
    check_plan({"a": "T1", "b": "T1"}, units=["a", "b"], teams=["T1"])


def test_transfers_list_only_clients_whose_team_changes():
    clients = pd.DataFrame({"unit": ["a", "b", ""]}, index=pd.Index(["1", "2", "3"]))
    moved = transfers(clients, {"a": "T1", "b": "T1"}, {"a": "T1", "b": "T2"})
    assert moved.index.tolist() == ["2"]
    assert moved.loc["2", ["team_before", "team_after"]].tolist() == ["T1", "T2"]
