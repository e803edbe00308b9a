"""Loading the address reference: what it says of its files, and what it refuses."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from geoteam.errors import AddressReferenceError
from geoteam.services.loading import load_addresses
from geoteam.services.workspace import Workspace


@pytest.fixture
def changed(city_data: Path, tmp_path: Path) -> Callable[..., Path]:
    """Copy the city's files with other columns in its points."""

    def copy(**columns: object) -> Path:
        data = tmp_path / "data"
        shutil.copytree(city_data, data)
        path = data / "points.csv"
        rows = pd.read_csv(path, dtype=str, keep_default_na=False)
        rows.assign(**columns).to_csv(path, index=False)
        return data

    return copy


def test_the_reference_says_where_it_comes_from(
    fresh: Workspace, changed: Callable[..., Path]
) -> None:
    info = load_addresses(fresh, changed())
    assert "points.csv" in {source["name"] for source in info["sources"]}
    assert str(info["built_at"]).startswith(str(fresh.now().date()))
    assert fresh.reference().info() == info


def test_a_reference_of_another_city_is_refused_and_the_old_one_stays(
    fresh: Workspace, changed: Callable[..., Path]
) -> None:
    before = fresh.reference().fingerprint
    data = changed(lon="2.35", lat="48.86")
    with pytest.raises(AddressReferenceError, match="points lie in the city") as caught:
        load_addresses(fresh, data)
    assert "points.csv" in str(caught.value)
    fresh.forget()
    assert fresh.reference().fingerprint == before


def test_a_file_that_lost_most_of_its_rows_is_refused_and_the_old_reference_stays(
    fresh: Workspace, changed: Callable[..., Path]
) -> None:
    had = load_addresses(fresh, data := changed())["addresses"]
    before = fresh.reference().fingerprint
    path = data / "points.csv"
    rows = pd.read_csv(path, dtype=str, keep_default_na=False)
    few = len(rows) // 2 - 1
    rows.head(few).to_csv(path, index=False)
    with pytest.raises(AddressReferenceError, match=f"holds {few} usable rows") as caught:
        load_addresses(fresh, data)
    assert f"reference has {len(rows)}" in str(caught.value)
    assert "--smaller" in caught.value.remedy
    fresh.forget()
    assert fresh.reference().fingerprint == before
    info = load_addresses(fresh, data, smaller=True)
    assert 0 < int(str(info["addresses"])) < int(str(had))


def test_a_reference_without_a_usable_row_is_refused_by_name(
    fresh: Workspace, changed: Callable[..., Path]
) -> None:
    with pytest.raises(AddressReferenceError, match="none of the"):
        load_addresses(fresh, changed(number="", address="", street=""))


def test_a_reference_of_an_older_version_says_what_to_run(
    fresh: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    index = fresh.reference()
    monkeypatch.setattr("geoteam.geocoding.index.FORMAT", 1)
    index.save(fresh.folder / "reference.npz")
    monkeypatch.undo()
    fresh.forget()
    with pytest.raises(AddressReferenceError, match="geoteam addresses add --data"):
        fresh.reference()
