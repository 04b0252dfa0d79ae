"""One turn of the network thread over a pipe: several reads, what says nothing new held until its end, one commit."""

import select
import socket
import threading
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta

import pytest
from handed_over import JudgesNothing

from daemon.mqtt.batch import Batch, Handed
from daemon.mqtt.duplicates import Duplicates
from daemon.mqtt.fence import Fence
from daemon.mqtt.reading import ReadingClient
from daemon.mqtt.receiver import Receiver
from daemon.mqtt.tick import Tick
from daemon.mqtt.wire import V5, encode
from daemon.ports import Read, Reads

AT = datetime(2026, 7, 14, 7, 0, tzinfo=UTC)
Gather = Callable[[float], bool]


class Wire(JudgesNothing):
    """A socket, a journal and an inbox; `done` is the order of what left and what was stored."""

    def __init__(self, delay: timedelta = timedelta(milliseconds=20)) -> None:
        self.incoming: list[bytes] = []
        self.done: list[str] = []
        self.is_closed = False
        fence = Fence("hq")
        fence.passed = True
        self.receiver = Receiver(
            self, self, fence, Duplicates(), lambda _: None, lambda _: None,
            lambda messages: all(message.payload == b"calm" for message in messages),
        )  # fmt: skip
        self.client = ReadingClient("test", self.receiver, Tick(delay), lambda: AT)
        self.client.speak(V5)
        self.client._sock = self  # type: ignore[assignment]  # what paho calls a socket
        self.client._thread = threading.current_thread()  # as if its thread were running

    def recv(self, size: int, /) -> bytes:
        if not self.incoming:
            raise BlockingIOError
        return self.incoming.pop(0)[:size]

    def send(self, data: bytes, /) -> int:
        self.done.append("command" if data[0] == 0x32 else f"acks {len(data) // 4}")
        return len(data)

    def close(self) -> None:
        self.is_closed = True

    def fileno(self) -> int:
        return -1

    def setblocking(self, _flag: bool, /) -> None: ...

    @property
    def next_row(self) -> int:
        return 1

    def commit(self, reads: Sequence[Read], *, version: int) -> int:
        self.done.append(f"commit {len(reads)}")
        return 1

    def put_all(self, batches: Sequence[Handed], /) -> None: ...

    def turn(self, payloads: Sequence[bytes], last: Gather = lambda _: False, pause_seconds: float = 0.0) -> None:
        """A turn in which one read follows the other; `last` is what happens in the wait after them."""
        reads = [
            encode(0x32, b"plug", mid.to_bytes(2, "big"), payload, V5) if payload else payload
            for mid, payload in enumerate(payloads, 1)
        ]

        def gather(seconds: float) -> bool:
            if not reads:
                return last(seconds)
            self.incoming.append(reads.pop(0))
            time.sleep(pause_seconds)
            return True

        self.client._let_gather = gather  # type: ignore[method-assign]  # nobody sleeps here
        gather(0.0)
        self.client.loop_read()


@pytest.mark.parametrize(
    ("payloads", "done"),
    [
        pytest.param([b"calm"] * 3, ["commit 3", "acks 3"], id="at the end of the turn"),
        pytest.param([b"calm", b"news", b"calm"], ["commit 2", "acks 2", "commit 1", "acks 1"], id="with the news"),
        pytest.param([b"news"], ["commit 1", "acks 1"], id="news at once"),
    ],
)
def test_reads_of_a_turn_share_a_commit_unless_one_is_news(payloads: list[bytes], done: list[str]) -> None:
    wire = Wire()
    wire.turn(payloads)
    assert wire.done == done


def test_what_tcp_held_back_until_we_read_is_read_with_the_rest() -> None:
    wire = Wire()
    wire.incoming = [encode(0x32, b"plug", mid.to_bytes(2, "big"), b"news", V5) for mid in (1, 2, 3)]
    wire.turn([], last=lambda _: False)
    assert wire.done == ["commit 1", "acks 2"]
    assert len(wire.incoming) == 1, "what comes after that is the next read's: it must not go on for ever"


def test_the_window_of_a_real_connection_makes_nothing_wait_for_the_next_turn() -> None:
    """Linux sends ten segments before it is answered, and does not answer small ones until they are read."""
    wire = Wire()
    with socket.create_server(("127.0.0.1", 0)) as listens:
        broker, (ours, _) = socket.create_connection(listens.getsockname()), listens.accept()
    with broker, ours:
        broker.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        ours.setblocking(False)
        wire.client._sock = ours
        for payloads in ([b"x" * 60_000], [b"news"] * 40):
            for mid, payload in enumerate(payloads, 1):
                broker.sendall(encode(0x32, b"plug", mid.to_bytes(2, "big"), payload, V5))
            time.sleep(0.003)  # later it probes, and we would not see that it had waited
            wire.turn([])
    assert wire.receiver.counters.messages == 41


def test_a_turn_ends_after_sixteen_reads_however_many_come() -> None:
    wire = Wire()
    wire.turn([b"calm"] * 20)
    assert wire.done == ["commit 16", "acks 16"]


def test_a_turn_ends_after_a_second_however_few_come() -> None:
    wire = Wire()
    wire.turn([b"calm"] * 5, pause_seconds=0.4)
    assert wire.done == ["commit 4", "acks 4"]


def test_a_wait_in_which_nothing_came_ends_the_turn() -> None:
    wire = Wire()
    wire.turn([b"calm"] * 2, last=lambda _: True)
    assert wire.done == ["commit 2", "acks 2"]


