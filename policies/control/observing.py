"""What control learns by looking on: compressors that start, watts of devices that are off, people who change things back."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from msgspec.structs import replace

from policies.control.attribution import Around, Change, Quantity, attribute, wastes
from policies.control.memory import SENT_KEPT, STARTS_KEPT, Memory
from policies.control.standby import learned
from policies.office.heard import Heard
from policies.office.office import Office
from policies.office.running import is_running
from sensors.device import Device, DeviceId

QUIET_AFTER_COMMAND = timedelta(minutes=15)
_SETPOINTS: tuple[Quantity, ...] = ("cooling_setpoint_celsius", "heating_setpoint_celsius")


def observe(memory: Memory, before: Office, after: Office, dirty: Iterable[DeviceId], now: datetime) -> Memory:
    """The memory after a batch in which these devices spoke."""
    starts, standby, reverts = dict[DeviceId, tuple[datetime, ...]](), dict[DeviceId, float](), dict(memory.reverts)
    reverted = False
    for name in dirty:
        device, is_now = after.site.devices.get(name), after.heard.get(name)
        if device is None or is_now is None:
            continue
        was = before.heard.get(name)
        if device.kind == "climate":
            if was is not None and was.mode is not is_now.mode and _has_started(was, is_now, now):
                kept = (at for at in memory.starts.get(name, ()) if now - at < STARTS_KEPT)
                starts[name] = (*kept, now)
            if was is not None and _was_changed_back(device, was, is_now, memory):
                kept = (at for at in memory.reverts.get(name, ()) if now - at < SENT_KEPT)
                reverts[name] = (*kept, now)
                reverted = True
        elif is_now.is_on is not None and not is_now.is_on.value:
            watts = _watts_while_off(is_now, memory, name, now)
            if watts is not None:
                standby[name] = learned(memory.standby.get(name), watts, device.standby_watts)
    if not (starts or standby or reverted):
        return memory
    return replace(memory, starts={**memory.starts, **starts}, standby={**memory.standby, **standby}, reverts=reverts)


def _has_started(was: Heard, is_now: Heard, now: datetime) -> bool:
    was_off = was.mode is not None and was.mode.value == "off"
    return was_off and is_running(is_now, now) is True


def _watts_while_off(is_now: Heard, memory: Memory, device: DeviceId, now: datetime) -> float | None:
    """A live value measured after the device said off, and not while a command of ours is being proved."""
    watts, state = is_now.watts, is_now.is_on
    if watts is None or state is None or not (watts.live and state.live) or watts.at <= state.since:
        return None
    sent = memory.sent_to(device)
    return None if sent and now - sent[-1].at < QUIET_AFTER_COMMAND else watts.value


def _was_changed_back(device: Device, was: Heard, is_now: Heard, memory: Memory) -> bool:
    """A person asked for more than we had set."""
    sent = memory.sent_to(device.id)
    if not sent:
        return False
    for quantity in _SETPOINTS:
        old, new = getattr(was, quantity), getattr(is_now, quantity)
        if old is None or new is None or old is new or old.value == new.value or not (old.live and new.live):
            continue
        change = Change(device.id, new.at, quantity, old.value, new.value)
        limits = (device.minimum_celsius, device.maximum_celsius)
        cause, _ = attribute(change, Around(sent=sent, limits_celsius=limits))
        if cause == "person" and wastes(change):
            return True
    return False
