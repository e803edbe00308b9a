"""Pelias on a server of one's own."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

import geopy.geocoders

from geoteam.geocoding.services.answer import Answer, Found, Question
from geoteam.geocoding.services.connection import Connection
from geoteam.geocoding.services.through_geopy import USER_AGENT, Adapter, ask_each, house

_NAMES = ("housenumber", "street", "locality", "region_a", "postalcode")


class Pelias:
    """A Pelias server.

    Parameters
    ----------
    connection
        To the server.
    scheme
        ``http`` or ``https``.
    domain
        Host, port and path of the server.
    """

    name = "pelias"
    chunk = 25

    def __init__(self, connection: Connection, scheme: str, domain: str) -> None:
        self._connection = connection
        self._geopy = geopy.geocoders.Pelias(
            domain,
            scheme=scheme,
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
        geocode = partial(self._geopy.geocode, exactly_one=False, language="en")
        yield from ask_each(self._connection, questions, geocode, _read)


def _read(raw: Mapping[str, Any]) -> Found:
    facts = raw["properties"]
    lon, lat = raw["geometry"]["coordinates"][:2]
    found = house(
        facts, _NAMES, lon, lat, point=facts.get("accuracy") == "point", id=str(facts["gid"])
    )
    if facts.get("match_type") == "fallback":
        return replace(found, doubt="the service says that it fell back to something less exact")
    return found
