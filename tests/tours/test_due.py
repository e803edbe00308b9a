"""Visits due: dates that can be checked on a calendar."""

from __future__ import annotations

from datetime import date

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geoteam.errors import TourError
from geoteam.profile import ContactStandard
from geoteam.tours import visits_due

STANDARDS = {
    "Intensive": ContactStandard(contacts=8, field=4, accountability_tour=True),
    "Medium": ContactStandard(contacts=2, field=1),
    "Minimum": ContactStandard(contacts=1, field=0.5),
    "Phone": ContactStandard(contacts=1, field=0),
}
ON = date(2026, 3, 31)


def make_clients(**columns) -> pd.DataFrame:
    count = len(next(iter(columns.values())))
    return pd.DataFrame(columns, index=pd.Index([f"c{n}" for n in range(count)], name="client_ref"))


def make_contacts(rows: list[tuple[str, date, str, str]]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=["client_ref", "on", "kind", "outcome"])


def due(clients, contacts=(), **options) -> pd.DataFrame:
    options = {"on": ON, "within_days": 1000, **options}
    return visits_due(clients, make_contacts(list(contacts)), STANDARDS, **options)


@pytest.mark.parametrize(("level", "days"), [("Intensive", 7), ("Medium", 30), ("Minimum", 60)])
def test_the_interval_follows_the_standard(level, days) -> None:
    table = due(make_clients(level=[level]), [("c0", date(2026, 3, 1), "field", "made")])
    assert (table["due_on"].iloc[0] - date(2026, 3, 1)).days == days


def test_only_home_contacts_that_were_made_count() -> None:
    contacts = [
        ("c0", date(2026, 3, 1), "field", "made"),
        ("c0", date(2026, 3, 20), "office", "made"),
        ("c0", date(2026, 3, 21), "field", "not_home"),
        ("c0", date(2026, 3, 22), "field", "refused"),
        ("c0", date(2026, 4, 2), "field", "made"),
    ]
    row = due(make_clients(level=["Medium"]), contacts).loc["c0"]
    assert (row["last_made_on"], row["due_on"], row["tries"]) == (date(2026, 3, 1), ON, 2)
    assert row["reason"] == (
        "Medium: a home contact every 30.4 days; last seen at home on 1 Mar 2026, 2 failed tries "
        "since; due today."
    )


def test_intake_starts_the_clock() -> None:
    row = due(make_clients(level=["Medium"], intake_on=[date(2026, 2, 1)])).loc["c0"]
    assert (row["due_on"], row["overdue_days"]) == (date(2026, 3, 3), 28)
    assert "never seen at home since intake on 1 Feb 2026" in row["reason"]


def test_nobody_knows_since_when_is_due_today() -> None:
    assert due(make_clients(level=["Minimum"])).loc["c0", "overdue_days"] == 0


def test_priority_can_be_added_up_by_hand() -> None:
    # 8 contacts x 5, 3 days x 2, one failed try x 5, never seen 15.
    clients = make_clients(level=["Intensive"], intake_on=[date(2026, 3, 21)])
    row = due(clients, [("c0", date(2026, 3, 30), "field", "not_home")]).loc["c0"]
    assert row["overdue_days"] == 3
    assert row["priority"] == 40 + 6 + 5 + 15


def test_what_is_not_yet_due_is_listed_only_on_request() -> None:
    clients, contact = make_clients(level=["Medium"]), ("c0", date(2026, 3, 5), "field", "made")
    assert len(due(clients, [contact], within_days=0)) == 0
    assert len(due(clients, [contact], within_days=3)) == 0
    assert due(clients, [contact], within_days=4)["overdue_days"].tolist() == [-4]


def test_levels_without_home_contacts_have_no_visits() -> None:
    assert len(due(make_clients(level=["Phone"]))) == 0


def test_only_levels_of_accountability_tours_are_joint() -> None:
    table = due(make_clients(level=["Intensive", "Medium"]))
    assert table["joint"].to_dict() == {"c0": True, "c1": False}


def test_an_address_in_doubt_is_listed_but_not_usable() -> None:
    clients = make_clients(
        level=["Medium"] * 3,
        located=[True, False, True],
        boundary_ambiguous=[False, False, True],
    )
    table = due(clients)
    assert table["usable"].to_dict() == {"c0": True, "c1": False, "c2": False}
    assert "review" in table.loc["c2", "blocked"]


def test_moved_blocks_until_a_newer_address_is_known() -> None:
    contacts = [
        ("c0", date(2026, 3, 1), "field", "moved"),
        ("c1", date(2026, 3, 1), "field", "moved"),
    ]
    clients = make_clients(
        level=["Medium"] * 2, address_since=[date(2025, 1, 1), date(2026, 3, 10)]
    )
    assert due(clients, contacts)["usable"].to_dict() == {"c0": False, "c1": True}


def test_the_most_urgent_stands_first() -> None:
    table = due(make_clients(level=["Minimum", "Intensive", "Medium", "Medium"]))
    assert table.index.tolist() == ["c1", "c2", "c3", "c0"]


def test_an_unknown_level_is_named() -> None:
    with pytest.raises(TourError, match="'Weekly'"):
        due(make_clients(level=["Weekly"]))


def test_a_missing_column_is_named() -> None:
    with pytest.raises(TourError, match="outcome"):
        visits_due(
            make_clients(level=["Medium"]),
            make_contacts([]).drop(columns="outcome"),
            STANDARDS,
            on=ON,
        )


