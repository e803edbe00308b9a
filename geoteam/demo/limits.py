"""What visits to clients must keep to, and clients who must not meet."""

from __future__ import annotations

import numpy as np
import pandas as pd

from geoteam.demo.duty import LANGUAGES
from geoteam.demo.seeds import stream

_HOURS = (
    "Mon-Fri 17:00-20:00; Sat 09:00-13:00",
    "Mon-Fri 08:00-11:30",
    "Mon, Wed, Fri 09:00-14:00",
    "Tue, Thu 13:00-19:00",
    "Mon-Thu 16:00-20:00; Fri 09:00-12:00",
)
_WITH_DAYS = 0.1
_ANNOUNCED = 0.07
_TWO_OFFICERS = 0.03
_DOG = 0.05
_INTERPRETER = 0.05
_LONGER = 0.06
# Most speak the first language.
_SPOKEN = (0.72, 0.12, 0.08, 0.05, 0.03)
_PAIRS_OF_100 = 1.0
_WHY = ("Co-defendants", "Order of the court", "Rival groups", "Witness and accused")


def with_limits(clients: pd.DataFrame, seed: int) -> pd.DataFrame:
    """Invent limits of visits for a share of the clients.

    Parameters
    ----------
    clients
        The agency's table of clients.
    seed
        The seed of the city.

    Returns
    -------
    DataFrame
        The same rows with ``Home Hours``, ``Announced``, ``Two Officers``, ``Interpreter``, ``Dog``
        and ``Visit Minutes``; hours with days only where no other hours are given.
    """
    rng = stream(seed, "limits")
    count = len(clients)

    def some(share: float) -> np.ndarray:
        return np.asarray(rng.uniform(size=count) < share)

    hours = np.asarray(rng.choice(_HOURS, count), dtype=object)
    timed = (clients["Home From"] == "").to_numpy() & some(_WITH_DAYS)
    notes = clients["Access Notes"]
    languages = np.asarray(rng.choice(LANGUAGES, count, p=_SPOKEN), dtype=object)
    minutes = np.asarray(rng.choice(("25", "30", "45"), count), dtype=object)
    return clients.assign(
        **{
            "Home Hours": np.where(timed, hours, ""),
            "Announced": _told(some(_ANNOUNCED)),
            "Two Officers": _told(some(_TWO_OFFICERS) | (notes == "Two officers").to_numpy()),
            "Interpreter": np.where(some(_INTERPRETER), languages, ""),
            "Dog": _told(some(_DOG) | (notes == "Dog in yard").to_numpy()),
            "Visit Minutes": np.where(some(_LONGER), minutes, ""),
        }
    )


def _told(holds: np.ndarray) -> np.ndarray:
    return np.where(holds, "yes", "no")


def no_contact_pairs(clients: pd.DataFrame, seed: int) -> pd.DataFrame:
    """Invent pairs of clients who must not meet; many have one officer, as a gang has one area.

    Parameters
    ----------
    clients
        The agency's table of clients.
    seed
        The seed of the city.

    Returns
    -------
    DataFrame
        ``client_id``, ``other_client_id`` and ``why``; each pair once.
    """
    rng = stream(seed, "no contact")
    refs, officers = clients["Client ID"].tolist(), clients["Officer ID"].tolist()
    wanted = max(1, round(_PAIRS_OF_100 * len(refs) / 100)) if len(refs) > 1 else 0
    found: dict[frozenset[str], str] = {}
    while len(found) < wanted:
        one = int(rng.integers(len(refs)))
        near = [k for k, who in enumerate(officers) if who == officers[one] and k != one]
        own = bool(near) and rng.uniform() < 0.7
        other = near[int(rng.integers(len(near)))] if own else int(rng.integers(len(refs)))
        if other != one:
            found.setdefault(frozenset((refs[one], refs[other])), str(rng.choice(_WHY)))
    rows = [(*sorted(pair), why) for pair, why in found.items()]
    return pd.DataFrame(sorted(rows), columns=["client_id", "other_client_id", "why"])
