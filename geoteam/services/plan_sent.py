"""Edits as a browser sends them."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from geoteam.errors import InputError


class SentEdit(BaseModel):
    """One edit as a browser sends it: unit -> [team that it saw, team that it wants]."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    key: str = Field(min_length=1, max_length=80)
    kind: Literal["paint", "undo", "redo", "join", "solve", "merge"]
    undoes: str = Field(default="", max_length=80)
    changes: dict[str, tuple[str, str]] = {}
    detail: dict[str, Any] = {}


_SENT = TypeAdapter(list[SentEdit])


def read_edits(value: object) -> list[SentEdit]:
    """Read edits from JSON.

    Parameters
    ----------
    value
        A list of objects with ``key``, ``kind``, ``undoes``, ``changes`` and ``detail``.

    Returns
    -------
    list of SentEdit
        As sent.

    Raises
    ------
    InputError
        When something is missing or of another type.
    """
    try:
        return _SENT.validate_python(value)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        raise InputError(
            f"an edit cannot be read: {first['msg']}",
            where=".".join(map(str, first["loc"])),
            remedy="Load the page again",
        ) from error
