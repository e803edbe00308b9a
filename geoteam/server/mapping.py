"""The map page's parts, shared by the pages that show a map of cells."""

from __future__ import annotations

import csv as csv_writer
import io
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd
from flask import Response, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import MultiDict

from geoteam.maps import FigureKind, figure_text
from geoteam.model import Role
from geoteam.server import forms
from geoteam.server.context import user, workspace
from geoteam.server.headers import nonce
from geoteam.server.show import client_url, may
from geoteam.services import exports, maps
from geoteam.services.import_values import safe_for_spreadsheets

Fields = MultiDict[str, str]
_MOST_LAYERS = 20
_WITHHELD = "withheld"
# What a heading alone does not say.
_MEANINGS = {
    "workload_per_officer": (
        "average monthly contacts of the officers who work in the area, all areas counted"
    ),
}
# Column of a map's table -> heading and how its figures are written.
_COLUMNS: dict[str, tuple[str, FigureKind]] = {
    "clients": ("Clients", "count"),
    "workload": ("Contacts a month", "decimal"),
    "officers": ("Officers", "decimal"),
    "workload_per_officer": ("Average officer's workload", "decimal"),
    "covered": ("Within reach", "count"),
    "share": ("Share", "share"),
    "median_minutes": ("Median minutes", "decimal"),
}


def page(
    template: str, *, frame: str, table: str, defaults: Mapping[str, str] = {}
) -> ResponseReturnValue:
    """Render a page with filters, a map in a frame and the same numbers in a table.

    Parameters
    ----------
    template
        Name of the template.
    frame
        Endpoint of the map's document.
    table
        Endpoint of the numbers as a file.
    defaults
        Filters where the address names none.

    Returns
    -------
    ResponseReturnValue
        The page.
    """
    fields = _fields(defaults)
    options = read_options(fields)
    view = maps.map_view(workspace(), user(), options)
    day = options.on or workspace().today()
    listed = view.table
    if options.by == "grid" and "clients" in listed:
        # Most cells of a grid are empty: the file has them, the page would drown in them.
        listed = listed[listed["clients"] != 0]
    return render_template(
        template,
        view=view,
        headings=headings(listed),
        rows=rows(listed),
        options=options,
        # Figures for the public are those of the first of the month.
        day=day.replace(day=1) if user().role is Role.COMMUNITY else day,
        left_out=len(view.table) - len(listed),
        layers_chosen="layers" in request.args,
        menus=maps.map_menus(workspace(), user()),
        frame_url=url_for(frame, **_kept(fields)),
        table_url=url_for(table, **_kept(fields)),
    )


def document(defaults: Mapping[str, str] = {}) -> ResponseReturnValue:
    """Give the map's own document, for a frame.

    Parameters
    ----------
    defaults
        Filters where the address names none.

    Returns
    -------
    ResponseReturnValue
        HTML whose scripts carry this response's nonce.
    """
    view = maps.map_view(
        workspace(),
        user(),
        read_options(_fields(defaults)),
        nonce=nonce(),
        client_url=client_url if may("clients.record") else None,
    )
    return Response(view.html, mimetype="text/html")


def csv(defaults: Mapping[str, str] = {}) -> ResponseReturnValue:
    """Give the numbers of the map as a file; the taking is audited.

    Parameters
    ----------
    defaults
        Filters where the address names none.

    Returns
    -------
    ResponseReturnValue
        CSV; a withheld figure is the word ``withheld``.
    """
    options = read_options(_fields(defaults))
    view = maps.map_view(workspace(), user(), options)
    exports.record_export(workspace(), user(), options, len(view.table))
    headers = {"Content-Disposition": 'attachment; filename="map-table.csv"'}
    # Flask itself adds the character set, which is UTF-8.
    return Response(table_csv(view.table), mimetype="text/csv", headers=headers)


