"""What the services have in common that are asked through geopy."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, ClassVar

from geopy.adapters import BaseSyncAdapter
from geopy.exc import GeopyError

from geoteam.errors import ServiceError
from geoteam.geocoding.services.answer import (
    BUILDING_M,
    INTERPOLATED_M,
    Answer,
    Found,
    Question,
    answer_of,
)
from geoteam.geocoding.services.connection import Connection, untraced
from geoteam.model import MatchCode

USER_AGENT = "geoteam"
MOST = 5


class Adapter(BaseSyncAdapter):  # type: ignore[misc]  # geopy has no types
    """Lets geopy send its requests through our connection.

    Parameters
    ----------
    connection
        To the service.
    """

    def __init__(self, connection: Connection) -> None:
        super().__init__(proxies={}, ssl_context=None)
        self._connection = connection

    def get_json(self, url: str, *, timeout: object, headers: Mapping[str, str]) -> Any:
        """Ask for JSON.

        Parameters
        ----------
        url
            The request.
        timeout
            Not used: the connection has its own.
        headers
            Sent along.

        Returns
        -------
        Any
            What the body holds.
        """
        return self._connection.json("GET", url, headers=dict(headers))

    def get_text(self, url: str, *, timeout: object, headers: Mapping[str, str]) -> str:
        """Ask for text.

        Parameters
        ----------
        url
            The request.
        timeout
            Not used: the connection has its own.
        headers
            Sent along.

        Returns
        -------
        str
            The body.
        """
        return self._connection.text("GET", url, headers=dict(headers))


class SelfHosted(ABC):
    """A server of the agency's own that is asked through geopy, address by address.

    Parameters
    ----------
    connection
        To the server.
    scheme
        ``http`` or ``https``.
    domain
        Host, port and path of the server.
    """

    name: ClassVar[str]
    chunk: ClassVar[int] = 25
    # geopy's class for such a server, and what its ``geocode`` is told beside the address.
    geocoder: ClassVar[Callable[..., Any]]
    options: ClassVar[Mapping[str, Any]] = {}

    def __init__(self, connection: Connection, scheme: str, domain: str) -> None:
        self._connection = connection
        self._geopy = type(self).geocoder(
            domain=domain,
            scheme=scheme,
            user_agent=USER_AGENT,
            adapter_factory=lambda **_: Adapter(connection),
        )

    @staticmethod
    @abstractmethod
    def _read(raw: Mapping[str, Any]) -> Found:
        """Read one place as the service sends it."""

    def ask(self, questions: Sequence[Question]) -> Iterator[Answer]:
        """Ask address by address.

        Parameters
        ----------
        questions
            What to ask.

        Yields
        ------
        Answer
            One for each question, in order.

        Raises
        ------
        ServiceError
            When the server does not answer.
        """
        for question in questions:
            try:
                with untraced():
                    places = self._geopy.geocode(
                        question.line, exactly_one=False, language="en", **self.options
                    )
                found = [self._read(place.raw) for place in (places or [])[:MOST]]
            except ServiceError:
                raise
            except (GeopyError, LookupError, TypeError, ValueError, AttributeError):
                raise self._connection.junk("the service's answer has another form") from None
            yield answer_of(question, found)


def house(
    facts: Mapping[str, Any], names: Sequence[str], lon: Any, lat: Any, *, point: bool, id: str
) -> Found:
    """Make a place from a service's fields.

    Parameters
    ----------
    facts
        The fields.
    names
        Those of house number, street, city, state and ZIP.
    lon, lat
        Degrees in EPSG:4326.
    point
        Whether it is a building and not a place between house numbers.
    id
        The service's own id.

    Returns
    -------
    Found
        Without a house number it is a street, which never counts.
    """
    number, street, city, state, code = (str(facts.get(name) or "").strip() for name in names)
    kind = MatchCode.POINT_ADDRESS if point else MatchCode.STREET_ADDRESS
    line = " ".join(part for part in (number, street) if part)
    tail = " ".join(part for part in (state, code) if part)
    return Found(
        address=", ".join(part for part in (line, city, tail) if part),
        lon=float(lon),
        lat=float(lat),
        match_code=kind if number and street else MatchCode.STREET_NAME,
        uncertainty_m=BUILDING_M if point else INTERPOLATED_M,
        reference_id=id,
    )
