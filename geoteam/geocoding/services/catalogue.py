"""Which services there are, what each is told, and how each is opened."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from urllib.parse import SplitResult, urlsplit

import httpx

from geoteam.errors import InputError, NotFoundError
from geoteam.geocoding.services.answer import OnlineService
from geoteam.geocoding.services.census import Census
from geoteam.geocoding.services.connection import Connection
from geoteam.geocoding.services.mar import Mar
from geoteam.geocoding.services.nominatim import Nominatim
from geoteam.geocoding.services.pelias import Pelias
from geoteam.geocoding.services.photon import Photon

# Public servers whose terms forbid bulk or systematic use.
_PUBLIC = ("openstreetmap.org", "komoot.io")
_SELF_HOSTED: Mapping[str, Callable[[Connection, str, str], OnlineService]] = {
    "nominatim": Nominatim,
    "photon": Photon,
    "pelias": Pelias,
}
_NEVER = (
    "No name, no client number, no apartment and no note is sent. Still, from these and from "
    "the network address of this machine the receiver learns which addresses your agency asks for"
)
_FULL = "the house number, street, quadrant, city, state and ZIP"


@dataclass(frozen=True, slots=True)
class ServiceInfo:
    """One service as an administrator sees it.

    Attributes
    ----------
    name
        In commands and settings.
    title
        For people.
    setting
        Environment variable that it needs: a key or an address; '' for none.
    sends
        What leaves this machine for each address asked.
    to
        Who gets it; the server's address stands for ``{}``.
    """

    name: str
    title: str
    setting: str
    sends: str
    to: str

    def require(self, environ: Mapping[str, str]) -> None:
        """Refuse a service that cannot be asked yet.

        Parameters
        ----------
        environ
            The environment.

        Raises
        ------
        InputError
            When its key or its server's address is missing, or not allowed.
        """
        if self.name in _SELF_HOSTED:
            _server(self, environ)
        elif self.setting:
            _setting(self, environ)

    def warning(self, environ: Mapping[str, str]) -> str:
        """Say what leaves the machine, and to whom.

        Parameters
        ----------
        environ
            The environment.

        Returns
        -------
        str
            Sentences; they change when the receiver does. While a server has no address yet that
            may be used, they say so.
        """
        to = self.to
        if self.name in _SELF_HOSTED:
            try:
                parts = _server(self, environ)
            except InputError:
                to = to.format("whose address is not settled yet")
            else:
                plain = "" if parts.scheme == "https" else ", unencrypted"
                to = to.format(f"{parts.scheme}://{parts.netloc}{parts.path}{plain}")
        return (
            f"Each address that waits in review is sent to {to}: {self.sends}. {_NEVER}. "
            "Ask your privacy officer before you turn this on."
        )


CATALOGUE: tuple[ServiceInfo, ...] = (
    ServiceInfo(
        "mar",
        "DC MAR 2",
        "GEOTEAM_MAR_KEY",
        "the house number, street and quadrant, with your agency's key",
        "the government of the District of Columbia (datagate.dc.gov) over the internet",
    ),
    ServiceInfo(
        "census",
        "US Census Geocoder",
        "",
        f"{_FULL}, in files of up to 1,000 addresses",
        "the US Census Bureau (geocoding.geo.census.gov) over the internet",
    ),
    *(
        ServiceInfo(
            name,
            f"{title} (self-hosted)",
            f"GEOTEAM_{title.upper()}_URL",
            f"{_FULL}, as part of the web address of a request, which that server may log",
            f"your own {title} server ({{}})",
        )
        for name, title in (("nominatim", "Nominatim"), ("photon", "Photon"), ("pelias", "Pelias"))
    ),
)


def info_of(name: str) -> ServiceInfo:
    """Find a service by its name.

    Parameters
    ----------
    name
        The name.

    Returns
    -------
    ServiceInfo
        The service.

    Raises
    ------
    NotFoundError
        When there is none of that name.
    """
    for info in CATALOGUE:
        if info.name == name:
            return info
    raise NotFoundError(
        "there is no such online service",
        remedy=f"Choose one of: {', '.join(info.name for info in CATALOGUE)}",
    )


def open_service(
    name: str,
    environ: Mapping[str, str],
    client: httpx.Client,
    pause: Callable[[float], None],
) -> OnlineService:
    """Make a service ready to be asked; nothing is sent yet.

    Parameters
    ----------
    name
        Its name.
    environ
        The environment.
    client
        HTTP client with its time-outs.
    pause
        Waits a number of seconds before another try.

    Returns
    -------
    OnlineService
        The service.

    Raises
    ------
    InputError
        When its key or address is missing, or not allowed.
    """
    info = info_of(name)
    connection = Connection(client, info.title, pause=pause)
    if name == "census":
        return Census(connection)
    if name == "mar":
        return Mar(connection, _setting(info, environ))
    parts = _server(info, environ)
    return _SELF_HOSTED[name](connection, parts.scheme, f"{parts.netloc}{parts.path}")


def _setting(info: ServiceInfo, environ: Mapping[str, str]) -> str:
    value = environ.get(info.setting, "").strip()
    if not value:
        what = "address" if info.name in _SELF_HOSTED else "key"
        raise InputError(
            f"{info.title} has no {what} yet",
            where="environment",
            remedy=f"Set {info.setting} where geoteam runs",
        )
    return value


def _server(info: ServiceInfo, environ: Mapping[str, str]) -> SplitResult:
    value = _setting(info, environ).rstrip("/")
    refused = InputError(
        f"{info.setting} is not the address of a server",
        where="environment",
        remedy="Write it like https://host:port/path, without a password, ? or #",
    )
    try:
        parts = urlsplit(value)
        host = (parts.hostname or "").rstrip(".")
        odd = parts.port == 0 or "@" in parts.netloc or parts.query or parts.fragment
    except ValueError:
        raise refused from None
    if parts.scheme not in ("http", "https") or not host or odd:
        raise refused
    if any(host == public or host.endswith(f".{public}") for public in _PUBLIC):
        raise InputError(
            f"{info.setting} names a public server, whose terms forbid systematic use",
            where="environment",
            remedy="Run a server of your own, and name that one",
        )
    return parts
