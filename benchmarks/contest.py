"""What every Python contestant has in common: it connects when told, and says what it cost when told.

The driver (`pipeline.py`) writes `go`, `finish`, `stop` to the standard input of a process that has imported everything
already, and reads one JSON line for each.
"""

import json
import os
import sys
import time
from collections.abc import Callable, Iterable

CONSUMER_CORE = 1


def take_part(start: Callable[[], None], violations: Callable[[], Iterable[str]], stop: Callable[[], object]) -> None:
    """Run. `start` connects and returns when messages are being received live (or a backlog is); the clock runs from there on."""
    cores = os.cpu_count() or 1
    os.sched_setaffinity(0, {CONSUMER_CORE if cores > CONSUMER_CORE else 0})
    _say({"imported": True})
    sys.stdin.readline()
    cpu = time.process_time()
    start()
    _say({"ready": True})
    sys.stdin.readline()
    _say({"cpu": time.process_time() - cpu, "violations": sorted(violations()), "rss_mb": _rss_mb()})
    sys.stdin.readline()
    stop()


def _say(what: object) -> None:
    print(json.dumps(what), flush=True)


def _rss_mb() -> float:
    with open("/proc/self/status", encoding="ascii") as status:  # noqa: PTH123  one line of a pseudo file
        return next(int(line.split()[1]) / 1024 for line in status if line.startswith("VmRSS"))
