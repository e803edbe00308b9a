"""Tables as files that no spreadsheet runs."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from typing import Any

from flask import Response

from geoteam.services.import_values import safe_for_spreadsheets


def csv_answer(rows: Sequence[Mapping[str, Any]], columns: Sequence[str], name: str) -> Response:
    """Send rows as CSV in UTF-8 with a byte order mark.

    Parameters
    ----------
    rows
        The rows.
    columns
        Keys to write, in order; what a row lacks is empty.
    name
        File name that the browser is told.

    Returns
    -------
    Response
        A download.
    """
    file = io.StringIO()
    writer = csv.writer(file)
    writer.writerow(columns)
    for row in rows:
        cells = (row.get(column) for column in columns)
        writer.writerow(["" if cell is None else safe_for_spreadsheets(cell) for cell in cells])
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response("\ufeff" + file.getvalue(), mimetype="text/csv", headers=headers)
