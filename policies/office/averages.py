"""Means over a quarter of an hour of what a room's air is like: one reading by the window proves nothing.

A sensor that speaks only on a change stands for its last value until it speaks again. Kept by the minute, so that a
chatty sensor costs no more than a quiet one.
"""

from datetime import datetime, timedelta
from functools import lru_cache

import msgspec

from sensors.readings import Climate, Environment

WINDOW_MINUTES = 15
Minute = tuple[int, float, int]
"""Minutes since 1970, the sum of the values said in that minute, their number."""


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


def breathe(air: Air, one: Climate | Environment, silent_after: timedelta) -> Air:
    """The same after this live reading: the very same where it says nothing of the air."""
    room, humidity = air.room_celsius, air.humidity_percent
    if one.room_celsius is not None:
        room = put(room, one.room_celsius, one.arrived_at, silent_after)
    if one.humidity_percent is not None:
        humidity = put(humidity, one.humidity_percent, one.arrived_at, silent_after)
    return air if room is air.room_celsius and humidity is air.humidity_percent else Air(room, humidity)


def put(window: Window, value: float, at: datetime, silent_after: timedelta) -> Window:
    """The window with one more value. It begins anew after a silence, and where the clock was set back."""
    minute = _minute_of(at)
    minutes = window.minutes
    if minutes:
        last, total, count = minutes[-1]
        if last == minute:
            return Window((*minutes[:-1], (minute, total + value, count + 1)))
        if not 0 < minute - last <= silent_after.total_seconds() / 60:
            minutes = ()
    first = _first_needed(minutes, minute - WINDOW_MINUTES + 1)
    return Window((*minutes[first:], (minute, value, 1)))


@lru_cache(maxsize=64)
def _minute_of(at: datetime) -> int:
    """Remembered: what one read of the wire has brought came in one instant."""
    return int(at.timestamp() // 60)


def _first_needed(minutes: tuple[Minute, ...], begin: int) -> int:
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
