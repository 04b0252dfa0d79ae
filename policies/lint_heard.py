"""Faults that show only in what was heard: devices that never spoke, figures in another unit, strangers."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from policies.lint_fault import Fault
from policies.office.heard import Heard
from policies.office.office import Office
from policies.words import Words, say
from sensors.device import Device

_ROOM_CELSIUS = 45.0
_MOST_WATTS = 30_000.0
_MOST_KWH = 1_000_000.0
_LONG_SILENT = timedelta(days=1)


def heard_faults(office: Office, now: datetime) -> Iterator[Fault]:
    """Only where officed has run: an office that has heard nothing at all has no such faults."""
    if not office.heard:
        return
    for device in office.site.devices.values():
        heard = office.heard.get(device.id)
        if heard is None:
            yield _fault(
                "never_heard", device, "address",
                say("it was never heard: {address} may not be its name", address=device.address.name),
                say("compare with `officed discover`; upper and lower case count"),
            )  # fmt: skip
            continue
        if heard.heard_at is not None and now - heard.heard_at > _LONG_SILENT:
            yield _fault(
                "long_silent", device, "",
                say("not heard since {since_at}", since_at=heard.heard_at),
                say("look after it, or take it out"),
            )  # fmt: skip
        yield from _implausible(device, heard)
        if device.switchable and device.kind == "plug" and device.meter is None and heard.watts is None:
            yield _fault(
                "meter_never_heard", device, "switchable",
                say("it may be switched off, and it has never told its watts"),
                say("name a meter, or switch its power reports on"),
            )  # fmt: skip


def _implausible(device: Device, heard: Heard) -> Iterator[Fault]:
    room, watts, total = heard.room_celsius, heard.watts, heard.energy_kwh_total
    if room is not None and room.value > _ROOM_CELSIUS:
        yield _fault(
            "room_in_fahrenheit", device, "",
            say("a room of {room_celsius}: the device may speak °F", room_celsius=room.value),
            say("set the unit of the device or its gateway to °C"),
        )  # fmt: skip
    if watts is not None and watts.value > _MOST_WATTS:
        yield _fault(
            "watts_too_many", device, "",
            say("{power_watts} through one device: the value may be milliwatts", power_watts=watts.value),
            say("set the unit of the device or its mapping to watts"),
        )  # fmt: skip
    if total is not None and total.value > _MOST_KWH:
        yield _fault(
            "counter_in_wh", device, "",
            say("its counter stands at more than a million kilowatt-hours: it may count watt-hours"),
            say("set the unit of the device or its mapping to kWh"),
        )  # fmt: skip


def _fault(code: str, device: Device, key: str, what: Words, mend: Words) -> Fault:
    return Fault(code, "devices", device.id, key, what, mend)
