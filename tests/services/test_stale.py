"""A better reference: what it changes by itself, and what it leaves to a person."""

from __future__ import annotations

import shutil
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
from geoteam.services.loading import load_addresses
from geoteam.services.people import clients_frame
from geoteam.services.stale import Refreshed, count_stale, refresh_geocodes
from geoteam.services.workspace import Workspace
from geoteam.store import geocodes
from geoteam.store.proposals import settle
from geoteam.store.tables import AuditRow, GeocodeRow
from tests.made_city import BOSS, client_row, counts, write_csv
from tests.tiny_city import CLIENT_HEADER, lonlat

Points = pd.DataFrame


@pytest.fixture
def rebuild(city_data: Path, tmp_path: Path) -> Callable[..., None]:
    """Build the reference of a workspace anew from doors that a test changes."""
    data = tmp_path / "data"
    shutil.copytree(city_data, data)

    def work(workspace: Workspace, change: Callable[[Points], Points]) -> None:
        path = data / "points.csv"
        change(pd.read_csv(path, dtype=str, keep_default_na=False)).to_csv(path, index=False)
        load_addresses(workspace, data)

    return work


def put(address: str, x_m: float, y_m: float) -> Callable[[Points], Points]:
    """Move one door, or add it."""

    def change(points: Points) -> Points:
        lon, lat = lonlat(x_m, y_m)
        at = points["address"] == address
        if at.any():
            return points.assign(
                lon=points["lon"].where(~at, str(lon)), lat=points["lat"].where(~at, str(lat))
            )
        number, rest = address.split(" ", 1)
        street, quadrant = rest.rsplit(" ", 1)
        zips = "00101" if quadrant == "NW" else "00102"
        new = ["N" + number, address, number, street, quadrant, zips, str(lon), str(lat)]
        return pd.concat([points, pd.DataFrame([new], columns=points.columns)])

    return change


# A door that no client lives behind.
NEWS = put("198 1ST STREET NW", 15, 150)


def _client(workspace: Workspace, ref: str) -> pd.Series:
    with workspace.reading() as session:
        return clients_frame(workspace, session, workspace.today(), refs=[ref]).iloc[0]


def _history(workspace: Workspace, ref: str) -> list[geocodes.Geocode]:
    residence = int(_client(workspace, ref)["residence_id"])
    with workspace.reading() as session:
        return geocodes.history(session, residence)


def _waiting(workspace: Workspace) -> list[GeocodeRow]:
    with workspace.reading() as session:
        query = select(GeocodeRow).where(GeocodeRow.decision == "proposed")
        return list(session.scalars(query.order_by(GeocodeRow.id)))


def _refresh(workspace: Workspace, **options: object) -> Refreshed:
    return refresh_geocodes(workspace, "test", **options)


def _change(done: Refreshed) -> pd.Series:
    changes = done.rows[done.rows["done"] != "unchanged"]
    assert len(changes) == 1
    return changes.iloc[0]


def test_nothing_is_stale_after_init(fresh: Workspace) -> None:
    before = counts(fresh)
    done = _refresh(fresh)
    assert done.summary() == {"checked": 0, "unchanged": 0, "renewed": 0, "saved": 0, "proposed": 0}
    assert done.rows.columns.tolist() == list(service.COLUMNS)
    assert counts(fresh) == before


