"""What a report says beside the month's own figures: names, evidence, leave, and who answers for it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from dashboards.report.document import Name, Signature
from policies.accounting.day_types import DayType
from policies.accounting.printing import Figures
from policies.history import CaseRow
from policies.office.desk import Exemption
from sensors.device import DeviceId, ZoneId


@dataclass(frozen=True, slots=True)
class Annex:
    """`zones`, `devices`: their names. `heat`: mean kWh by weekday (Monday first) and hour; None where nothing was counted.

    `days`: kWh of each local day by type of time. `cases`: the last row of each case that counted in the month. `leave`: how often somebody asked for time, by zone.
    """

    site: Name
    timezone: str
    made_at: datetime
    revision: int = 0
    currency: str = "CNY"
    signature: Signature = field(default_factory=Signature)
    zones: Mapping[ZoneId, Name] = field(default_factory=dict)
    devices: Mapping[DeviceId, Name] = field(default_factory=dict)
    cases: tuple[CaseRow, ...] = ()
    exemptions: tuple[Exemption, ...] = ()
    leave: Mapping[ZoneId, int] = field(default_factory=dict)
    days: Mapping[date, Mapping[DayType, float]] = field(default_factory=dict)
    heat: tuple[tuple[float | None, ...], ...] = ()
    printing: Mapping[str, Figures] = field(default_factory=dict)

    def zone(self, zone: ZoneId) -> Name:
        """Its name; its id where it is no longer configured."""
        return self.zones.get(zone, Name(zone, {}))

    def device(self, device: DeviceId) -> Name:
        """Its name; its id where it is no longer configured."""
        return self.devices.get(device, Name(device, {}))
