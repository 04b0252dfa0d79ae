"""What things are called: ids with their configured names, and the words for quantities and devices' states."""

from collections.abc import Mapping

import msgspec

from policies.office.site import Site
from policies.words import Words, say
from sensors.commands import Remedy, SetSetpoint
from sensors.device import DeviceId, Load, ZoneId


class Named(msgspec.Struct, frozen=True):
    """A zone or a device: its id, and its names by language code (may be empty: then the id is the name)."""

    id: str
    names: Mapping[str, str]


def zone(site: Site, zone_id: ZoneId) -> Named:
    """A zone's names; the bare id for one that is no longer configured."""
    there = site.zones.get(zone_id)
    return Named(zone_id, {} if there is None else there.names)


def device(site: Site, device_id: DeviceId) -> Named:
    """A device's names; the bare id for one that is no longer configured."""
    there = site.devices.get(device_id)
    return Named(device_id, {} if there is None else there.names)


def will_do(remedy: Remedy) -> Words:
    """A remedy that has not happened yet, as people say it."""
    if isinstance(remedy, SetSetpoint):
        return say("set to {setpoint_celsius}", setpoint_celsius=remedy.celsius)
    return say("switch off")


def was_told(remedy: Remedy) -> Words:
    """A remedy that was sent: what became of it nobody knows yet."""
    if isinstance(remedy, SetSetpoint):
        return say("Told to set {setpoint_celsius}", setpoint_celsius=remedy.celsius)
    return say("Told to switch off")


def was_done(remedy: Remedy) -> Words:
    """A remedy that was sent and that something has confirmed."""
    if isinstance(remedy, SetSetpoint):
        return say("Set to {setpoint_celsius}", setpoint_celsius=remedy.celsius)
    return say("Switched off")


QUANTITIES: Mapping[str, Words] = {
    "setpoint_celsius": say("setpoint"),
    "cooling_setpoint_celsius": say("cooling setpoint"),
    "heating_setpoint_celsius": say("heating setpoint"),
    "room_celsius": say("room temperature"),
    "humidity_percent": say("humidity"),
    "mode": say("mode"),
    "action": say("doing"),
    "is_on": say("switched on"),
    "watts": say("power"),
    "occupied": say("somebody there"),
    "open": say("stands open"),
    "co2_ppm": say("CO₂ in the air"),
    "outdoor_celsius": say("outdoors"),
}
"""The schema's field names as people say them; a quantity that is not here is shown by its own name."""

VALUES: Mapping[str, Words] = {
    "off": say("off"),
    "cool": say("cooling mode"),
    "heat": say("heating mode"),
    "auto": say("automatic mode"),
    "heat_cool": say("heating and cooling mode"),
    "dry": say("drying mode"),
    "fan_only": say("fan mode"),
    "idle": say("idle"),
    "cooling": say("cooling"),
    "heating": say("heating"),
    "drying": say("drying"),
    "fan": say("fan running"),
    "defrosting": say("defrosting"),
}
"""What units say about themselves."""

LOADS: Mapping[Load, Words] = {
    "air_conditioner": say("air conditioner"),
    "heater": say("heater"),
    "computer": say("computer"),
    "monitor": say("monitor"),
    "printer": say("printer"),
    "copier": say("copier"),
    "water_dispenser": say("water dispenser"),
    "lighting": say("lighting"),
    "terminal": say("terminal"),
    "server": say("server"),
    "network": say("network"),
    "fridge": say("fridge"),
    "medical": say("medical device"),
    "mixed": say("mixed load"),
    "other": say("device"),
}
"""Loads as people say them."""
