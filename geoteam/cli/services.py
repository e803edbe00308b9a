"""``geoteam services``: online geocoders, off unless an administrator turns them on."""

from __future__ import annotations

from datetime import datetime

import click

from geoteam.cli.common import State, StepBar, json_option, pass_state, show
from geoteam.errors import InputError
from geoteam.geocoding.services import CATALOGUE
from geoteam.model import Role, User
from geoteam.services import online, online_ask
from geoteam.services.operator import operator
from geoteam.services.wording import told_time

_NAME = click.argument("name", type=click.Choice([info.name for info in CATALOGUE]))


@click.group()
def services() -> None:
    """Online geocoders: list, enable, disable, ask. All are off at first."""


@services.command("list")
@json_option
@pass_state
def list_(state: State, as_json: bool) -> None:
    """List the services: what each is or would be told, what it still needs, and which are on.

    Example: geoteam services list
    """
    rows = online.list_services(state.workspace)
    show(
        rows,
        lambda: [
            line
            for row in rows
            for line in (
                f"{row['name']}: {row['title']}, "
                + (
                    f"ON since {told_time(datetime.fromisoformat(row['at']), state.workspace)} "
                    f"by {row['by']}"
                    if row["on"]
                    else "off"
                ),
                f"    {row['warning']}",
                f"    {row['missing']}",
            )
            if line.strip()
        ],
        as_json,
    )


@services.command()
@_NAME
@click.option("--acknowledge", default="", help="The service's name, instead of typing it.")
@json_option
@pass_state
def enable(state: State, name: str, acknowledge: str, as_json: bool) -> None:
    """Turn a service on, after reading what leaves this machine and to whom.

    Example: geoteam services enable mar
    """
    (row,) = (one for one in online.list_services(state.workspace) if one["name"] == name)
    if row["missing"]:
        raise InputError(row["missing"])
    click.echo(row["warning"], err=True)
    typed = acknowledge or click.prompt(f"Type {name} to turn it on", err=True)
    if typed.strip() != name:
        raise InputError("the name was not typed, so that nothing was turned on")
    online.enable(state.workspace, _administrator(state), name, warning=row["warning"])
    show({"service": name, "on": True}, lambda: [f"{row['title']} is on."], as_json)


@services.command()
@_NAME
@json_option
@pass_state
def disable(state: State, name: str, as_json: bool) -> None:
    """Turn a service off.

    Example: geoteam services disable mar
    """
    online.disable(state.workspace, _administrator(state), name)
    show({"service": name, "on": False}, lambda: [f"{name} is off."], as_json)


@services.command()
@_NAME
@click.option("--limit", type=click.IntRange(min=1), help="Send so many addresses at the most.")
@json_option
@pass_state
def ask(state: State, name: str, limit: int | None, as_json: bool) -> None:
    """Send the addresses that wait in review to a service; each is sent to it once.

    What is answered is kept at once, so that the command can be stopped and run again.

    Example: geoteam services ask mar --limit 500
    """
    report = online_ask.ask(
        state.workspace, _administrator(state), name, limit=limit, progress=StepBar()
    )
    show(
        report.counts(),
        lambda: [
            f"{report.accepted:,} accepted, {report.review:,} still for a person, "
            f"{report.nothing:,} without an answer, {report.failed:,} failed.",
            f"Not sent: {report.withheld:,} that no service need or can settle, {report.left:,} "
            "left for the next time.",
        ],
        as_json,
    )
    if report.fault:
        raise report.fault


def _administrator(state: State) -> User:
    return operator(state.actor, Role.ADMINISTRATOR)


COMMANDS = (services,)
