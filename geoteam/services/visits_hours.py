"""Whether officers' and police partners' hours suffice for the visits still to plan."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from math import ceil
from typing import Any

import pandas as pd
from sqlalchemy.orm import Session

from geoteam.profile import CityProfile
from geoteam.services.duty import Span, day_spans, hours_of, joined, meet, without
from geoteam.services.workspace import Workspace
from geoteam.store import duty, plans, staff
from geoteam.store.duty import Kind, Shift
from geoteam.store.visits_ahead import tour_hours
from geoteam.tours.capacity import shortages

# Tours of so many days back tell how long the drive to a visit takes.
DRIVE_DAYS = 90
# Fewer stops than this tell little: the city's tours are asked, and without them this is assumed.
FEWEST_STOPS = 20
ASSUMED_DRIVE_S = 600.0
# Whoever has no hours on file is taken as on duty so long on working days.
ASSUMED_DUTY_H = 8


@dataclass(frozen=True, slots=True)
class Fit:
    """Hours of one officer, team or district: what its visits need, and what counts for them."""

    ref: str
    name: str
    visits: int
    need_min: int
    counted_min: int
    short_min: int


@dataclass(frozen=True, slots=True)
class Hours:
    """Whether hours suffice, and how that was reckoned.

    Attributes
    ----------
    officers, teams, districts
        Those with visits to plan, by name; a district has its police partners' hours, which may
        serve other districts too.
    verdicts
        Plain sentences; one, ``Enough ...``, when nothing is short.
    enough
        Whether nothing is short.
    basis
        How it was reckoned, in plain sentences.
    """

    officers: list[Fit]
    teams: list[Fit]
    districts: list[Fit]
    verdicts: list[str]
    enough: bool
    basis: list[str]


def reckon_hours(
    workspace: Workspace,
    session: Session,
    visits: pd.DataFrame,
    first: date,
    last: date,
    officer_refs: Collection[str],
) -> Hours:
    """Set the hours that visits need against those that people have.

    Parameters
    ----------
    workspace
        The workspace.
    session
        Open session.
    visits
        Visits on no planned tour: ``officer``, ``district`` and ``service_s``.
    first, last
        The days.
    officer_refs
        Whose visits they are.

    Returns
    -------
    Hours
        The answer.
    """
    busy = tour_hours(session, first - timedelta(days=DRIVE_DAYS))
    officers = staff.officers(session)
    officers = officers[officers.index.isin(list(officer_refs))]
    drive_s, told = _drive(busy, set(officers["team"]))
    need = visits.assign(need_min=(visits["service_s"] + drive_s) / 60)
    coming = busy[busy["standing"] & (busy["on"] >= first)]
    book = _Book(workspace, session, first, last)
    own = book.duty("officers", officers.index, coming, "officer")
    together = joined(span for spans in own.values() for span in spans)
    partners = staff.police_partners(session)
    theirs = {
        ref: meet(spans, together)
        for ref, spans in book.duty("partners", partners.index, coming, "police_partner").items()
    }
    share = workspace.profile.tours.share_of_duty
    counted = {ref: int(share * book.minutes(spans)) for ref, spans in own.items()}
    by_officer = _officer_fits(need, officers, counted)
    serves = {
        str(ref): {row["district"], *row["more_districts"].split()}
        for ref, row in partners.iterrows()
    }
    has = {ref: book.minutes(spans) for ref, spans in theirs.items()}
    by_district = _district_fits(workspace, need, serves, has)
    wanted = {one.ref for one in by_district}
    police_min = sum(has[ref] for ref in has if serves[ref] & wanted)
    officers_min = sum(counted.values())
    verdicts = _verdicts(by_officer, by_district, officers_min, police_min)
    served = {code for codes in serves.values() if codes & wanted for code in codes}
    others = _other_teams(workspace, session, first, served, set(officers["team"]))
    return Hours(
        by_officer,
        _team_fits(by_officer, officers, dict(staff.teams(session)["name"])),
        by_district,
        verdicts,
        all(one.short_min == 0 for one in [*by_officer, *by_district]),
        [told, *book.told, _counted(share), _SAID, *_shared(others)],
    )


_SAID = (
    "Hours on duty are counted within the hours of tours, from now on, without those of planned "
    "tours and without breaks; a police partner's only while one of these officers is on duty. "
    "They are compared over the whole span of days, not day by day."
)


def _counted(share: float) -> str:
    return (
        f"{100 * share:.0f} % of officers' hours on duty are counted for home visits, as they have "
        "other work too ([tours] share_of_duty in the city profile)."
    )


def _shared(others: int) -> list[str]:
    if not others:
        return []
    teams = "1 other team" if others == 1 else f"{others} other teams"
    return [
        f"Police partners serve districts: their hours are shared with {teams} there, "
        "and stand in full with each team."
    ]


def _other_teams(
    workspace: Workspace,
    session: Session,
    on: date,
    districts: Collection[str],
    own: Collection[str],
) -> int:
    """Count the other teams that the plan in force gives a part of the districts."""
    plan = plans.in_force(session, on)
    if plan is None:
        return 0
    parents = workspace.areas_of(plan.boundary_set_id)["parent"]
    teams = {
        team
        for unit, team in plans.units(session, plan.id).items()
        if team and parents.get(unit, "") in districts
    }
    return len(teams - set(own))


def _drive(busy: pd.DataFrame, teams: Collection[str]) -> tuple[float, str]:
    """Estimate the drive that a visit costs, and say from what."""
    own = busy[busy["team"].isin(list(teams))]
    for part, whose in ((own, "of these teams"), (busy, "of the city")):
        stops = int(part["stops"].sum())
        if stops >= FEWEST_STOPS:
            drive_s = float(part["drive_s"].sum()) / stops
            return drive_s, (
                f"A visit is taken to cost {drive_s / 60:.0f} minutes of driving: the average of "
                f"{stops:,} stops on {len(part):,} tours {whose} in the last {DRIVE_DAYS} days and "
                "ahead."
            )
    return ASSUMED_DRIVE_S, (
        f"A visit is assumed to cost {ASSUMED_DRIVE_S / 60:.0f} minutes of driving; once "
        f"{FEWEST_STOPS} stops have been planned, their average is taken."
    )


class _Book:
    """When people are on duty between two days; says what had to be assumed."""

    def __init__(self, workspace: Workspace, session: Session, first: date, last: date) -> None:
        self._profile: CityProfile = workspace.profile
        self._session = session
        self._now = workspace.now().astimezone(UTC)
        self._days = [first + timedelta(days=step) for step in range((last - first).days + 1)]
        rules = self._profile.tours
        self._hours = {day: self._span(day, rules.earliest, rules.latest) for day in self._days}
        begins = datetime.combine(first, time.fromisoformat(rules.earliest))
        ends = f"{begins + timedelta(hours=ASSUMED_DUTY_H):%H:%M}"
        self._breaks = [self._span(day, *rules.break_between) for day in self._days]
        self._usual = (rules.earliest, min(ends, rules.latest))
        self.told: list[str] = []

    def duty(
        self, kind: Kind, refs: Collection[str], busy: pd.DataFrame, column: str
    ) -> dict[str, list[Span]]:
        """Tell when people are on duty, within the hours of tours and on no planned tour."""
        kept = duty.shifts(self._session, kind, [str(ref) for ref in refs])
        unknown = sum(not own for own in kept.values())
        if unknown:
            who = "officer" if kind == "officers" else "police partner"
            have = f"{unknown} {who} has" if unknown == 1 else f"{unknown} {who}s have"
            begins, ends = self._usual
            self.told.append(
                f"{have} no duty hours on file: Monday to Friday {begins}-{ends} is taken."
            )
        taken: dict[str, list[Span]] = {}
        for ref, begins_at, ends_at in zip(
            busy[column], busy["departs_at"], busy["returns_at"], strict=True
        ):
            taken.setdefault(str(ref), []).append((begins_at, ends_at))
        return {ref: self._of(own, taken.get(ref, [])) for ref, own in kept.items()}

    def minutes(self, spans: Collection[Span]) -> int:
        """Add up whole minutes, less the break of each day on duty then."""
        longest = int(self._profile.tours.break_minutes)
        breaks = (_minutes(meet(list(spans), one)) for one in self._breaks) if longest else ()
        return _minutes(spans) - sum(min(longest, one) for one in breaks)

    def _of(self, own: list[Shift], taken: list[Span]) -> list[Span]:
        zone = self._profile.city.zone
        spans: list[Span] = []
        night: list[Span] = []
        for day in self._days:
            usual = [Shift(day.weekday(), *self._usual)] if day.weekday() < 5 else []
            today = day_spans(hours_of(own, day, usual), day, zone)
            spans += meet([*night, *today], self._hours[day])
            night = today
        return without(spans, taken) if taken else spans

    def _span(self, day: date, earliest: str, latest: str) -> list[Span]:
        begins, ends = (
            datetime.combine(day, time.fromisoformat(clock), self._profile.city.zone)
            for clock in (earliest, latest)
        )
        return joined([(max(begins.astimezone(UTC), self._now), ends.astimezone(UTC))])


def _minutes(spans: Collection[Span]) -> int:
    return int(sum((ends - begins).total_seconds() for begins, ends in spans) // 60)


def _sums(need: pd.DataFrame, column: str) -> dict[str, tuple[int, int]]:
    """Count the visits and the whole minutes that they need, by a column."""
    groups = need.groupby(column, sort=True)["need_min"]
    return {str(key): (len(own), ceil(own.sum())) for key, own in groups}


def _officer_fits(
    need: pd.DataFrame, officers: pd.DataFrame, counted: Mapping[str, int]
) -> list[Fit]:
    found = []
    for ref, (visits, minutes) in _sums(need, "officer").items():
        has = counted.get(ref, 0)
        name = str(officers["name"].get(ref, ref))
        found.append(Fit(ref, name, visits, minutes, has, max(0, minutes - has)))
    return sorted(found, key=lambda one: (one.name, one.ref))


def _team_fits(fits: list[Fit], officers: pd.DataFrame, names: Mapping[Any, Any]) -> list[Fit]:
    by_team: dict[str, list[Fit]] = {}
    for one in fits:
        by_team.setdefault(str(officers["team"].get(one.ref, "")), []).append(one)
    return [
        Fit(
            ref,
            str(names.get(ref, ref)),
            sum(one.visits for one in own),
            sum(one.need_min for one in own),
            sum(one.counted_min for one in own),
            sum(one.short_min for one in own),
        )
        for ref, own in sorted(by_team.items())
    ]


def _district_fits(
    workspace: Workspace,
    need: pd.DataFrame,
    serves: Mapping[str, Collection[str]],
    has: Mapping[str, int],
) -> list[Fit]:
    sums = _sums(need, "district")
    short = shortages({code: minutes for code, (_, minutes) in sums.items()}, has, serves)
    names = workspace.areas("district")["name"]
    return [
        Fit(
            code,
            str(names.get(code, code)) if code else "Outside all districts",
            visits,
            minutes,
            sum(has[ref] for ref in has if code in serves[ref]),
            short[code],
        )
        for code, (visits, minutes) in sums.items()
    ]


def _verdicts(
    officers: list[Fit],
    districts: list[Fit],
    officers_min: int,
    police_min: int,
) -> list[str]:
    visits, need = (sum(getattr(one, name) for one in officers) for name in ("visits", "need_min"))
    if not visits:
        return ["Enough: no visit is left to plan."]
    said = []
    for fits, whose in ((officers, "officers' time"), (districts, "police partners' time")):
        short = sorted((one for one in fits if one.short_min), key=lambda one: -one.short_min)
        if short:
            whole = sum(one.short_min for one in short)
            named = ", ".join(f"{one.name} ({hours_text(one.short_min)})" for one in short[:5])
            more = f" and {len(short) - 5} more" if len(short) > 5 else ""
            said.append(f"Short by {hours_text(whole)} of {whose}: {named}{more}.")
    needs = "visit still to plan needs" if visits == 1 else "visits still to plan need"
    return said or [
        f"Enough: {visits:,} {needs} {hours_text(need)}. Counted for home visits are "
        f"{hours_text(officers_min)} on duty of their officers, and {hours_text(police_min)} of "
        "the police partners who serve there."
    ]


def hours_text(minutes: int) -> str:
    """Write a time as a person says it.

    Parameters
    ----------
    minutes
        Whole minutes.

    Returns
    -------
    str
        Minutes below an hour, hours with one decimal below ten, else whole hours.
    """
    if minutes < 60:
        return f"{minutes} minute{'' if minutes == 1 else 's'}"
    hours = f"{minutes / 60:.1f}".removesuffix(".0") if minutes < 600 else f"{minutes / 60:,.0f}"
    return f"{hours} hour{'' if hours == '1' else 's'}"
