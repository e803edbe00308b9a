"""Solomon's instances of vehicle routing with time windows, for comparison with best-known costs.

M. M. Solomon, "Algorithms for the vehicle routing and scheduling problems with time window
constraints", Operations Research 35(2), 1987. Distances are Euclidean, truncated to one decimal;
the sum of distances is minimised and the number of vehicles is free (the convention of CVRPLIB).
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyvrp
from numpy.typing import NDArray
from pyvrp.stop import MaxIterations, MaxRuntime

from geoteam.errors import MissingFileError, UnreadableFileError

# Everything is counted in tenths, loads too, as DIMACS does: the same search then finds the same.
_TENTHS = 10


@dataclass(frozen=True)
class VrptwInstance:
    """One instance; row 0 of ``customers`` is the depot.

    Attributes
    ----------
    name
        Name in the file.
    vehicles, capacity
        Vehicles at hand and what each can carry.
    customers
        Columns x, y, demand, ready time, due date and service time.
    """

    name: str
    vehicles: int
    capacity: int
    customers: NDArray[np.float64]

    def tenths(self) -> NDArray[np.int64]:
        """Distances in tenths, truncated.

        Returns
        -------
        ndarray of int
            Square matrix.
        """
        at = self.customers[:, :2]
        exact = np.hypot(at[:, None, 0] - at[None, :, 0], at[:, None, 1] - at[None, :, 1])
        return np.asarray(np.floor(exact * _TENTHS + 1e-9), dtype=np.int64)


@dataclass(frozen=True)
class VrptwSolution:
    """A solution of an instance.

    Attributes
    ----------
    routes
        Customer numbers of each vehicle, in order.
    cost
        Sum of truncated distances.
    seconds
        Wall time.
    feasible
        Whether all windows and capacities hold.
    """

    routes: list[list[int]]
    cost: float
    seconds: float
    feasible: bool


def read_solomon(path: Path) -> VrptwInstance:
    """Read an instance in the classic layout.

    Parameters
    ----------
    path
        The text file: a name, a VEHICLE section and a CUSTOMER table.

    Returns
    -------
    VrptwInstance
        The instance.

    Raises
    ------
    MissingFileError
        When there is no such file.
    UnreadableFileError
        When it is not in the classic layout.
    """
    if not path.is_file():
        raise MissingFileError(f"there is no instance {path.name}", where=str(path))
    try:
        lines = [line.split() for line in path.read_text(encoding="utf-8").splitlines()]
        lines = [line for line in lines if line]
        vehicle = next(n for n, line in enumerate(lines) if line[0] == "VEHICLE")
        customer = next(n for n, line in enumerate(lines) if line[0] == "CUSTOMER")
        count, capacity = (int(value) for value in lines[vehicle + 2])
        table = np.array([[float(value) for value in line] for line in lines[customer + 2 :]])
        if table.shape[1] != 7 or not (table[:, 0] == np.arange(len(table))).all():
            raise ValueError("the table does not have 7 columns and rows numbered from 0")
    except (StopIteration, ValueError, IndexError) as error:
        raise UnreadableFileError(
            f"not an instance in Solomon's layout: {error}", where=str(path)
        ) from error
    return VrptwInstance(lines[0][0], count, capacity, table[:, 1:])


def solve_vrptw(
    instance: VrptwInstance,
    *,
    seconds: float | None = None,
    iterations: int = 5_000,
    seed: int = 0,
) -> VrptwSolution:
    """Solve an instance with PyVRP: least distance, any number of vehicles.

    Parameters
    ----------
    instance
        The instance.
    seconds
        Time limit; None: stop after ``iterations``.
    iterations
        Iterations without a time limit.
    seed
        Seed of the search.

    Returns
    -------
    VrptwSolution
        Routes and cost in the instance's own unit.
    """
    began = time.perf_counter()
    tenths = instance.tenths()
    _, _, _, ready, due, _ = (int(value) for value in instance.customers[0])
    clients = [
        pyvrp.Client(
            location=number,
            delivery=[int(demand * _TENTHS)],
            service_duration=int(service * _TENTHS),
            tw_early=int(opens * _TENTHS),
            tw_late=int(closes * _TENTHS),
        )
        for number, (_, _, demand, opens, closes, service) in enumerate(instance.customers)
        if number
    ]
    data = pyvrp.ProblemData(
        locations=[
            pyvrp.Location(float(x), float(y)) for x, y in instance.customers[:, :2] * _TENTHS
        ],
        clients=clients,
        depots=[pyvrp.Depot(0)],
        vehicle_types=[
            pyvrp.VehicleType(
                num_available=instance.vehicles,
                capacity=[instance.capacity * _TENTHS],
                tw_early=ready * _TENTHS,
                tw_late=due * _TENTHS,
            )
        ],
        distance_matrices=[tenths],
        duration_matrices=[tenths],
    )
    stop = MaxIterations(iterations) if seconds is None else MaxRuntime(seconds)
    result = pyvrp.solve(data, stop, seed=seed, collect_stats=False, display=False)
    routes = [
        [step.idx + 1 for step in route if step.is_client()] for route in result.best.routes()
    ]
    return VrptwSolution(
        routes=routes,
        cost=result.best.distance() / _TENTHS,
        seconds=time.perf_counter() - began,
        feasible=bool(result.is_feasible()),
    )
