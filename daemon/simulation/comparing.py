"""What a simulation prints: the truth beside what officed found, for the whole run and for its last whole month."""

from dataclasses import dataclass

from rich.table import Table

from daemon.simulation.findings import Findings
from daemon.simulation.memory import MemoryHistory
from daemon.simulation.month import against_truth, reported
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
        device.id for device in result.state.office.site.devices.values() if device.kind in {"plug", "light", "climate"}
    }
    table = Table(
        title=f"{days} days, {found.readings:,} readings, {found.steps:,} steps", box=None, title_justify="left"
    )
    table.add_column("")
    table.add_column("truth", justify="right")
    table.add_column("officed", justify="right")
    table.add_row("setpoint violation", _h(figures["violation_seconds"]), _h(sum(found.violation_seconds.values())))
    after = sum(tally.after_hours_on_seconds for device, tally in truth.per_device().items() if device in switched)
    table.add_row("on after hours", _h(after), _h(sum(found.after_hours_seconds.values())))
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


def month_compared(result: Result, year: int, month: int) -> Table:
    """The month's report in short. What was avoided has no truth in one run: its interval is beside it."""
    found, _ = reported(result.state, result.history, year, month)
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
    span = avoided.interval
    between = "" if span is None else f"{span.low_kwh:,.1f} to {span.high_kwh:,.1f} {_KWH}"
    table.add_row("avoided, measured", between, _kwh(avoided.measured.kwh))
    table.add_row("avoided, estimated", "", _kwh(avoided.estimated.kwh))
    table.add_row("nights left alone by lot", "", f"{avoided.hold_outs}")
    return table


def _h(seconds: float) -> str:
    return f"{seconds / 3600:,.1f} {_HOURS}"


def _kwh(value: float) -> str:
    return f"{value:,.1f} {_KWH}"
