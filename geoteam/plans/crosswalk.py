"""What became of each unit when boundaries are drawn anew: kept, renamed, split, merged."""

from __future__ import annotations

import pandas as pd

# A unit is another's successor when at least this share of its points went there, and split when
# at least this share went to each of several.
WHOLE = 0.98
PART = 0.05


def compare_units(crosswalk: pd.DataFrame, *, weight: str) -> pd.DataFrame:
    """Say what became of each old unit.

    Parameters
    ----------
    crosswalk
        Columns ``old``, ``new`` and the weight, as ``areas.crosswalk_by_points`` or
        ``areas.crosswalk_by_area`` gives them; ``""`` is outside.
    weight
        Column to compare by: ``points`` or ``area_m2``.

    Returns
    -------
    DataFrame
        Index ``old``, sorted: ``became`` (``unchanged``, ``renamed``, ``split``, ``merged``,
        ``redrawn`` or ``dropped``), ``into`` (list of the new units that took at least 5 % of it,
        largest first) and ``share`` (of the old unit in the first of them). A unit is ``merged``
        when it went whole into a unit that took another one whole too, ``redrawn`` when it lost or
        gained ground and is neither split nor merged.
    """
    rows = crosswalk[(crosswalk["old"] != "") & (crosswalk["new"] != "")]
    of_old = rows[weight] / rows.groupby("old")[weight].transform("sum")
    of_new = rows[weight] / rows.groupby("new")[weight].transform("sum")
    rows = rows.assign(of_old=of_old, of_new=of_new)
    whole = rows[rows["of_old"] >= WHOLE].groupby("new").size()
    told = {}
    for old in sorted(set(crosswalk["old"]) - {""}):
        mine = rows[rows["old"] == old].sort_values("of_old", ascending=False, kind="stable")
        told[old] = _became(old, mine, whole)
    return pd.DataFrame.from_dict(
        told, orient="index", columns=["became", "into", "share"]
    ).rename_axis("old")


def _became(old: str, mine: pd.DataFrame, whole: pd.Series) -> tuple[str, list[str], float]:
    if mine.empty:
        return "dropped", [], 0.0
    first = mine.iloc[0]
    into = [str(code) for code in mine.loc[mine["of_old"] >= PART, "new"]]
    share = float(first["of_old"])
    if share >= WHOLE:
        if first["of_new"] >= WHOLE:
            return ("unchanged" if first["new"] == old else "renamed"), into, share
        if whole.get(first["new"], 0) > 1:
            return "merged", into, share
        return "redrawn", into, share
    return ("split" if len(into) > 1 else "redrawn"), into, share


def new_units(crosswalk: pd.DataFrame) -> list[str]:
    """List the new units whose code no old unit has.

    Parameters
    ----------
    crosswalk
        As for `compare_units`.

    Returns
    -------
    list of str
        Codes, sorted.
    """
    return sorted(set(crosswalk["new"]) - set(crosswalk["old"]) - {""})
