"""Numbers with their noun, for sentences that people read."""

from __future__ import annotations


def counted(count: int, one: str, many: str = "") -> str:
    """Write a number with its noun.

    Parameters
    ----------
    count
        How many.
    one
        The noun for one, and what follows it: ``row`` or ``row has``.
    many
        The same for any other number; by default with an ``s`` at the end.

    Returns
    -------
    str
        Such as ``1 row`` or ``2,000 rows``.
    """
    return f"{count:,} {one if count == 1 else many or one + 's'}"
