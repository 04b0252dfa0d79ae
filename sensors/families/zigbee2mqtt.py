"""Zigbee2MQTT: `<base>/<friendly name>` and what hangs below it. Source: zigbee2mqtt.io, "MQTT topics and messages".

A friendly name may hold `/`, spaces and umlauts, so a topic is matched against the names we know, never split. Nothing
answers a command but the next state; the only sign of a failed one is an error in `bridge/logging`.
"""

from collections.abc import Mapping, Sequence
from datetime import timedelta, tzinfo
from functools import partial

import msgspec

from sensors import units
from sensors.commands import Command, SetSetpoint
from sensors.device import Address, Device, FamilyName, Traits
from sensors.families.zigbee2mqtt_bridge import BASE, Inventory, availability, bridge_decoder
from sensors.families.zigbee2mqtt_plain import plain
from sensors.families.zigbee2mqtt_power import Builder, Values
from sensors.families.zigbee2mqtt_seen import seen_at
from sensors.families.zigbee2mqtt_states import KEYS, STATE_KEYS, builder
from sensors.family import Decoder, Refused
from sensors.liveness import is_live
from sensors.messages import Message, Outgoing
from sensors.readings import AnyReading
from sensors.setpoints import fitted, words_from

_Names = dict[str, dict[str, list[Device]]]
"""The configured devices by base topic and friendly name, the longest base first."""


class Zigbee2Mqtt:
    """The family. It learns from `bridge/devices`: the unit of a water counter, and whether a preset is a thermostat's switch."""

    name: FamilyName = "zigbee2mqtt"
    silent_after = timedelta(hours=1)

    def __init__(self, site_zone: tzinfo | None = None) -> None:
        del site_zone  # every stamp of this family carries its zone
        self._known: tuple[Mapping[Address, Device], _Names] | None = None
        self._inventory = Inventory()

    def subscriptions(self, devices: Sequence[Device]) -> Sequence[str]:
        """The bridge's state, inventory and log; for each device its state, and one level below it."""
        ours = [device for device in devices if device.address.family == self.name]
        bases = sorted({_base(device.address) for device in ours}) or [BASE]
        bridge = [f"{base}/bridge/{leaf}" for base in bases for leaf in ("state", "devices", "logging")]
        names = sorted({f"{_base(device.address)}/{device.address.name}" for device in ours})
        return [*bridge, *(topic for name in names for topic in (name, f"{name}/+"))]

    def route(self, topic: str, devices: Mapping[Address, Device]) -> Decoder | None:
        """The decoder for a state, an attribute, an availability or one of three bridge topics."""
        names = self._names(devices)
        for base, named in names.items():
            if not topic.startswith(f"{base}/"):
                continue
            rest = topic[len(base) + 1 :]
            if rest.startswith("bridge/"):
                return bridge_decoder(base, rest.removeprefix("bridge/"), named, self._inventory)
            if rest in named:
                return self._states(base, named[rest])
            name, _, leaf = rest.rpartition("/")
            if name in named:
                return self._below(base, named[name], leaf)
        return None

    def state_keys(self, topic: str, devices: Mapping[Address, Device]) -> Sequence[str] | None:
        """Those of the units that speak on this topic, if it is one of whole states."""
        for base, named in self._names(devices).items():
            units_there = named.get(topic[len(base) + 1 :]) if topic.startswith(f"{base}/") else None
            if units_there is not None:
                keys = (f"{key}{_suffix(unit)}" for unit in units_there for key in STATE_KEYS[unit.kind])
                return list(dict.fromkeys(keys))
        return None

    def encode(self, command: Command, device: Device, traits: Traits | None, memo: str) -> Sequence[Outgoing]:
        """One JSON object with one key to `<base>/<name>/set`. A setpoint never travels with a mode."""
        words = words_from(traits.words if traits is not None and traits.words else memo)
        remedy = command.remedy
        if isinstance(remedy, SetSetpoint):
            key = words.key(remedy.side)
            if not key:
                raise Refused(f"it has told no setpoint for {remedy.side}")
            told = words.limits.get(key, (None, None, None))
            own = (device.minimum_celsius, device.maximum_celsius, device.step_celsius)
            low, high, step = (of if of is not None else otherwise for of, otherwise in zip(told, own, strict=True))
            celsius = fitted(remedy.celsius, remedy.side, (low, high, step))
            payload: Mapping[str, object] = {key: int(celsius) if celsius.is_integer() else celsius}
        elif device.kind not in ("plug", "light", "climate"):
            raise Refused(f"a {device.kind} is not switched off")
        elif words.off:
            payload = words.off
        elif traits is None and device.kind != "climate":
            payload = {f"state_{device.address.channel}" if device.address.channel else "state": "OFF"}
        else:
            raise Refused("it has told no way to switch it off")
        topic = f"{_base(device.address)}/{device.address.name}/set"
        return (Outgoing(topic=topic, payload=msgspec.json.encode(payload)),)

    def _names(self, devices: Mapping[Address, Device]) -> _Names:
        if self._known is None or self._known[0] is not devices:
            names: _Names = {}
            for address, device in devices.items():
                if address.family == self.name:
                    names.setdefault(_base(address), {}).setdefault(address.name, []).append(device)
            ordered = dict(sorted(names.items(), key=lambda item: -len(item[0])))
            self._known = (devices, ordered or {BASE: {}})
        return self._known[1]

    def _states(self, base: str, devices: Sequence[Device]) -> Decoder:
        builders = [builder(device, base, self._inventory) for device in devices]
        return plain(devices[0], builders[0]) if len(builders) == 1 else partial(_states, builders)

    def _below(self, base: str, devices: Sequence[Device], leaf: str) -> Decoder | None:
        if leaf == "availability":
            return partial(availability, devices)
        fitting = [device for device in devices if leaf in _attributes(device)]
        builders = [builder(device, base, self._inventory) for device in fitting]

        # zigbee2mqtt/Plug/power -> 61.2; an empty payload is a null
        def decode(message: Message) -> Sequence[AnyReading]:
            value = units.text(message.payload)
            if not value:
                return ()
            values: Values = {leaf: value}
            live = is_live(message)
            readings = (reading for build in builders for reading in build(values, message, None, live))
            # one key alone does not show which setpoints there are: such a memo would be wrong, so it is left out
            return [msgspec.structs.replace(one, memo="") if hasattr(one, "memo") else one for one in readings]

        return decode if builders else None


def _states(builders: Sequence[Builder], message: Message) -> Sequence[AnyReading]:
    values = units.json_object(message.payload)
    device_at = seen_at(values.get("last_seen"), message.arrived_at)
    live = is_live(message, device_at)
    return [reading for build in builders for reading in build(values, message, device_at, live)]


def _base(address: Address) -> str:
    return address.base.rstrip("/") or BASE


def _attributes(device: Device) -> frozenset[str]:
    return frozenset(f"{key}{_suffix(device)}" for key in KEYS[device.kind])


def _suffix(device: Device) -> str:
    return f"_{device.address.channel}" if device.address.channel else ""
