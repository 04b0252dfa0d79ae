"""What a device would have used: the same quarters of an hour on its last comparable days without a command of ours.

Comparable is a day of the same class on which the device was on at the time of the switch-off, and what followed it until the
next opening: days on which somebody had switched it off himself say nothing about a night on which nobody did. The median of
the last five to ten, no more than their 90th percentile, no more than the device ever used off hours; taken over all claimed
quarters of a day together, because of a load that heats three minutes in forty every single quarter has a median of nothing.
"Watts just before, times hours" would claim 5 % too much on average and 59 % at worst (domain 4.4).
Such days run out once everything is switched off automatically: so the baseline stays until it expires, and hold-out nights
renew it.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from copy import copy
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from statistics import fmean, median
from typing import Final, NamedTuple, Protocol

from policies.accounting.day_types import OPEN_TYPES, SLOT_SECONDS, DayClass, LocalSlot, day_type, local_slot
from policies.office.calendar import Calendar, Hours

FEWEST_DAYS: Final = 5
MOST_DAYS: Final = 10
EXPIRES_AFTER: Final = timedelta(days=90)
ENOUGH_COVERAGE: Final = 0.9
"""Share of a slot that must be believed before it stands for anything."""


class Summed(Protocol):
    """What the baseline needs of a slot, from memory or from the database."""

    @property
    def at(self) -> datetime:
        """Its start."""

    @property
    def energy_kwh(self) -> float | None:
        """Measured energy; None: not known."""

    @property
    def coverage_seconds(self) -> float | None:
        """Seconds of it that are believed."""

    @property
    def controlled(self) -> bool | None:
        """A command of ours held."""

    @property
    def on_seconds(self) -> float | None:
        """Seconds on."""


@dataclass
class FreeDay:
    """One local day without a command: kWh by quarter, as far as covered. The repeated hour keeps its mean."""

    day: date
    kwh: dict[int, float] = field(default_factory=dict)
    closed: set[int] = field(default_factory=set)
    off: set[int] = field(default_factory=set)

    def was_on(self, quarter: int, above_kwh: float) -> bool:
        """Known to be on in that quarter, and awake: using more than so much."""
        return self.kwh.get(quarter, -1.0) > above_kwh and quarter not in self.off


Shift = Callable[[date, date, int], float]
"""KWh that a quarter of an hour of the first day would have used more in the weather of the second."""


class Would(NamedTuple):
    """`by_quarter`: kWh of each whole quarter. `residuals`: how far each comparable day was from their sum."""

    by_quarter: Mapping[int, float]
    residuals: Mapping[date, float]


@dataclass(frozen=True)
class Comparable:
    """The days that stand for one day, newest first, and the most the device used off hours on uncontrolled days."""

    days: tuple[FreeDay, ...]
    most_off_hours_kwh: float

    def would_use_kwh(self, quarter: int) -> float | None:
        """In that quarter of an hour of the day; None with fewer than five days that know it."""
        values = sorted(day.kwh[quarter] for day in self.days if quarter in day.kwh)
        if len(values) < FEWEST_DAYS:
            return None
        return min(median(values), percentile(values, 0.9), self.most_off_hours_kwh)

    def would_use(self, parts: Mapping[int, float]) -> Would | None:
        """In these quarters together (of each the share that counts); None with fewer than five days that know them."""
        whole = sum(parts.values())
        sums: dict[date, float] = {}
        means: dict[int, list[float]] = {quarter: [] for quarter in parts}
        for each in self.days:
            known = [quarter for quarter in parts if quarter in each.kwh]
            weight = sum(parts[quarter] for quarter in known)
            if weight < ENOUGH_COVERAGE * whole or not weight:
                continue
            sums[each.day] = sum(each.kwh[quarter] * parts[quarter] for quarter in known) * whole / weight
            for quarter in known:
                means[quarter].append(each.kwh[quarter])
        if len(sums) < FEWEST_DAYS:
            return None
        ordered = sorted(sums.values())
        would = min(median(ordered), percentile(ordered, 0.9), self.most_off_hours_kwh * whole)
        shape = {quarter: fmean(values) if values else 0.0 for quarter, values in means.items()}
        total = sum(kwh * parts[quarter] for quarter, kwh in shape.items())
        scale = would / total if total > 0 else 0.0
        return Would(
            {quarter: kwh * scale for quarter, kwh in shape.items()}, {day: kwh - would for day, kwh in sums.items()}
        )

    def usual_sums_kwh(self, quarters: Sequence[int]) -> list[float]:
        """What the days that know them all used in these quarters together, sorted, without the off-hours ceiling."""
        known = [day for day in self.days if all(quarter in day.kwh for quarter in quarters)]
        return sorted(sum(day.kwh[quarter] for quarter in quarters) for day in known)


class Baseline:
    """One device. `season` names a day's season where only days of the same one compare (air conditioners)."""

    def __init__(
        self,
        free: Mapping[DayClass, Sequence[FreeDay]],
        *,
        expires_after: timedelta = EXPIRES_AFTER,
        season: Callable[[date], str] = lambda _: "",
    ) -> None:
        self._free = {name: sorted(days, key=lambda each: each.day) for name, days in free.items()}
        self._expires_after = expires_after
        self._season = season
        self._by_day = {each.day: (name, each) for name, days in free.items() for each in days}
        self._shift: Shift | None = None
        self._known: dict[tuple[DayClass, date], Comparable] = {}
        self._most: dict[date, float] = {}

    def shifted(self, shift: Shift | None) -> "Baseline":
        """The same days, each as it would have been in the weather of the day that it stands for."""
        other = copy(self)
        other._shift = shift  # noqa: SLF001  our own copy
        return other

    def comparable(self, day_class: DayClass, day: date) -> Comparable:
        """For a controlled day: the last ten uncontrolled ones before it that have not expired."""
        key = (day_class, day)
        if key not in self._known:
            days = [each for each in self._free.get(day_class, ()) if self._counts(each, day)][-MOST_DAYS:]
            self._known[key] = Comparable(tuple(reversed(days)), self._most_off_hours(day))
        return self._known[key]

    def after(self, start: LocalSlot, classes: Sequence[DayClass], above_kwh: float) -> Comparable:
        """For the last of `classes`, those of the days from that of a switch-off at `start` on.

        What came as long after uncontrolled days on which it was on at that time, through days of the same classes.
        """
        found: list[FreeDay] = []
        last = start.day + timedelta(days=len(classes) - 1)
        for each in reversed(self._free.get(start.day_class, ())):
            if not self._counts(each, start.day) or not each.was_on(start.quarter, above_kwh):
                continue
            then = self._later(each.day, classes, start.day)
            if then is not None:
                found.append(then if self._shift is None else _like(then, last, self._shift))
            if len(found) == MOST_DAYS:
                break
        return Comparable(tuple(found), self._most_off_hours(start.day))

    def _later(self, day: date, classes: Sequence[DayClass], before: date) -> FreeDay | None:
        """The last of so many days in a row, all of them uncontrolled."""
        then = None
        for number, day_class in enumerate(classes):
            then = self._by_day.get(day + timedelta(days=number))
            if then is None or then[0] != day_class or then[1].day >= before:
                return None
        return None if then is None else then[1]

    def _most_off_hours(self, day: date) -> float:
        if day not in self._most:
            closed = (
                each.kwh[quarter]
                for every in self._free.values()
                for each in every
                if self._counts(each, day)
                for quarter in each.closed
                if quarter in each.kwh
            )
            self._most[day] = max(closed, default=0.0)
        return self._most[day]

    def _counts(self, free: FreeDay, day: date) -> bool:
        return free.day < day <= free.day + self._expires_after and self._season(free.day) == self._season(day)


