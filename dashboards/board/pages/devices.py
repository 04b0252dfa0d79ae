"""Every device: heard or not, what it says, how far its last command is proved; and those that nobody has configured."""

from datetime import datetime

from dashboards.board.page import Arguments, Drawn, Kind, Part
from dashboards.views.machine import HEARINGS, Hearing, hearing, machines
from dashboards.views.unclaimed import unclaimed
from policies.state import State
from policies.words import say

ROWS = 100


class DevicesPage(Kind):
    """`/devices?show=silent&page=2`."""

    path = "/devices"
    query = ("show", "page")

    def parts(self, state: State, now: datetime, arguments: Arguments, past: object) -> Drawn | None:
        """A filter, a hundred rows, and the unclaimed ones."""
        del past
        devices = list(state.office.site.devices.values())
        counts: dict[Hearing, int] = dict.fromkeys(HEARINGS, 0)
        heard: dict[str, Hearing] = {}
        for item in devices:
            heard[item.id] = hearing(state.office.of(item.id), item.kind, now)
            counts[heard[item.id]] += 1
        show = arguments.get("show", "")
        chosen = [item for item in devices if show not in HEARINGS or heard[item.id] == show]
        pages = max(1, -(-len(chosen) // ROWS))
        text = arguments.get("page", "")
        page = min(int(text), pages) if text.isascii() and text.isdecimal() and int(text[:6]) > 0 else 1
        rows = machines(state, chosen[(page - 1) * ROWS : page * ROWS], now)
        strangers = unclaimed(state) if page == 1 else ()
        return Drawn(
            title=say("Devices"),
            top={"filter": Part("device_filter.html", (show, counts, HEARINGS, len(devices)))},
            body={
                **{f"device-{each.device.id}": Part("machine_row.html", each) for each in rows},
                "pages": Part("pages.html", (show, page, pages)),
                "unclaimed": Part("unclaimed.html", (strangers, len(state.office.unclaimed))),
            },
            layout="devices.html",
        )
