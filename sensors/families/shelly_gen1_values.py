"""The words of a first-generation Shelly as readings: of a relay, a light, a meter, a valve, a sensor.

`info` is the JSON of the device's whole status; a valve has nothing else. 999 is a probe that is not there.
"""

from collections.abc import Mapping, Sequence
from typing import Final

from sensors import units
from sensors.device import Device, Kind
from sensors.liveness import Heard
from sensors.readings import AnyReading, Climate, Contact, Environment, Occupancy, Power, Water

Told = Mapping[str, object]

DEFAULTS: Final[Mapping[Kind, str]] = {
    "plug": "relay/0",
    "light": "light/0",
    "meter": "emeter/0",
    "climate": "thermostat/0",
}
"""The part that a device means which names none."""

_METERED: Final = ("plug", "light", "meter")
_LISTS: Final[Mapping[str, str]] = {"relay": "relays", "light": "lights", "color": "lights", "white": "lights"}
_OFF_CELSIUS: Final = 4.0


def spoken_by(device: Device, part: str, key: str, payload: bytes, heard: Heard) -> Sequence[AnyReading]:
    """What `<part>` ("" for its state) or `<part>/<key>` says."""
    if part.startswith("ext_temperature/"):
        return sensed(device, "temperature", units.text(payload), heard) if not key else ()
    if device.kind not in _METERED:
        return ()
    if key == "status":
        # shellies/lamp/light/0/status -> {"ison":true,"mode":"white","brightness":80}
        return _power(device, heard, is_on=units.truth(units.json_object(payload).get("ison")))
    word = units.text(payload)
    if not key:
        # `overpower`: the relay has opened by itself
        return _power(device, heard, is_on=False if word == "overpower" else units.truth(word))
    if key == "power":
        return _power(device, heard, watts=units.quantity(word, units.WATTS))
    if part.startswith("emeter/"):
        # `energy` counts watt-minutes since the last boot, `total` watt-hours for ever
        return _power(device, heard, kwh=units.watt_hours(word)) if key == "total" else ()
    return _power(device, heard, kwh=units.watt_minutes(word)) if key == "energy" else ()


def sensed(device: Device, key: str, word: str, heard: Heard) -> Sequence[AnyReading]:
    """`sensor/<key>`, for the kind that wants it."""
    kind = device.kind
    if kind == "occupancy" and key == "motion":
        occupied = units.truth(word)
        return () if occupied is None else (Occupancy(device=device.id, **heard._asdict(), occupied=occupied),)
    if kind == "contact" and key == "state":
        is_open = {"open": True, "close": False, "closed": False}.get(word.lower())
        return () if is_open is None else (Contact(device=device.id, **heard._asdict(), open=is_open),)
    if kind == "water" and key == "flood":
        return (Water(device=device.id, **heard._asdict(), leak=units.truth(word)),)
    if kind not in ("environment", "occupancy"):
        return ()
    if key == "temperature":
        room = units.quantity(word, units.ROOM_CELSIUS)
        return (Environment(device=device.id, **heard._asdict(), room_celsius=room),)
    if key == "humidity":
        humidity = units.quantity(word, units.HUMIDITY_PERCENT)
        return (Environment(device=device.id, **heard._asdict(), humidity_percent=humidity),)
    if key == "lux":
        return (Environment(device=device.id, **heard._asdict(), illuminance_lux=units.quantity(word, units.LUX)),)
    if key == "smoke":
        return (Environment(device=device.id, **heard._asdict(), smoke=units.truth(word)),)
    return ()


def info_of(device: Device, part: str, told: Told, heard: Heard) -> Sequence[AnyReading]:
    """The whole status, of which the device's own part is read."""
    kind, _, number = part.partition("/")
    index = int(number) if number.isdecimal() and len(number) < 3 else -1  # noqa: PLR2004  no device has a hundred parts
    if device.kind == "climate":
        # on the wire: {"thermostats":[{"pos":40,"target_t":{"value":21.0,"units":"C"},"tmp":{"value":20.4,"units":"C"}}]}
        valve = _member(told.get("thermostats"), index) or (told if "target_t" in told else None)
        return (_valve(valve, device, heard),) if valve is not None else ()
    if device.kind in _METERED:
        state = _member(told.get(_LISTS.get(kind, "")), index) or {}
        meter = _member(told.get("emeters" if kind == "emeter" else "meters"), index) or {}
        measured = meter if meter.get("is_valid") is not False else {}
        if not state and not measured:
            return ()
        counter = units.watt_hours if kind == "emeter" else units.watt_minutes
        return _power(
            device,
            heard,
            is_on=units.truth(state.get("ison")),
            watts=units.quantity(measured.get("power"), units.WATTS),
            kwh=counter(measured.get("total")),
        )
    if device.kind == "occupancy":
        occupied = units.truth(told.get("motion"))
        return () if occupied is None else (Occupancy(device=device.id, **heard._asdict(), occupied=occupied),)
    if device.kind == "environment" and isinstance(told.get("tmp"), dict):
        # on the wire: {"tmp":{"value":70.5,"units":"F","tC":21.4,"is_valid":true},"hum":{"value":44.0,"is_valid":true}}
        humid = told.get("hum")
        humidity = humid.get("value") if isinstance(humid, dict) else None
        return (
            Environment(
                device=device.id,
                **heard._asdict(),
                room_celsius=_temperature(told.get("tmp"), units.ROOM_CELSIUS),
                humidity_percent=units.quantity(humidity, units.HUMIDITY_PERCENT),
            ),
        )
    return ()


def _power(
    device: Device, heard: Heard, *, is_on: bool | None = None, watts: float | None = None, kwh: float | None = None
) -> Sequence[AnyReading]:
    return (
        Power(
            device=device.id,
            arrived_at=heard.arrived_at,
            device_at=heard.device_at,
            live=heard.live,
            is_on=is_on,
            watts=watts,
            energy_kwh_total=kwh,
        ),
    )


def _valve(valve: Told, device: Device, heard: Heard) -> Climate:
    """4 °C is off; a position of -1 is a valve that was never calibrated. Its unit goes into the memo, for the answer."""
    target = valve.get("target_t")
    celsius = _temperature(target, units.SETPOINT_CELSIUS)
    position = units.quantity(valve.get("pos"), (0.0, 100.0))
    return Climate(
        device=device.id,
        arrived_at=heard.arrived_at,
        device_at=heard.device_at,
        live=heard.live,
        mode=None if celsius is None else "off" if celsius <= _OFF_CELSIUS else "heat",
        action=None if position is None else "heating" if position > 0 else "idle",
        heating_setpoint_celsius=celsius,
        room_celsius=_temperature(valve.get("tmp"), units.ROOM_CELSIUS),
        memo="" if celsius is None else "F" if isinstance(target, dict) and target.get("units") == "F" else "C",
    )


def _temperature(value: object, window: units.Window) -> float | None:
    if not isinstance(value, dict) or value.get("is_valid") is False:
        return None
    read = units.fahrenheit if value.get("units") == "F" else units.quantity
    return read(value.get("value"), window)


def _member(values: object, index: int) -> Told | None:
    if not isinstance(values, list) or not 0 <= index < len(values):
        return None
    member = values[index]
    return member if isinstance(member, dict) else None
