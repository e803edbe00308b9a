"""Workload points and full caseloads."""

from __future__ import annotations

import pandas as pd
import pytest

from geoteam.caseload import full_caseload_points, specialty_of, workload_points
from geoteam.errors import AssignmentError
from geoteam.profile import CaseloadTable, ContactStandard

STANDARDS = {
    "Intensive": ContactStandard(contacts=8, field=4),
    "Minimum": ContactStandard(contacts=1, field=0.5),
}


def test_points_are_contacts_a_month() -> None:
    level = pd.Series(["Minimum", "Intensive"], index=["a", "b"])
    assert workload_points(level, STANDARDS).to_dict() == {"a": 1.0, "b": 8.0}


def test_no_clients_have_no_points() -> None:
    assert len(workload_points(pd.Series([], dtype="str"), STANDARDS)) == 0


def test_a_level_without_a_standard_is_named() -> None:
    with pytest.raises(AssignmentError, match="'Weekly'"):
        workload_points(pd.Series(["Minimum", "Weekly"]), STANDARDS)


def test_a_full_caseload_is_the_target_times_the_mean() -> None:
    points = pd.Series([1.0, 3.0, 8.0])
    specialty = pd.Series(["", "", "gps"])
    table = CaseloadTable(general=50, specialised=25)
    assert full_caseload_points(points, specialty, table) == (100.0, 200.0)
    fixed = CaseloadTable(general_points=90, specialised_points=70)
    assert full_caseload_points(points, specialty, fixed) == (90.0, 70.0)


def test_a_full_caseload_without_such_clients_uses_all() -> None:
    table = CaseloadTable(general=50, specialised=25)
    assert full_caseload_points(pd.Series([2.0]), pd.Series([""]), table) == (100.0, 50.0)
    empty = pd.Series([], dtype=float), pd.Series([], dtype="str")
    assert full_caseload_points(*empty, table) == (50.0, 25.0)


def test_the_first_specialty_in_the_profiles_order_wins() -> None:
    order = ("sex_offense", "mental_health", "gps")
    assert specialty_of(["gps", "mental_health"], order) == "mental_health"
    assert specialty_of(["substance_use"], order) == ""