def test_timestamps_are_as_good_as_dates() -> None:
    contacts = make_contacts([("c0", date(2026, 3, 1), "field", "made")])
    contacts["on"] = pd.to_datetime(contacts["on"])
    clients = make_clients(level=["Medium"], intake_on=[pd.NaT])
    table = visits_due(clients, contacts, STANDARDS, on=ON)
    assert table.loc["c0", "due_on"] == ON


@given(
    st.lists(
        st.tuples(
            st.just("c0"),
            st.dates(date(2026, 1, 1), date(2026, 4, 30)),
            st.sampled_from(["office", "field", "phone"]),
            st.sampled_from(["made", "not_home", "refused", "moved"]),
        ),
        max_size=12,
    ),
    st.sampled_from(["Intensive", "Medium", "Minimum"]),
)
def test_the_due_date_from_the_definition(contacts, level) -> None:
    row = due(make_clients(level=[level]), contacts).loc["c0"]
    made = [day for _, day, kind, outcome in contacts if (kind, outcome) == ("field", "made")]
    seen = max((day for day in made if day <= ON), default=None)
    interval = 365.25 / 12 / STANDARDS[level].field
    if seen is None:
        assert row["due_on"] == ON
    else:
        assert (row["due_on"] - seen).days <= interval < (row["due_on"] - seen).days + 1
    assert row["overdue_days"] == (ON - row["due_on"]).days
    assert row["priority"] >= 1


def test_who_moved_is_due_at_the_new_home_within_ten_days() -> None:
    clients = make_clients(
        level=["Medium", "Intensive", "Medium", "Medium"],
        moved_on=[date(2026, 3, 20), date(2026, 3, 20), date(2026, 3, 20), None],
    )
    seen = [(f"c{n}", date(2026, 3, 18), "field", "made") for n in (0, 1, 3)]
    table = due(clients, [*seen, ("c2", date(2026, 3, 20), "field", "made")])
    # Ten days after the move; the level's seven days since the last visit are sooner; who was
    # seen on the day of the move was seen at the new home.
    assert table["due_on"].to_dict() == {
        "c0": date(2026, 3, 30),
        "c1": date(2026, 3, 25),
        "c2": date(2026, 4, 19),
        "c3": date(2026, 4, 17),
    }
    # 2 contacts x 5, 1 day x 2, moved 10.
    assert table.loc["c0", "priority"] == 10 + 2 + 10
    assert table.loc["c0", "reason"] == (
        "Medium: a home contact every 30.4 days; last seen at home on 18 Mar 2026; moved on "
        "20 Mar 2026, not yet seen at the new home; due on 30 Mar 2026, 1 day overdue."
    )
    assert "moved" not in table.loc["c2", "reason"]


def test_a_new_intake_is_told_as_such_for_thirty_days() -> None:
    clients = make_clients(level=["Medium"] * 2, intake_on=[date(2026, 3, 1), date(2026, 2, 28)])
    reasons = due(clients)["reason"]
    assert "new since intake on 1 Mar 2026, not yet seen at home; due today" in reasons["c0"]
    assert "never seen at home since intake on 28 Feb 2026" in reasons["c1"]


def test_missed_office_and_phone_contacts_raise_the_priority_a_little() -> None:
    contacts = [
        ("c0", date(2026, 3, 1), "field", "made"),
        ("c0", date(2026, 2, 1), "office", "not_home"),
        ("c0", date(2026, 3, 9), "phone", "made"),
        ("c1", date(2026, 3, 1), "field", "made"),
        *(("c1", date(2026, 3, day), "office", "not_home") for day in (3, 4, 5, 6)),
    ]
    table = due(make_clients(level=["Medium"] * 2), contacts)
    assert table["priority"].to_dict() == {"c0": 10, "c1": 10 + 6}
    assert "missed" not in table.loc["c0", "reason"]
    assert "1 Mar 2026; 4 office or phone contacts missed; due today" in table.loc["c1", "reason"]


def test_an_added_visit_is_due_whatever_the_level_requires_until_it_is_made() -> None:
    added = date(2026, 3, 30)
    clients = make_clients(level=["Phone", "Intensive", "Medium"], added_on=[added] * 3)
    contacts = [
        ("c0", date(2026, 3, 29), "field", "made"),
        ("c1", date(2026, 3, 10), "field", "made"),
        ("c2", added, "field", "made"),
    ]
    table = due(clients, contacts, within_days=0)
    assert table["due_on"].to_dict() == {"c0": added, "c1": date(2026, 3, 17)}
    assert table["required"].tolist() == table["joint"].tolist() == [True, True]
    # 1 contact x 5, 1 day x 2, added 30.
    assert table.loc["c0", "priority"] == 5 + 2 + 30
    assert table.loc["c0", "reason"] == (
        "Added by a supervisor for 30 Mar 2026. Phone: no home contact required; last seen at "
        "home on 29 Mar 2026; due on 30 Mar 2026, 1 day overdue."
    )
    assert pd.isna(table.loc["c0", "interval_days"])
    assert not due(clients, contacts).loc["c2", "required"]


def test_excluded_visits_are_listed_as_such_until_the_day() -> None:
    clients = make_clients(level=["Medium"] * 2, excluded_until=[ON, date(2026, 4, 1)])
    assert due(clients)["excluded_until"].to_dict() == {"c0": None, "c1": date(2026, 4, 1)}
