"""Limits of visits and pairs who must not meet, on both databases."""

from __future__ import annotations

import math
from datetime import datetime, timedelta

import pytest
from sqlalchemy import Engine

from geoteam.errors import InputError
from geoteam.store import visit_limits
from geoteam.store.engine import transaction


def test_limits_are_kept_and_only_what_differs_is_written(people: Engine, moment: datetime) -> None:
    rows = [
        {"client_ref": "C1", "dog": True, "interpreter": "Spanish", "service_minutes": 30.0},
        {"client_ref": "C2", "dog": False},
    ]
    with transaction(people) as session:
        # The second has what everybody has, and so needs no row.
        assert visit_limits.save(session, rows, by="ada", at=moment) == {"C1"}
        later = moment + timedelta(days=1)
        assert visit_limits.save(session, rows, by="bob", at=later) == set()
        change = [{"client_ref": "C1", "announced": True}]
        assert visit_limits.save(session, change, by="bob", at=later) == {"C1"}
    with transaction(people) as session:
        frame = visit_limits.limits_frame(session, ["C3", "C1"])
    assert frame.index.tolist() == ["C3", "C1"]
    assert frame["dog"].tolist() == [False, True]
    assert frame["announced"].tolist() == [False, True]
    assert frame["two_officers"].tolist() == [False, False]
    assert frame["interpreter"].tolist() == ["", "Spanish"]
    assert math.isnan(frame.at["C3", "service_minutes"])
    assert frame.at["C1", "service_minutes"] == 30
    assert frame["changed_by"].tolist() == ["", "bob"]
    assert frame.at["C1", "changed_at"] == later


def test_no_clients_have_no_limits(people: Engine) -> None:
    with transaction(people) as session:
        frame = visit_limits.limits_frame(session, [])
    assert frame.empty
    assert frame["dog"].dtype == bool


def test_a_pair_is_the_same_in_both_orders(people: Engine, moment: datetime) -> None:
    with transaction(people) as session:
        pairs = [("C2", "C1", "Co-defendants"), ("C3", "C4", "Order of the court")]
        done = visit_limits.save_no_contact(session, pairs, by="ada", at=moment)
        assert (done.added, done.changed, done.unchanged) == (2, 0, 0)
        again = [("C1", "C2", "Co-defendants"), ("C4", "C3", "Other gangs")]
        done = visit_limits.save_no_contact(session, again, by="bob", at=moment)
        assert (done.added, done.changed, done.unchanged) == (0, 1, 1)
    with transaction(people) as session:
        assert visit_limits.no_contact_pairs(session, ["C1", "C2", "C3"]) == [("C1", "C2")]
        (own,) = visit_limits.no_contact(session, "C4")
        assert (own.client_ref, own.other_ref, own.why, own.by) == (
            "C4", "C3", "Other gangs", "bob",
        )  # fmt: skip
        assert visit_limits.remove_no_contact(session, "C2", "C1")
        assert not visit_limits.remove_no_contact(session, "C2", "C1")
    with transaction(people) as session:
        assert [pair.client_ref for pair in visit_limits.no_contact(session)] == ["C3"]


@pytest.mark.parametrize("pair", [("C1", "C1"), ("C1", "C9")])
def test_a_pair_is_of_two_clients(people: Engine, moment: datetime, pair: tuple[str, str]) -> None:
    with transaction(people) as session, pytest.raises(InputError):
        visit_limits.save_no_contact(session, [(*pair, "why")], by="ada", at=moment)
