"""A better reference: what it changes by itself, and what it leaves to a person."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import shapely
from sqlalchemy import select

from geoteam.errors import InputError
from geoteam.services import assigning, audit, geocoding, imports, review
from geoteam.services import stale as service
from geoteam.services.people import clients_frame
from geoteam.services.stale import count_stale
from geoteam.services.workspace import Workspace
from geoteam.store import geocodes
from geoteam.store.tables import AuditRow, GeocodeRow
from tests.made_city import BOSS, client_row, counts, write_csv
from tests.services.refreshing import (
    NEWS,
    Points,
    client_row_of,
    history_of,
    only_change,
    proposals_of,
    put,
    refresh,
)
from tests.services.refreshing import rebuild as rebuild
from tests.tiny_city import CLIENT_HEADER, lonlat


def test_nothing_is_stale_after_init(fresh: Workspace) -> None:
    before = counts(fresh)
    done = refresh(fresh)
    assert done.summary() == {"checked": 0, "unchanged": 0, "renewed": 0, "saved": 0, "proposed": 0}
    assert done.rows.columns.tolist() == list(service.COLUMNS)
    assert counts(fresh) == before


def test_what_stays_is_only_stamped(fresh: Workspace, rebuild: Callable[..., None]) -> None:
    before = counts(fresh)
    rebuild(fresh, NEWS)
    assert count_stale(fresh) == 24
    assert refresh(fresh).summary() == {
        "checked": 24,
        "unchanged": 24,
        "renewed": 0,
        "saved": 0,
        "proposed": 0,
    }
    assert count_stale(fresh) == 0
    assert counts(fresh) == before | {"audit": before["audit"] + 1}
    with fresh.reading() as session:
        marks = set(session.scalars(select(GeocodeRow.reference)))
    assert marks == {fresh.reference().fingerprint}


def _put_between(workspace: Workspace, rebuild: Callable[..., None]) -> float:
    """Make the reference forget C001's door, and put C001 where it is interpolated; uncertainty."""
    rebuild(workspace, lambda points: points[points["address"] != "122 1ST STREET NW"])
    text, empty = (pd.Series([one], dtype="str") for one in ("122 1ST STREET NW", ""))
    between = geocoding.place(workspace, text, empty)
    assert between["match_code"].tolist() == ["StreetAddress"]
    between.index = [int(client_row_of(workspace, "C001")["residence_id"])]
    with workspace.transaction() as session:
        geocodes.save(session, between, workspace.now())
    return float(between["uncertainty_m"].iloc[0])


def test_a_sharper_place_within_the_circle_is_saved(
    fresh: Workspace, rebuild: Callable[..., None]
) -> None:
    _put_between(fresh, rebuild)
    rebuild(fresh, put("122 1ST STREET NW", 15, 60))
    change = only_change(refresh(fresh))
    assert (change["client_ref"], change["done"]) == ("C001", "saved")
    assert (change["old_unit"], change["new_unit"]) == ("101", "101")
    assert change["new_place"] == "122 1ST STREET NW (PointAddress)"
    new, old = history_of(fresh, "C001")[:2]
    assert (new.lon, new.lat) == pytest.approx(lonlat(15, 60), abs=1e-7)
    assert old.valid_to == new.valid_from
    assert new.reason.startswith(f"A newer reference places it {change['moved_m']:.0f} m away.")
    assert (new.decided_by, new.reference) == ("", fresh.reference().fingerprint)
    assert refresh(fresh).checked == 0


def test_a_sharper_place_beyond_the_circle_needs_a_person(
    fresh: Workspace, rebuild: Callable[..., None]
) -> None:
    uncertainty_m = _put_between(fresh, rebuild)
    was = history_of(fresh, "C001")[0]
    # North of the circle, and still in the same area.
    north_m = 60 + uncertainty_m + 80
    assert north_m < 390
    rebuild(fresh, put("122 1ST STREET NW", 15, north_m))
    change = only_change(refresh(fresh))
    assert (change["done"], change["old_unit"], change["new_unit"]) == ("proposed", "101", "101")
    assert change["moved_m"] > uncertainty_m
    assert history_of(fresh, "C001")[0].id == was.id


