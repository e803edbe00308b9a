"""What is printed of a plan: the hand-over list, and the summary on one page."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

from geoteam.maps.typeset import plain_text, typeset

_ROW = ("area", "name", "ref", "address", "level", "officer", "team", "why", "done_by", "done_at")
_HANDOVER_NOTICE = (
    "Official use only. Hand over in person; shred after it is recorded in the case file."
)


def handover_sheet(data: Mapping[str, Any]) -> bytes:
    """Print a hand-over list as PDF (tagged, PDF/UA-1).

    Parameters
    ----------
    data
        ``title``, ``subtitle``; ``facts``: pairs of label and text; ``sections``: each ``title``,
        ``other`` (heading of the other officer's column) and ``rows`` (``area``, a heading
        where it changes, ``name``, ``ref``, ``address``, ``level``, ``officer``, ``team``,
        ``why``; ``done_by`` and ``done_at`` of who is handed over already). Only what the reader
        may see.

    Returns
    -------
    bytes
        A PDF document.

    Raises
    ------
    MapError
        When it cannot be set.
    """
    told = {
        "title": plain_text(data["title"]),
        "subtitle": plain_text(data["subtitle"]),
        "facts": _pairs(data["facts"]),
        "sections": [
            {
                "title": plain_text(section["title"]),
                "other": plain_text(section["other"]),
                "rows": [
                    {name: plain_text(row.get(name)) for name in _ROW} for row in section["rows"]
                ],
            }
            for section in data["sections"]
        ],
        "notice": _HANDOVER_NOTICE,
    }
    return typeset("handover.typ", {"list": json.dumps(told, ensure_ascii=False)})


def plan_summary_sheet(data: Mapping[str, Any], drawing: str) -> bytes:
    """Print a plan on one page as PDF (tagged, PDF/UA-1).

    Parameters
    ----------
    data
        ``title``, ``status``, ``reason``, ``moves_title``, ``legend``, ``note``, ``notice``,
        ``map_alt``; ``facts``: pairs of label and text; ``moves``: pairs of a heading and its pairs
        of label and number; ``columns`` and ``teams``: the table's headings and rows of texts.
    drawing
        The map as SVG.

    Returns
    -------
    bytes
        A PDF document.

    Raises
    ------
    MapError
        When it cannot be set.
    """
    texts = ("title", "status", "reason", "moves_title", "legend", "note", "notice", "map_alt")
    told: dict[str, Any] = {name: plain_text(data[name]) for name in texts}
    told["facts"] = _pairs(data["facts"])
    told["moves"] = [[plain_text(group), _pairs(pairs)] for group, pairs in data["moves"]]
    told["columns"] = [plain_text(one) for one in data["columns"]]
    told["teams"] = [[plain_text(cell) for cell in row] for row in data["teams"]]
    return typeset(
        "plan_summary.typ", {"plan": json.dumps(told, ensure_ascii=False), "map": drawing}
    )


def _pairs(pairs: Iterable[tuple[str, str]]) -> list[list[str]]:
    return [[plain_text(label), plain_text(value)] for label, value in pairs]
