"""Names of plans: no two drafts, or plans that wait for approval, are called the same."""

from __future__ import annotations

from itertools import count

from sqlalchemy.orm import Session

from geoteam.errors import InputError
from geoteam.services.workspace import Workspace
from geoteam.store import plan_drafts

LONGEST_NAME = 120


def check_name(workspace: Workspace, name: str) -> str:
    """Check the name that somebody typed for a new plan, before any work.

    Parameters
    ----------
    workspace
        The workspace.
    name
        The name.

    Returns
    -------
    str
        The name without blanks around it.

    Raises
    ------
    InputError
        When it is empty, too long, or another draft or proposed plan is called so.
    """
    with workspace.reading() as session:
        return typed_name(session, name)


def typed_name(session: Session, name: str, *, of: int | None = None) -> str:
    """Check the name that somebody typed for a plan.

    Parameters
    ----------
    session
        Open session.
    name
        The name.
    of
        The plan that is to be called so; None for a new one.

    Returns
    -------
    str
        The name without blanks around it.

    Raises
    ------
    InputError
        When it is empty, too long, or another draft or proposed plan is called so.
    """
    named = whole_name(name)
    if _same(named) in _taken(session, of):
        raise InputError(
            f'a draft or a proposed plan is called "{named}" already', remedy="Choose another name"
        )
    return named


def whole_name(name: str) -> str:
    """Check that a name can be one of a plan, whoever else has it.

    Parameters
    ----------
    name
        The name.

    Returns
    -------
    str
        The name without blanks around it.

    Raises
    ------
    InputError
        When it is empty or too long.
    """
    named = name.strip()
    if not named or len(named) > LONGEST_NAME:
        raise InputError(
            f"a plan has a name of at most {LONGEST_NAME} letters", remedy="Give it a name"
        )
    return named


def free_name(session: Session, name: str) -> str:
    """Find a name for a draft that nobody is asked about: with a number, where it is taken.

    Parameters
    ----------
    session
        Open session of a transaction, in which the draft is made.
    name
        The name that it should have.

    Returns
    -------
    str
        The name, cut where it is too long, or the name with the first number that is free.
    """
    plan_drafts.wait_to_name(session)
    taken = _taken(session)
    ends = (f" ({number})" for number in count(2))
    named = name.strip()[:LONGEST_NAME]
    while _same(named) in taken:
        end = next(ends)
        named = name.strip()[: LONGEST_NAME - len(end)].rstrip() + end
    return named


def _taken(session: Session, but: int | None = None) -> set[str]:
    return {_same(name) for plan, name in plan_drafts.names(session).items() if plan != but}


def _same(name: str) -> str:
    return " ".join(name.split()).casefold()
