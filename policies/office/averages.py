"""Means over a quarter of an hour of what a room's air is like: one reading by the window proves nothing.

A sensor that speaks only on a change stands for its last value until it speaks again. Kept by the minute, so that a
chatty sensor costs no more than a quiet one.
"""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import msgspec

from sensors.readings import Climate, Environment

WINDOW_MINUTES = 15
Minute = tuple[int, float, int]
"""Minutes since 1970, the sum of the values said in that minute, their number."""
_MINUTE = timedelta(minutes=1)
_LONG_AGO = datetime.min.replace(tzinfo=UTC)


class Window(msgspec.Struct, frozen=True, gc=False):
    """One quantity of one device."""

    minutes: tuple[Minute, ...] = ()

    @property
    def mean(self) -> float | None:
        """That of the quarter of an hour before the last reading; None: not heard long enough. Made when a rule asks."""
        return _mean(self.minutes) if self.minutes else None


class Air(msgspec.Struct, frozen=True, gc=False):
    """What one device says of the air around it."""

    room_celsius: Window = Window()
    humidity_percent: Window = Window()


STILL = Air()


def breathe(air: Air, said: Sequence[Climate | Environment], silent_after: timedelta) -> Air:
    """The same after these live readings of the device, in order: the very same where they say nothing of the air."""
    room = [(one.arrived_at, one.room_celsius) for one in said if one.room_celsius is not None]
    humidity = [(one.arrived_at, one.humidity_percent) for one in said if one.humidity_percent is not None]
    if not room and not humidity:
        return air
    return Air(put(air.room_celsius, room, silent_after), put(air.humidity_percent, humidity, silent_after))


def put(window: Window, said: Sequence[tuple[datetime, float]], silent_after: timedelta) -> Window:
    """The window with these values. It begins anew after a silence, and where the clock was set back."""
    if not said:
        return window
    minutes = list(window.minutes)
    minute, begins, ends = 0, _LONG_AGO, _LONG_AGO
    for at, value in said:
        if not begins <= at < ends:
            minute = int(at.timestamp() // 60)
            begins = datetime.fromtimestamp(minute * 60, UTC)
            ends = begins + _MINUTE
            if not minutes or minutes[-1][0] != minute:
                minutes = [*_until(minutes, minute, silent_after), (minute, 0.0, 0)]
        _, total, count = minutes[-1]
        minutes[-1] = (minute, total + value, count + 1)
    return Window(tuple(minutes))


def _until(minutes: Sequence[Minute], minute: int, silent_after: timedelta) -> Sequence[Minute]:
    """What still counts of them when a new minute begins."""
    if minutes and not 0 < minute - minutes[-1][0] <= silent_after.total_seconds() / 60:
        return ()
    return minutes[_first_needed(minutes, minute - WINDOW_MINUTES + 1) :]


def _first_needed(minutes: Sequence[Minute], begin: int) -> int:
    """The last minute at or before the window's begin still holds when it begins."""
    for index in range(len(minutes) - 1, -1, -1):
        if minutes[index][0] <= begin:
            return index
    return 0


def _mean(minutes: tuple[Minute, ...]) -> float | None:
    end = minutes[-1][0] + 1
    begin = end - WINDOW_MINUTES
    if minutes[0][0] > begin:
        return None
    total = 0.0
    for (minute, summed, count), until in zip(minutes, [*(later[0] for later in minutes[1:]), end], strict=True):
        total += summed / count * (until - max(minute, begin))
    return total / WINDOW_MINUTES
