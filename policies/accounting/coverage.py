"""How much of a month is known: no figure without it, and none at all below nine tenths."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from policies.accounting.day_sums import DaySum
from policies.words import Words, say
from sensors.device import DeviceId, Load

ENOUGH: float = 0.9
NAMED_AT_MOST: int = 20


@dataclass(frozen=True, slots=True)
class DeviceCoverage:
    """`share` of the expected seconds in which the device was believed; `has_energy`: something measures it."""

    device: DeviceId
    load: Load
    share: float
    has_energy: bool


@dataclass(frozen=True, slots=True)
class Coverage:
    """Of what is metered. A share is None where there is nothing to cover."""

    share: float | None
    by_load: Mapping[Load, float]
    devices: tuple[DeviceCoverage, ...]
    climate_share: float | None

    @property
    def is_enough(self) -> bool:
        """Whether figures of the whole office may be given."""
        return self.share is not None and self.share >= ENOUGH

    def covers(self, load: Load) -> bool:
        """Whether figures of this end use may be given."""
        return self.by_load.get(load, 0.0) >= ENOUGH

    def cautions(self) -> tuple[Words, ...]:
        """Beside figures that are given: the metered devices that were not heard enough, whose energy may be incomplete."""
        lacking = sorted((each for each in self.devices if each.has_energy and each.share < ENOUGH), key=_by_share)
        return tuple(
            say("{device}: {known_percent} known", device=each.device, known_percent=round(each.share * 100, 1))
            for each in (lacking if self.is_enough else ())[:NAMED_AT_MOST]
        )

    def missing(self) -> tuple[Words, ...]:
        """What keeps the figures back, worst first; empty where they may be given."""
        if self.is_enough:
            return ()
        if self.share is None:
            return (say("no device with a meter was heard"),)
        words = [
            say(
                "{known_percent} of the metered time is known, {needed_percent} are needed",
                known_percent=round(self.share * 100, 1),
                needed_percent=ENOUGH * 100,
            )
        ]
        worst = sorted((each for each in self.devices if each.has_energy and each.share < ENOUGH), key=_by_share)
        words += [
            say("{device}: {known_percent} known", device=each.device, known_percent=round(each.share * 100, 1))
            for each in worst[:NAMED_AT_MOST]
        ]
        return tuple(words)


def coverage(
    sums: Iterable[DaySum],
    start: datetime,
    end: datetime,
    first_heard: Mapping[DeviceId, datetime],
    climate: Iterable[DeviceId] = (),
) -> Coverage:
    """Over [start, end). `first_heard`: since when a device is there, if that lies inside; else from `start`.

    Every device counts alike, a big one no more than a small one: what is silent cannot be weighed.
    """
    seconds: dict[DeviceId, float] = {}
    load: dict[DeviceId, Load] = {}
    measured: set[DeviceId] = set()
    for each in sums:
        seconds[each.device] = seconds.get(each.device, 0.0) + each.coverage_seconds
        load[each.device] = each.load
        if each.energy_slots:
            measured.add(each.device)
    devices = []
    for name in sorted(seconds):
        expected = (end - max(start, min(first_heard.get(name, start), end))).total_seconds()
        share = min(1.0, seconds[name] / expected) if expected > 0 else 1.0
        devices.append(DeviceCoverage(name, load[name], share, name in measured))
    metered = [each for each in devices if each.has_energy]
    loads = {each.load for each in metered}
    in_climate = set(climate)
    return Coverage(
        _mean([each.share for each in metered]),
        {name: _mean([each.share for each in metered if each.load == name]) or 0.0 for name in sorted(loads)},
        tuple(devices),
        _mean([each.share for each in devices if each.device in in_climate]),
    )


def _mean(values: Sequence[float]) -> float | None:
    return sum(values) / len(values) if values else None


def _by_share(each: DeviceCoverage) -> tuple[float, DeviceId]:
    return (each.share, each.device)
