"""What a comment on a plan may say; clients have no place in it."""

from __future__ import annotations

import pytest
from sqlalchemy import update

from geoteam.errors import InputError
from geoteam.services import plan_comments
from geoteam.services.names_said import names_client, plain
from geoteam.services.people import clients_frame
from geoteam.services.workspace import Workspace
from geoteam.store import audit, clients
from geoteam.store.tables import ClientRow
from tests.made_city import BOSS, WEST, counts


@pytest.mark.parametrize(
    "said",
    [
        "{ref}",
        "Ask about {ref}'s home first.",
        "({small})",
        "{name} lives here",
        "Near  {swapped}.",
        "{upper}, again",
    ],
)
def test_a_comment_that_names_a_client_is_refused(city: Workspace, said: str) -> None:
    with city.transaction() as session:
        ref, name = sorted(clients.names(session))[6]
    first, *rest = name.split()
    assert rest
    words = said.format(
        ref=ref,
        small=ref.lower(),
        name=name,
        swapped=f"{' '.join(rest)}, {first}",
        upper=name.upper(),
    )
    before = counts(city)["plan_comment"]
    with pytest.raises(InputError, match="looks like a client's name") as refused:
        plan_comments.add(city, BOSS, 1, "101", words)
    assert ref not in str(refused.value)
    assert name not in str(refused.value)
    assert counts(city)["plan_comment"] == before


@pytest.mark.parametrize(
    ("name", "said", "here"),
    [
        ("Maria Garcia-Lopez", "Lopez has a dog", True),
        ("Maria Garcia-Lopez", "ask garcia first", True),
        ("Maria Garcia-Lopez", "Maria lives here", False),
        ("Sean O'Neil", "Near O\u2019Neil's fence", True),
        ("Sean O'Neil", "sean oneil", True),
        ("Jos\u00e9 N\u00fa\u00f1ez Jr.", "the Nunez family", True),
        ("Anna de la Cruz", "see Cruz, Anna", True),
        ("Van An", "An island of T1", True),
        ("Van An", "is an island of T1", False),
        ("Ruth Park", "sparks and parking", False),
        ("Cher", "Cher", False),
        ("Anna Moss -", "see Moss", True),
        ("Anna -", "?!", False),
    ],
)
def test_a_family_name_counts_where_its_bearer_lives(name: str, said: str, *, here: bool) -> None:
    assert names_client(plain(said), name, family=True) is here
    full = names_client(plain(said), name, family=False)
    assert full is (said in {"sean oneil", "see Cruz, Anna"})


def renamed(workspace: Workspace, unit: str, team: str) -> str:
    """Give somebody of a team who lives in a unit the name Ada Zzyzx, and nobody else."""
    with workspace.transaction() as session:
        people = clients_frame(workspace, session, workspace.today())
        ref = str(people.index[(people["unit"] == unit) & (people["team"] == team)][0])
        session.execute(update(ClientRow).where(ClientRow.ref == ref).values(name="Ada Zzyzx"))
    return ref


def test_a_family_name_is_refused_in_its_unit_only(lone: Workspace) -> None:
    renamed(lone, "101", "T1")
    for words in ("Zzyzx moves out", "near zzyzx's"):
        with pytest.raises(InputError, match="looks like a client's name"):
            plan_comments.add(lone, BOSS, 1, "101", words)
        plan_comments.add(lone, BOSS, 1, "202", words)


def test_that_a_comment_was_refused_is_noted_and_nothing_of_it(lone: Workspace) -> None:
    ref = renamed(lone, "101", "T1")
    with pytest.raises(InputError, match="looks like a client's name"):
        plan_comments.add(lone, BOSS, 1, "101", f"Ada Zzyzx, {ref}")
    with lone.reading() as session:
        (event,), _ = audit.page(session, action="plan.comment")
        assert not audit.verify(session)
    told = {key: event[key] for key in ("actor", "action", "object_kind", "object_ref", "detail")}
    assert told == {
        "actor": BOSS.username, "action": "plan.comment_refused", "object_kind": "plan",
        "object_ref": "1", "detail": {},
    }  # fmt: skip


def test_nobody_learns_by_trying_who_is_a_client_of_another_team(lone: Workspace) -> None:
    ref = renamed(lone, "201", "T2")
    for words in ("Zzyzx", "Ada Zzyzx", ref):
        plan_comments.add(lone, WEST, 1, "201", words)
        with pytest.raises(InputError, match="looks like a client's name"):
            plan_comments.add(lone, BOSS, 1, "201", words)


def test_a_comment_about_ground_is_kept(fresh: Workspace) -> None:
    with fresh.reading() as session:
        ref, name = sorted(clients.names(session))[6]
    for words in ("101 is too large for T1", f"{ref}0 is no client", name.split()[0], "Why?"):
        plan_comments.add(fresh, BOSS, 1, "101", words)
    told = [one["text"] for one in plan_comments.listed(fresh, BOSS, 1)]
    assert told[0] == "101 is too large for T1"
    assert len(told) == 4
