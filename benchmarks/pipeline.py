"""The whole way, side by side: from the broker's queue to the database's 204, with everything durable and policies on.

    make bench          or  python benchmarks/pipeline.py [--quick] [--only officed,telegraf] [--repeat 3] [--write]

CPU-seconds (user and system, all threads) of the consumer per 100,000 messages, from just before it connects to the last
204. Broker, publisher and sink on core 0, the consumer alone on core 1. Four loads: `drain` (the broker's queue is full, the
publisher is gone), `flood` (live, as fast as the broker takes it), and two fixed rates. Every row passes the equal-work
check or is refused; Node-RED and Telegraf take part where they can be had. Latency and memory are measured in runs of their
own. `--write` renews benchmarks/RESULTS.md and the tables of both READMEs.
"""

import argparse
import os
import sys
import tempfile
import time
from pathlib import Path

import report
from broker import CORE, Publisher, broker, packets, program
from entrant import Entrant, RefusedError, Violations
from entrants import ENTRANTS
from equal_work import Work, differences
from latency import latencies_ms
from memory import resident_mb
from sink import Sink, sink
from workload import TOPICS, expected, messages

LOADS = {"drain": (100_000, 0), "flood": (100_000, 0), "5k/s": (30_000, 5_000), "1k/s": (20_000, 1_000)}
"""Messages, and how many a second."""
_PATIENCE_SECONDS = 120.0


def main() -> None:
    """Run, print, and write the table."""
    options = _options()
    if program() is None:
        sys.exit("mosquitto is not installed (Debian: mosquitto)")
    os.sched_setaffinity(0, {CORE})
    chosen = [each for each in ENTRANTS if not options.only or each.name in options.only.split(",")]
    table: report.Table = {}
    for entrant in chosen:
        if reason := entrant.missing():
            table[entrant.name] = reason
            print(f"{entrant.name}: left out, {reason}")
    fewer = 10 if options.quick else 1
    loads = {
        name: (count // fewer, rate)
        for name, (count, rate) in LOADS.items()
        if not options.loads or name in options.loads.split(",")
    }
    for load, (count, rate) in loads.items():
        wanted = expected(count)
        for turn in range(options.repeat):
            for entrant in chosen:
                if isinstance(table.get(entrant.name), str):
                    continue
                cost = measured(entrant, load, count, rate, wanted)
                rows = table.setdefault(entrant.name, {})
                assert isinstance(rows, dict)  # noqa: S101  for the type checker
                rows.setdefault(load, []).append(cost)
                print(f"{load:6} {turn + 1} {entrant.name:10} {cost}", flush=True)
    print(report.costs(table, list(loads)))
    if options.skip_latency:
        return
    delays, floor = _latencies(2 * options.repeat - 1)
    what = {each.name: each.what for each in ENTRANTS}
    versions = [each.version() for each in chosen if isinstance(table.get(each.name), dict) and each.version()]
    text = report.page(table, list(loads), delays, floor, resident_mb(5_000), options.repeat, what, versions)
    print(text)
    if options.write:
        here = Path(__file__).parent
        (here / "RESULTS.md").write_text(text)
        for readme in (here.parent / "README.md", here.parent / "README.zh_CN.md"):
            readme.write_text(report.shown(readme.read_text(), table, list(loads)))


def _latencies(repeat: int) -> tuple[dict[str, list[list[float]]], list[list[float]]]:
    """By `max_ingest_delay`, and without any thought; in turn, because a disk that stalls for a second spoils its run."""
    delays: dict[str, list[list[float]]] = {"20ms": [], "0ms": []}
    floor: list[list[float]] = []
    for _ in range(repeat):
        for delay, runs in delays.items():
            runs.append(latencies_ms(delay))
        floor.append(latencies_ms("0ms", "contestant_floor.py"))
    return delays, floor


def measured(entrant: Entrant, load: str, count: int, rate: int, wanted: Work) -> float | str:
    """CPU-seconds per 100,000 messages, or why there are none."""
    with tempfile.TemporaryDirectory() as name, broker(Path(name)) as port, sink() as database:
        folder = Path(name)
        sent = packets(messages(count, time.time()))
        try:
            if load == "drain":
                cpu, violations = _drain(entrant, port, database, folder, sent)
            else:
                cpu, violations = _live(entrant, port, database, folder, sent, rate)
        except RefusedError as refusal:
            return str(refusal)
        done = database.work()
        wrong = differences(wanted, Work(done.points, done.sums, done.overwritten, violations))
        return "; ".join(wrong) if wrong else cpu / count * 100_000


def _drain(entrant: Entrant, port: int, database: Sink, folder: Path, sent: list[bytes]) -> tuple[float, Violations]:
    """A full queue. What was queued is no evidence, so each device says its last word again, live, when the queue is empty."""
    with entrant.run(port, database.port, folder) as subscriber:
        subscriber.go()
    publisher = Publisher(port)
    publisher.flood(sent[:-TOPICS])
    with entrant.run(port, database.port, folder) as consumer:
        consumer.go()
        _wait(database, len(sent) - TOPICS)
        publisher.flood(sent[-TOPICS:])
        _wait(database, len(sent))
        publisher.close()
        cost: tuple[float, Violations] = consumer.finish()
        return cost


def _live(
    entrant: Entrant, port: int, database: Sink, folder: Path, sent: list[bytes], rate: int
) -> tuple[float, Violations]:
    with entrant.run(port, database.port, folder) as consumer:
        consumer.go()
        publisher = Publisher(port)
        if rate:
            publisher.paced(sent, rate)
        else:
            publisher.flood(sent)
        _wait(database, len(sent))
        publisher.close()
        cost: tuple[float, Violations] = consumer.finish()
        return cost


def _wait(database: Sink, lines: int) -> None:
    until = time.monotonic() + _PATIENCE_SECONDS
    before, changed = -1, time.monotonic()
    while (there := database.lines) < lines:
        if there != before:
            before, changed = there, time.monotonic()
        if time.monotonic() > until or time.monotonic() - changed > _PATIENCE_SECONDS / 4:
            raise RefusedError(f"{there} of {lines} points after {_PATIENCE_SECONDS:.0f} s")
        time.sleep(0.02)


def _options() -> argparse.Namespace:
    options = argparse.ArgumentParser(description="From the broker's queue to the database, side by side.")
    options.add_argument("--repeat", type=int, default=3)
    options.add_argument("--quick", action="store_true", help="a tenth of the messages: a look, no figure")
    options.add_argument("--only", default="", help="names of contestants, with commas")
    options.add_argument("--loads", default="", help="drain,flood,5k/s,1k/s")
    options.add_argument("--skip-latency", action="store_true")
    options.add_argument("--write", action="store_true", help="renew RESULTS.md and the tables of both READMEs")
    chosen = options.parse_args()
    if chosen.quick and chosen.write:
        options.error("--quick makes no figures that are worth writing down")
    return chosen


if __name__ == "__main__":
    main()
