"""The reading client over a pipe instead of a socket: every way in which a connection can end badly."""

import threading
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pytest
from handed_over import JudgesNothing, undecoded

from daemon.mqtt import reading, selftest
from daemon.mqtt.batch import Batch, Handed
from daemon.mqtt.duplicates import Duplicates
from daemon.mqtt.fence import Fence
from daemon.mqtt.network import Network
from daemon.mqtt.reading import ReadingClient
from daemon.mqtt.receiver import Receiver
from daemon.mqtt.session import BrokerSettings
from daemon.mqtt.tick import Tick
from daemon.mqtt.wire import V5, V311, Publish, encode, take
from daemon.ports import Read

AT = datetime(2026, 7, 14, 7, 0, tzinfo=UTC)


class Pipe:
    """A socket that gives what it was fed and takes `room` bytes; `error` is raised by the next send."""

    def __init__(self) -> None:
        self.incoming: list[bytes] = []
        self.sent = b""
        self.room = 1 << 30
        self.error: OSError | None = None
        self.is_closed = False

    def recv(self, size: int, /) -> bytes:
        if not self.incoming:
            raise BlockingIOError
        chunk = self.incoming.pop(0)
        if len(chunk) > size:
            self.incoming.insert(0, chunk[size:])
        return chunk[:size]

    def send(self, data: bytes, /) -> int:
        if self.error:
            raise self.error
        if not self.room:
            raise BlockingIOError
        part = bytes(data[: self.room])
        self.room -= len(part)
        self.sent += part
        return len(part)

    def close(self) -> None:
        self.is_closed = True

    def fileno(self) -> int:
        return -1

    def setblocking(self, _flag: bool, /) -> None: ...


class Desk(JudgesNothing):
    """A client that has just connected, its journal and inbox."""

    def __init__(self, version: int = V5) -> None:
        fence = Fence("hq")
        fence.passed = True
        self.rows: list[bytes] = []
        self.batches: list[Batch] = []
        self.pipe = Pipe()
        self.version = version
        receiver = Receiver(self, self, fence, Duplicates(), lambda _: None, lambda _: None)
        self.client = ReadingClient("test", receiver, Tick(timedelta(0)), lambda: AT)
        self.client.speak(version)
        self.client._sock = self.pipe  # type: ignore[assignment]  # what paho calls a socket
        self.client._thread = threading.current_thread()  # as if its thread were running

    @property
    def next_row(self) -> int:
        return len(self.rows) + 1

    def commit(self, reads: Sequence[Read], *, version: int) -> int:
        self.rows += [read.raw for read in reads]
        return len(self.rows) - len(reads) + 1

    def put_all(self, batches: Sequence[Handed], /) -> None:
        self.batches += undecoded(batches)

    def hear(self, *chunks: bytes) -> None:
        for chunk in chunks:
            self.pipe.incoming.append(chunk)
            self.client.loop_read()

    def on(self, mid: int, payload: bytes = b"on") -> bytes:
        return encode(0x32, b"plug", mid.to_bytes(2, "big"), payload, self.version)

    def payloads(self) -> Sequence[bytes]:
        return [message.payload for batch in self.batches for message in batch.messages]


def ack(mid: int) -> bytes:
    return b"\x40\x02" + mid.to_bytes(2, "big")


@pytest.mark.parametrize("version", [V311, V5])
def test_a_read_has_one_row_and_one_answer(version: int) -> None:
    desk = Desk(version)
    desk.hear(desk.on(1) + b"\xd0\x00" + desk.on(2) + desk.on(3)[:4])
    assert desk.rows == [desk.on(1) + desk.on(2)]
    assert desk.pipe.sent == ack(1) + ack(2)
    desk.hear(desk.on(3)[4:])
    assert desk.pipe.sent == ack(1) + ack(2) + ack(3)


def test_a_flood_after_little_is_one_read() -> None:
    desk = Desk()
    desk.hear(desk.on(1))
    flood = b"".join(desk.on(mid, b"x" * 5_000) for mid in range(2, 20))
    desk.hear(flood)
    assert desk.rows == [desk.on(1), flood]


def test_a_long_message_in_many_pieces_is_one_message() -> None:
    desk = Desk()
    whole = desk.on(1, b"x" * 1_000_000)
    desk.hear(*[whole[at : at + 65_536] for at in range(0, len(whole), 65_536)])
    assert desk.rows == [whole]
    assert desk.payloads() == [b"x" * 1_000_000]


