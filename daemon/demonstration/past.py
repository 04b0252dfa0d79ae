"""The weeks before the demo: lived by the same virtual office under the same engine, and stored as the daemon stores.

So that it takes seconds, devices report by themselves every ten minutes at most (every 25, where they tell changes at
once), the engine turns every five, and two spans are lived in two processes. Of the readings only those are stored that
pages of the past ask for; slots, cases, commands, jobs and savings are complete. The first span begins with days on which
officed only watched: what was saved later is measured against them.
"""

import gc
import multiprocessing
from collections.abc import Container, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from zoneinfo import ZoneInfo

from msgspec import structs

from daemon.accounting.bookkeeper import Bookkeeper, slot_fields, slot_tags
from daemon.accounting.ledger_job import ledger, saving_lines
from daemon.configuration.build import build_policies, build_site
from daemon.configuration.load import parse
from daemon.engine.kept_rows import Rows
from daemon.engine.records import Ledger
from daemon.engine.snapshot import pack_office
from daemon.history.points import Points
from daemon.history.sqlite import SqliteHistory
from daemon.history.sqlite_file import HistoryFile
from daemon.history.sqlite_writer import SqliteWriter
from daemon.silence import with_silence
from daemon.simulation.loop import Lockstep
from policies.accounting.books import SiteSlot
from policies.accounting.tariff import price_of, pricing_of
from policies.control.effects import Effect, Record
from policies.office.office import Office
from policies.state import State
from sensors.device import DeviceId
from sensors.readings import AnyReading, Climate, Environment, PrintCounter, PrintJob
from sensors.registry import Registry
from sensors.virtual.building import VirtualOffice
from sensors.virtual.climate import Weather
from sensors.virtual.office_yaml import office_yaml
from sensors.virtual.plans import demo_faults, demo_plan

CALM, CALM_TELLERS = timedelta(minutes=10), timedelta(minutes=25)
"""No family that the demo speaks counts as silent so soon, nor where one report is lost that only repeats."""
TURN = timedelta(minutes=5)
_FLUSH_LINES = 20_000


@dataclass(frozen=True)
class Span:
    """[start, end), aware; until `enforced_from` officed only watches. `seed` is people's, `weather_seed` the sky's."""

    start: datetime
    end: datetime
    enforced_from: datetime
    seed: int
    weather_seed: int


@dataclass(frozen=True)
class Lived:
    """`slots` are nearly all, `lines` the other points; `office` what a daemon would have kept of its last state."""

    site: str
    lines: bytes
    slots: Sequence[SiteSlot]
    office: bytes


