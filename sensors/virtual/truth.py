"""What really happened, integrated inside the simulator at its own steps.

Nothing here is read back from what was published, and nothing is shared with the program that is being judged. Energy in
kWh, durations in seconds, days are local dates.
"""

from collections.abc import Iterable
from dataclasses import asdict, dataclass, field, fields
from datetime import date
from typing import Literal

from sensors.device import DeviceId, ZoneId

By = Literal["person", "command", "device"]
Fate = Literal["obeyed", "lost", "deaf", "silent", "refused"]


@dataclass(slots=True)
class Tally:
    """One device on one local day. `sheets` and the like count completed jobs; ended early: `sheets_of_failed_jobs`.

    `could_impressions`: of jobs of several sides on printers that can turn the sheet.
    """

    kwh: float = 0.0
    after_hours_kwh: float = 0.0
    on_seconds: float = 0.0
    after_hours_on_seconds: float = 0.0
    violation_seconds: float = 0.0
    jobs: int = 0
    duplex_jobs: int = 0
    one_page_jobs: int = 0
    sheets: int = 0
    impressions: int = 0
    duplex_impressions: int = 0
    could_impressions: int = 0
    sheets_of_failed_jobs: int = 0

    def add(self, other: "Tally") -> None:
        """Sum up, field by field."""
        for name in _FIELDS:
            setattr(self, name, getattr(self, name) + getattr(other, name))


_FIELDS = tuple(each.name for each in fields(Tally))


@dataclass(frozen=True, slots=True)
class Transition:
    """A device really changed. `to`: `on`, `off`, `cool 24.0`, `heat 20.0` …; a command that changes nothing is none."""

    device: DeviceId
    at: float
    to: str
    by: By


@dataclass(frozen=True, slots=True)
class CommandHeard:
    """A message on a command topic. `fate`: obeyed, lost, deaf, silent, refused; obeyed does not mean that it changed."""

    device: DeviceId
    at: float
    topic: str
    payload: bytes
    fate: Fate


@dataclass(slots=True)
class Truth:
    """The whole truth about one run."""

    meters: frozenset[DeviceId] = frozenset()
    days: dict[date, dict[DeviceId, Tally]] = field(default_factory=dict)
    person_seconds: dict[date, dict[ZoneId, float]] = field(default_factory=dict)
    transitions: list[Transition] = field(default_factory=list)
    commands: list[CommandHeard] = field(default_factory=list)
    people_present: dict[ZoneId, int] = field(default_factory=dict)
    quarters: dict[DeviceId, dict[int, float]] = field(default_factory=dict)
    """KWh by device and quarter of an hour (Unix seconds / 900), for whoever asked for it."""

    def tally(self, day: date, device: DeviceId) -> Tally:
        """Where today's sums of a device go."""
        return self.days.setdefault(day, {}).setdefault(device, Tally())

    def device(self, device: DeviceId, since: date | None = None, until: date | None = None) -> Tally:
        """Sums of one device over local days, both ends included; None: from the start, to now."""
        return _sum(tallies[device] for tallies in self._between(since, until) if device in tallies)

    def transitions_of(self, device: DeviceId) -> list[Transition]:
        """What really changed on one device, in order of time."""
        return [transition for transition in self.transitions if transition.device == device]

    def per_device(self, since: date | None = None, until: date | None = None) -> dict[DeviceId, Tally]:
        """The same for every device."""
        sums: dict[DeviceId, Tally] = {}
        for tallies in self._between(since, until):
            for device, tally in tallies.items():
                sums.setdefault(device, Tally()).add(tally)
        return sums

    def summary(self, since: date | None = None, until: date | None = None) -> dict[str, float]:
        """The whole office in one line; a meter's kWh are those of the device it measures and count once."""
        counted = (tally for device, tally in self.per_device(since, until).items() if device not in self.meters)
        figures: dict[str, float] = asdict(_sum(counted))
        figures["transitions"] = len(self.transitions)
        figures["commands"] = len(self.commands)
        figures["commands_obeyed"] = sum(1 for heard in self.commands if heard.fate == "obeyed")
        figures["people_present"] = sum(self.people_present.values())
        return figures

    def _between(self, since: date | None, until: date | None) -> Iterable[dict[DeviceId, Tally]]:
        for day, tallies in self.days.items():
            if (since is None or day >= since) and (until is None or day <= until):
                yield tallies


def _sum(tallies: Iterable[Tally]) -> Tally:
    total = Tally()
    for tally in tallies:
        total.add(tally)
    return total
