"""`officed simulate`: days of a virtual office in seconds, and the truth printed beside what officed found."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

from daemon.configuration.build import build_policies, build_site
from daemon.configuration.load import parse
from daemon.silence import with_silence
from daemon.simulation.accounts import SimulatedBooks
from daemon.simulation.findings import Findings
from daemon.simulation.loop import Lockstep
from daemon.simulation.memory import MemoryHistory
from policies.control.effects import Effect
from policies.office.office import Office
from policies.state import State
from sensors.readings import AnyReading
from sensors.registry import Registry
from sensors.virtual.building import VirtualOffice
from sensors.virtual.faults import MILD, NO_FAULTS, Faults
from sensors.virtual.office_yaml import office_yaml
from sensors.virtual.plan import Plan
from sensors.virtual.plans import demo_faults, demo_plan, plan
from sensors.virtual.truth import Truth

_KWH, _HOURS = "kWh", "h"


@dataclass(frozen=True)
class Result:
    """One run."""

    truth: Truth
    found: Findings
    state: State
    history: MemoryHistory


def simulate(*, days: int, devices: int, seed: int, start: str, faults: bool, console: Console) -> Table:
    """Run and compare. Raises ValueError for a date that is none."""
    first = date.fromisoformat(start)
    chosen = demo_plan() if devices == 0 else plan(devices)
    ordinary = demo_faults() if devices == 0 else MILD
    trouble = ordinary if faults else NO_FAULTS
    with Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.fields[day]}"),
        TimeRemainingColumn(),
        console=console,
    ) as progress:
        task = progress.add_task(f"{len(chosen.devices)} devices", total=days, day="")
        result = run(
            chosen,
            first,
            days,
            seed,
            trouble,
            on_day=lambda day: progress.update(task, advance=1, day=f"{day:%a %d %b}"),
        )
    return compared(result, days)


def run(
    chosen: Plan,
    first: date,
    days: int,
    seed: int,
    faults: Faults,
    on_day: Callable[[date], None] = lambda _: None,
    *,
    watch_days: int = 0,
    by_quarter: bool = False,
    outages: Sequence[tuple[datetime, datetime]] = (),
) -> Result:
    """`days` local days from the midnight of `first`, enforcing after the first `watch_days` (which make the baseline).

    `by_quarter`: the truth is kept by quarters of an hour as well, for `avoided_truth`. `outages`: when nothing is heard.
    """
    configuration = parse(office_yaml(chosen), file="virtual office", directory=Path())
    zone = ZoneInfo(configuration.site.timezone)
    registry = Registry(list(build_site(configuration).devices.values()), zone)
    site = with_silence(build_site(configuration), registry)
    office = VirtualOffice(chosen, seed, faults)
    if by_quarter:
        office.keep_quarters()
    found = Findings()
    history = MemoryHistory(site)
    books = SimulatedBooks(site, history)

    def note(now: datetime, state: State, readings: Sequence[AnyReading], effects: Sequence[Effect]) -> None:
        found.note(now, state, readings, effects)
        history.note(now, state, readings, effects)
        books.note(now, state, readings, effects)

    enforcing = build_policies(configuration)
    watching = tuple(policy.model_copy(update={"mode": "watch"}) for policy in enforcing)
    lockstep = Lockstep(
        office, registry, State(Office(site), watching if watch_days else enforcing), note, outages=outages
    )
    for number in range(days):
        day = first + timedelta(days=number)
        if number == watch_days:
            lockstep.state = replace(lockstep.state, policies=enforcing)
        lockstep.run(_midnight(day, zone), _midnight(day + timedelta(days=1), zone))
        on_day(day)
    books.close(_midnight(first + timedelta(days=days), zone))
    return Result(office.settle(), found, lockstep.state, history)


def compared(result: Result, days: int) -> Table:
    """The truth beside the findings, a row a quantity."""
    truth, found = result.truth, result.found
    figures = truth.summary()
    switched = {
        device.id for device in result.state.office.site.devices.values() if device.kind in {"plug", "light", "climate"}
    }
    table = Table(
        title=f"{days} days, {found.readings:,} readings, {found.steps:,} steps", box=None, title_justify="left"
    )
    table.add_column("")
    table.add_column("truth", justify="right")
    table.add_column("officed", justify="right")
    table.add_row("setpoint violation", _h(figures["violation_seconds"]), _h(sum(found.violation_seconds.values())))
    after = sum(tally.after_hours_on_seconds for device, tally in truth.per_device().items() if device in switched)
    table.add_row("on after hours", _h(after), _h(sum(found.after_hours_seconds.values())))
    table.add_row("energy of metered devices", _kwh(_metered(result)), _kwh(sum(found.kwh.values())))
    table.add_row("sheets printed", f"{figures['sheets']:.0f}", f"{found.sheets}")
    table.add_row("print jobs", f"{figures['jobs']:.0f}", f"{found.jobs} ({found.unknown_jobs} unknown)")
    table.add_row("commands heard / sent", f"{figures['commands']:.0f}", f"{found.commands}")
    table.add_row("  of these obeyed / proved", f"{figures['commands_obeyed']:.0f}", f"{found.turns.get('proved', 0)}")
    table.add_row("cases opened", "", f"{found.turns.get('opened', 0)}")
    table.add_row("stuck, told to the owner", "", f"{found.turns.get('stuck', 0)}")
    table.add_row("left to people (gave way, busy, not allowed …)", "", f"{found.turns.get('refused', 0)}")
    return table


def _metered(result: Result) -> float:
    per_device = result.truth.per_device()
    return sum(tally.kwh for device, tally in per_device.items() if device in result.found.kwh)


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time(), tzinfo=zone).astimezone(UTC)


def _h(seconds: float) -> str:
    return f"{seconds / 3600:,.1f} {_HOURS}"


def _kwh(value: float) -> str:
    return f"{value:,.1f} {_KWH}"
