"""What a comment on a plan may say; clients have no place in it."""

from __future__ import annotations

import pytest

from geoteam.errors import InputError
from geoteam.services import plan_comments
from geoteam.services.workspace import Workspace
from geoteam.store import clients
from tests.made_city import BOSS, counts


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
    with pytest.raises(InputError, match="names a client") as refused:
        plan_comments.add(city, BOSS, 1, "101", words)
    assert ref not in str(refused.value)
    assert name not in str(refused.value)
    assert counts(city)["plan_comment"] == before


def test_a_comment_about_ground_is_kept(fresh: Workspace) -> None:
    with fresh.reading() as session:
        ref, name = sorted(clients.names(session))[6]
    for words in ("101 is too large for T1", f"{ref}0 is no client", name.split()[0], "Why?"):
        plan_comments.add(fresh, BOSS, 1, "101", words)
    told = [one["text"] for one in plan_comments.listed(fresh, BOSS, 1)]
    assert told[0] == "101 is too large for T1"
    assert len(told) == 4
