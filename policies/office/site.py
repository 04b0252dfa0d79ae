"""What somebody configured: zones and devices of one site. Immutable; a reload makes a new one."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

from policies.office.calendar import Calendar, Hours
from policies.office.energy_plan import EnergyPlan
from policies.office.print_plan import PrintPlan
from policies.office.season import SeasonPlan
from sensors.device import Device, DeviceId, Kind, ZoneId


@dataclass(frozen=True, slots=True)
class Zone:
    """A room or an area with one set of hours and one owner. `names` by language code. `leave_hours_per_month` None: unlimited.

    `area_m2`, `people` None: nobody told us, and nothing is divided by them.
    """

    id: ZoneId
    hours: Hours
    names: Mapping[str, str] = field(default_factory=dict)
    owner: str = ""
    floor: str = ""
    leave_hours_per_month: float | None = None
    area_m2: float | None = None
    people: int | None = None


@dataclass(frozen=True)
class Site:
    """One office. `area_m2` and `people` are None where nobody told us: then nothing is divided by them."""

    id: str
    calendar: Calendar
    zones: Mapping[ZoneId, Zone]
    devices: Mapping[DeviceId, Device]
    names: Mapping[str, str] = field(default_factory=dict)
    language: str = "en"
    area_m2: float | None = None
    people: int | None = None
    seasons: SeasonPlan = field(default_factory=SeasonPlan)
    printing: PrintPlan = field(default_factory=PrintPlan)
    energy: EnergyPlan = field(default_factory=EnergyPlan)

    @cached_property
    def by_kind(self) -> Mapping[Kind, tuple[Device, ...]]:
        """All devices of a kind, in the order of the configuration."""
        kinds: dict[Kind, list[Device]] = {}
        for device in self.devices.values():
            kinds.setdefault(device.kind, []).append(device)
        return {kind: tuple(devices) for kind, devices in kinds.items()}

    @cached_property
    def in_zone(self) -> Mapping[ZoneId, tuple[Device, ...]]:
        """All devices of a zone, in the order of the configuration."""
        zones: dict[ZoneId, list[Device]] = {zone: [] for zone in self.zones}
        for device in self.devices.values():
            zones.setdefault(device.zone, []).append(device)
        return {zone: tuple(devices) for zone, devices in zones.items()}

    @cached_property
    def measured_by(self) -> Mapping[DeviceId, tuple[DeviceId, ...]]:
        """For each meter, the devices whose power it measures."""
        meters: dict[DeviceId, list[DeviceId]] = {}
        for device in self.devices.values():
            if device.meter is not None:
                meters.setdefault(device.meter, []).append(device.id)
        return {meter: tuple(devices) for meter, devices in meters.items()}

    @cached_property
    def switchable(self) -> int:
        """How many devices somebody has allowed to be switched off."""
        return sum(1 for device in self.devices.values() if device.switchable and not device.is_protected)