Places = dict[Hours, dict[datetime, tuple[LocalSlot, bool]]]
"""Where slots lie on the wall, and whether they are closed: the same for every device with these hours."""


def free_days(
    slots: Iterable[Summed], calendar: Calendar, hours: Hours, places: Places | None = None
) -> dict[DayClass, list[FreeDay]]:
    """The uncontrolled local days of one device's slots, by class. A day with one controlled slot is none.

    `places`: kept from device to device by whoever asks for many of one calendar.
    """
    known = {} if places is None else places.setdefault(hours, {})
    days: dict[date, FreeDay] = {}
    classes: dict[date, DayClass] = {}
    controlled: set[date] = set()
    for slot in slots:
        if slot.at not in known:
            is_closed = day_type(calendar, hours, slot.at) not in OPEN_TYPES
            known[slot.at] = (local_slot(calendar, slot.at), is_closed)
        (day, quarter, day_class), is_closed = known[slot.at]
        if slot.controlled:
            controlled.add(day)
        if slot.energy_kwh is None or (slot.coverage_seconds or 0.0) < ENOUGH_COVERAGE * SLOT_SECONDS:
            continue
        classes[day] = day_class
        free = days.setdefault(day, FreeDay(day))
        before = free.kwh.get(quarter)
        free.kwh[quarter] = slot.energy_kwh if before is None else (before + slot.energy_kwh) / 2
        if is_closed:
            free.closed.add(quarter)
        if slot.on_seconds is not None and slot.on_seconds < SLOT_SECONDS / 2:
            free.off.add(quarter)
    found: dict[DayClass, list[FreeDay]] = {}
    for day, free in days.items():
        if day not in controlled:
            found.setdefault(classes[day], []).append(free)
    return found


def _like(free: FreeDay, day: date, shift: Shift) -> FreeDay:
    """What was off stays off."""
    kwh = {
        quarter: max(0.0, used + shift(free.day, day, quarter)) if used and quarter not in free.off else used
        for quarter, used in free.kwh.items()
    }
    return FreeDay(free.day, kwh, free.closed, free.off)


def percentile(ordered: Sequence[float], share: float) -> float:
    """Of sorted values, between neighbours in proportion; at least one value."""
    position = share * (len(ordered) - 1)
    low = int(position)
    high = min(low + 1, len(ordered) - 1)
    return ordered[low] + (ordered[high] - ordered[low]) * (position - low)
