"""What would let visits be made that a team's week leaves out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from typing import Any

# Left-out code -> what would help, where that is not a further tour.
_HELP = {
    "needs_interpreter": "somebody on the tour who speaks the language",
    "unreachable": "a look at the place, or at the street network around it",
    "no_location": "a decision in the review queue",
}
_FURTHER = "one more police partner, on the day that stands beside each"
_NOTHING = "nothing that was tried in this week"


def what_helps(left_out: Collection[dict[str, Any]]) -> list[tuple[str, int]]:
    """Tell what would let visits be made that a week leaves out.

    Parameters
    ----------
    left_out
        With ``code`` and ``change``, which names hours of a further tour that would make it.

    Returns
    -------
    list of tuple
        What, and for how many visits; the most first.
    """
    counted = Counter(
        _FURTHER if one.get("change") else _HELP.get(str(one["code"]), _NOTHING) for one in left_out
    )
    return sorted(counted.items(), key=lambda one: (-one[1], one[0]))
