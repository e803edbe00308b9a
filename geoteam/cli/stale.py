"""What ``geoteam geocode --stale`` does and prints."""

from __future__ import annotations

from pathlib import Path

from geoteam.cli.common import State, StepBar, show, table
from geoteam.services.stale import COLUMNS, refresh_geocodes

# Rows of a listing that fit a person.
_SHOWN = 50


def look_up_again(state: State, output: Path | None, preview: bool, as_json: bool) -> None:
    """Look up again what another reference placed, and print what changed.

    Parameters
    ----------
    state
        The workspace.
    output
        Table of the changes to write; None for none.
    preview
        Change nothing.
    as_json
        Print JSON.
    """
    done = refresh_geocodes(
        state.workspace, state.actor, preview=preview, output=output, progress=StepBar()
    )
    changes = [
        {str(name): None if value != value else value for name, value in row.items()}
        for row in done.changes.to_dict("records")
    ]
    words = ("would be saved", "would be proposed") if preview else ("saved", "proposed")
    lines = [
        f"{done.checked:,} addresses were placed by another reference: {done.unchanged:,} stay as "
        f"they are, {done.saved:,} {words[0]}, {done.proposed:,} {words[1]} for a person to decide."
    ]
    if changes:
        lines += table(changes[:_SHOWN], [*COLUMNS[:-1]], "")
    if len(changes) > _SHOWN:
        lines.append(f"... and {len(changes) - _SHOWN:,} more: write them all with -o FILE.csv")
    if done.proposed and not preview:
        lines.append("What is proposed stands as it was until somebody decides: see Review.")
    if done.saved and not preview:
        lines.append("The assignment does not know of it yet: run geoteam assign")
    show(done.summary() | {"preview": preview, "changes": changes}, lambda: lines, as_json)
