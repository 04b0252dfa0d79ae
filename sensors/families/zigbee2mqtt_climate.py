"""A Zigbee2MQTT thermostat or air conditioner: its mode, what it does, and which of its setpoints are in force.

Many devices that cool have a setpoint that is only *named* heating; some keep "off" in another key than the mode; some follow
an unoccupied setpoint while nobody is there. The keys found go into the memo, so that a command uses the same.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from functools import lru_cache, partial
from typing import Final, TypeVar

import msgspec

from sensors import units
from sensors.device import Device, DeviceId
from sensors.families.zigbee2mqtt_power import Builder, Values, power_builder
from sensors.messages import Message
from sensors.readings import Action, AnyReading, Climate, Mode
from sensors.setpoints import COOLING_KEY, HEATING_KEYS, PAUSING, Words

W = TypeVar("W", bound=str)

CLIMATE_KEYS: Final = (
    "system_mode",
    PAUSING,
    "running_state",
    "running_mode",
    "state",
    "preset",
    "local_temperature",
    "humidity",
    COOLING_KEY,
    *HEATING_KEYS,
)
"""The keys that say something about a thermostat."""
_MEASURED: Final = frozenset({"local_temperature", "humidity"})
_AWAY: Final = ("unoccupied", False)
_SEEN: Final = ("thermostat_occupancy", "occupancy")
CLIMATE_STATE_KEYS: Final = (
    *(key for key in CLIMATE_KEYS if key not in _MEASURED),
    *(f"un{key}" for key in (COOLING_KEY, HEATING_KEYS[0])),
    *_SEEN,
)
"""All but what is measured, and what says which setpoint is in force."""
_SHAPES_REMEMBERED: Final = 256
_Shape = tuple[str, str, str]
"""The keys of the cooling and the heating target, and the memo: the same for all states with the same keys."""

MODES: Final[Mapping[str, Mode]] = {
    "off": "off",
    "cool": "cool",
    "heat": "heat",
    "emergency_heating": "heat",
    "auto": "auto",
    "heat_cool": "heat_cool",
    "dry": "dry",
    "fan_only": "fan_only",
}
ACTIONS: Final[Mapping[str, Action]] = {
    "off": "idle",
    "idle": "idle",
    "cool": "cooling",
    "heat": "heating",
    "fan_only": "fan",
    "dry": "drying",
}


def climate_builder(device: Device, suffix: str, is_preset_power: Callable[[], bool]) -> Builder:
    """A Climate for every state, and a Power where the unit measures itself.

    `is_preset_power`: whether its inventory says that `preset` is on or off and nothing else.
    """
    return partial(_reader(suffix), device.id, is_preset_power, power_builder(device, suffix))


@lru_cache(maxsize=64)
def _reader(suffix: str) -> Callable[..., Sequence[AnyReading]]:
    """What all thermostats with this suffix share: one set of names, not one a device."""
    mode_key, state_key, room_key = f"system_mode{suffix}", f"state{suffix}", f"local_temperature{suffix}"
    humidity_key, power_key, energy_key = f"humidity{suffix}", f"power{suffix}", f"energy{suffix}"
    action_key, other_action_key = f"running_state{suffix}", f"running_mode{suffix}"
    pausing_key, preset_key = f"{PAUSING}{suffix}", f"preset{suffix}"
    setpoint_keys = _setpoint_keys(suffix)
    seen_keys = frozenset(f"{key}{suffix}" for key in _SEEN)
    shapes: dict[tuple[str, ...], _Shape] = {}
    quantity, truth = units.quantity, units.truth

    def found(values: Values) -> _Shape:
        cooling_key, heating_key = setpoint_keys(values)
        kept = [key if key in values else "" for key in (mode_key, state_key, pausing_key)]
        shape = (cooling_key, heating_key, memo_of(cooling_key, heating_key, *kept))
        if not seen_keys.intersection(values):  # else the values count too, not the keys alone
            if len(shapes) >= _SHAPES_REMEMBERED:
                shapes.clear()
            shapes[tuple(values)] = shape
        return shape

    def build(
        name: DeviceId,
        is_preset_power: Callable[[], bool],
        meter: Builder,
        values: Values,
        message: Message,
        device_at: datetime | None,
        live: bool,
    ) -> Sequence[AnyReading]:
        get = values.get
        cooling_key, heating_key, memo = shapes.get(tuple(values)) or found(values)
        mode = word(MODES, get(mode_key))
        if (
            pausing_key in values and values[pausing_key] == "pause"
        ):  # seen at Bosch room thermostats, whose system_mode stays `heat`
            mode = "off"
        state = get(state_key)
        is_on = None if state is None else truth(state)
        if is_on is None and preset_key in values and is_preset_power():
            is_on = truth(values[preset_key])
        humidity = get(humidity_key)
        said = Climate(
            device=name,
            arrived_at=message.arrived_at,
            device_at=device_at,
            live=live,
            mode=mode,
            action=word(ACTIONS, get(action_key)) or word(ACTIONS, get(other_action_key)),
            is_on=is_on,
            cooling_setpoint_celsius=quantity(get(cooling_key), units.SETPOINT_CELSIUS) if cooling_key else None,
            heating_setpoint_celsius=quantity(get(heating_key), units.SETPOINT_CELSIUS) if heating_key else None,
            room_celsius=quantity(get(room_key), units.ROOM_CELSIUS),
            humidity_percent=None if humidity is None else quantity(humidity, units.HUMIDITY_PERCENT),
            memo=memo,
        )
        if get(power_key) is None and get(energy_key) is None:
            return (said,)
        return said, *(msgspec.structs.replace(one, is_on=None) for one in meter(values, message, device_at, live))

    return build


def _setpoint_keys(suffix: str) -> Callable[[Values], tuple[str, str]]:
    """The keys of the targets in force: the unoccupied ones where the thermostat says that it counts as unoccupied."""
    cooling_key, first_key, second_key = (f"{name}{suffix}" for name in (COOLING_KEY, *HEATING_KEYS))
    seen_key, other_seen_key = (f"{key}{suffix}" for key in _SEEN)
    away_cooling, away_heating = f"unoccupied_cooling_setpoint{suffix}", f"unoccupied_heating_setpoint{suffix}"

    def find(values: Values) -> tuple[str, str]:
        cooling = cooling_key
        heating = first_key if first_key in values else second_key if second_key in values else ""
        seen = values[seen_key] if seen_key in values else values.get(other_seen_key)
        if seen is not None and seen in _AWAY:
            cooling = away_cooling if values.get(away_cooling) is not None else cooling
            heating = away_heating if values.get(away_heating) is not None else heating
        return cooling if cooling in values else "", heating

    return find


@lru_cache(maxsize=256)
def memo_of(cooling: str, heating: str, mode: str, state: str, pausing: str) -> str:
    """The words to answer in before discovery has told better. A lone heating setpoint beside a mode serves both sides."""
    if not cooling and not heating:
        return ""
    cool = cooling or (heating if mode else "")
    off: dict[str, str | bool | int | float] = {mode: "off"} if mode else {state: "OFF"} if state else {}
    if pausing:
        off = {pausing: "pause"}
    return msgspec.json.encode(Words(cool=cool, heat=heating, off=off)).decode()


def word(vocabulary: Mapping[str, W], value: object) -> W | None:
    """What the vocabulary has for this word, however it is written; None for everything else."""
    if type(value) is not str:
        return None
    word = vocabulary.get(value)
    return word if word is not None else vocabulary.get(value.strip().lower())
