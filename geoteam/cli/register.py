"""All commands in one place."""

from __future__ import annotations

import click

from geoteam.cli import (
    addresses,
    assign,
    audit,
    boundaries,
    clients,
    duty,
    maps,
    network,
    plans,
    serve,
    services,
    setup,
    streets,
    tours,
    upkeep,
    users,
)

_MODULES = (
    setup, boundaries, addresses, streets, clients, duty, services, assign, plans, tours, network,
    maps, serve, users, audit, upkeep,
)  # fmt: skip


def add_commands(group: click.Group) -> None:
    """Add every command to the root group.

    Parameters
    ----------
    group
        The root.
    """
    for module in _MODULES:
        for command in module.COMMANDS:
            group.add_command(command)
