"""Which key of a Zigbee2MQTT device is its target, which value is off: read from what the device exposes.

Many units that cool have one setpoint only, and it is *named* heating; some have no `off` in their modes and keep it in a
`state` beside them; and a `state` may be a setting (window detection, display, mute) that looks like a switch. Source:
zigbee2mqtt.io, "Exposes"; the access bits are 1 published, 2 settable, 4 gettable.
"""

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

import msgspec

from sensors.commands import Side
from sensors.device import Traits
from sensors.family import Refused
from sensors.units import SETPOINT_CELSIUS, quantity

Scalar = str | bool | int | float
Limits = tuple[float | None, float | None, float | None]
"""Minimum, maximum and step of one key, in Celsius."""

COOLING_KEY: Final = "occupied_cooling_setpoint"
PAUSING: Final = "operating_mode"
"""Some thermostats keep their mode and pause: the word `pause` in this key is their off."""
HEATING_KEYS: Final = ("occupied_heating_setpoint", "current_heating_setpoint")

_SETTABLE: Final = 2
_STEP: Final = (0.01, 10.0)
_COOLS: Final = frozenset({"cool", "heat_cool"})
_HEATS: Final = frozenset({"heat", "emergency_heating", "heat_cool"})


class Words(msgspec.Struct, frozen=True, omit_defaults=True):
    """The keys to command a device with: what `Traits.words` and `Climate.memo` hold, as JSON.

    `cool` and `heat` are the setpoint keys that count on that side ("": it has none), `off` the object that switches it off.
    """

    cool: str = ""
    heat: str = ""
    off: dict[str, Scalar] = {}
    limits: dict[str, Limits] = {}

    def key(self, side: Side) -> str:
        """The setpoint key of this side."""
        return self.cool if side == "cooling" else self.heat


def words_from(text: str) -> Words:
    """The words in a memo; none where it is empty or not ours."""
    try:
        return msgspec.json.decode(text, type=Words) if text else Words()
    except msgspec.MsgspecError:
        return Words()


def traits_from(exposes: Sequence[object], channel: str, model: str) -> Traits:
    """What the unit at this endpoint ("" for a device that has none) can do."""
    climate = _specific(exposes, ("climate",), channel)
    if climate is None:
        off = _off_of_switch(exposes, channel)
        return Traits(
            model=model, can_switch_off=bool(off), has_meter=_has_meter(exposes, channel), words=_text(Words(off=off))
        )
    features = {feature["name"]: feature for feature in _features(climate) if isinstance(feature.get("name"), str)}
    modes = _values(features.get("system_mode"))
    heating = next((key for key in HEATING_KEYS if _is_settable(features.get(key))), "")
    cooling = COOLING_KEY if _is_settable(features.get(COOLING_KEY)) else ""
    # modes that name no side (`off`, `auto`) leave it to the names of the setpoints
    has_sides = bool(modes & (_COOLS | _HEATS))
    can_cool = bool(modes & _COOLS) if has_sides else bool(cooling)
    can_heat = bool(modes & _HEATS) if has_sides else bool(heating)
    cool_name = (cooling or heating) if can_cool else ""
    heat_name = (heating or cooling) if can_heat else ""
    limits = {_property(features[name]): _limits(features[name]) for name in (cool_name, heat_name) if name}
    words = Words(
        cool=_property(features[cool_name]) if cool_name else "",
        heat=_property(features[heat_name]) if heat_name else "",
        off=_off_of_climate(features, exposes, channel),
        limits=limits,
    )
    return Traits(
        model=model,
        minimum_celsius=max((low for low, _, _ in limits.values() if low is not None), default=None),
        maximum_celsius=min((high for _, high, _ in limits.values() if high is not None), default=None),
        step_celsius=max((step for _, _, step in limits.values() if step is not None), default=None),
        can_cool=can_cool,
        can_heat=can_heat,
        can_switch_off=bool(words.off),
        has_meter=_has_meter(exposes, channel),
        words=_text(words),
    )


def channels(exposes: Sequence[object]) -> Sequence[str]:
    """The endpoints that are units of their own (a gang of a plug, a zone of a thermostat); [""] where there are none."""
    found: list[str] = []
    for expose in _objects(exposes):
        if expose.get("type") not in ("switch", "light", "climate"):
            continue
        endpoint = _endpoint(expose)
        is_unit = expose["type"] == "climate" or _off_of_switch([expose], endpoint)
        if is_unit and endpoint not in found:
            found.append(endpoint)
    has_climate = any(expose.get("type") == "climate" for expose in _objects(exposes))
    return [""] if has_climate and "" in found else found or [""]


