"""What the server is told when it starts; nothing else configures it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

from geoteam.errors import InputError

MIB = 1024 * 1024

# Environment variable -> default and meaning; the reference page is made from this.
SETTINGS: dict[str, tuple[str, str]] = {
    "GEOTEAM_WORKSPACE": ("`./workspace`", "The workspace folder, like `--workspace`."),
    "GEOTEAM_DATABASE_URL": (
        "SQLite in the workspace folder",
        "SQLAlchemy URL of a PostgreSQL database with PostGIS, for agencies with many users.",
    ),
    "GEOTEAM_HTTPS": (
        "`0`",
        "`1` when browsers reach the server over TLS, through a proxy: cookies become Secure.",
    ),
    "GEOTEAM_TRUSTED_PROXIES": (
        "`0`",
        "Number of reverse proxies whose X-Forwarded-For and -Proto are believed.",
    ),
    "GEOTEAM_THREADS": (
        "`4`",
        "Threads that answer requests. More of them wait for each other: eight answer twenty "
        "people who draw more slowly than four.",
    ),
    "GEOTEAM_MAR_KEY": ("none", "The agency's key for DC MAR 2, for `geoteam services`."),
    "GEOTEAM_NOMINATIM_URL": (
        "none",
        "Address of the agency's own Nominatim server, for `geoteam services`; not the public one.",
    ),
    "GEOTEAM_PHOTON_URL": ("none", "The same for Photon."),
    "GEOTEAM_PELIAS_URL": ("none", "The same for Pelias."),
}


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
    threads: int = 4
    max_request_bytes: int = 2 * MIB
    sign_ins_per_minute: int = 30

    @classmethod
    def from_environment(cls, host: str, port: int, environ: Mapping[str, str]) -> Self:
        """Read what the command line does not say from environment variables.

        Parameters
        ----------
        host
            Address to listen on.
        port
            TCP port.
        environ
            The environment, such as ``os.environ``.

        Returns
        -------
        Self
            The settings.

        Raises
        ------
        InputError
            When a variable is no whole number in range.
        """
        return cls(
            host=host,
            port=port,
            https=bool(_number(environ, "GEOTEAM_HTTPS", 0, high=1)),
            trusted_proxies=_number(environ, "GEOTEAM_TRUSTED_PROXIES", 0, high=9),
            threads=_number(environ, "GEOTEAM_THREADS", 4, low=1, high=256),
        )


def _number(environ: Mapping[str, str], name: str, default: int, *, low: int = 0, high: int) -> int:
    value = environ.get(name, "").strip()
    if not value:
        return default
    if not (value.isascii() and value.isdigit() and len(value) < 6 and low <= int(value) <= high):
        raise InputError(
            f"{name} must be a whole number from {low} to {high}",
            where="environment",
            remedy=f"Set it, or unset it for {default}",
        )
    return int(value)
