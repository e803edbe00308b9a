"""One contract that every online service keeps, against servers on this machine."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Iterator
from urllib.parse import unquote_plus

import httpx
import pytest

from geoteam.errors import (
    InputError,
    ServiceAnswerError,
    ServiceBusyError,
    ServiceError,
    ServiceRefusedError,
    ServiceTimeoutError,
    ServiceUnreachableError,
)
from geoteam.geocoding.services import (
    Answer,
    Connection,
    OnlineService,
    Outcome,
    Patience,
    Question,
)
from geoteam.geocoding.services.census import Census
from geoteam.geocoding.services.mar import Mar
from geoteam.geocoding.services.nominatim import Nominatim
from geoteam.geocoding.services.pelias import Pelias
from geoteam.geocoding.services.photon import Photon
from geoteam.model import MatchCode
from tests.geocoding.services.servers import Place, Server, running

NAMES = ["mar", "census", "nominatim", "photon", "pelias"]
H1200 = Question("1200 H STREET NE", "WASHINGTON", "DC", "20002")
TWIN = Question("800 TWIN STREET NE", "WASHINGTON", "DC", "20002")
NOWHERE = Question("9 NOWHERE ROAD NE", "WASHINGTON", "DC", "")
QUOTED = Question('17 1/2 H STREET, "REAR", NE', "WASHINGTON", "DC", "20002")
PLACES = {
    H1200.street: [Place("1200", "H STREET", "NE", "20002", -77.01, 38.9)],
    TWIN.street: [
        Place("800", "TWIN STREET", "NE", "20002", -77.011, 38.911),
        Place("800", "TWIN STREET", "NE", "20002", -77.011, 38.917),
    ],
    QUOTED.street.split(",")[0]: [Place("17 1/2", "H STREET", "NE", "20002", -77.02, 38.9)],
    QUOTED.street: [Place("17 1/2", "H STREET", "NE", "20002", -77.02, 38.9)],
}
MARKS = ("1200", "H STREET", "20002", "H%20STREET", "H+STREET")


@pytest.fixture(params=NAMES)
def server(request: pytest.FixtureRequest) -> Iterator[Server]:
    """Each of the services in turn."""
    with running(request.param, PLACES) as service:
        yield service


Make = Callable[..., OnlineService]


@pytest.fixture
def pauses() -> list[float]:
    """Seconds that were waited between tries, none of them in earnest."""
    return []


@pytest.fixture
def make(server: Server, pauses: list[float]) -> Iterator[Make]:
    """Open the service; nothing here speaks TLS, so that no certificates are loaded."""
    clients: list[httpx.Client] = []

    def opened(
        url: str = "", chunk: int = 1000, timeout_s: float = 5.0, deadline_s: float = 60.0
    ) -> OnlineService:
        client = httpx.Client(timeout=timeout_s, trust_env=False, verify=False)
        clients.append(client)
        connection = Connection(
            client,
            "The Service",
            pause=pauses.append,
            patience=Patience(tries=3, first_s=1.0, longest_s=30.0),
            most_bytes=100_000,
            deadline_s=deadline_s,
        )
        url = url or server.url
        if server.name == "mar":
            return Mar(connection, "K", url)
        if server.name == "census":
            return Census(connection, url, chunk)
        kinds = {"nominatim": Nominatim, "photon": Photon, "pelias": Pelias}
        scheme, _, domain = url.partition("://")
        return kinds[server.name](connection, scheme, domain)

    yield opened
    for client in clients:
        client.close()


def _no_address(fault: ServiceError) -> None:
    assert fault.where == "The Service"
    assert fault.remedy
    seen: BaseException | None = fault
    while seen is not None:
        assert not any(mark in str(seen) for mark in MARKS), seen
        assert seen.__cause__ is None
        seen = seen.__context__ if not seen.__suppress_context__ else None


def _patience(step: str) -> float:
    return 0.2 if step == "hang" else 5.0


def test_one_place(server: Server, make: Make) -> None:
    (answer,) = make().ask([H1200])
    assert (answer.question, answer.outcome) == (H1200, Outcome.FOUND)
    (found,) = answer.found
    assert (found.lon, found.lat) == (-77.01, 38.9)
    assert found.address.upper().startswith("1200 H STREET N")
    assert "20002" in found.address
    assert found.doubt == ""
    exact = server.name != "census"
    assert found.match_code is (MatchCode.POINT_ADDRESS if exact else MatchCode.STREET_ADDRESS)
    assert found.uncertainty_m == {"mar": 10.0, "census": 152.0}.get(server.name, 30.0)
    assert found.reference_id


def test_several_places(server: Server, make: Make) -> None:
    (answer,) = make().ask([TWIN])
    if server.name == "census":
        # It names no candidates, and that is kept apart from finding nothing.
        assert (answer.outcome, answer.found) == (Outcome.TIE, ())
    else:
        assert answer.outcome is Outcome.FOUND
        assert [one.lat for one in answer.found] == [38.911, 38.917]


def test_nothing_found(make: Make) -> None:
    (answer,) = make().ask([NOWHERE])
    assert (answer.outcome, answer.found) == (Outcome.NOTHING, ())


def test_each_question_has_its_answer(server: Server, make: Make) -> None:
    questions = [TWIN, NOWHERE, QUOTED, H1200]
    answers = {answer.question: answer for answer in make().ask(questions)}
    assert set(answers) == set(questions)
    assert answers[H1200].found[0].lon == -77.01
    assert answers[QUOTED].found[0].lon == -77.02
    assert answers[NOWHERE].outcome is Outcome.NOTHING
    assert len(server.requests) == (1 if server.name == "census" else 4)


def test_only_the_question_is_told(server: Server, make: Make) -> None:
    list(make().ask([H1200]))
    ((method, path, _),) = server.requests
    if server.name in ("mar", "census"):
        assert method == "POST"
        assert not any(mark in path for mark in MARKS)
    else:
        assert H1200.line in unquote_plus(path)
    expected = H1200.street if server.name in ("mar", "census") else H1200.line
    assert server.sent == [expected]


def test_nothing_of_it_is_logged(
    server: Server, make: Make, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    server.script[:] = ["302"]
    server.elsewhere = "http://127.0.0.1:9/?q=1200+H+STREET"
    with pytest.raises(ServiceRefusedError):
        list(make().ask([H1200]))
    list(make().ask([H1200]))
    # Addresses of objects and ports may hold any digits.
    said = re.sub(r"0x[0-9a-f]+|port=\d+|127\.0\.0\.1:\d+", "", caplog.text)
    assert not any(mark in said for mark in (*MARKS, "apikey=K"))
    logging.getLogger("httpx").info("heard again")
    assert "heard again" in caplog.text


@pytest.mark.parametrize(
    ("step", "error"),
    [
        ("hang", ServiceTimeoutError),
        ("half", ServiceUnreachableError),
        ("broken", ServiceUnreachableError),
        ("500", ServiceUnreachableError),
        ("502", ServiceUnreachableError),
        ("503", ServiceBusyError),
        ("429", ServiceBusyError),
        ("junk", ServiceAnswerError),
        ("cut", ServiceAnswerError),
        ("html", ServiceAnswerError),
        ("huge", ServiceAnswerError),
        ("odd", ServiceAnswerError),
        ("list", ServiceAnswerError),
        ("400", ServiceAnswerError),
        ("404", ServiceAnswerError),
        ("302", ServiceRefusedError),
        ("307", ServiceRefusedError),
        ("401", ServiceRefusedError),
        ("403", ServiceRefusedError),
    ],
)
def test_a_fault_that_stays_is_named(
    server: Server, make: Make, step: str, error: type[ServiceError]
) -> None:
    server.script[:] = [step] * 12
    with pytest.raises(error) as caught:
        list(make(timeout_s=_patience(step)).ask([H1200]))
    _no_address(caught.value)


@pytest.mark.parametrize(
    "step", ["hang", "half", "broken", "500", "503", "429", "junk", "cut", "html"]
)
def test_a_fault_that_passes_is_outlived(
    server: Server, make: Make, pauses: list[float], step: str
) -> None:
    server.script[:] = [step]
    (answer,) = make(timeout_s=_patience(step)).ask([H1200])
    assert answer.outcome is Outcome.FOUND
    assert len(server.requests) == 2
    assert pauses == [7.0 if step in ("429", "503") else 1.0]


@pytest.mark.parametrize("step", ["drip", "drip headers"])
def test_a_server_that_drips_bytes_is_left(server: Server, make: Make, step: str) -> None:
    server.script[:] = [step] * 3
    with pytest.raises(ServiceTimeoutError, match="did not answer in time") as caught:
        list(make(deadline_s=0.2).ask([H1200]))
    _no_address(caught.value)
    assert len(server.requests) == 3


def test_a_kept_connection_has_its_deadline_too(server: Server, make: Make) -> None:
    service = make(deadline_s=0.5)
    (answer,) = service.ask([H1200])
    assert answer.outcome is Outcome.FOUND
    server.script[:] = ["drip"]
    (answer,) = service.ask([H1200])
    assert answer.outcome is Outcome.FOUND
    assert len(server.requests) == 3


def test_it_waits_longer_each_time_and_gives_up(
    server: Server, make: Make, pauses: list[float]
) -> None:
    server.script[:] = ["500"] * 9
    with pytest.raises(ServiceUnreachableError):
        list(make().ask([H1200]))
    assert pauses == [1.0, 2.0]
    assert len(server.requests) == 3


def test_it_does_not_wait_for_hours(server: Server, make: Make, pauses: list[float]) -> None:
    server.script[:], server.retry_after = ["429"], "7200"
    with pytest.raises(ServiceBusyError, match="7200 seconds") as caught:
        list(make().ask([H1200]))
    assert "again later" in caught.value.remedy
    assert pauses == []


def test_a_date_to_come_back_at(server: Server, make: Make, pauses: list[float]) -> None:
    server.script[:], server.retry_after = ["429"], "Fri, 31 Dec 1999 23:59:59 GMT"
    assert len(list(make().ask([H1200]))) == 1
    assert pauses == [0.0]


def test_nobody_is_followed_to_another_host(server: Server, make: Make) -> None:
    with running(server.name, PLACES) as other:
        server.script[:], server.elsewhere = ["302"], other.url + "/search"
        with pytest.raises(ServiceRefusedError, match="do not follow"):
            list(make().ask([H1200]))
        assert other.requests == []


def test_a_server_that_is_not_there(make: Make) -> None:
    with pytest.raises(ServiceUnreachableError) as caught:
        list(make("http://127.0.0.1:9").ask([H1200]))
    _no_address(caught.value)


@pytest.mark.parametrize("server", ["nominatim", "photon", "pelias", "mar"], indirect=True)
def test_what_was_answered_before_a_fault_stays_good(server: Server, make: Make) -> None:
    server.script[:] = ["ok", *["500"] * 9]
    answers: list[Answer] = []
    with pytest.raises(ServiceUnreachableError):
        answers.extend(make().ask([H1200, TWIN]))
    assert [answer.question for answer in answers] == [H1200]


@pytest.mark.parametrize("server", ["nominatim", "photon", "pelias", "mar"], indirect=True)
def test_kinds_of_places(server: Server, make: Make) -> None:
    place = PLACES[H1200.street][0]
    if server.name == "mar":
        server.places = {"*": [place._replace(kind="retired")]}
        (found,) = next(iter(make().ask([H1200]))).found
        assert "no longer in use" in found.doubt
        return
    server.places = {"*": [place._replace(kind="street"), place._replace(kind="interpolated")]}
    (answer,) = make().ask([H1200])
    assert [one.match_code for one in answer.found] == [
        MatchCode.STREET_NAME,
        MatchCode.STREET_ADDRESS,
    ]
    assert answer.found[1].uncertainty_m == 152.0


@pytest.mark.parametrize("server", ["census"], indirect=True)
def test_a_census_file_that_is_cut_off_is_finished(
    server: Server, make: Make, pauses: list[float]
) -> None:
    questions = [TWIN, NOWHERE, H1200]
    server.script[:] = ["cut"]
    answers = list(make().ask(questions))
    assert len(answers) == len({answer.question for answer in answers}) == 3
    # Whole rows of the first answer count; only the rest was sent again.
    assert server.sent == [q.street for q in (TWIN, NOWHERE, H1200, H1200)]
    assert pauses == [1.0]


@pytest.mark.parametrize("server", ["census"], indirect=True)
def test_a_census_file_that_never_comes_whole(server: Server, make: Make) -> None:
    server.script[:] = ["cut", "junk", "junk"] + ["junk"] * 9
    answers: list[Answer] = []
    with pytest.raises(ServiceAnswerError, match="left out 1 of 3") as caught:
        answers.extend(make().ask([TWIN, NOWHERE, H1200]))
    assert [answer.outcome for answer in answers] == [Outcome.TIE, Outcome.NOTHING]
    _no_address(caught.value)


@pytest.mark.parametrize("server", ["census"], indirect=True)
@pytest.mark.parametrize("chunk", [0, 10_001])
def test_a_census_file_has_its_limit(make: Make, chunk: int) -> None:
    with pytest.raises(InputError, match="10,000"):
        make(chunk=chunk)
