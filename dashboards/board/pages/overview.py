"""The first page: is the office within its rules right now; and the same for a wall without a login."""

from datetime import datetime

from dashboards.board.floor_plan import FloorPlan
from dashboards.board.page import Arguments, Drawn, Kind, Part
from dashboards.view import Overview, by_group, overview
from dashboards.views.kiosk import without_people
from dashboards.views.place import Named
from dashboards.views.room import Standing
from dashboards.views.usual import UsualDay, UsualDays
from policies.history import History
from policies.state import State


class OverviewPage(Kind):
    """`/`. `plan`: the office's own drawing, above the rooms."""

    path = "/"
    needs_past = True

    def __init__(self, plan: FloorPlan | None = None) -> None:
        self._plan = plan
        self._usual = UsualDays()

    def past(self, history: History, state: State, now: datetime, arguments: Arguments) -> object:
        """What was used today, beside a usual day."""
        del arguments
        return self._usual.at(history, state.office.site.calendar, now)

    def parts(self, state: State, now: datetime, arguments: Arguments, past: object) -> Drawn | None:
        """The answer above, then what happens, then every room."""
        del arguments
        return drawn(overview(state, now), self._plan, past if isinstance(past, UsualDay) else None)


class KioskPage(OverviewPage):
    """`/kiosk`: for a screen on the wall."""

    path = "/kiosk"
    is_for_kiosks = True

    def parts(self, state: State, now: datetime, arguments: Arguments, past: object) -> Drawn | None:
        """The same without names of people."""
        del arguments
        usual = past if isinstance(past, UsualDay) else None
        return drawn(without_people(overview(state, now)), self._plan, usual, links=False)


def drawn(page: Overview, plan: FloorPlan | None, usual: UsualDay | None, *, links: bool = True) -> Drawn:
    """The parts of the first page. `links`: rooms and cases lead to their own pages."""
    groups = by_group(page)
    rooms = "room.html" if links else "room_alone.html"
    stories = "stories.html" if links else "stories_alone.html"
    return Drawn(
        title=None,
        top={"answer": Part("answer.html", (page.answer, page.site))},
        body={
            "person": Part(stories, ("person", groups["person"])),
            "running": Part(stories, ("running", groups["running"])),
            "planned": Part("planned.html", (page.planned, left_seconds(page))),
            "done": Part("corrections.html", page.corrections),
            "draw": Part("draw.html", (_coarse(page.power_watts), page.power_is_partial, usual)),
            "plan": Part("floor_plan.html", (plan, _standings(page) if plan else (), links)),
            **{f"room-{each.zone.id}": Part(rooms, each) for each in page.rooms},
            "watched": Part(stories, ("watched", groups["watched"])),
            "pending": Part(stories, ("pending", groups["pending"])),
            "leave": Part("leaves.html", page.leaves),
            "silent": Part("silent.html", (page.silent, page.unclaimed)),
        },
        layout="overview.html",
    )


def left_seconds(page: Overview) -> float | None:
    """How long until the planned act, in steps coarse enough not to redraw every second; None without one."""
    if page.planned is None:
        return None
    seconds = max(0.0, (page.planned.at - page.now).total_seconds())
    return -(-seconds // 10) * 10 if seconds <= 90 else -(-seconds // 60) * 60  # noqa: PLR2004  a minute and a half


def _standings(page: Overview) -> tuple[tuple[Named, Standing], ...]:
    return tuple((each.zone, each.standing) for each in page.rooms)


def _coarse(watts: float | None) -> float | None:
    """A kilowatt's tenth is all that is shown."""
    return None if watts is None else round(watts, -2) if watts >= 1000 else round(watts)  # noqa: PLR2004  a kilowatt
