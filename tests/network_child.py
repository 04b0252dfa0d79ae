"""A receiving process that can be killed, or kills itself at a named point; run by tests, not a test.

Arguments: port, journal file, crash point (or `-`), receive path, protocol version, crash after so many passes.
"""

import json
import os
import sys
import time
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

from handed_over import HandedOver

from daemon.mqtt.network import Network
from daemon.mqtt.session import BrokerSettings
from daemon.ports import Read


class FileJournal:
    """One line a row, synced."""

    def __init__(self, path: Path) -> None:
        self._file = path.open("a")
        self._rows = len(rows(path))

    @property
    def next_row(self) -> int:
        return self._rows + 1

    def commit(self, reads: Sequence[Read], *, version: int) -> int:
        for read in reads:
            self._file.write(json.dumps([read.raw.hex(), read.backlog, version]) + "\n")
        self._file.flush()
        os.fsync(self._file.fileno())
        self._rows += len(reads)
        return self._rows - len(reads) + 1


def rows(path: Path) -> list[tuple[bytes, int]]:
    """What a journal file holds: raw bytes and protocol version."""
    if not path.exists():
        return []
    return [(bytes.fromhex(raw), version) for raw, _, version in map(json.loads, path.read_text().splitlines())]


def main() -> None:
    port, file, point, receive_path, version, passes = sys.argv[1:]
    left = int(passes)

    def crash(reached: str) -> None:
        nonlocal left
        if reached == point:
            left -= 1
            if left <= 0:
                time.sleep(0.3)  # an acknowledgement that left too early shall arrive, and not be lost with the socket
                os._exit(9)

    inbox = HandedOver()
    path = Path(file)
    settings = BrokerSettings(
        "127.0.0.1",
        "child",
        port=int(port),
        will_delay=timedelta(0),
        version=version,  # type: ignore[arg-type]  # argv
    )
    network = Network(
        settings,
        FileJournal(path),
        inbox,
        lambda: datetime.now(UTC),
        ["office/#"],
        print,
        recent=rows(path),
        receive_path=receive_path,  # type: ignore[arg-type]  # argv
        crash=crash,
    )
    network.start()
    while True:
        time.sleep(0.05)
        if network.is_live:
            print("live", flush=True)  # noqa: T201  the parent reads it
            break
    while True:
        time.sleep(1)


if __name__ == "__main__":
    main()
