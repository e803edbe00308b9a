"""``geoteam audit``."""

from __future__ import annotations

from dataclasses import asdict

import click

from geoteam.cli.common import State, json_option, pass_state, show, table
from geoteam.services import audit as services


@click.group()
def audit() -> None:
    """The audit log: show, verify."""


@audit.command("show")
@click.option("--actor", default="", help="Only what this user did.")
@click.option("--action", default="", help="Only this action.")
@click.option("--page", default=1, show_default=True)
@json_option
@pass_state
def show_(state: State, actor: str, action: str, page: int, as_json: bool) -> None:
    """List events, newest first.

    Example: geoteam audit show --action client.read
    """
    found = services.list_events(state.workspace, None, actor=actor, action=action, page=page)
    columns = ["seq", "at", "actor", "action", "object_kind", "object_ref", "purpose"]
    show(found.rows, lambda: table(found.rows, columns, "No event fits."), as_json)


@audit.command()
@json_option
@click.pass_context
def verify(context: click.Context, as_json: bool) -> None:
    """Check the whole hash chain; exit 1 when it does not hold.

    Example: geoteam audit verify
    """
    state: State = context.obj
    faults = services.verify(state.workspace)
    show(
        {"faults": [asdict(fault) for fault in faults], "ok": not faults},
        lambda: [f"event {f.seq}: {f.message}" for f in faults] or ["The audit log is whole."],
        as_json,
    )
    context.exit(1 if faults else 0)


COMMANDS = (audit,)
