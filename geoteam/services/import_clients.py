"""Clients of an agency's file: who they are, and where they live since when."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from geoteam.model import ResidenceKind
from geoteam.profile import CityProfile
from geoteam.services.home_hours import read_hours, too_short
from geoteam.services.import_known import warn_of_unknown_officers
from geoteam.services.import_loader import Counts, Entry, Loader, Warn
from geoteam.services.import_mapping import ColumnMapping, Field
from geoteam.services.import_values import (
    BadValue,
    clock,
    day,
    number,
    plain,
    reference,
    text,
    word_of,
    yes_no,
    zip_code,
)
from geoteam.store import clients, duty, residences, staff, visit_limits
from geoteam.store.residences import Residence

NEEDS = ("mental_health", "substance_use", "domestic_violence", "sex_offense", "gps")
_KINDS = {
    **dict.fromkeys(
        ("address", "home", "house", "apartment", "private residence", "private", "family"),
        ResidenceKind.ADDRESS.value,
    ),
    **dict.fromkeys(("shelter", "homeless shelter"), ResidenceKind.SHELTER.value),
    **dict.fromkeys(
        ("no fixed address", "homeless", "unsheltered", "nfa", "transient", "none"),
        ResidenceKind.NO_FIXED_ADDRESS.value,
    ),
}
# What `client_fields` has, in its order; for help pages, which know no city.
FIELD_NAMES = ("ref", "name", "level", "needs", "intake_on", "address", "zip", "since", "kind",
               "officer", "access_notes", "home_from", "home_to", "home_hours", "announced",
               "two_officers", "interpreter", "dog", "service_minutes")  # fmt: skip
REQUIRED = ("ref", "name", "level", "intake_on", "address")
# What a file without the column must not change.
_OPTIONAL = {
    "needs": "needs",
    "access_notes": "access_notes",
    "officer": "source_officer_ref",
}
_HOURS = ("home_from", "home_hours")
# Minutes of a visit that an agency may ask for.
VISIT_MINUTES = (5, 240)


def client_fields(profile: CityProfile) -> tuple[Field, ...]:
    """List what a file of clients may hold.

    Parameters
    ----------
    profile
        The city profile, for its supervision levels and needs.

    Returns
    -------
    tuple of Field
        In the order of a record.
    """
    levels = {plain(level): level for level in profile.contact_standards}
    return (
        Field(
            "ref",
            reference,
            ("client id", "client ref", "client number", "client no", "person id", "supervisee id",
             "offender id", "case no", "case id", "case number", "id"),
            required=True,
        ),
        Field("name", text(200), ("full name", "client name", "name", "offender name"),
              required=True, private=True,
              halves=(("given name", "first name", "forename", "given names", "firstname"),
                      ("surname", "last name", "family name", "lastname"))),
        Field("level", word_of(levels, "supervision level"),
              ("supervision level", "level of supervision", "risk level", "sup level", "level"),
              required=True),
        Field("needs", _needs_of(profile), ("needs", "special needs", "conditions", "flags"),
              private=True, blank=[]),
        Field("intake_on", day, ("intake date", "supervision start date", "supervision start",
                                 "start date", "begin date", "intake"), required=True),
        Field("address", text(300), ("home address", "residential address", "current address",
                                     "residence address", "street address", "address", "residence"),
              required=True, private=True, may_be_blank=True),
        Field("zip", zip_code, ("zip", "zip code", "zipcode", "postal code", "home zip"),
              private=True),
        Field("since", day, ("address since", "residence since", "living there since",
                             "address start date", "move in date", "address date"), blank=None),
        Field("kind", word_of(_KINDS, "kind of residence"),
              ("residence type", "housing type", "address type", "residence kind", "housing"),
              blank=ResidenceKind.ADDRESS.value),
        Field("officer", reference, ("officer id", "assigned officer id", "supervising officer id",
                                     "cso id", "officer ref", "officer number", "officer")),
        Field("access_notes", text(2000), ("access notes", "visit notes", "safety notes",
                                           "notes for the door", "notes"), private=True),
        Field("home_from", clock, ("home from", "at home from", "available from")),
        Field("home_to", clock, ("home to", "at home to", "home until", "available to",
                                 "available until")),
        Field("home_hours", read_hours, ("home hours", "hours at home", "curfew hours"),
              blank=[]),
        Field("announced", yes_no, ("announced", "announced visit", "announced visits",
                                    "call ahead", "notify before visit"), blank=False),
        Field("two_officers", yes_no, ("two officers", "two officers only", "two officer",
                                       "two person visit", "two officers needed"), blank=False),
        Field("interpreter", _language, ("interpreter", "interpreter language",
                                         "visit language")),
        Field("dog", yes_no, ("dog", "dog at home", "dogs", "dog in home"), blank=False),
        Field("service_minutes", number(*VISIT_MINUTES),
              ("visit minutes", "service minutes", "minutes per visit", "visit length"),
              blank=None),
    )  # fmt: skip


def _language(cell: Any) -> str:
    value = text(60)(cell)
    if plain(value) in ("no", "none", "n", "n/a", "english"):
        return ""
    if plain(value) in ("yes", "y", "true"):
        raise BadValue("does not say which language", "Write the language, such as Spanish")
    return value


def _needs_of(profile: CityProfile) -> Callable[[Any], list[str]]:
    labels = profile.caseload.labels
    names = dict.fromkeys((*NEEDS, *profile.caseload.citywide))
    known = {plain(name): name for name in names}
    known |= {plain(label): name for name, label in labels.items() if name in names}
    read_one = word_of(known, "need")

    def read(cell: Any) -> list[str]:
        parts = [part for part in text(1000)(cell).replace(",", ";").split(";") if part.strip()]
        return sorted({read_one(part) for part in parts})

    return read


@dataclass(frozen=True)
class _Home:
    """What becomes of the residence of one row."""

    opens: bool = False
    since: date | None = None
    closes: Residence | None = None
    corrects: Residence | None = None
    # The row is older than what is known: its address is history.
    is_past: bool = False


class ClientLoader(Loader):
    """Loads clients with their residences.

    Parameters
    ----------
    profile
        The city profile.
    today
        The day that is today in the city.
    by, at
        Who loads, and when; kept with limits of visits that differ.
    """

    noun = "clients"
    key = "ref"

    def __init__(self, profile: CityProfile, today: date, by: str, at: datetime) -> None:
        self.fields = client_fields(profile)
        self._today, self._by, self._at = today, by, at
        self._visit_minutes = profile.tours.service_minutes
        self._officers: set[str] | None = None
        self._spoken: set[str] | None = None
        self._homes: dict[int, _Home] = {}

    def check(self, entry: Entry) -> None:
        """Check the fields of a row against each other.

        Parameters
        ----------
        entry
            The row.
        """
        values = entry.values
        for name in ("intake_on", "since"):
            # A day ahead, because the file may come from another time zone.
            if values.get(name) and values[name] > self._today + timedelta(days=1):
                entry.blame(name, "is in the future", "Correct the date, or load the row that day")
        start, end = values.get("home_from", ""), values.get("home_to", "")
        if bool(start) != bool(end):
            name = "home_to" if start else "home_from"
            entry.blame(name, "is empty while the other time is given", "Fill in both, or neither")
        elif start and start >= end:
            entry.blame("home_to", "is not after the first time", "Correct one of the two times")
        if start and values.get("home_hours"):
            entry.blame("home_hours", "stands beside a time of its own column", "Fill in one only")

    def prepare(self, session: Session, entries: Sequence[Entry]) -> None:
        """Decide what becomes of each residence; blame an address that fits no history.

        Parameters
        ----------
        session
            Open session.
        entries
            Rows without faults.
        """
        self._blame_short_hours(session, entries)
        ids = clients.refs_to_ids(session, [entry.values["ref"] for entry in entries])
        lived = residences.of_clients(session, ids.values())
        self._homes = {}
        for entry in entries:
            history = lived.get(ids.get(entry.values["ref"], 0), [])
            try:
                self._homes[entry.row] = self._home(entry.values, history)
            except BadValue as bad:
                entry.blame("since", bad.message, bad.remedy)

    def _blame_short_hours(self, session: Session, entries: Sequence[Entry]) -> None:
        """Blame hours at home in which no visit has room."""
        timed = {entry.values["ref"]: entry for entry in entries if _windows(entry.values)}
        silent = [ref for ref, entry in timed.items() if "service_minutes" not in entry.values]
        kept = visit_limits.limits_frame(session, silent)["service_minutes"].dropna().to_dict()
        for ref, entry in timed.items():
            needed = entry.values.get("service_minutes") or kept.get(ref, self._visit_minutes)
            if short := too_short(_windows(entry.values), needed):
                name = "home_hours" if entry.values.get("home_hours") else "home_to"
                entry.blame(name, short.message, short.remedy)

    def _home(self, values: dict[str, Any], history: Sequence[Residence]) -> _Home:
        since: date | None = values.get("since")
        now = next((home for home in history if home.valid_to is None), None)
        if now is None:
            return _Home(opens=True, since=since or values["intake_on"])
        if _same_place(values, now):
            alone = sum(home.valid_to != home.valid_from for home in history) == 1
            if since and since != now.valid_from and alone:
                return _Home(corrects=now, since=since)
            return _Home()
        if since is None:
            return _Home(opens=True, since=max(self._today, now.valid_from), closes=now)
        if since >= now.valid_from:
            # The same day: the address was wrong and never held.
            return _Home(opens=True, since=since, closes=now)
        if any(_same_place(values, home) and home.valid_from == since for home in history):
            return _Home(is_past=True)
        raise BadValue(
            "is before the present address began, which has no such address before it",
            "Give the day of the move to this address, or leave the row out",
        )

    def save(
        self, session: Session, entries: Sequence[Entry], mapping: ColumnMapping, warn: Warn
    ) -> Counts:
        """Save rows without faults.

        Parameters
        ----------
        session
            Open session.
        entries
            The rows.
        mapping
            Which fields the file has.
        warn
            Told of officers who are not there.

        Returns
        -------
        Counts
            What became of the rows.
        """
        if self._officers is None:
            self._officers = set(staff.officers(session).index)
        warn_of_unknown_officers(entries, self._officers, warn)
        self._warn_of_languages(session, entries, warn)
        for entry in entries:
            kind = entry.values.get("kind", ResidenceKind.ADDRESS.value)
            if not entry.values["address"] and kind != ResidenceKind.NO_FIXED_ADDRESS.value:
                warn(entry, "address", "is empty", "The client waits for an address")
        keep = [column for name, column in _OPTIONAL.items() if name not in mapping.columns]
        if not mapping.columns.keys() & set(_HOURS):
            keep.append("windows")
        fresh = [entry for entry in entries if not self._homes[entry.row].is_past]
        saved = clients.save(session, [_client(entry.values) for entry in fresh], keep=keep)
        ids = clients.refs_to_ids(session, [entry.values["ref"] for entry in entries])
        limited = self._save_limits(session, fresh)
        homes = {entry.values["ref"]: self._homes[entry.row] for entry in entries}
        residences.close(
            session, {h.closes.id: h.since for h in homes.values() if h.closes and h.since}
        )
        residences.correct_start(
            session, {h.corrects.id: h.since for h in homes.values() if h.corrects and h.since}
        )
        residences.add(
            session,
            [
                _residence(entry.values, ids[entry.values["ref"]], homes[entry.values["ref"]])
                for entry in entries
                if homes[entry.values["ref"]].opens
            ],
        )
        moved = {ref for ref, home in homes.items() if home.closes}
        touched = set(saved.changed_refs) | {ref for ref, home in homes.items() if home.corrects}
        # Who is new is counted as such, whatever limits they come with.
        new = {ref for ref, home in homes.items() if home.opens} - moved
        changed = len(touched - moved | limited - moved - new)
        return Counts(
            added=saved.added,
            changed=changed,
            moved=len(moved),
            unchanged=len(entries) - saved.added - changed - len(moved),
        )

    def _save_limits(self, session: Session, entries: Sequence[Entry]) -> set[str]:
        rows = [
            {"client_ref": entry.values["ref"]}
            | {name: entry.values[name] for name in visit_limits.NONE if name in entry.values}
            for entry in entries
        ]
        return visit_limits.save(session, rows, by=self._by, at=self._at)

    def _warn_of_languages(self, session: Session, entries: Sequence[Entry], warn: Warn) -> None:
        if self._spoken is None:
            people = [*duty.skills(session, "officers").values()]
            people += duty.skills(session, "partners").values()
            self._spoken = {name.casefold() for names in people for name in names}
        for entry in entries:
            language = entry.values.get("interpreter", "")
            if language and language.casefold() not in self._spoken:
                warn(
                    entry, "interpreter", "is spoken by nobody on the staff",
                    "Load the languages of officers and police partners, or correct the name",
                )  # fmt: skip


def _windows(values: dict[str, Any]) -> list[list[str]]:
    start = values.get("home_from", "")
    return [[start, values["home_to"]]] if start else values.get("home_hours") or []


def _client(values: dict[str, Any]) -> dict[str, Any]:
    return {
        "ref": values["ref"],
        "name": values["name"],
        "level": values["level"],
        "needs": values.get("needs", []),
        "intake_on": values["intake_on"],
        "access_notes": values.get("access_notes", ""),
        "windows": _windows(values),
        "active": True,
        "source_officer_ref": values.get("officer", ""),
    }


def _residence(values: dict[str, Any], client_id: int, home: _Home) -> dict[str, Any]:
    return {
        "client_id": client_id,
        "kind": values.get("kind", ResidenceKind.ADDRESS.value),
        "address": values["address"],
        "zip": values.get("zip", ""),
        "valid_from": home.since,
        "valid_to": None,
    }


def _same_place(values: dict[str, Any], home: Residence) -> bool:
    # A file without the column says nothing about it.
    return bool(
        values["address"].casefold() == home.address.casefold()
        and values.get("zip", home.zip) == home.zip
        and values.get("kind", home.kind) == home.kind
    )
