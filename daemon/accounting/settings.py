"""What an air conditioner was set to in the past: the side on which it worked and the setpoint that counted, over time."""

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Sequence
from datetime import date, datetime
from typing import Final, NamedTuple, cast

import msgspec

from policies.history import History
from policies.office.calendar import Calendar
from policies.office.heard import Heard, hear
from policies.office.outdoor import Season
from policies.office.running import sides
from sensors.commands import Side
from sensors.device import Device
from sensors.readings import Climate

_FIELDS: Final = (
    "mode", "action", "is_on", "setpoint_celsius", "cooling_setpoint_celsius", "heating_setpoint_celsius",
)  # fmt: skip
"""A unit says its room's air every minute; nobody has to read that here."""


class Setting(NamedTuple):
    """From `at` on. `side` None: off, or nothing that a setpoint counts for, or not known."""

    at: datetime
    side: Side | None
    celsius: float | None


class Settings:
    """One device over a range, oldest first. The rules of which setpoint counts are the engine's (office/running.py)."""

    def __init__(self, found: Sequence[Setting]) -> None:
        self._found = found
        self._at = [each.at for each in found]

    @property
    def all(self) -> tuple[Setting, ...]:
        """Every change."""
        return tuple(self._found)

    def at(self, instant: datetime) -> Setting | None:
        """What held; None before it first spoke."""
        index = bisect_right(self._at, instant)
        return self._found[index - 1] if index else None

    def running_before(self, instant: datetime) -> Setting | None:
        """What it was last set to while it worked, before `instant`; None: it never did, as far as the range tells."""
        for each in reversed(self._found[: bisect_left(self._at, instant)]):
            if each.side is not None and each.celsius is not None:
                return each
        return None

    def before(self, instant: datetime, side: Side, celsius: float) -> float | None:
        """The last other setpoint of this side before `instant`, within the range; None: it had no other."""
        for each in reversed(self._found[: bisect_right(self._at, instant)]):
            if each.side == side and each.celsius is not None and each.celsius != celsius:
                return each.celsius
        return None

    def leaves(self, instant: datetime, side: Side, celsius: float, end: datetime) -> datetime:
        """When, after `instant`, it was first set to another value of this side; `end` where it was not."""
        for each in self._found[bisect_right(self._at, instant) :]:
            if each.at >= end:
                break
            if each.side == side and each.celsius != celsius:
                return each.at
        return end


def settings_of(
    history: History,
    device: Device,
    start: datetime,
    end: datetime,
    calendar: Calendar,
    season: Callable[[date], str],
) -> Settings:
    """Out of what was stored. Raises StoreUnavailable."""
    rows: dict[datetime, dict[str, object]] = {}
    for name in _FIELDS:
        for sample in history.series(device.id, "climate", name, start, end):
            rows.setdefault(sample.at, {})[name] = sample.value
    heard = Heard()
    found: list[Setting] = []
    known: dict[str, object] = {}
    known_on: date | None = None
    for at, said in sorted(rows.items()):
        day = calendar.local(at).date()
        if day == known_on and said.items() <= known.items():
            continue  # said again, as most is: nothing can follow from it that did not before
        known.update(said)
        known_on = day
        heard = hear(
            heard, msgspec.convert({"type": "Climate", "device": device.id, "arrived_at": at, **said}, Climate)
        )
        today = cast("Season | None", season(day) or None)
        side, signal = next(iter(sides(heard, at, lambda known=today: known)), (None, None))  # type: ignore[misc]
        celsius = None if signal is None else signal.value
        if not found or (found[-1].side, found[-1].celsius) != (side, celsius):
            found.append(Setting(at, side, celsius))
    return Settings(found)