def test_what_stays_is_only_stamped(fresh: Workspace, rebuild: Callable[..., None]) -> None:
    before = counts(fresh)
    rebuild(fresh, NEWS)
    assert count_stale(fresh) == 24
    assert _refresh(fresh).summary() == {
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
    between.index = [int(_client(workspace, "C001")["residence_id"])]
    with workspace.transaction() as session:
        geocodes.save(session, between, workspace.now())
    return float(between["uncertainty_m"].iloc[0])


def test_a_sharper_place_within_the_circle_is_saved(
    fresh: Workspace, rebuild: Callable[..., None]
) -> None:
    _put_between(fresh, rebuild)
    rebuild(fresh, put("122 1ST STREET NW", 15, 60))
    change = _change(_refresh(fresh))
    assert (change["client_ref"], change["done"]) == ("C001", "saved")
    assert (change["old_unit"], change["new_unit"]) == ("101", "101")
    assert change["new_place"] == "122 1ST STREET NW (PointAddress)"
    new, old = _history(fresh, "C001")[:2]
    assert (new.lon, new.lat) == pytest.approx(lonlat(15, 60), abs=1e-7)
    assert old.valid_to == new.valid_from
    assert new.reason.startswith(f"A newer reference places it {change['moved_m']:.0f} m away.")
    assert (new.decided_by, new.reference) == ("", fresh.reference().fingerprint)
    assert _refresh(fresh).checked == 0


def test_a_sharper_place_beyond_the_circle_needs_a_person(
    fresh: Workspace, rebuild: Callable[..., None]
) -> None:
    uncertainty_m = _put_between(fresh, rebuild)
    was = _history(fresh, "C001")[0]
    # North of the circle, and still in the same area.
    north_m = 60 + uncertainty_m + 80
    assert north_m < 390
    rebuild(fresh, put("122 1ST STREET NW", 15, north_m))
    change = _change(_refresh(fresh))
    assert (change["done"], change["old_unit"], change["new_unit"]) == ("proposed", "101", "101")
    assert change["moved_m"] > uncertainty_m
    assert _history(fresh, "C001")[0].id == was.id


def test_a_door_that_moves_beyond_its_circle_needs_a_person(
    fresh: Workspace, rebuild: Callable[..., None]
) -> None:
    rebuild(fresh, put("122 1ST STREET NW", 15, 90))
    change = _change(_refresh(fresh))
    assert (change["done"], change["old_unit"], change["new_unit"]) == ("proposed", "101", "101")
    assert change["moved_m"] == pytest.approx(30, abs=0.1)
    (waits,) = _waiting(fresh)
    assert waits.reason.startswith("A newer reference places it 30 m away.")


def test_a_vaguer_place_away_from_the_door_needs_a_person(
    fresh: Workspace, rebuild: Callable[..., None]
) -> None:
    # The door stood far from where its number would be interpolated, and is forgotten.
    residence = int(_client(fresh, "C001")["residence_id"])
    with fresh.transaction() as session:
        row = session.scalars(select(GeocodeRow).where(GeocodeRow.residence_id == residence)).one()
        row.geometry = shapely.Point(*lonlat(15, 350))
    rebuild(fresh, lambda points: points[points["address"] != "122 1ST STREET NW"])
    change = _change(_refresh(fresh))
    assert (change["done"], change["old_unit"], change["new_unit"]) == ("proposed", "101", "101")
    assert change["new_place"] == "122 1ST STREET NW (StreetAddress)"
    assert "m away, and less exactly." in change["reason"]
    assert _history(fresh, "C001")[0].match_code == "PointAddress"


def test_a_sharper_place_at_an_edge_needs_a_person(
    fresh: Workspace, rebuild: Callable[..., None]
) -> None:
    residence = int(_client(fresh, "C001")["residence_id"])
    with fresh.transaction() as session:
        row = session.scalars(select(GeocodeRow).where(GeocodeRow.residence_id == residence)).one()
        row.geometry, row.match_code = shapely.Point(*lonlat(15, 350)), "StreetAddress"
        row.uncertainty_m = 45.0
    rebuild(fresh, put("122 1ST STREET NW", 15, 394))
    change = _change(_refresh(fresh))
    assert (change["done"], change["old_unit"], change["new_unit"]) == ("proposed", "101", "101")
    assert "where another area is within its uncertainty" in change["reason"]


def test_a_door_that_moves_less_than_its_circle_stays(
    fresh: Workspace, rebuild: Callable[..., None]
) -> None:
    rebuild(fresh, put("122 1ST STREET NW", 15, 69))
    assert _refresh(fresh).unchanged == 24
    assert len(_history(fresh, "C001")) == 1


def test_a_vaguer_place_round_the_door_is_no_news(
    fresh: Workspace, rebuild: Callable[..., None]
) -> None:
    rebuild(fresh, lambda points: points[points["address"] != "122 1ST STREET NW"])
    text, empty = (pd.Series([one], dtype="str") for one in ("122 1ST STREET NW", ""))
    (newer,) = geocoding.place(fresh, text, empty).itertuples()
    assert (newer.match_code, newer.decision) == ("StreetAddress", "accepted")
    assert _refresh(fresh).unchanged == 24
    assert _history(fresh, "C001")[0].match_code == "PointAddress"
    # The door comes back, 12 m from where it was.
    rebuild(fresh, put("122 1ST STREET NW", 15, 72))
    assert _change(_refresh(fresh))["done"] == "proposed"


def test_another_area_of_the_same_team_needs_a_person(
    fresh: Workspace, rebuild: Callable[..., None]
) -> None:
    rebuild(fresh, put("122 1ST STREET NW", 15, 460))
    change = _change(_refresh(fresh))
    assert (change["done"], change["old_unit"], change["new_unit"]) == ("proposed", "101", "102")
    assert (change["old_team"], change["new_team"]) == ("T1", "T1")
    assert "in 102 instead of 101" in change["reason"]
    assert _client(fresh, "C001")["unit"] == "101"


def test_another_team_needs_a_person(fresh: Workspace, rebuild: Callable[..., None]) -> None:
    rebuild(fresh, put("122 1ST STREET NW", 500, 60))
    change = _change(_refresh(fresh))
    assert (change["done"], change["old_unit"], change["new_unit"]) == ("proposed", "101", "201")
    assert (change["old_team"], change["new_team"]) == ("T1", "T2")
    client = _client(fresh, "C001")
    assert (client["unit"], client["located"], client["decision"]) == ("101", True, "accepted")
    assert len(_history(fresh, "C001")) == 1
    (waits,) = _waiting(fresh)
    assert waits.valid_to == waits.valid_from
    present, new = waits.candidates
    assert present["present"] is True
    assert [present["lon"], present["lat"]] == pytest.approx(lonlat(15, 60), abs=1e-7)
    assert [new["lon"], new["lat"]] == pytest.approx(lonlat(500, 60), abs=1e-7)
    assert waits.reason.startswith(
        "A newer reference places it 485 m away, in 201 instead of 101 (team T2 instead of T1)."
    )
    assert _refresh(fresh).checked == 0
    assert assigning.run_assignment(fresh, "test")["repeated"]


def test_another_area_of_a_citywide_team_needs_a_person(
    fresh: Workspace, rebuild: Callable[..., None]
) -> None:
    rebuild(fresh, put("182 B STREET NW", 500, 60))
    change = _change(_refresh(fresh))
    assert (change["client_ref"], change["done"], change["new_unit"]) == ("C004", "proposed", "201")
    assert change["old_team"] == change["new_team"] == "mental_health (citywide)"
    assert _client(fresh, "C004")["unit"] != "201"


def test_a_place_is_never_lost_silently(fresh: Workspace, rebuild: Callable[..., None]) -> None:
    # The same address stands at a second place: nobody can tell which of the two is meant.
    lon, lat = lonlat(15, 700)

    def twice(points: Points) -> Points:
        more = points[points["address"] == "222 1ST STREET NW"]
        return pd.concat([points, more.assign(id="TWIN", lon=str(lon), lat=str(lat))])

    rebuild(fresh, twice)
    change = _change(_refresh(fresh))
    assert (change["client_ref"], change["done"]) == ("C005", "proposed")
    assert change["new_place"] == "waits for a person's decision"
    assert change["new_unit"] == ""
    assert "A newer reference no longer settles where it is." in change["reason"]
    assert _client(fresh, "C005")["located"]
    assert _waiting(fresh)[0].candidates[0]["address"] == "222 1ST STREET NW"


def test_what_still_waits_for_another_reason_is_not_called_saved(
    fresh: Workspace, rebuild: Callable[..., None], tmp_path: Path
) -> None:
    path = write_csv(
        tmp_path / "more.csv", CLIENT_HEADER, [client_row("C049", Home_Address="777 1ST STREET")]
    )
    imports.import_clients(fresh, "test", path)
    assert geocoding.geocode_residences(fresh, "test")["review"] == 1
    rebuild(fresh, put("777 1ST STREET NW", 15, 130))
    done = _refresh(fresh)
    assert (done.renewed, done.saved, done.proposed) == (1, 0, 0)
    assert _change(done)["new_place"] == "waits for a person's decision"


def test_what_waited_is_accepted_when_it_can_be(
    fresh: Workspace, rebuild: Callable[..., None], tmp_path: Path
) -> None:
    path = write_csv(
        tmp_path / "more.csv", CLIENT_HEADER, [client_row("C049", Home_Address="777 1ST STREET NW")]
    )
    imports.import_clients(fresh, "test", path)
    assert geocoding.geocode_residences(fresh, "test")["review"] == 1
    rebuild(fresh, put("777 1ST STREET NW", 15, 130))
    change = _change(_refresh(fresh))
    assert (change["client_ref"], change["done"], change["old_team"]) == ("C049", "saved", "")
    assert change["old_place"] == "waits for a person's decision"
    assert change["reason"].startswith("A newer reference was asked again.")
    assert _client(fresh, "C049")["unit"] == "101"


def _person_puts(workspace: Workspace, ref: str, x_m: float, y_m: float, **row: object) -> None:
    lon, lat = lonlat(x_m, y_m)
    frame = pd.DataFrame(
        [{"status": "M", "match_code": "PointAddress", "kind": "address", "score": 100.0,
          "lon": lon, "lat": lat, "uncertainty_m": 10.0, "matched_address": "SEEN",
          "reference_id": "", "inferred": False, "reason": "seen", "candidates": [],
          "boundary_ambiguous": False, "decision": "accepted"} | row],
        index=[int(_client(workspace, ref)["residence_id"])],
    )  # fmt: skip
    with workspace.transaction() as session:
        geocodes.save(session, frame, workspace.now(), decided_by="bea", decided_why="Visited")


def test_a_person_is_never_overruled(fresh: Workspace, rebuild: Callable[..., None]) -> None:
    _person_puts(fresh, "C001", 15, 250)
    change = _change(_refresh(fresh))
    assert (change["done"], change["old_unit"], change["new_unit"]) == ("proposed", "101", "101")
    assert "190 m away from where a person put it" in change["reason"]
    assert _history(fresh, "C001")[0].decided_by == "bea"
    (waits,) = _waiting(fresh)
    # The person decides once, and is asked no more about that place.
    with fresh.transaction() as session:
        settle(session, waits.id)
    rebuild(fresh, NEWS)
    assert _refresh(fresh).unchanged == 24
    assert _waiting(fresh) == []
    # Another place is another question.
    rebuild(fresh, put("122 1ST STREET NW", 500, 60))
    assert _change(_refresh(fresh))["done"] == "proposed"


def test_a_persons_place_is_confirmed_within_its_circle(fresh: Workspace) -> None:
    _person_puts(fresh, "C001", 15, 69)
    assert _refresh(fresh).summary() == {
        "checked": 1,
        "unchanged": 1,
        "renewed": 0,
        "saved": 0,
        "proposed": 0,
    }


def test_a_person_said_that_there_is_no_place(fresh: Workspace) -> None:
    nothing = dict.fromkeys(("lon", "lat", "uncertainty_m"), np.nan)
    _person_puts(fresh, "C001", 0, 0, status="U", kind="invalid", decision="unplaceable", **nothing)
    change = _change(_refresh(fresh))
    assert change["done"] == "proposed"
    assert "a person decided that there is none" in change["reason"]
    (waits,) = _waiting(fresh)
    assert [one["address"] for one in waits.candidates] == ["122 1ST STREET NW"]
    assert "present" not in waits.candidates[0]


def test_what_an_online_service_placed_need_not_be_known_here(fresh: Workspace) -> None:
    with fresh.transaction() as session:
        row = session.scalars(select(GeocodeRow).where(GeocodeRow.decision == "review")).one()
        row.decision, row.service, row.reference = "accepted", "mar", ""
        point = session.scalars(select(GeocodeRow.geometry).where(GeocodeRow.geometry.is_not(None)))
        row.geometry, row.uncertainty_m = point.first(), 10.0
    assert _refresh(fresh).summary() == {
        "checked": 1,
        "unchanged": 1,
        "renewed": 0,
        "saved": 0,
        "proposed": 0,
    }


def test_an_older_proposal_gives_way(fresh: Workspace, rebuild: Callable[..., None]) -> None:
    rebuild(fresh, put("122 1ST STREET NW", 500, 60))
    _refresh(fresh)
    rebuild(fresh, put("122 1ST STREET NW", 600, 60))
    assert _refresh(fresh).proposed == 1
    (waits,) = _waiting(fresh)
    assert waits.candidates[1]["lon"] == pytest.approx(lonlat(600, 60)[0], abs=1e-7)
    # The old place again: there is nothing left to decide.
    rebuild(fresh, put("122 1ST STREET NW", 15, 60))
    assert _refresh(fresh).unchanged == 24
    assert _waiting(fresh) == []


def test_taking_a_decision_back_asks_again(fresh: Workspace, rebuild: Callable[..., None]) -> None:
    rebuild(fresh, put("122 1ST STREET NW", 500, 60))
    _refresh(fresh)
    (waits,) = _waiting(fresh)
    item = review.review_item(fresh, BOSS, waits.id)
    labels = [(one["label"], one["unit"], one["team"]) for one in item["candidates"]]
    assert labels == [("Present place", "101", "West Team"), ("New place", "201", "East Team")]
    choice = {"action": "candidate", "candidate": 1, "why": "Seen the lease"}
    review.decide_item(fresh, BOSS, waits.id, **choice)
    assert _waiting(fresh) == []
    assert _client(fresh, "C001")["unit"] == "201"
    # What a person decided was decided with the newer reference in hand.
    assert count_stale(fresh) == 0
    review.undo_decision(fresh, BOSS, _history(fresh, "C001")[0].id)
    assert _client(fresh, "C001")["unit"] == "101"
    assert [row.id for row in _waiting(fresh)] == [waits.id]


def test_a_preview_writes_nothing_but_the_audit(
    fresh: Workspace, rebuild: Callable[..., None], tmp_path: Path
) -> None:
    rebuild(fresh, put("122 1ST STREET NW", 500, 60))
    before = counts(fresh)
    done = _refresh(fresh, preview=True, output=tmp_path / "list.csv")
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
        _refresh(fresh, output=tmp_path / "list.txt")
    assert counts(fresh) == before
    assert count_stale(fresh) == 24


def test_who_decides_meanwhile_wins(
    fresh: Workspace, rebuild: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> None:
    rebuild(fresh, put("122 1ST STREET NW", 15, 90))

    def slow(*args: object) -> pd.DataFrame:
        _person_puts(fresh, "C001", 15, 250)
        return geocoding.place(*args)

    monkeypatch.setattr(service, "place", slow)
    assert _refresh(fresh).checked == 23
    assert _history(fresh, "C001")[0].decided_by == "bea"
    assert count_stale(fresh) == 1


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
    done = _refresh(lone)
    after = people()
    assert done.proposed > 0
    was = before["located"]
    assert after.loc[was, "located"].all()
    assert after.loc[was, "unit"].tolist() == before.loc[was, "unit"].tolist()
    assert after.loc[was, "uncertainty_m"].le(before.loc[was, "uncertainty_m"]).all()
    again = counts(lone)
    assert _refresh(lone).checked == 0
    assert counts(lone) == again
    assert len(_waiting(lone)) == done.proposed
    assert review.count_waiting(lone, BOSS) >= done.proposed
