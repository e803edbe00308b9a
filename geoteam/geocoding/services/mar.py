"""DC MAR 2: the District of Columbia's Master Address Repository.

Asked by POST, so that no address stands in a URL. It always offers its best guess, even for a
street alone or for nonsense, so that an answer says little before it is checked.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from geoteam.geocoding.services.answer import Answer, Found, Question, answer_of
from geoteam.geocoding.services.connection import Connection
from geoteam.model import MatchCode

URL = "https://datagate.dc.gov/mar/open/api/v2.2"
_POINT_M = 10.0
_MOST = 5


class Mar:
    """The MAR 2 interface, version 2.2.

    Parameters
    ----------
    connection
        To the service.
    key
        The agency's key.
    url
        Where the service is.
    """

    name = "mar"
    chunk = 25

    def __init__(self, connection: Connection, key: str, url: str = URL) -> None:
        self._connection, self._key, self._url = connection, key, url

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
            When the service does not answer.
        """
        for question in questions:
            reply = self._connection.json(
                "POST",
                f"{self._url}/locations",
                params={"apikey": self._key},
                json={"address": question.street},
            )
            try:
                found = [_found(row["address"]) for row in _addresses(reply)[:_MOST]]
            except (KeyError, TypeError, ValueError, AttributeError):
                raise self._connection.junk("the service's answer has another form") from None
            yield answer_of(question, found)


def _addresses(reply: Mapping[str, Any]) -> list[Any]:
    """Return the addresses; none where it failed, or found a block or a crossing only."""
    if "Success" not in reply:
        raise ValueError("no answer")
    return list((reply.get("Result") or {}).get("addresses") or [])


def _found(address: Mapping[str, Any]) -> Found:
    facts = address["properties"]
    status = str(facts.get("Status") or "ACTIVE")
    code = str(facts.get("Zipcode") or "")
    return Found(
        address=f"{facts['FullAddress']}, WASHINGTON, DC {code}".strip(),
        lon=float(facts["Longitude"]),
        lat=float(facts["Latitude"]),
        match_code=MatchCode.POINT_ADDRESS,
        uncertainty_m=_POINT_M,
        reference_id=str(facts.get("MarId") or ""),
        doubt="" if status == "ACTIVE" else "the address is no longer in use",
    )
