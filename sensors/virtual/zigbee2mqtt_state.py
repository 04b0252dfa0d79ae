"""The keys that Zigbee2MQTT publishes for a body, the settings and oddities that nobody asked for included."""

import random

from sensors.virtual.outside import Outside
from sensors.virtual.things import Eye, Meter, Plug, Thing, WindowContact
from sensors.virtual.units import Unit
from sensors.virtual.voice import below, volts

ELECTRIC = (Plug, Meter)
"""Made once: a union in a line that runs a million times a day is made anew each time."""


def state_of(thing: Thing, chance: random.Random, battery: int) -> dict[str, object]:
    """The keys and values of one endpoint; `battery` in percent, where it runs on one."""
    if isinstance(thing, Unit):
        return _unit(thing)
    if isinstance(thing, ELECTRIC):
        return _electric(thing, chance)
    if isinstance(thing, Eye):
        lux = (180 if thing.room.people else 25) + below(chance, 40)
        return {"battery": battery, "illuminance": lux, "occupancy": thing.occupied, "voltage": 2900}
    if isinstance(thing, WindowContact):
        return {"battery": battery, "contact": not thing.open, "tamper": False, "battery_low": False, "voltage": 3005}
    if isinstance(thing, Outside):
        yard = {"temperature": round(thing.celsius, 2), "humidity": round(thing.humidity_percent, 1)}
        return {**yard, "battery": battery}
    room = thing.room
    air = {"temperature": round(room.celsius, 2), "humidity": round(room.humidity_percent, 1)}
    return {**air, "co2": int(room.co2_ppm), "battery": battery}


def _unit(unit: Unit) -> dict[str, object]:
    running = unit.mode if unit.compressor_runs and unit.is_on else "idle"
    room_celsius = round(unit.room.celsius, 1)
    if unit.planned.one_setpoint:
        return {
            "child_lock": "UNLOCK",
            "current_heating_setpoint": unit.target_celsius,
            "fan_mode": "auto",
            "local_temperature": room_celsius,
            "state": "ON" if unit.is_on else "OFF",
            "system_mode": unit.mode,
        }
    return {
        "ac_louver_position": "half_open",
        "fan_mode": "auto",
        "local_temperature": room_celsius,
        "occupied_cooling_setpoint": unit.cooling_celsius,
        "occupied_heating_setpoint": unit.heating_celsius,
        "running_state": running if unit.is_on else "idle",
        "system_mode": unit.mode if unit.is_on else "off",
    }


def _electric(thing: Plug | Meter, chance: random.Random) -> dict[str, object]:
    voltage = volts(chance)
    figures: dict[str, object] = {
        "current": round(thing.watts / voltage, 2),
        "energy": round(thing.counter_kwh, 2),
        "power": round(thing.watts, 1),
        "voltage": voltage,
    }
    if isinstance(thing, Meter):
        return figures
    if thing.planned.device.kind == "light":
        return {"state": "ON" if thing.relay_on else "OFF", "power_on_behavior": "previous"}
    settings = {"child_lock": "UNLOCK", "indicator_mode": "off/on", "power_outage_memory": "restore"}
    update = {"installed_version": 192, "latest_version": 192, "state": "idle"}
    return {**figures, **settings, "state": "ON" if thing.relay_on else "OFF", "update": update}
