"""Readings that came together, device by device: in order for each, the devices in the order in which they first spoke.

Pure, and the definition of what `fast_folding.pyx`, where it is compiled, does the same at half the cost.
"""

from collections.abc import Container, Sequence
from typing import Final, NamedTuple

from sensors.device import DeviceId
from sensors.readings import Announced, AnyReading, CommandReply, Contact, Environment, Gateway, Occupancy, PrintJob

OF_ZONES: Final = frozenset({Occupancy, Environment, Contact})
"""What is about a zone: it may change the verdict on everything that stands there."""
OF_MORE: Final = OF_ZONES | {PrintJob}
"""What is about more than the device that says it."""
OF_NO_DEVICE: Final = frozenset({CommandReply, Gateway, Announced})


class Grouped(NamedTuple):
    """`said` by device; `of_more` are those of them that are about more than it; `apart` what is of no device at all."""

    said: dict[DeviceId, list[AnyReading]]
    of_more: list[AnyReading]
    apart: list[AnyReading]


def grouped(readings: Sequence[AnyReading], devices: Container[DeviceId], /) -> Grouped:
    """The readings of these devices; what others say is left out."""
    said: dict[DeviceId, list[AnyReading]] = {}
    of_more: list[AnyReading] = []
    apart: list[AnyReading] = []
    for reading in readings:
        kind = type(reading)
        if kind in OF_NO_DEVICE:
            apart.append(reading)
            continue
        name = reading.device
        if name in said:
            said[name].append(reading)
        elif name in devices:
            said[name] = [reading]
        else:
            continue
        if kind in OF_MORE:
            of_more.append(reading)
    return Grouped(said, of_more, apart)
