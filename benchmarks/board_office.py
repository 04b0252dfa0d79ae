"""An office of 500 devices with its board, and a clock beside the engine that notices how late a timed slot begins.

    board_office.py <broker port> <board port> <folder>

For every line on standard input, one line of JSON on what there was since the line before: CPU-seconds of the web server's
thread and of all threads, and how late slots began. SIGTERM stops it as it stops `officed run`.
"""

import json
import os
import queue
import signal
import sys
import threading
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from daemon.bootstrap import assemble
from daemon.configuration.load import parse

DEVICES, ZONES = 500, 20
_SLOT_SECONDS = 0.05


def office(broker: int, board: int) -> str:
    """The office as YAML: half thermostats, half plugs."""
    lines = [
        "site: {id: bench, names: Bench, timezone: Asia/Shanghai}",
        f"broker: {{host: 127.0.0.1, port: {broker}}}",
        f'board: {{bind: "127.0.0.1:{board}"}}',
        "journal: {path: journal.sqlite}",
        "store: {path: history.sqlite}",
        "policies:",
        "  - {kind: setpoint_limit, name: setpoint_limit, mode: watch, grace: 3m}",
        "zones:",
        *(f'  z{one}: {{names: Room {one}, hours: {{mon-sun: "00:00-24:00"}}}}' for one in range(ZONES)),
        "devices:",
    ]
    for one in range(DEVICES):
        kind = "climate" if one % 2 else "plug"
        lines.append(f"  d{one}: {{kind: {kind}, family: zigbee2mqtt, address: d{one}, zone: z{one % ZONES}}}")
    return "\n".join(lines) + "\n"


class Slots:
    """A thread that waits as the engine's does, with nothing to do when its time has come."""

    def __init__(self) -> None:
        self._late_ms: list[float] = []
        threading.Thread(target=self._run, name="slots", daemon=True).start()

    def taken(self) -> list[float]:
        """Milliseconds, sorted; begins anew."""
        late, self._late_ms = self._late_ms, []
        return sorted(late)

    def _run(self) -> None:
        nothing: queue.SimpleQueue[None] = queue.SimpleQueue()
        due = time.monotonic()
        while True:
            due = max(due + _SLOT_SECONDS, time.monotonic())
            try:
                nothing.get(timeout=max(0.001, due - time.monotonic()))
            except queue.Empty:
                self._late_ms.append(max(0.0, time.monotonic() - due) * 1000)


def web_seconds() -> float:
    """User and system, of the thread that serves the board."""
    (thread,) = [each for each in threading.enumerate() if each.name == "web"]
    fields = Path(f"/proc/self/task/{thread.native_id}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def main(broker: str, board: str, folder: str) -> None:
    """Run until SIGTERM."""
    text = office(int(broker), int(board))
    daemon = assemble(parse(text, file="office.yaml", directory=Path(folder)), {})
    stopping = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: stopping.set())
    daemon.start()
    slots = Slots()
    threading.Thread(target=_answer, args=(slots,), name="answers", daemon=True).start()
    stopping.wait()
    daemon.stop()


def _answer(slots: Slots) -> None:
    print(json.dumps({}), flush=True)
    web, cpu = web_seconds(), time.process_time()
    for _ in sys.stdin:
        late = slots.taken()
        now = (web_seconds(), time.process_time())
        p99 = late[int(len(late) * 0.99)] if late else 0.0
        said = {
            "web": now[0] - web,
            "cpu": now[1] - cpu,
            "late_p99_ms": p99,
            "late_worst_ms": late[-1] if late else 0.0,
        }
        web, cpu = now
        print(json.dumps(said), flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
