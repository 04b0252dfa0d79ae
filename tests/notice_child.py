"""Hands letters over to one address, out of a journal, until it is killed or nothing waits: a process of its own.

    python notice_child.py JOURNAL URL FIRST COUNT

A line `kept N` for each letter once it is durable; then `empty` when all have left.
"""

import sys
import time
from datetime import UTC, datetime
from pathlib import Path

from daemon.journal.journal import Journal
from daemon.notices.delivery import Delivery, by_apprise
from daemon.notices.letter import Letter
from daemon.notices.spool import Spool


def main(path: str, url: str, first: int, count: int) -> None:
    """Put `count` letters in, numbered from `first`, and hand over."""

    def now() -> datetime:
        return datetime.now(UTC)

    journal = Journal(Path(path), now=now, tell=print)
    delivery = Delivery((), Spool(), now)
    delivery.addresses(by_apprise([url]), ["ours"])
    delivery.keep_in(lambda record: journal.keep("notices", record), journal.kept("notices"))
    delivery.start()
    for number in range(first, first + count):
        delivery.put(Letter(0, "", "title", f"letter {number}.", address="ours", doubt="Perhaps again."), None)
        delivery.keep()
        sys.stdout.write(f"kept {number}\n")
        sys.stdout.flush()
    while delivery.facts()["notices_waiting"]:
        time.sleep(0.02)
    sys.stdout.write("empty\n")
    sys.stdout.flush()
    delivery.stop(5.0)
    journal.close()


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4]))
