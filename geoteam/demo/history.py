"""Contacts of the past 90 days: most standards kept, some visits missed, some people slipping."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pandas as pd

from geoteam.demo.clients import People
from geoteam.demo.seeds import stream
from geoteam.profile import CityProfile

DAYS = 90
_MONTH = 30.4


def make_contacts(*, profile: CityProfile, people: People, seed: int, on: date) -> pd.DataFrame:
    """Invent the contact history.

    Parameters
    ----------
    profile
        Contact standards.
    people
        The clients.
    seed
        The seed.
    on
        The day that is today; no contact is later than the day before.

    Returns
    -------
    DataFrame
        client_id, date, kind, outcome, officer_id; one contact of a kind a client and day.
    """
    rng = stream(seed, "contacts")
    table = people.table
    intake = pd.to_datetime(table["Intake Date"])
    age = (
        np.minimum((pd.Timestamp(on) - intake).dt.days.to_numpy(), DAYS)
        if len(table)
        else np.array([], int)
    )
    # Most clients are kept to the standard; one in six is not.
    care = np.where(
        rng.uniform(size=len(table)) < 0.16,
        rng.uniform(0.1, 0.6, len(table)),
        rng.uniform(0.85, 1.1, len(table)),
    )
    parts = []
    for kind in ("field", "office", "phone"):
        monthly = np.array([_monthly(profile, level, kind) for level in table["Supervision Level"]])
        parts.append(_one_kind(rng, kind, monthly, care, age))
    frame = pd.concat(parts, ignore_index=True)
    frame["client_id"] = table["Client ID"].to_numpy()[frame["row"]]
    frame["officer_id"] = people.officer[frame["row"]]
    frame = frame.drop_duplicates(["row", "ago", "kind"]).sort_values(
        ["row", "ago", "kind"], ascending=[True, False, True]
    )
    days = {int(d): (on - timedelta(days=int(d))).isoformat() for d in frame["ago"].unique()}
    frame["date"] = frame["ago"].map(days)
    return frame[["client_id", "date", "kind", "outcome", "officer_id"]].reset_index(drop=True)


def _monthly(profile: CityProfile, level: str, kind: str) -> float:
    standard = profile.contact_standards[level]
    if kind == "field":
        return standard.field
    rest = max(standard.contacts - standard.field, 0.0)
    return rest * (0.75 if kind == "office" else 0.25)


def _one_kind(
    rng: np.random.Generator, kind: str, monthly: np.ndarray, care: np.ndarray, age: np.ndarray
) -> pd.DataFrame:
    rows, ago = [], []
    gap = _MONTH / np.maximum(monthly * care, 0.02)
    first = rng.uniform(0.05, 1.0, len(gap)) * np.minimum(gap, DAYS * 1.3)
    for turn in range(int(DAYS / (_MONTH / 6)) + 6):
        when = first + turn * gap * rng.uniform(0.85, 1.15, len(gap))
        keep = (when < age) & (monthly > 0)
        rows.append(np.flatnonzero(keep))
        ago.append(np.maximum(1, np.round(when[keep])).astype(int))
    frame = pd.DataFrame({"row": np.concatenate(rows), "ago": np.concatenate(ago)})
    frame = frame[frame["ago"] <= DAYS]
    frame["kind"] = kind
    chance = rng.uniform(size=len(frame))
    if kind == "field":
        frame["outcome"] = np.select(
            [chance < 0.79, chance < 0.965, chance < 0.985],
            ["made", "not_home", "refused"],
            "moved",
        )
    else:
        frame["outcome"] = np.where(chance < 0.9, "made", "not_home")
    return frame
