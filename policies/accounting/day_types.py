"""What sort of time a slot is: the axis along which energy is reported and along which days are comparable."""

from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Final, Literal, NamedTuple

from policies.office.calendar import Calendar, DayKind, Hours

DayType = Literal["open", "make_up", "after_hours", "weekend", "holiday"]
"""`open`, `make_up`: within the zone's hours (of an ordinary or of a make-up workday); the others: closed."""
DayClass = Literal["workday", "non_workday", "holiday"]
"""Days that are compared with each other; make-up workdays are workdays."""

SLOT: Final = timedelta(minutes=15)
SLOT_SECONDS: Final = 900.0
DAY_TYPES: Final[tuple[DayType, ...]] = ("open", "make_up", "after_hours", "weekend", "holiday")
OPEN_TYPES: Final[frozenset[DayType]] = frozenset({"open", "make_up"})

_CLASSES: Final[dict[DayKind, DayClass]] = {
    "workday": "workday",
    "make_up": "workday",
    "half_day": "workday",
    "weekend": "non_workday",
    "holiday": "holiday",
    "closed": "holiday",
}
_CLOSED: Final[dict[DayKind, DayType]] = {
    "workday": "after_hours",
    "make_up": "after_hours",
    "half_day": "after_hours",
    "weekend": "weekend",
    "holiday": "holiday",
    "closed": "holiday",
}


class LocalSlot(NamedTuple):
    """Where a slot lies on the office's wall: local date, quarter of an hour from 0 to 95, and the day's class.

    The hour that a clock change repeats has its quarters twice, the one it leaves out has none.
    """

    day: date
    quarter: int
    day_class: DayClass


def slot_start(at: datetime) -> datetime:
    """The start of the slot that holds this instant. All zones of today are a multiple of 15 minutes off UTC."""
    return at.replace(minute=at.minute // 15 * 15, second=0, microsecond=0)


def slots_between(start: datetime, end: datetime) -> int:
    """How many slots begin in [start, end); a local day has 96, or 92 or 100 where the clock changes."""
    return max(0, -((start - end) // SLOT))


def day_type(calendar: Calendar, hours: Hours, at: datetime) -> DayType:
    """The type of the slot that begins at this instant, in a zone with these hours."""
    kind = calendar.kind(calendar.local(at).date())
    if calendar.is_open(hours, at):
        return "make_up" if kind == "make_up" else "open"
    return _CLOSED[kind]


def local_slot(calendar: Calendar, at: datetime) -> LocalSlot:
    """The slot that begins at this instant, on the office's wall."""
    local = calendar.local(at)
    day = local.date()
    return LocalSlot(day, local.hour * 4 + local.minute // 15, day_class(calendar, day))


@lru_cache(maxsize=4096)
def day_class(calendar: Calendar, day: date) -> DayClass:
    """Which days this one may be compared with."""
    return _CLASSES[calendar.kind(day)]
