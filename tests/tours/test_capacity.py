"""Hours shared out to areas: by hand, and against Hall's condition."""

from __future__ import annotations

from itertools import chain, combinations

from hypothesis import given
from hypothesis import strategies as st

from geoteam.tours.capacity import shortages


def test_a_partner_of_two_districts_helps_where_it_is_needed() -> None:
    serves = {"P1": ["1"], "P2": ["1", "2"], "P3": ["3", "9"]}
    free = {"P1": 300, "P2": 240, "P3": 60}
    assert shortages({"1": 300, "2": 240, "3": 60}, free, serves) == {"1": 0, "2": 0, "3": 0}
    assert shortages({"1": 360, "2": 240, "3": 0}, free, serves)["3"] == 0
    assert sum(shortages({"1": 360, "2": 240, "3": 0}, free, serves).values()) == 60
    assert shortages({"3": 420}, free, serves) == {"3": 360}


def test_without_people_everything_is_missing() -> None:
    assert shortages({"1": 90, "": 10}, {}, {}) == {"1": 90, "": 10}
    assert shortages({"1": 90}, {"P1": 0}, {"P1": ["1"]}) == {"1": 90}
    assert shortages({}, {"P1": 10}, {"P1": ["1"]}) == {}


@given(
    st.lists(st.integers(0, 50), min_size=1, max_size=4),
    st.lists(st.tuples(st.integers(0, 50), st.sets(st.integers(0, 3))), max_size=4),
)
def test_the_shortage_is_that_of_the_worst_group_of_areas(needs, people) -> None:
    need = {str(n): minutes for n, minutes in enumerate(needs)}
    free = {f"P{n}": minutes for n, (minutes, _) in enumerate(people)}
    serves = {f"P{n}": [str(area) for area in areas] for n, (_, areas) in enumerate(people)}
    groups = chain.from_iterable(combinations(need, size) for size in range(len(need) + 1))
    worst = max(
        sum(need[area] for area in group)
        - sum(free[ref] for ref in free if set(serves[ref]) & set(group))
        for group in groups
    )
    found = shortages(need, free, serves)
    assert sum(found.values()) == worst
    assert all(0 <= found[area] <= need[area] for area in need)
