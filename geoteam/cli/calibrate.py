"""``geoteam addresses calibrate``."""

from __future__ import annotations

from pathlib import Path

import click

from geoteam.cli.common import State, StepBar, json_option, pass_state, show, table
from geoteam.services.calibrate import Calibration, calibrate_file

_PATH = click.Path(path_type=Path)
_SHARES = (("within_100m", "rows"), ("same_unit", "rows"), ("accepted_wrong", "accepted"))


@click.command()
@click.argument("file", type=_PATH)
@click.option(
    "--address",
    "columns",
    required=True,
    multiple=True,
    help="Column with the address; repeat it for parts in columns of their own.",
)
@click.option("--zip", "zip_column", default="", help="Column with the ZIP code.")
@click.option("--lon", required=True, help="Column with the true longitude.")
@click.option("--lat", required=True, help="Column with the true latitude.")
@click.option("-o", "--output", type=_PATH, help="Write the table as .md, .csv or .xlsx.")
@json_option
@pass_state
def calibrate(
    state: State,
    file: Path,
    columns: tuple[str, ...],
    zip_column: str,
    lon: str,
    lat: str,
    output: Path | None,
    as_json: bool,
) -> None:
    """Count how right each score is on addresses whose true place is known.

    It says which least score reaches which share in the right unit, and whether those of the
    profile ([geocoding] accept_score and accept_area_score) hold on this file.

    Example: geoteam addresses calibrate known.csv --address Address --lon Lon --lat Lat
    """
    found = calibrate_file(
        state.workspace,
        file,
        addresses=columns,
        zip_column=zip_column,
        lon=lon,
        lat=lat,
        output=output,
        progress=StepBar(),
    )
    show(found.summary(), lambda: _lines(found), as_json)


def _lines(found: Calibration) -> list[str]:
    rows = [
        {"match code": row["match_code"], "score": row["band"], "rows": row["rows"]}
        | {
            name.replace("_", " "): f"{row[f'{name}_share']:.2%} "
            f"({row[f'{name}_low']:.1%}-{row[f'{name}_high']:.1%})"
            if row[of]
            else "-"
            for name, of in _SHARES
        }
        | {"accepted": row["accepted"]}
        for row in found.table.to_dict("records")
    ]
    columns = ["match code", "score", "rows", "within 100m", "same unit", "accepted"]
    return [
        f"Rows: {found.rows:,}, with a true place in the city: {found.used:,}. Of these placed: "
        f"{found.placed:,}, tied: {found.tied:,}, not matched: {found.unmatched:,}. Accepted: "
        f"{found.accepted:,}, of these in another unit: {found.wrong:,}.",
        *table(rows, [*columns, "accepted wrong"], "No row was placed."),
        "Shares with their 95 % interval (Wilson 1927).",
        *found.words,
    ]
