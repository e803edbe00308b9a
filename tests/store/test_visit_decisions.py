"""Decisions on visits: kept, over, made and withdrawn, on both databases."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import Engine, select

from geoteam.errors import NotFoundError
from geoteam.store import contacts, residences, visit_decisions
from geoteam.store.engine import reading, transaction
from geoteam.store.tables import ClientRow

ON = date(2026, 6, 15)
AT = datetime(2026, 6, 15, 12, tzinfo=UTC)


def _add(session, ref: str, first: date = ON) -> int:
    return visit_decisions.save(
        session, ref, "add", valid_from=first, valid_to=None, why="asked for", by="Bea", at=AT
    )


def test_a_decision_holds_until_its_day_or_until_it_is_withdrawn(people: Engine) -> None:
    until = ON + timedelta(days=10)
    with transaction(people) as session:
        added = _add(session, "C2")
        visit_decisions.save(
            session, "C1", "exclude", valid_from=ON, valid_to=until, why="ill", by="Bea", at=AT
        )
        with pytest.raises(NotFoundError, match="no such client"):
            _add(session, "C9")
    with reading(people) as session:
        found = visit_decisions.standing(session, ON)
        assert found["client_ref"].tolist() == ["C1", "C2"]
        assert found[["kind", "valid_to", "why", "by"]].to_numpy().tolist() == [
            ["exclude", until, "ill", "Bea"],
            ["add", None, "asked for", "Bea"],
        ]
        assert visit_decisions.standing(session, until).index.tolist() == [added]
    with transaction(people) as session:
        visit_decisions.withdraw(session, added, by="Bea", at=AT)
        for number in (added, 99):
            with pytest.raises(NotFoundError, match="no such decision"):
                visit_decisions.withdraw(session, number, by="Bea", at=AT)
    with reading(people) as session:
        assert visit_decisions.standing(session, until).empty


@pytest.mark.parametrize(
    ("kind", "outcome", "days", "holds"),
    [
        ("field", "made", 0, False),
        ("field", "made", 3, False),
        ("field", "made", -1, True),
        ("field", "not_home", 1, True),
        ("office", "made", 1, True),
    ],
)
def test_an_added_visit_is_over_when_it_is_made(
    people: Engine, kind: str, outcome: str, days: int, holds: bool
) -> None:
    row = {"client_ref": "C1", "kind": kind, "outcome": outcome, "officer_ref": ""}
    with transaction(people) as session:
        _add(session, "C1")
        contacts.save(session, [row | {"on": ON + timedelta(days=days)}])
    with reading(people) as session:
        assert len(visit_decisions.standing(session, ON + timedelta(days=5))) == holds
        # What came after a day does not count on that day.
        assert len(visit_decisions.standing(session, ON + timedelta(days=days - 1)))


def test_what_visits_follow_from_is_the_last_home_contact_and_what_failed_since(
    people: Engine,
) -> None:
    told = [
        (1, "field", "made"), (2, "field", "not_home"), (5, "field", "made"),
        (5, "field", "refused"), (6, "office", "made"), (7, "office", "not_home"),
        (8, "field", "moved"), (20, "field", "made"),
    ]  # fmt: skip
    rows = [
        {"client_ref": "C1", "on": date(2026, 6, day), "kind": kind, "outcome": outcome,
         "officer_ref": ""}
        for day, kind, outcome in told
    ]  # fmt: skip
    with transaction(people) as session:
        contacts.save(session, [*rows, rows[1] | {"client_ref": "C2"}])
    with reading(people) as session:
        found = contacts.load(session, due_on=ON)
    assert found.loc[found["client_ref"] == "C1", "on"].map(lambda day: day.day).tolist() == [
        5, 5, 7, 8,
    ]  # fmt: skip
    assert found.loc[found["client_ref"] == "C2", "outcome"].tolist() == ["not_home"]


def test_who_moved_is_known_by_an_earlier_home(people: Engine) -> None:
    moved = date(2026, 5, 1)
    with transaction(people) as session:
        homes = residences.of_clients(session, session.scalars(select(ClientRow.id)))
        (first, second) = [own[0] for own in homes.values()][:2]
        # The second one's first address ended on its first day: it was only a mistake.
        residences.close(session, {first.id: moved, second.id: second.valid_from})
        residences.add(
            session,
            [
                {"client_id": home.client_id, "kind": "address", "address": "1 NEW STREET NE",
                 "zip": "", "valid_from": moved, "valid_to": None}
                for home in (first, second)
            ],
        )  # fmt: skip
    with reading(people) as session:
        assert residences.moves(session, ON) == {"C1": moved}
        assert residences.moves(session, moved - timedelta(days=1)) == {}
