"""Passwords: Argon2id, and one answer time for accounts that exist and that do not."""

from __future__ import annotations

import secrets

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from geoteam.errors import InputError

SHORTEST = 12
LONGEST = 1000
# RFC 9106's second choice (64 MiB, 3 passes), which argon2-cffi has as its default.
_HASHER = PasswordHasher()
# Hash of a password that nobody knows, made with the same parameters.
_NOBODY = (
    "$argon2id$v=19$m=65536,t=3,p=4$iDAV90O3RWXdWsjGHkDujg"
    "$z2FzfNXYmA+36h6/oDRE7gcJ661GEunv3p4wIixU+4U"
)


def hash_password(password: str) -> str:
    """Hash a new password.

    Parameters
    ----------
    password
        At least 12 characters.

    Returns
    -------
    str
        Argon2id with salt and parameters.

    Raises
    ------
    InputError
        When the password is too short or too long.
    """
    if not SHORTEST <= len(password) <= LONGEST:
        raise InputError(f"a password has {SHORTEST} to {LONGEST} characters")
    return _HASHER.hash(password)


def matches(password_hash: str | None, password: str) -> bool:
    """Check a password; an account that does not exist takes as long as one that does.

    Parameters
    ----------
    password_hash
        The stored hash; None when there is no such account.
    password
        What was typed.

    Returns
    -------
    bool
        True when it is the password of an account that exists.
    """
    try:
        _HASHER.verify(password_hash or _NOBODY, password[: LONGEST + 1])
    except (VerificationError, InvalidHashError):
        return False
    return password_hash is not None


def is_outdated(password_hash: str) -> bool:
    """Tell whether a hash was made with weaker parameters than today's.

    Parameters
    ----------
    password_hash
        The stored hash.

    Returns
    -------
    bool
        True when the password should be hashed anew at the next sign-in.
    """
    return _HASHER.check_needs_rehash(password_hash)


def new_password() -> str:
    """Make a random password that can be read aloud.

    Returns
    -------
    str
        Four groups of five characters (about 99 bits).
    """
    letters = "23456789abcdefghjkmnpqrstuvwxyz"
    groups = ("".join(secrets.choice(letters) for _ in range(5)) for _ in range(4))
    return "-".join(groups)
