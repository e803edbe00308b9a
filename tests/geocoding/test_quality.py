"""What points say of one another: a hundred-block that rests on one point, and a split one."""

from __future__ import annotations

from geoteam.geocoding import ReferenceIndex
from tests.geocoding import toy
from tests.geocoding.test_streetlines import faults, one, points

MAIN = [(str(n), "MAIN STREET", "NE", "20002", n, 400) for n in (310, 410, 510, 710)]


def build(extra: list[tuple[object, ...]]) -> ReferenceIndex:
    rows = points([*toy.POINTS, *MAIN, *extra])
    return ReferenceIndex.build(rows, grammar=toy.GRAMMAR, crs=toy.CRS)


def test_a_lone_point_is_judged_by_the_hundreds_beside_it() -> None:
    """Number 610 lies 2.5 km from where 510 and 710 are; at 610 m it is believed."""
    index = build([("610", "MAIN STREET", "NE", "20002", 3000, 400)])
    assert faults(index, "far_from_street") == [f"a{len(toy.POINTS) + len(MAIN)}"]
    house = one(index, "620 MAIN ST NE")
    assert house["status"] != "M"
    good = build([("610", "MAIN STREET", "NE", "20002", 610, 400)])
    assert faults(good, "far_from_street") == []


def test_of_two_places_of_one_hundred_the_street_tells_which_is_wrong() -> None:
    """Two of three points are wrong, so that the middle of all is too."""
    wrong = [(str(n), "MAIN STREET", "NE", "20002", 3000 + n, 400) for n in (601, 603)]
    index = build([*wrong, ("610", "MAIN STREET", "NE", "20002", 610, 400)])
    start = len(toy.POINTS) + len(MAIN)
    assert faults(index, "far_from_street") == [f"a{start}", f"a{start + 1}"]


def test_a_street_of_two_hundreds_is_not_judged() -> None:
    """Nobody tells which of the two is wrong."""
    rows = [(str(n), "LONE STREET", "NE", "20002", x, 600) for n, x in ((110, 110), (210, 3000))]
    assert faults(build(rows), "far_from_street") == []


def test_a_letter_written_apart_belongs_to_the_number_where_the_street_runs() -> None:
    index = build([("412", "B MAIN STREET", "NE", "20002", 412, 400)])
    found = one(index, "412 B MAIN ST NE")
    assert found["matched_address"] == "412B MAIN STREET NE"
    assert found["score"] == 100
    # The letters of this block are doors of their own.
    other = one(index, "410 C MAIN ST NE")
    assert (other["status"], other["score"]) == ("M", 93)


def test_numbers_of_one_side_count_before_those_across() -> None:
    """The odd side lies 200 m off the even one."""
    rows = [(str(n), "WIDE STREET", "NE", "20002", n, 1000 + 200 * (n % 2)) for n in
            (400, 415, 420)]  # fmt: skip
    index = build(rows)
    even = one(index, "410 WIDE ST NE")
    assert "between numbers 400 and 420" in even["reason"]
    odd = one(index, "401 WIDE ST NE")
    assert "between numbers 400 and 415" in odd["reason"]
    assert odd["uncertainty_m"] > 195