def read_options(fields: Fields) -> maps.MapOptions:
    """Read the filters of a map.

    Parameters
    ----------
    fields
        What the address says.

    Returns
    -------
    maps.MapOptions
        The options, each checked.

    Raises
    ------
    InputError
        When a filter has a value that is not on offer.
    """
    plain = maps.MapOptions()
    # An officer's map is of their own clients.
    layers = (*plain.layers, "client") if user().role is Role.OFFICER else plain.layers
    return maps.MapOptions(
        by=forms.choice(fields, "by", maps.BY, plain.by),
        measure=forms.choice(fields, "measure", maps.MEASURES, plain.measure),
        grid="square"
        if forms.choice(fields, "grid", ("hexagon", "square"), plain.grid) == "square"
        else "hexagon",
        grid_m=forms.whole(fields, "grid_m", plain.grid_m, low=200, high=5000),
        minutes=forms.whole(fields, "minutes", plain.minutes, low=1, high=60),
        partner_kind=forms.text(fields, "partner_kind"),
        layers=_layers(fields, layers),
        on=forms.day(fields, "on"),
    )


@dataclass(frozen=True, slots=True)
class Row:
    """One area or cell of the table beside the map.

    Attributes
    ----------
    code
        Code of the area.
    label
        The code without the grid's own name.
    withheld
        True when its figures are withheld.
    figures
        The figures as text, in the order of the headings.
    """

    code: str
    label: str
    withheld: bool
    figures: tuple[str, ...]


def headings(table: pd.DataFrame) -> list[tuple[str, str]]:
    """Name the columns of a map's table.

    Parameters
    ----------
    table
        The numbers of a map.

    Returns
    -------
    list of tuple of str
        For each column its heading, and what that means ('' where it speaks for itself).
    """
    return [
        (_COLUMNS.get(name, (str(name), "decimal"))[0], _MEANINGS.get(name, ""))
        for name in table.columns
    ]


def rows(table: pd.DataFrame) -> list[Row]:
    """Write the figures of a map's table as the map itself writes them.

    Parameters
    ----------
    table
        The numbers of a map; an area without a count of clients is withheld.

    Returns
    -------
    list of Row
        One for each area or cell, in order of code.
    """
    kinds = [_COLUMNS.get(name, ("", "decimal"))[1] for name in table.columns]
    hidden = _withheld(table)
    return [
        Row(
            str(row[0]),
            str(row[0]).partition(":")[2] or str(row[0]),
            withheld,
            tuple(
                _WITHHELD if withheld else figure_text(value, kind)
                for value, kind in zip(row[1:], kinds, strict=True)
            ),
        )
        for row, withheld in zip(table.itertuples(), hidden, strict=True)
    ]


def table_csv(table: pd.DataFrame) -> str:
    """Write a table so that no spreadsheet runs what stands in it.

    Parameters
    ----------
    table
        The numbers of a map; an area without a count of clients is withheld.

    Returns
    -------
    str
        CSV with a byte order mark, so that spreadsheets read UTF-8; a figure that does not exist
        is empty.
    """
    file = io.StringIO()
    writer = csv_writer.writer(file)
    writer.writerow(
        [safe_for_spreadsheets(str(name)) for name in (table.index.name or "area", *table.columns)]
    )
    for row, withheld in zip(table.itertuples(), _withheld(table), strict=True):
        values = [_WITHHELD] * (len(row) - 1) if withheld else [_rounded(one) for one in row[1:]]
        writer.writerow([safe_for_spreadsheets(str(row[0])), *values])
    return "\ufeff" + file.getvalue()


def _withheld(table: pd.DataFrame) -> list[bool]:
    if "clients" not in table:
        return [False] * len(table)
    return [bool(one) for one in table["clients"].isna()]


def _rounded(value: float) -> str:
    return "" if pd.isna(value) else f"{value:.4f}".rstrip("0").rstrip(".")


def _layers(fields: Fields, default: tuple[str, ...]) -> tuple[str, ...]:
    # The form always names one empty layer, so that none chosen differs from none said.
    if "layers" not in fields:
        return default
    return tuple(name for name in fields.getlist("layers") if name)[:_MOST_LAYERS]


def _fields(defaults: Mapping[str, str]) -> Fields:
    fields: Fields = MultiDict(request.args)
    for name, value in defaults.items():
        fields.setdefault(name, value)
    return fields


def _kept(fields: Fields) -> dict[str, Any]:
    return {
        name: fields.getlist(name)
        for name in fields
        if name == "layers" or any(fields.getlist(name))
    }
