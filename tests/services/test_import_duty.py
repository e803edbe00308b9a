"""Files of hours on duty, languages, districts and cars, good and bad."""

from __future__ import annotations

from datetime import date, time
from pathlib import Path

import pytest
from shapely import Point
from sqlalchemy import func, select

from geoteam.errors import ImportProblems
from geoteam.services.import_cars import import_cars
from geoteam.services.import_duty import import_shifts
from geoteam.services.import_report import ImportReport
from geoteam.services.imports import import_staff, preview_mapping
from geoteam.services.workspace import Workspace
from geoteam.store import duty, staff
from geoteam.store.duty import Shift
from geoteam.store.tables import CarRow, VenueRow
from geoteam.store.tour_tables import ShiftRow
from tests.services.made_files import write, xlsx

HEADER = ["person", "days", "date", "begins", "ends"]


def _file(folder: Path, *rows: tuple[object, ...]) -> Path:
    return write(folder / "shifts.csv", *(dict(zip(HEADER, row, strict=True)) for row in rows))


def _load(workspace: Workspace, path: Path) -> ImportReport:
    return import_shifts(workspace, "cli:test", path)


def _of(workspace: Workspace, kind: duty.Kind, ref: str) -> list[Shift]:
    with workspace.reading() as session:
        return duty.shifts(session, kind, [ref])[ref]


def test_weeks_and_days_are_loaded_and_loading_again_changes_nothing(
    workspace: Workspace, tmp_path: Path
) -> None:
    path = _file(
        tmp_path,
        ("O1", "Mon-Fri", "", "8:00", "4 PM"),
        ("O1", "", "2026-06-15", "off", ""),
        ("P1", "fri, sat", "", "22:00", "06:00"),
        ("P1", "", "6/20/2026", "09:00", "12:00"),
        ("P1", "", "6/20/2026", "13:00", "17:00"),
    )
    first = _load(workspace, path)
    assert (first.rows, first.added, first.unchanged) == (5, 5, 0)
    assert _of(workspace, "officers", "O1") == [
        *(Shift(day, "08:00", "16:00") for day in range(5)), Shift(date(2026, 6, 15), "", ""),
    ]  # fmt: skip
    assert _of(workspace, "partners", "P1") == [
        Shift(4, "22:00", "06:00"), Shift(5, "22:00", "06:00"),
        Shift(date(2026, 6, 20), "09:00", "12:00"), Shift(date(2026, 6, 20), "13:00", "17:00"),
    ]  # fmt: skip
    again = _load(workspace, path)
    assert (again.added, again.changed, again.unchanged) == (0, 0, 5)
    assert again.sentence == "Nothing changed: 5 shifts are there as the file says."


def test_a_later_file_replaces_the_week_and_the_days_it_names(
    workspace: Workspace, tmp_path: Path
) -> None:
    _load(
        workspace,
        _file(
            tmp_path,
            ("O1", "Mon-Fri", "", "08:00", "16:00"),
            ("O1", "", "2026-06-15", "off", ""),
            ("O2", "daily", "", "08:00", "16:00"),
        ),
    )
    report = _load(workspace, _file(tmp_path, ("O1", "Tue", "", "10:00", "18:00")))
    assert (report.added, report.changed) == (0, 1)
    assert _of(workspace, "officers", "O1") == [
        Shift(1, "10:00", "18:00"), Shift(date(2026, 6, 15), "", ""),
    ]  # fmt: skip
    assert len(_of(workspace, "officers", "O2")) == 7
    # Hours that are only taken away are a change too.
    report = _load(workspace, _file(tmp_path, ("O2", "Mon-Fri", "", "08:00", "16:00")))
    assert (report.changed, report.unchanged) == (1, 0)
    assert report.is_new


