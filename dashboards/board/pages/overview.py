"""The first page: is the office within its rules right now; and the same for a wall without a login."""

from datetime import datetime

from dashboards.board.page import Arguments, Drawn, Kind, Part
from dashboards.view import Overview, by_group, overview
from dashboards.views.kiosk import without_people
from policies.state import State


class OverviewPage(Kind):
    """`/`."""

    path = "/"

    def parts(self, state: State, now: datetime, arguments: Arguments, past: object) -> Drawn | None:
        """The answer above, then what happens, then every room."""
        del arguments, past
        return drawn(overview(state, now))


class KioskPage(Kind):
    """`/kiosk`: for a screen on the wall."""

    path = "/kiosk"
    is_for_kiosks = True

    def parts(self, state: State, now: datetime, arguments: Arguments, past: object) -> Drawn | None:
        """The same without names of people."""
        del arguments, past
        return drawn(without_people(overview(state, now)), links=False)


def drawn(page: Overview, *, links: bool = True) -> Drawn:
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
            "draw": Part("draw.html", (_coarse(page.power_watts), page.power_is_partial)),
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


def _coarse(watts: float | None) -> float | None:
    """A kilowatt's tenth is all that is shown."""
    return None if watts is None else round(watts, -2) if watts >= 1000 else round(watts)  # noqa: PLR2004  a kilowatt
