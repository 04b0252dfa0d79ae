"""A configured device: what it is, where it stands, how it is addressed, and what it is able to do."""

from typing import Literal, NewType

import msgspec

from sensors.mapping import Mapping

DeviceId = NewType("DeviceId", str)
ZoneId = NewType("ZoneId", str)

FamilyName = Literal[
    "zigbee2mqtt",
    "tasmota",
    "shelly_gen1",
    "shelly_gen2",
    "esphome",
    "homeassistant",
    "homie",
    "mapped",
    "print_job",
]
Kind = Literal["climate", "plug", "light", "meter", "occupancy", "environment", "water", "contact", "printer"]
Load = Literal[
    "air_conditioner",
    "heater",
    "computer",
    "monitor",
    "printer",
    "copier",
    "water_dispenser",
    "lighting",
    "terminal",
    "server",
    "network",
    "fridge",
    "medical",
    "mixed",
    "other",
]

PROTECTED_LOADS: frozenset[Load] = frozenset({"server", "network", "fridge", "medical"})
"""Loads that are never cut, whatever the configuration says."""


class Address(msgspec.Struct, frozen=True):
    """How a family finds a device on the wire.

    name     the family's own name: friendly name (Zigbee2MQTT), %topic% (Tasmota), topic prefix (Shelly), queue (printers)
    channel  the part of the device that is meant: endpoint `l1`, relay `2`, component `switch:0`; empty: the only one
    base     base topic (Zigbee2MQTT, default `zigbee2mqtt`) or FullTopic (Tasmota, default `%prefix%/%topic%/`)
    """

    family: FamilyName
    name: str
    channel: str = ""
    base: str = ""


class Traits(msgspec.Struct, frozen=True):
    """What a device told us it can do (discovery); a field that is None was not told.

    `words` is the family's own memory, opaque to everybody else: the keys it must use to command this device.
    `kind` is what it seems to be, where the dialect says so.
    """

    model: str = ""
    minimum_celsius: float | None = None
    maximum_celsius: float | None = None
    step_celsius: float | None = None
    can_cool: bool | None = None
    can_heat: bool | None = None
    can_switch_off: bool | None = None
    has_meter: bool | None = None
    words: str = ""
    kind: Kind | None = None


class Device(msgspec.Struct, frozen=True):
    """One configured device. `switchable` is somebody's written leave to cut it; the default is no.

    `standby_watts` is the ceiling below which it counts as off; `busy_watts` the floor above which it is at work.
    `meter` names the device that measures this one's power, where it is another. `open_loop` (infrared): what it
    reports is what it was told, never what it did. `busy_signs` names devices whose word says that this one is at work. `outdoor`: a thermometer in the open air. `mapping`: what its messages mean, for the family `mapped`.
    """

    id: DeviceId
    kind: Kind
    address: Address
    zone: ZoneId
    load: Load = "other"
    names: dict[str, str] = {}
    switchable: bool = False
    never_off: bool = False
    open_loop: bool = False
    meter: DeviceId | None = None
    standby_watts: float = 5.0
    busy_watts: float | None = None
    minimum_celsius: float = 16.0
    maximum_celsius: float = 30.0
    step_celsius: float = 0.5
    silent_after_seconds: float | None = None
    busy_signs: tuple[DeviceId, ...] = ()
    outdoor: bool = False
    gateway: str = ""
    mapping: Mapping | None = None

    @property
    def is_protected(self) -> bool:
        """True where no switch-off may ever be sent."""
        return self.never_off or self.load in PROTECTED_LOADS
