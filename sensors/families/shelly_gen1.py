"""Shelly, first generation: `shellies/<id>/…`, a bare word a topic. Source: shelly-api-docs.shelly.cloud/gen1.

No stamps, nothing retained but `online`, everything repeated each 30 s. Energy is in watt-minutes and begins anew at every
reboot; an `emeter`'s total is in Wh and stays. A valve says all it has in one JSON, `info`. `update_fw` is never sent.

`address.name` is the id, `address.channel` the part: `relay/1`, `light/0`, `color/0`, `white/2`, `emeter/0`, `thermostat/0`,
`ext_temperature/0`; empty: the kind's first.
"""

import math
from collections.abc import Mapping, Sequence
from datetime import timedelta, tzinfo
from functools import partial
from typing import Final

from sensors import units
from sensors.commands import Command, SetSetpoint, SwitchOff
from sensors.device import Address, Device, FamilyName, Traits
from sensors.families.shelly_gen1_values import DEFAULTS, info_of, sensed, spoken_by
from sensors.family import NOBODY, Decoder, Refused
from sensors.liveness import hear, is_live, sleeps
from sensors.messages import Message, Outgoing
from sensors.readings import Announced, AnyReading, Availability
from sensors.setpoints import fitted

BASE: Final = "shellies"
OFF_CELSIUS: Final = 4
"""A valve has no off; its lowest target closes it."""

_SWITCHED: Final = ("relay", "light", "color", "white")
_KEYS: Final = ("status", "power", "energy", "total")
_SHARED: Final = ("relay/power", "relay/energy")
_VALVE: Final = (float(OFF_CELSIUS), 31.0, 0.5)


class ShellyGen1:
    """The family. It remembers nothing."""

    name: FamilyName = "shelly_gen1"
    silent_after = timedelta(minutes=10)
    """Twenty periods of 30 s, ten of a valve's minutes."""

    def __init__(self, site_zone: tzinfo | None = None) -> None:
        del site_zone  # no stamps
        self._known: tuple[Mapping[Address, Device], dict[str, list[Device]]] | None = None

    def subscriptions(self, devices: Sequence[Device]) -> Sequence[str]:
        """Per device its last will, its own part, and for valves and sensors their JSON; the announcements of all."""
        topics: dict[str, None] = {f"{BASE}/announce": None}
        for device in devices:
            if device.address.family != self.name:
                continue
            head = f"{BASE}/{device.address.name}"
            topics |= dict.fromkeys([f"{head}/online", f"{head}/info", f"{head}/status"])
            part = part_of(device)
            if part.startswith("thermostat"):
                continue
            if not part or part.startswith("ext_temperature"):
                topics |= dict.fromkeys([f"{head}/sensor/+", f"{head}/{part}"] if part else [f"{head}/sensor/+"])
                continue
            # a Shelly 2 has one meter for both relays: relay/power
            topics |= dict.fromkeys([f"{head}/{part.partition('/')[0]}/+", f"{head}/{part}/+"])
        return list(topics)

    def greetings(self, devices: Sequence[Device]) -> Sequence[Outgoing]:
        """`update`: say all states now."""
        names = sorted({device.address.name for device in devices if device.address.family == self.name})
        return [Outgoing(topic=f"{BASE}/{name}/command", payload=b"update") for name in names]

    def route(self, topic: str, devices: Mapping[Address, Device]) -> Decoder | None:
        """The decoder of one leaf for the devices that share an id."""
        named = self._named(devices)
        if topic == f"{BASE}/announce":
            return partial(_announced, named)
        for name, ours in named.items():
            head = f"{BASE}/{name}/"
            if topic.startswith(head):
                return _leaf(topic[len(head) :], ours)
        return None

    def encode(self, command: Command, device: Device, traits: Traits | None, memo: str) -> Sequence[Outgoing]:
        """`<part>/command` off; a valve takes its target, in the unit it reports."""
        del traits
        part = part_of(device)
        head = f"{BASE}/{device.address.name}/{part}"
        remedy = command.remedy
        if part.startswith("thermostat/"):
            celsius = float(OFF_CELSIUS) if isinstance(remedy, SwitchOff) else _target(remedy, device)
            degrees = celsius
            if memo == "F":
                exact = celsius * 1.8 + 32
                up = isinstance(remedy, SetSetpoint) and remedy.side == "cooling"
                degrees = float(math.ceil(exact - 1e-6) if up else math.floor(exact + 1e-6))
            return (Outgoing(topic=f"{head}/command/target_t", payload=f"{degrees:g}".encode()),)
        if isinstance(remedy, SetSetpoint):
            raise Refused(f"a {device.kind} at {part or 'no part'} has no setpoint")
        if part.partition("/")[0] not in _SWITCHED:
            raise Refused(f"{part or device.kind} is not switched off")
        return (Outgoing(topic=f"{head}/command", payload=b"off"),)

    def _named(self, devices: Mapping[Address, Device]) -> dict[str, list[Device]]:
        if self._known is None or self._known[0] is not devices:
            named: dict[str, list[Device]] = {}
            for address, device in devices.items():
                if address.family == self.name:
                    named.setdefault(address.name, []).append(device)
            self._known = (devices, dict(sorted(named.items(), key=lambda item: -len(item[0]))))
        return self._known[1]


