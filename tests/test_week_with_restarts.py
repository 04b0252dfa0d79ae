"""A simulated week, restarted at every minute; clocks that are set; days of 23 and 25 hours: the same commands."""

from datetime import UTC, date, datetime, timedelta
from itertools import zip_longest
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from restored import restore

from daemon.configuration.build import build_policies, build_site
from daemon.configuration.load import parse
from daemon.engine.snapshot import pack_cases, pack_office
from daemon.silence import with_silence
from daemon.simulation.loop import SLICE, Lockstep
from policies.control.effects import Publish
from policies.inputs import Tick
from policies.office.office import Office
from policies.state import State
from policies.step import step
from sensors.registry import Registry
from sensors.virtual.building import VirtualOffice
from sensors.virtual.office_yaml import office_yaml
from sensors.virtual.plan import Plan
from sensors.virtual.plans import plan

pytestmark = pytest.mark.slow

Said = list[tuple[datetime, str, str]]


def prepared(chosen: Plan) -> tuple[State, Registry]:
    configuration = parse(office_yaml(chosen), file="virtual office", directory=Path())
    registry = Registry(list(build_site(configuration).devices.values()), ZoneInfo(chosen.timezone))
    site = with_silence(build_site(configuration), registry)
    return State(Office(site), build_policies(configuration)), registry


def commands(chosen: Plan, start: datetime, end: datetime, *, restart_every: timedelta | None = None) -> Said:
    """What was commanded, and when; with a restart from what was kept, at every such interval."""
    fresh, registry = prepared(chosen)
    said: Said = []

    def note(now: datetime, _state: object, _readings: object, effects: object) -> None:
        for effect in effects:  # type: ignore[attr-defined]  # a sequence of effects
            if isinstance(effect, Publish):
                said.append((now, effect.command.device, type(effect.command.remedy).__name__))

    run = Lockstep(VirtualOffice(chosen, 3), registry, fresh, note)
    now = start
    while now < end:
        later = min(end, now + (restart_every or timedelta(days=1)))
        run.run(now, later)
        if restart_every is not None:
            run.state = restore(fresh, pack_cases(run.state), pack_office(run.state), later)
        now = later
    return said


def by_device(said: Said) -> Said:
    """The same commands, device by device."""
    return sorted(said, key=lambda one: (one[1], one[0]))


def midnight(day: date, timezone: str) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=ZoneInfo(timezone)).astimezone(UTC)


def test_a_restart_at_every_minute_of_a_week_changes_no_command() -> None:
    chosen = plan(30)
    start = midnight(date(2026, 7, 13), chosen.timezone)
    end = start + timedelta(days=7)
    undisturbed = commands(chosen, start, end)
    restarted = commands(chosen, start, end, restart_every=timedelta(minutes=1))
    assert len(undisturbed) > 30, "a week in which nothing happens shows nothing"
    pairs = list(zip_longest(by_device(restarted), by_device(undisturbed)))
    assert all(one and two and one[1:] == two[1:] for one, two in pairs), "a command is missing, or was given twice"
    assert max(abs(one[0] - two[0]) for one, two in pairs) <= SLICE, "and each comes at the engine's next look"


@pytest.mark.parametrize("sunday", [date(2026, 3, 29), date(2026, 10, 25)])
def test_closing_time_is_closing_time_on_days_of_23_and_25_hours(sunday: date) -> None:
    chosen = plan(30, timezone="Europe/Berlin")
    start = midnight(sunday - timedelta(days=2), chosen.timezone)
    end = midnight(sunday + timedelta(days=2), chosen.timezone)
    zone = ZoneInfo(chosen.timezone)
    offs = [at.astimezone(zone) for at, _, what in commands(chosen, start, end) if what == "SwitchOff"]
    assert offs, "nobody was switched off"
    assert all(not 8.5 <= at.hour + at.minute / 60 < 18 or at.weekday() >= 5 for at in offs), "in opening hours"
    for day in (sunday - timedelta(days=2), sunday + timedelta(days=1)):
        first = min(at for at in offs if at.date() == day and at.hour >= 18)
        assert (first.hour, first.minute) >= (18, 15), "grace and warning are kept"
        assert first.hour == 18, "and closing time is not an hour off"


@pytest.mark.parametrize("hours", [1, -1])
def test_a_clock_set_wrong_for_ten_minutes_switches_nothing_twice_and_forgets_nothing(hours: int) -> None:
    chosen = plan(30)
    fresh, registry = prepared(chosen)
    office = VirtualOffice(chosen, 3)
    run = Lockstep(office, registry, fresh, lambda *_: None)
    closing = midnight(date(2026, 7, 15), chosen.timezone) + timedelta(hours=18)
    run.run(closing - timedelta(hours=10), closing - timedelta(minutes=30))
    state, wrong = run.state, timedelta(hours=hours)
    for minute in range(10):
        now = closing - timedelta(minutes=30) + wrong + timedelta(minutes=minute)
        outcome = step(state, [Tick()], now)
        assert not [effect for effect in outcome.effects if isinstance(effect, Publish) and hours > 0], (
            "closed too soon"
        )
        state = outcome.state
    run.state = state
    run.run(closing - timedelta(minutes=20), closing + timedelta(hours=4))
    truth = office.settle()
    for device in run.state.office.site.devices.values():
        offs = [one for one in truth.transitions if one.device == device.id and one.to == "off" and one.by == "command"]
        ons = [one for one in truth.transitions if one.device == device.id and one.to == "on" and one.by == "person"]
        assert len(offs) <= 1 + len(ons), f"{device.id} was switched off again and again"
    left_on = {case.device for case in run.state.cases.values() if case.policy == "after-hours" and not case.refusal}
    assert not left_on, "found, allowed, and not switched off four hours after closing"
