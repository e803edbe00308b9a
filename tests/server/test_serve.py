"""Starting for real: a taken port, a second server, an answer over the wire."""

from __future__ import annotations

import socket
import subprocess
import sys
import threading
from pathlib import Path

import httpx
import pytest

from geoteam.errors import InputError, WorkspaceBusyError
from geoteam.server import ServerConfig, serve
from geoteam.server.serve import listen, only_server
from geoteam.services.workspace import Workspace

HOLD = """
import sys, time
from pathlib import Path
from geoteam.server.serve import only_server
from geoteam.services.workspace import Workspace
with only_server(Workspace.open(Path(sys.argv[1]))):
    print("held", flush=True)
    time.sleep(60)
"""


def test_a_taken_port_is_named_with_what_to_do() -> None:
    with listen("127.0.0.1", 0) as first:
        port = first.getsockname()[1]
        with pytest.raises(InputError, match=f"port {port} of 127.0.0.1 is in use") as caught:
            listen("127.0.0.1", port)
        assert f"--port {port + 1}" in caught.value.remedy


def test_a_port_that_is_bound_but_not_yet_answering_is_taken_too() -> None:
    with socket.socket() as rival:
        rival.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        rival.bind(("127.0.0.1", 0))
        rival.listen(1)
        with pytest.raises(InputError, match="in use"):
            listen("127.0.0.1", rival.getsockname()[1])


@pytest.mark.parametrize(
    ("host", "port"), [("203.0.113.7", 8000), ("999.1.1.1", 1), ("127.0.0.1", 70000)]
)
def test_an_address_that_is_not_ours_is_refused(host: str, port: int) -> None:
    with pytest.raises(InputError, match=r"address|listened"):
        listen(host, port)


def test_a_second_server_on_an_embedded_workspace_is_refused(workspace: Workspace) -> None:
    with (
        only_server(workspace),
        pytest.raises(WorkspaceBusyError, match="another server") as caught,
    ):
        serve(ServerConfig(port=0), workspace)
    assert "GEOTEAM_DATABASE_URL" in caught.value.remedy


def test_the_lock_goes_with_a_process_that_is_killed(workspace: Workspace) -> None:
    folder: Path = workspace.folder
    rival = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(folder)], stdout=subprocess.PIPE, text=True
    )
    try:
        assert rival.stdout
        assert rival.stdout.readline() == "held\n"
        with pytest.raises(WorkspaceBusyError), only_server(workspace):
            pass
    finally:
        rival.kill()
        rival.wait()
    with only_server(workspace):
        pass


def test_a_served_workspace_answers(workspace: Workspace) -> None:
    ready = threading.Event()
    found: list[str] = []

    def note(address: str) -> None:
        found.append(address)
        ready.set()

    config = ServerConfig(port=0, max_request_bytes=1000)
    threading.Thread(
        target=serve, args=(config, workspace), kwargs={"ready": note}, daemon=True
    ).start()
    assert ready.wait(10)
    answer = httpx.get(f"{found[0]}/health")
    assert answer.status_code == 200
    assert answer.json() == {"status": "ok"}
    assert "server" not in {name.lower() for name in answer.headers}
    large = httpx.post(f"{found[0]}/sign-in", data={"username": "x" * 1500})
    assert large.status_code == 413
    assert "too large" in large.text
    huge = httpx.post(f"{found[0]}/sign-in", data={"username": "x" * 100_000})
    assert huge.status_code == 413
