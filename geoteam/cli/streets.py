"""``geoteam streets``."""

from __future__ import annotations

from pathlib import Path

import click

from geoteam.cli.common import State, StepBar, json_option, pass_state, show
from geoteam.services.loading import download_network, load_basemap, load_streets


@click.group()
def streets() -> None:
    """The street network: build, describe."""


@streets.command()
@click.option("--data", type=click.Path(path_type=Path), help="Folder of the profile's files.")
@click.option("--download", is_flag=True, help="Take the profile's place from OpenStreetMap.")
@json_option
@pass_state
def build(state: State, data: Path | None, download: bool, as_json: bool) -> None:
    """Build the network, and the basemap with it, anew.

    Example: geoteam streets build --data ../shared/data/dc
    """
    if download == (data is not None):
        raise click.UsageError("give either --data DIR or --download")
    progress = StepBar()
    progress("building the street network")
    workspace = state.workspace
    segments = download_network(workspace) if data is None else load_streets(workspace, data)
    progress("drawing the basemap")
    load_basemap(workspace, data)
    show({"segments": segments}, lambda: [f"{segments:,} street segments."], as_json)


@streets.command()
@json_option
@pass_state
def info(state: State, as_json: bool) -> None:
    """Tell what the network holds.

    Example: geoteam streets info
    """
    network = state.workspace.streets()
    value = {"segments": len(network.edge_u), "notes": list(network.notes)}
    show(value, lambda: [f"{value['segments']:,} street segments", *network.notes], as_json)


COMMANDS = (streets,)