@pytest.mark.parametrize(
    ("row", "column", "message"),
    [
        (("O9", "Mon", "", "08:00", "16:00"), "person", "is not an officer or a police partner"),
        (("O3", "Mon", "", "08:00", "16:00"), "person", "is not an officer or a police partner"),
        (("O1", "Moonday", "", "08:00", "16:00"), "days", "'moonday' is not a day of the week"),
        (("O1", "", "", "08:00", "16:00"), "days", "names no day"),
        (("O1", "Mon", "2026-06-15", "08:00", "16:00"), "days", "a date"),
        (("O1", "", "2026-02-30", "08:00", "16:00"), "date", "no day of the calendar"),
        (("O1", "Mon", "", "8", "16:00"), "begins", "no time of day"),
        (("O1", "Mon", "", "", "16:00"), "begins", "is empty"),
        (("O1", "Mon", "", "08:00", ""), "ends", "is empty"),
        (("O1", "Mon", "", "08:00", "8 AM"), "ends", "is the beginning again"),
        (("O1", "Mon", "", "off", ""), "begins", "off on a day of every week"),
        (("O1", "", "2026-06-15", "off", "16:00"), "ends", "an end on a day off"),
    ],
)  # fmt: skip
def test_a_bad_row_is_named_and_nothing_is_loaded(
    workspace: Workspace, tmp_path: Path, row: tuple[object, ...], column: str, message: str
) -> None:
    with pytest.raises(ImportProblems) as refused:
        _load(workspace, _file(tmp_path, ("O1", "Sun", "", "08:00", "16:00"), row))
    (problem,) = refused.value.problems
    assert (problem.row, problem.column) == (3, column)
    assert message in problem.message
    assert problem.remedy
    with workspace.reading() as session:
        assert session.scalar(select(func.count()).select_from(ShiftRow)) == 0


def test_hours_that_overlap_are_refused(workspace: Workspace, tmp_path: Path) -> None:
    night = ("P1", "Mon", "", "22:00", "06:00")
    for other in (("P1", "Mon-Tue", "", "23:00", "23:30"), ("P1", "Mon", "", "20:00", "22:30")):
        with pytest.raises(ImportProblems) as refused:
            _load(workspace, _file(tmp_path, night, other))
        assert refused.value.problems[0].message == "overlaps row 2"
    day_off = ("P1", "", "2026-06-15", "off", "")
    with pytest.raises(ImportProblems) as refused:
        _load(workspace, _file(tmp_path, day_off, ("P1", "", "2026-06-15", "08:00", "09:00")))
    assert refused.value.problems[0].message == "overlaps row 2"
    # Hours that touch do not overlap.
    assert _load(workspace, _file(tmp_path, night, ("P1", "Mon", "", "20:00", "22:00"))).added == 2


def test_an_id_of_two_people_needs_a_kind(workspace: Workspace, tmp_path: Path) -> None:
    with workspace.transaction() as session:
        staff.save_police_partners(
            session,
            [{"ref": "O1", "name": "Twin", "district": "1", "station_ref": "", "active": True}],
        )
    row = dict(zip(HEADER, ("O1", "Mon", "", "08:00", "16:00"), strict=True))
    with pytest.raises(ImportProblems) as refused:
        _load(workspace, write(tmp_path / "a.csv", row))
    assert "officer and of a police partner" in refused.value.problems[0].message
    for kind in ("Officer", "police partner"):
        _load(workspace, write(tmp_path / "b.csv", row | {"kind": kind}))
    assert _of(workspace, "officers", "O1") == _of(workspace, "partners", "O1") != []


def test_a_spreadsheet_with_times_is_read(workspace: Workspace, tmp_path: Path) -> None:
    path = xlsx(
        tmp_path / "shifts.xlsx",
        ["Badge Number", "Date", "Start Time", "End Time"],
        ["P1", date(2026, 6, 15), time(22, 0), time(6, 0)],
    )
    assert preview_mapping(workspace, path, "shifts").columns == {
        "person": "Badge Number", "date": "Date", "begins": "Start Time", "ends": "End Time",
    }  # fmt: skip
    assert _load(workspace, path).added == 1
    assert _of(workspace, "partners", "P1") == [Shift(date(2026, 6, 15), "22:00", "06:00")]


def _staff(folder: Path, officers: str, partners: str) -> dict[str, Path]:
    files = {"teams": "team_id,name\nT1,West\nT2,East\n", "officers": officers}
    files["police_partners"] = partners
    for name, text in files.items():
        (folder / f"{name}.csv").write_text(text)
    return {name: folder / f"{name}.csv" for name in files}