def spans(opens: datetime, seed: int, timezone: str) -> Sequence[Span]:
    """From two weeks before the last month to the morning of the demo's day: two spans of much the same length."""
    zone = ZoneInfo(timezone)
    today = opens.astimezone(zone).replace(hour=0, minute=0, second=0, microsecond=0)
    month = (today.replace(day=1) - timedelta(days=1)).replace(day=1)
    first = month - timedelta(days=14)
    middle = first + timedelta(days=(opens - first).days // 2)
    ends = [each.astimezone(UTC) for each in (first, middle)] + [opens]
    enforced = month.astimezone(UTC)
    return [Span(ends[0], ends[1], enforced, seed, seed), Span(ends[1], ends[2], enforced, seed + 1, seed)]


def live_before(path: Path, opens: datetime, seed: int) -> bytes:
    """Makes the store at `path`, which is complete or not there; gives the kept office. Some fifteen seconds.

    Raises StoreUnavailable or OSError.
    """
    plan = demo_plan()
    half_made = path.with_name(f"{path.name}.part")
    for old in path.parent.glob(f"{half_made.name}*"):
        old.unlink()
    file = HistoryFile(half_made, tell=lambda _: None)
    try:
        with ProcessPoolExecutor(2, multiprocessing.get_context("spawn"), gc.disable) as pool:
            offices = list(pool.map(partial(_live_into, half_made), spans(opens, seed, plan.timezone)))
            halves = (plan.devices[::2], plan.devices[1::2])
            saved = list(pool.map(partial(savings, half_made, opens), [{each.id for each in half} for half in halves]))
        writer = SqliteWriter(file, now=lambda: opens)
        writer.write(b"\n".join(line for half in saved for line in half))
        file.writer.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
    finally:
        file.close()
    half_made.replace(path)
    return offices[-1]


def _live_into(path: Path, span: Span) -> bytes:
    """One span, in a process of its own that also writes it down; the store has one writer at a time, and they take turns."""
    lived = live(span)
    file = HistoryFile(path, tell=lambda _: None)
    try:
        write_down(lived, SqliteWriter(file, now=lambda: span.end))
    finally:
        file.close()
    return lived.office


def write_down(lived: Lived, writer: SqliteWriter) -> int:
    """All of it into the store; gives how many lines the store refuses. Raises StoreUnavailable."""
    writer.put("slot", ((slot_tags(each, lived.site), each.slot.at, slot_fields(each)) for each in lived.slots))
    return len(writer.write(lived.lines))


def live(span: Span) -> Lived:
    """One span."""
    plan = demo_plan()
    configuration = parse(office_yaml(plan), file="virtual office", directory=Path())
    registry = Registry(list(build_site(configuration).devices.values()), ZoneInfo(configuration.site.timezone))
    site = with_silence(build_site(configuration), registry)
    office = VirtualOffice(plan, span.seed, replace(demo_faults(), silent={}))
    office.weather = Weather(span.weather_seed, office.days)
    office.calm_seconds, office.calm_tellers_seconds = CALM.total_seconds(), CALM_TELLERS.total_seconds()
    office.idle_step_seconds = TURN.total_seconds()
    lines: list[bytes] = []
    records = Ledger(site, 0)
    said: dict[DeviceId, object] = {}
    slots: list[SiteSlot] = []
    bookkeeper = Bookkeeper(site, lambda block, _: lines.append(block), slots.extend)

    class Kept:
        """The journal's part in it."""

        def advance(
            self,
            decoded_row: int,
            block: bytes,
            count: int,
            entries: Sequence[bytes],
            snapshot: Rows | None,
        ) -> None:
            del decoded_row, count, entries, snapshot
            if block:
                lines.append(block)

    journal = Kept()

    def note(now: datetime, state: State, readings: Sequence[AnyReading], effects: Sequence[Effect]) -> None:
        records.hear([reading for reading in readings if _is_asked_for(reading, said)], since=0.0)
        for effect in effects:
            if isinstance(effect, Record):
                records.note(effect)
        bookkeeper.watch(state)
        if records.is_due(now.timestamp(), 0.0, _FLUSH_LINES):
            records.write(journal, state)

    enforcing = build_policies(configuration)
    watching = tuple(policy.model_copy(update={"mode": "watch"}) for policy in enforcing)
    state = State(Office(site), watching if span.start < span.enforced_from else enforcing)
    lockstep = Lockstep(office, registry, state, note, TURN)
    if span.start < span.enforced_from:
        lockstep.run(span.start, min(span.enforced_from, span.end))
        lockstep.state = structs.replace(lockstep.state, policies=enforcing)
    lockstep.run(max(span.start, span.enforced_from), span.end)
    return Lived(site.id, b"\n".join(lines), slots, pack_office(lockstep.state))


def _is_asked_for(reading: AnyReading, said: dict[DeviceId, object]) -> bool:
    """Jobs, the weather, and each change of an air conditioner's setting: that is what savings are computed from."""
    if isinstance(reading, Environment):
        return reading.outdoor_celsius is not None
    if not isinstance(reading, Climate):
        return isinstance(reading, PrintJob | PrintCounter)
    setting = (reading.mode, reading.is_on, reading.setpoint_celsius, reading.cooling_setpoint_celsius)
    is_new = said.get(reading.device) != setting
    said[reading.device] = setting
    return is_new


def savings(path: Path, opens: datetime, only: Container[str]) -> list[bytes]:
    """The ledger of these devices, as it is made every noon."""
    configuration = parse(office_yaml(demo_plan()), file="virtual office", directory=Path())
    site = build_site(configuration)
    file = HistoryFile(path, tell=lambda _: None)
    try:
        since, price = opens - timedelta(days=62), price_of(pricing_of(site))
        found = ledger(site, SqliteHistory(file), since, opens, price=price, only=only)
    finally:
        file.close()
    return saving_lines(Points(site.id), [entry for entry in found.entries if entry.action.until < opens])
