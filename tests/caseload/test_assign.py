"""client -> unit -> team -> officer, on a city that can be checked by hand."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geoteam.caseload import Weights, assign
from geoteam.errors import AssignmentError, FrameError

from .city import CASELOAD, make_clients, make_officers

PLAN = {"101": "A", "102": "B", "103": ""}


def run(clients: pd.DataFrame, officers: pd.DataFrame, **options):
    return assign(clients, officers, PLAN, profile_caseload=CASELOAD, **options)


def test_unit_decides_the_team_and_the_team_the_officer() -> None:
    clients = make_clients([{"unit": "101"}, {"unit": "102"}])
    officers = make_officers([{"ref": "ann", "team": "A"}, {"ref": "bea", "team": "B"}])
    table = run(clients, officers).assignments
    assert table["team"].tolist() == ["A", "B"]
    assert table["officer"].tolist() == ["ann", "bea"]
    assert table["status"].tolist() == ["assigned", "assigned"]


@pytest.mark.parametrize(
    ("row", "status"),
    [
        ({"located": False, "lon": np.nan, "lat": np.nan, "unit": ""}, "no_location"),
        ({"boundary_ambiguous": True}, "ambiguous"),
        ({"unit": ""}, "outside"),
        ({"unit": "103"}, "no_team"),
        ({"unit": "999"}, "no_team"),
        ({"unit": "102"}, "no_officer"),
        ({"points": 50.0}, "no_capacity"),
    ],
)
def test_everybody_left_out_says_why(row, status) -> None:
    answer = run(make_clients([row]), make_officers([{"team": "A"}]))
    assert answer.assignments["status"].tolist() == [status]
    assert answer.assignments["officer"].tolist() == [""]
    assert answer.summary["unassigned"] == {status: 1}
    assert answer.assignments["reason"].iloc[0]["status"] == status


def test_specialised_clients_go_to_the_citywide_team_wherever_they_live() -> None:
    clients = make_clients(
        [
            {"specialty": "gps", "unit": "102"},
            {"specialty": "gps", "unit": "", "located": False, "lon": np.nan, "lat": np.nan},
        ]
    )
    officers = make_officers([{"team": "A"}, {"ref": "gus", "team": "G", "specialty": "gps"}])
    table = run(clients, officers).assignments
    assert table["officer"].tolist() == ["gus", "gus"]
    assert table["reason"].iloc[0]["team_why"] == "specialty"


def test_specialty_without_a_team_falls_back_to_the_area() -> None:
    answer = run(make_clients([{"specialty": "gps"}]), make_officers([{"team": "A"}]))
    reason = answer.assignments["reason"].iloc[0]
    assert (reason["team"], reason["team_why"]) == ("A", "specialty_without_team")
    assert reason["specialty_label"] == "GPS monitoring"


def test_precedence_of_the_profile_decides_among_several_needs() -> None:
    clients = make_clients([{"specialty": "gps", "needs": ["gps", "sex_offense"]}])
    both = make_officers(
        [
            {"ref": "gus", "team": "G", "specialty": "gps"},
            {"ref": "sue", "team": "S", "specialty": "sex_offense"},
        ]
    )
    assert run(clients, both).assignments["officer"].tolist() == ["sue"]
    assert run(clients, both.drop(index="sue")).assignments["officer"].tolist() == ["gus"]


def test_general_clients_never_go_to_specialised_officers_of_their_team() -> None:
    officers = make_officers([{"team": "A", "specialty": "gps"}])
    assert run(make_clients([{}]), officers).assignments["status"].tolist() == ["no_officer"]


def test_the_present_officer_is_kept_when_there_is_room() -> None:
    clients = make_clients([{"officer": "o1"}, {"officer": "o0"}])
    table = run(clients, make_officers([{}, {}])).assignments
    assert table["officer"].tolist() == ["o1", "o0"]
    assert all(reason["kept"] for reason in table["reason"])


def test_a_present_officer_over_capacity_gives_only_what_is_too_much() -> None:
    clients = make_clients([{"officer": "o0", "points": 2.0} for _ in range(6)])
    answer = run(clients, make_officers([{"capacity_points": 8.0}, {"capacity_points": 8.0}]))
    assert answer.assignments["officer"].value_counts()["o0"] == 4
    moved = answer.assignments[answer.assignments["officer"] == "o1"]
    assert {reason["present_why"] for reason in moved["reason"]} == {"full"}


def test_the_reason_of_a_change_across_teams_names_the_other_team() -> None:
    clients = make_clients([{"officer": "bea"}, {"officer": "gone"}])
    officers = make_officers([{"team": "A"}, {"ref": "bea", "team": "B"}])
    reasons = run(clients, officers).assignments["reason"].tolist()
    assert (reasons[0]["present_why"], reasons[0]["present_team"]) == ("other_team", "B")
    assert reasons[1]["present_why"] == "left"


def test_caseloads_are_compact() -> None:
    # Two knots of clients, two officers with no caseload yet: each gets one knot.
    west = [{"lon": -77.05 + 0.001 * n, "points": 1.0} for n in range(4)]
    east = [{"lon": -76.95 + 0.001 * n, "points": 1.0} for n in range(4)]
    table = run(make_clients(west + east), make_officers([{}, {}])).assignments
    assert table["officer"].iloc[:4].nunique() == 1
    assert table["officer"].iloc[4:].nunique() == 1
    assert table["officer"].nunique() == 2


def test_given_travel_times_are_used_and_gaps_in_them_bridged() -> None:
    asked = []

    def travel(origins, destinations):
        asked.append((origins.shape, destinations.shape))
        return np.full((len(origins), len(destinations)), np.inf)

    answer = run(make_clients([{}, {}]), make_officers([{}, {}]), travel=travel)
    assert asked == [((2, 2), (2, 2))]
    assert answer.summary["assigned"] == 2


def test_nearest_one_still_leaves_nobody_out() -> None:
    clients = make_clients([{"lon": -77.0 + n * 1e-4} for n in range(8)])
    officers = make_officers([{"capacity_points": 8.0}, {"capacity_points": 8.0}])
    assert run(clients, officers, nearest=1).summary["assigned"] == 8


def test_overload_is_only_by_leave() -> None:
    clients = make_clients([{"points": 4.0} for _ in range(3)])
    officers = make_officers([{"capacity_points": 10.0}])
    assert run(clients, officers).summary["unassigned"] == {"no_capacity": 1}
    assert run(clients, officers, overload=0.2).summary["unassigned"] == {}


def test_shortage_is_counted_in_officers() -> None:
    clients = make_clients([{"points": 4.0} for _ in range(5)])
    answer = run(clients, make_officers([{"capacity_points": 8.0}]))
    left = answer.assignments[answer.assignments["status"] == "no_capacity"]["reason"].iloc[0]
    assert left["more_officers"] == 1.5
    assert left["team"] == "A"


def test_reasons_and_summary_survive_json() -> None:
    clients = make_clients([{}, {"unit": ""}, {"points": 90.0}, {"officer": "zed"}])
    answer = run(clients, make_officers([{}, {}]))
    for reason in [*answer.assignments["reason"], answer.summary]:
        assert json.loads(json.dumps(reason)) == reason


def test_no_clients_is_an_empty_answer() -> None:
    clients = make_clients([{}]).iloc[:0]
    answer = run(clients, make_officers([{}]))
    assert len(answer.assignments) == 0
    assert (answer.objective, answer.gap) == (0.0, 0.0)


def test_no_officers_at_all() -> None:
    officers = make_officers([{}]).iloc[:0]
    assert run(make_clients([{}]), officers).summary["unassigned"] == {"no_officer": 1}


@pytest.mark.parametrize("points", [-1.0, np.nan, np.inf])
def test_impossible_workload_is_refused(points) -> None:
    with pytest.raises(AssignmentError, match="workload"):
        run(make_clients([{"points": points}]), make_officers([{}]))


def test_a_broken_frame_is_refused() -> None:
    with pytest.raises(FrameError, match="points"):
        run(make_clients([{}]).drop(columns="points"), make_officers([{}]))


cities = st.tuples(
    st.lists(
        st.fixed_dictionaries(
            {
                "unit": st.sampled_from(["101", "102", "103", ""]),
                "points": st.sampled_from([0.0, 0.5, 1.0, 2.0, 4.0, 8.0]),
                "lon": st.floats(-77.1, -76.9),
                "lat": st.floats(38.8, 39.0),
                "located": st.booleans(),
                "boundary_ambiguous": st.booleans(),
                "specialty": st.sampled_from(["", "", "gps", "sex_offense"]),
                "officer": st.sampled_from(["", "o0", "o1", "o5", "gone"]),
            }
        ),
        max_size=25,
    ),
    st.lists(
        st.fixed_dictionaries(
            {
                "team": st.sampled_from(["A", "B"]),
                "specialty": st.sampled_from(["", "", "", "gps"]),
                "capacity_points": st.floats(0, 20).map(lambda x: round(x, 2)),
            }
        ),
        max_size=6,
    ),
)


@settings(max_examples=60)
@given(cities, st.randoms(use_true_random=False))
def test_capacity_holds_and_everybody_is_in_one_place(city, random) -> None:
    clients = make_clients(city[0]) if city[0] else make_clients([{}]).iloc[:0]
    officers = make_officers(city[1]) if city[1] else make_officers([{}]).iloc[:0]
    answer = run(clients, officers)
    table = answer.assignments
    assert table.index.equals(clients.index)
    assert ((table["status"] == "assigned") == (table["officer"] != "")).all()
    load = clients["points"].groupby(table["officer"].to_numpy()).sum().drop("", errors="ignore")
    assert (load <= officers["capacity_points"].reindex(load.index) + 1e-9).all()
    assert answer.bound <= answer.objective + 1e-9
    served = table[table["officer"] != ""]
    assert (served["team"] == officers["team"].reindex(served["officer"]).to_numpy()).all()
    total = answer.summary["assigned"] + sum(answer.summary["unassigned"].values())
    assert total == len(clients)
    # Whoever could still be taken by some officer of the pool has been.
    for ref in table.index[table["status"] == "no_capacity"]:
        reason = table["reason"][ref]
        assert clients["points"][ref] > reason["largest_free"] - 1e-6
    # The order of the rows does not matter.
    shuffled = list(clients.index)
    random.shuffle(shuffled)
    again = run(clients.loc[shuffled], officers.iloc[::-1]).assignments
    assert again["officer"].reindex(clients.index).equals(table["officer"])


def test_costs_can_be_weighed_otherwise() -> None:
    # Everybody sits with the far officer; without a price on change the knots part.
    west = [{"lon": -77.05, "points": 1.0, "officer": "o0"} for _ in range(3)]
    east = [{"lon": -76.95, "points": 1.0, "officer": "o0"} for _ in range(3)]
    clients, officers = make_clients(west + east), make_officers([{}, {}])
    dear = run(clients, officers, weights=Weights(change_minutes=1000.0))
    free = run(clients, officers, weights=Weights(change_minutes=0.0))
    assert dear.summary["kept"] == 6
    assert free.summary["kept"] == 3


def test_bound_clients_stay_and_the_others_share_what_room_is_left() -> None:
    rows: list[dict[str, object]] = [{"officer": "o0", "points": 2.0, "bond": "always"}] * 5
    rows += [{"officer": "o1", "points": 2.0, "bond": "room"}] * 3
    rows += [{"officer": "o0", "points": 4.0, "bond": ""}, {"points": 1.0, "bond": ""}]
    rows += [{"officer": "gone", "points": 1.0, "bond": "always"}]
    officers = make_officers([{"capacity_points": 8.0}, {"capacity_points": 4.0}, {}])
    table = run(make_clients(rows), officers).assignments
    # Five stay with an officer who carries 8 already, two of three come back to one who carries 4.
    assert table["officer"].tolist()[:5] == ["o0"] * 5
    assert table["officer"].tolist()[5:8] == ["o1", "o1", "o2"]
    assert table["officer"].tolist()[8:] == ["o2"] * 3
    assert table["reason"].iloc[7]["present_why"] == "full"
    answer = run(make_clients(rows), officers)
    assert 0 <= answer.bound <= answer.objective