def test_languages_and_more_districts_come_with_the_staff(
    workspace: Workspace, tmp_path: Path
) -> None:
    officers = "officer_id,name,team_id,languages\nO1,Officer O1,T1,Spanish; ASL\n"
    partners = (
        "partner_id,name,district,more districts,languages\n"
        'P1,Partner,1,"3, 2",Spanish\nP2,Two,2,,\n'
    )
    files = _staff(tmp_path, officers, partners)
    done = import_staff(workspace, "cli:test", **files)
    # O1 and P1 were there, and have languages now.
    assert [(one.added, one.changed) for one in done.reports[1:]] == [(0, 1), (1, 1)]
    with workspace.reading() as session:
        assert duty.skills(session, "officers") == {"O1": ["ASL", "Spanish"]}
        assert duty.skills(session, "partners") == {"P1": ["Spanish"]}
        assert staff.police_partners(session)["more_districts"].to_dict() == {"P1": "2 3", "P2": ""}
        assert staff.get_police_partner(session, "P1").more_districts == ("2", "3")
    again = import_staff(workspace, "cli:test", **files)
    assert not any(one.is_new for one in again.reports)
    # A file without these columns leaves them as they are; an empty cell takes them away.
    files = _staff(tmp_path, officers, "partner_id,name,district\nP1,Partner,1\n")
    import_staff(workspace, "cli:test", **files)
    files = _staff(tmp_path, officers.replace("Spanish; ASL", ""), "partner_id,name,district\n")
    del files["police_partners"]
    import_staff(workspace, "cli:test", **files)
    with workspace.reading() as session:
        assert duty.skills(session, "officers") == {}
        assert duty.skills(session, "partners") == {"P1": ["Spanish"]}
        assert staff.get_police_partner(session, "P1").more_districts == ("2", "3")


@pytest.fixture
def offices(workspace: Workspace) -> Workspace:
    """The workspace with an office and a station."""
    with workspace.transaction() as session:
        for ref, category in (("F1", "field_office"), ("S1", "police_station"), ("C1", "church")):
            session.add(
                VenueRow(ref=ref, category=category, name=f"Place {ref}", address="", partner_kind="",
                         geometry=Point(-77, 38.8))
            )  # fmt: skip
    return workspace


def test_cars_stand_at_offices_and_stations(offices: Workspace, tmp_path: Path) -> None:
    rows = [
        {"car_id": "A1", "name": "Marked 1", "place": "place f1", "in use": ""},
        {"car_id": "A2", "name": "", "place": "S1", "in use": "no"},
    ]
    path = write(tmp_path / "cars.csv", *rows)
    assert import_cars(offices, "cli:test", path).added == 2
    assert import_cars(offices, "cli:test", path).unchanged == 2
    with offices.reading() as session:
        found = duty.cars(session, active_only=False)
    assert found["place_ref"].to_dict() == {"A1": "F1", "A2": "S1"}
    assert found["active"].to_dict() == {"A1": True, "A2": False}
    assert found["name"].to_dict() == {"A1": "Marked 1", "A2": "A2"}


def test_a_whole_day_is_two_rows(workspace: Workspace, tmp_path: Path) -> None:
    rows = ("O1", "Sat", "", "00:00", "12:00"), ("O1", "Sat", "", "12:00", "00:00")
    assert _load(workspace, _file(tmp_path, *rows)).added == 2


def test_days_that_are_wrong_are_told_how_to_be_written(
    workspace: Workspace, tmp_path: Path
) -> None:
    with pytest.raises(ImportProblems) as refused:
        _load(workspace, _file(tmp_path, ("O1", "Mon-Fry", "", "08:00", "16:00")))
    assert refused.value.problems[0].message == "'mon-fry' is not a day of the week"
    assert refused.value.problems[0].remedy == "Write days as Mon-Fri or Mon,Wed"


def test_a_car_at_an_unknown_place_is_told_the_nearest(offices: Workspace, tmp_path: Path) -> None:
    path = write(tmp_path / "c.csv", {"car_id": "A1", "place": "Plase F1"})
    with pytest.raises(ImportProblems) as refused:
        import_cars(offices, "cli:test", path)
    remedy = refused.value.problems[0].remedy
    assert remedy.startswith("The nearest known names are: Place F1, Place S1, ")
    assert remedy.endswith("geoteam staff import --offices")


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ({"car_id": "A3", "place": "Place C1"}, "no field office or police station"),
        ({"car_id": "", "place": "F1"}, "is empty"),
        ({"car_id": "A3", "place": "F1", "in use": "perhaps"}, "no answer that is known"),
        ({"car_id": "A1", "place": "F1"}, "stands in row 2 too"),
    ],
)
def test_a_bad_car_is_named(
    offices: Workspace, tmp_path: Path, row: dict[str, object], message: str
) -> None:
    good = {"car_id": "A1", "place": "F1", "in use": ""}
    with pytest.raises(ImportProblems) as refused:
        import_cars(offices, "cli:test", write(tmp_path / "c.csv", good, {"in use": ""} | row))
    (problem,) = refused.value.problems
    assert problem.row == 3
    assert message in problem.message
    with offices.reading() as session:
        assert session.scalar(select(func.count()).select_from(CarRow)) == 0
