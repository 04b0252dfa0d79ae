"""What a month used: by end use, by type of time, by zone, by day; nothing where too little is known."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from policies.accounting.coverage import Coverage
from policies.accounting.day_sums import DaySum
from policies.accounting.day_types import DAY_TYPES, OPEN_TYPES, DayType
from policies.accounting.tariff import Period
from sensors.device import DeviceId, Load, ZoneId


@dataclass(frozen=True, slots=True)
class EndUse:
    """One load. `kwh` None: below nine tenths of coverage, `share_known` says how far; its parts are None with it."""

    load: Load
    devices: int
    share_known: float
    kwh: float | None
    cost: float | None
    by_type: Mapping[DayType, float] | None


@dataclass(frozen=True, slots=True)
class EnergyUse:
    """Of all metered devices. Every figure is None where coverage does not carry it; `cost` also without a tariff."""

    kwh: float | None = None
    cost: float | None = None
    closed_kwh: float | None = None
    kwh_per_m2: float | None = None
    kwh_per_person: float | None = None
    by_type: Mapping[DayType, float] | None = None
    by_period: Mapping[Period, float] | None = None
    by_day: Mapping[date, float] | None = None
    by_zone: Mapping[ZoneId, float] | None = None
    end_uses: tuple[EndUse, ...] = ()
    top_closed: tuple[tuple[DeviceId, float], ...] = ()

    @property
    def closed_share(self) -> float | None:
        """The part that was used while closed."""
        return None if not self.kwh or self.closed_kwh is None else self.closed_kwh / self.kwh


TOP = 10


@dataclass
class _Totals:
    kwh: float = 0.0
    cost: float | None = 0.0
    devices: set[DeviceId] = field(default_factory=set)
    by_type: dict[DayType, float] = field(default_factory=lambda: dict.fromkeys(DAY_TYPES, 0.0))

    def add(self, each: DaySum) -> None:
        self.kwh += each.kwh
        self.cost = None if self.cost is None or each.cost is None else self.cost + each.cost
        self.by_type[each.type] += each.kwh
        self.devices.add(each.device)


def energy_use(sums: Iterable[DaySum], known: Coverage, area_m2: float | None, people: int | None) -> EnergyUse:
    """The figures that the coverage carries. End uses that are known are given even where the whole is not."""
    whole, by_load = _Totals(), dict[Load, _Totals]()
    by_period: dict[Period, float] = {}
    by_day: dict[date, float] = {}
    by_zone: dict[ZoneId, float] = {}
    closed: dict[DeviceId, float] = {}
    for each in sums:
        if not each.energy_slots:
            continue
        whole.add(each)
        by_load.setdefault(each.load, _Totals()).add(each)
        by_day[each.day] = by_day.get(each.day, 0.0) + each.kwh
        by_zone[each.zone] = by_zone.get(each.zone, 0.0) + each.kwh
        for period, kwh in each.kwh_by_period.items():
            by_period[period] = by_period.get(period, 0.0) + kwh
        if each.type not in OPEN_TYPES:
            closed[each.device] = closed.get(each.device, 0.0) + each.kwh
    end_uses = tuple(_end_use(load, by_load[load], known) for load in sorted(by_load))
    if not known.is_enough:
        return EnergyUse(end_uses=end_uses)
    return EnergyUse(
        whole.kwh,
        whole.cost,
        sum(closed.values()),
        whole.kwh / area_m2 if area_m2 else None,
        whole.kwh / people if people else None,
        whole.by_type,
        by_period or None,
        dict(sorted(by_day.items())),
        dict(sorted(by_zone.items())),
        end_uses,
        _most(closed),
    )


def _end_use(load: Load, totals: _Totals, known: Coverage) -> EndUse:
    share = known.by_load.get(load, 0.0)
    if not known.covers(load):
        return EndUse(load, len(totals.devices), share, None, None, None)
    return EndUse(load, len(totals.devices), share, totals.kwh, totals.cost, totals.by_type)


def _most(closed: Mapping[DeviceId, float]) -> tuple[tuple[DeviceId, float], ...]:
    ordered: Sequence[tuple[DeviceId, float]] = sorted(closed.items(), key=lambda item: (-item[1], item[0]))
    return tuple(item for item in ordered[:TOP] if item[1] > 0)
