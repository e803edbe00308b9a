"""What the server is told when it starts; nothing else configures it."""

from __future__ import annotations

from dataclasses import dataclass

MIB = 1024 * 1024


@dataclass(frozen=True, slots=True)
class ServerConfig:
    """Settings of one running server.

    Attributes
    ----------
    host
        Address to listen on; the default is reachable from this machine only.
    port
        TCP port; 0 lets the machine choose one.
    https
        True when browsers reach the server over TLS (a proxy in front of it): cookies become
        ``Secure`` and browsers are told to stay on https.
    trusted_proxies
        Number of reverse proxies whose ``X-Forwarded-For`` and ``-Proto`` are believed.
    threads
        Threads that answer requests.
    max_request_bytes
        Largest request body accepted.
    sign_ins_per_minute
        Tries to sign in that one network address may make in a minute.
    """

    host: str = "127.0.0.1"
    port: int = 8000
    https: bool = False
    trusted_proxies: int = 0
    threads: int = 8
    max_request_bytes: int = 2 * MIB
    sign_ins_per_minute: int = 30
