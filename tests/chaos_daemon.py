"""The whole daemon in a process that ends itself at a named point, or is killed; started by tests, not a test.

Arguments: configuration file, crash point (or `-`), at which pass of the point, and `ack-first` for the mistake on purpose
that the tests have to notice: acknowledge what was read, and only then make it durable.
"""

import os
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from daemon.bootstrap import assemble
from daemon.configuration.load import load
from daemon.mqtt.receiver import Acknowledge, Receiver
from daemon.running import log_to_terminal, run

IN_TIME_SECONDS = 0.3
"""What has left us too early shall arrive, and not be lost with our socket."""


def acknowledge_first() -> None:
    """The wrong order, in everything else as it was."""
    right = Receiver._store

    def wrong(
        self: Receiver, groups: Sequence[Any], version: int, acknowledge: Acknowledge, looked: Sequence[Any] = ()
    ) -> None:
        for group in groups:
            acknowledge(group.packet_ids)
        right(self, groups, version, lambda _: None, looked)

    Receiver._store = wrong  # type: ignore[method-assign]  # the mutation


def main(file: str, point: str, passes: str, *options: str) -> int:
    """As `officed run` does."""
    left = int(passes)

    def crash(reached: str) -> None:
        nonlocal left
        if reached == point:
            left -= 1
            if left <= 0:
                time.sleep(IN_TIME_SECONDS)
                os._exit(9)

    log_to_terminal(20)
    if "ack-first" in options:
        acknowledge_first()
    return run(assemble(load(Path(file)), os.environ, crash=crash), print)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
