"""``geoteam users``."""

from __future__ import annotations

from dataclasses import asdict

import click

from geoteam.cli.common import State, json_option, pass_state, show, table
from geoteam.model import Role
from geoteam.services import accounts


@click.group()
def users() -> None:
    """Accounts: add, list, disable."""


@users.command()
@click.argument("username")
@click.option("--name", required=True, help="Full name.")
@click.option("--role", type=click.Choice([role.value for role in Role]), required=True)
@click.option("--officer", default="", help="For officers: their id.")
@click.option("--police-partner", default="", help="For police: their id.")
@click.option("--team", "teams", multiple=True, help="For supervisors: teams led; * is all.")
@json_option
@pass_state
def add(
    state: State,
    username: str,
    name: str,
    role: str,
    officer: str,
    police_partner: str,
    teams: tuple[str, ...],
    as_json: bool,
) -> None:
    """Add an account and print its first password, which is stored nowhere else.

    Example: geoteam users add jdoe --name "Jo Doe" --role officer --officer CSO1001
    """
    password = accounts.add_user(
        state.workspace,
        state.actor,
        username=username,
        name=name,
        role=Role(role),
        officer_ref=officer,
        police_partner_ref=police_partner,
        team_refs=teams,
    )
    show(
        {"username": username, "password": password},
        lambda: [f"{username}  {password}"],
        as_json,
    )


@users.command("list")
@json_option
@pass_state
def list_(state: State, as_json: bool) -> None:
    """List the accounts.

    Example: geoteam users list
    """
    rows = [
        dict(row) if isinstance(row, dict) else asdict(row)
        for row in accounts.list_users(state.workspace)
    ]
    columns = ["username", "name", "role", "disabled"]
    show(rows, lambda: table(rows, columns, "No account yet."), as_json)


@users.command()
@click.argument("username")
@json_option
@pass_state
def disable(state: State, username: str, as_json: bool) -> None:
    """Close an account; its sessions end at once.

    Example: geoteam users disable jdoe
    """
    accounts.disable_user(state.workspace, state.actor, username)
    show(
        {"username": username, "disabled": True},
        lambda: [f"{username} can no longer sign in."],
        as_json,
    )


COMMANDS = (users,)
