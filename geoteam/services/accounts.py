"""Accounts: sign-in and sessions, and who has an account."""

from __future__ import annotations

import hashlib
import re
import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from geoteam.errors import InputError, NotFoundError, SignInError
from geoteam.model import Role, User
from geoteam.services.passwords import hash_password, is_outdated, matches, new_password
from geoteam.services.workspace import Workspace
from geoteam.store import audit, claims, settings, staff, users

SESSION_SETTING = "sessions"
IDLE_MINUTES = 30
ABSOLUTE_HOURS = 12
# The sixth failure in a row locks for one minute; each further one doubles that, up to an hour.
FREE_FAILURES = 5
FIRST_LOCK = timedelta(minutes=1)
LONGEST_LOCK = timedelta(hours=1)
# A session's last use is written at most so often.
_TOUCH = timedelta(seconds=60)
_USERNAME = re.compile(r"[a-z0-9][a-z0-9._-]{1,63}")


def _refused() -> SignInError:
    return SignInError(
        "the username or the password is wrong, or the account is closed for now",
        remedy="Check both and try again in a few minutes, or ask an administrator",
    )


def sign_in(workspace: Workspace, username: str, password: str) -> tuple[str, User]:
    """Sign a person in.

    Parameters
    ----------
    workspace
        The workspace.
    username, password
        What was typed.

    Returns
    -------
    tuple of str and User
        A random token for the browser (the database keeps its hash only), and the user.

    Raises
    ------
    SignInError
        Always with the same words and after the same work: unknown, wrong, locked or disabled.
    """
    name = username.strip().lower()
    with workspace.reading() as session:
        account = _find(session, name)
    # Outside any transaction: hashing is slow on purpose and must not hold up others.
    correct = matches(account.password_hash if account else None, password)
    new_hash = ""
    if correct and account is not None and is_outdated(account.password_hash):
        new_hash = hash_password(password)
    token = secrets.token_urlsafe(32)
    with workspace.transaction() as session:
        user = _judge(session, workspace.now(), name, account, correct=correct)
        if user is not None:
            _begin(session, workspace.now(), user, token, new_hash)
    if user is None:
        raise _refused()
    return token, user


def _find(session: Session, name: str) -> users.Account | None:
    return users.get(session, name) if _USERNAME.fullmatch(name) else None


def _judge(
    session: Session, at: datetime, name: str, seen: users.Account | None, *, correct: bool
) -> User | None:
    """Decide under the lock, with what other tries have done to the account meanwhile."""
    account = None if seen is None else users.lock(session, name)
    if account is None:
        # The name is not recorded: people type passwords there.
        _record(session, at, "unknown", "account.sign_in_failed", "", reason="no such account")
        return None
    locked = account.locked_until is not None and account.locked_until > at
    same_password = seen is not None and account.password_hash == seen.password_hash
    if correct and same_password and not locked and not account.disabled:
        return account.user
    reason = "locked" if locked else "disabled" if account.disabled else "wrong password"
    _record(session, at, name, "account.sign_in_failed", name, reason=reason)
    if not locked:
        failures = account.failures + 1
        until = at + _lock_time(failures) if failures > FREE_FAILURES else None
        users.set_failures(session, name, failures, until)
        if until is not None:
            _record(session, at, name, "account.lock", name, until=until, failures=failures)
    return None


def _lock_time(failures: int) -> timedelta:
    doublings = min(failures - FREE_FAILURES - 1, 30)
    return min(FIRST_LOCK * (1 << doublings), LONGEST_LOCK)


def _begin(session: Session, at: datetime, user: User, token: str, new_hash: str) -> None:
    idle, absolute = _limits(session)
    users.close_stale_sessions(session, created=at - absolute, seen=at - idle)
    users.set_failures(session, user.username, 0, None)
    if new_hash:
        users.set_password(session, user.username, new_hash)
    users.open_session(session, user.username, _digest(token), at)
    _record(session, at, user.username, "account.sign_in", user.username)


def session_user(workspace: Workspace, token: str) -> User | None:
    """Find who a browser's token belongs to.

    Parameters
    ----------
    workspace
        The workspace.
    token
        From `sign_in`.

    Returns
    -------
    User or None
        None when the token is unknown, the session idle or too old, or the account closed.
    """
    digest, now = _digest(token), workspace.now()
    with workspace.reading() as session:
        found = users.find_session(session, digest)
        idle, absolute = _limits(session)
    if found is None:
        return None
    out = now - found.seen_at > idle or now - found.created_at > absolute
    if out or found.account.disabled:
        with workspace.transaction() as session:
            users.close_sessions(session, token_hash=digest)
        return None
    if now - found.seen_at >= min(_TOUCH, idle / 2):
        with workspace.transaction() as session:
            users.touch_session(session, digest, now)
    return found.account.user


def _limits(session: Session) -> tuple[timedelta, timedelta]:
    value = settings.get(session, SESSION_SETTING) or {}
    return (
        timedelta(minutes=float(value.get("idle_minutes", IDLE_MINUTES))),
        timedelta(hours=float(value.get("absolute_hours", ABSOLUTE_HOURS))),
    )


def sign_out(workspace: Workspace, token: str) -> None:
    """End the session of a browser; the addresses that the user has open for review are free again.

    Parameters
    ----------
    workspace
        The workspace.
    token
        From `sign_in`; nothing happens when it is unknown.
    """
    digest = _digest(token)
    with workspace.transaction() as session:
        found = users.find_session(session, digest)
        if found is None:
            return
        name = found.account.user.username
        users.close_sessions(session, token_hash=digest)
        claims.release_all(session, name)
        _record(session, workspace.now(), name, "account.sign_out", name)


