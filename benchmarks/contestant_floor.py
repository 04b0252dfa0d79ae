"""What a command costs at the least on this machine: a synced commit and both ways through the broker, and no thought.

    contestant_floor.py <broker port> <sink port> <folder> ...

One thread, one socket, one SQLite file with the journal's settings, and the processor kept awake. A reading that breaks the rule is committed and
acknowledged; the command leaves. Everything else is committed sixteen reads at a time.
It judges nothing, stores nothing and is no contestant: it is what is left of officed's latency when officed takes no time.
"""

import socket
import sqlite3
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from contest import take_part

from daemon.awake import Awake
from daemon.mqtt.wire import PUBACK, V311, Publish, encode, encode_length, take

_READS = 16
_ROOM = 256 * 1024
_TOO_LOW = b'"occupied_cooling_setpoint": 23'


class Floor:
    """A connection and a file."""

    def __init__(self, port: int, folder: Path) -> None:
        self._file = sqlite3.connect(folder / "floor.sqlite", isolation_level=None, check_same_thread=False)
        for statement in (
            "PRAGMA page_size = 16384",
            "PRAGMA journal_mode = WAL",
            "PRAGMA synchronous = FULL",
            "CREATE TABLE raw (row INTEGER PRIMARY KEY, bytes BLOB)",
        ):
            self._file.execute(statement)
        self._socket = socket.create_connection(("127.0.0.1", port))
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._socket.sendall(b"\x10\x11\x00\x04MQTT\x04\x02\x00\x00\x00\x05floor")
        self._socket.recv(4)
        filters = b"".join(len(each).to_bytes(2, "big") + each + b"\x01" for each in (b"zigbee2mqtt/+", b"+/+"))
        self._socket.sendall(b"\x82" + encode_length(len(filters) + 2) + b"\x00\x01" + filters)
        self._socket.recv(6)

    def run(self) -> None:
        """Until the broker goes."""
        held: list[bytes] = []
        ids: list[bytes] = []
        packet_id = 0
        for raw, publishes in self._reads():
            held.append(raw)
            ids += [publish[2] for publish in publishes if publish[2]]
            wrong = [topic for _, topic, _, payload in publishes if _TOO_LOW in payload]
            if wrong or len(held) >= _READS:
                self._file.execute("INSERT INTO raw (bytes) VALUES (?)", (b"".join(held),))
                self._socket.sendall(b"".join(PUBACK + each for each in ids))
                held, ids = [], []
            for topic in wrong:
                packet_id = packet_id % 60_000 + 1
                ident = packet_id.to_bytes(2, "big")
                self._socket.sendall(encode(0x32, topic + b"/set", ident, b'{"occupied_cooling_setpoint": 26}', V311))

    def _reads(self) -> Iterator[tuple[bytes, list[Publish]]]:
        rest = b""
        while more := self._socket.recv(_ROOM):
            data, at = rest + more, 0
            publishes: list[Publish] = []
            while True:
                stop, end = take(data, at, publishes, version=V311, maximum=1 << 20)
                if end == stop:
                    break
                at = end  # what is no PUBLISH is of no interest
            rest = data[stop:]
            yield data[:stop], publishes


def main() -> None:
    """Take part, for the latency alone."""
    awake = Awake(wanted=True)
    awake.hold()
    floor = Floor(int(sys.argv[1]), Path(sys.argv[3]))
    take_part(threading.Thread(target=floor.run, daemon=True).start, lambda: (), lambda: None)


if __name__ == "__main__":
    main()
