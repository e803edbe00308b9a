"""One page of a long list."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Page:
    """Rows of one page.

    Attributes
    ----------
    rows
        The rows shown.
    total
        How many rows there are on all pages.
    page
        Number of this page, from 1.
    page_size
        Most rows on a page.
    """

    rows: list[dict[str, Any]]
    total: int
    page: int
    page_size: int

    @property
    def pages(self) -> int:
        """How many pages there are, at least one."""
        return max(1, -(-self.total // self.page_size))
