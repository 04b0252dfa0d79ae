"""Lines over time as numbers between 0 and 100, so that any page can draw them without a script.

Gaps stay gaps: two samples further apart than `GAP` are not joined.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from math import ceil, floor, log10

import msgspec
from msgspec.structs import replace

from dashboards.views.place import Named

GAP = timedelta(minutes=30)
Points = Sequence[tuple[datetime, float]]


class Tick(msgspec.Struct, frozen=True):
    """A mark on an axis: where it stands in percent, and what it says."""

    percent: float
    value: float


class Moment(msgspec.Struct, frozen=True):
    """A mark on the axis of time."""

    percent: float
    at: datetime


class Line(msgspec.Struct, frozen=True):
    """One device's line in pieces, each a text for `points=` in a box of 1000 x 100; `last`: its newest value.

    `quantity` is the schema's field name.
    """

    label: Named
    quantity: str
    pieces: tuple[str, ...]
    last: float
    last_percent: float

    @property
    def is_setpoint(self) -> bool:
        """Whether it moves in steps, and holds between them."""
        return self.quantity.endswith("setpoint_celsius")


class Chart(msgspec.Struct, frozen=True):
    """`quantity` ends with the unit. `legal`: top and height of the band, in percent from above; None: no limit counts."""

    quantity: str
    lines: tuple[Line, ...]
    ticks: tuple[Tick, ...]
    moments: tuple[Moment, ...]
    legal: tuple[float, float] | None
    start: datetime
    end: datetime


class Scale(msgspec.Struct, frozen=True):
    """From instants and values to percent; 0 is left, and above."""

    start: datetime
    end: datetime
    low: float
    high: float

    def x(self, at: datetime) -> float:
        """Percent from the left."""
        return round(100 * ((at - self.start) / (self.end - self.start)), 2)

    def y(self, value: float) -> float:
        """Percent from above."""
        return round(100 - 100 * (min(max(value, self.low), self.high) - self.low) / (self.high - self.low), 2)


def scale(values: Iterable[float], start: datetime, end: datetime, *, from_zero: bool) -> Scale:
    """A scale that holds all values with a little air; power begins at zero."""
    known = list(values)
    low, high = (min(known), max(known)) if known else (0.0, 1.0)
    if from_zero:
        return Scale(start, end, 0.0, max(high * 1.1, 10.0))
    return Scale(start, end, floor(low - 0.5), ceil(high + 0.5))


def line(label: Named, quantity: str, points: Points, on: Scale) -> Line:
    """One device's values. A setpoint moves in steps; it holds until the next one is said."""
    found = Line(label, quantity, (), points[-1][1], on.y(points[-1][1]))
    pieces: list[list[str]] = []
    before: tuple[datetime, float] | None = None
    for at, value in points:
        if before is None or (at - before[0] > GAP and not found.is_setpoint):
            pieces.append([])
        elif found.is_setpoint:
            pieces[-1].append(f"{on.x(at) * 10:.0f},{on.y(before[1]):.1f}")
        pieces[-1].append(f"{on.x(at) * 10:.0f},{on.y(value):.1f}")
        before = (at, value)
    return replace(found, pieces=tuple(" ".join(piece) for piece in pieces))


def ticks(on: Scale, most: int = 5) -> tuple[Tick, ...]:
    """Round numbers across the scale."""
    span = on.high - on.low
    step = next(size for size in _steps(span / most) if span / size <= most)
    first = ceil(on.low / step) * step
    count = floor((on.high - first) / step) + 1
    return tuple(Tick(on.y(first + number * step), first + number * step) for number in range(count))


def moments(on: Scale, midnight: datetime) -> tuple[Moment, ...]:
    """Every six hours of the office's clock, counted from a local midnight, inside the picture."""
    step = timedelta(hours=6)
    first = midnight - ceil((midnight - on.start) / step) * step
    marks = [first + number * step for number in range(ceil((on.end - on.start) / step) + 2)]
    return tuple(Moment(on.x(at), at) for at in marks if on.start < at < on.end)


def thinned(points: Points, every: timedelta) -> list[tuple[datetime, float]]:
    """At most one point in so long a time: the first, and always the last."""
    kept: list[tuple[datetime, float]] = []
    for at, value in points:
        if not kept or at - kept[-1][0] >= every:
            kept.append((at, value))
    if points and kept[-1] != points[-1]:
        kept.append(points[-1])
    return kept


def _steps(about: float) -> Iterable[float]:
    size = 10.0 ** floor(log10(max(about, 1e-6)))
    while True:
        yield from (size, 2 * size, 5 * size)
        size *= 10
