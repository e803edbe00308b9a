"""Words on one client from two tours of a day: what follows stays while either word holds."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from geoteam.model import User
from geoteam.services import review, tours
from geoteam.services.workspace import Workspace
from geoteam.store.tables import ContactRow, OfficerRow
from tests.made_city import BOSS, NOW
from tests.services.test_road import made, planned, say, word
from tests.tiny_city import TODAY


@pytest.fixture
def twice(fresh: Workspace) -> tuple[str, str, User, str]:
    """Two tours of one day, the first cancelled, their officer and a client on both."""
    first, driver, clients = planned(fresh)
    tours.cancel_tour(fresh, BOSS, first, "another car")
    second, _, again = planned(fresh)
    client = next(one for one in clients if one in again)
    return first, second, driver, client


def _items(workspace: Workspace, client: str) -> list[str]:
    rows = review.review_queue(workspace, BOSS, reason="gone").rows
    return [row["reason"] for row in rows if row["client_ref"] == client]


@pytest.mark.parametrize("taken_back", [0, 1])
def test_a_contact_told_on_two_tours_stays_while_one_word_holds(
    fresh: Workspace, twice: tuple[str, str, User, str], taken_back: int
) -> None:
    *both, driver, client = twice
    for ref in both:
        assert say(fresh, driver, ref, word("made", client)) == {}
    assert made(fresh, client) == ["made"]
    say(fresh, driver, both[taken_back], word("withdrawn", client))
    assert made(fresh, client) == ["made"]
    with fresh.reading() as session:
        query = select(OfficerRow.ref).join(ContactRow, ContactRow.officer_id == OfficerRow.id)
        assert session.scalars(query.where(ContactRow.on == TODAY)).all() == [driver.officer_ref]
    say(fresh, driver, both[1 - taken_back], word("withdrawn", client))
    assert made(fresh, client) == []


def test_a_contact_is_handed_to_no_other_word(
    fresh: Workspace, twice: tuple[str, str, User, str]
) -> None:
    first, second, driver, client = twice
    say(fresh, driver, first, word("made", client))
    say(fresh, driver, second, word("not_home", client))
    say(fresh, driver, first, word("withdrawn", client))
    assert made(fresh, client) == ["not_home"]


@pytest.mark.parametrize("taken_back", [0, 1])
def test_who_has_moved_by_two_tours_stays_in_review_while_one_word_holds(
    fresh: Workspace, twice: tuple[str, str, User, str], taken_back: int
) -> None:
    *both, driver, client = twice
    notes = ["Says the neighbour.", "An empty flat."]
    for ref, note in zip(both, notes, strict=True):
        say(fresh, driver, ref, word("moved", client, note=note))
    assert [one.endswith(notes[1]) for one in _items(fresh, client)] == [True]
    say(fresh, driver, both[taken_back], word("withdrawn", client))
    assert [one.endswith(notes[1 - taken_back]) for one in _items(fresh, client)] == [True]
    say(fresh, driver, both[1 - taken_back], word("withdrawn", client))
    assert _items(fresh, client) == []


def test_what_a_reviewer_decided_since_holds_against_an_older_word(
    fresh: Workspace, twice: tuple[str, str, User, str]
) -> None:
    first, second, driver, client = twice
    say(fresh, driver, first, word("moved", client))
    (item,) = review.review_queue(fresh, BOSS, reason="gone").rows
    review.decide_item(
        fresh, BOSS, item["id"], action="candidate", candidate=0, why="The officer was next door"
    )
    later = Workspace(fresh.folder, fresh.engine, lambda: NOW + timedelta(minutes=5))
    say(later, driver, second, word("moved", client))
    assert len(_items(later, client)) == 1
    say(later, driver, second, word("withdrawn", client))
    assert _items(later, client) == []
