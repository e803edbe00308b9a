"""Officers and police partners of an agency's files."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from sqlalchemy.orm import Session

from geoteam.services.import_loader import Counts, Entry, Loader, Warn, counts_of
from geoteam.services.import_mapping import ColumnMapping, Field
from geoteam.services.import_values import number, plain, reference, text
from geoteam.store import duty, staff
from geoteam.store.bulk import Upsert

_LANGUAGES = Field("languages", text(300), ("languages", "skills", "languages spoken"))


def languages_of(said: str) -> list[str]:
    """Read languages and other skills.

    Parameters
    ----------
    said
        Names with a comma or semicolon between.

    Returns
    -------
    list of str
        Each once, in any case of letters.
    """
    names = (" ".join(name.split()) for name in said.replace(";", ",").split(","))
    return list({name.casefold(): name for name in names if name}.values())


def _save_languages(
    session: Session,
    kind: duty.Kind,
    entries: Sequence[Entry],
    mapping: ColumnMapping,
    saved: Upsert,
    known: Collection[str],
) -> Counts:
    """Save languages where the file has a column of them, and count whom that changes."""
    counts = counts_of(saved)
    if "languages" in mapping.columns:
        names = {e.values["ref"]: languages_of(e.values.get("languages", "")) for e in entries}
        other = set(duty.save_skills(session, kind, names)) & set(known)
        more = len(other.difference(saved.changed_refs))
        counts = Counts(counts.added, counts.changed + more, 0, counts.unchanged - more)
    return counts


class OfficerLoader(Loader):
    """Loads officers; those at work who are not in the file stay."""

    noun = "officers"
    key = "ref"
    fields: Sequence[Field] = (
        Field("ref", reference, ("officer id", "officer ref", "cso id", "id"), required=True),
        Field("name", text(200), ("name", "full name", "officer name"), required=True),
        Field("team", reference, ("team id", "team ref", "team"), required=True),
        Field("share", number(0.05, 1.0), ("full time share", "fte", "full time equivalent"),
              blank=1.0),
        _LANGUAGES,
    )  # fmt: skip

    def __init__(self) -> None:
        self._named: set[str] = set()

    def absent(self, session: Session) -> int:
        """Count the officers at work who were in no row.

        Parameters
        ----------
        session
            Open session.

        Returns
        -------
        int
            How many.
        """
        return len(set(staff.officers(session).index) - self._named)

    def prepare(self, session: Session, entries: Sequence[Entry]) -> None:
        """Blame rows whose team is not there.

        Parameters
        ----------
        session
            Open session.
        entries
            Rows without faults.
        """
        teams = set(staff.teams(session).index)
        for entry in entries:
            if entry.values["team"] not in teams:
                entry.blame("team", "is no team here", "Load the team first, or correct the id")

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
            Tells whether the file has languages.
        warn
            Not needed here.

        Returns
        -------
        Counts
            What became of the rows.
        """
        rows = [
            {
                "ref": entry.values["ref"],
                "name": entry.values["name"],
                "team_ref": entry.values["team"],
                "full_time_share": entry.values.get("share", 1.0),
                "active": True,
            }
            for entry in entries
        ]
        self._named |= {row["ref"] for row in rows}
        known = staff.officers(session, active_only=False).index
        saved = staff.save_officers(session, rows)
        return _save_languages(session, "officers", entries, mapping, saved, known)


class PolicePartnerLoader(Loader):
    """Loads police partners.

    Parameters
    ----------
    districts
        Codes of the districts in force; empty when none are loaded, and then any code passes.
    stations
        Names and references of stations, to the reference.
    """

    noun = "police partners"
    key = "ref"
    fields: Sequence[Field] = (
        Field("ref", reference, ("partner id", "police partner id", "partner ref", "badge",
                                 "badge number", "id"), required=True),
        Field("name", text(200), ("name", "full name", "officer name", "partner name"),
              required=True),
        Field("district", reference, ("district", "police district"), required=True),
        Field("more_districts", text(300), ("more districts", "other districts")),
        Field("station", text(200), ("station", "station ref", "police station")),
        _LANGUAGES,
    )  # fmt: skip

    def __init__(self, districts: frozenset[str], stations: Mapping[str, str]) -> None:
        self._named: set[str] = set()
        self._districts = districts
        self._stations = {plain(said): ref for said, ref in stations.items()}

    def absent(self, session: Session) -> int:
        """Count the police partners at work who were in no row.

        Parameters
        ----------
        session
            Open session.

        Returns
        -------
        int
            How many.
        """
        return len(set(staff.police_partners(session).index) - self._named)

    def check(self, entry: Entry) -> None:
        """Check the district and the station of a row.

        Parameters
        ----------
        entry
            The row.
        """
        district = entry.values["district"]
        if self._districts and district not in self._districts:
            entry.blame("district", "is no district here", "Use the code of a district")
        for code in _codes(entry):
            if self._districts and code not in self._districts:
                entry.blame(
                    "more_districts", f"names {code}, which is no district here", "Correct the code"
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
            Tells whether the file has languages and more districts.
        warn
            Told of stations that are not there.

        Returns
        -------
        Counts
            What became of the rows.
        """
        rows = []
        for entry in entries:
            station = entry.values.get("station", "")
            if station and plain(station) not in self._stations:
                warn(entry, "station", "is no police station here", "Load the station as a venue")
            rows.append(
                {
                    "ref": entry.values["ref"],
                    "name": entry.values["name"],
                    "district": entry.values["district"],
                    "station_ref": self._stations.get(plain(station), ""),
                    "active": True,
                }
                | (
                    {"more_districts": " ".join(sorted(set(_codes(entry))))}
                    if "more_districts" in mapping.columns
                    else {}
                )
            )
        self._named |= {row["ref"] for row in rows}
        known = staff.police_partners(session, active_only=False).index
        saved = staff.save_police_partners(session, rows)
        return _save_languages(session, "partners", entries, mapping, saved, known)


def _codes(entry: Entry) -> list[str]:
    return str(entry.values.get("more_districts", "")).replace(",", " ").replace(";", " ").split()
