"""Everything that a month's report needs, out of the store and the configuration, in one document. Asks once for each sort of row."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Final

from daemon.accounting.ledger_job import ledger
from daemon.configuration.table_files import bundled_factors
from daemon.reports.first_heard import first_heard
from daemon.reports.meter_days import meter_days
from dashboards.report.annex import Annex
from dashboards.report.compose import compose
from dashboards.report.document import Document, Name, Signature
from policies.accounting.basis import written
from policies.accounting.books import load_behind
from policies.accounting.coverage import ENOUGH
from policies.accounting.cross_check import CrossCheck, cross_check
from policies.accounting.day_sums import DaySum, sums_of
from policies.accounting.day_types import DayType, slots_between
from policies.accounting.interval import by_rule, interval
from policies.accounting.ledger import Entry, in_order
from policies.accounting.month import Earlier, Month, Rows, make_month, month_bounds
from policies.accounting.print_reconciling import reconciled
from policies.accounting.printing import figures
from policies.accounting.tariff import pricing_of
from policies.accounting.yardstick import yardstick
from policies.history import CaseRow, History, SavingRow
from policies.office.desk import Exemption
from policies.office.site import Site
from policies.policy import Policy
from sensors.device import ZoneId

_BEFORE: Final = timedelta(days=31)
_HOUR: Final = timedelta(hours=1)


def report(
    site: Site,
    policies: Iterable[Policy],
    history: History,
    year: int,
    month: int,
    *,
    made_at: datetime,
    revision: int = 0,
    signature: Signature | None = None,
    exemptions: Iterable[Exemption] = (),
) -> Document:
    """The document. Raises StoreUnavailable. The same store and instant give the same document."""
    found, rows = gathered(site, policies, history, year, month)
    start, end = found.start, found.end
    annex = Annex(
        site=Name(site.id, site.names),
        timezone=site.calendar.timezone,
        made_at=made_at,
        revision=revision,
        currency=found.tariff.currency if found.tariff is not None else "",
        signature=signature or Signature(),
        zones={zone: Name(zone, each.names) for zone, each in site.zones.items()},
        devices={device: Name(device, each.names) for device, each in site.devices.items()},
        cases=_last_rows(rows.cases, found.deeds.case_ids),
        exemptions=tuple(each for each in exemptions if each.until > start),
        leave=_leave(history, start, end),
        days=_days(rows.sums, found.start, found.end, site),
        heat=_heat(history, site, start, end),
        printing=figures([row for row in rows.jobs if start <= row.at < end], site.printing.reuse),
    )
    return compose(found, annex)


def gathered(site: Site, policies: Iterable[Policy], history: History, year: int, month: int) -> tuple[Month, Rows]:
    """All figures of a month, and the rows behind them. Raises StoreUnavailable."""
    start, end = month_bounds(year, month, site.calendar.timezone)
    pricing = pricing_of(site)
    loads = {device.id: load_behind(site, device) for device in site.devices.values()}
    jobs = history.jobs(start, end)
    printers = [device.id for device in site.by_kind.get("printer", ())]
    sums = sums_of(history, site, loads, (lambda _: None) if pricing is None else pricing.at, start, end)
    savings = history.savings(start, end)
    measured = _measured(site, history, savings, start, end)
    rows = Rows(
        sums,
        jobs,
        history.cases(start - _BEFORE, end),
        history.commands(start, end),
        savings,
        first_heard=first_heard(history, sums, site, start),
        interval=interval(measured),
        interval_by_rule=by_rule(measured),
        cross_check=held_against_the_model(site, history, start, end),
        counted=reconciled(history, printers, jobs, start, end),
        last_month=_earlier(site, history, year - (month == 1), (month - 2) % 12 + 1),
        last_year=_earlier(site, history, year - 1, month),
    )
    return make_month(site, year, month, rows, yardstick(site, policies, bundled_factors(), year, month)), rows


def held_against_the_model(site: Site, history: History, start: datetime, end: datetime) -> CrossCheck | None:
    """The whole office in [start, end), by its meters and the weather. None: no outdoor sensor."""
    days = meter_days(site, history, start, end)
    if days is None:
        return None
    first, after = (site.calendar.local(at).date() for at in (start, end))
    return cross_check(days, first, after)


def _measured(
    site: Site, history: History, savings: Iterable[SavingRow], start: datetime, end: datetime
) -> list[Entry]:
    """What the rows sum up, with what their interval is drawn from. Where an older officed wrote a figure without its basis, that is worked out anew."""
    entries, bare = written(savings)
    if bare:
        lacking = {(row.device, row.case_id, row.at) for row in bare}
        again = ledger(site, history, start, end, only={row.device for row in bare}).entries
        entries += [each for each in again if (each.action.device, each.action.case_id, each.action.at) in lacking]
    return in_order(entries)


def _earlier(site: Site, history: History, year: int, month: int) -> Earlier | None:
    """What that month used, where nine tenths of its metered time are known; devices that have gone since count as well."""
    start, end = month_bounds(year, month, site.calendar.timezone)
    devices = list(history.last("slot", "energy_kwh", start, end))
    used = history.slot_sums(devices, start, [0] * slots_between(start, end))
    if not used:
        return None
    whole = (end - start).total_seconds()
    share = sum(min(1.0, each.coverage_seconds / whole) for each in used) / len(used)
    return Earlier(sum(each.energy_kwh for each in used) if share >= ENOUGH else None)


def _last_rows(cases: Iterable[CaseRow], wanted: Iterable[str]) -> tuple[CaseRow, ...]:
    """Of each case that counted, the word that closed it, or the last one."""
    names, last = set(wanted), dict[str, CaseRow]()
    for row in sorted(cases, key=lambda each: each.at):
        name = row.case_id or ""
        if name in names and (name not in last or last[name].state != "closed"):
            last[name] = row
    return tuple(last[name] for name in sorted(last, key=lambda name: (last[name].opened_at_us or 0, name)))


def _leave(history: History, start: datetime, end: datetime) -> dict[ZoneId, int]:
    asked = history.windows("override", "until_us", start, end, end - start, ("zone",))
    return {ZoneId(each.key[0]): each.count for each in asked if each.key[0]}


def _days(sums: Iterable[DaySum], start: datetime, end: datetime, site: Site) -> dict[date, dict[DayType, float]]:
    first, after = (site.calendar.local(at).date() for at in (start, end))
    days: dict[date, dict[DayType, float]] = {}
    for each in sums:
        if each.energy_slots and first <= each.day < after:
            of_day = days.setdefault(each.day, {})
            of_day[each.type] = of_day.get(each.type, 0.0) + each.kwh
    return days


def _heat(history: History, site: Site, start: datetime, end: datetime) -> tuple[tuple[float | None, ...], ...]:
    cells: dict[tuple[int, int], list[float]] = {}
    hours = [start + number * _HOUR for number in range((end - start) // _HOUR + 1)]
    for each in history.totals("slot", "energy_kwh", hours):
        local = site.calendar.local(each.start)
        cells.setdefault((local.weekday(), local.hour), []).append(each.total)
    if not cells:
        return ()
    return tuple(
        tuple(sum(cells[day, hour]) / len(cells[day, hour]) if (day, hour) in cells else None for hour in range(24))
        for day in range(7)
    )