def test_a_door_that_moves_beyond_its_circle_needs_a_person(
    fresh: Workspace, rebuild: Callable[..., None]
) -> None:
    rebuild(fresh, put("122 1ST STREET NW", 15, 90))
    change = only_change(refresh(fresh))
    assert (change["done"], change["old_unit"], change["new_unit"]) == ("proposed", "101", "101")
    assert change["moved_m"] == pytest.approx(30, abs=0.1)
    (waits,) = proposals_of(fresh)
    assert waits.reason.startswith("A newer reference places it 30 m away.")


def test_a_vaguer_place_away_from_the_door_needs_a_person(
    fresh: Workspace, rebuild: Callable[..., None]
) -> None:
    # The door stood far from where its number would be interpolated, and is forgotten.
    residence = int(client_row_of(fresh, "C001")["residence_id"])
    with fresh.transaction() as session:
        row = session.scalars(select(GeocodeRow).where(GeocodeRow.residence_id == residence)).one()
        row.geometry = shapely.Point(*lonlat(15, 350))
    rebuild(fresh, lambda points: points[points["address"] != "122 1ST STREET NW"])
    change = only_change(refresh(fresh))
    assert (change["done"], change["old_unit"], change["new_unit"]) == ("proposed", "101", "101")
    assert change["new_place"] == "122 1ST STREET NW (StreetAddress)"
    assert "m away, and less exactly." in change["reason"]
    assert history_of(fresh, "C001")[0].match_code == "PointAddress"


def test_a_sharper_place_at_an_edge_needs_a_person(
    fresh: Workspace, rebuild: Callable[..., None]
) -> None:
    residence = int(client_row_of(fresh, "C001")["residence_id"])
    with fresh.transaction() as session:
        row = session.scalars(select(GeocodeRow).where(GeocodeRow.residence_id == residence)).one()
        row.geometry, row.match_code = shapely.Point(*lonlat(15, 350)), "StreetAddress"
        row.uncertainty_m = 45.0
    rebuild(fresh, put("122 1ST STREET NW", 15, 394))
    change = only_change(refresh(fresh))
    assert (change["done"], change["old_unit"], change["new_unit"]) == ("proposed", "101", "101")
    assert "where another area is within its uncertainty" in change["reason"]


def test_a_door_that_moves_less_than_its_circle_stays(
    fresh: Workspace, rebuild: Callable[..., None]
) -> None:
    rebuild(fresh, put("122 1ST STREET NW", 15, 69))
    assert refresh(fresh).unchanged == 24
    assert len(history_of(fresh, "C001")) == 1


def test_a_vaguer_place_round_the_door_is_no_news(
    fresh: Workspace, rebuild: Callable[..., None]
) -> None:
    rebuild(fresh, lambda points: points[points["address"] != "122 1ST STREET NW"])
    text, empty = (pd.Series([one], dtype="str") for one in ("122 1ST STREET NW", ""))
    (newer,) = geocoding.place(fresh, text, empty).itertuples()
    assert (newer.match_code, newer.decision) == ("StreetAddress", "accepted")
    assert refresh(fresh).unchanged == 24
    assert history_of(fresh, "C001")[0].match_code == "PointAddress"
    # The door comes back, 12 m from where it was.
    rebuild(fresh, put("122 1ST STREET NW", 15, 72))
    assert only_change(refresh(fresh))["done"] == "proposed"


def test_another_area_of_the_same_team_needs_a_person(
    fresh: Workspace, rebuild: Callable[..., None]
) -> None:
    rebuild(fresh, put("122 1ST STREET NW", 15, 460))
    change = only_change(refresh(fresh))
    assert (change["done"], change["old_unit"], change["new_unit"]) == ("proposed", "101", "102")
    assert (change["old_team"], change["new_team"]) == ("T1", "T1")
    assert "in 102 instead of 101" in change["reason"]
    assert client_row_of(fresh, "C001")["unit"] == "101"


