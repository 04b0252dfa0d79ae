"""Does our reading still agree with paho's own? Asked once at every start, because we use names paho does not promise.

A canned stream (QoS 0 and 1, retain, DUP, empty payload, lengths of one to three bytes, MQTT 5 properties, PINGRESP and
SUBACK in between), cut at every byte, goes through our reader; whole, it goes through a stock client. Messages, packet
ids, flags and the bytes of the acknowledgements must be the same. Takes some 0.1 s, opens no socket.
"""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from threading import current_thread
from typing import Any

from paho.mqtt.client import Client, MQTTMessage
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion

from daemon.mqtt.batch import Batch, Handed
from daemon.mqtt.duplicates import Duplicates
from daemon.mqtt.fence import Fence
from daemon.mqtt.reading import ReadingClient
from daemon.mqtt.receiver import Receiver
from daemon.mqtt.tick import Tick
from daemon.mqtt.wire import V5, V311, encode, encode_length, split
from daemon.ports import Read, Reads

Seen = list[tuple[bytes, bytes, bytes, bool, bool]]
"""Topic, payload, packet id, retain, DUP."""

_BIG = 16_400


def difference() -> str | None:
    """What differs, in a few words; None when all agree."""
    try:
        for version in (V311, V5):
            stream, big_at = _stream(version)
            expected = _stock(stream, version)
            ours = _Ours(version)
            for cut in _cuts(len(stream), big_at):
                if ours.feed([stream[:cut], stream[cut:]]) != expected:
                    return f"MQTT level {version}, cut at byte {cut}"
            if ours.feed([stream[at : at + 1] for at in range(big_at)] + [stream[big_at:]]) != expected:
                return f"MQTT level {version}, byte by byte"
    except Exception as error:  # noqa: BLE001  any surprise means: do not use it
        return f"{type(error).__name__}: {error}"
    return None


def _stream(version: int) -> tuple[bytes, int]:
    """The bytes, and where the long message begins."""
    suback = b"\x90\x04\x00\x01\x00\x01" if version == V5 else b"\x90\x03\x00\x01\x01"
    head = [
        encode(0x30, b"a", b"", b"1", version),
        encode(0x32, b"plug/desk", b"\x00\x01", b"on", version),
        b"\xd0\x00",
        encode(0x33, "空调/1".encode(), b"\x00\x02", b'{"t":23}', version),
        encode(0x3B, b"plug/desk", b"\x01\x40", b"", version),
        suback,
        encode(0x31, b"b/c", b"", b"", version),
        encode(0x32, b"long/ish", b"\xff\xff", b"x" * 200, version),
    ]
    if version == V5:
        expiry_and_user = b"\x02\x00\x00\x00\x3c\x26\x00\x01k\x00\x01v"
        body = b"\x00\x03p/q\x12\x34" + bytes([len(expiry_and_user)]) + expiry_and_user + b"payload"
        head.append(b"\x32" + encode_length(len(body)) + body)
    before = b"".join(head)
    return before + encode(0x32, b"big", b"\x00\x07", b"y" * _BIG, version) + b"\xd0\x00", len(before)


def _cuts(size: int, big_at: int) -> Iterator[int]:
    """Every byte, but only the edges of the long message."""
    yield from range(big_at + 16)
    yield from range(big_at + 16, size - 16, 4_096)
    yield from range(size - 16, size + 1)


class _Pipe:
    """Stands for a socket: gives what it was fed, keeps what it was sent."""

    def __init__(self) -> None:
        self.incoming = b""
        self.sent = bytearray()

    def recv(self, size: int, /) -> bytes:
        if not self.incoming:
            raise BlockingIOError
        chunk, self.incoming = self.incoming[:size], self.incoming[size:]
        return chunk

    def send(self, data: bytes | bytearray, /) -> int:
        self.sent += data
        return len(data)

    def close(self) -> None:
        """Nothing to close."""

    def fileno(self) -> int:
        return -1

    def setblocking(self, _flag: bool, /) -> None:
        """Never blocks."""


class _Ours:
    """Our reader over a pipe, with a journal and an inbox that only remember."""

    def __init__(self, version: int) -> None:
        fence = Fence("selftest")
        fence.passed = True
        receiver = Receiver(self, self, fence, Duplicates(), _ignore, _ignore)
        self._version = version
        self._raws: list[bytes] = []
        self._batches: list[Batch] = []
        self._pipe = _Pipe()
        self._client = ReadingClient("selftest", receiver, Tick(timedelta(0)), lambda: datetime(2026, 1, 1, tzinfo=UTC))
        self._client.speak(version)
        _connect(self._client, self._pipe)

    def feed(self, pieces: list[bytes]) -> tuple[Seen, bytes, bool]:
        self._raws.clear()
        self._batches.clear()
        self._pipe.sent.clear()
        self._client._ping_t = 1.0  # noqa: SLF001  a PINGRESP sets it back
        for piece in pieces:
            self._pipe.incoming = piece
            while self._pipe.incoming:
                self._client.loop_read()
        publishes = split(b"".join(self._raws), self._version)
        messages = [message for batch in self._batches for message in batch.messages]
        seen: Seen = [
            (message.topic.encode(), message.payload, packet_id, message.retained, bool(first & 8))
            for (first, _, packet_id, _), message in zip(publishes, messages, strict=True)
        ]
        return seen, bytes(self._pipe.sent), self._client._ping_t == 0  # noqa: SLF001  same

    @property
    def next_row(self) -> int:
        return len(self._raws) + 1

    def commit(self, reads: Sequence[Read], *, version: int) -> int:  # noqa: ARG002  a port
        self._raws += [read.raw for read in reads]
        return len(self._raws)

    def put_all(self, batches: Sequence[Handed], /) -> None:
        self._batches += [batch for batch in batches if isinstance(batch, Batch)]

    def judge(self, batches: Sequence[Batch], reads: Reads) -> Sequence[Handed]:  # noqa: ARG002  a port
        return batches


def _stock(stream: bytes, version: int) -> tuple[Seen, bytes, bool]:
    level = MQTTProtocolVersion.MQTTv5 if version == V5 else MQTTProtocolVersion.MQTTv311
    client = Client(CallbackAPIVersion.VERSION2, "selftest", protocol=level, manual_ack=True)
    seen: Seen = []

    def take(_client: Client, _userdata: object, message: MQTTMessage) -> None:
        packet_id = message.mid.to_bytes(2, "big") if message.qos else b""
        seen.append((message.topic.encode(), bytes(message.payload), packet_id, message.retain, message.dup))
        client.ack(message.mid, message.qos)

    client.on_message = take
    pipe = _Pipe()
    _connect(client, pipe)
    client._ping_t = 1.0  # noqa: SLF001  a PINGRESP sets it back
    pipe.incoming = stream
    while pipe.incoming:
        client.loop_read()
    client.loop_write()
    return seen, bytes(pipe.sent), client._ping_t == 0  # noqa: SLF001  same


def _connect(client: Any, pipe: _Pipe) -> None:
    """As if connected, and as if its thread were running: it then writes only when told."""
    client._sock = pipe  # noqa: SLF001  there is no public way to give a client a socket
    client._thread = current_thread()  # noqa: SLF001  same


def _ignore(_text: str) -> None:
    """Nobody to tell."""
