"""Readings of one kind as lines, many at once: what stands before the fields, the fields, the stamp.

Pure, and the definition of what `fast_rows.pyx`, where it is compiled, does the same at a third of the cost.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta

from daemon.history.fields import Fields
from sensors.device import Device, DeviceId
from sensors.readings import AnyReading, Reading

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_LATEST = timedelta(days=7)

HeadOf = Callable[[Device], str]
"""What a device's lines begin with, up to and with the space before the fields."""
EndsOf = Callable[[AnyReading, Device], tuple[str, datetime, int]]
"""What a line begins with, and its instant, so many nanoseconds later, where the reading decides that itself."""
_Ends = tuple[Sequence[str], Sequence[str]]


class Rows:
    """What writes the lines of one kind of reading. One thread (it remembers). Without `ends_of` the stamp is `arrived_at`."""

    def __init__(self, kind: type[Reading], measurement: str, head_of: HeadOf, ends_of: EndsOf | None = None) -> None:
        self._fields = Fields(kind, measurement)
        self._head_of = head_of
        self._ends_of = ends_of
        self._series: dict[DeviceId, _Series] = {}

    def lines(self, readings: Sequence[AnyReading], devices: Mapping[DeviceId, Device]) -> tuple[bytes, int]:
        """A line for each reading that says anything, joined by newlines; and how many. All are of our kind, of these devices."""
        telling, columns = self._fields.said(readings)
        heads, stamps = self._ends(telling, devices) if self._ends_of is None else self._own_ends(telling, devices)
        made = list(map("".join, zip(heads, *columns, stamps, strict=True)))
        return "\n".join(made).encode(), len(made)

    def _ends(self, telling: Iterable[AnyReading], devices: Mapping[DeviceId, Device]) -> _Ends:
        heads: list[str] = []
        stamps: list[str] = []
        last_at, at_us = _EPOCH, 0
        for reading in telling:
            at = reading.arrived_at if reading.live else own_time(reading)
            if at is not last_at:
                past = at - last_at  # of one read and so microseconds apart, as a rule: two divisions less
                at_us = microseconds(at) if past.seconds or past.days else at_us + past.microseconds
                last_at = at
            series, device = self._series.get(reading.device), devices[reading.device]
            if series is None or series.device is not device:
                series = self._series[reading.device] = _Series(device, self._head_of(device))
            heads.append(series.head)
            if series.at_us == at_us:
                series.tie += 1
                stamps.append(f" {at_us * 1000 + series.tie}")
            else:
                series.at_us, series.tie = at_us, 0
                stamps.append(f" {at_us}000")
        return heads, stamps

    def _own_ends(self, telling: Iterable[AnyReading], devices: Mapping[DeviceId, Device]) -> _Ends:
        assert self._ends_of is not None  # noqa: S101  for the type checker
        ends = [self._ends_of(reading, devices[reading.device]) for reading in telling]
        return [head for head, _, _ in ends], [f" {microseconds(at) * 1000 + later}" for _, at, later in ends]


class _Series:
    """What is written before the fields, and the stamp of the last line."""

    __slots__ = ("at_us", "device", "head", "tie")

    def __init__(self, device: Device, head: str) -> None:
        self.device = device
        self.head = head
        self.at_us = -1
        self.tie = 0


def microseconds(at: datetime) -> int:
    """The instant (aware) in microseconds since 1970, exactly."""
    return (at - _EPOCH) // _MICROSECOND


def own_time(reading: AnyReading) -> datetime:
    """Of what is no news: its own stamp if that is of the last week, else its arrival. A clock a week behind is wrong, not late."""
    said, came = reading.device_at, reading.arrived_at
    return said if said is not None and came - said <= _LATEST else came
