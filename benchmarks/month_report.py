"""What the report of a month with a thousand devices takes: seconds and memory, for gathering and for each format.

    python benchmarks/month_report.py [devices] [folder] [--year]

Fills an embedded store (in `folder`, where it stays and is used again; else in one that is thrown away), makes the ledger of
the month, then the report in a fresh process, as `officed report` does. `--year`: every device has a year of slots and the
weather outside a year as well, so that the whole office is held against its model and the months before are read; the report is
made twice then, before and after the store has added the days up.
"""

import json
import resource
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from month_past import END, START, fill, office
from year_past import add_days_up, add_year

from daemon.accounting.ledger_job import ledger, saving_lines
from daemon.configuration.build import build_policies, build_site
from daemon.configuration.load import parse
from daemon.history.points import Points
from daemon.history.sqlite import SqliteHistory
from daemon.history.sqlite_file import HistoryFile
from daemon.history.sqlite_writer import SqliteWriter
from daemon.reports.gather import report
from dashboards.report.formats import FORMATS, render

MADE_AT = datetime(2026, 7, 1, 5, 0, tzinfo=UTC)


def main(devices: int = 1000, folder: str = "", *, year: bool = False) -> None:
    """Fill, then measure in processes of their own."""
    with tempfile.TemporaryDirectory() as thrown_away:
        place = Path(folder or thrown_away)
        place.mkdir(parents=True, exist_ok=True)
        if not (place / "history.sqlite").exists():
            begun = time.monotonic()
            fill(place, devices)
            print(f"{devices} devices: the store was filled in {time.monotonic() - begun:.0f} s", flush=True)
        if year:
            _run("--add-year", place, devices)
        _run("--ledger", place, devices)
        _run("--report", place, devices)
        if year:
            _run("--add-up", place, devices)
            _run("--report", place, devices)


def measure_year(folder: Path, devices: int) -> None:
    """The past of a store that has it already is left alone."""
    del devices
    file = HistoryFile(folder / "history.sqlite", tell=print)
    begun = time.monotonic()
    print(f"a year more: {add_year(file)} slots in {time.monotonic() - begun:.0f} s", flush=True)
    file.close()


def measure_adding_up(folder: Path, devices: int) -> None:
    """What the daemon does some days a minute."""
    del devices
    file = HistoryFile(folder / "history.sqlite", tell=print)
    begun = time.process_time()
    days = add_days_up(file)
    print(f"{days} days added up in {time.process_time() - begun:.1f} CPU-s; {_peak_mb():.0f} MB", flush=True)
    file.close()


def measure_ledger(folder: Path, devices: int) -> None:
    """A whole month's, which the daemon does piecemeal, every noon four days again."""
    site = build_site(parse(office(devices), file="office.yaml", directory=folder))
    file = HistoryFile(folder / "history.sqlite", tell=print)
    begun = time.monotonic()
    found = ledger(site, SqliteHistory(file), START, END)
    seconds = time.monotonic() - begun
    SqliteWriter(file, now=lambda: END).write(b"\n".join(saving_lines(Points(site.id), found.entries)))
    measured = sum(1 for entry in found.entries if entry.ledger == "measured")
    print(
        f"ledger: {len(found.entries)} entries, {measured} of them measured, in {seconds:.1f} s; {_peak_mb():.0f} MB",
        flush=True,
    )
    print(f"{found.interval}", flush=True)
    file.close()


def measure_report(folder: Path, devices: int) -> None:
    """One report, every format, in Chinese."""
    configuration = parse(office(devices), file="office.yaml", directory=folder)
    file = HistoryFile(folder / "history.sqlite", tell=print)
    begun, cpu = time.monotonic(), time.process_time()
    document = report(
        build_site(configuration), build_policies(configuration), SqliteHistory(file), 2026, 6, made_at=MADE_AT
    )
    seconds = {"gather": time.monotonic() - begun}
    gathered, cpu = _peak_mb(), time.process_time() - cpu
    for form in FORMATS:
        at = time.monotonic()
        render(document, form, "zh_CN")
        seconds[form] = time.monotonic() - at
    print(json.dumps({name: round(value, 2) for name, value in seconds.items()}))
    print(
        f"gathering {cpu:.1f} CPU-s; gather and PDF: {seconds['gather'] + seconds['pdf']:.1f} s; all formats {sum(seconds.values()):.1f} s;"
        f" {gathered:.0f} MB gathering, {_peak_mb():.0f} MB with drawing"
    )
    file.close()


def _run(step: str, place: Path, devices: int) -> None:
    subprocess.run([sys.executable, __file__, step, str(place), str(devices)], check=True)  # noqa: S603  ourselves


def _peak_mb() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    steps = {
        "--ledger": measure_ledger,
        "--report": measure_report,
        "--add-year": measure_year,
        "--add-up": measure_adding_up,
    }
    if sys.argv[1:2] and sys.argv[1] in steps:
        steps[sys.argv[1]](Path(sys.argv[2]), int(sys.argv[3]))
    else:
        plain = [each for each in sys.argv[1:] if each != "--year"]
        main(*(int(plain[0]),) if plain else (), *plain[1:2], year="--year" in sys.argv)
