"""Setting a sheet with typst: our own templates and fonts, nothing from the network."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import resources
from pathlib import Path

import typst

from geoteam.errors import MapError
from geoteam.maps.assets import build_folder


def plain_text(value: object) -> str:
    """Turn a value into text that can be printed.

    Parameters
    ----------
    value
        Anything; None is ''.

    Returns
    -------
    str
        Without control characters, and without blanks around it.
    """
    if value is None:
        return ""
    return "".join(c if c.isprintable() else " " for c in str(value)).strip()


def typeset(template: str, inputs: Mapping[str, str]) -> bytes:
    """Set a document as PDF (tagged, PDF/UA-1).

    Parameters
    ----------
    template
        File name of the template, in the folder ``templates``.
    inputs
        What the template reads as ``sys.inputs``; data is never read as markup.

    Returns
    -------
    bytes
        A PDF document.

    Raises
    ------
    MapError
        When it cannot be set.
    AssetsError
        When the front end, which holds the fonts, is not built.
    """
    try:
        with resources.as_file(resources.files("geoteam.maps") / "templates" / template) as path:
            pdf = typst.compile(
                Path(path),
                root=Path(path).parent,
                font_paths=[build_folder() / "fonts"],
                ignore_system_fonts=True,
                sys_inputs=dict(inputs),
                format="pdf",
                pdf_standards=["ua-1"],
            )
    except typst.TypstError as error:
        raise MapError(f"the sheet could not be set: {error}") from error
    return bytes(pdf)
