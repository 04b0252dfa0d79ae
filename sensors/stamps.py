"""A device's own time stamps, in every form they come, as aware UTC instants; None where they cannot be believed.

A stamp is used for one thing only: to see that a message is old. Rules use the arrival.
"""

from datetime import UTC, datetime, timedelta, tzinfo
from functools import lru_cache
from typing import Final

SINCE: Final = datetime(2015, 1, 1, tzinfo=UTC)
"""A clock that says less has not been set (1970 before NTP)."""
UNTIL: Final = datetime(2100, 1, 1, tzinfo=UTC)
AHEAD: Final = timedelta(minutes=5)
"""A stamp that lies further in the future is a wrong clock."""

_HALF_HOUR: Final = timedelta(minutes=30)
_WIDEST: Final = timedelta(hours=26, minutes=1)
"""From UTC-12 to UTC+14, and the jitter: no two clocks lie further apart for their zones alone."""
_JITTER: Final = timedelta(seconds=60)
_NONE: Final = timedelta(0)
_NAIVE: Final = len("2026-03-02T08:15:00")
_SINCE_SECONDS: Final = SINCE.timestamp()
_UNTIL_SECONDS: Final = UNTIL.timestamp()


def iso(value: object) -> datetime | None:
    """ISO 8601 with `Z` or an offset. Without either, None: see `wall_clock`."""
    if type(value) is not str:
        return None
    try:
        at = datetime.fromisoformat(value)
        if at.tzinfo is None:
            return None
        if at.tzinfo is not UTC:
            at = at.astimezone(UTC)
    except (ValueError, OverflowError):
        return None
    return at if SINCE <= at <= UNTIL else None


def epoch(value: object, per_second: float = 1.0) -> datetime | None:
    """Seconds since 1970, or with `per_second=1000` milliseconds."""
    if type(value) is not int and type(value) is not float:
        return None
    if not _SINCE_SECONDS * per_second <= value <= _UNTIL_SECONDS * per_second:
        return None
    return datetime.fromtimestamp(value / per_second, UTC)


def wall_clock(value: object, zone: tzinfo | None, arrived_at: datetime) -> datetime | None:
    """A stamp that may come without a zone (`2026-03-02T08:15:00`, `2018.02.04 23:17:01`), read in the site's zone.

    The hour that occurs twice in autumn is read as the one nearer to the arrival. A wall clock that is wrong by whole half
    hours, a day at most, is a device whose time zone was never set: such a stamp says nothing about age, so it is None.
    """
    if type(value) is not str:
        return None
    if value[4:5] == ".":
        value = value.replace(".", "-", 2)
    try:
        if len(value) > _NAIVE or zone is None:
            return iso(value)
        first, second = _offsets(value[:16], zone)
        told = datetime.fromisoformat(f"{value}Z")
        at = told - first
        if first != second and abs(told - second - arrived_at) < abs(at - arrived_at):
            at = told - second
        if _is_zone_error(at - arrived_at):
            return None
    except (ValueError, OverflowError):
        return None
    return at if SINCE <= at <= UNTIL else None


def believed(device_at: datetime | None, arrived_at: datetime) -> datetime | None:
    """The stamp, unless it lies more than five minutes in the future."""
    return None if device_at is None or device_at - arrived_at > AHEAD else device_at


@lru_cache(maxsize=4096)
def _offsets(minute: str, zone: tzinfo) -> tuple[timedelta, timedelta]:
    """The zone's offsets from UTC at this wall clock minute, on its first and its second coming."""
    at = datetime.fromisoformat(minute)
    first, second = (zone.utcoffset(at.replace(fold=fold)) or _NONE for fold in (0, 1))
    return first, second


def _is_zone_error(offset: timedelta) -> bool:
    if -_JITTER < offset < _JITTER or abs(offset) > _WIDEST:
        return False
    rest = abs(offset) % _HALF_HOUR
    return abs(offset) > _HALF_HOUR - _JITTER and (rest < _JITTER or rest > _HALF_HOUR - _JITTER)
