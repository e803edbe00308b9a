"""How long work says what it is doing."""

from __future__ import annotations

from typing import Protocol


class Progress(Protocol):
    """Told what is being done and, where it is known, which share of it is done."""

    def __call__(self, text: str, share: float | None = None) -> None:
        """Show progress.

        Parameters
        ----------
        text
            The step.
        share
            How much of it is done, 0-1.
        """


def silent(text: str, share: float | None = None) -> None:
    """Show nothing.

    Parameters
    ----------
    text
        The step.
    share
        How much of it is done, 0-1.
    """


class RowProgress(Protocol):
    """Told how many rows of how many are done."""

    def __call__(self, text: str, done: int, total: int) -> None:
        """Show progress.

        Parameters
        ----------
        text
            The step.
        done, total
            Rows.
        """


def silent_rows(text: str, done: int, total: int) -> None:
    """Show nothing.

    Parameters
    ----------
    text
        The step.
    done, total
        Rows.
    """