def part_of(device: Device) -> str:
    """The part that is meant: the one written down, or the kind's first; "" for what senses."""
    return device.address.channel or DEFAULTS.get(device.kind, "")


def _target(remedy: SetSetpoint, device: Device) -> float:
    if remedy.side == "cooling":
        raise Refused("a radiator valve does not cool")
    low, high, step = _VALVE
    limits = (max(low, device.minimum_celsius), min(high, device.maximum_celsius), max(step, device.step_celsius))
    return fitted(remedy.celsius, remedy.side, limits)


def _leaf(leaf: str, devices: Sequence[Device]) -> Decoder | None:
    if leaf == "online":
        # what sleeps is offline between its words: no sign
        awake = [device for device in devices if not sleeps(device)]
        return partial(_will, awake)
    if leaf in ("info", "status"):
        return partial(_info, devices)
    if leaf == "announce":
        return partial(_announced, {one.address.name: devices for one in devices})
    if leaf.startswith("sensor/") and "/" not in (key := leaf.removeprefix("sensor/")):
        sensing = [device for device in devices if not part_of(device)]
        return partial(_sensor, sensing, key) if sensing else None
    return _part(leaf, devices)


def _part(leaf: str, devices: Sequence[Device]) -> Decoder | None:
    """`relay/0`, `relay/0/power`, and `relay/power` where two relays share a meter."""
    wanted: list[tuple[Device, str]] = []
    for device in devices:
        part = part_of(device)
        if leaf == part:
            wanted.append((device, ""))
        elif leaf in (*(f"{part}/{key}" for key in _KEYS), *(_SHARED if part == "relay/0" else ())):
            wanted.append((device, leaf.rpartition("/")[2]))
    return partial(_spoken, wanted) if wanted else None


def _spoken(wanted: Sequence[tuple[Device, str]], message: Message) -> Sequence[AnyReading]:
    heard = hear(message)
    return [one for device, key in wanted for one in spoken_by(device, part_of(device), key, message.payload, heard)]


def _sensor(devices: Sequence[Device], key: str, message: Message) -> Sequence[AnyReading]:
    word, heard = units.text(message.payload), hear(message)
    return [reading for device in devices for reading in sensed(device, key, word, heard)]


def _info(devices: Sequence[Device], message: Message) -> Sequence[AnyReading]:
    told, heard = units.json_object(message.payload), hear(message)
    return [reading for device in devices for reading in info_of(device, part_of(device), told, heard)]


def _will(devices: Sequence[Device], message: Message) -> Sequence[AnyReading]:
    online = units.truth(units.text(message.payload))
    if online is None:
        return ()
    live = is_live(message)
    return [Availability(device=one.id, arrived_at=message.arrived_at, live=live, online=online) for one in devices]


def _announced(named: Mapping[str, Sequence[Device]], message: Message) -> Sequence[AnyReading]:
    # on the wire: {"id":"shellyplug-s-0A1B2C","model":"SHPLG-S","mac":"…","ip":"192.0.2.7","new_fw":false,"fw_ver":"…"}
    told = units.json_object(message.payload)
    name, model = told.get("id"), told.get("model")
    if not isinstance(name, str) or not name:
        return ()
    traits = Traits(model=model if isinstance(model, str) else "")
    who = [(one.id, one.address) for one in named.get(name, ())] or [(NOBODY, Address("shelly_gen1", name))]
    live = is_live(message)
    return [
        Announced(device=device, arrived_at=message.arrived_at, live=live, address=address, traits=traits)
        for device, address in who
    ]
