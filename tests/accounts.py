"""Days of slots for the tests of accounting, made by hand."""

import random
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta

from policies.accounting.baseline import Baseline, free_days
from policies.accounting.day_types import SLOT
from policies.accounting.ledger import Action, Entry, switch_off
from policies.accounting.slots import Slot
from policies.office.calendar import Calendar, Hours
from sensors.device import DeviceId, ZoneId

CALENDAR = Calendar("Asia/Shanghai")
HOURS = Hours(weekly=(*(((510, 1080),),) * 5, (), ()))
"""Monday to Friday, 8:30 to 18:00."""
FIRST = datetime(2026, 5, 31, 16, tzinfo=UTC)
"""Monday, 1 June 2026, midnight in Shanghai."""
ZONE = ZoneId("room")


def slot(at: datetime, kwh: float | None, device: str = "plug", *, covered: float = 900.0, **more: object) -> Slot:
    """One slot; on, and not controlled, unless told otherwise."""
    fields: dict[str, object] = {"on_seconds": 900.0, "violation_seconds": 0.0, "controlled": False, **more}
    return Slot(DeviceId(device), ZONE, at, "monitor", kwh, coverage_seconds=covered, **fields)  # type: ignore[arg-type]


def at_local(day: int, hour: float) -> datetime:
    """`day` 0 is Monday, 1 June; hours of the local day."""
    return FIRST + timedelta(days=day, hours=hour)


def days_of(kwh: float, days: range, device: str = "plug") -> dict[datetime, Slot]:
    """The same in every slot."""
    return {
        at: slot(at, kwh, device) for day in days for at in (at_local(day, 0) + number * SLOT for number in range(96))
    }


def evening(day: int, *, device: str = "plug", until_hour: float = 32.5, proved: bool = True) -> Action:
    """A switch-off at 18:00 that holds until 8:30 of the next day."""
    return Action(
        DeviceId(device),
        ZONE,
        "after-hours",
        f"case-{device}-{day}",
        at_local(day, 18),
        at_local(day, until_hour),
        proved,
    )


def off(slots: dict[datetime, Slot], action: Action, kwh: float = 0.0) -> None:
    """What the meter says while the action holds."""
    at = action.at
    while at < action.until:
        slots[at] = slot(at, kwh, action.device, on_seconds=0.0, controlled=True)
        at += SLOT


def baseline_of(slots: dict[datetime, Slot]) -> Baseline:
    """From all of a device's slots."""
    return Baseline(free_days(slots.values(), CALENDAR, HOURS))


def planted(
    seed: int, *, devices: int, before: int = 28, days: int = 14, covered: float = 900.0
) -> tuple[float, float, Sequence[Entry], dict[DeviceId, Baseline]]:
    """An office whose every evening is switched off after `before` days: truth avoided, used otherwise, ledger, baselines.

    Devices differ, nights differ (a quarter, and a twelfth for all devices at once), quarters of an hour differ a tenth.
    Only the hours from 18 to 24 are made: the others would cost time and change nothing.
    """
    chance = random.Random(seed)
    shocks = [chance.gauss(1.0, 0.08) for _ in range(before + days)]
    truth = would_use = 0.0
    entries: list[Entry] = []
    baselines: dict[DeviceId, Baseline] = {}
    for number in range(devices):
        watts = chance.uniform(15.0, 120.0)
        name = f"plug-{number}"
        slots: dict[datetime, Slot] = {}
        actions: list[Action] = []
        for day in range(before + days):
            level = max(0.0, shocks[day] * chance.gauss(1.0, 0.25)) * watts / 4000
            controlled = day >= before and at_local(day, 12).astimezone(UTC).weekday() < 5
            slots[at_local(day, 17.75)] = slot(at_local(day, 17.75), level, name, covered=covered)
            for quarter in range(24):
                at = at_local(day, 18) + quarter * SLOT
                kwh = max(0.0, level * chance.gauss(1.0, 0.1))
                would_use += kwh if day >= before else 0.0
                truth += kwh if controlled else 0.0
                slots[at] = slot(
                    at,
                    0.0 if controlled else kwh,
                    name,
                    covered=covered,
                    controlled=controlled,
                    on_seconds=0.0 if controlled else 900.0,
                )
            if controlled:
                actions.append(evening(day, device=name, until_hour=24.0))
        baselines[DeviceId(name)] = baseline_of(slots)
        entries += [
            switch_off(action, slots, baselines[DeviceId(name)], CALENDAR, standby_kwh=0.0001) for action in actions
        ]
    return truth, would_use, entries, baselines


def sunday() -> date:
    """7 June 2026."""
    return date(2026, 6, 7)
