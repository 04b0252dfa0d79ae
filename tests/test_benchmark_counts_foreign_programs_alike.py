"""A program that is not ours is measured from just before its session begins, whatever it did to get there."""

import os
import socket
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "benchmarks"))

import broker as benchmark_broker
from broker import PID_FILE, Publisher, packets
from entrant import RefusedError
from foreign import Program, cpu_seconds, foreign

pytestmark = pytest.mark.real

_BURNS = 0.5
_SCRIPT = f"""
import sys, time
from paho.mqtt.client import Client
from paho.mqtt.enums import CallbackAPIVersion
def burn():
    until = time.process_time() + {_BURNS}
    while time.process_time() < until: pass
client = Client(CallbackAPIVersion.VERSION2, "slow", clean_session=False)
client.on_connect = lambda *_: client.subscribe([("a/#", 1), ("b/#", 1)])
client.on_message = lambda *_: burn()
burn()
client.connect("127.0.0.1", int(sys.argv[1]))
client.loop_forever()
"""


@pytest.fixture
def port(program: Callable[[str], str], tmp_path: Path) -> Iterator[int]:
    program("mosquitto")
    socket.setdefaulttimeout(10)
    here = os.sched_getaffinity(0)
    try:
        with benchmark_broker.broker(tmp_path) as port:
            yield port
    finally:
        os.sched_setaffinity(0, here)
        socket.setdefaulttimeout(None)


def slow(tmp_path: Path, port: int, subscriptions: int = 2) -> Program:
    command = [sys.executable, "-c", _SCRIPT, str(port)]
    return Program(command, tmp_path, subscriptions, lambda: frozenset({"rule device"}))


def test_start_up_is_outside_and_work_is_inside(port: int, tmp_path: Path) -> None:
    with foreign(slow(tmp_path, port), port, tmp_path) as run:
        assert cpu_seconds(run.process.pid) >= _BURNS
        run.go()
        idle, found = run.finish()
        assert idle < _BURNS / 2
        assert found == frozenset({"rule device"})
        publisher = Publisher(port)
        publisher.flood(packets([("a/1", b"x")]))
        while run.finish()[0] < _BURNS:
            pass
        publisher.close()


def test_a_session_that_is_there_already_does_not_count_as_subscribed(port: int, tmp_path: Path) -> None:
    with foreign(slow(tmp_path, port), port, tmp_path) as run:
        run.go()
    with foreign(slow(tmp_path, port), port, tmp_path) as run:
        before = (tmp_path / "subscriptions.log").read_text().count("\n")
        run.go()
        assert (tmp_path / "subscriptions.log").read_text().count("\n") == before + 2


def test_a_program_that_ends_by_itself_is_refused_with_its_last_words_and_leaves_the_broker_running(
    port: int, tmp_path: Path
) -> None:
    command = [sys.executable, "-c", "import sys; print('no such flow'); sys.exit(3)"]
    with (
        pytest.raises(RefusedError, match="ended by itself: no such flow"),
        foreign(Program(command, tmp_path, 1), port, tmp_path),
    ):
        pytest.fail("it has come up")
    Publisher(port).close()


def test_a_program_that_is_not_there_is_refused_and_leaves_the_broker_running(port: int, tmp_path: Path) -> None:
    command = [str(tmp_path / "nothing")]
    with pytest.raises(RefusedError, match="did not start"), foreign(Program(command, tmp_path, 1), port, tmp_path):
        pytest.fail("it has come up")
    Publisher(port).close()


def test_a_contestant_runs_on_the_consumers_core_and_the_driver_stays_where_it_was(port: int, tmp_path: Path) -> None:
    here = os.sched_getaffinity(0)
    with foreign(slow(tmp_path, port), port, tmp_path) as run:
        (core,) = os.sched_getaffinity(run.process.pid)
        assert core == (1 if (os.cpu_count() or 1) > 1 else 0)
        assert os.sched_getaffinity(0) == here
        assert os.sched_getaffinity(int((tmp_path / PID_FILE).read_text())) == {0}
