"""Plans in and out as files: tables of units, and layers of units or team areas."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
import shapely

from geoteam.areas import dissolve, read_raw_boundaries
from geoteam.areas.axes import axis_fault
from geoteam.areas.files import SUFFIXES
from geoteam.errors import (
    CrsError,
    GeoteamError,
    ImportProblems,
    InputError,
    RowProblem,
    WorkspaceError,
)
from geoteam.frames import rows_of
from geoteam.plans.fit import fit_plan
from geoteam.services.batch import write_rows
from geoteam.services.outputs import system_failure, write_whole
from geoteam.services.plan_figures import find_plan, plan_areas
from geoteam.services.plan_names import check_name
from geoteam.services.plans import general_teams, import_plan, save_draft
from geoteam.services.workspace import Workspace
from geoteam.store import plans, staff

_DRIVERS = {".geojson": "GeoJSON", ".gpkg": "GPKG", ".shp": "ESRI Shapefile"}


@dataclass(frozen=True, slots=True)
class ImportedPlan:
    """A draft that came from a file.

    Attributes
    ----------
    plan_id
        The draft.
    units
        How many units it has.
    fit
        How each unit was fitted, as ``plans.fit.fit_plan`` tells it; None where the file names our
        own units.
    """

    plan_id: int
    units: int
    fit: pd.DataFrame | None

    @property
    def misfits(self) -> list[dict[str, Any]]:
        """The units that do not fit, one row each."""
        if self.fit is None:
            return []
        return rows_of(self.fit[self.fit["misfit"] != ""].reset_index())


def import_file(
    workspace: Workspace, actor: str, path: Path, name: str, *, team_column: str = "team"
) -> ImportedPlan:
    """Load a plan as a draft from a table of units or from a layer of areas.

    A table names our units. A layer (GeoJSON, GeoPackage, Shapefile ...) is fitted to them by
    where its areas lie, whatever its areas are: team areas, our units or those of another set. Why
    a unit does not fit whole is a comment on it, so that whoever draws or approves the plan reads
    it.

    Parameters
    ----------
    workspace
        The workspace.
    actor
        Who the audit log names.
    path
        The file.
    name
        Name of the plan.
    team_column
        Column with the team's reference.

    Returns
    -------
    ImportedPlan
        The draft and how it fits.

    Raises
    ------
    ImportProblems
        When rows cannot be used, or units lie in no team's area or in two alike; all are named and
        nothing is saved.
    InputError
        When the file cannot be read, or the name is empty, too long or that of another draft.
    """
    named = check_name(workspace, name)
    count = len(workspace.areas(workspace.profile.unit_kind))
    if path.suffix.lower() not in SUFFIXES:
        return ImportedPlan(import_plan(workspace, actor, path, named, team_column), count, None)
    crs = workspace.profile.city.crs
    with workspace.reading() as session:
        general = general_teams(session)
    areas = _read_areas(path, team_column, general, crs)
    lon, lat = workspace.reference().points()
    fit = fit_plan(
        workspace.areas(workspace.profile.unit_kind),
        areas,
        areas["team"].to_dict(),
        crs=crs,
        lon=lon,
        lat=lat,
    )
    _refuse_without_team(fit, path)
    doubts = {
        str(unit): f"Fitted from a file, look at it: {why}."
        for unit, why in fit.loc[fit["misfit"] != "", "misfit"].items()
    }
    units = {str(unit): str(team) for unit, team in fit["team"].items()}
    plan_id = save_draft(
        workspace,
        actor,
        named,
        units,
        where=str(path),
        doubts=doubts,
        misfits=len(doubts),
    )
    return ImportedPlan(plan_id, count, fit)


def _refuse_without_team(fit: pd.DataFrame, path: Path) -> None:
    """Refuse a plan that leaves units without a team; all are named."""
    empty = fit[fit["team"] == ""]
    if empty.empty:
        return
    raise ImportProblems(
        [
            RowProblem(0, "unit", str(unit), str(why), "Draw one team's area over it")
            for unit, why in empty["misfit"].items()
        ],
        where=str(path),
        remedy="Nothing was loaded. A plan names one team for every unit: mend the areas and "
        "import again",
    )


def _read_areas(path: Path, team_column: str, teams: set[str], crs: str) -> gpd.GeoDataFrame:
    """Read polygons with a team each; every row that cannot be used is named."""
    raw = read_raw_boundaries(
        path, kind="team_area", fields={"code": team_column}, city_crs=crs
    ).rename(columns={"code": "team"})
    if raw.crs is None:
        raise CrsError(
            f"{path.name} does not say its coordinate system",
            where=str(path),
            remedy="Add the .prj file, or save the layer in EPSG:4326",
        )
    problems = [
        RowProblem(row + 1, team_column if column == "team" else column, value, message, remedy)
        for row, (value, shape) in enumerate(zip(raw["team"], raw.geometry, strict=True))
        for column, message, remedy in _faults(value, shape, teams)
    ]
    if problems:
        raise ImportProblems(
            problems,
            where=str(path),
            remedy="Nothing was loaded. Mend the rows listed and import again",
        )
    fault = axis_fault(raw.geometry, crs)
    if fault:
        raise CrsError(fault.message, where=str(path), remedy=fault.remedy)
    raw.index = pd.Index([str(row + 1) for row in range(len(raw))], name="code")
    return raw


def _faults(team: str, shape: Any, teams: set[str]) -> Iterator[tuple[str, str, str]]:
    """Why a row cannot be used: column, message, what to do."""
    if not team:
        yield "team", "the row names no team", "Name its team, or drop the row"
    elif team not in teams:
        yield "team", "no general team is so called", f"Teams: {', '.join(sorted(teams))}"
    if shape is None or shape.is_empty or shape.geom_type not in ("Polygon", "MultiPolygon"):
        yield "geometry", "the row has no polygon", "Draw its area, or drop the row"
    elif not np.isfinite(shapely.get_coordinates(shape)).all():
        yield "geometry", "a coordinate is not a finite number", "Draw its area again"
    elif not shape.is_valid:
        reason = shapely.is_valid_reason(shape)
        yield (
            "geometry",
            f"the ring cannot be used: {reason}",
            "Mend it, in QGIS with Fix geometries",
        )


def export_plan(
    workspace: Workspace, output: Path, plan_id: int | None = None, *, areas: bool = False
) -> dict[str, int]:
    """Write a plan as a table or as a layer.

    Parameters
    ----------
    workspace
        The workspace.
    output
        ``.csv``, ``.xlsx`` or ``.parquet`` with the columns unit and team; ``.geojson``, ``.gpkg``
        or ``.shp`` with the polygons too, in EPSG:4326.
    plan_id
        The plan; the one in force by default.
    areas
        One row a team with its dissolved area, in place of one a unit; layers only.

    Returns
    -------
    dict
        ``units`` and ``unassigned`` (units without a team, which lie in no team's area); with
        ``areas`` also their number.

    Raises
    ------
    InputError
        When the ending is another one, or a table should hold areas.
    NotFoundError
        When there is no such plan, or none is in force.
    WorkspaceError
        When the file cannot be written.
    """
    driver = _DRIVERS.get(output.suffix.lower())
    if areas and driver is None:
        raise InputError(
            "team areas are polygons, which this file cannot hold",
            where=str(output),
            remedy=f"Use {', '.join(_DRIVERS)}",
        )
    with workspace.reading() as session:
        plan = find_plan(workspace, session, plan_id)
        units = plans.units(session, plan.id)
        names = staff.teams(session)["name"]
        frame = plan_areas(workspace, session, plan) if driver else None
    told = {"units": len(units), "unassigned": sum(not team for team in units.values())}
    if frame is None:
        write_rows(pd.DataFrame({"unit": list(units), "team": list(units.values())}), output)
        return told
    if areas:
        layer = dissolve(frame, units).rename_axis("team").reset_index()
        told["areas"] = len(layer)
    else:
        layer = frame[["name", "geometry"]].rename_axis("unit").reset_index()
        layer["team"] = [units.get(code, "") for code in layer["unit"]]
    layer["team_name"] = [names.get(team, "") for team in layer["team"]]
    _write_layer(layer, output, "team_areas" if areas else "units")
    return told


def _write_layer(layer: gpd.GeoDataFrame, output: Path, name: str) -> None:
    """Write a layer whole or not at all; a Shapefile is several files, its .shp the last."""
    driver = _DRIVERS[output.suffix.lower()]

    def write(path: Path) -> None:
        pyogrio.write_dataframe(layer, path, driver=driver, layer=name)

    try:
        if driver != "ESRI Shapefile":
            write_whole(output, write)
            return
        with tempfile.TemporaryDirectory(dir=output.resolve().parent, prefix=".plan") as folder:
            whole = Path(folder) / output.with_suffix(".shp").name
            pyogrio.write_dataframe(layer, whole, driver=driver, encoding="UTF-8")
            for part in sorted(whole.parent.iterdir(), key=lambda p: p.suffix == ".shp"):
                part.replace(output.with_suffix(part.suffix))
    except GeoteamError:
        raise
    except OSError as error:
        raise system_failure(error, str(output)) from error
    except (pyogrio.errors.DataSourceError, pyogrio.errors.FeatureError) as error:
        raise WorkspaceError(f"the layer cannot be written ({error})", where=str(output)) from error
