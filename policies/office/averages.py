"""Means over a quarter of an hour of what a room's air is like: one reading by the window proves nothing.

A sensor that speaks only on a change stands for its last value until it speaks again. Kept by the minute, so that a
chatty sensor costs no more than a quiet one.
"""

from datetime import datetime, timedelta

import msgspec

WINDOW_MINUTES = 15
Minute = tuple[int, float, int]
"""Minutes since 1970, the sum of the values said in that minute, their number."""


class Window(msgspec.Struct, frozen=True, gc=False):
    """One quantity of one device. `mean` is that of the quarter of an hour before the last reading; None: not heard long enough."""

    minutes: tuple[Minute, ...] = ()
    mean: float | None = None


class Air(msgspec.Struct, frozen=True, gc=False):
    """What one device says of the air around it."""

    room_celsius: Window = Window()
    humidity_percent: Window = Window()


STILL = Air()


def breathe(air: Air, celsius: float | None, percent: float | None, at: datetime, silent_after: timedelta) -> Air:
    """The same after one more live reading."""
    return Air(
        air.room_celsius if celsius is None else put(air.room_celsius, celsius, at, silent_after),
        air.humidity_percent if percent is None else put(air.humidity_percent, percent, at, silent_after),
    )


def put(window: Window, value: float, at: datetime, silent_after: timedelta) -> Window:
    """The window with one more value. It begins anew after a silence, and where the clock was set back."""
    minute = int(at.timestamp() // 60)
    minutes = window.minutes
    if minutes and not 0 <= minute - minutes[-1][0] <= silent_after.total_seconds() / 60:
        minutes = ()
    if minutes and minutes[-1][0] == minute:
        _, total, count = minutes[-1]
        minutes = (*minutes[:-1], (minute, total + value, count + 1))
    else:
        first = _first_needed(minutes, minute - WINDOW_MINUTES + 1)
        minutes = (*minutes[first:], (minute, value, 1))
    return Window(minutes, _mean(minutes))


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
