"""Field offices and teams of an agency's files."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import geopandas as gpd
import pandas as pd
from sqlalchemy.orm import Session

from geoteam.crs import WGS84
from geoteam.profile import CityProfile
from geoteam.services.import_known import venues_by_name
from geoteam.services.import_loader import Counts, Entry, Loader, Warn, counts_of
from geoteam.services.import_mapping import ColumnMapping, Field
from geoteam.services.import_values import number, plain, reference, text, word_of
from geoteam.services.wording import counted, told_day
from geoteam.store import plans, staff, venues


class OfficeLoader(Loader):
    """Loads field offices as venues.

    Parameters
    ----------
    profile
        The city profile, whose first office category they get.
    """

    noun = "offices"
    key = "ref"
    fields: Sequence[Field] = (
        Field("ref", reference, ("office ref", "office id", "venue ref", "id"), required=True),
        Field("name", text(200), ("name", "office name", "office"), required=True),
        Field("address", text(300), ("address", "street address")),
        Field("lon", number(-180, 180), ("lon", "longitude", "lng", "x"), required=True),
        Field("lat", number(-90, 90), ("lat", "latitude", "y"), required=True),
    )

    def __init__(self, profile: CityProfile) -> None:
        categories = profile.venues.office_categories if profile.venues else ()
        self._category = categories[0] if categories else "field_office"

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
        mapping, warn
            Not needed here.

        Returns
        -------
        Counts
            What became of the rows.
        """
        rows = [entry.values for entry in entries]
        frame = gpd.GeoDataFrame(
            {
                "category": self._category,
                "name": pd.Series([row["name"] for row in rows], dtype="str"),
                "address": pd.Series([row.get("address", "") for row in rows], dtype="str"),
                "partner_kind": pd.Series([""] * len(rows), dtype="str"),
            },
            geometry=gpd.points_from_xy([r["lon"] for r in rows], [r["lat"] for r in rows]),
            crs=WGS84,
        )
        frame["category"] = frame["category"].astype("str")
        frame.index = pd.Index([row["ref"] for row in rows], name="venue_ref")
        return counts_of(venues.save(session, frame))


class TeamLoader(Loader):
    """Loads teams, and collects the units that each has today.

    Parameters
    ----------
    profile
        The city profile, for its specialised caseloads and office categories.
    units
        Codes of the units in force; empty when no boundaries are loaded, and then any code passes.
    today
        The day on which plans are in force.
    """

    noun = "teams"
    key = "ref"

    def __init__(self, profile: CityProfile, units: frozenset[str], today: date) -> None:
        labels = profile.caseload.labels
        citywide = profile.caseload.citywide
        special = {plain(name): name for name in citywide}
        special |= {plain(label): name for name, label in labels.items() if name in citywide}
        special |= {"general": "", "none": ""}
        self.fields: Sequence[Field] = (
            Field("ref", reference, ("team id", "team ref", "team number", "id"), required=True),
            Field("name", text(200), ("name", "team name", "team"), required=True),
            Field("specialty", word_of(special, "specialised caseload"),
                  ("specialty", "speciality", "caseload type", "specialised caseload")),
            Field("office", text(200), ("office", "field office", "office ref", "office name")),
            Field("units", text(20_000), ("units", "service areas", "psas", "areas")),
        )  # fmt: skip
        self.units: dict[str, str] = {}
        self._named: set[str] = set()
        self._known_units, self._today = units, today
        self._categories = profile.venues.office_categories if profile.venues else ()
        self._offices: dict[str, str] | None = None

    def check(self, entry: Entry) -> None:
        """Check the units of a row: they exist, and no other team has them.

        Parameters
        ----------
        entry
            The row.
        """
        for unit in entry.values.get("units", "").split():
            if self._known_units and unit not in self._known_units:
                entry.blame("units", f"names {unit}, which is no unit here", "Correct the code")
            elif unit in self.units:
                other = self.units[unit]
                entry.blame(
                    "units", f"names {unit}, which team {other} has", "Leave it to one team"
                )
            else:
                self.units[unit] = entry.values["ref"]

    def prepare(self, session: Session, entries: Sequence[Entry]) -> None:
        """Blame offices that are not there.

        Parameters
        ----------
        session
            Open session.
        entries
            Rows without faults.
        """
        if self._offices is None:
            named = venues_by_name(session, self._categories)
            self._offices = {plain(said): ref for said, ref in named.items()}
        for entry in entries:
            office = entry.values.get("office", "")
            if office and plain(office) not in self._offices:
                entry.blame("office", "is no field office here", "Load the office as a venue first")

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
            Not needed here.
        warn
            Told of teams of the whole city that hold areas.

        Returns
        -------
        Counts
            What became of the rows.
        """
        offices = self._offices or {}
        rows = [
            {
                "ref": entry.values["ref"],
                "name": entry.values["name"],
                "specialty": entry.values.get("specialty", ""),
                "office_ref": offices.get(plain(entry.values.get("office", "")), ""),
            }
            for entry in entries
        ]
        self._named |= {row["ref"] for row in rows}
        saved = staff.save_teams(session, rows)
        for entry in entries:
            held = self._held(session, entry.values["ref"]) if entry.values.get("specialty") else []
            if held:
                warn(
                    entry,
                    "specialty",
                    f"makes {entry.values['ref']} a team of the whole city, which may hold no "
                    f"area, and it holds {', '.join(held)}",
                    "Give its areas to other teams in a draft: nothing is published before that",
                )
        return counts_of(saved)

    def absent(self, session: Session) -> int:
        """Count the teams that were in no row.

        Parameters
        ----------
        session
            Open session.

        Returns
        -------
        int
            How many.
        """
        return len(set(staff.specialties(session)) - self._named)

    def _held(self, session: Session, team: str) -> list[str]:
        """Say what a team holds in each plan that stands or is being made."""
        said = []
        for one in plans.holdings(session, [team], self._today):
            since = one.plan.effective_from
            state = plans.SAID[one.plan.status]
            if since is not None:
                state = "in force" if since <= self._today else f"from {told_day(since)}"
            named = f'"{one.plan.name}" (plan {one.plan.id}, {state})'
            said.append(f"{counted(one.units, 'unit')} of {named}")
        return said
