"""Run the application for real: take the lock, take the port, answer until stopped."""

from __future__ import annotations

import contextlib
import errno
import socket
from collections.abc import Callable, Iterator

import waitress

from geoteam.errors import InputError, WorkspaceBusyError
from geoteam.server.app import create_app
from geoteam.server.config import ServerConfig
from geoteam.services.workspace import Workspace

_LAST_PORT = 65535


@contextlib.contextmanager
def only_server(workspace: Workspace) -> Iterator[None]:
    """Hold the lock that lets one server at a time work on an embedded workspace.

    The lock is the operating system's, so it goes with its process however that ends. A workspace
    in PostgreSQL takes any number of servers.

    Parameters
    ----------
    workspace
        The workspace to serve.

    Yields
    ------
    None
        While the lock is held.

    Raises
    ------
    WorkspaceBusyError
        When another server holds it.
    """
    if workspace.engine.dialect.name != "sqlite":
        yield
        return
    with contextlib.ExitStack() as stack:
        try:
            stack.enter_context(workspace.exclusive("serve"))
        except WorkspaceBusyError as error:
            raise WorkspaceBusyError(
                "another server is working on this workspace",
                where=str(workspace.folder),
                remedy="Stop that server first, or keep the data in PostgreSQL "
                "(GEOTEAM_DATABASE_URL), where several servers may work together",
            ) from error
        yield


def listen(host: str, port: int) -> socket.socket:
    """Take a port.

    Parameters
    ----------
    host
        Address to listen on.
    port
        TCP port, 0 for any free one.

    Returns
    -------
    socket.socket
        A bound socket.

    Raises
    ------
    InputError
        When the port is in use, forbidden, or the address is not this machine's.
    """
    where = f"{host}:{port}"
    try:
        if not 0 <= port <= _LAST_PORT:
            raise OverflowError
        family, kind, protocol, _, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        taken = socket.socket(family, kind, protocol)
    except (OSError, OverflowError) as error:
        raise InputError(
            f"{host} is not an address of this machine, or {port} is no port",
            where=where,
            remedy="Use --host 127.0.0.1 and a --port from 1 to 65535",
        ) from error
    try:
        taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        taken.bind(address)
        # Listening now, not later, finds a rival that bound but did not listen.
        taken.listen(1024)
    except OSError as error:
        taken.close()
        raise _port_error(error, host, port) from error
    return taken


def _port_error(error: OSError, host: str, port: int) -> InputError:
    where = f"{host}:{port}"
    if error.errno == errno.EADDRINUSE:
        return InputError(
            f"port {port} of {host} is in use by another program",
            where=where,
            remedy=f"Stop that program, or choose another port: geoteam serve --port {port + 1}",
        )
    if error.errno == errno.EACCES:
        return InputError(
            f"this account may not use port {port}",
            where=where,
            remedy="Use a port above 1023 and put a proxy in front: geoteam serve --port 8000",
        )
    return InputError(
        f"{host} cannot be listened on: {error.strerror}",
        where=where,
        remedy="Use --host 127.0.0.1, or an address that this machine has",
    )


def serve(
    config: ServerConfig, workspace: Workspace, *, ready: Callable[[str], None] | None = None
) -> None:
    """Serve a workspace until the process is stopped.

    Parameters
    ----------
    config
        Where and how to listen.
    workspace
        The workspace to serve.
    ready
        Called with the address as soon as the server answers.

    Raises
    ------
    WorkspaceBusyError
        When another server works on the same embedded workspace.
    InputError
        When the port cannot be taken.
    """
    with contextlib.ExitStack() as stack:
        stack.enter_context(only_server(workspace))
        taken = stack.enter_context(listen(config.host, config.port))
        app = create_app(config, workspace)
        server = waitress.create_server(
            app,
            sockets=[taken],
            threads=config.threads,
            ident="",
            url_scheme="https" if config.https else "http",
            # The application's own limit answers first, with a page; this one protects the disk.
            max_request_body_size=2 * config.max_request_bytes,
            clear_untrusted_proxy_headers=not config.trusted_proxies,
        )
        if ready is not None:
            host, port = taken.getsockname()[:2]
            ready(f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}")
        try:
            server.run()
        finally:
            server.close()
