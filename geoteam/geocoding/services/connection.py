"""Asking another machine with care: bounded, patient, and without a trace of what was asked."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from typing import Any, TypeVar

import httpx

from geoteam.errors import (
    ServiceAnswerError,
    ServiceBusyError,
    ServiceError,
    ServiceRefusedError,
    ServiceTimeoutError,
    ServiceUnreachableError,
)
from geoteam.geocoding.services.deadline import Deadline

MIB = 1024 * 1024
# A whole request, with its answer; httpx's own time-outs are for each read of it.
DEADLINE_S = 120.0
_Read = TypeVar("_Read")
# These write whole URLs, and so addresses, to the log.
_TALKATIVE = ("httpx", "httpcore.http11", "geopy")
_LATER = "What was answered is kept; run the same command again later"


@dataclass(frozen=True, slots=True)
class Patience:
    """How often to try, how long to wait before the second try (it doubles), and at the most."""

    tries: int = 4
    first_s: float = 1.0
    longest_s: float = 60.0


class _Again(Exception):
    """A fault that another try may mend."""

    def __init__(self, fault: ServiceError, wait_s: float | None = None) -> None:
        super().__init__()
        self.fault, self.wait_s = fault, wait_s


@contextmanager
def untraced() -> Iterator[None]:
    """Keep what libraries would write of a request out of the log.

    Yields
    ------
    None
        While they are silent.
    """

    def drop(_: logging.LogRecord) -> bool:
        return False

    loggers = [logging.getLogger(name) for name in _TALKATIVE]
    for logger in loggers:
        logger.addFilter(drop)
    try:
        yield
    finally:
        for logger in loggers:
            logger.removeFilter(drop)


class Connection:
    """Sends requests to one service, and names what goes wrong.

    Parameters
    ----------
    client
        HTTP client with its time-outs.
    title
        Name of the service, for messages.
    pause
        Waits a number of seconds before another try.
    patience
        How often and how long.
    most_bytes
        The longest answer that is read.
    deadline_s
        How long one try may take in all.
    """

    def __init__(
        self,
        client: httpx.Client,
        title: str,
        *,
        pause: Callable[[float], None],
        patience: Patience = Patience(),
        most_bytes: int = 16 * MIB,
        deadline_s: float = DEADLINE_S,
    ) -> None:
        self.title = title
        self._client = client
        self._pause = pause
        self._patience = patience
        self._most = most_bytes
        self._deadline = Deadline(deadline_s)

    def json(self, method: str, url: str, **sent: Any) -> Any:
        """Ask for JSON.

        Parameters
        ----------
        method, url
            The request.
        **sent
            ``params``, ``json``, ``data``, ``files`` or ``headers`` of httpx.

        Returns
        -------
        Any
            What the body holds.

        Raises
        ------
        ServiceError
            When there is no such answer after all tries.
        """
        return self._ask(method, url, _read_json, sent)

    def text(self, method: str, url: str, **sent: Any) -> str:
        """Ask for plain text.

        Parameters
        ----------
        method, url
            The request.
        **sent
            ``params``, ``json``, ``data``, ``files`` or ``headers`` of httpx.

        Returns
        -------
        str
            The body.

        Raises
        ------
        ServiceError
            When there is no such answer after all tries.
        """
        return self._ask(method, url, _read_text, sent)

    def tries(self) -> Iterator[bool]:
        """Count tries, with a pause between them.

        Yields
        ------
        bool
            Whether this try is the last one.
        """
        for attempt in range(self._patience.tries):
            if attempt:
                self._pause(self._wait(attempt - 1))
            yield attempt == self._patience.tries - 1

    def junk(self, what: str) -> ServiceAnswerError:
        """Make the error of an answer that cannot be read.

        Parameters
        ----------
        what
            What is wrong with it, without a word of the answer itself.

        Returns
        -------
        ServiceAnswerError
            To be raised.
        """
        return ServiceAnswerError(
            what, where=self.title, remedy="Ask the service's operator when it stays so"
        )

    def _wait(self, attempt: int) -> float:
        return min(self._patience.first_s * 2.0**attempt, self._patience.longest_s)

    def _ask(
        self, method: str, url: str, read: Callable[[str, bytes], _Read], sent: dict[str, Any]
    ) -> _Read:
        attempt = 0
        while True:
            try:
                return self._once(method, url, read, sent)
            except _Again as again:
                attempt += 1
                wait_s = self._wait(attempt - 1) if again.wait_s is None else again.wait_s
                if attempt >= self._patience.tries or wait_s > self._patience.longest_s:
                    raise again.fault from None
                self._pause(wait_s)

    def _once(
        self, method: str, url: str, read: Callable[[str, bytes], _Read], sent: dict[str, Any]
    ) -> _Read:
        # Errors of httpx may show the request, so they are not kept as causes.
        watched = {"trace": self._deadline.trace}
        try:
            with (
                untraced(),
                self._deadline.held(),
                self._client.stream(
                    method, url, follow_redirects=False, extensions=watched, **sent
                ) as reply,
            ):
                self._check(reply)
                body = self._body(reply)
                kind = reply.headers.get("content-type", "")
        except httpx.TimeoutException:
            raise self._late() from None
        except (httpx.TransportError, httpx.DecodingError):
            if self._deadline.passed:
                raise self._late() from None
            raise _Again(
                ServiceUnreachableError(
                    "the service cannot be reached, or broke off",
                    where=self.title,
                    remedy=f"Check the network and the service's address. {_LATER}",
                )
            ) from None
        except (httpx.HTTPError, httpx.InvalidURL):
            raise self.junk("the service's address or answer breaks the protocol") from None
        if self._deadline.passed:
            # An answer without a length seems whole when its line is shut.
            raise self._late()
        try:
            return read(kind, body)
        except ValueError as error:
            raise _Again(self.junk(str(error))) from None

    def _late(self) -> _Again:
        return _Again(
            ServiceTimeoutError(
                "the service did not answer in time", where=self.title, remedy=_LATER
            )
        )

    def _check(self, reply: httpx.Response) -> None:
        code = reply.status_code
        if code == 200:
            return
        if code == 429 or code == 503:
            wait_s = _retry_after(reply.headers)
            when = "" if wait_s is None else f" in {max(wait_s, 1):.0f} seconds"
            raise _Again(
                ServiceBusyError(
                    f"the service is busy ({code}) and wants to be asked again{when or ' later'}",
                    where=self.title,
                    remedy=_LATER,
                ),
                wait_s,
            )
        if code >= 500:
            raise _Again(
                ServiceUnreachableError(
                    f"the service has a fault of its own ({code})", where=self.title, remedy=_LATER
                )
            )
        if 300 <= code < 400:
            raise ServiceRefusedError(
                "the service sends us to another address, which we do not follow",
                where=self.title,
                remedy="Set its true address, or ask its operator what has changed",
            )
        if code in (401, 403, 407):
            raise ServiceRefusedError(
                f"the service refuses us ({code})",
                where=self.title,
                remedy="Check the key and whether this machine may use the service",
            )
        raise self.junk(f"the service does not accept the question ({code})")

    def _body(self, reply: httpx.Response) -> bytes:
        body = bytearray()
        for part in reply.iter_bytes():
            body += part
            if len(body) > self._most:
                raise self.junk(f"the service sent more than {self._most:,} bytes")
        return bytes(body)


def _retry_after(headers: httpx.Headers) -> float | None:
    """Read seconds, or a date against the answer's own date (RFC 9110, 10.2.3)."""
    value = headers.get("retry-after", "").strip()
    if value.isascii() and value.isdigit() and len(value) < 10:
        return float(value)
    try:
        then = parsedate_to_datetime(value)
        span = then - parsedate_to_datetime(headers.get("date", ""))
    except (ValueError, TypeError):
        return None
    return max(span.total_seconds(), 0.0)


def _read_json(kind: str, body: bytes) -> Any:
    if "json" not in kind:
        raise ValueError("the service did not send JSON")
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        raise ValueError("the service sent JSON that is damaged or cut off") from None


def _read_text(kind: str, body: bytes) -> str:
    if "html" in kind or "json" in kind or "xml" in kind:
        raise ValueError("the service sent a page instead of a table")
    return body.decode("utf-8", "replace")
