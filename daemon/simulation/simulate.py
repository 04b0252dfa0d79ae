"""`officed simulate`: days of a virtual office in seconds, and the truth printed beside what officed found."""

import gc
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime, time, timedelta
from functools import partial
from pathlib import Path
from zoneinfo import ZoneInfo

from msgspec import structs
from rich.console import Console, Group
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

from daemon.configuration.build import build_policies, build_site
from daemon.configuration.load import parse
from daemon.silence import with_silence
from daemon.simulation.accounts import SimulatedBooks
from daemon.simulation.comparing import Result, compared, month_compared
from daemon.simulation.findings import Findings
from daemon.simulation.loop import SLICE, Lockstep
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

BASELINE_DAYS = 14
LONG_DAYS = 28
LONG_SLICE, LONG_MEASURED = timedelta(seconds=30), timedelta(minutes=2)
"""So a run of so many days turns: devices speak as ever and changes count at once, but half as much is judged."""


def simulate(
    *, days: int, devices: int, seed: int, start: str, faults: bool, console: Console, left_alone: bool = False
) -> Group:
    """Run and compare. Raises ValueError for a date that is none.

    Where the days hold a whole month after at least two weeks, officed only watches until then, and that month's report is
    compared as well. `left_alone`: the same days are lived once more with officed only watching.
    """
    first = date.fromisoformat(start)
    month = whole_month(first, days)
    chosen = demo_plan() if devices == 0 else plan(devices)
    ordinary = demo_faults() if devices == 0 else MILD
    trouble = ordinary if faults else NO_FAULTS
    once_more = left_alone and month is not None
    with (
        _without_collecting(),
        Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            TextColumn("{task.fields[day]}"),
            TimeRemainingColumn(),
            console=console,
            refresh_per_second=1,
        ) as progress,
    ):
        task = progress.add_task(f"{len(chosen.devices)} devices", total=days * (1 + once_more), day="")
        live = partial(
            run,
            chosen,
            first,
            days,
            seed,
            trouble,
            on_day=lambda day: progress.update(task, advance=1, day=f"{day:%a %d %b}"),
            by_quarter=once_more,
            every=SLICE if days < LONG_DAYS else LONG_SLICE,
            measured=timedelta(0) if days < LONG_DAYS else LONG_MEASURED,
        )
        result = live(watch_days=0 if month is None else (month - first).days)
        there = live(watch_days=days).truth if once_more else None
    tables = [compared(result, days)]
    if month is not None:
        tables.append(month_compared(result, month.year, month.month, there))
    return Group(*tables)


@contextmanager
def _without_collecting() -> Iterator[None]:
    """Nearly all that a run makes is the past that it keeps: in looking for cycles there is nothing to find."""
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


def whole_month(first: date, days: int) -> date | None:
    """The first day of the last month that lies in the days whole, after a baseline; None where there is none."""
    end = first + timedelta(days=days)
    month = date(end.year, end.month, 1)
    month = date(month.year - (month.month == 1), (month.month - 2) % 12 + 1, 1)
    return month if (month - first).days >= BASELINE_DAYS else None


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
    every: timedelta = SLICE,
    measured: timedelta = timedelta(0),
) -> Result:
    """`days` local days from the midnight of `first`, enforcing after the first `watch_days` (which make the baseline).

    `by_quarter`: the truth is kept by quarters of an hour as well, for `avoided_truth`. `outages`: when nothing is heard.
    `every`, `measured`: see `Lockstep`.
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
        office,
        registry,
        State(Office(site), watching if watch_days else enforcing),
        note,
        every,
        outages=outages,
        measured=measured,
    )
    for number in range(days):
        day = first + timedelta(days=number)
        if number == watch_days:
            lockstep.state = structs.replace(lockstep.state, policies=enforcing)
        lockstep.run(_midnight(day, zone), _midnight(day + timedelta(days=1), zone))
        on_day(day)
    books.close(_midnight(first + timedelta(days=days), zone))
    return Result(office.settle(), found, lockstep.state, history)


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time(), tzinfo=zone).astimezone(UTC)