def test_another_team_needs_a_person(fresh: Workspace, rebuild: Callable[..., None]) -> None:
    rebuild(fresh, put("122 1ST STREET NW", 500, 60))
    change = only_change(refresh(fresh))
    assert (change["done"], change["old_unit"], change["new_unit"]) == ("proposed", "101", "201")
    assert (change["old_team"], change["new_team"]) == ("T1", "T2")
    client = client_row_of(fresh, "C001")
    assert (client["unit"], client["located"], client["decision"]) == ("101", True, "accepted")
    assert len(history_of(fresh, "C001")) == 1
    (waits,) = proposals_of(fresh)
    assert waits.valid_to == waits.valid_from
    present, new = waits.candidates
    assert present["present"] is True
    assert [present["lon"], present["lat"]] == pytest.approx(lonlat(15, 60), abs=1e-7)
    assert [new["lon"], new["lat"]] == pytest.approx(lonlat(500, 60), abs=1e-7)
    assert waits.reason.startswith(
        "A newer reference places it 485 m away, in 201 instead of 101 (team T2 instead of T1)."
    )
    assert refresh(fresh).checked == 0
    assert assigning.run_assignment(fresh, "test")["repeated"]


def test_another_area_of_a_citywide_team_needs_a_person(
    fresh: Workspace, rebuild: Callable[..., None]
) -> None:
    rebuild(fresh, put("182 B STREET NW", 500, 60))
    change = only_change(refresh(fresh))
    assert (change["client_ref"], change["done"], change["new_unit"]) == ("C004", "proposed", "201")
    assert change["old_team"] == change["new_team"] == "mental_health (citywide)"
    assert client_row_of(fresh, "C004")["unit"] != "201"


def test_a_place_is_never_lost_silently(fresh: Workspace, rebuild: Callable[..., None]) -> None:
    # The same address stands at a second place: nobody can tell which of the two is meant.
    lon, lat = lonlat(15, 700)

    def twice(points: Points) -> Points:
        more = points[points["address"] == "222 1ST STREET NW"]
        return pd.concat([points, more.assign(id="TWIN", lon=str(lon), lat=str(lat))])

    rebuild(fresh, twice)
    change = only_change(refresh(fresh))
    assert (change["client_ref"], change["done"]) == ("C005", "proposed")
    assert change["new_place"] == "waits for a person's decision"
    assert change["new_unit"] == ""
    assert "A newer reference no longer settles where it is." in change["reason"]
    assert client_row_of(fresh, "C005")["located"]
    assert proposals_of(fresh)[0].candidates[0]["address"] == "222 1ST STREET NW"


def test_what_still_waits_for_another_reason_is_not_called_saved(
    fresh: Workspace, rebuild: Callable[..., None], tmp_path: Path
) -> None:
    path = write_csv(
        tmp_path / "more.csv", CLIENT_HEADER, [client_row("C049", Home_Address="777 1ST STREET")]
    )
    imports.import_clients(fresh, "test", path)
    assert geocoding.geocode_residences(fresh, "test")["review"] == 1
    rebuild(fresh, put("777 1ST STREET NW", 15, 130))
    done = refresh(fresh)
    assert (done.renewed, done.saved, done.proposed) == (1, 0, 0)
    assert only_change(done)["new_place"] == "waits for a person's decision"


def test_what_waited_is_accepted_when_it_can_be(
    fresh: Workspace, rebuild: Callable[..., None], tmp_path: Path
) -> None:
    path = write_csv(
        tmp_path / "more.csv", CLIENT_HEADER, [client_row("C049", Home_Address="777 1ST STREET NW")]
    )
    imports.import_clients(fresh, "test", path)
    assert geocoding.geocode_residences(fresh, "test")["review"] == 1
    rebuild(fresh, put("777 1ST STREET NW", 15, 130))
    change = only_change(refresh(fresh))
    assert (change["client_ref"], change["done"], change["old_team"]) == ("C049", "saved", "")
    assert change["old_place"] == "waits for a person's decision"
    assert change["reason"].startswith("A newer reference was asked again.")
    assert client_row_of(fresh, "C049")["unit"] == "101"


