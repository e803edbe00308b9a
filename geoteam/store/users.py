"""Accounts and their sessions. Passwords and tokens are here only as hashes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, delete, func, select
from sqlalchemy.orm import Session

from geoteam.errors import InputError, NotFoundError
from geoteam.model import Role, User
from geoteam.store.bulk import ids_by_ref, rows_touched
from geoteam.store.tables import OfficerRow, PolicePartnerRow, SessionRow, UserRow


@dataclass(frozen=True, slots=True)
class Account:
    """A user with what sign-in needs to know."""

    user: User
    password_hash: str
    disabled: bool
    failures: int
    locked_until: datetime | None
    created_at: datetime


@dataclass(frozen=True, slots=True)
class SignedIn:
    """One session of a browser."""

    account: Account
    created_at: datetime
    seen_at: datetime


# Built once: every call of a page asks for its session.
_ACCOUNTS = (
    select(UserRow, OfficerRow.ref, PolicePartnerRow.ref, PolicePartnerRow.district)
    .outerjoin(OfficerRow, OfficerRow.id == UserRow.officer_id)
    .outerjoin(PolicePartnerRow, PolicePartnerRow.id == UserRow.police_partner_id)
)
_OF_SESSION = (
    _ACCOUNTS.add_columns(SessionRow.created_at, SessionRow.seen_at)
    .join(SessionRow, SessionRow.user_id == UserRow.id)
    .where(SessionRow.token_hash == bindparam("token_hash"))
)


def _account(
    row: UserRow, officer_ref: str | None, partner_ref: str | None, district: str | None
) -> Account:
    user = User(
        id=row.id,
        username=row.username,
        name=row.name,
        role=Role(row.role),
        officer_ref=officer_ref or "",
        police_partner_ref=partner_ref or "",
        team_refs=tuple(row.team_refs),
        district=district or "",
    )
    return Account(
        user=user,
        password_hash=row.password_hash,
        disabled=row.disabled,
        failures=row.failures,
        locked_until=row.locked_until,
        created_at=row.created_at,
    )


def get(session: Session, username: str) -> Account | None:
    """Find an account.

    Parameters
    ----------
    session
        Open session.
    username
        The name signed in with; kept in lower case.

    Returns
    -------
    Account or None
        None when there is none.
    """
    found = session.execute(_ACCOUNTS.where(UserRow.username == username.lower())).one_or_none()
    return None if found is None else _account(*found)


def lock(session: Session, username: str) -> Account | None:
    """Find an account and keep others from changing it until the transaction ends.

    Parameters
    ----------
    session
        Open session of a writing transaction.
    username
        The name signed in with.

    Returns
    -------
    Account or None
        None when there is none.
    """
    query = _ACCOUNTS.where(UserRow.username == username.lower()).with_for_update(of=UserRow)
    found = session.execute(query.execution_options(populate_existing=True)).one_or_none()
    return None if found is None else _account(*found)


def list_accounts(session: Session) -> list[Account]:
    """List the accounts.

    Parameters
    ----------
    session
        Open session.

    Returns
    -------
    list of Account
        By username.
    """
    return [_account(*found) for found in session.execute(_ACCOUNTS.order_by(UserRow.username))]


def count(session: Session) -> int:
    """Count the accounts.

    Parameters
    ----------
    session
        Open session.

    Returns
    -------
    int
        How many, disabled ones too.
    """
    return session.scalar(select(func.count()).select_from(UserRow)) or 0


def add(session: Session, user: User, password_hash: str, at: datetime) -> int:
    """Add an account.

    Parameters
    ----------
    session
        Open session.
    user
        Who; the id is ignored.
    password_hash
        As Argon2 encodes it.
    at
        The moment.

    Returns
    -------
    int
        The new id.

    Raises
    ------
    InputError
        When the username is taken.
    NotFoundError
        When the officer or police partner does not exist.
    """
    if get(session, user.username) is not None:
        raise InputError("there is already an account with that username")
    officers = ids_by_ref(session, OfficerRow, [user.officer_ref])
    partners = ids_by_ref(session, PolicePartnerRow, [user.police_partner_ref])
    if user.officer_ref and not officers:
        raise NotFoundError(f"there is no officer {user.officer_ref!r}")
    if user.police_partner_ref and not partners:
        raise NotFoundError(f"there is no police partner {user.police_partner_ref!r}")
    row = UserRow(
        username=user.username.lower(),
        name=user.name,
        role=user.role.value,
        password_hash=password_hash,
        officer_id=officers.get(user.officer_ref),
        police_partner_id=partners.get(user.police_partner_ref),
        team_refs=list(user.team_refs),
        created_at=at,
    )
    session.add(row)
    session.flush()
    return row.id


def _row(session: Session, username: str) -> UserRow:
    row = session.scalar(select(UserRow).where(UserRow.username == username.lower()))
    if row is None:
        raise NotFoundError("there is no such account", remedy="See: geoteam users list")
    return row


def set_failures(
    session: Session, username: str, failures: int, locked_until: datetime | None
) -> None:
    """Record how often sign-in failed, and until when it is refused.

    Parameters
    ----------
    session
        Open session.
    username
        The account.
    failures
        Failures since the last success.
    locked_until
        Moment until which every try is refused; None when it is not locked.
    """
    row = _row(session, username)
    row.failures, row.locked_until = failures, locked_until
    session.flush()


def set_password(session: Session, username: str, password_hash: str) -> None:
    """Replace the password.

    Parameters
    ----------
    session
        Open session.
    username
        The account.
    password_hash
        As Argon2 encodes it.
    """
    _row(session, username).password_hash = password_hash
    session.flush()


def set_disabled(session: Session, username: str, disabled: bool) -> None:
    """Close an account, or open it again.

    Parameters
    ----------
    session
        Open session.
    username
        The account.
    disabled
        True to close it.
    """
    _row(session, username).disabled = disabled
    session.flush()


def open_session(session: Session, username: str, token_hash: str, at: datetime) -> None:
    """Begin a session of a browser.

    Parameters
    ----------
    session
        Open session.
    username
        The account.
    token_hash
        Hash of the token that the browser holds.
    at
        The moment.
    """
    session.add(
        SessionRow(
            token_hash=token_hash,
            user_id=_row(session, username).id,
            created_at=at,
            seen_at=at,
        )
    )
    session.flush()


def find_session(session: Session, token_hash: str) -> SignedIn | None:
    """Find the session that a token belongs to.

    Parameters
    ----------
    session
        Open session.
    token_hash
        Hash of the token.

    Returns
    -------
    SignedIn or None
        None when there is none.
    """
    found = session.execute(_OF_SESSION, {"token_hash": token_hash}).one_or_none()
    if found is None:
        return None
    *account, created_at, seen_at = found
    return SignedIn(_account(*account), created_at, seen_at)


def touch_session(session: Session, token_hash: str, at: datetime) -> None:
    """Note that a session was used.

    Parameters
    ----------
    session
        Open session.
    token_hash
        Hash of the token.
    at
        The moment.
    """
    row = session.get(SessionRow, token_hash)
    if row is not None:
        row.seen_at = at
        session.flush()


def close_sessions(session: Session, *, token_hash: str = "", username: str = "") -> int:
    """End sessions.

    Parameters
    ----------
    session
        Open session.
    token_hash
        The session of this token.
    username
        Every session of this account.

    Returns
    -------
    int
        How many ended.
    """
    query = delete(SessionRow)
    if username:
        query = query.where(SessionRow.user_id == _row(session, username).id)
    else:
        query = query.where(SessionRow.token_hash == token_hash)
    result = session.execute(query.execution_options(synchronize_session="fetch"))
    return rows_touched(result)


def close_stale_sessions(session: Session, *, created: datetime, seen: datetime) -> None:
    """Drop sessions that have run out.

    Parameters
    ----------
    session
        Open session.
    created, seen
        Sessions begun before the first or last used before the second go.
    """
    session.execute(
        delete(SessionRow)
        .where((SessionRow.created_at < created) | (SessionRow.seen_at < seen))
        .execution_options(synchronize_session="fetch")
    )
