"""Who works when, who speaks what, and the cars: invented beside the staff."""

from __future__ import annotations

import numpy as np
import pandas as pd

from geoteam.demo.seeds import stream
from geoteam.demo.teams import Staff

# Days, beginning and end, and how many in a hundred work like that.
_OFFICERS = (
    (("Mon-Fri", "08:00", "16:30"), 0.55),
    (("Mon-Fri", "11:30", "20:00"), 0.20),
    (("Tue-Sat", "11:30", "20:00"), 0.15),
    (("Sun-Thu", "08:00", "16:30"), 0.10),
)
# The tours of a police department's week: days, evenings, nights.
_POLICE = (
    (("Sun-Thu", "06:00", "14:30"), 0.30),
    (("Tue-Sat", "06:00", "14:30"), 0.20),
    (("Sun-Thu", "14:00", "22:30"), 0.25),
    (("Tue-Sat", "14:00", "22:30"), 0.20),
    (("Wed-Sun", "22:00", "06:30"), 0.05),
)
LANGUAGES = ("Spanish", "Amharic", "French", "Mandarin", "American Sign Language")
_SPEAKERS = (0.14, 0.04, 0.03, 0.02, 0.02)
_MORE_DISTRICTS = 0.25
_OFFICERS_A_CAR = 6


def with_languages(staff: Staff, seed: int) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Invent languages of everybody, and more districts of some police partners.

    Parameters
    ----------
    staff
        The staff.
    seed
        The seed of the city.

    Returns
    -------
    tuple of DataFrame
        Officers with ``languages``; police partners with ``more_districts`` and ``languages``.
    """
    rng = stream(seed, "languages")
    partners = staff.partners.assign(more_districts=_more_districts(staff.partners, rng))
    return (
        staff.officers.assign(languages=_languages(len(staff.officers), rng)),
        partners.assign(languages=_languages(len(partners), rng)),
    )


def _languages(count: int, rng: np.random.Generator) -> list[str]:
    draws = rng.uniform(size=(count, len(LANGUAGES)))
    return [
        "; ".join(name for name, one, share in zip(LANGUAGES, draw, _SPEAKERS, strict=True)
                  if one < share)
        for draw in draws
    ]  # fmt: skip


def _more_districts(partners: pd.DataFrame, rng: np.random.Generator) -> list[str]:
    codes = sorted(set(partners["district"]))
    more = []
    for own, draw in zip(partners["district"], rng.uniform(size=len(partners)), strict=True):
        others = [code for code in codes if code != own]
        more.append(str(rng.choice(others)) if others and draw < _MORE_DISTRICTS else "")
    return more


def make_shifts(staff: Staff, seed: int) -> pd.DataFrame:
    """Invent the hours of everybody.

    Parameters
    ----------
    staff
        The staff.
    seed
        The seed of the city.

    Returns
    -------
    DataFrame
        person, kind, days, begins, ends: one row a person.
    """
    rng = stream(seed, "shifts")
    rows = []
    for kind, refs, patterns in (
        ("officer", staff.officers["officer_id"], _OFFICERS),
        ("police partner", staff.partners["partner_id"], _POLICE),
    ):
        chosen = rng.choice(len(patterns), len(refs), p=[share for _, share in patterns])
        rows += [
            (ref, kind, *patterns[one][0]) for ref, one in zip(refs, chosen.tolist(), strict=True)
        ]
    return pd.DataFrame(rows, columns=pd.Index(["person", "kind", "days", "begins", "ends"]))


def make_cars(staff: Staff) -> pd.DataFrame:
    """Invent the cars: some at each field office by its officers, one at each police station.

    Parameters
    ----------
    staff
        The staff.

    Returns
    -------
    DataFrame
        car_id, name, place.
    """
    office = dict(zip(staff.teams["team_id"], staff.teams["office"], strict=True))
    officers = staff.officers["team_id"].map(office).value_counts()
    rows = [
        place
        for place in sorted(officers.index)
        for _ in range(max(2, round(officers[place] / _OFFICERS_A_CAR)))
    ]
    rows += sorted(set(staff.partners["station"]) - {""})
    names = [f"Car {number}" for number in range(1, len(rows) + 1)]
    ids = [f"V{100 + number}" for number in range(1, len(rows) + 1)]
    return pd.DataFrame({"car_id": ids, "name": names, "place": rows})
