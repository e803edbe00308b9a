"""A city that can be checked by hand: two units, two teams, clients along one street."""

from __future__ import annotations

import pandas as pd

from geoteam.profile import CaseloadTable

CASELOAD = CaseloadTable(
    citywide=("sex_offense", "gps"), labels={"sex_offense": "sex offence", "gps": "GPS monitoring"}
)


def make_clients(rows: list[dict[str, object]]) -> pd.DataFrame:
    filled = [
        {
            "level": "Medium",
            "specialty": "",
            "points": 2.0,
            "lon": -77.0,
            "lat": 38.9,
            "unit": "101",
            "boundary_ambiguous": False,
            "located": True,
            "officer": "",
        }
        | row
        for row in rows
    ]
    refs = [str(row.pop("ref", f"c{number}")) for number, row in enumerate(filled)]
    frame = pd.DataFrame(filled, index=pd.Index(refs, name="client_ref", dtype="str"))
    text = dict.fromkeys(("level", "specialty", "unit", "officer"), "str")
    return frame.astype(text)


def make_officers(rows: list[dict[str, object]]) -> pd.DataFrame:
    filled = [
        {"team": "A", "specialty": "", "capacity_points": 10.0, "lon": -77.0, "lat": 38.9} | row
        for row in rows
    ]
    refs = [str(row.pop("ref", f"o{number}")) for number, row in enumerate(filled)]
    frame = pd.DataFrame(filled, index=pd.Index(refs, name="officer_ref", dtype="str"))
    return frame.astype({"team": "str", "specialty": "str"})
