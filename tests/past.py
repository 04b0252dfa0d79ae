"""A past that a test writes by hand: readings of devices, commands and slots in the embedded store, as the daemon stores them."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from pathlib import Path

from lived import Store
from offices import office

from daemon.accounting.bookkeeper import slot_line
from daemon.accounting.replay import rebuilt
from daemon.history.points import Points
from policies.accounting.books import SiteSlot
from policies.policy import Policy
from policies.state import State
from sensors.device import Device, DeviceId
from sensors.readings import AnyReading, Power


class Past:
    """One office. What is written is written in the order of the calls."""

    def __init__(self, folder: Path, *devices: Device, policies: Iterable[Policy] = ()) -> None:
        self.store = Store(folder)
        self.history = self.store.history
        self.state: State = office(*devices, policies=tuple(policies))
        self.site = self.state.office.site
        self.points = Points(self.site.id)

    def hear(self, readings: Iterable[AnyReading]) -> None:
        """Stored at their own instants."""
        lines = [self.points.line(each, self.site.devices[each.device]) for each in readings]
        self._put([line for line in lines if line is not None])

    def sum_up(self, start: datetime, end: datetime) -> None:
        """The slots that the history makes now."""
        self.write(rebuilt(self.site, self.history, start, end, ()))

    def write(self, slots: Iterable[SiteSlot]) -> None:
        """Slots as they are."""
        lines = [slot_line(self.points, each) for each in slots]
        self._put([line for line in lines if line is not None])

    def command(
        self, at: datetime, device: str, *, remedy: str, celsius: float | None = None, what: str = "proved"
    ) -> None:
        """A command that was proved (or `what`)."""
        zone = self.site.devices[DeviceId(device)].zone
        case = f"{device}-{at:%d%H%M}"
        line = self.points.command_line(
            at=at, policy="p", device=device, zone=zone, command_id=f"{case}-1", state=what, case_id=case, remedy=remedy,
            celsius=celsius,
        )  # fmt: skip
        self._put([line])

    def energy(self, start: datetime, end: datetime, device: str = "plug") -> float:
        """KWh of the stored slots."""
        return sum(float(each.value) for each in self.history.series(device, "slot", "energy_kwh", start, end))

    def _put(self, lines: list[bytes]) -> None:
        if lines:
            self.store.advance(0, b"\n".join(lines), len(lines), (), None)


def drawn(
    start: datetime,
    end: datetime,
    watts: float,
    total_kwh: float,
    every: timedelta = timedelta(minutes=5),
    *,
    on: bool = True,
) -> list[Power]:
    """A plug that draws so much all the time, and its counter."""
    found = []
    at = start
    while at < end:
        hours = (at - start).total_seconds() / 3600
        found.append(
            Power(
                device=DeviceId("plug"),
                arrived_at=at,
                is_on=on,
                watts=watts,
                energy_kwh_total=total_kwh + watts * hours / 1000,
            )
        )
        at += every
    return found


class Standing:
    """A clock that stands."""

    def __init__(self, at: datetime) -> None:
        self._at = at

    def now(self) -> datetime:
        """Always the same."""
        return self._at

    def seconds_until(self, at: datetime) -> float:
        """Nobody waits for it."""
        return (at - self._at).total_seconds()
