"""What a plan takes from a team that no figure shows: all of its ground, or its field office."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

KEEPS_NONE, OFFICE_OUTSIDE, OFFICE_STAYS_OUTSIDE = (
    "keeps_none",
    "office_outside",
    "office_stays_outside",
)
# So many teams are named.
_NAMED = 3


@dataclass(frozen=True)
class Loss:
    """One thing that teams lose.

    Attributes
    ----------
    kind
        ``keeps_none`` (all its units go to others), ``office_outside`` (the field office would lie
        outside of the team's area), ``office_stays_outside`` (it lies outside today too).
    teams
        References, sorted.
    text
        A sentence that names them.
    """

    kind: str
    teams: tuple[str, ...]
    text: str


@dataclass(frozen=True)
class Holdings:
    """What the teams hold before a plan changes it.

    Attributes
    ----------
    present
        Unit -> team today; empty without a plan to compare with.
    offices
        Team -> unit of its field office; '' where that lies in no unit.
    names
        Team -> name; who is not in it goes by the reference.
    """

    present: Mapping[str, str] = field(default_factory=dict)
    offices: Mapping[str, str] = field(default_factory=dict)
    names: Mapping[str, str] = field(default_factory=dict)

    def lost(self, units: Mapping[str, str]) -> list[Loss]:
        """List what teams lose by a plan.

        Parameters
        ----------
        units
            Unit -> team of the plan.

        Returns
        -------
        list of Loss
            The gravest first; empty when nobody loses anything of this.
        """
        had = set(self.present.values()) - {""}
        keep = {team for unit, team in self.present.items() if units.get(unit) == team}
        outside = {team for team, unit in self.offices.items() if units.get(unit) != team}
        before = {team for team in outside if had and self.present.get(self.offices[team]) != team}
        found = (
            (KEEPS_NONE, had - keep, "{} keeps none of its area", "{} keep none of their areas"),
            (
                OFFICE_OUTSIDE,
                outside - before,
                "The field office of {} would be outside its area",
                "The field offices of {} would be outside their areas",
            ),
            (
                OFFICE_STAYS_OUTSIDE,
                before,
                "The field office of {} is outside its area, as it is today",
                "The field offices of {} are outside their areas, as they are today",
            ),
        )
        return [
            Loss(kind, tuple(sorted(teams)), self._said(sorted(teams), one, many))
            for kind, teams, one, many in found
            if teams
        ]

    def _said(self, teams: Sequence[str], one: str, many: str) -> str:
        named = [self.names.get(team, team) for team in teams]
        if len(named) == 1:
            return one.format(named[0]) + "."
        more = len(named) - _NAMED
        listed, last = named[:_NAMED], f"{more} other team{'' if more == 1 else 's'}"
        if more <= 0:
            listed, last = named[:-1], named[-1]
        return many.format(f"{', '.join(listed)} and {last}") + "."
