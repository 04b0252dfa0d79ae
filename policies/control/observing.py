"""What control learns by looking on: compressors that start, watts of devices that are off, people who change things back."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any

from msgspec.structs import replace

from policies.control.attribution import Around, attribute, wastes
from policies.control.changes import Caused, Change, Quantity, kept
from policies.control.memory import SENT_KEPT, STARTS_KEPT, Memory
from policies.control.standby import learned
from policies.office.heard import Heard, Signal
from policies.office.office import Office
from policies.office.running import is_running, setpoint_for
from sensors.commands import Side
from sensors.device import Device, DeviceId

QUIET_AFTER_COMMAND = timedelta(minutes=15)
_SETPOINTS: Mapping[Side, Quantity] = {"cooling": "cooling_setpoint_celsius", "heating": "heating_setpoint_celsius"}


def observe(memory: Memory, before: Office, after: Office, dirty: Iterable[DeviceId], now: datetime) -> Memory:
    """The memory after a batch in which these devices spoke."""
    starts: dict[DeviceId, tuple[datetime, ...]] = {}
    standby: dict[DeviceId, float] = {}
    reverts = dict(memory.reverts)
    changes: dict[DeviceId, tuple[Caused, ...]] = {}
    returned: dict[DeviceId, datetime] = {}
    reverted = False
    devices, then, later = after.site.devices, before.heard, after.heard
    for name in dirty:
        device, is_now = devices.get(name), later.get(name)
        if device is None or is_now is None:
            continue
        was = then.get(name)
        if was is not None and was is not is_now:
            if was.available is False and is_now.available:
                returned[name] = now
            found = (
                _changes(device, was, is_now, memory, returned.get(name)) if _has_changed(device, was, is_now) else ()
            )
            if found:
                changes[name] = kept(memory.changes.get(name, ()), found, now)
                if memory.sent_to(name) and any(_is_revert(one) for one in found):
                    young = (at for at in memory.reverts.get(name, ()) if now - at < SENT_KEPT)
                    reverts[name] = (*young, now)
                    reverted = True
        if device.kind == "climate":
            if was is not None and was.mode is not is_now.mode and _has_started(was, is_now, now):
                recent = (at for at in memory.starts.get(name, ()) if now - at < STARTS_KEPT)
                starts[name] = (*recent, now)
        elif is_now.is_on is not None and not is_now.is_on.value:
            watts = _watts_while_off(is_now, memory, name, now)
            if watts is not None:
                standby[name] = learned(memory.standby.get(name), watts, device.standby_watts)
    if not (starts or standby or reverted or changes or returned):
        return memory
    return replace(
        memory,
        starts={**memory.starts, **starts} if starts else memory.starts,
        standby={**memory.standby, **standby} if standby else memory.standby,
        reverts=reverts if reverted else memory.reverts,
        changes={**memory.changes, **changes} if changes else memory.changes,
        returned={**memory.returned, **returned} if returned else memory.returned,
    )


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


def _has_changed(device: Device, was: Heard, is_now: Heard) -> bool:
    """Whether any state has another value: asked of all, and true of few."""
    return _differs(was.is_on, is_now.is_on) or (
        device.kind == "climate"
        and (
            _differs(was.mode, is_now.mode)
            or _differs(was.cooling_setpoint_celsius, is_now.cooling_setpoint_celsius)
            or _differs(was.heating_setpoint_celsius, is_now.heating_setpoint_celsius)
            or _differs(was.setpoint_celsius, is_now.setpoint_celsius)
        )
    )


def _differs(old: Signal[Any] | None, new: Signal[Any] | None) -> bool:
    return old is not new and (old is None or new is None or old.value != new.value)


def _changes(
    device: Device, was: Heard, is_now: Heard, memory: Memory, returned_at: datetime | None
) -> tuple[Caused, ...]:
    """What is different from the last live word, and who has done it."""
    found: tuple[Caused, ...] = ()
    for quantity, old, new in _told(device, was, is_now):
        if old is None or new is None or old is new or old.value == new.value or not (old.live and new.live):
            continue
        earlier = (*memory.changes.get(device.id, ()), *found)
        around = Around(
            sent=memory.sent_to(device.id),
            explained=frozenset(one.by for one in earlier if one.by is not None and one.change.quantity == quantity),
            returned_at=returned_at or memory.returned.get(device.id),
            limits_celsius=(device.minimum_celsius, device.maximum_celsius),
            earlier=[one.change for one in earlier],
        )
        via = is_now.memo if device.kind != "climate" else ""
        change = Change(device.id, new.at, quantity, _plain(old.value), _plain(new.value), via)
        found = (*found, Caused(change, *attribute(change, around)))
    return found


def _told(
    device: Device, was: Heard, is_now: Heard
) -> Iterator[tuple[Quantity, Signal[Any] | None, Signal[Any] | None]]:
    """Each quantity as it was and is. A unit's only setpoint, whatever its name, belongs to the side that it is on now."""
    yield "is_on", was.is_on, is_now.is_on
    if device.kind != "climate":
        return
    yield "mode", was.mode, is_now.mode
    only: Side = "heating" if _heats(is_now) else "cooling"
    if is_now.cooling_setpoint_celsius is not None:
        yield "cooling_setpoint_celsius", was.cooling_setpoint_celsius, is_now.cooling_setpoint_celsius
        yield "heating_setpoint_celsius", was.heating_setpoint_celsius, is_now.heating_setpoint_celsius
    else:
        yield _SETPOINTS[only], setpoint_for(was, only), setpoint_for(is_now, only)


def _heats(heard: Heard) -> bool:
    if heard.mode is not None and heard.mode.value in {"cool", "heat"}:
        return heard.mode.value == "heat"
    if heard.action is not None and heard.action.value in {"cooling", "heating"}:
        return heard.action.value == "heating"
    return heard.setpoint_celsius is None


def _plain(value: float | bool | str) -> float | bool | str:
    return value if isinstance(value, bool | str) else float(value)


def _is_revert(caused: Caused) -> bool:
    """A person asked for more than we had set. To switch a unit on again is no argument about its setpoint."""
    return caused.cause == "person" and caused.change.quantity.endswith("setpoint_celsius") and wastes(caused.change)
