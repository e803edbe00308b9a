"""City profiles: what they hold, and what is refused with every fault named."""

from __future__ import annotations

from datetime import date, time
from pathlib import Path

import pytest

from geoteam.errors import MissingFileError, ProfileError
from geoteam.model import BoundarySet
from geoteam.profile import CityProfile, read_profile
from tests.tiny_city import PROFILE

ROOT = Path(__file__).resolve().parent.parent


def _read(folder: Path, text: str) -> CityProfile:
    path = folder / "city.toml"
    path.write_text(text)
    return read_profile(path)


def test_the_tiny_profile(tmp_path: Path) -> None:
    profile = _read(tmp_path, PROFILE)
    assert profile.city.name == "Tinytown"
    assert str(profile.city.zone) == "America/New_York"
    assert [table.kind for table in profile.boundaries] == ["service_area", "district", "zip"]
    assert profile.boundaries[0].valid_from == date(2024, 1, 1)
    assert profile.contact_standards["Intensive"].contacts == 8
    assert profile.contact_standards["Minimum"].field == 0.5
    assert profile.disclosure.threshold == 3
    assert profile.unit_kind == "service_area"
    assert CityProfile.model_validate(profile.model_dump(mode="json")) == profile


def test_peaks_are_read_in_the_order_of_the_day(tmp_path: Path) -> None:
    table = '[tours]\npeaks = [["07:00", "09:30", 1.35], ["09:30", "10:00", 1.1]]\n[disclosure]'
    profile = _read(tmp_path, PROFILE.replace("[disclosure]", table, 1))
    assert profile.tours.peaks[0] == (time(7), time(9, 30), 1.35)
    assert len(profile.tours.peaks) == 2


def test_what_is_not_said_has_a_default(tmp_path: Path) -> None:
    profile = _read(tmp_path, PROFILE.partition("[disclosure]")[0])
    assert profile.disclosure.threshold == 11
    assert profile.caseload.general == 50
    assert profile.caseload.specialised == 25
    assert profile.tours.earliest == "08:00"


@pytest.mark.parametrize("path", sorted((ROOT / "boundaries").glob("*.toml")), ids=lambda p: p.name)
def test_the_profiles_that_ship_are_sound(path: Path) -> None:
    profile = read_profile(path)
    assert profile.city.crs
    standards = profile.contact_standards
    assert {"Intensive", "Maximum", "Medium", "Minimum"} <= set(standards)
    assert (standards["Intensive"].contacts, standards["Intensive"].field) == (8, 4)
    assert (standards["Minimum"].contacts, standards["Minimum"].field) == (1, 0.5)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('crs = "EPSG:32618"', 'crs = "EPSG:4326"', "city.crs: .*cannot measure"),
        ('crs = "EPSG:32618"', 'crs = "EPSG:3857"', "city.crs"),
        ('crs = "EPSG:32618"', "", "city.crs: Field required"),
        ("America/New_York", "America/Tinytown", "no time zone"),
        ('name = "Tinytown"', 'name = "Tinytown"\nmayor = "Jo"', "city.mayor"),
        ('kind = "zip"', 'kind = "castle"', "boundaries.2.kind"),
        ('kind = "district"', 'kind = "ward"', "no .*boundaries.* of kind 'district'"),
        ('fields = { code = "ZIP", name = "ZIP" }', 'fields = { name = "ZIP" }', "holds the code"),
        ("valid_from = 2024-01-01", "valid_from = 2024-01-01\nvalid_to = 2023-01-01",
         "valid_to is not after valid_from"),
        ("residential = 36", "residential = 0", "speeds_kmh"),
        ("[venues]", "[geocoding]\naccept_score = 93\n[venues]", "accept_score: .*94"),
        ("[venues]", "[geocoding]\naccept_area_score = 101\n[venues]", "accept_area_score: .*100"),
        ("contacts = 8", "contacts = 0", "contact_standards.Intensive.contacts"),
        ("threshold = 3", "threshold = 1", "disclosure.threshold"),
        ("[disclosure]", '[tours]\npeaks = [["09:00", "07:00", 1.3]]\n[disclosure]',
         "tours.peaks: .*in the order of the day"),
        ("[disclosure]", '[tours]\npeaks = [["07:00", "09:00", 0.9]]\n[disclosure]',
         "tours.peaks.0.2: .*greater than or equal to 1"),
        ("[city]", "[city", "not valid TOML"),
    ],
)  # fmt: skip
def test_a_faulty_profile_is_refused(tmp_path: Path, old: str, new: str, message: str) -> None:
    assert old in PROFILE
    with pytest.raises(ProfileError, match=message) as caught:
        _read(tmp_path, PROFILE.replace(old, new, 1))
    assert "city.toml" in caught.value.where


def test_all_faults_are_listed_at_once(tmp_path: Path) -> None:
    text = PROFILE.replace("threshold = 3", "threshold = 1").replace("residential = 36", "x = -1")
    with pytest.raises(ProfileError) as caught:
        _read(tmp_path, text)
    assert "disclosure.threshold" in caught.value.what
    assert "speeds_kmh.x" in caught.value.what


def test_files_that_are_no_profile(tmp_path: Path) -> None:
    with pytest.raises(MissingFileError, match=r"no profile none\.toml"):
        read_profile(tmp_path / "none.toml")
    path = tmp_path / "binary.toml"
    path.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(ProfileError, match="not valid TOML"):
        read_profile(path)
    with pytest.raises(ProfileError, match="Field required"):
        _read(tmp_path, "")


def test_a_profile_cannot_be_changed(tmp_path: Path) -> None:
    profile = _read(tmp_path, PROFILE)
    with pytest.raises(ValueError, match="frozen"):
        profile.city.name = "Elsewhere"


def test_a_boundary_set_holds_up_to_its_last_day() -> None:
    one = BoundarySet("district", "2012", date(2012, 1, 1), date(2019, 1, 10))
    assert [one.in_force(day) for day in (date(2011, 12, 31), date(2012, 1, 1), date(2019, 1, 9),
                                          date(2019, 1, 10))] == [False, True, True, False]  # fmt: skip
    assert BoundarySet("district", "2019", date(2019, 1, 10)).in_force(date(2999, 1, 1))