def test_a_socket_that_dies_under_the_answer_is_a_lost_connection_and_the_reading_is_kept() -> None:
    desk = Desk()
    desk.pipe.error = BrokenPipeError()
    desk.hear(desk.on(1))
    assert desk.payloads() == [b"on"]
    assert desk.pipe.is_closed
    assert not desk.client._out_packet


def test_nothing_comes_between_the_two_halves_of_an_answer() -> None:
    desk = Desk()
    desk.pipe.room = 6
    send = desk.pipe.send

    def send_while_somebody_publishes(data: bytes, /) -> int:
        done = send(data)
        desk.pipe.send = send  # type: ignore[method-assign]  # once
        desk.client.publish("cmd", b"OFF", qos=1)
        return done

    desk.pipe.send = send_while_somebody_publishes  # type: ignore[method-assign]  # a thread would, sometimes
    desk.hear(desk.on(1) + desk.on(2))
    desk.pipe.room = 1 << 30
    desk.client.loop_write()
    assert desk.pipe.sent[:8] == ack(1) + ack(2)
    assert desk.pipe.sent[8] == 0x32


def test_an_answer_waits_behind_what_is_half_sent() -> None:
    desk = Desk()
    desk.pipe.room = 3
    desk.client.publish("cmd", b"OFF", qos=1)
    desk.client.loop_write()
    desk.hear(desk.on(1))
    desk.pipe.room = 1 << 30
    desk.client.loop_write()
    assert desk.pipe.sent.endswith(b"OFF" + ack(1))


@pytest.mark.parametrize(
    "end",
    [
        pytest.param(b"\xe0\x00", id="the broker says goodbye in the same read"),
        pytest.param(b"\xf8\x00", id="a packet that does not exist"),
        pytest.param(b"\x30\xff\xff\xff\xff\x01", id="a length that does not exist"),
    ],
)
def test_a_connection_that_ends_within_a_read_keeps_and_acknowledges_nothing_of_it(end: bytes) -> None:
    desk = Desk()
    desk.hear(desk.on(1) + end)
    assert desk.pipe.is_closed
    assert (desk.rows, desk.pipe.sent) == ([], b"")


@pytest.mark.parametrize("ending", [b"", OSError()])
def test_the_end_of_the_stream_is_a_lost_connection(ending: bytes | OSError) -> None:
    desk = Desk()

    def recv(_size: int, /) -> bytes:
        if isinstance(ending, OSError):
            raise ending
        return ending

    desk.pipe.recv = recv  # type: ignore[method-assign]  # the stream ends
    desk.client.loop_read()
    assert desk.pipe.is_closed


def test_half_a_message_of_an_old_connection_is_forgotten_by_the_new_one() -> None:
    desk = Desk()
    desk.hear(desk.on(1)[:6])
    desk.client._host, desk.client._create_socket = "nowhere", lambda: desk.pipe  # type: ignore[method-assign, return-value, assignment]  # no network here
    desk.client.reconnect()
    desk.client._out_packet.clear()
    desk.hear(desk.on(2, b"new"))
    assert desk.payloads() == [b"new"]


def test_bytes_count_as_a_sign_of_life() -> None:
    desk = Desk()
    desk.client._last_bytes_received = 0.0
    desk.hear(desk.on(1))
    assert desk.client._last_bytes_received > 0


def test_the_self_test_is_content_with_the_paho_installed_here() -> None:
    assert selftest.difference() is None


@pytest.mark.parametrize("wrong", ["order", "retain", "raise"])
def test_any_difference_to_paho_means_the_stock_path(wrong: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def other(data: bytes, start: int, publishes: list[Publish], *, version: int, maximum: int) -> tuple[int, int]:
        if wrong == "raise":
            raise AttributeError("_packet_read")
        before = len(publishes)
        result = take(data, start, publishes, version=version, maximum=maximum)
        if wrong == "order":
            publishes[before:] = reversed(publishes[before:])
        else:
            publishes[before:] = [(first & ~1, *rest) for first, *rest in publishes[before:]]  # type: ignore[misc]  # same shape
        return result

    monkeypatch.setattr(reading, "take", other)
    assert selftest.difference() is not None
    desk = Desk()
    network = Network(BrokerSettings("nowhere", "hq"), desk, desk, lambda: AT, [], lambda _: None)
    assert network.receive_path == "stock"
