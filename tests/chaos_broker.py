"""Both sides of a broker that is killed: a publisher that knows what it was promised, and a listener on our own line.

`Publisher` speaks MQTT 3.1.1 at QoS 1 by hand and sends again what was not acknowledged when its connection ends, as a
device does. `Tap` stands between officed and the broker and notes which numbers officed has acknowledged.
"""

import contextlib
import re
import socket
import threading
import time
from collections import Counter
from collections.abc import Callable

from chaos_office import numbered

from daemon.mqtt.wire import encode

_NUMBER = re.compile(rb'"energy":(\d+)')
_WINDOW = 500


class Publisher:
    """`promised`: the numbers that the broker has acknowledged. One thread; `rate` numbers a second at most."""

    def __init__(self, port: int, count: int, rate: float) -> None:
        self.promised: set[int] = set()
        self.connections = 0
        self._port = port
        self._count = count
        self._rate = rate
        self._next = 0
        self._unanswered: dict[int, int] = {}
        self._began = time.monotonic()
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="publisher")

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._stopping.set()
        self._thread.join(30)

    @property
    def is_done(self) -> bool:
        return len(self.promised) == self._count

    def _run(self) -> None:
        while not self.is_done and not self._stopping.is_set():
            with contextlib.suppress(OSError):
                self._serve()
            time.sleep(0.1)

    def _serve(self) -> None:
        with socket.create_connection(("127.0.0.1", self._port), timeout=5) as line:
            name = f"publisher{self.connections}".encode()
            body = b"\x00\x04MQTT\x04\x02\x00\x3c" + len(name).to_bytes(2, "big") + name
            line.sendall(b"\x10" + bytes([len(body)]) + body)
            if line.recv(4)[3:4] != b"\x00":
                return
            self.connections += 1
            again, self._unanswered = sorted(self._unanswered.values()), {}
            self._send(line, again, first=0x3A)
            rest = b""
            line.settimeout(0.01)
            while not self.is_done and not self._stopping.is_set():
                due = min(int((time.monotonic() - self._began) * self._rate), self._count)
                room = min(_WINDOW - len(self._unanswered), due - self._next)
                if room > 0:
                    self._send(line, range(self._next, self._next + room), first=0x32)
                    self._next += room
                try:
                    chunk = line.recv(65536)
                except TimeoutError:
                    continue
                if not chunk:
                    return
                rest += chunk
                whole = len(rest) - len(rest) % 4
                for at in range(0, whole, 4):
                    number = self._unanswered.pop(int.from_bytes(rest[at + 2 : at + 4], "big"), None)
                    if number is not None:  # a broker that came back may answer a repeated message twice
                        self.promised.add(number)
                rest = rest[whole:]

    def _send(self, line: socket.socket, numbers: "range | list[int]", *, first: int) -> None:
        packets = []
        for number in numbers:
            mid = number % 65535 + 1
            self._unanswered[mid] = number
            topic, payload = numbered(number)
            packets.append(encode(first, topic.encode(), mid.to_bytes(2, "big"), payload, 4))
        line.settimeout(10)
        line.sendall(b"".join(packets))
        line.settimeout(0.01)


class Tap:
    """A relay on `port`. `delivered`: how often each number came by; `acknowledged`: for which of them officed has answered."""

    def __init__(self, broker_port: int) -> None:
        self.acknowledged: set[int] = set()
        self.delivered: Counter[int] = Counter()
        self._broker_port = broker_port
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._listener.getsockname()[1])
        self._thread = threading.Thread(target=self._accept, name="tap", daemon=True)
        self._thread.start()

    def close(self) -> None:
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._thread.join(5)

    def _accept(self) -> None:
        while True:
            try:
                ours, _ = self._listener.accept()
            except OSError:
                return
            try:
                theirs = socket.create_connection(("127.0.0.1", self._broker_port), timeout=2)
            except OSError:
                ours.close()
                continue
            theirs.settimeout(None)
            for each in (ours, theirs):
                each.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            waiting: dict[bytes, int] = {}
            down = threading.Thread(target=self._relay, args=(theirs, ours, self._publishes(waiting)), daemon=True)
            up = threading.Thread(target=self._relay, args=(ours, theirs, self._acks(waiting)), daemon=True)
            down.start()
            up.start()

    def _relay(self, source: socket.socket, target: socket.socket, note: Callable[[bytes], None]) -> None:
        """Packets are noted before they are passed on: what officed answers is known by then."""
        rest = b""
        with contextlib.suppress(OSError):
            while chunk := source.recv(262144):
                rest += chunk
                at = 0
                while (end := _end(rest, at)) and end <= len(rest):
                    note(rest[at:end])
                    at = end
                rest = rest[at:]
                target.sendall(chunk)
        for each in (source, target):
            with contextlib.suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)
        source.close()

    def _publishes(self, waiting: dict[bytes, int]) -> Callable[[bytes], None]:
        def note(packet: bytes) -> None:
            found = _NUMBER.search(packet) if packet[0] & 0xF6 == 0x32 else None
            if found is not None:
                head = 2 if packet[1] < 0x80 else 3
                after = head + 2 + int.from_bytes(packet[head : head + 2], "big")
                waiting[packet[after : after + 2]] = int(found[1])
                self.delivered[int(found[1])] += 1

        return note

    def _acks(self, waiting: dict[bytes, int]) -> Callable[[bytes], None]:
        def note(packet: bytes) -> None:
            if packet[0] == 0x40 and (number := waiting.pop(packet[2:4], None)) is not None:
                self.acknowledged.add(number)

        return note


def _end(data: bytes, at: int) -> int:
    """Where the packet at `at` ends; 0 where that cannot be told yet."""
    length = shift = 0
    for place in range(at + 1, min(at + 5, len(data))):
        length |= (data[place] & 0x7F) << shift
        shift += 7
        if data[place] < 0x80:
            return place + 1 + length
    return 0
