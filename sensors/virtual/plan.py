"""What a virtual office is made of, before it lives: zones, people, devices and what is plugged into them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Literal

from sensors.device import Device, DeviceId, ZoneId

LastSeen = Literal["disable", "ISO_8601", "ISO_8601_local", "epoch"]


@dataclass(frozen=True, slots=True)
class PlannedZone:
    """A room with its people. Hours are minutes after local midnight on working days; at other times it is closed."""

    id: ZoneId
    names: Mapping[str, str]
    area_m2: float = 30.0
    people: int = 3
    opens_minute: int = 510
    closes_minute: int = 1080
    floor: str = "3"
    owner: str = ""


@dataclass(frozen=True, slots=True)
class PlannedDevice:
    """A device as officed will know it, and what only its maker knows.

    person          whose it is: the index of a person of its zone; None: everybody's
    measures        a meter: the device whose power it sees
    follows         a printer's plug: the print queue whose jobs make it warm
    rated_watts     full power of the load
    one_setpoint    an air conditioner that cools with a setpoint *named* heating and has its own ON/OFF key
    fahrenheit      a sensor that reports in °F
    has_duplexer    a print queue whose printer can turn the sheet
    obeys_ppd       a queue with a PPD: what its `Duplex` option says wins, and `sides` is nonsense
    """

    device: Device
    person: int | None = None
    measures: DeviceId | None = None
    follows: DeviceId | None = None
    rated_watts: float = 0.0
    one_setpoint: bool = False
    fahrenheit: bool = False
    has_duplexer: bool = True
    obeys_ppd: bool = False

    @property
    def id(self) -> DeviceId:
        """The device's id."""
        return self.device.id


@dataclass(frozen=True)
class Plan:
    """One virtual office. `last_seen` is the Zigbee2MQTT setting of that name."""

    zones: tuple[PlannedZone, ...]
    devices: tuple[PlannedDevice, ...]
    timezone: str = "Asia/Shanghai"
    closed_days: frozenset[date] = field(default_factory=frozenset)
    open_days: frozenset[date] = field(default_factory=frozenset)
    last_seen: LastSeen = "ISO_8601"

    @property
    def gateways(self) -> tuple[str, ...]:
        """The Zigbee2MQTT base topics, in the order of the devices."""
        addresses = (planned.device.address for planned in self.devices)
        return tuple(dict.fromkeys(each.base or "zigbee2mqtt" for each in addresses if each.family == "zigbee2mqtt"))
