"""``geoteam serve``."""

from __future__ import annotations

import os

import click

from geoteam.cli.common import State, pass_state
from geoteam.server.config import ServerConfig
from geoteam.server.serve import serve as run_server
from geoteam.services.demo_accounts import demo_accounts


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", default=8000, show_default=True, help="Port to listen on.")
@pass_state
def serve(state: State, host: str, port: int) -> None:
    """Serve the map until stopped with Ctrl-C.

    Example: geoteam serve --port 8000
    """
    workspace = state.workspace
    accounts = demo_accounts(workspace)

    def ready(address: str) -> None:
        click.echo(f"geoteam serves {workspace.profile.city.name} at {address}")
        if accounts:
            width = max(len(account.username) for account in accounts)
            click.echo("Demo accounts (made-up people only):")
            for account in accounts:
                click.echo(f"  {account.username.ljust(width)}  {account.password}")
        click.echo("Stop with Ctrl-C.")

    run_server(ServerConfig.from_environment(host, port, os.environ), workspace, ready=ready)


COMMANDS = (serve,)
