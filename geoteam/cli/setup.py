"""``geoteam init``."""

from __future__ import annotations

from pathlib import Path

import click

from geoteam.cli.common import State, StepBar, json_option, pass_state, show
from geoteam.services.demo_accounts import demo_accounts
from geoteam.services.setup import init_city, init_demo
from geoteam.services.workspace import Workspace


@click.command()
@click.option("--demo", is_flag=True, help="Make the invented demo city.")
@click.option("--profile", type=click.Path(path_type=Path), help="City profile (TOML).")
@click.option("--data", type=click.Path(path_type=Path), help="Folder of the profile's files.")
@click.option("--clients", default=8000, show_default=True, help="Clients of the demo city.")
@click.option("--synthetic-clients", default=0, help="Made-up clients at the city's addresses.")
@click.option("--seed", default=2026, show_default=True, help="Seed of everything made up.")
@click.option(
    "--size", type=click.Choice(["full", "small"]), default="full", help="Size of the demo city."
)
@json_option
@pass_state
def init(
    state: State,
    demo: bool,
    profile: Path | None,
    data: Path | None,
    clients: int,
    synthetic_clients: int,
    seed: int,
    size: str,
    as_json: bool,
) -> None:
    """Make a workspace and load what the profile names; safe to run again.

    Example: geoteam init --profile boundaries/dc.toml --data DIR --synthetic-clients 8000
    """
    if demo == bool(profile) or bool(profile) != bool(data):
        raise click.UsageError("give either --demo, or --profile together with --data")
    if clients < 0 or synthetic_clients < 0:
        raise click.UsageError("a number of clients cannot be negative")
    if profile is not None and data is not None:
        seconds = init_city(
            state.folder,
            profile_path=profile,
            data=data,
            synthetic_clients=synthetic_clients,
            seed=seed,
            actor=state.actor,
            progress=StepBar(),
        )
    else:
        seconds = init_demo(
            state.folder,
            clients=clients,
            seed=seed,
            size=size,
            actor=state.actor,
            progress=StepBar(),
        )
    accounts = demo_accounts(Workspace.open(state.folder))
    show(
        {"workspace": str(state.folder), "seconds": seconds},
        lambda: [
            f"The workspace {state.folder} is ready ({sum(seconds.values()):.0f} s)."
            if seconds
            else f"The workspace {state.folder} was complete already; nothing was changed.",
            *(
                ["The demo accounts are printed when it is served: geoteam serve"]
                if accounts
                else []
            ),
        ],
        as_json,
    )


COMMANDS = (init,)
