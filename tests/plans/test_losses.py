"""What a plan takes from teams, on a row of six units."""

from __future__ import annotations

from geoteam.plans.losses import Holdings, Loss

# Two units each.
TODAY = {"1": "A", "2": "A", "3": "B", "4": "B", "5": "C", "6": "C"}
NAMES = {"A": "Team 1", "B": "Team 2", "C": "Team 3"}


def texts(found: list[Loss]) -> list[str]:
    return [one.text for one in found]


def test_a_team_that_gives_all_it_has_away_is_named_even_where_it_gets_as_much() -> None:
    held = Holdings(TODAY, {}, NAMES)
    assert held.lost(TODAY) == []
    # A keeps one of its units; B goes to where C was, and C to where B was.
    moved = TODAY | {"2": "B", "3": "C", "4": "C", "5": "B", "6": "B"}
    (loss,) = held.lost(moved)
    assert (loss.kind, loss.teams) == ("keeps_none", ("B", "C"))
    assert loss.text == "Team 2 and Team 3 keep none of their areas."
    assert texts(held.lost(moved | {"5": "C"})) == ["Team 2 keeps none of its area."]


def test_a_field_office_outside_is_told_and_whether_that_is_new() -> None:
    # A's office is in its area, B's in C's, and C's nowhere in the city.
    held = Holdings(TODAY, {"A": "1", "B": "6", "C": ""}, NAMES)
    assert texts(held.lost(TODAY)) == [
        "The field offices of Team 2 and Team 3 are outside their areas, as they are today."
    ]
    found = held.lost(TODAY | {"1": "B", "6": "B"})
    assert [(one.kind, one.teams) for one in found] == [
        ("office_outside", ("A",)),
        ("office_stays_outside", ("C",)),
    ]
    assert found[0].text == "The field office of Team 1 would be outside its area."


def test_without_a_plan_of_today_only_the_offices_count_and_none_of_them_is_old() -> None:
    (loss,) = Holdings({}, {"A": "3"}).lost(TODAY)
    assert loss.kind == "office_outside"
    assert loss.text == "The field office of A would be outside its area."


def test_three_are_named_and_the_others_counted() -> None:
    today = {str(unit): f"T{unit}" for unit in range(1, 6)}
    names = {team: f"Team {team[1:]}" for team in today.values()}
    turned = {unit: f"T{int(unit) % 5 + 1}" for unit in today}
    assert texts(Holdings(today, {}, names).lost(turned)) == [
        "Team 1, Team 2, Team 3 and 2 other teams keep none of their areas."
    ]
    four = turned | {"5": "T5"}
    assert texts(Holdings(today, {}, names).lost(four)) == [
        "Team 1, Team 2, Team 3 and 1 other team keep none of their areas."
    ]


def test_units_that_had_no_team_are_nobody_s_loss() -> None:
    assert Holdings({"1": "", "2": "A"}, {}).lost({"1": "A", "2": "A"}) == []