def test_what_an_online_service_placed_need_not_be_known_here(fresh: Workspace) -> None:
    with fresh.transaction() as session:
        row = session.scalars(select(GeocodeRow).where(GeocodeRow.decision == "review")).one()
        row.decision, row.service, row.reference = "accepted", "mar", ""
        point = session.scalars(select(GeocodeRow.geometry).where(GeocodeRow.geometry.is_not(None)))
        row.geometry, row.uncertainty_m = point.first(), 10.0
    assert refresh(fresh).summary() == {
        "checked": 1,
        "unchanged": 1,
        "renewed": 0,
        "saved": 0,
        "proposed": 0,
    }


def test_a_preview_writes_nothing_but_the_audit(
    fresh: Workspace, rebuild: Callable[..., None], tmp_path: Path
) -> None:
    rebuild(fresh, put("122 1ST STREET NW", 500, 60))
    before = counts(fresh)
    done = refresh(fresh, preview=True, output=tmp_path / "list.csv")
    assert done.proposed == 1
    assert counts(fresh) == before | {"audit": before["audit"] + 1}
    assert count_stale(fresh) == 24
    listed = pd.read_csv(tmp_path / "list.csv", dtype=str)
    assert listed.columns.tolist() == list(service.COLUMNS)
    assert len(listed) == 24
    assert listed["client_ref"].iloc[0] == "C001"
    assert listed["done"].tolist() == ["proposed", *["unchanged"] * 23]
    event = audit.list_events(fresh, None, page_size=1).rows[0]
    assert (event["actor"], event["action"]) == ("test", "clients.geocode")
    with fresh.reading() as session:
        detail = session.scalars(select(AuditRow).order_by(AuditRow.seq.desc())).first().detail
    assert detail == {
        "checked": 24, "unchanged": 23, "renewed": 0, "saved": 0, "proposed": 1, "preview": True,
    }  # fmt: skip


def test_a_list_that_cannot_be_written_changes_nothing(
    fresh: Workspace, rebuild: Callable[..., None], tmp_path: Path
) -> None:
    rebuild(fresh, put("122 1ST STREET NW", 15, 90))
    before = counts(fresh)
    with pytest.raises(InputError):
        refresh(fresh, output=tmp_path / "list.txt")
    assert counts(fresh) == before
    assert count_stale(fresh) == 24


@pytest.mark.parametrize("seed", range(3))
def test_no_client_changes_area_and_none_loses_a_place(
    lone: Workspace, rebuild: Callable[..., None], seed: int
) -> None:
    rng = np.random.default_rng(seed)

    def shake(points: Points) -> Points:
        kept = points[rng.random(len(points)) > 0.2]
        far = rng.normal(0, 0.002, (2, len(kept)))
        return kept.assign(
            lon=(kept["lon"].astype(float) + far[0]).astype(str),
            lat=(kept["lat"].astype(float) + far[1]).astype(str),
        )

    def people() -> pd.DataFrame:
        with lone.reading() as session:
            return clients_frame(lone, session, lone.today())

    before = people()
    rebuild(lone, shake)
    done = refresh(lone)
    after = people()
    assert done.proposed > 0
    was = before["located"]
    assert after.loc[was, "located"].all()
    assert after.loc[was, "unit"].tolist() == before.loc[was, "unit"].tolist()
    assert after.loc[was, "uncertainty_m"].le(before.loc[was, "uncertainty_m"]).all()
    again = counts(lone)
    assert refresh(lone).checked == 0
    assert counts(lone) == again
    assert len(proposals_of(lone)) == done.proposed
    assert review.count_waiting(lone, BOSS) >= done.proposed