def add_user(
    workspace: Workspace,
    actor: str,
    *,
    username: str,
    name: str,
    role: Role,
    password: str | None = None,
    officer_ref: str = "",
    police_partner_ref: str = "",
    team_refs: Sequence[str] = (),
) -> str:
    """Add an account.

    Parameters
    ----------
    workspace
        The workspace.
    actor
        Who the audit log names.
    username
        2 to 64 letters, digits, dots, dashes and underscores; case does not matter.
    name
        The person's name.
    role
        Exactly one role.
    password
        At least 12 characters; a random one is made when None.
    officer_ref
        The officer that a user of that role is.
    police_partner_ref
        The police partner that a user of that role is.
    team_refs
        The teams that a supervisor leads; ``("*",)`` is every team.

    Returns
    -------
    str
        The password, which is stored nowhere.

    Raises
    ------
    InputError
        When the username is taken or unfit, a link is missing or does not fit the role, or the
        password is too short.
    NotFoundError
        When the officer, police partner or team does not exist.
    """
    user = User(
        id=0,
        username=username.strip().lower(),
        name=name.strip(),
        role=Role(role),
        officer_ref=officer_ref.strip(),
        police_partner_ref=police_partner_ref.strip(),
        team_refs=tuple(dict.fromkeys(team_refs)),
    )
    _check(user)
    given = new_password() if password is None else password
    password_hash = hash_password(given)
    with workspace.transaction() as session:
        known = set(staff.teams(session).index) if user.team_refs else set()
        for ref in user.team_refs:
            if ref != "*" and ref not in known:
                raise NotFoundError(
                    f"there is no team {ref!r}",
                    remedy=f"The teams are: {', '.join(sorted(known))}; * is all of them",
                )
        users.add(session, user, password_hash, workspace.now())
        _record(session, workspace.now(), actor, "account.add", user.username, role=user.role.value)
    return given


def _check(user: User) -> None:
    if not _USERNAME.fullmatch(user.username):
        raise InputError(
            "that username cannot be used",
            remedy="Use 2 to 64 letters and digits; dots, dashes and underscores inside",
        )
    if not user.name:
        raise InputError("an account needs the person's name")
    links = {
        Role.OFFICER: ("an officer", user.officer_ref),
        Role.POLICE: ("a police partner", user.police_partner_ref),
        Role.SUPERVISOR: ("a team", " ".join(user.team_refs)),
    }
    needed, value = links.get(user.role, ("", ""))
    if needed and not value:
        raise InputError(f"an account with the role {user.role.value} needs {needed}")
    for role, (link, other) in links.items():
        if other and role is not user.role:
            raise InputError(f"an account with the role {user.role.value} cannot be {link}'s")


def disable_user(workspace: Workspace, actor: str, username: str, *, disabled: bool = True) -> None:
    """Close an account and end its sessions at once, or open it again.

    Parameters
    ----------
    workspace
        The workspace.
    actor
        Who the audit log names.
    username
        The account.
    disabled
        False opens the account again.

    Raises
    ------
    NotFoundError
        When there is no such account.
    """
    with workspace.transaction() as session:
        users.set_disabled(session, username, disabled)
        users.close_sessions(session, username=username)
        action = "account.disable" if disabled else "account.enable"
        _record(session, workspace.now(), actor, action, username.lower())


def reset_password(
    workspace: Workspace, actor: str, username: str, *, password: str | None = None
) -> str:
    """Give an account a new password, lift its lock and end its sessions.

    Parameters
    ----------
    workspace
        The workspace.
    actor
        Who the audit log names.
    username
        The account.
    password
        At least 12 characters; a random one is made when None.

    Returns
    -------
    str
        The password, which is stored nowhere.

    Raises
    ------
    NotFoundError
        When there is no such account.
    InputError
        When the password is too short.
    """
    given = new_password() if password is None else password
    password_hash = hash_password(given)
    with workspace.transaction() as session:
        users.set_password(session, username, password_hash)
        users.set_failures(session, username, 0, None)
        users.close_sessions(session, username=username)
        _record(session, workspace.now(), actor, "account.reset_password", username.lower())
    return given


def list_users(workspace: Workspace) -> list[dict[str, Any]]:
    """List the accounts.

    Parameters
    ----------
    workspace
        The workspace.

    Returns
    -------
    list of dict
        username, name, role, officer_ref, police_partner_ref, team_refs, district, disabled,
        locked_until and created_at of each, by username.
    """
    with workspace.reading() as session:
        accounts = users.list_accounts(session)
    return [
        {
            "username": account.user.username,
            "name": account.user.name,
            "role": account.user.role.value,
            "officer_ref": account.user.officer_ref,
            "police_partner_ref": account.user.police_partner_ref,
            "team_refs": list(account.user.team_refs),
            "district": account.user.district,
            "disabled": account.disabled,
            "locked_until": account.locked_until,
            "created_at": account.created_at,
        }
        for account in accounts
    ]


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()


def _record(
    session: Session, at: datetime, actor: str, action: str, username: str, **detail: Any
) -> None:
    audit.append(
        session,
        at=at,
        actor=actor,
        action=action,
        object_kind="account",
        object_ref=username,
        detail=detail,
    )
