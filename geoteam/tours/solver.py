"""Which stops, in what order: PyVRP with optional visits and prizes.

The tour is a prize-collecting travelling salesman problem with time windows (Balas, "The prize
collecting traveling salesman problem", Networks 19, 1989), solved by PyVRP's iterated local
search (Wouda, Lan and Kool, "PyVRP: a high-performance VRP solver package", INFORMS Journal on
Computing 36(4), 2024).
"""

from __future__ import annotations

import warnings
from collections.abc import Sequence

import numpy as np
import pyvrp
from pyvrp.exceptions import PenaltyBoundWarning
from pyvrp.stop import MaxIterations, MaxRuntime

from geoteam.tours.moments import Span
from geoteam.tours.stops import Stop, cliques
from geoteam.tours.travel import Seconds

# The search is run from so many seeds, and the best tour is taken.
STARTS = 3
# PyVRP bounds what a unit too much may cost; so heavy, a stop too many costs more than its prize.
_LOAD = 1_000


def worth_s(latest_s: int) -> int:
    """Tell how many seconds one priority point is worth: more than any tour can save.

    Parameters
    ----------
    latest_s
        Length of the longest tour.

    Returns
    -------
    int
        Seconds.
    """
    return 2 * latest_s + 1


def worths(stops: Sequence[Stop]) -> list[int]:
    """Weigh stops against each other: the one place where it is said what a tour is to collect.

    Promised stops first, then required ones, then priority points, then stops. `choose_order` and
    `geoteam.tours.exact.best_order` maximise the sum; of equals they take the tour with the least
    return plus driving, in seconds.

    Parameters
    ----------
    stops
        The stops.

    Returns
    -------
    list of int
        Worth of each, 1 or more.
    """
    point = len(stops) + 1
    plain = [round(stop.priority) * point + 1 for stop in stops]
    # One required stop outweighs all the others together, and one that is promised all of those.
    top = sum(plain) + 1
    must = [one + top * stop.required for one, stop in zip(plain, stops, strict=True)]
    top = sum(must) + 1
    return [one + top * stop.promised for one, stop in zip(must, stops, strict=True)]


def choose_order(
    stops: Sequence[Stop],
    drive: Seconds,
    bounds: Span,
    max_stops: int,
    seed: int,
    seconds: float | None,
    iterations: int,
) -> list[int]:
    """Choose stops and their order.

    Maximises `worths`, then minimises the time until the return plus the time driven. A stop
    with several windows is one client for each of them, of which at most one is served; so are
    stops of which each shuns all the others.

    Parameters
    ----------
    stops
        Stops that can each be served alone.
    drive
        Driving times in whole seconds between matrix rows; row 0 is the start.
    bounds
        Earliest departure and latest return.
    max_stops
        Most stops of a tour.
    seed
        First seed of the search.
    seconds
        Time limit; None: stop after ``iterations``, which gives the same tour every time.
    iterations
        Iterations of each start without a time limit.

    Returns
    -------
    list of int
        Positions of the chosen stops in the order of the tour; empty when none was found.
    """
    tours = choose_tours(stops, drive, [bounds], max_stops, seed, seconds, iterations, STARTS)
    return tours[0][1] if tours else []


def choose_tours(
    stops: Sequence[Stop],
    drive: Seconds,
    shifts: Sequence[Span],
    max_stops: int,
    seed: int,
    seconds: float | None,
    iterations: int,
    starts: int = 1,
) -> list[tuple[int, list[int]]]:
    """Choose the stops of several tours from one start, and their order, as `choose_order` does.

    One tour keeps apart who must not meet, as far as a partition into groups can say it.

    Parameters
    ----------
    stops
        Stops, each for one of the tours at most.
    drive
        Driving times in whole seconds between matrix rows; row 0 is the start.
    shifts
        Earliest departure and latest return of each tour.
    max_stops
        Most stops of each tour.
    seed
        First seed of the search.
    seconds
        Time limit; None: stop after ``iterations``, which gives the same tours every time.
    iterations
        Iterations of each start without a time limit.
    starts
        The search is run from so many seeds.

    Returns
    -------
    list of tuple
        Place among ``shifts`` and positions of the stops in order, of each tour that has any.
    """
    if not stops or not shifts:
        return []
    rows = [0, *(stop.row for stop in stops)]
    matrix = drive[np.ix_(rows, rows)].copy()
    np.fill_diagonal(matrix, 0)
    clients, groups, owner = _clients(stops, max(ends for _, ends in shifts), len(shifts) == 1)
    data = pyvrp.ProblemData(
        locations=[pyvrp.Location(0, 0) for _ in rows],
        clients=clients,
        depots=[pyvrp.Depot(0)],
        vehicle_types=[
            pyvrp.VehicleType(
                num_available=1,
                capacity=[max_stops * _LOAD],
                tw_early=begins,
                tw_late=ends,
                start_late=begins,
                unit_distance_cost=1,
                unit_duration_cost=1,
            )
            for begins, ends in shifts
        ],
        distance_matrices=[matrix],
        duration_matrices=[matrix],
        groups=groups,
    )
    results = []
    for start in range(starts):
        stop = MaxIterations(iterations) if seconds is None else MaxRuntime(seconds / starts)
        with warnings.catch_warnings():
            # The penalties of a tour of one stop are beyond PyVRP's bounds; only feasible
            # results are taken, so this says nothing about the tour.
            warnings.simplefilter("ignore", PenaltyBoundWarning)
            results.append(
                pyvrp.solve(data, stop, seed=seed + start, collect_stats=False, display=False)
            )
    # The cost of an infeasible result is infinite; of equals the first start wins.
    result = min(results, key=lambda one: one.cost())
    if not result.is_feasible():
        return []
    return [
        (route.vehicle_type(), [owner[step.idx] for step in route if step.is_client()])
        for route in result.best.routes()
    ]


def _clients(
    stops: Sequence[Stop], latest_s: int, one_tour: bool
) -> tuple[list[pyvrp.Client], list[pyvrp.ClientGroup], list[int]]:
    unit_s = worth_s(latest_s)
    worth = worths(stops)
    clients: list[pyvrp.Client] = []
    groups: list[pyvrp.ClientGroup] = []
    owner: list[int] = []
    for clique in cliques(stops) if one_tour else [[one] for one in range(len(stops))]:
        windows = [(position, span) for position in clique for span in stops[position].starts]
        group = len(groups) if len(windows) > 1 else None
        if group is not None:
            members = list(range(len(clients), len(clients) + len(windows)))
            groups.append(pyvrp.ClientGroup(members, required=False))
        for position, (opens, closes) in windows:
            clients.append(
                pyvrp.Client(
                    location=position + 1,
                    delivery=[_LOAD],
                    service_duration=stops[position].service_s,
                    tw_early=opens,
                    tw_late=closes,
                    prize=worth[position] * unit_s // (len(stops) + 1),
                    required=False,
                    group=group,
                )
            )
            owner.append(position)
    return clients, groups, owner
