"""What makes a plan."""

from __future__ import annotations

import pytest

from geoteam.errors import InputError
from geoteam.plans import check_plan


def test_a_plan_must_name_a_known_team_for_every_unit_and_no_other():
    with pytest.raises(InputError) as refused:
        check_plan({"a": "T1", "x": "T9"}, units=["a", "b"], teams=["T1"])
    message = str(refused.value)
    assert "no team for unit(s) b" in message
    assert "unknown unit(s) x" in message
    assert "unknown team(s) T9" in message
    check_plan({"a": "T1", "b": "T1"}, units=["a", "b"], teams=["T1"])
