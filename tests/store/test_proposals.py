"""Proposals beside geocodes in force, and which geocodes another reference made."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from sqlalchemy import Engine, select, update
from sqlalchemy.orm import Session

from geoteam.store import geocodes, proposals, stale, undo
from geoteam.store.engine import reading, transaction
from geoteam.store.tables import ClientRow, GeocodeRow, ResidenceRow
from tests.store.test_repositories import AT, geocode_rows

HOUR = timedelta(hours=1)


def _ids(session: Session) -> list[int]:
    return list(session.scalars(select(ResidenceRow.id).order_by(ResidenceRow.id)))


def _decisions(engine: Engine) -> list[tuple[str, str]]:
    with reading(engine) as session:
        query = select(GeocodeRow.decision, GeocodeRow.decided_why).where(
            GeocodeRow.decision.in_(("proposed", "settled"))
        )
        return [(row.decision, row.decided_why) for row in session.execute(query)]


@pytest.fixture
def proposed(people: Engine) -> tuple[Engine, int]:
    """Four geocodes of reference ``old``, and a proposal of ``new`` for the first residence."""
    with transaction(people) as session:
        rows = geocode_rows(session)
        geocodes.save(session, rows, AT, reference="old")
        first = _ids(session)[0]
        newer = rows.loc[[first]].assign(lon=-77.1, lat=38.8)
        assert geocodes.propose(session, newer, AT + HOUR, reference="new") == 1
    return people, first


def test_a_proposal_is_never_in_force(proposed: tuple[Engine, int]) -> None:
    people, first = proposed
    with reading(people) as session:
        (only,) = geocodes.history(session, first)
        assert (only.lon, only.reference, only.valid_to) == (-77.0, "old", None)
        row = session.scalars(select(GeocodeRow).where(GeocodeRow.decision == "proposed")).one()
        assert row.valid_from == row.valid_to == AT + HOUR
        assert row.reference == "new"
        assert proposals.settled_places(session, [first]) == {}
    assert _decisions(people) == [("proposed", "")]


@pytest.mark.parametrize("settled_first", [True, False])
def test_a_person_settles_it(proposed: tuple[Engine, int], settled_first: bool) -> None:
    people, first = proposed
    with transaction(people) as session:
        number = session.scalars(
            select(GeocodeRow.id).where(GeocodeRow.decision == "proposed")
        ).one()
        rows = geocode_rows_of(session, first)
        if settled_first:
            proposals.settle(session, number)
        geocodes.save(session, rows, AT + 2 * HOUR, decided_by="ann", decided_why="seen")
        if not settled_first:
            proposals.settle(session, number)
        # A geocode in force is no proposal, and stays as it is.
        proposals.settle(session, geocodes.history(session, first)[0].id)
    assert _decisions(people) == [("settled", "")]
    with transaction(people) as session:
        assert proposals.settled_places(session, [first]) == {first: [(-77.1, 38.8)]}
        assert geocodes.history(session, first)[0].decided_by == "ann"
        # Taken back, it waits again; and what held before holds again.
        assert undo.take_back(session, [first], AT + 3 * HOUR) == {first}
        assert geocodes.history(session, first)[0].decided_by == ""
    assert _decisions(people) == [("proposed", "")]


def geocode_rows_of(session: Session, residence: int) -> object:
    """What `geocode_rows` gives, for one residence that has a geocode already."""
    session.execute(
        update(GeocodeRow).where(GeocodeRow.residence_id == residence).values(valid_to=AT)
    )
    return geocode_rows(session).loc[[residence]]


def test_looking_up_again_withdraws_it(proposed: tuple[Engine, int]) -> None:
    people, first = proposed
    with transaction(people) as session:
        geocodes.save(session, geocode_rows_of(session, first), AT + 2 * HOUR, reference="newest")
    ((decision, why),) = _decisions(people)
    assert decision == "settled"
    assert why.startswith("withdrawn")
    with transaction(people) as session:
        # Nobody settled it, so taking the geocode back does not bring it up again.
        assert proposals.settled_places(session, [first]) == {}
        undo.take_back(session, [first], AT + 3 * HOUR)
    assert _decisions(people) == [(decision, why)]


def test_which_geocodes_are_stale(proposed: tuple[Engine, int]) -> None:
    people, first = proposed
    with transaction(people) as session:
        ids = _ids(session)
        assert stale.count(session, "old") == 0
        assert stale.count(session, "new") == 4
        frame = stale.load(session, "new", lock=True)
        assert frame.index.tolist() == ids
        assert frame.loc[first, ["lon", "lat", "decision"]].tolist() == [-77.0, 38.9, "accepted"]
        assert frame["needs"].tolist() == [["mental_health"]] * 4
        stale.stamp(session, [int(frame.loc[first, "geocode_id"])], "new")
        assert stale.load(session, "new").index.tolist() == ids[1:]
        # Neither a former residence nor a client whose supervision has ended is looked at.
        session.execute(
            update(ResidenceRow).where(ResidenceRow.id == ids[1]).values(valid_to=date(2026, 6, 1))
        )
        session.execute(update(ClientRow).where(ClientRow.ref == "C3").values(active=False))
        assert stale.load(session, "new").index.tolist() == ids[3:]
        assert stale.count(session, "new") == 1


def test_nothing_is_stale_where_nothing_is(people: Engine) -> None:
    with reading(people) as session:
        frame = stale.load(session, "new")
        assert frame.empty
        assert {"lon", "lat", "candidates"} <= set(frame.columns)
