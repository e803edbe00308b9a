"""What would let a visit be made that was left out: only what does so when planned with."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Remedy:
    """A change of what was asked for.

    Attributes
    ----------
    told
        The change in a sentence.
    change
        The same for programs: names and values of what is to be asked for instead.
    made
        Plans with the change and returns the clients who are visited then.
    codes
        Reasons, by their code, that it may remove; empty: all of them.
    refs
        Clients whose visits it is for; None: all of them.
    """

    told: str
    change: Mapping[str, Any]
    made: Callable[[], Collection[str]]
    codes: frozenset[str] = field(default_factory=frozenset)
    refs: frozenset[str] | None = None

    def is_for(self, one: Mapping[str, Any]) -> bool:
        """Tell whether it is worth trying for a visit that was left out.

        Parameters
        ----------
        one
            As of `TourPlan.left_out`.

        Returns
        -------
        bool
            By its code and its client.
        """
        by_ref = self.refs is None or one["client_ref"] in self.refs
        return by_ref and (not self.codes or one["code"] in self.codes)


def offer_remedies(
    left_out: Sequence[Mapping[str, Any]], remedies: Iterable[Remedy]
) -> list[dict[str, Any]]:
    """Offer with each visit left out the first change that, as planned with it, lets it be made.

    A change is planned with only while there is a visit that it may help and none before it has.

    Parameters
    ----------
    left_out
        As of `TourPlan.left_out`; what has a remedy keeps it.
    remedies
        The changes, those that are the least trouble first.

    Returns
    -------
    list of dict
        The same visits, with ``remedy`` and ``change`` where one was found.
    """
    found = [dict(one) for one in left_out]
    for remedy in remedies:
        open_ = [one for one in found if not one["remedy"] and remedy.is_for(one)]
        made = set(remedy.made()) if open_ else set()
        for one in open_:
            if one["client_ref"] in made:
                one |= {"remedy": remedy.told, "change": dict(remedy.change)}
    return found
