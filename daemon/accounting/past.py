"""What the ledger has to know of one device's past: its slots, what it was told, and what it was set to."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, cast

import msgspec

from policies.accounting.ledger import Action
from policies.history import CommandRow, History, Sample
from policies.office.site import Site
from sensors.device import Device, DeviceId

LONGEST: Final = timedelta(hours=96)
"""No switch-off is credited for longer: a holiday's end is asked of the calendar day by day."""
_OFF: Final = "SwitchOff"
_SET: Final = "SetSetpoint"


class PastSlot(msgspec.Struct, frozen=True, gc=False):
    """A slot of the device as a user sees it: its own on-time, and the energy of whatever measures it."""

    at: datetime
    energy_kwh: float | None
    on_seconds: float | None
    coverage_seconds: float | None
    controlled: bool | None


@dataclass(frozen=True, slots=True)
class Told:
    """A command that ended well or badly. `celsius`: for a setpoint, what it was set to."""

    action: Action
    is_switch_off: bool
    celsius: float | None = None


def slots_of(history: History, device: Device, start: datetime, end: datetime) -> dict[datetime, PastSlot]:
    """By start. Where another device measures this one, energy and its coverage are that one's."""
    meter = device.meter or device.id
    kwh = _by_start(history.series(meter, "slot", "energy_kwh", start, end))
    covered = _by_start(history.series(meter, "slot", "coverage_seconds", start, end))
    on = _by_start(history.series(device.id, "slot", "on_seconds", start, end))
    held = _by_start(history.series(device.id, "slot", "controlled", start, end))
    return {
        at: PastSlot(
            at,
            cast("float | None", kwh.get(at)),
            cast("float | None", on.get(at)),
            cast("float | None", covered.get(at)),
            cast("bool | None", held.get(at)),
        )
        for at in sorted(kwh.keys() | covered.keys() | on.keys())
    }


def told(site: Site, rows: Sequence[CommandRow], end: datetime) -> list[Told]:
    """The commands of these rows that were proved, or given up; each holds until the zone's next opening (or `end`)."""
    found: dict[str, Told] = {}
    for row in rows:
        device = site.devices.get(DeviceId(row.device))
        if device is None or row.state not in {"proved", "stuck"} or row.remedy not in {_OFF, _SET}:
            continue
        until = min(_ends_at(site, device, row), end)
        key = row.case_id or row.command_id or ""
        action = Action(device.id, device.zone, row.policy, key, row.at, until, row.state == "proved")
        found[f"{key} {row.command_id}"] = Told(action, row.remedy == _OFF, row.celsius)
    return [found[key] for key in sorted(found, key=lambda key: (found[key].action.at, key))]


def _by_start(samples: Sequence[Sample]) -> dict[datetime, object]:
    return {sample.at: sample.value for sample in samples}


def _ends_at(site: Site, device: Device, row: CommandRow) -> datetime:
    """A switch-off holds until the zone opens again, a setpoint until it closes."""
    change = site.calendar.next_change(site.zones[device.zone].hours, row.at)
    longest = row.at + LONGEST
    return longest if change is None or (change > longest and row.remedy == _SET) else change
