"""What the demo says at the terminal: where to look, what happened, and a summary at the end."""

import queue
from pathlib import Path
from time import monotonic

from rich.console import Console

from daemon.clock import FastClock
from dashboards.language.catalogs import languages
from policies.control.case import Case
from policies.control.sentences import doing
from policies.state import State


class Commentary:
    """`stepped` is called by whoever thinks and only queues; everything else belongs to the main thread."""

    def __init__(self, out: Console, clock: FastClock, speed: float, began: float) -> None:
        self._out = out
        self._clock = clock
        self._speed = speed
        self._began = began
        self._language = languages("Asia/Shanghai")["en"]
        self._seen: dict[str, int] = {}
        self._lines: queue.SimpleQueue[str] = queue.SimpleQueue()
        self._proved = 0

    def opened(self, address: str, directory: Path, devices: int) -> None:
        """Where to look."""
        self._out.print()
        self._out.print(
            f"[bold]officed demo[/bold]  a virtual office with {devices} devices, a minute every {60 / self._speed:.1f} s"
        )
        self._out.print(f"  the board          [bold]{address}[/bold]")
        self._out.print(f"  its configuration  {directory / 'office.yaml'}")
        self._out.print("  stop               Ctrl-C")
        self._out.print()

    def knows(self, state: State) -> None:
        """What happened before the demo is not told."""
        self._seen = {case.id: len(case.history) for case in (*state.cases.values(), *state.recent)}

    def stepped(self, state: State) -> None:
        """Note the new turns of all cases, as lines."""
        for case in (*state.cases.values(), *state.recent[:20]):
            told = self._seen.get(case.id, 0)
            for turn in case.history[told:]:
                at = state.office.site.calendar.local(turn.at)
                self._lines.put(f"{at:%H:%M}  {_name(state, case):<30} {self._language.words(turn.words, turn.at)}")
            self._seen[case.id] = len(case.history)
            if told != len(case.history) and case.outcome == "proved" and case.command is not None:
                self._proved += 1
                if self._proved == 1:
                    seconds = monotonic() - self._began
                    self._lines.put(
                        f"       [bold]first correction proved: {self._language.words(doing(case.command.remedy))}, "
                        f"{seconds:.0f} s after the start[/bold]"
                    )

    def say_what_happened(self) -> None:
        """Print what was noted."""
        while not self._lines.empty():
            self._out.print(self._lines.get())

    def closed(self, state: State) -> None:
        """A summary of the run."""
        self.say_what_happened()
        closed = len(state.recent)
        self._out.print()
        self._out.print(
            f"{self._proved} corrections proved, {closed} cases closed, {len(state.cases)} open; "
            f"it is {state.office.site.calendar.local(self._clock.now()):%a %H:%M} in the office."
        )


def _name(state: State, case: Case) -> str:
    device = state.office.site.devices.get(case.device)
    return device.names.get("en", case.device) if device is not None else case.device
