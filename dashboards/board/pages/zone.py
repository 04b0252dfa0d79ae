"""One room, with the button for more time."""

from datetime import datetime

from dashboards.board.decisions import REASONS
from dashboards.board.door import Person
from dashboards.board.page import Arguments, Drawn, Kind, Part
from dashboards.views.overtime import budget, overtimes
from dashboards.views.place import zone
from dashboards.views.zone import Curves, curves, zone_page
from policies.history import History
from policies.office.requests import AskOvertime, DecideOvertime, Exempt, Extend
from policies.state import State
from policies.words import say
from sensors.device import ZoneId

QUICK_MINUTES = (60, 120, 240)
BECAUSE = (say("still working"), say("a meeting"), say("visitors"))


class RoomPage(Kind):
    """`/zones/ZONE`."""

    path = "/zones/{zone}"
    needs_past = True

    def past(self, history: History, state: State, now: datetime, arguments: Arguments) -> object:
        """The last 24 hours."""
        return curves(history, state, ZoneId(arguments["zone"]), now)

    def parts(self, state: State, now: datetime, arguments: Arguments, past: object) -> Drawn | None:
        """The room above, its cases, day and devices below."""
        page = zone_page(state, ZoneId(arguments["zone"]), now)
        if page is None:
            return None
        known = past if isinstance(past, Curves) else None
        return Drawn(
            title=page.room.zone,
            top={"head": Part("zone_head.html", (page.room, page.owner)), "leave": Part("leaves.html", page.leaves)},
            body={
                "cases": Part("stories.html", ("here", page.stories)),
                "celsius": Part("chart.html", ("celsius", known.celsius if known else None)),
                "watts": Part("chart.html", ("watts", known.watts if known else None)),
                "devices": Part("machines.html", page.machines),
                "exempt": Part("exemptions.html", page.exemptions),
                "overtime": Part(
                    "overtime.html",
                    (overtimes(state, now, ZoneId(arguments["zone"])), budget(state, ZoneId(arguments["zone"]), now)),
                ),
            },
        )

    def forms(self, state: State, now: datetime, arguments: Arguments, person: Person) -> Part | None:
        """More time, recurring overtime, and for admins an exemption."""
        page = zone_page(state, ZoneId(arguments["zone"]), now)
        if page is None or not person.may(Extend):
            return None
        exempt = (REASONS, page.exemptions) if person.may(Exempt) else None
        names = zone(state.office.site, ZoneId(arguments["zone"]))
        recurring = overtimes(state, now, ZoneId(arguments["zone"]))
        today = state.office.site.calendar.local(now).date()
        overtime = (recurring, today, person.may(DecideOvertime)) if person.may(AskOvertime) else None
        return Part("extend.html", (names, QUICK_MINUTES, BECAUSE, page.leaves, exempt, overtime))
