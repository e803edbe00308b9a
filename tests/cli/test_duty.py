"""``geoteam shifts`` and ``geoteam cars``, and what they change for ``geoteam tours plan``."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from tests.cli.conftest import Command, ahead


def _monday() -> date:
    return ahead(7 - ahead(0).weekday())


def test_shifts_are_previewed_loaded_and_listed(geoteam: Command, tmp_path: Path) -> None:
    file = tmp_path / "shifts.csv"
    file.write_text("Badge Number,Days,Start,End\nP1,Mon-Fri,22:00,06:00\n")
    assert "person = Badge Number" in geoteam("shifts", "import", str(file), "--preview").out
    assert "1 new" in geoteam("shifts", "import", str(file)).out
    assert "Nothing changed: 1 shift" in geoteam("shifts", "import", str(file)).out
    monday = _monday().isoformat()
    rows = {one["ref"]: one for one in geoteam("shifts", "list", "--date", monday, "--json").json}
    assert rows["P1"]["week"] == "Mon-Fri 22:00-06:00"
    assert rows["P1"]["on_day"] == "22:00-06:00"
    assert rows["O1"]["week"] == ""
    assert "the city's hours" in geoteam("shifts", "list").out


def test_a_bad_row_is_said_with_what_to_do(geoteam: Command, tmp_path: Path) -> None:
    file = tmp_path / "shifts.csv"
    file.write_text("person,days,begins,ends\nP9,Mon,08:00,16:00\n")
    said = geoteam("shifts", "import", str(file)).refused()
    assert (
        "row 2, person: is not an officer or a police partner here (P9). Load officers and police partners first"
        in said
    )
    assert "Mend the rows listed" in said
    assert "--partial" not in said
    file.write_text("person,days,begins,ends\nP1,Mon,0800,16:00\n")
    assert "row 2, begins: is no time of day" in geoteam("shifts", "import", str(file)).refused()
    file.write_text("who,days,begins,ends\nP1,Mon,08:00,16:00\n")
    said = geoteam("shifts", "import", str(file)).refused()
    assert "--column person=" in said
    done = geoteam("shifts", "import", str(file), "--column", "person=who", "--json")
    assert done.json["added"] == 1


def test_a_tour_says_who_goes_in_which_car_and_where_they_meet(
    geoteam: Command, tmp_path: Path
) -> None:
    assert "No car is entered" in geoteam("cars", "list").out
    file = tmp_path / "cars.csv"
    file.write_text("car_id,name,place\nV1,Car One,Field Office\n")
    assert "1 new" in geoteam("cars", "import", str(file)).out
    assert geoteam("cars", "list", "--json").json[0]["place"] == "Field Office"
    day = _monday().isoformat()
    plan = ("tours", "plan", "--officer", "O1", "--date", day, "--police-partner", "P1")
    told = geoteam(*plan, "--max-stops", "1").out
    assert "Officer 1 and Police One in Car One; they meet at Field Office." in told
    told = geoteam(*plan, "--departs", "13:00", "--meet", "station", "--max-stops", "1").out
    assert "they meet at Station 1." in told