def fitted(celsius: float, side: Side, limits: Limits) -> float:
    """The value on the wire: a multiple of the step, towards the legal side (cooling up, heating down), within the range.

    Raises Refused where the range has nothing on the legal side.
    """
    minimum, maximum, step = limits
    value = celsius
    if step is not None:
        steps = celsius / step
        value = round((math.ceil(steps - 1e-6) if side == "cooling" else math.floor(steps + 1e-6)) * step, 4)
    if side == "cooling" and maximum is not None and celsius > maximum:
        message = f"it takes at most {maximum:g} °C, and {celsius:g} °C is wanted"
        raise Refused(message)
    if side == "heating" and minimum is not None and celsius < minimum:
        message = f"it takes at least {minimum:g} °C, and {celsius:g} °C is wanted"
        raise Refused(message)
    if minimum is not None and value < minimum:
        return minimum
    if maximum is not None and value > maximum:
        return maximum
    return value


def _text(words: Words) -> str:
    return msgspec.json.encode(words).decode()


def _objects(values: object) -> Iterator[Mapping[str, object]]:
    if isinstance(values, list | tuple):
        yield from (value for value in values if isinstance(value, dict))


def _features(expose: Mapping[str, object]) -> Iterator[Mapping[str, object]]:
    return _objects(expose.get("features"))


def _endpoint(expose: Mapping[str, object]) -> str:
    endpoint = expose.get("endpoint")
    return endpoint if isinstance(endpoint, str) else ""


def _property(feature: Mapping[str, object]) -> str:
    name = feature.get("property")
    return name if isinstance(name, str) else ""


def _values(feature: Mapping[str, object] | None) -> frozenset[str]:
    values = feature.get("values") if feature else None
    return frozenset(value for value in values if isinstance(value, str)) if isinstance(values, list) else frozenset()


def _is_settable(feature: Mapping[str, object] | None) -> bool:
    access = feature.get("access") if feature else None
    return isinstance(access, int) and bool(access & _SETTABLE) and bool(feature and _property(feature))


def _limits(feature: Mapping[str, object]) -> Limits:
    return (
        quantity(feature.get("value_min"), SETPOINT_CELSIUS),
        quantity(feature.get("value_max"), SETPOINT_CELSIUS),
        quantity(feature.get("value_step"), _STEP),
    )


def _specific(exposes: Sequence[object], types: tuple[str, ...], channel: str) -> Mapping[str, object] | None:
    fitting = (one for one in _objects(exposes) if one.get("type") in types and _endpoint(one) == channel)
    return next(fitting, None)


def _off_of_climate(
    features: Mapping[object, Mapping[str, object]], exposes: Sequence[object], channel: str
) -> dict[str, Scalar]:
    """Off among the modes, else in a switch of its own, else a preset that is nothing but a switch, else a pause."""
    mode, preset = features.get("system_mode"), features.get("preset")
    if mode is not None and "off" in _values(mode) and _is_settable(mode):
        return {_property(mode): "off"}
    state = _off_of_switch(exposes, channel)
    if state:
        return state
    if preset is not None and _values(preset) == {"off", "on"} and _is_settable(preset):
        return {_property(preset): "off"}
    wanted = f"{PAUSING}_{channel}" if channel else PAUSING
    pausing = next((one for one in _objects(exposes) if one.get("property") == wanted), None)
    return {wanted: "pause"} if "pause" in _values(pausing) and _is_settable(pausing) else {}


def _off_of_switch(exposes: Sequence[object], channel: str) -> dict[str, Scalar]:
    """The off of a binary named `state` whose property is `state` too: a setting in a switch's clothes is not."""
    wanted = f"state_{channel}" if channel else "state"
    for expose in _objects(exposes):
        features = _features(expose) if expose.get("type") in ("switch", "light") else iter((expose,))
        for one in features:
            is_state = one.get("type") == "binary" and one.get("name") == "state" and one.get("property") == wanted
            off = one.get("value_off")
            if is_state and _is_settable(one) and isinstance(off, str | bool | int | float) and "category" not in one:
                return {wanted: off}
    return {}


def _has_meter(exposes: Sequence[object], channel: str) -> bool:
    wanted = f"power_{channel}" if channel else "power"
    return any(one.get("property") == wanted and one.get("type") == "numeric" for one in _objects(exposes))