def test_a_command_leaves_before_the_commit_of_what_says_nothing() -> None:
    wire = Wire()

    def somebody_publishes(_seconds: float) -> bool:
        wire.client.publish("cmd", b"OFF", qos=1)
        return False

    wire.turn([b"calm"], last=somebody_publishes)
    assert wire.done == ["command", "commit 1", "acks 1"]


def test_a_connection_that_ends_keeps_what_was_held_and_acknowledges_none_of_it() -> None:
    """The broker sends it again, if it knows us; and then it is known to be a duplicate."""
    wire = Wire()
    wire.turn([b"calm", b""])
    assert wire.is_closed
    assert wire.done == ["commit 1"]


MANY = b"".join(encode(0x32, b"plug", mid.to_bytes(2, "big"), b"calm", V5) for mid in range(1, 13))


def test_after_a_wait_that_brought_nothing_so_many_are_answered_at_once() -> None:
    wire = Wire()

    def as_much(*_: object) -> None:
        wire.incoming = [MANY]
        wire.client._let_gather = lambda seconds: seconds < 1  # type: ignore[method-assign]  # the next read finds nothing
        wire.client.loop_read()

    as_much()
    held: list[bool] = []
    wire.receiver._crash = lambda point: held.append(point == "held")
    as_much()
    assert True not in held


@pytest.fixture
def waits(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """How long was waited, and for how many files; the wait gives what `coming` says."""
    waited: list[float] = []

    def wait(
        files: Sequence[object], _write: object, _error: object, seconds: float
    ) -> tuple[list[object], None, None]:
        waited.append(round(seconds, 2))
        return list(files[:1]) if len(waited) == 1 else [], None, None

    monkeypatch.setattr(select, "select", wait)
    return waited


def test_without_a_delay_what_says_nothing_waits_for_the_next_read_but_not_in_a_quiet_office(
    waits: list[float],
) -> None:
    wire = Wire(timedelta(0))
    wire.client._sockpairR = Wire()  # type: ignore[assignment]  # what wakes it
    calm = encode(0x32, b"plug", b"\0\1", b"calm", V5)
    wire.incoming = [calm]
    wire.client.loop_read()
    assert (wire.done, waits) == (["commit 1", "acks 1"], []), "after a pause: at once"
    wire.incoming = [calm, calm]
    wire.client.loop_read()
    assert (wire.done[2:], waits) == (["commit 2", "acks 2"], [0.01, 0.01])
    wire.incoming = [encode(0x32, b"plug", b"\0\1", b"news", V5)]
    wire.client.loop_read()
    assert (wire.done[4:], len(waits)) == (["commit 1", "acks 1"], 2), "nothing is held: nothing to wait for"
    wire.incoming = [MANY]
    wire.client.loop_read()
    assert (wire.done[6:], len(waits)) == (["commit 1", "acks 12"], 3), "held, and in vain"
    wire.incoming = [MANY]
    wire.client.loop_read()
    assert (wire.done[8:], len(waits)) == (["commit 1", "acks 12"], 3), "the broker may wait for us: answered at once"


def test_without_a_delay_what_says_nothing_is_kept_in_time_though_more_comes_all_the_while(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    wire = Wire(timedelta(0))
    wire.client._sockpairR = Wire()  # type: ignore[assignment]  # what wakes it
    wire.client._tick.is_idle = False
    wire.client._tick._read_at = time.monotonic()

    def next_comes(files: Sequence[object], *_: object) -> tuple[list[object], None, None]:
        time.sleep(0.002)
        wire.incoming.append(encode(0x32, b"plug", b"\0\1", b"calm", V5))
        return list(files[:1]), None, None

    monkeypatch.setattr(select, "select", next_comes)
    wire.incoming = [encode(0x32, b"plug", b"\0\1", b"calm", V5)]
    began = time.monotonic()
    wire.client.loop_read()
    assert 0.1 < time.monotonic() - began < 2.0
    kept, answered = wire.done
    assert int(kept.removeprefix("commit ")) == int(answered.removeprefix("acks "))
    assert 10 < int(kept.removeprefix("commit ")) < 128


def test_a_command_of_the_thread_that_reads_is_on_the_wire_before_anything_else_happens() -> None:
    class Commanding(Wire):
        def judge(self, batches: Sequence[Batch], reads: Reads) -> Sequence[Handed]:
            del batches, reads
            self.client.publish_now("cmd", b"OFF", None, retain=False)
            self.done.append("told")
            return ()

    wire = Commanding()
    wire.turn([b"on"])
    assert wire.done == ["command", "told", "acks 1"]


def test_what_is_published_in_a_callback_is_left_to_the_loop() -> None:
    """A write that fails, or a DISCONNECT that waits, tells the callback of the end, and paho lets no callback begin within another."""

    class Broken(Wire):
        def send(self, data: bytes, /) -> int:
            self.done.append("tried")
            raise ConnectionResetError

    wire = Broken()

    def publish() -> None:
        wire.client._thread = threading.current_thread()
        with wire.client._in_callback_mutex:
            wire.client.publish_now("status", b"online", None, retain=True)
        wire.done.append("callback ended")
        wire.client.loop_write()

    thread = threading.Thread(target=publish, daemon=True)
    thread.start()
    thread.join(5.0)
    assert wire.done == ["callback ended", "tried"]
    assert wire.is_closed
