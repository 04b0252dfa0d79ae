"""One month, all figures that its report needs: rows in, `Month` out, the same whenever it is asked again.

Numbers that less than nine tenths of coverage stands behind are not there; `missing` says what they lack. Statutory figures
(per m², per person, kgce, CO₂) name the rows of the tables that they used.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from policies.accounting.avoided import Avoided, avoided
from policies.accounting.coverage import Coverage, coverage
from policies.accounting.cross_check import CrossCheck
from policies.accounting.day_sums import DaySum
from policies.accounting.deeds import Compliance, Deeds, PolicyKind, case_hours, deeds, setpoint_compliance
from policies.accounting.energy_use import EnergyUse, energy_use
from policies.accounting.factors import Factor, choose
from policies.accounting.hold_outs import hold_outs
from policies.accounting.interval import Interval
from policies.accounting.print_reconciling import Reconciled
from policies.accounting.print_use import PrintUse, print_use
from policies.history import CaseRow, CommandRow, JobRow, SavingRow
from policies.office.site import Site
from policies.office.tariff import Prices, Tariff
from policies.words import Words
from sensors.device import DeviceId

_UTC = ZoneInfo("UTC")


@dataclass(frozen=True, slots=True)
class Earlier:
    """A figure to compare with, and how much of it was known; None: that month has no figure."""

    kwh: float | None


@dataclass(frozen=True, slots=True)
class Rows:
    """What the past says about the month [start, end). Case rows may reach back further: they tell since when.

    `counted`: what printers' own counters say beside their jobs.
    """

    sums: Sequence[DaySum]
    jobs: Sequence[JobRow] = ()
    cases: Sequence[CaseRow] = ()
    commands: Sequence[CommandRow] = ()
    savings: Sequence[SavingRow] = ()
    first_heard: Mapping[DeviceId, datetime] = field(default_factory=dict)
    interval: Interval | None = None
    interval_by_rule: Mapping[str, Interval] = field(default_factory=dict)
    cross_check: CrossCheck | None = None
    hold_outs: int | None = None
    """None: counted from the cases."""
    counted: Mapping[DeviceId, Reconciled] = field(default_factory=dict)
    last_month: Earlier | None = None
    last_year: Earlier | None = None


@dataclass(frozen=True, slots=True)
class Yardstick:
    """What the figures are held against. `kinds`: what each policy judges; `regions` narrow to wide."""

    factors: Sequence[Factor] = ()
    regions: tuple[str, ...] = ("CN",)
    enabled: tuple[str, ...] = ()
    kinds: Mapping[str, PolicyKind] = field(default_factory=dict)
    target_kwh: float | None = None
    tariff_changes: bool = False
    tariff: Tariff | None = None
    price_rows: tuple[Prices, ...] = ()


@dataclass(frozen=True, slots=True)
class Change:
    """Against an earlier figure: 0.1 is a tenth more. None: one of the two is not there."""

    before_kwh: float | None
    share: float | None


@dataclass(frozen=True, slots=True)
class Month:
    """One month of one site. `start`, `end`: instants, half-open; `days`: local days."""

    site: str
    year: int
    month: int
    start: datetime
    end: datetime
    days: int
    area_m2: float | None
    people: int | None
    coverage: Coverage
    missing: tuple[Words, ...]
    energy: EnergyUse
    kgce: float | None
    co2_kg: float | None
    against_last_month: Change
    against_last_year: Change
    against_target: Change
    setpoint: Compliance
    room: Compliance
    avoided: Avoided
    printing: PrintUse
    counted: Mapping[DeviceId, Reconciled]
    deeds: Deeds
    factors: tuple[Factor, ...]
    tariff_changes: bool
    tariff: Tariff | None = None
    price_rows: tuple[Prices, ...] = ()
    """The rows that priced these days; one that is not `verified` (or whose tariff is not) is shown as such."""

    @property
    def cautions(self) -> tuple[Words, ...]:
        """Figures are given, and these devices were heard too little to be sure that theirs are whole."""
        return self.coverage.cautions()

    @property
    def is_price_verified(self) -> bool:
        """Whether somebody has checked every price that was used."""
        return self.tariff is None or (self.tariff.verified and all(row.verified for row in self.price_rows))


def month_bounds(year: int, month: int, timezone: str) -> tuple[datetime, datetime]:
    """The first instant of the month on the office's wall, and that of the next one."""
    zone = ZoneInfo(timezone)
    following = date(year + month // 12, month % 12 + 1, 1)
    first, after = (datetime(day.year, day.month, 1, tzinfo=zone) for day in (date(year, month, 1), following))
    return first.astimezone(_UTC), after.astimezone(_UTC)


def make_month(site: Site, year: int, month: int, rows: Rows, against: Yardstick) -> Month:
    """The whole month. Pure; the order of the rows does not matter."""
    start, end = month_bounds(year, month, site.calendar.timezone)
    first = date(year, month, 1)
    after = date(year + month // 12, month % 12 + 1, 1)
    sums = [each for each in rows.sums if first <= each.day < after]
    units = site.by_kind.get("climate", ())
    climate = [device.id for device in units if not device.open_loop]
    mute = [device.id for device in units if device.open_loop]
    known = coverage(sums, start, end, rows.first_heard, climate)
    energy = energy_use(sums, known, site.area_m2, site.people)
    last_day = after - timedelta(days=1)
    carbon = choose(
        against.factors,
        "electricity_co2",
        last_day,
        regions=against.regions,
        basis="generation",
        enabled=against.enabled,
    )
    coal = choose(
        against.factors,
        "electricity_kgce",
        last_day,
        regions=against.regions,
        basis="calorific",
        enabled=against.enabled,
    )
    return Month(
        site.id,
        year,
        month,
        start,
        end,
        (after - first).days,
        site.area_m2,
        site.people,
        known,
        known.missing(),
        energy,
        _times(energy.kwh, coal),
        _times(energy.kwh, carbon),
        _change(energy.kwh, None if rows.last_month is None else rows.last_month.kwh),
        _change(energy.kwh, None if rows.last_year is None else rows.last_year.kwh),
        _change(energy.kwh, against.target_kwh),
        setpoint_compliance(sums, climate, known, _cases(rows, against, "setpoint", start, end)[0], left_out=mute),
        _room(rows, against, sums, [*climate, *mute], known, start, end),
        avoided(
            [row for row in rows.savings if start <= row.at < end],
            rows.interval,
            rows.cross_check,
            hold_outs(rows.cases, site.calendar, start, end) if rows.hold_outs is None else rows.hold_outs,
            rows.interval_by_rule,
        ),
        print_use([row for row in rows.jobs if start <= row.at < end]),
        rows.counted,
        deeds(rows.cases, rows.commands, start, end),
        tuple(each for each in (carbon, coal) if each is not None and energy.kwh is not None),
        against.tariff_changes,
        against.tariff,
        against.price_rows,
    )


def _cases(rows: Rows, against: Yardstick, kind: PolicyKind, start: datetime, end: datetime) -> tuple[int, float]:
    names = [name for name, each in against.kinds.items() if each == kind]
    return case_hours(rows.cases, names, start, end)


def _room(
    rows: Rows,
    against: Yardstick,
    sums: Sequence[DaySum],
    climate: Sequence[DeviceId],
    known: Coverage,
    start: datetime,
    end: datetime,
) -> Compliance:
    """The air of rooms, by the hours of its own cases; nothing is said where no policy judges it."""
    if "room" not in against.kinds.values() or not known.is_enough:
        return Compliance(None, None, None, 0)
    number, hours = _cases(rows, against, "room", start, end)
    units = set(climate)
    running = sum(each.on_seconds for each in sums if each.device in units) / 3600
    return Compliance(max(0.0, 1 - hours / running) if running > 0 else None, hours, running, number)


def _times(kwh: float | None, factor: Factor | None) -> float | None:
    return None if kwh is None or factor is None else kwh * factor.value


def _change(now: float | None, before: float | None) -> Change:
    return Change(before, now / before - 1 if now is not None and before else None)
