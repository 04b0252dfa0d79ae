"""The bookkeeper beside the engine: nothing is lost at a restart, nothing while the journal is away; and what a command holds."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from changed import replace
from offices import ROOM, Run, ac, cooling, heard, office, plug, power
from past import Past

from daemon.accounting.bookkeeper import Bookkeeper
from daemon.accounting.in_force import InForce
from daemon.accounting.ledger_job import saving_lines
from daemon.errors import StoreUnavailable
from daemon.history.points import Points
from policies.accounting.avoided import SUPERSEDED
from policies.accounting.ledger import Action, Entry
from policies.control.memory import Memory, Sent
from policies.history import SavingRow, SlotRow
from policies.state import State
from sensors.commands import SetSetpoint, SwitchOff
from sensors.device import DeviceId
from sensors.readings import AnyReading

HOUR = timedelta(hours=1)


def day_of(start: datetime, hours: float) -> Iterator[tuple[datetime, AnyReading]]:
    """A plug every minute: 60 W, then 120 W, off in the last hour."""
    for minute in range(int(hours * 60)):
        at = start + timedelta(minutes=minute)
        on = minute < (hours - 1) * 60
        watts = (60.0 if minute < 90 else 120.0) if on else 0.0
        yield at, power(at, on, watts)


class Written:
    """The journal's outbox and what the store makes of it."""

    def __init__(self, past: Past) -> None:
        self.past = past
        self.is_away = False
        self.count = 0

    def __call__(self, lines: bytes, count: int) -> None:
        if self.is_away:
            raise StoreUnavailable("the disk is full")
        self.count += count
        self.past.store.advance(0, lines, count, (), None)


def lived(past: Past, start: datetime, hours: float, restart_after: float | None = None) -> list[SlotRow]:
    """Through the engine's step, with a bookkeeper that may be another one from some time on."""
    write = Written(past)
    keeper = Bookkeeper(past.site, write)
    run = Run(past.state, start)
    for at, reading in day_of(start, hours):
        seconds = (at - start).total_seconds()
        if restart_after is not None and seconds == restart_after * 3600:
            keeper = Bookkeeper(past.site, write)
            keeper.begin(past.history, at)
        run.at(seconds, *heard(reading))
        past.hear([reading])
        keeper.watch(run.state)
    keeper.watch(replace(run.state, stepped_at=start + timedelta(hours=hours + 3)))
    return list(past.history.slots(start, start + timedelta(hours=hours)))


@pytest.mark.parametrize("restart_after", [2.0, 3.1, 4.9])
def test_a_restart_leaves_no_mark_in_the_slots(tmp_path: Path, restart_after: float) -> None:
    start = datetime.fromisoformat("2026-07-15T02:00:00+00:00")
    (tmp_path / "whole").mkdir()
    (tmp_path / "parts").mkdir()
    whole = lived(Past(tmp_path / "whole", plug(silent_after_seconds=600.0)), start, 6)
    parts = lived(Past(tmp_path / "parts", plug(silent_after_seconds=600.0)), start, 6, restart_after)

    assert len(whole) == 24
    assert [figures(row) for row in parts] == [figures(row) for row in whole]
    assert sum(row.energy_kwh or 0.0 for row in whole) == pytest.approx(0.06 * 1.5 + 0.12 * 3.5, rel=0.01)


def figures(row: SlotRow) -> tuple[datetime, float, float, float]:
    return (row.at, round(row.energy_kwh or -1, 6), round(row.on_seconds or 0.0), round(row.coverage_seconds or 0.0))


def test_what_the_journal_does_not_take_is_written_with_the_next_quarter(tmp_path: Path) -> None:
    start = datetime.fromisoformat("2026-07-15T02:00:00+00:00")
    past = Past(tmp_path, plug(silent_after_seconds=600.0))
    write = Written(past)
    keeper = Bookkeeper(past.site, write)
    run = Run(past.state, start)
    for at, reading in day_of(start, 3):
        write.is_away = start + HOUR <= at < start + 1.6 * HOUR
        run.at((at - start).total_seconds(), *heard(reading))
        keeper.watch(run.state)
        if at == start + 1.59 * HOUR:
            assert len(past.history.slots(start, at)) < 5
    keeper.watch(replace(run.state, stepped_at=start + 6 * HOUR))

    assert [row.at for row in past.history.slots(start, start + 3 * HOUR)] == [
        start + number * timedelta(minutes=15) for number in range(12)
    ]
    assert write.count <= 12 + 3 * 4  # once each, and again where energy settled late


