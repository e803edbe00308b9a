"""What a view may ask for: the workspace, the user, sealed words. Nothing here is global."""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast

from flask import current_app, g
from werkzeug.exceptions import Unauthorized

from geoteam.errors import NotFoundError
from geoteam.model import User
from geoteam.server.config import ServerConfig
from geoteam.server.sealing import Sealer
from geoteam.server.throttle import Throttle
from geoteam.services.workspace import Workspace

_KEY = "geoteam"


@dataclass(frozen=True, slots=True)
class Parts:
    """What one application holds: kept in ``app.extensions``, never in a module."""

    config: ServerConfig
    workspace: Workspace
    sealer: Sealer
    throttle: Throttle


def parts() -> Parts:
    """Give the parts of the application that answers this request.

    Returns
    -------
    Parts
        Its configuration, workspace, sealer and sign-in brake.
    """
    return cast(Parts, current_app.extensions[_KEY])


def workspace() -> Workspace:
    """Give the workspace that this application serves.

    Returns
    -------
    Workspace
        The open workspace.
    """
    return parts().workspace


def current_user() -> User | None:
    """Give who is signed in.

    Returns
    -------
    User | None
        The user of this request, None when nobody is.
    """
    return cast("User | None", g.get("user"))


def user() -> User:
    """Give the signed-in user of a page that needs one.

    Returns
    -------
    User
        The user.

    Raises
    ------
    Unauthorized
        When nobody is signed in; the guard lets no such request reach a view.
    """
    who = current_user()
    if who is None:
        raise Unauthorized
    return who


def seal_client(ref: str) -> str:
    """Seal the agency's id of a client for use in an address.

    Parameters
    ----------
    ref
        The agency's id.

    Returns
    -------
    str
        The sealed id.
    """
    return parts().sealer.seal(ref, context="client")


def open_client(word: str) -> str:
    """Open the sealed id of a client.

    Parameters
    ----------
    word
        The sealed id.

    Returns
    -------
    str
        The agency's id.

    Raises
    ------
    NotFoundError
        When this workspace did not seal it.
    """
    ref = parts().sealer.unseal(word, context="client")
    if ref is None:
        raise NotFoundError("this address leads to no client", remedy="Find the client in the list")
    return ref


def seal_search(text: str) -> str:
    """Seal what somebody searched for, for use in an address.

    Parameters
    ----------
    text
        The words searched for; '' stays ''.

    Returns
    -------
    str
        The sealed words.
    """
    return parts().sealer.seal(text, context="search") if text else ""


def open_search(word: str) -> str:
    """Open sealed search words.

    Parameters
    ----------
    word
        The sealed words.

    Returns
    -------
    str
        What was searched for; '' when the word is empty or altered.
    """
    return (parts().sealer.unseal(word, context="search") or "") if word else ""
