"""What the report of a month with a thousand devices takes: seconds and memory, for gathering and for each format.

    python benchmarks/month_report.py [devices]

Fills an embedded store with a month of slots, cases, commands, savings and print jobs, then makes the report in a fresh process,
as `officed report` does.
"""

import json
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from daemon.configuration.build import build_policies, build_site
from daemon.configuration.load import parse
from daemon.history.points import Points
from daemon.history.sqlite import SqliteHistory
from daemon.history.sqlite_file import HistoryFile
from daemon.history.sqlite_writer import SqliteWriter
from daemon.reports.gather import report
from dashboards.report.formats import FORMATS, render
from policies.accounting.month import month_bounds

START, END = month_bounds(2026, 6, "Asia/Shanghai")
MADE_AT = datetime(2026, 7, 1, 5, 0, tzinfo=UTC)
_SLOT = timedelta(minutes=15)
_AT_ONCE = 50_000


def office(devices: int) -> str:
    """A quarter air conditioners, the rest plugs, in twenty zones."""
    lines = [
        "site: {id: bench, names: Bench, timezone: Asia/Shanghai, area_m2: 12000, people: 600}",
        "broker: {host: localhost}",
        "store: {path: history.sqlite}",
        "policies:",
        "  - {kind: setpoint_limit, name: setpoint_limit, mode: enforce, grace: 3m}",
        "zones:",
        *(f'  z{one}: {{names: Room {one}, hours: {{mon-fri: "08:30-18:00"}}}}' for one in range(20)),
        "devices:",
    ]
    for one in range(devices):
        kind = "climate" if one % 4 == 0 else "plug"
        lines.append(f"  d{one}: {{kind: {kind}, family: zigbee2mqtt, address: d{one}, zone: z{one % 20}}}")
    lines.append("  laser: {kind: printer, family: print_job, address: laser, zone: z0}")
    return "\n".join(lines) + "\n"


def main(devices: int = 1000) -> None:
    """Fill, then measure in a process of its own."""
    with tempfile.TemporaryDirectory() as name:
        begun = time.monotonic()
        fill(Path(name), devices)
        print(f"{devices} devices: the store was filled in {time.monotonic() - begun:.0f} s", flush=True)
        subprocess.run([sys.executable, __file__, "--measure", name, str(devices)], check=True)  # noqa: S603  ourselves


def measure(folder: Path, devices: int) -> None:
    """One report, every format, in Chinese."""
    configuration = parse(office(devices), file="office.yaml", directory=folder)
    file = HistoryFile(folder / "history.sqlite", tell=print)
    begun = time.monotonic()
    document = report(
        build_site(configuration), build_policies(configuration), SqliteHistory(file), 2026, 6, made_at=MADE_AT
    )
    seconds = {"gather": time.monotonic() - begun}
    for form in FORMATS:
        at = time.monotonic()
        render(document, form, "zh_CN")
        seconds[form] = time.monotonic() - at
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps({name: round(value, 2) for name, value in seconds.items()}))
    print(
        f"gather and PDF: {seconds['gather'] + seconds['pdf']:.1f} s; all formats {sum(seconds.values()):.1f} s; {peak:.0f} MB"
    )
    file.close()


def fill(folder: Path, devices: int) -> None:
    """A month as the daemon would have stored it."""
    file = HistoryFile(folder / "history.sqlite", tell=print)
    writer = SqliteWriter(file, now=lambda: END)
    waiting: list[bytes] = []
    for line in _lines(devices):
        waiting.append(line)
        if len(waiting) >= _AT_ONCE:
            writer.write(b"\n".join(waiting))
            waiting.clear()
    writer.write(b"\n".join(waiting))
    file.close()


def _lines(devices: int) -> Iterator[bytes]:
    points = Points("bench")
    at = START
    while at < END:
        stamp = int(at.timestamp()) * 10**9
        is_open = 0 <= (at - START).seconds // 3600 - 8 < 10
        for one in range(devices):
            load = "air_conditioner" if one % 4 == 0 else "monitor"
            kwh = (0.02 if is_open else 0.002) * (1 + one % 7 / 10)
            on = "900" if is_open else "0"
            yield (
                f"slot,site=bench,device=d{one},zone=z{one % 20},load={load} energy_kwh={kwh:.6f},on_seconds={on},"
                f"violation_seconds=0,coverage_seconds=900,controlled=false {stamp}"
            ).encode()
        at += _SLOT
    for number in range(devices * 3):
        when = START + timedelta(minutes=number % 43_000)
        device, zone = f"d{number % devices}", f"z{number % 20}"
        case = f"setpoint_limit/{device}/{number}"
        yield points.case_line(
            at=when, policy="setpoint_limit", device=device, zone=zone, case_id=case, state="open", opened_at=when
        )
        yield points.case_line(
            at=when + timedelta(minutes=9), policy="setpoint_limit", device=device, zone=zone, case_id=case,
            state="closed", was="acting", opened_at=when,
        )  # fmt: skip
        yield points.command_line(
            at=when + timedelta(minutes=9), policy="setpoint_limit", device=device, zone=zone, command_id=case,
            state="proved", case_id=case, remedy="switch_off", celsius=None,
        )  # fmt: skip
    for number in range(10_000):
        stamp = int((START + timedelta(minutes=4 * number)).timestamp()) * 10**9
        yield (
            f'print_job,site=bench,device=laser,zone=z0,printer=laser,department=d{number % 12} job="j{number}",'
            f'state="completed",sheets={1 + number % 9}i,impressions={2 + number % 9}i,two_sided="yes",duplexable=true {stamp}'
        ).encode()


if __name__ == "__main__":
    if sys.argv[1:2] == ["--measure"]:
        measure(Path(sys.argv[2]), int(sys.argv[3]))
    else:
        main(*(int(each) for each in sys.argv[1:]))
