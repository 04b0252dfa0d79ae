"""Gateways for air conditioners, as data: what people call a `preset` of `mapped`.

`{address}` stands for the address of the device. Only the unit's own off command and its setpoint command are written down;
a mode command never is, because with some of them (Faikin, most Midea and Daikin gateways) it also switches the unit on.
Sources: the gateways' own documentation and code, as named beside each.
"""

from collections.abc import Callable
from collections.abc import Mapping as Pairs
from typing import Final

import msgspec

from sensors.mapping import Instruction, Instructions, Mapping, Signal, Source

_MODES: Final = {
    "off": "off",
    "auto": "auto",
    "cool": "cool",
    "heat": "heat",
    "dry": "dry",
    "fan": "fan_only",
    "fan_only": "fan_only",
    "heat_cool": "heat_cool",
}
_VALUE: Final = "{{ value }}"


def preset(name: str, address: str, *, fahrenheit: bool = False) -> Mapping:
    """The mapping of one unit behind a known gateway. KeyError for a name that is not in `PRESETS`."""
    return at_address(PRESETS[name], address, fahrenheit=fahrenheit)


def at_address(mapping: Mapping, address: str, *, fahrenheit: bool = False) -> Mapping:
    """The same mapping with `{address}` filled in, and temperatures whose unit is not told read as Fahrenheit."""

    def topic(text: str) -> str:
        return text.replace("{address}", address)

    def signal(one: Signal) -> Signal:
        source = msgspec.structs.replace(one.source, topic=topic(one.source.topic))
        unit = "°F" if fahrenheit and one.field.endswith("_celsius") and not one.unit else one.unit
        return msgspec.structs.replace(one, source=source, unit=unit)

    def instruction(one: Instruction | None) -> Instruction | None:
        if one is None:
            return None
        unit = "°F" if fahrenheit else one.unit
        return msgspec.structs.replace(one, topic=topic(one.topic), unit=unit)

    told = mapping.instructions
    return Mapping(
        signals=tuple(signal(one) for one in mapping.signals),
        instructions=msgspec.structs.replace(
            told,
            off=instruction(told.off),
            setpoint=instruction(told.setpoint),
            cooling_setpoint=instruction(told.cooling_setpoint),
            heating_setpoint=instruction(told.heating_setpoint),
        ),
        availability=mapping.availability,
    )


def _key(field: str, topic: str, path: str = "", words: dict[str, str] | None = None, template: str = "") -> Signal:
    return Signal(field=field, source=Source(topic, path, template), words=words or {})


def _unit(
    signals: list[Signal],
    off: Instruction,
    setpoint: Instruction,
    availability: str = "latest",
) -> Mapping:
    return Mapping(tuple(signals), Instructions(off=off, setpoint=setpoint), availability)


def _mitsubishi2mqtt() -> Mapping:
    """Mitsubishi over CN105. `temperature` is the setpoint. Source: gysmo38/mitsubishi2MQTT."""
    signals = [
        _key("setpoint_celsius", "{address}/state", "temperature"),
        _key("room_celsius", "{address}/state", "roomTemperature"),
        _key("mode", "{address}/state", "mode", _MODES),
        _key("action", "{address}/state", "action"),
        _key("online", "{address}/availability", words={"online": "on", "offline": "off"}),
    ]
    return _unit(
        signals,
        Instruction("{address}/mode/set", payload="off"),
        Instruction("{address}/temp/set", template=_VALUE),
    )


def _swicago() -> Mapping:
    """The sketch of SwiCago/HeatPump; its topics are set in the sketch, these are its own examples."""
    signals = [
        _key("is_on", "{address}", "power"),
        _key("mode", "{address}", "mode", _MODES),
        _key("setpoint_celsius", "{address}", "temperature"),
        _key("room_celsius", "{address}/status", "roomTemperature"),
    ]
    return _unit(
        signals,
        Instruction("{address}/set", payload='{"power":"OFF"}'),
        Instruction("{address}/set", template='{"temperature":{{ value }}}'),
    )


def _wmp2mqtt() -> Mapping:
    """Intesis WMP. Topics begin with a slash; the code writes features in small letters, its README in capitals."""
    base = "/stat/hvac/intesis/{address}/settings/"
    signals = [
        _key(field, base + spelled, words=words)
        for field, feature, words in (
            ("is_on", "onoff", {}),
            ("mode", "mode", _MODES),
            ("setpoint_celsius", "setptemp", {}),
            ("room_celsius", "ambtemp", {}),
        )
        for spelled in (feature, feature.upper())
    ]
    command = "/cmnd/hvac/intesis/{address}/settings/"
    return _unit(
        signals,
        Instruction(command + "ONOFF", payload="OFF"),
        Instruction(command + "SETPTEMP", template=_VALUE, step=1.0),
    )


