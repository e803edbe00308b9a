"""What ``geoteam geocode --stale`` does and prints."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from geoteam.cli.common import State, StepBar, show
from geoteam.services.stale import Refreshed, refresh_geocodes
from geoteam.services.stale_rules import SAVED, UNCHANGED
from geoteam.services.wording import counted

# Rows that fit a screen of 24 lines, at two lines each.
_SHOWN = 9


def look_up_again(state: State, output: Path | None, preview: bool, as_json: bool) -> None:
    """Look up again what another reference placed, and print what becomes of it.

    Parameters
    ----------
    state
        The workspace.
    output
        Table of all rows to write; None for none.
    preview
        Change nothing.
    as_json
        Print JSON.
    """
    done = refresh_geocodes(
        state.workspace, state.actor, preview=preview, output=output, progress=StepBar()
    )
    rows = [
        {str(name): None if value != value else value for name, value in row.items()}
        for row in done.rows.to_dict("records")
    ]
    show(
        done.summary() | {"preview": preview, "rows": rows},
        lambda: _lines(done, rows, output, preview),
        as_json,
    )


def _lines(
    done: Refreshed, rows: list[dict[str, Any]], output: Path | None, preview: bool
) -> list[str]:
    would = "would be " if preview else ""
    lines = [
        f"{counted(done.checked, 'address was', 'addresses were')} placed by another reference: "
        f"{done.unchanged:,} unchanged, {done.renewed:,} without a place, with a renewed reason, "
        f"{done.saved:,} {would}saved, {done.proposed:,} {would}"
        "proposed for a person to decide."
    ]
    for row in rows[:_SHOWN]:
        old, new = _place(row, "old"), _place(row, "new", row["moved_m"])
        word = row["done"] if row["done"] == UNCHANGED else would + row["done"]
        when = "before" if row["done"] == SAVED and not preview else "now"
        lines += [
            f"{row['client_ref']} ({word}), {when}: {old}",
            f"    newer reference: {new}",
        ]
    more = len(rows) - _SHOWN
    if output is not None:
        lines.append(f"{counted(len(rows), 'row is', 'rows are')} in {output}")
    elif more > 0:
        lines.append(f"{more:,} more; write all with -o FILE.csv")
    if done.proposed and not preview:
        lines.append("What is proposed stands as it was until somebody decides: see Review.")
    if done.saved and not preview:
        lines.append("The assignment does not know of it yet: run geoteam assign")
    return lines


def _place(row: dict[str, Any], which: str, moved_m: float | None = None) -> str:
    """Put a place into words: the address, how far it moved, its area and its team."""
    unit, team = row[f"{which}_unit"], row[f"{which}_team"]
    return ", ".join(
        [
            row[f"{which}_place"],
            *([] if moved_m is None else [f"{moved_m:,.0f} m away"]),
            *([f"area {unit}"] if unit else []),
            *([f"team {team}"] if team else []),
        ]
    )
