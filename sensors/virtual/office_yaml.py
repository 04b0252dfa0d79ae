"""The office.yaml of a plan, so that the demo and the simulation go through the very same door as a user."""

from collections.abc import Iterator, Mapping
from typing import Literal

import msgspec

from sensors.device import Address, Device
from sensors.virtual.mapping_yaml import mapping_yaml
from sensors.virtual.plan import Plan, PlannedZone

Mode = Literal["watch", "enforce"]
SEASON = "{winter: 11-21..03-20, summer: 05-17..09-24}"
"""When the virtual year is usually below 10 °C and above 22 °C: what counts until the thermometer in the yard knows better."""


def office_yaml(plan: Plan, *, mode: Mode = "enforce", host: str = "127.0.0.1", port: int = 1883) -> str:
    """A whole configuration: the setpoint pack and the after-hours rule in this mode, the embedded store."""
    return "\n".join(_lines(plan, mode, host, port)) + "\n"


def _lines(plan: Plan, mode: Mode, host: str, port: int) -> Iterator[str]:
    area = sum(zone.area_m2 for zone in plan.zones)
    people = sum(zone.people for zone in plan.zones)
    yield "# A virtual office: written by the program, read like any other."
    yield "site:"
    yield "  id: virtual-office"
    yield f"  names: {_names({'en': 'Virtual office', 'zh_CN': '虚拟办公室'})}"
    yield f"  timezone: {_text(plan.timezone)}"
    yield f"  area_m2: {area:g}"
    if people:
        yield f"  people: {people}"
    if plan.closed_days or plan.open_days:
        yield "calendar:"
        yield f"  closed_days: {_list(day.isoformat() for day in sorted(plan.closed_days))}"
        yield f"  open_days: {_list(day.isoformat() for day in sorted(plan.open_days))}"
    if any(planned.device.outdoor for planned in plan.devices):
        yield f"season: {SEASON}"
    yield "energy:"
    yield "  tariff: cn-example-industrial"
    yield "broker:"
    yield f"  host: {_text(host)}"
    yield f"  port: {port}"
    yield "packs:"
    yield f"  - {{pack: cn-2007-42, mode: {mode}}}"
    yield "policies:"
    yield f"  - {{kind: after_hours_power, name: after-hours, mode: {mode}, grace: 5m, warn: 10m}}"
    yield "zones:"
    for zone in plan.zones:
        yield from _zone(zone)
    yield "devices:"
    for planned in plan.devices:
        yield f"  {planned.id}:"
        for key, value in _device(planned.device):
            yield f"    {key}: {value}"


def _zone(zone: PlannedZone) -> Iterator[str]:
    yield f"  {zone.id}:"
    yield f"    names: {_names(zone.names)}"
    yield f'    hours: {{mon-fri: "{_clock(zone.opens_minute)}-{_clock(zone.closes_minute)}"}}'
    if zone.owner:
        yield f"    owner: {_text(zone.owner)}"
    yield f"    floor: {_text(zone.floor)}"
    yield f"    area_m2: {zone.area_m2:g}"
    if zone.people:
        yield f"    people: {zone.people}"


def _device(device: Device) -> Iterator[tuple[str, str]]:
    yield "kind", device.kind
    yield "family", device.address.family
    yield from _address(device.address)
    yield "zone", device.zone
    yield "load", device.load
    if device.names:
        yield "names", _names(device.names)
    for key, flag in (
        ("switchable", device.switchable),
        ("never_off", device.never_off),
        ("open_loop", device.open_loop),
        ("outdoor", device.outdoor),
    ):
        if flag:
            yield key, "true"
    if device.meter is not None:
        yield "meter", device.meter
    yield "standby_watts", f"{device.standby_watts:g}"
    if device.busy_watts is not None:
        yield "busy_watts", f"{device.busy_watts:g}"
    if device.kind == "climate":
        yield "min_celsius", f"{device.minimum_celsius:g}"
        yield "max_celsius", f"{device.maximum_celsius:g}"
        yield "step_celsius", f"{device.step_celsius:g}"
    if device.mapping is not None:
        yield "mapped", mapping_yaml(device.mapping, device.address.name)


def _address(address: Address) -> Iterator[tuple[str, str]]:
    yield "address", _text(address.name)
    if address.channel:
        yield "channel", _text(address.channel)
    if address.base:
        yield ("full_topic" if address.family == "tasmota" else "base_topic"), _text(address.base)


def _names(names: Mapping[str, str]) -> str:
    return "{" + ", ".join(f"{language}: {_text(name)}" for language, name in names.items()) + "}"


def _list(words: Iterator[str]) -> str:
    return "[" + ", ".join(_text(word) for word in words) + "]"


def _clock(minute: int) -> str:
    return f"{minute // 60:02d}:{minute % 60:02d}"


def _text(words: str) -> str:
    """JSON's strings are YAML's."""
    return msgspec.json.encode(words).decode()
