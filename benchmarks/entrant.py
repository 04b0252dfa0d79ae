"""What it takes to be measured: a way to be started, told to go, and asked what it cost and found."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

Violations = frozenset[str] | None
"""`rule device` for each rule that is broken at the end. None: this contestant judges nothing."""


class RefusedError(Exception):
    """There is no figure, for this reason."""


class Run(Protocol):
    """One process of a contestant."""

    def go(self) -> None:
        """Connect and subscribe; returns when it has."""

    def finish(self) -> tuple[float, Violations]:
        """CPU seconds since `go`, and what it found."""


Start = Callable[[int, int, Path], AbstractContextManager[Run]]
"""`run(broker port, sink port, folder)`. The broker keeps its own files in the folder (`broker.PID_FILE`)."""


@dataclass(frozen=True, slots=True)
class Entrant:
    """`what` says what it does, `version` which one it is (for a program of others), `missing` why it cannot take part."""

    name: str
    what: str
    durable: bool
    run: Start
    missing: Callable[[], str] = lambda: ""
    version: Callable[[], str] = lambda: ""
