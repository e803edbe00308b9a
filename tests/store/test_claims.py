"""Claims: one holder a residence, whoever asks at the same moment, on both databases."""

from __future__ import annotations

import threading
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import Engine

from geoteam.store import claims, geocodes, queue
from geoteam.store.engine import reading, transaction
from tests.store.test_repositories import geocode_rows

AT = datetime(2026, 6, 15, 12, tzinfo=UTC)
SOON = AT + timedelta(minutes=10)
ALL = queue.Part(date(2026, 6, 15))


@pytest.fixture
def waiting(people: Engine) -> Engine:
    """Four addresses in the queue."""
    with transaction(people) as session:
        geocodes.save(session, geocode_rows(session, decision="review"), AT)
    return people


def _residences(engine: Engine) -> list[int]:
    with reading(engine) as session:
        return [row.residence_id for row in queue.page(session, ALL, AT)]


def test_a_claim_is_its_holders_until_it_runs_out(waiting: Engine) -> None:
    home = _residences(waiting)[0]
    with transaction(waiting) as session:
        assert claims.holder(session, home, AT) is None
        assert claims.take(session, home, "ann", AT, SOON)
        assert claims.take(session, home, "ann", AT, SOON)
        assert not claims.take(session, home, "bob", AT, SOON)
        held = claims.holder(session, home, AT)
        assert held == claims.Claim("ann", "ann", SOON)
        assert [row.held_by for row in queue.page(session, ALL, AT)] == ["ann", "", "", ""]
    with transaction(waiting) as session:
        # Free from the moment on which it runs out.
        assert claims.holder(session, home, SOON) is None
        assert claims.take(session, home, "bob", SOON, SOON + timedelta(minutes=10))
        claims.release(session, home, "ann")
        assert claims.holder(session, home, SOON)
        claims.release(session, home, "bob")
        assert claims.holder(session, home, SOON) is None


def test_the_next_one_is_held_by_nobody_else(waiting: Engine) -> None:
    with transaction(waiting) as session:
        items = [(row.id, row.residence_id) for row in queue.page(session, ALL, AT)]
        assert queue.following(session, ALL, "ann", AT) == items[0]
        assert queue.following(session, ALL, "ann", AT, items[1][0]) == items[2]
        # After the last one the queue begins anew.
        assert queue.following(session, ALL, "ann", AT, items[3][0]) == items[0]
        claims.take(session, items[0][1], "bob", AT, SOON)
        claims.take(session, items[1][1], "ann", AT, SOON)
        assert queue.following(session, ALL, "ann", AT) == items[1]
        assert queue.following(session, ALL, "cy", AT) == items[2]
        assert queue.following(session, ALL, "cy", SOON) == items[0]
        # The one after which is asked is not given, even when nothing else is left.
        for _, home in items[1:]:
            claims.take(session, home, "bob", SOON, SOON + timedelta(minutes=1))
        assert queue.following(session, ALL, "ann", SOON) == items[0]
        assert queue.following(session, ALL, "ann", SOON, items[0][0]) is None
        for _, home in items:
            claims.take(session, home, "bob", SOON, SOON + timedelta(minutes=1))
        assert queue.following(session, ALL, "ann", SOON) is None


def test_of_many_who_ask_at_once_no_two_get_the_same(waiting: Engine) -> None:
    many, start = 8, threading.Barrier(8)
    given: list[int | None] = []

    def ask(who: str) -> None:
        start.wait()
        with transaction(waiting) as session:
            while found := queue.following(session, ALL, who, AT):
                if claims.take(session, found[1], who, AT, SOON):
                    break
        given.append(found[0] if found else None)

    threads = [threading.Thread(target=ask, args=(f"user{k}",)) for k in range(many)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    got = [item for item in given if item is not None]
    assert len(given) == many
    assert len(got) == len(set(got)) == 4
