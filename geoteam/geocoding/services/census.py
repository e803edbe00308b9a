"""US Census Geocoder: a whole file of addresses at a time.

Rows without a match have three fields, and so have ties, which name no candidates; the two are kept
apart. Whole batches fail at random, and some come back cut off: the rows that are whole count, the
others are asked again. The single-line interface is not used, since it puts addresses into URLs.
"""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Iterator, Sequence

from geoteam.errors import InputError
from geoteam.geocoding.services.answer import INTERPOLATED_M, Answer, Found, Outcome, Question
from geoteam.geocoding.services.connection import Connection
from geoteam.model import MatchCode

URL = "https://geocoding.geo.census.gov/geocoder"
MOST = 10_000
_BENCHMARK = "Public_AR_Current"
_STATUS = 2


class Census:
    """The batch interface of the geocoder.

    Parameters
    ----------
    connection
        To the service.
    url
        Where the service is.
    chunk
        Addresses in one file, at most 10,000. Small files lose less when one fails.

    Raises
    ------
    InputError
        When `chunk` is out of range.
    """

    name = "census"

    def __init__(self, connection: Connection, url: str = URL, chunk: int = 1000) -> None:
        if not 1 <= chunk <= MOST:
            raise InputError(f"a file of the Census holds 1 to {MOST:,} addresses, not {chunk:,}")
        self._connection, self._url, self.chunk = connection, url, chunk

    def ask(self, questions: Sequence[Question]) -> Iterator[Answer]:
        """Send one file, and those that were not answered again.

        Parameters
        ----------
        questions
            At most `chunk`.

        Yields
        ------
        Answer
            One for each question, in the order in which the service answers.

        Raises
        ------
        ServiceError
            When the service does not answer, or not all of it.
        """
        open_ids = dict(enumerate(questions, start=1))
        for last in self._connection.tries():
            reply = self._connection.text(
                "POST",
                f"{self._url}/locations/addressbatch",
                data={"benchmark": _BENCHMARK},
                files={"addressFile": ("addresses.csv", _file(open_ids), "text/csv")},
            )
            for number, outcome, found in _rows(reply):
                question = open_ids.pop(number, None)
                if question is not None:
                    yield Answer(question, outcome, found)
            if not open_ids:
                return
            if last:
                raise self._connection.junk(
                    f"the service left out {len(open_ids):,} of {len(questions):,} addresses"
                )


def _file(questions: dict[int, Question]) -> bytes:
    text = io.StringIO()
    writer = csv.writer(text, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    writer.writerows([n, q.street, q.city, q.state, q.zip] for n, q in questions.items())
    return text.getvalue().encode()


def _rows(text: str) -> Iterator[tuple[int, Outcome, tuple[Found, ...]]]:
    """Read the rows that are whole; all others count as not answered."""
    try:
        for row in csv.reader(io.StringIO(text.lstrip("\ufeff"))):
            fields = [field.strip() for field in row]
            if len(fields) <= _STATUS or not (fields[0].isascii() and fields[0].isdigit()):
                continue
            number, status = int(fields[0][:9]), fields[_STATUS].casefold()
            if status == "no_match":
                yield number, Outcome.NOTHING, ()
            elif status == "tie":
                yield number, Outcome.TIE, ()
            elif status == "match" and len(fields) >= 8:
                found = _found(fields)
                if found:
                    yield number, Outcome.FOUND, (found,)
    except csv.Error:
        return


def _found(fields: Sequence[str]) -> Found | None:
    try:
        lon, lat = (float(part) for part in fields[5].split(","))
    except ValueError:
        return None
    if not (math.isfinite(lon) and math.isfinite(lat)):
        return None
    return Found(
        address=fields[4],
        lon=lon,
        lat=lat,
        match_code=MatchCode.STREET_ADDRESS,
        uncertainty_m=INTERPOLATED_M,
        reference_id=f"{fields[6]}{fields[7]}",
    )
