"""Not one answer but the trade: a few plans, each best in something, none worse in everything."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TypeAlias

from geoteam.plans.infeasible import Explanation
from geoteam.plans.judge import balance, moved, polsby_popper, spread
from geoteam.plans.large_polish import polish
from geoteam.plans.mip import Watch
from geoteam.plans.problem import Problem, Solution
from geoteam.plans.solve import MOST_UNITS, solve, solve_or_explain

# Told the choices so far, the plan at work on and the seconds passed; False stops.
Told: TypeAlias = Callable[["list[Choice]", Solution | None, float], bool]

COMPACT, FEWEST, BALANCED, BETWEEN = "compact", "fewest_moves", "balanced", "between"
LABELS = {
    COMPACT: "Most compact",
    FEWEST: "Fewest people move",
    BALANCED: "Better balanced",
    BETWEEN: "In between",
}
# Share of the time left that each may take.
_PART = {COMPACT: 0.4, FEWEST: 0.5, BALANCED: 0.5, BETWEEN: 1.0}
# In the order in which plans are named; a plan that is best in two things has the first name.
_BEST_IN: dict[str, Callable[[Choice], float]] = {
    COMPACT: lambda choice: choice.spread_km2,
    FEWEST: lambda choice: choice.transfers or 0.0,
    BALANCED: lambda choice: choice.solution.balance,
}
# Figures this close, as a share, are the same.
_SAME = 1e-6


@dataclass(frozen=True, eq=False)
class Choice:
    """One plan of the offer.

    Attributes
    ----------
    key
        ``compact``, ``fewest_moves``, ``balanced`` or ``between``.
    label
        The same for people.
    solution
        The plan; what is proven is about the question that it answers (``note``).
    spread_km2
        What the most compact plan minimises; lower is more compact.
    polsby_popper
        Mean over the teams, 0-1.
    transfers
        Transfer weight that changes team; None without a plan to compare with.
    note
        What the plan is best in, and what of that is proven.
    """

    key: str
    label: str
    solution: Solution
    spread_km2: float
    polsby_popper: float
    transfers: float | None
    note: str


@dataclass(frozen=True, eq=False)
class Offer:
    """The plans to choose from.

    Attributes
    ----------
    choices
        The most compact first; empty when none was found.
    why
        Why the tolerance asked for does not work, if it is proven that it does not.
    missing
        Keys of the choices that may exist and were not found in the time.
    """

    choices: list[Choice]
    why: Explanation | None
    missing: tuple[str, ...]

    @property
    def lacks(self) -> str:
        """Say which choices were not found; empty when all were."""
        if not self.missing:
            return ""
        named = ", ".join(LABELS[key].lower() for key in self.missing)
        return f"Not found in the time: {named}. Give it more seconds to look for it."


def choices(
    problem: Problem, *, seconds: float, seed: int = 0, progress: Told | None = None
) -> Offer:
    r"""Offer two to four plans that trade balance, compactness and people moved.

    With :math:`f` the spread (see ``Problem``), :math:`g` the worst deviation and :math:`h` the
    transfers of a plan, each is an answer to an :math:`\varepsilon`-constraint problem (Haimes,
    Lasdon and Wismer 1971, *On a bicriterion formulation of the problems of integrated system
    identification and system optimization*) over the contiguous plans:

    - most compact: :math:`\min f` with :math:`g \le \tau`;
    - fewest people move: :math:`\min h` with :math:`g \le \tau`, then made more compact as long as
      no more move;
    - better balanced: :math:`\min f` with :math:`g` at most :math:`\tau / 2`, or three quarters of
      the smallest above if that is less;
    - in between: :math:`\min f` with :math:`g \le \tau` and :math:`h` at most the mean of the first
      two.

    A plan that is no better than another in any of the three is left out. Where no plan is within
    the tolerance, the offer is made at the nearest tolerance that works. Where the time is too
    short for the most compact plan, the one that moves the fewest is made compact instead, and the
    rest is offered.

    Parameters
    ----------
    problem
        The problem; with a present plan for the choices about people.
    seconds
        Time to spend on all of it.
    seed
        The same seed gives the same plans whenever the work ends before the time does.
    progress
        Told the choices so far; False stops and keeps them.

    Returns
    -------
    Offer
        The choices, and what is missing.
    """
    making = _Making(problem, seconds, seed, progress)
    making.hear(None, 0.0)
    compact, why = making.first()
    if not compact.found and why is not None:
        return Offer([], why, ())
    if why is not None and why.tolerance is not None:
        making.problem = replace(problem, tolerance=why.tolerance)
    compares = problem.present is not None
    free = problem.transfer_limit is None
    if compact.found:
        making.add(COMPACT, compact, "No plan within the tolerance is more compact")
    if compares and (free or not compact.found):
        making.fewest()
    if not compact.found:
        making.instead(compact)
    if why is None:
        making.balanced()
    if compares and free:
        making.between()
    return Offer(making.kept(), why, () if making.stopped else tuple(making.missing))


class _Making:
    """The choices so far, and the time."""

    def __init__(self, problem: Problem, seconds: float, seed: int, progress: Told | None) -> None:
        self.problem, self.seed, self.told = problem, seed, progress
        self.watch = Watch(seconds)
        self.made: list[Choice] = []
        self.missing: list[str] = []
        self.stopped = False

    def first(self) -> tuple[Solution, Explanation | None]:
        """Solve for the most compact plan, at the nearest tolerance if need be."""
        found, why = solve_or_explain(
            self.problem,
            seconds=self._time(COMPACT),
            seed=self.seed,
            progress=self.hear,
        )
        return found if why is None or why.solution is None else why.solution, why

    def fewest(self) -> None:
        """Move the fewest, then as compact as that goes."""
        found = self._solve(self.problem, FEWEST, fewest=True)
        if not found.found:
            return
        limited = replace(
            self.problem, transfer_limit=moved(self.problem, found.assignment), transfer_price=0.0
        )
        if len(self.problem.units) <= MOST_UNITS and not self.stopped:
            better = polish(limited, found.assignment, stop=self._over)
            found = replace(found, assignment=better)
        self.add(FEWEST, found, "No plan within the tolerance moves fewer")

    def instead(self, compact: Solution) -> None:
        """Make the plan that moves the fewest compact, where no compact one was found in time."""
        if not self.made or len(self.problem.units) > MOST_UNITS or self.stopped:
            self.missing.append(COMPACT)
            return
        plan = polish(self.problem, self.made[0].solution.assignment, stop=self._over)
        value = spread(self.problem, plan) + self.problem.transfer_price * moved(self.problem, plan)
        bound = min(compact.bound, value)
        found = replace(
            compact,
            assignment=plan,
            objective=value,
            bound=bound,
            gap=(value - bound) / value,
            status="feasible",
            balance=balance(self.problem, plan),
        )
        self.add(COMPACT, found, "")

    def balanced(self) -> None:
        """Be as compact as a smaller deviation allows."""
        if not self.made:
            self.missing.append(BALANCED)
            return
        worst = min(choice.solution.balance for choice in self.made)
        tight = replace(self.problem, tolerance=min(self.problem.tolerance / 2, 0.75 * worst))
        found = self._solve(tight, BALANCED)
        if found.found:
            self.add(BALANCED, found, f"No plan within {tight.tolerance:.2%} is more compact")

    def between(self) -> None:
        """Be as compact as the mean of the transfers allows."""
        moves = {choice.key: choice.transfers or 0.0 for choice in self.made}
        if not {COMPACT, FEWEST} <= set(moves) or moves[COMPACT] <= moves[FEWEST] * (1 + _SAME):
            return
        limit = (moves[COMPACT] + moves[FEWEST]) / 2
        found = self._solve(replace(self.problem, transfer_limit=limit), BETWEEN)
        if found.found:
            self.add(BETWEEN, found, f"No plan that moves {limit:,.0f} or fewer is more compact")

    def add(self, key: str, found: Solution, claim: str) -> None:
        """Take a plan into the offer."""
        problem, plan = self.problem, found.assignment
        note = f"{claim}: this is proven." if found.status == "optimal" else _open(key, found)
        self.made.append(
            Choice(
                key,
                LABELS[key],
                found,
                spread(problem, plan),
                polsby_popper(problem, plan),
                None if problem.present is None else moved(problem, plan),
                note,
            )
        )
        if self.told is not None and not self.told(self.kept(), found, self.watch.passed):
            self.stopped = True

    def kept(self) -> list[Choice]:
        """Leave out what is no better than another in anything, and say what each is best in."""
        kept: list[Choice] = []
        for place, choice in enumerate(self.made):
            worse = any(_no_worse(other, choice) for other in kept) or any(
                _no_worse(other, choice) and not _no_worse(choice, other)
                for other in self.made[place + 1 :]
            )
            if not worse:
                kept.append(choice)
        best: dict[int, str] = {}
        for key, figure in _BEST_IN.items():
            if kept and (key != FEWEST or self.problem.present is not None):
                best.setdefault(kept.index(min(kept, key=figure)), key)
        return [
            replace(choice, key=key, label=LABELS[key])
            for choice, key in ((one, best.get(at, BETWEEN)) for at, one in enumerate(kept))
        ]

    def _time(self, key: str) -> float:
        return 0.0 if self.stopped else self.watch.left * _PART[key]

    def _over(self) -> bool:
        return self.stopped or not self.watch.left

    def _solve(self, problem: Problem, key: str, *, fewest: bool = False) -> Solution:
        found = solve(
            problem, seconds=self._time(key), seed=self.seed, progress=self.hear, fewest=fewest
        )
        # What is proven not to be there is not missing.
        if not found.found and found.status != "infeasible":
            self.missing.append(key)
        return found

    def hear(self, best: Solution | None, _passed: float) -> bool:
        """Tell how far the work is; False once it was stopped."""
        if self.told is not None and not self.stopped:
            self.stopped = not self.told(self.kept(), best, self.watch.passed)
        return not self.stopped


def _open(key: str, found: Solution) -> str:
    if key == FEWEST:
        return f"Best found in the time; it is proven that {found.bound:,.0f} or more must move."
    return f"Best found in the time; no plan can be more than {found.gap:.1%} more compact."


def _no_worse(one: Choice, other: Choice) -> bool:
    """Whether a plan is as good as another in all three figures."""
    pairs = (
        (one.spread_km2, other.spread_km2),
        (one.solution.balance, other.solution.balance),
        (one.transfers or 0.0, other.transfers or 0.0),
    )
    return all(a <= b * (1 + _SAME) + 1e-12 for a, b in pairs)
