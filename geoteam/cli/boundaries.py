"""``geoteam boundaries`` and ``geoteam locate``."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date, datetime
from pathlib import Path

import click

from geoteam.cli.common import RowBar, State, json_option, pass_state, show, table
from geoteam.errors import BoundaryError, InputError
from geoteam.profile import BoundaryTable
from geoteam.services import batch
from geoteam.services import boundaries as services

_DAY = click.DateTime(["%Y-%m-%d"])
_FIELD = "--field"


@click.group()
def boundaries() -> None:
    """Boundary sets: add, list, check, compare."""


def _fields(pairs: tuple[str, ...]) -> dict[str, str]:
    fields = dict(pair.partition("=")[::2] for pair in pairs)
    if any(not column for column in fields.values()):
        raise click.UsageError("write a field as code=PSA")
    return fields


def _day(value: datetime | None) -> date | None:
    return value.date() if value else None


@boundaries.command("list")
@json_option
@pass_state
def list_(state: State, as_json: bool) -> None:
    """List the boundary sets with their dates.

    Example: geoteam boundaries list
    """
    rows = services.list_sets(state.workspace)
    columns = ["kind", "version", "valid_from", "valid_to", "areas", "source"]
    show(rows, lambda: table(rows, columns, "No boundaries yet."), as_json)


@boundaries.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--kind", default="service_area", show_default=True, help="What the areas are.")
@click.option("--crs", default="", help="Measuring CRS; by default the workspace's, else a guess.")
@click.option(_FIELD, "pairs", multiple=True, help="geoteam's column = the file's: code=PSA.")
@json_option
@click.pass_context
def check(
    context: click.Context, file: Path, kind: str, crs: str, pairs: tuple[str, ...], as_json: bool
) -> None:
    """Report every fault of a boundary file, with its place and size; change nothing.

    Example: geoteam boundaries check psa.geojson --json
    """
    state: State = context.obj
    if not crs and (state.folder / "geoteam.db").is_file():
        crs = state.workspace.profile.city.crs
    found = services.check_file(
        file, crs=crs or services.guess_crs(file), kind=kind, fields=_fields(pairs)
    )
    ok = not any(fault.severity == "error" for fault in found)
    rows = [asdict(fault) for fault in found]
    columns = ["severity", "kind", "code", "other", "size_m2", "lon", "lat", "message"]
    show(
        {"faults": rows, "ok": ok},
        lambda: [*table(rows, columns, "No fault was found."), f"ok: {str(ok).lower()}"],
        as_json,
    )
    context.exit(0 if ok else 1)


@boundaries.command()
@click.argument("file", type=click.Path(path_type=Path), required=False)
@click.option("--kind", required=True, help="district, sector, service_area, ward, zip ...")
@click.option("--version", required=True, help="Name of the version, such as the year.")
@click.option("--valid-from", type=_DAY, required=True, help="First day in force.")
@click.option("--valid-to", type=_DAY, help="First day no longer in force.")
@click.option(_FIELD, "pairs", multiple=True, required=True, help="geoteam's column = the file's.")
@click.option("--layer", default="", help="Layer of a GeoPackage or File Geodatabase.")
@click.option("--context", "in_context", is_flag=True, help="The areas need not tile the city.")
@click.option("--repair", is_flag=True, help="Mend faults that can be mended, and say how.")
@click.option("--download", default="", help="Address of an ArcGIS layer to download first.")
@json_option
@pass_state
def add(
    state: State,
    file: Path | None,
    kind: str,
    version: str,
    valid_from: datetime,
    valid_to: datetime | None,
    pairs: tuple[str, ...],
    layer: str,
    in_context: bool,
    repair: bool,
    download: str,
    as_json: bool,
) -> None:
    """Load a boundary set, checked; nothing is saved when it has a fault.

    Example: geoteam boundaries add psa.shp --kind service_area --version 2026
    --valid-from 2026-01-01 --field code=PSA --field parent=SECTOR
    """
    fields = _fields(pairs)
    if (file is None) == (not download):
        raise click.UsageError("give a FILE, or --download ADDRESS")
    if download:
        file = state.folder / f"{kind}_{version}.geojson"
        click.echo(f"Downloaded {services.download(download, fields, file)} areas.", err=True)
        fields = {name: name for name in fields}
    try:
        entry = BoundaryTable.model_validate(
            {
                "file": str(file),
                "url": download,
                "kind": kind,
                "version": version,
                "valid_from": _day(valid_from),
                "valid_to": _day(valid_to),
                "fields": fields,
                "layer": layer,
                "tiles": not in_context,
            }
        )
    except ValueError as error:
        raise InputError(str(error).splitlines()[-2].strip(), where="the options") from error
    if file is None:
        raise BoundaryError("there is no boundary file")
    areas, repairs = services.add_file(state.workspace, state.actor, file, entry, repair=repair)
    show(
        {"areas": areas, "repairs": [asdict(one) for one in repairs]},
        lambda: [
            *(f"Repaired {r.code}: {r.what} (moved {r.moved_m:.2f} m)." for r in repairs),
            f"{areas} areas of {kind} {version} are loaded.",
        ],
        as_json,
    )


@boundaries.command()
@click.option("--kind", default="service_area", show_default=True)
@click.option("--before", type=_DAY, required=True, help="A day on which the old set is in force.")
@click.option("--after", type=_DAY, required=True, help="A day on which the new set is in force.")
@json_option
@pass_state
def compare(state: State, kind: str, before: datetime, after: datetime, as_json: bool) -> None:
    """Compare two versions by area and by address points.

    Example: geoteam boundaries compare --before 2018-12-31 --after 2019-02-01
    """
    found = services.compare(state.workspace, kind, before.date(), after.date())
    moved = [row for row in found["by_points"] if row["old"] != row["new"]]
    columns = ["old", "new", "points", "share_of_old"]
    show(
        found,
        lambda: [
            f"{found['changed_share']:.1%} of address points change area "
            f"({found['old']} to {found['new']}).",
            *table(moved, columns, "No address changes area."),
        ],
        as_json,
    )


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option("-o", "--output", type=click.Path(path_type=Path), required=True)
@click.option("--lon", required=True, help="Column with longitudes.")
@click.option("--lat", required=True, help="Column with latitudes.")
@click.option("--kind", default="service_area", show_default=True, help="Boundary kind.")
@click.option("--on", type=_DAY, help="Day of the boundaries; today by default.")
@click.option("--uncertainty-m", default=20.0, show_default=True, help="Radius around a point.")
@json_option
@pass_state
def locate(
    state: State,
    file: Path,
    output: Path,
    lon: str,
    lat: str,
    kind: str,
    on: datetime | None,
    uncertainty_m: float,
    as_json: bool,
) -> None:
    """Write the area of every point of a table beside it; all rows and columns are kept.

    Example: geoteam locate crimes.csv -o out.csv --lon LON --lat LAT --on 2018-03-01
    """
    done = batch.locate_file(
        state.workspace,
        file,
        output,
        lon=lon,
        lat=lat,
        kind=kind,
        on=_day(on),
        uncertainty_m=uncertainty_m,
        progress=RowBar(),
    )
    show(
        done,
        lambda: [
            f"{done['rows']:,} rows: {done['located']:,} located ({kind} {done['version']}), "
            f"{done['outside']:,} outside, {done['without_coordinates']:,} without coordinates.",
            f"{done['boundary_ambiguous']:,} rows are boundary-ambiguous "
            f"(another area within {uncertainty_m:g} m).",
        ],
        as_json,
    )


COMMANDS = (boundaries, locate)
