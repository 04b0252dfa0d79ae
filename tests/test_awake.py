"""The processor is kept awake for whoever asks for no delay, as long as officed runs, and where it may."""

import gc
import logging
import os
from pathlib import Path

import pytest
from real_mosquitto import Mosquitto, free_port, needs_mosquitto
from running_office import EMBEDDED, HEAD

from daemon.awake import LATENCY, Awake
from daemon.bootstrap import assemble
from daemon.configuration.load import parse

ROOM = "zones: {room: {names: Room, hours: {mon-sun: closed}}}\ndevices: {plug: {kind: plug, family: tasmota, address: plug, zone: room}}"

needs_latency = pytest.mark.skipif(
    not os.access(LATENCY, os.R_OK | os.W_OK), reason=f"{LATENCY} is missing, or not ours to write (root on Linux)"
)


def bound() -> int:
    """What holds for the whole machine, in microseconds."""
    with LATENCY.open("rb", buffering=0) as file:
        return int.from_bytes(file.read(4), "little", signed=True)


@pytest.mark.real
@needs_latency
def test_the_kernel_knows_the_bound_as_long_as_it_is_held() -> None:
    before = bound()
    awake = Awake(wanted=True)
    awake.hold()
    awake.hold()
    assert awake.is_held
    assert bound() == 0
    awake.let_go()
    assert bound() == before
    awake.let_go()


def test_nobody_who_did_not_ask_has_it(tmp_path: Path) -> None:
    file = tmp_path / "latency"
    file.touch()
    awake = Awake(wanted=False, file=file)
    awake.hold()
    assert not awake.is_held
    assert file.read_bytes() == b""


def test_it_is_said_where_it_may_not_be_done(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    awake = Awake(wanted=True, file=tmp_path / "none")
    with caplog.at_level(logging.INFO):
        awake.hold()
    assert not awake.is_held
    assert "may sleep" in caplog.text


def test_a_file_that_takes_nothing_is_let_go(caplog: pytest.LogCaptureFixture) -> None:
    awake = Awake(wanted=True, file=Path("/dev/full"))
    with caplog.at_level(logging.INFO):
        awake.hold()
    assert not awake.is_held
    assert "may sleep" in caplog.text


@pytest.mark.real
@needs_mosquitto
@needs_latency
@pytest.mark.parametrize(("delay", "is_held"), [("0ms", True), ("20ms", False)])
def test_a_daemon_that_shall_not_wait_holds_it_as_long_as_it_runs(tmp_path: Path, delay: str, is_held: bool) -> None:
    with Mosquitto(tmp_path / "broker") as broker:
        head = HEAD.format(
            broker=f"{broker.port}, max_ingest_delay: {delay}", board=free_port(), store=f"{EMBEDDED}\n{ROOM}"
        )
        daemon = assemble(parse(head, file="office.yaml", directory=tmp_path), {})
        before = bound()
        daemon.start()
        during = bound()
        assert daemon.facts()["processor_kept_awake"] is is_held
        assert (gc.get_threshold()[0] <= 1_000) is is_held  # to look through more takes longer than a command may
        log = (tmp_path / "journal.sqlite-wal").stat().st_size
        assert (log > 8 << 20) is is_held, "a log that has its length spares each command the time to make it longer"
        assert daemon.stop()
    assert (during, bound()) == (0 if is_held else before, before)