def _coolmaster() -> Mapping:
    """CoolMaster bridge (Nerih/coolmaster-mqtt). Its `state` says cooling while heating too: only idle is believed."""
    base = "homeassistant/climate/coolmaster_{address}"
    signals = [
        _key("setpoint_celsius", f"{base}/state", "temperature"),
        _key("room_celsius", f"{base}/state", "current_temperature"),
        _key("mode", f"{base}/state", "hvac_mode", _MODES),
        _key("action", f"{base}/state", "state", {"idle": "idle"}),
        _key("online", "homeassistant/climate/coolmaster/status", words={"online": "on", "offline": "off"}),
    ]
    return _unit(
        signals,
        Instruction(f"{base}/set/mode", payload="off"),
        Instruction(f"{base}/set/temperature", template=_VALUE),
    )


def _daikin2mqtt() -> Mapping:
    """Daikin (SMerrony/daikin2mqtt). Whole degrees; 0 and -99 stand for "not available"; stamps have no date."""
    base = "daikin2mqtt/{address}"
    modes = {**_MODES, "auto 1": "auto", "auto 2": "auto", "dehumidify": "dry"}
    humidity = "{{ value_json.unit_humidity if value_json.unit_humidity else None }}"
    signals = [
        _key("is_on", f"{base}/controls", "power"),
        _key("mode", f"{base}/controls", "mode", modes),
        _key("setpoint_celsius", f"{base}/controls", "set_temp"),
        _key("room_celsius", f"{base}/sensors", "unit_temp"),
        _key("humidity_percent", f"{base}/sensors", template=humidity),
        _key("outdoor_celsius", f"{base}/sensors", "ext_temp"),
    ]
    return _unit(
        signals,
        Instruction(f"{base}/set/controls", payload='{"power": false}'),
        Instruction(f"{base}/set/controls", template='{"set_temp": {{ value }}}', step=1.0),
    )


def _faikin() -> Mapping:
    """Faikin (revk/ESP32-Faikin). The address is `Faikin/<host>`, spaces and all. Its mode command switches the unit on."""
    letters = {"c": "cool", "h": "heat", "a": "auto", "d": "dry", "f": "fan_only"}
    signals = [
        _key("room_celsius", "{address}/state/ha", "temp"),
        _key("setpoint_celsius", "{address}/state/ha", "target"),
        _key("mode", "{address}/state/ha", "mode", {**_MODES, **letters}),
        _key("action", "{address}/state/ha", "action"),
    ]
    return _unit(
        signals,
        Instruction("{address}/command/power", payload="0"),
        Instruction("{address}/command/temp", template=_VALUE),
    )


def _midea2mqtt() -> Mapping:
    """Midea (LinzN/midea2mqtt). A unit stays `online` when the bridge dies, so both have to be."""
    base = "midea2mqtt/{address}"
    numbers = {"1": "auto", "2": "cool", "3": "dry", "4": "heat", "5": "fan_only"}
    online = {"online": "on", "offline": "off"}
    signals = [
        _key("is_on", f"{base}/state", "power"),
        _key("mode", f"{base}/state", "mode", {**_MODES, **numbers}),
        _key("setpoint_celsius", f"{base}/state", "targetTemperature"),
        _key("room_celsius", f"{base}/state", "indoorTemperature"),
        _key("online", "midea2mqtt/bridge/status", words=online),
        _key("online", f"{base}/availability", words=online),
    ]
    return _unit(
        signals,
        Instruction(f"{base}/set", payload='{"power": false}'),
        Instruction(f"{base}/set/targetTemperature", template=_VALUE),
        availability="all",
    )


def _gree() -> Mapping:
    """Gree (arthurkrupa/gree-hvac-mqtt-bridge). The address is the bridge's prefix; whole degrees; power is 0 or 1."""
    signals = [
        _key("is_on", "{address}/power/get"),
        _key("mode", "{address}/mode/get", words=_MODES),
        _key("setpoint_celsius", "{address}/temperature/get"),
    ]
    return _unit(
        signals,
        Instruction("{address}/power/set", payload="0"),
        Instruction("{address}/temperature/set", template=_VALUE, step=1.0),
    )


_ALL: Final[Pairs[str, Callable[[], Mapping]]] = {
    "mitsubishi2mqtt": _mitsubishi2mqtt,
    "swicago": _swicago,
    "wmp2mqtt": _wmp2mqtt,
    "coolmaster": _coolmaster,
    "daikin2mqtt": _daikin2mqtt,
    "faikin": _faikin,
    "midea2mqtt": _midea2mqtt,
    "gree": _gree,
}
PRESETS: Final[Pairs[str, Mapping]] = {name: make() for name, make in _ALL.items()}
"""The known gateways by name."""
