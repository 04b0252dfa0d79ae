"""ESPHome over MQTT: `<prefix>/<component>/<object id>/state`, one scalar a topic, all of it retained.

So a node that died a month ago still "says" 21.4: a retained delivery is last known, what is published while we listen comes
without the flag and is news, and only `<prefix>/status` tells who is there. Units stand in Home Assistant's discovery alone.
Source: esphome.io, "MQTT Client Component"; mqtt_component.cpp, mqtt_climate.cpp of ESPHome 2026.10.

`address.name` is the topic prefix, `address.channel` a list of `<component>/<object id>`, as `single_values` reads it. A
climate that works by infrared (`climate_ir`) looks like any other here: only `open_loop: true` tells.
"""

import math
from collections.abc import Mapping, Sequence
from datetime import timedelta, tzinfo
from functools import partial
from typing import Final

import msgspec

from sensors import units
from sensors.commands import Command, SetSetpoint
from sensors.device import Address, Device, FamilyName, Traits
from sensors.families.esphome_discovery import Described, announced, config_of
from sensors.families.single_values import Part, is_fahrenheit, parts, quantity_of, reading_of
from sensors.family import Decoder, Refused
from sensors.liveness import hear, is_live
from sensors.messages import Message, Outgoing
from sensors.readings import AnyReading, Availability, Climate
from sensors.setpoints import fitted

_DISCOVERY: Final = "esphome/discover/"
_CONFIGS: Final = "homeassistant/"
_CLIMATE: Final[Mapping[str, tuple[str, str]]] = {
    # below climate/<object id>: what it is, and the note that tells which targets this device has
    "mode": ("mode", ""),
    "action": ("action", ""),
    "current_temperature": ("room", ""),
    "current_humidity": ("humidity", ""),
    "target_temperature": ("setpoint", "one"),
    "target_temperature_low": ("heating_setpoint", "two"),
    "target_temperature_high": ("cooling_setpoint", "two"),
}
_SWITCHED: Final = ("switch", "light", "fan")
_BOOLEANS: Final = ("switch", "light", "fan", "binary_sensor")


