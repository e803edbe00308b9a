"""The page that sums up a geocoded file: counts only, no row, address or point in it."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import geopandas as gpd
import jinja2
import numpy as np
import shapely

from geoteam.model import MatchCode, MatchStatus
from geoteam.services.geocode_tally import BANDS, Tally, hints
from geoteam.services.outputs import write_whole
from geoteam.services.wording import counted, told_time
from geoteam.services.workspace import Workspace

_DECISIONS = {
    "accepted": "Accepted: used as it is",
    "review": "For a person to decide",
    "unplaceable": "Without a place on the map",
}
_STATUSES = {
    MatchStatus.MATCHED.value: "M: matched",
    MatchStatus.TIE.value: "T: tie, several places",
    MatchStatus.UNMATCHED.value: "U: unmatched",
}
_CODES = {
    MatchCode.POINT_ADDRESS.value: "the address point itself",
    MatchCode.STREET_ADDRESS.value: "interpolated on a known range",
    MatchCode.STREET_INT.value: "intersection",
    MatchCode.STREET_MID_BLOCK.value: "block",
    MatchCode.PLACE.value: "named place",
    MatchCode.POSTAL.value: "ZIP area",
    MatchCode.PO_BOX.value: "post-office box",
    MatchCode.STREET_NAME.value: "street without the number",
    MatchCode.NONE.value: "nothing",
}
# ColorBrewer Blues, light to dark.
_SHADES = ("#eff3ff", "#bdd7e7", "#6baed6", "#3182bd", "#08519c")
_MAP_PX = 480.0
_REFERENCE = ("addresses", "streets", "blocks", "intersections", "places", "zips", "problems")


@dataclass(frozen=True)
class RunFacts:
    """What was geocoded, and when.

    Attributes
    ----------
    file
        Name of the file, without its folder.
    form
        How it was read.
    rows, ragged
        Rows below the header, and those with more or fewer cells than the header.
    at
        When, with its zone.
    unit_kind
        Boundary kind of the units.
    """

    file: str
    form: str
    rows: int
    ragged: int
    at: datetime
    unit_kind: str


def write_report(path: Path, workspace: Workspace, tally: Tally, facts: RunFacts) -> None:
    """Write the page: one file without any request to elsewhere.

    Parameters
    ----------
    path
        The HTML file.
    workspace
        The workspace, for its reference and boundaries.
    tally
        The counts.
    facts
        What was geocoded.

    Raises
    ------
    WorkspaceError
        When the file cannot be written.
    """
    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("geoteam.services"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    areas = workspace.areas(facts.unit_kind)
    info = workspace.reference().info()
    page = environment.get_template("geocode_report.html").render(
        facts=facts,
        city=workspace.profile.city.name,
        unit=facts.unit_kind.replace("_", " "),
        boundaries=areas.attrs["set"],
        decisions=_bars(tally["decision"], _DECISIONS, facts.rows),
        tables=_tables(tally, facts.rows),
        units=_units(tally, areas),
        shapes=_shapes(tally, areas),
        map_px=_MAP_PX,
        legend=_legend(tally),
        reference={name: info[name] for name in _REFERENCE if name in info},
        info=info,
        built=told_time(datetime.fromisoformat(info["built_at"]), workspace)
        if info["built_at"]
        else "",
        at=told_time(facts.at, workspace),
        rows=counted(facts.rows, "row"),
        hints=hints(tally["hint"], facts.rows, facts.ragged),
    )
    write_whole(path, lambda to: to.write_text(page, encoding="utf-8"))


def _bars(counts: Mapping[str, int], words: Mapping[str, str], rows: int) -> list[dict[str, Any]]:
    return [
        {
            "name": name,
            "label": label,
            "count": counts.get(name, 0),
            "share": counts.get(name, 0) / rows if rows else 0.0,
        }
        for name, label in words.items()
    ]


def _tables(tally: Tally, rows: int) -> list[tuple[str, list[dict[str, Any]]]]:
    codes = {
        name: f"{name}: {text}" for name, text in _CODES.items() if name in tally["match_code"]
    }
    causes = {name: name for name, _ in tally["cause"].most_common()}
    return [
        ("Why", _bars(tally["cause"], causes, rows)),
        ("Match code", _bars(tally["match_code"], codes, rows)),
        ("Score", _bars(tally["band"], {band: band for band in BANDS}, rows)),
        ("Status", _bars(tally["status"], _STATUSES, rows)),
    ]


def _units(tally: Tally, areas: gpd.GeoDataFrame) -> list[tuple[str, int, int]]:
    """List each unit with its rows and those whose circle crosses into another one."""
    rows, crossing = tally["unit"], tally["unit_ambiguous"]
    listed = [(str(code), rows[str(code)], crossing[str(code)]) for code in sorted(areas.index)]
    return [*listed, ("none", rows[""], crossing[""])] if rows[""] else listed


def _steps(tally: Tally) -> list[int]:
    """Give the upper ends of the map's classes: equal steps of the square root."""
    most = max((count for code, count in tally["unit"].items() if code), default=0)
    return [max(k, math.ceil(most * (k / len(_SHADES)) ** 2)) for k in range(1, len(_SHADES) + 1)]


def _legend(tally: Tally) -> list[tuple[str, str]]:
    steps = _steps(tally)
    lows = [0, *(step + 1 for step in steps[:-1])]
    return [
        (shade, f"{low:,}–{step:,}") for shade, low, step in zip(_SHADES, lows, steps, strict=True)
    ]


def _shapes(tally: Tally, areas: gpd.GeoDataFrame) -> tuple[float, list[tuple[str, str, str]]]:
    """Draw the units: the picture's height, and outline, colour and words of each."""
    west, south, east, north = areas.total_bounds
    squeeze = math.cos(math.radians((south + north) / 2))
    scale = _MAP_PX / max((east - west) * squeeze, north - south)
    steps = _steps(tally)
    drawn = []
    for code, shape in zip(areas.index.astype(str), areas.geometry, strict=True):
        flat = shapely.transform(
            shape,
            lambda xy: np.column_stack(
                ((xy[:, 0] - west) * squeeze * scale, (north - xy[:, 1]) * scale)
            ),
        )
        count = tally["unit"][code]
        shade = _SHADES[min(int(np.searchsorted(steps, count)), len(_SHADES) - 1)]
        drawn.append((_outline(shapely.simplify(flat, 0.5)), shade, f"{code}: {count:,}"))
    return (north - south) * scale, drawn


def _outline(shape: Any) -> str:
    rings = shapely.get_rings(shapely.get_parts(shape))
    return "".join(
        "M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in shapely.get_coordinates(ring)) + "Z"
        for ring in rings
    )
