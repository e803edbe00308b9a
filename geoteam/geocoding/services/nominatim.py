"""Nominatim on a server of one's own; the public one forbids systematic use."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from typing import Any

import geopy.geocoders

from geoteam.geocoding.services.answer import Answer, Found, Question
from geoteam.geocoding.services.connection import Connection
from geoteam.geocoding.services.through_geopy import MOST, USER_AGENT, Adapter, ask_each, house

_NAMES = ("house_number", "road", "city", "state", "postcode")


class Nominatim:
    """A Nominatim server.

    Parameters
    ----------
    connection
        To the server.
    scheme
        ``http`` or ``https``.
    domain
        Host, port and path of the server.
    """

    name = "nominatim"
    chunk = 25

    def __init__(self, connection: Connection, scheme: str, domain: str) -> None:
        self._connection = connection
        self._geopy = geopy.geocoders.Nominatim(
            scheme=scheme,
            domain=domain,
            user_agent=USER_AGENT,
            adapter_factory=lambda **_: Adapter(connection),
        )

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
        geocode = partial(
            self._geopy.geocode, exactly_one=False, limit=MOST, addressdetails=True, language="en"
        )
        yield from ask_each(self._connection, questions, geocode, _read)


def _read(raw: Mapping[str, Any]) -> Found:
    kind = (raw.get("class") or raw.get("category"), raw.get("osm_type"))
    # A bare house on a way may lie anywhere between two numbers: TIGER ranges come out so.
    return house(
        raw["address"],
        _NAMES,
        raw["lon"],
        raw["lat"],
        point=kind != ("place", "way"),
        id=f"{raw.get('osm_type', '')} {raw.get('osm_id', '')}".strip(),
    )
