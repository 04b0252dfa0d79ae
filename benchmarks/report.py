"""The results as Markdown: the table that README shows, with the machine and the versions it was measured with."""

import os
import platform
import sqlite3
import statistics
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

import broker
from latency import summary

from daemon.awake import LATENCY
from daemon.hot_loops import how

Cost = float | str
Rows = dict[str, list[Cost]]
Table = dict[str, Rows | str]
TARGETS = {
    "usual": {"drain": 13.0, "flood": 10.0, "5k/s": 8.0, "1k/s": 4.5},
    "telegraf": {"drain": 4.0, "flood": 3.0, "5k/s": 2.5, "1k/s": 2.0},
}
"""How many times less than these we want to need."""

BEGIN, END = "<!-- written by make bench -->", "<!-- end -->"


def costs(table: Table, loads: Sequence[str]) -> str:
    """CPU-s per 100,000 messages: median (least-most), and how many times officed's that is. Who was absent has no row."""
    lines = [_row(["", *loads]), _row(["---", *["---:"] * len(loads)])]
    return "\n".join(
        [*lines, *(_line(table, name, rows, loads) for name, rows in table.items() if isinstance(rows, dict))]
    )


def page(
    table: Table,
    loads: Sequence[str],
    latencies: Mapping[str, Sequence[list[float]]],
    floor: Sequence[list[float]],
    memory_mb: float,
    repeat: int,
    what: Mapping[str, str],
    versions: Sequence[str] = (),
) -> str:
    """The whole of RESULTS.md. `floor`: latencies without any thought; `versions`: of the programs that are not ours."""
    awake = "the processor kept awake" if os.access(LATENCY, os.R_OK | os.W_OK) else "the processor may sleep"
    used = [f"{name}: {_part(table[name], words)}" for name, words in what.items() if name in table]
    return "\n".join(
        [
            "# What receiving, judging and storing cost",
            "",
            f"Written by `make bench` on {datetime.now(UTC):%Y-%m-%d}; do not edit. CPU-seconds (user and system, all threads) of the",
            "consumer per 100,000 readings, from just before it connects to the database's last 204; of programs that are not ours",
            "counted from outside (`benchmarks/foreign.py`). Each figure has passed the check of equal work (the same points, and where it",
            "judges the same violations), or the cell says why it was refused.",
            f"Median of {repeat} (least-most); behind it, how many times what officed needs. Machines differ: compare within one table.",
            "",
            costs(table, loads),
            "",
            *[f"- {line}" for line in used],
            *[
                f"- {name} / officed: {_ratios(table, name, loads)}"
                for name in TARGETS
                if isinstance(table.get(name), dict)
            ],
            f"- officed, reading to command at 1,000/s, p50 / p99 / worst in ms: {', '.join(f'{summary(taken)} with max_ingest_delay {delay}' for delay, taken in latencies.items())} (there {awake})",
            f"- the same without any thought, a synced commit and both ways through the broker (`contestant_floor.py`), {awake}: {summary(floor)}",
            f"- officed, resident memory with 5,000 devices: {memory_mb:.0f} MB",
            "",
            f"Machine: {_machine()}. {', '.join([*_versions(), *versions])}.",
            "",
        ]
    )


def shown(readme: str, table: Table, loads: Sequence[str]) -> str:
    """README with this table between its two marks. Raises ValueError where it has none."""
    start = readme.index(BEGIN) + len(BEGIN)
    return f"{readme[:start]}\n{costs(table, loads)}\n{readme[readme.index(END, start) :]}"


def _part(rows: Rows | str, words: str) -> str:
    return f"{words}. Left out of this run: {rows}" if isinstance(rows, str) else words


def _line(table: Table, name: str, rows: Rows, loads: Sequence[str]) -> str:
    return _row([name, *(_cell(table, name, rows.get(load, []), load) for load in loads)])


def _cell(table: Table, name: str, taken: Sequence[Cost], load: str) -> str:
    refused = [each for each in taken if isinstance(each, str)]
    if refused:
        return f"refused: {refused[0]}"
    numbers = [each for each in taken if isinstance(each, float)]
    if not numbers:
        return ""
    own, ours = statistics.median(numbers), _median(table, "officed", load)
    ratio = f", {own / ours:.1f} ×" if ours and name != "officed" else ""
    return f"{own:.2f} ({min(numbers):.2f}-{max(numbers):.2f}){ratio}"


def _ratios(table: Table, name: str, loads: Sequence[str]) -> str:
    wanted = TARGETS[name]
    return ", ".join(
        f"{load} {_ratio(table, name, load)} (wanted {wanted[load]:g})" for load in loads if load in wanted
    )


def _ratio(table: Table, name: str, load: str) -> str:
    ours, theirs = _median(table, "officed", load), _median(table, name, load)
    return f"{theirs / ours:.1f}" if ours and theirs else "not measured"


def _median(table: Table, name: str, load: str) -> float | None:
    rows = table.get(name)
    taken = rows.get(load, []) if isinstance(rows, dict) else []
    numbers = [each for each in taken if isinstance(each, float)]
    return statistics.median(numbers) if numbers and len(numbers) == len(taken) else None


def _machine() -> str:
    names = [line for line in Path("/proc/cpuinfo").read_text().splitlines() if line.startswith("model name")]
    model = names[0].partition(":")[2].strip() if names else platform.machine()
    return f"{os.cpu_count()} cores, {model}, {platform.system()}, load average at the end {os.getloadavg()[0]:.1f}"


def _versions() -> list[str]:
    packages = ("paho-mqtt", "msgspec", "pydantic", "influxdb-client")
    own = [
        f"hot loops {how()}",
        f"Python {platform.python_version()}",
        f"SQLite {sqlite3.sqlite_version}",
        broker.version(),
    ]
    return [*own, *(f"{name} {version(name)}" for name in packages)]


def _row(cells: Sequence[str]) -> str:
    return "| " + " | ".join(cells) + " |"