def test_a_device_that_was_changed_begins_anew_and_the_others_go_on(tmp_path: Path) -> None:
    start = datetime.fromisoformat("2026-07-15T02:00:00+00:00")
    past = Past(tmp_path, plug(), plug("other"))
    keeper = Bookkeeper(past.site, Written(past))
    run = Run(past.state, start)
    for minute in range(40):
        at = start + timedelta(minutes=minute)
        if minute == 20:
            site = replace(past.site, devices={**past.site.devices, DeviceId("other"): plug("other", load="computer")})
            run.state = replace(run.state, office=replace(run.state.office, site=site))
        run.at(minute * 60, *heard(power(at, True, 60.0), power(at, True, 60.0, "other")))
        keeper.watch(run.state)
    keeper.watch(replace(run.state, stepped_at=start + 4 * HOUR))
    rows = past.history.slots(start, start + timedelta(minutes=30))

    assert {(row.device, row.at, row.load) for row in rows} == {
        ("plug", start, "monitor"),
        ("plug", start + timedelta(minutes=15), "monitor"),
        ("other", start, "monitor"),
        ("other", start + timedelta(minutes=15), "computer"),
    }


EVENING = datetime.fromisoformat("2026-07-15T10:00:00+00:00")


def told(state: State, device: str, remedy: SwitchOff | SetSetpoint, at: datetime = EVENING) -> State:
    return replace(state, memory=Memory(sent={DeviceId(device): (Sent(at, "p", 1, remedy),)}))


def test_a_switch_off_holds_until_the_office_opens() -> None:
    state = told(office(plug()), "plug", SwitchOff(DeviceId("plug")))
    force = InForce()
    opens_at = EVENING + 14.5 * HOUR

    assert force.after(state, EVENING) == {"plug"}
    assert force.after(state, opens_at - timedelta(seconds=1)) == {"plug"}
    assert force.after(state, opens_at) == frozenset()


def test_somebody_who_switches_it_on_again_ends_the_hold_and_an_echo_does_not() -> None:
    run = Run(told(office(plug()), "plug", SwitchOff(DeviceId("plug"))), EVENING)
    force = InForce()
    run.at(30, *heard(power(EVENING + timedelta(seconds=30), True, 60.0)))
    assert force.after(run.state, EVENING + timedelta(seconds=30)) == {"plug"}
    run.at(40, *heard(power(EVENING + timedelta(seconds=40), False, 0.0)))
    run.at(600, *heard(power(EVENING + timedelta(seconds=600), True, 60.0)))

    assert force.after(run.state, EVENING + timedelta(seconds=600)) == frozenset()


def test_a_setpoint_holds_until_the_zone_closes() -> None:
    at = EVENING - 3 * HOUR
    state = told(office(ac()), "ac", SetSetpoint(DeviceId("ac"), 26.0, "cooling"), at)
    run = Run(state, at)
    run.at(0, *heard(cooling(at, 26.0)))
    force = InForce()

    assert force.after(run.state, EVENING - timedelta(seconds=1)) == {"ac"}
    assert force.after(run.state, EVENING) == frozenset()


def test_an_entry_that_late_data_moved_leaves_nothing_where_it_was() -> None:
    action = Action(DeviceId("plug"), ROOM, "p", "case", EVENING, EVENING + HOUR)
    entry = Entry(action, "measured", "slot_median", 1.5)
    before = SavingRow(
        at=EVENING, device="plug", zone="room", ledger="not_claimed", policy="p", case_id="case", avoided_kwh=0.0
    )

    lines = [line.decode() for line in saving_lines(Points("test"), [entry], [before])]

    assert len(lines) == 2
    assert "ledger=measured" in lines[0]
    assert "avoided_kwh=1.5" in lines[0]
    assert "ledger=not_claimed" in lines[1]
    assert SUPERSEDED in lines[1]
    assert len(saving_lines(Points("test"), [entry], [replace_ledger(before)])) == 1


def replace_ledger(row: SavingRow) -> SavingRow:
    return SavingRow(at=row.at, device=row.device, zone=row.zone, ledger="measured", policy="p", case_id="case")