class EspHome:
    """The family. It learns one thing by listening: the units that discovery tells, by state topic."""

    name: FamilyName = "esphome"
    silent_after = timedelta(hours=25)
    """A relay speaks when it switches; the last will on `status` is what tells that a node is gone."""

    def __init__(self, site_zone: tzinfo | None = None) -> None:
        del site_zone  # no stamps
        self._known: tuple[Mapping[Address, Device], dict[str, list[Device]]] | None = None
        self._described: dict[str, Described] = {}

    def subscriptions(self, devices: Sequence[Device]) -> Sequence[str]:
        """Per node its status and its discovery, per part its state; without devices, whoever announces itself."""
        ours = [device.address for device in devices if device.address.family == self.name]
        if not ours:
            return [f"{_DISCOVERY}+"]
        topics: dict[str, None] = {}
        for name in sorted({address.name for address in ours}):
            node = name.rpartition("/")[2]
            topics |= dict.fromkeys([f"{name}/status", f"{_DISCOVERY}{node}", f"{_CONFIGS}+/{node}/+/config"])
        for address in ours:
            for part in parts(address.channel):
                level = "/+/state" if part.path.startswith("climate/") else "/state"
                topics[f"{address.name}/{part.path}{level}"] = None
        return list(topics)

    def route(self, topic: str, devices: Mapping[Address, Device]) -> Decoder | None:
        """The decoder of a status, a state, or one of the two kinds of discovery."""
        named = self._named(devices)
        if topic.startswith(_DISCOVERY):
            return partial(announced, named, topic.removeprefix(_DISCOVERY))
        if topic.startswith(_CONFIGS) and topic.endswith("/config"):
            ours = [
                one for name, some in named.items() if topic.split("/")[2] == name.rpartition("/")[2] for one in some
            ]
            return partial(self._config, ours) if ours else None
        for name, ours in named.items():
            if topic == f"{name}/status":
                return partial(_status, ours)
            if topic.startswith(f"{name}/") and topic.endswith("/state"):
                path = topic[len(name) + 1 : -len("/state")]
                wanted = [(one, part) for one in ours for part in parts(one.address.channel) if _is_of(path, part.path)]
                return partial(self._state, path, wanted) if wanted else None
        return None

    def encode(self, command: Command, device: Device, traits: Traits | None, memo: str) -> Sequence[Outgoing]:
        """`<prefix>/<component>/<object id>/command` with a bare word; lights take JSON."""
        told = parts(device.address.channel)
        name = device.address.name
        if device.kind == "climate":
            unit = next((part for part in told if part.path.startswith("climate/")), None)
            if unit is None:
                raise Refused("its channel names no climate/<object id>")
            key, word = _climate_words(command, device, traits, memo)
            return (Outgoing(topic=f"{name}/{unit.path}/{key}/command", payload=word.encode()),)
        if isinstance(command.remedy, SetSetpoint):
            raise Refused(f"a {device.kind} has no setpoint")
        switch = next((part.path for part in told if part.path.partition("/")[0] in _SWITCHED), "")
        if not switch:
            raise Refused("its channel names no switch, light or fan")
        payload = b'{"state":"OFF"}' if switch.startswith("light/") else b"OFF"
        return (Outgoing(topic=f"{name}/{switch}/command", payload=payload),)

    def _named(self, devices: Mapping[Address, Device]) -> dict[str, list[Device]]:
        if self._known is None or self._known[0] is not devices:
            named: dict[str, list[Device]] = {}
            for address, device in devices.items():
                if address.family == self.name:
                    named.setdefault(address.name, []).append(device)
            self._known = (devices, dict(sorted(named.items(), key=lambda item: -len(item[0]))))
        return self._known[1]

    def _config(self, devices: Sequence[Device], message: Message) -> Sequence[AnyReading]:
        described, readings = config_of(devices, message)
        self._described.update(described)
        return readings

    def _state(self, path: str, wanted: Sequence[tuple[Device, Part]], message: Message) -> Sequence[AnyReading]:
        word = units.text(message.payload)
        component = path.partition("/")[0]
        if component == "light" and word.startswith("{"):
            # desk/light/ceiling/state -> {"state":"ON","brightness":255,"color_mode":"brightness"}
            state = units.json_object(message.payload).get("state")
            word = state if isinstance(state, str) else ""
        heard = hear(message)
        described = self._described.get(message.topic, Described())
        readings: list[AnyReading] = []
        for device, part in wanted:
            if component == "climate":
                # desk/climate/ac/target_temperature/state -> 26.0
                quantity, targets = _CLIMATE.get(path[len(part.path) + 1 :], ("", ""))
                said = reading_of(device, quantity, described.unit, word, heard) if quantity else ()
                readings.extend(_noted(one, targets) for one in said)
                continue
            named = Part(part.path, part.quantity, part.unit or described.unit)
            hint = f"{path} {described.device_class}".lower()
            quantity = quantity_of(named, device.kind, hint, boolean=component in _BOOLEANS)
            if quantity:
                readings.extend(reading_of(device, quantity, named.unit, word, heard))
        return readings


def _is_of(path: str, part: str) -> bool:
    """`climate/ac/mode` belongs to `climate/ac`; of all others the path is the part."""
    return path == part or (part.startswith("climate/") and path.rpartition("/")[0] == part)


def _noted(reading: AnyReading, targets: str) -> AnyReading:
    return msgspec.structs.replace(reading, memo=targets) if targets and isinstance(reading, Climate) else reading


def _climate_words(command: Command, device: Device, traits: Traits | None, memo: str) -> tuple[str, str]:
    """The last level of the topic, and the word. Low and high where that is what the device has; they exclude one another."""
    remedy = command.remedy
    if not isinstance(remedy, SetSetpoint):
        return "mode", "off"
    told = traits or Traits()
    limits = (
        device.minimum_celsius if told.minimum_celsius is None else told.minimum_celsius,
        device.maximum_celsius if told.maximum_celsius is None else told.maximum_celsius,
        device.step_celsius if told.step_celsius is None else told.step_celsius,
    )
    celsius = fitted(remedy.celsius, remedy.side, limits)
    side = {"cooling": "_high", "heating": "_low"}[remedy.side] if memo == "two" else ""
    if is_fahrenheit(told.words):
        degrees = celsius * 1.8 + 32
        celsius = math.ceil(degrees - 1e-6) if remedy.side == "cooling" else math.floor(degrees + 1e-6)
    return f"target_temperature{side}", f"{celsius:.2f}".rstrip("0").rstrip(".")


def _status(devices: Sequence[Device], message: Message) -> Sequence[AnyReading]:
    online = {"online": True, "offline": False}.get(units.text(message.payload).lower())
    if online is None:
        return ()
    live = is_live(message)
    return [Availability(device=one.id, arrived_at=message.arrived_at, live=live, online=online) for one in devices]
