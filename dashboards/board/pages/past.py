"""The pages that look back: energy and printing."""

from datetime import datetime

from dashboards.board.page import Arguments, Drawn, Kind, Part
from dashboards.views.energy import Energy, energy, standby
from dashboards.views.printed import Printed, printed, since
from policies.accounting.print_reconciling import reconciled
from policies.history import History
from policies.state import State
from policies.words import say


class EnergyPage(Kind):
    """`/energy`."""

    path = "/energy"
    needs_past = True

    def past(self, history: History, state: State, now: datetime, arguments: Arguments) -> object:
        """The last week's slots, and four weeks for the map."""
        del arguments
        return energy(history, state, now)

    def parts(self, state: State, now: datetime, arguments: Arguments, past: object) -> Drawn | None:
        """What was used, and what is drawn for nothing now."""
        del arguments
        known = past if isinstance(past, Energy) else None
        return Drawn(
            title=say("Energy"),
            top={"energy": Part("energy.html", known)},
            body={"standby": Part("standby.html", standby(state, now))},
        )


class PrintingPage(Kind):
    """`/printing`."""

    path = "/printing"
    needs_past = True

    def past(self, history: History, state: State, now: datetime, arguments: Arguments) -> object:
        """The last weeks' jobs."""
        del arguments
        site = state.office.site
        start = since(now)
        jobs = history.jobs(start, now)
        printers = [device.id for device in site.by_kind.get("printer", ())]
        counters = reconciled(history, printers, jobs, start, now)
        return printed(jobs, site.calendar.timezone, now, site.printing, counters)

    def parts(self, state: State, now: datetime, arguments: Arguments, past: object) -> Drawn | None:
        """Sheets, both sides, repeats."""
        del state, now, arguments
        return Drawn(
            title=say("Printing"), top={"printing": Part("printing.html", past if isinstance(past, Printed) else None)}
        )
