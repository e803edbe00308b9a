"""The map page's parts, shared by the pages that show a map of cells."""

from __future__ import annotations

import csv as csv_writer
import io
from collections.abc import Mapping
from typing import Any

import pandas as pd
from flask import Response, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import MultiDict

from geoteam.server import forms
from geoteam.server.context import user, workspace
from geoteam.server.headers import nonce
from geoteam.server.show import client_url, may
from geoteam.services import maps

Fields = MultiDict[str, str]
_MOST_LAYERS = 20


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
    return render_template(
        template,
        view=maps.map_view(workspace(), user(), options),
        options=options,
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
    """Give the numbers of the map as a file.

    Parameters
    ----------
    defaults
        Filters where the address names none.

    Returns
    -------
    ResponseReturnValue
        CSV; a withheld figure is the word ``withheld``.
    """
    view = maps.map_view(workspace(), user(), read_options(_fields(defaults)))
    headers = {"Content-Disposition": 'attachment; filename="map-table.csv"'}
    return Response(table_csv(view.table), mimetype="text/csv; charset=utf-8", headers=headers)


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
    return maps.MapOptions(
        by=forms.choice(fields, "by", maps.BY, plain.by),
        measure=forms.choice(fields, "measure", maps.MEASURES, plain.measure),
        grid="square"
        if forms.choice(fields, "grid", ("hexagon", "square"), plain.grid) == "square"
        else "hexagon",
        grid_m=forms.whole(fields, "grid_m", plain.grid_m, low=200, high=5000),
        minutes=forms.whole(fields, "minutes", plain.minutes, low=1, high=60),
        partner_kind=forms.text(fields, "partner_kind"),
        layers=_layers(fields, plain.layers),
        on=forms.day(fields, "on"),
    )


def table_csv(table: pd.DataFrame) -> str:
    """Write a table so that no spreadsheet runs what stands in it.

    Parameters
    ----------
    table
        The numbers of a map; missing means withheld.

    Returns
    -------
    str
        CSV with a byte order mark, so that spreadsheets read UTF-8.
    """
    file = io.StringIO()
    writer = csv_writer.writer(file)
    writer.writerow([_harmless(name) for name in (table.index.name or "area", *table.columns)])
    for row in table.itertuples():
        writer.writerow([_harmless(value) for value in row])
    return "\ufeff" + file.getvalue()


def _harmless(value: object) -> object:
    if value is None or value is pd.NA or (isinstance(value, float) and value != value):
        return "withheld"
    # Spreadsheets run cells that begin like a formula.
    if isinstance(value, str) and value[:1] in {"=", "+", "-", "@", "\t", "\r"}:
        return "'" + value
    return value


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
