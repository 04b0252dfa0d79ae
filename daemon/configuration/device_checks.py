"""What no single key of a device can know: other devices, zones, and keys that contradict each other."""

import re
from collections.abc import Iterator
from typing import TypeAlias

from daemon.configuration.device_entry import BASE_TOPICS, DeviceEntry
from daemon.configuration.draft import Draft
from daemon.configuration.places import Path
from daemon.configuration.wording import choose
from sensors.device import PROTECTED_LOADS

Complaint: TypeAlias = "tuple[Path, str]"
"""Where, and what is wrong; the loader adds the line and what stands there."""

_SWITCHED = frozenset({"climate", "plug", "light"})
_METERED = frozenset({"plug", "light", "meter"})
_FULL_TOPIC = "%prefix%/%topic%"
_RENAMED_PREFIXES = re.compile(r"%prefix:[^%/,]+,[^%/,]+,[^%/,]+%")
_LOWEST_CELSIUS, _HIGHEST_CELSIUS = 16.0, 30.0


def check_devices(draft: Draft) -> Iterator[Complaint]:
    """Every contradiction among the devices."""
    seen: dict[tuple[str, ...], str] = {}
    for name, device in draft.devices.items():
        yield from _references(name, device, draft)
        yield from _leave_to_switch(name, device)
        yield from _belongs_to_kind(name, device)
        yield from _limits(name, device)
        yield from _signs(name, device, draft)
        wire = (device.family, base_of(device), device.address, device.channel)
        first = seen.setdefault(wire, name)
        if first != name:
            yield ("devices", name, "address"), f"is the same device as {first}; give each its own address or channel"
    yield from _meter_circles(draft)


def base_of(device: DeviceEntry) -> str:
    """The base topic or FullTopic that was written down; empty where it is the family's own default."""
    if device.family == "tasmota":
        full = device.full_topic or ""
        return "" if full.rstrip("/") == _FULL_TOPIC else full
    base = (device.base_topic or "").rstrip("/")
    return "" if base == BASE_TOPICS.get(device.family) else base


def _references(name: str, device: DeviceEntry, draft: Draft) -> Iterator[Complaint]:
    if device.zone not in draft.zones:
        yield ("devices", name, "zone"), f"names a zone that is not in zones{choose(device.zone, draft.zones)}"
    if device.meter is None:
        return
    path: Path = ("devices", name, "meter")
    meter = draft.devices.get(device.meter)
    if device.meter == name:
        yield path, "names the device itself; leave meter out where a device measures its own power"
    elif device.meter not in draft.device_ids:
        yield path, f"names a device that is not in devices{choose(device.meter, draft.device_ids)}"
    elif meter is not None and meter.kind not in _METERED:
        yield path, f"names a device of kind {meter.kind}, which measures no power; name a plug or a meter"


def _leave_to_switch(name: str, device: DeviceEntry) -> Iterator[Complaint]:
    if not device.switchable:
        return
    path: Path = ("devices", name, "switchable")
    if device.never_off:
        yield path, "contradicts never_off; keep one of the two"
    if device.load in PROTECTED_LOADS:
        yield path, f"cannot be true for the load {device.load}, which is never cut; remove it"
    if device.kind == "printer":
        yield path, "does not belong to a printer, which is known by its jobs; put it on the plug of the printer"
    elif device.kind not in _SWITCHED:
        yield path, f"does not belong to a device of kind {device.kind}, which cannot be switched"


def _belongs_to_kind(name: str, device: DeviceEntry) -> Iterator[Complaint]:
    if device.kind == "printer" and device.family != "print_job":
        yield ("devices", name, "family"), "must be print_job for a printer; its plug is a device of its own"
    if device.family == "print_job" and device.kind != "printer":
        yield ("devices", name, "kind"), "must be printer for the family print_job"
    if device.family == "mapped" and device.mapped is None:
        yield ("devices", name, "family"), "needs the key mapped beside it: a preset, or signals with their topics"
    if device.mapped is not None and device.family != "mapped":
        yield ("devices", name, "mapped"), f"does not belong to {device.family}; only to mapped"
    if device.base_topic is not None and device.family not in BASE_TOPICS:
        families = ", ".join(BASE_TOPICS)
        yield ("devices", name, "base_topic"), f"does not belong to {device.family}; only to {families}"
    if device.full_topic is not None and device.family != "tasmota":
        yield ("devices", name, "full_topic"), f"does not belong to {device.family}; only to tasmota"
    elif device.full_topic is not None and not _is_full_topic(device.full_topic):
        yield ("devices", name, "full_topic"), "must hold %prefix% and %topic%, as in %prefix%/%topic%/"


def _limits(name: str, device: DeviceEntry) -> Iterator[Complaint]:
    if device.busy_watts is not None and device.standby_watts >= device.busy_watts:
        yield ("devices", name, "busy_watts"), f"must be more than standby_watts, which is {device.standby_watts:g}"
    for key in ("min_celsius", "max_celsius", "step_celsius"):
        if device.kind != "climate" and getattr(device, key) is not None:
            yield ("devices", name, key), f"does not belong to a device of kind {device.kind}; only to climate"
    lowest = _LOWEST_CELSIUS if device.min_celsius is None else device.min_celsius
    highest = _HIGHEST_CELSIUS if device.max_celsius is None else device.max_celsius
    if lowest >= highest:
        key = "max_celsius" if device.min_celsius is None else "min_celsius"
        yield ("devices", name, key), f"leaves no setpoint: lowest {lowest:g}, highest {highest:g}"


def _signs(name: str, device: DeviceEntry, draft: Draft) -> Iterator[Complaint]:
    for number, sign in enumerate(device.busy_signs):
        if sign not in draft.device_ids:
            yield (
                ("devices", name, "busy_signs", number),
                f"names a device that is not in devices{choose(sign, draft.device_ids)}",
            )
    if device.outdoor and device.kind != "environment":
        yield ("devices", name, "outdoor"), f"is for devices of kind environment, and this is {device.kind}"


def _meter_circles(draft: Draft) -> Iterator[Complaint]:
    """Each circle once, where it is entered. Longer than one: a device that names itself is said elsewhere."""
    done: set[str] = set()
    for start in draft.devices:
        trail: dict[str, None] = {}
        here: str | None = start
        while here is not None and here not in trail and here not in done:
            trail[here] = None
            device = draft.devices.get(here)
            here = device.meter if device is not None else None
        if here is not None and here in trail:
            circle = list(trail)[list(trail).index(here) :]
            if len(circle) > 1:
                yield ("devices", here, "meter"), f"goes round in a circle: {' → '.join([*circle, here])}"
        done.update(trail)


def _is_full_topic(text: str) -> bool:
    text = _RENAMED_PREFIXES.sub("%prefix%", text)
    return "%prefix%" in text and "%topic%" in text and "+" not in text and "#" not in text and text.isprintable()
