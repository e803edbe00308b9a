"""Settings of a workspace: the city profile, thresholds, saved column mappings."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from geoteam.store.tables import Setting


def get(session: Session, key: str) -> dict[str, Any] | None:
    """Read one setting.

    Parameters
    ----------
    session
        Open session.
    key
        Its name.

    Returns
    -------
    dict or None
        The value; None when it was never set.
    """
    return session.scalar(select(Setting.value).where(Setting.key == key))


def put(session: Session, key: str, value: Mapping[str, Any], at: datetime) -> bool:
    """Write one setting.

    Parameters
    ----------
    session
        Open session.
    key
        Its name.
    value
        Anything JSON can hold.
    at
        The moment.

    Returns
    -------
    bool
        True when the value is new or different.
    """
    row = session.get(Setting, key)
    if row is None:
        session.add(Setting(key=key, value=dict(value), changed_at=at))
    elif row.value != value:
        row.value = dict(value)
        row.changed_at = at
    else:
        return False
    session.flush()
    return True


def drop(session: Session, key: str) -> bool:
    """Remove one setting.

    Parameters
    ----------
    session
        Open session.
    key
        Its name.

    Returns
    -------
    bool
        False when it was not there.
    """
    row = session.get(Setting, key)
    if row is None:
        return False
    session.delete(row)
    session.flush()
    return True


def under(session: Session, prefix: str) -> dict[str, dict[str, Any]]:
    """Read all settings whose name begins alike.

    Parameters
    ----------
    session
        Open session.
    prefix
        Beginning of the names.

    Returns
    -------
    dict of str to dict
        Name to value, by name.
    """
    query = (
        select(Setting.key, Setting.value)
        .where(Setting.key.startswith(prefix, autoescape=True))
        .order_by(Setting.key)
    )
    return dict(session.execute(query).all())
