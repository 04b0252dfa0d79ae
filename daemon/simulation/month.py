"""The month of a simulated office as officed would report it, and the truth of the same days beside it."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from daemon.accounting.ledger_job import Ledger, ledger
from daemon.configuration.table_files import bundled_factors
from daemon.reports.gather import held_against_the_model
from daemon.simulation.memory import MemoryHistory
from policies.accounting.basis import basis_of
from policies.accounting.books import load_behind
from policies.accounting.day_sums import day_sums
from policies.accounting.day_types import SLOT
from policies.accounting.interval import by_rule
from policies.accounting.ledger import RESTART_SLOTS, Entry, LedgerName
from policies.accounting.month import Month, Rows, make_month, month_bounds
from policies.accounting.tariff import price_of, pricing_of
from policies.accounting.yardstick import yardstick
from policies.history import SavingRow
from policies.state import State
from sensors.device import DeviceId
from sensors.virtual.truth import Truth

_BEFORE = timedelta(days=31)


@dataclass(frozen=True, slots=True)
class Compared:
    """One figure. `truth` is integrated inside the simulator; `found` None: officed gives no figure, and says why."""

    name: str
    truth: float
    found: float | None

    @property
    def error(self) -> float | None:
        """Share of the truth by which the figure is off; None where there is none."""
        if self.found is None:
            return None
        return abs(self.found - self.truth) / abs(self.truth) if self.truth else abs(self.found)


def reported(state: State, history: MemoryHistory, year: int, month: int) -> tuple[Month, Ledger]:
    """The month and its ledger, which is kept in the history as well."""
    site = state.office.site
    start, end = month_bounds(year, month, site.calendar.timezone)
    pricing = pricing_of(site)
    found = ledger(site, history, start, end, price=price_of(pricing))
    history.save(saving(entry, site.id) for entry in found.entries)
    loads = {device.id: load_behind(site, device) for device in site.devices.values()}
    rows = Rows(
        day_sums(history.slots(start, end), site, loads, (lambda _: None) if pricing is None else pricing.at),
        history.jobs(start, end),
        history.cases(start - _BEFORE, end),
        history.commands(start, end),
        history.savings(start, end),
        interval=found.interval,
        interval_by_rule=by_rule(found.entries),
        cross_check=held_against_the_model(site, history, start, end),
    )
    return make_month(site, year, month, rows, yardstick(site, state.policies, bundled_factors(), year, month)), found


def against_truth(month: Month, truth: Truth) -> Iterator[Compared]:
    """Figure by figure. Energy is that of the devices that have a meter, setpoints those of all air conditioners."""
    first = date(month.year, month.month, 1)
    tallies = truth.per_device(first, first + timedelta(days=month.days - 1))
    metered = [tallies[each.device] for each in month.coverage.devices if each.has_energy and each.device in tallies]
    every = list(tallies.values())
    judged = [tally for name, tally in tallies.items() if name not in month.setpoint.left_out]
    printing = month.printing
    yield Compared("kWh", sum(each.kwh for each in metered), month.energy.kwh)
    yield Compared("kWh after hours", sum(each.after_hours_kwh for each in metered), month.energy.closed_kwh)
    yield Compared(
        "hours of violation", sum(each.violation_seconds for each in judged) / 3600, month.setpoint.violation_hours
    )
    yield Compared("sheets", sum(each.sheets for each in every), printing.sheets)
    yield Compared("jobs", sum(each.jobs for each in every), printing.jobs)
    could = sum(each.could_impressions for each in every)
    if could:
        yield Compared(
            "share on both sides", sum(each.duplex_impressions for each in every) / could, printing.duplex_rate
        )


def saving(entry: Entry, site: str) -> SavingRow:
    """As the database keeps it."""
    action = entry.action
    return SavingRow(
        at=action.at,
        device=action.device,
        zone=action.zone,
        site=site,
        ledger=entry.ledger,
        policy=action.policy,
        avoided_kwh=entry.avoided_kwh,
        avoided_cost=entry.avoided_cost,
        method=entry.method,
        case_id=action.case_id,
        basis=basis_of(entry),
    )


def avoided_truth(entries: Iterable[Entry], here: Truth, there: Truth, only: frozenset[LedgerName]) -> float:
    """KWh that these entries really avoided, in the quarters that they claim and the hour of starting again.

    `here`: what happened; `there`: the same office, seed and days, with officed only watching. Both with their quarters.
    """
    quarters: set[tuple[DeviceId, int]] = set()
    for entry in entries:
        if entry.ledger in only:
            last = max(entry.claimed) + SLOT
            again = [last + number * SLOT for number in range(RESTART_SLOTS if entry.restart_kwh else 0)]
            quarters |= {(entry.action.device, int(at.timestamp() // 900)) for at in (*entry.claimed, *again)}
    return sum(
        there.quarters.get(device, {}).get(quarter, 0.0) - here.quarters.get(device, {}).get(quarter, 0.0)
        for device, quarter in sorted(quarters)
    )
