"""One page of a longer list."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Page:
    """Rows of one page, and how many there are in all.

    Attributes
    ----------
    rows
        The rows of this page.
    total
        Rows in all.
    page
        Number of this page, from 1.
    page_size
        Most rows of a page.
    """

    rows: list[dict[str, Any]]
    total: int
    page: int = 1
    page_size: int = 50
