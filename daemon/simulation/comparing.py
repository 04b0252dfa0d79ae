"""What a simulation prints: the truth beside what officed found, for the whole run and for its last whole month."""

from dataclasses import dataclass

from rich.table import Table

from daemon.simulation.findings import Findings
from daemon.simulation.memory import MemoryHistory
from daemon.simulation.month import against_truth, avoided_truth, reported
from policies.accounting.cross_check import CrossCheck
from policies.accounting.interval import Interval
from policies.accounting.ledger import LedgerName
from policies.state import State
from sensors.virtual.truth import Truth

_KWH, _HOURS = "kWh", "h"


@dataclass(frozen=True)
class Result:
    """One run."""

    truth: Truth
    found: Findings
    state: State
    history: MemoryHistory


def compared(result: Result, days: int) -> Table:
    """The truth beside the findings, a row a quantity."""
    truth, found = result.truth, result.found
    figures = truth.summary()
    switched = {
        device.id
        for device in result.state.office.site.devices.values()
        if device.kind in {"plug", "light", "climate"} and not device.is_protected
    }
    table = Table(
        title=f"{days} days, {found.readings:,} readings, {found.steps:,} steps", box=None, title_justify="left"
    )
    table.add_column("")
    table.add_column("truth", justify="right")
    table.add_column("officed", justify="right")
    table.add_row("setpoint violation", _h(figures["violation_seconds"]), _h(sum(found.violation_seconds.values())))
    after = sum(tally.after_hours_on_seconds for device, tally in truth.per_device().items() if device in switched)
    table.add_row("on after hours / in a case", _h(after), _h(sum(found.after_hours_seconds.values())))
    table.add_row("energy of metered devices", _kwh(_metered(result)), _kwh(sum(found.kwh.values())))
    table.add_row("sheets printed", f"{figures['sheets']:.0f}", f"{found.sheets}")
    table.add_row("print jobs", f"{figures['jobs']:.0f}", f"{found.jobs} ({found.unknown_jobs} unknown)")
    table.add_row("commands heard / sent", f"{figures['commands']:.0f}", f"{found.commands}")
    table.add_row("  of these obeyed / proved", f"{figures['commands_obeyed']:.0f}", f"{found.turns.get('proved', 0)}")
    table.add_row("cases opened", "", f"{found.turns.get('opened', 0)}")
    table.add_row("stuck, told to the owner", "", f"{found.turns.get('stuck', 0)}")
    table.add_row("left to people (gave way, busy, not allowed …)", "", f"{found.turns.get('refused', 0)}")
    return table


def _metered(result: Result) -> float:
    per_device = result.truth.per_device()
    return sum(tally.kwh for device, tally in per_device.items() if device in result.found.kwh)


def month_compared(result: Result, year: int, month: int, there: Truth | None = None) -> Table:
    """The month's report in short, what was avoided with its interval.

    `there`: the same office with officed only watching. Without it what was avoided has no truth.
    """
    found, ledger = reported(result.state, result.history, year, month)
    table = Table(title=f"the report of {year}-{month:02d}", box=None, title_justify="left")
    table.add_column("")
    table.add_column("truth", justify="right")
    table.add_column("officed", justify="right")
    for figure in against_truth(found, result.truth):
        given = "no figure" if figure.found is None else f"{figure.found:,.3f}"
        table.add_row(figure.name, f"{figure.truth:,.3f}", given)
    for words in (*found.missing, *found.cautions):
        table.add_row(f"  {words}")
    avoided = found.avoided

    def really(ledger_name: LedgerName, rule: str | None = None) -> str:
        if there is None:
            return ""
        entries = [each for each in ledger.entries if rule is None or each.action.policy == rule]
        return _kwh(avoided_truth(entries, result.truth, there, frozenset({ledger_name})))

    table.add_row("avoided, measured", really("measured"), _between(avoided.measured.kwh, avoided.interval))
    for rule, span in avoided.by_rule.items():
        table.add_row(f"  {rule}", really("measured", rule), _between(avoided.measured.by_policy[rule], span))
    table.add_row("avoided, estimated", really("estimated"), _kwh(avoided.estimated.kwh))
    table.add_row("nights left alone by lot", "", f"{avoided.hold_outs}")
    if avoided.cross_check is not None:
        table.add_row("the whole office against its model", "", _checked(avoided.cross_check))
        for words in avoided.cross_check.missing:
            table.add_row(f"  {words}")
    return table


def _between(kwh: float, span: Interval | None) -> str:
    return _kwh(kwh) if span is None else f"{_kwh(kwh)} ({span.low_kwh:,.1f} to {span.high_kwh:,.1f})"


def _checked(check: CrossCheck) -> str:
    words = check.conclusion.replace("_", " ")
    if check.saving is None or check.low is None or check.high is None:
        return words
    return f"{words}: {check.saving:.1%} less ({check.low:.1%} to {check.high:.1%})"


def _h(seconds: float) -> str:
    return f"{seconds / 3600:,.1f} {_HOURS}"


def _kwh(value: float) -> str:
    return f"{value:,.1f} {_KWH}"
