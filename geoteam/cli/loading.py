"""What the commands that load a file share: ``--column``, the preview and the report."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import asdict
from typing import Any, TypeVar

import click

from geoteam.services.import_mapping import ColumnMapping
from geoteam.services.import_report import ImportReport

_F = TypeVar("_F", bound=Callable[..., Any])


def mapping_of(pairs: tuple[str, ...]) -> dict[str, str] | None:
    """Read what ``--column`` says.

    Parameters
    ----------
    pairs
        As typed, ``FIELD=COLUMN``.

    Returns
    -------
    dict or None
        Field to column; None when nothing was typed.

    Raises
    ------
    click.UsageError
        When one is not written like that, or a field stands twice.
    """
    chosen: dict[str, str] = {}
    for pair in pairs:
        name, _, column = (part.strip() for part in pair.partition("="))
        if not name or not column:
            raise click.UsageError('write --column FIELD=COLUMN, such as --column name="Full Name"')
        if name in chosen:
            raise click.UsageError(f"--column says twice which column holds {name}")
        chosen[name] = column
    return chosen or None


def report_lines(report: ImportReport) -> list[str]:
    """Tell what an import did.

    Parameters
    ----------
    report
        The report.

    Returns
    -------
    list of str
        Lines for a person.
    """
    lines = [f"Read as {report.form}.", "Columns:"]
    lines += [f"  {field} = {column}" for field, column in report.mapping.columns.items()]
    lines += [report.sentence]
    for found, most in ((report.problems, 20), (report.warnings, 10)):
        lines += [f"  row {p.row}, {p.column}: {p.message}. {p.remedy}" for p in found[:most]]
        if len(found) > most:
            lines.append(f"  {len(found) - most:,} more; --json prints all")
    if report.problems_file:
        lines.append(f"The refused rows are in {report.problems_file}.")
    return lines


def preview_lines(mapping: ColumnMapping) -> list[str]:
    """Tell how a file would be read.

    Parameters
    ----------
    mapping
        The mapping.

    Returns
    -------
    list of str
        Lines for a person.
    """
    lacking = [name for name, required in mapping.missing.items() if required]
    if not lacking:
        return [*mapping.lines(), "Nothing was loaded. The file has every required field."]
    return [
        *mapping.lines(),
        "Nothing was loaded. Say which columns hold the required fields that are missing: "
        + " ".join(f'--column {name}="COLUMN"' for name in lacking),
    ]


def preview_json(mapping: ColumnMapping) -> dict[str, Any]:
    """Tell how a file would be read, for machines.

    Parameters
    ----------
    mapping
        The mapping.

    Returns
    -------
    dict
        ``columns``, ``how``, ``missing``, ``missing_optional`` and ``not_used``.
    """
    return {
        "columns": dict(mapping.columns),
        "how": {name: mapping.how[name] for name in mapping.columns},
        "missing": [name for name, required in mapping.missing.items() if required],
        "missing_optional": [name for name, required in mapping.missing.items() if not required],
        "not_used": list(mapping.unused),
    }


def report_json(report: ImportReport) -> dict[str, Any]:
    """Tell what an import did, for machines.

    Parameters
    ----------
    report
        The report.

    Returns
    -------
    dict
        Counts, columns, problems and warnings.
    """
    return {
        "noun": report.noun,
        "file": report.file,
        **report.summary(),
        "columns": dict(report.mapping.columns),
        "problems": [asdict(problem) for problem in report.problems],
        "warnings": [asdict(problem) for problem in report.warnings],
        "problems_file": report.problems_file,
    }


def column_option(
    names: Sequence[str], required: Collection[str], example: str
) -> Callable[[_F], _F]:
    """Make the option ``--column`` of an import.

    Parameters
    ----------
    names
        The fields.
    required
        Those that a file must have.
    example
        Of what may be typed.

    Returns
    -------
    callable
        A decorator.
    """
    listed = ", ".join(f"{name} (required)" if name in required else name for name in names)
    return click.option(
        "--column",
        "pairs",
        multiple=True,
        metavar="FIELD=COLUMN",
        help=f"Which column holds a field: {example}. May be repeated; columns not named are "
        f"recognised by their names. Fields: {listed}.",
    )
