"""`officed run` as a process with people at its board: it ends in time under open pages, and writes down who was let in."""

import contextlib
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import msgspec
import pytest
from chaos_office import METERED, ROOT, Office
from real_mosquitto import Mosquitto, needs_mosquitto
from running_office import wait_for

from daemon.accounts.users import Change
from daemon.audit.trail import entries
from daemon.journal.audit import Entry, first_break

pytestmark = [pytest.mark.real, needs_mosquitto]
STREAMS = 20
STOP_SECONDS = 5.0


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[Mosquitto]:
    with Mosquitto(tmp_path / "broker") as running:
        yield running


@pytest.fixture
def office(tmp_path: Path, broker: Mosquitto) -> Office:
    return Office(tmp_path / "office", broker.port, METERED)


@contextlib.contextmanager
def run(office: Office) -> "Iterator[subprocess.Popen[bytes]]":
    """`officed run`, connected."""
    with (office.folder / "officed.log").open("ab") as log:
        process = subprocess.Popen(command(office, "run"), stdout=log, stderr=log, cwd=office.folder, env=ENVIRONMENT)
        try:
            wait_for(lambda: office.health().get("broker_live"), "officed to be connected", 30)
            yield process
        finally:
            if process.poll() is None:
                process.kill()
            process.wait(10)


ENVIRONMENT = {**os.environ, "PYTHONPATH": str(ROOT)}


def command(office: Office, *words: str) -> list[str]:
    return [sys.executable, "-m", "daemon", *words, "--config", str(office.file)]


def users(office: Office, *words: str) -> None:
    """`officed users …`, as typed beside it."""
    subprocess.run(command(office, "users", *words), check=True, timeout=30, env=ENVIRONMENT, capture_output=True)


def trail(office: Office) -> list[Change]:
    """What the audit trail says about accounts; its chain holds."""
    found = [entry for entry in entries(office.folder / "journal.sqlite") if isinstance(entry, Entry)]
    assert first_break(found) is None
    return [msgspec.json.decode(entry.body, type=Change) for entry in found if entry.kind == "account"]


def test_with_twenty_open_pages_it_ends_within_five_seconds(office: Office) -> None:
    with run(office) as process, contextlib.ExitStack() as open_pages:
        client = open_pages.enter_context(httpx.Client(base_url=f"http://127.0.0.1:{office.board}", trust_env=False))
        streams = [open_pages.enter_context(client.stream("GET", "/live")) for _ in range(STREAMS)]
        assert {stream.headers["content-type"] for stream in streams} == {"text/event-stream; charset=utf-8"}
        firsts = [next(stream.iter_bytes()) for stream in streams]
        assert all(firsts), "each of them is being written to"
        began = time.monotonic()
        process.terminate()
        assert process.wait(10) == 0
        assert time.monotonic() - began < STOP_SECONDS
    said = (office.folder / "officed.log").read_text()
    assert "Traceback" not in said


def test_who_is_let_in_is_in_the_trail_whether_it_runs_or_not(office: Office) -> None:
    secret = office.folder / "password"
    secret.write_text("correct horse battery")
    users(office, "add", "ada", "--role", "admin", "--password-file", str(secret))
    with run(office) as process:
        users(office, "add", "vera", "--password-file", str(secret))
        users(office, "role", "vera", "operator")
        wait_for(lambda: len(trail(office)) == 3, "the changes to be taken in")
        process.terminate()
        assert process.wait(10) == 0
    users(office, "token", "wall")
    with run(office) as process:
        process.kill()
        process.wait(10)
    with run(office):
        taken = [(each.what, each.name) for each in trail(office)]
    assert taken == [
        ("login added", "ada"),
        ("login added", "vera"),
        ("role changed", "vera"),
        ("token made", "wall"),
    ]
