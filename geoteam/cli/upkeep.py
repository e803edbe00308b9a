"""``geoteam backup``, ``restore`` and ``doctor``."""

from __future__ import annotations

from pathlib import Path

import click

from geoteam.cli.common import State, json_option, pass_state, show, table
from geoteam.services import upkeep

_PATH = click.Path(path_type=Path)


@click.command()
@click.option("-o", "--output", type=_PATH, required=True, help="The archive (.tar.gz).")
@json_option
@pass_state
def backup(state: State, output: Path, as_json: bool) -> None:
    """Write the workspace into one file, also while it is served.

    Example: geoteam backup -o geoteam.tar.gz
    """
    size = upkeep.backup(state.workspace, output)
    show(
        {"file": str(output), "bytes": size},
        lambda: [
            f"{output}: {size / 1e6:.1f} MB. It holds everything: keep it as safe as the rest."
        ],
        as_json,
    )


@click.command()
@click.argument("archive", type=_PATH)
@json_option
@pass_state
def restore(state: State, archive: Path, as_json: bool) -> None:
    """Bring a backup back into the (new) folder given with --workspace.

    Example: geoteam --workspace new restore geoteam.tar.gz
    """
    upkeep.restore(archive, state.folder)
    show(
        {"workspace": str(state.folder)},
        lambda: [f"The workspace {state.folder} is back."],
        as_json,
    )


@click.command()
@json_option
@click.pass_context
def doctor(context: click.Context, as_json: bool) -> None:
    """Look the workspace over; exit 1 when something needs care.

    Example: geoteam doctor
    """
    state: State = context.obj
    checks = upkeep.doctor(state.workspace)
    rows = [check | {"ok": "yes" if check["ok"] else "NO"} for check in checks]
    show(checks, lambda: table(rows, ["check", "ok", "detail"], ""), as_json)
    context.exit(0 if all(check["ok"] for check in checks) else 1)


COMMANDS = (backup, restore, doctor)
