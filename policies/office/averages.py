"""Means over a quarter of an hour of what a room's air is like: one reading by the window proves nothing.

A sensor that speaks only on a change stands for its last value until it speaks again. Kept by the minute, so that a
chatty sensor costs no more than a quiet one.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

import msgspec

from sensors.readings import Climate, Environment

WINDOW_MINUTES = 15
_MINUTE = timedelta(minutes=1)
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


def breathe(air: Air, readings: Sequence[Climate | Environment], silent_after: timedelta) -> Air:
    """The same after these live readings, in order: the very same where they say nothing of the air.

    What falls into one minute is summed up first.
    """
    if len(readings) == 1:
        (one,) = readings
        room, humidity = air.room_celsius, air.humidity_percent
        if one.room_celsius is not None:
            room = put(room, one.room_celsius, one.arrived_at, silent_after)
        if one.humidity_percent is not None:
            humidity = put(humidity, one.humidity_percent, one.arrived_at, silent_after)
        return air if room is air.room_celsius and humidity is air.humidity_percent else Air(room, humidity)
    celsius = [(one.arrived_at, one.room_celsius) for one in readings if one.room_celsius is not None]
    percents = [(one.arrived_at, one.humidity_percent) for one in readings if one.humidity_percent is not None]
    if not celsius and not percents:
        return air
    return Air(
        _put_all(air.room_celsius, celsius, silent_after),
        _put_all(air.humidity_percent, percents, silent_after),
    )


def _put_all(window: Window, said: Sequence[tuple[datetime, float]], silent_after: timedelta) -> Window:
    if not said:
        return window
    begun, total, number = said[0][0], 0.0, 0
    for at, value in said:
        if number and at.minute == begun.minute and timedelta(0) <= at - begun < _MINUTE:
            total, number = total + value, number + 1
            continue
        if number:
            window = put(window, total, begun, silent_after, number)
        begun, total, number = at, value, 1
    return put(window, total, begun, silent_after, number)


def put(window: Window, value: float, at: datetime, silent_after: timedelta, number: int = 1) -> Window:
    """The window with one more value, or with the sum of a `number` of values of one minute.

    It begins anew after a silence, and where the clock was set back.
    """
    minute = int(at.timestamp() // 60)
    minutes = window.minutes
    if minutes and not 0 <= minute - minutes[-1][0] <= silent_after.total_seconds() / 60:
        minutes = ()
    if minutes and minutes[-1][0] == minute:
        _, total, count = minutes[-1]
        minutes = (*minutes[:-1], (minute, total + value, count + number))
    else:
        first = _first_needed(minutes, minute - WINDOW_MINUTES + 1)
        minutes = (*minutes[first:], (minute, value, number))
    return Window(minutes)


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
