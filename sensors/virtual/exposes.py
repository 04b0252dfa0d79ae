"""What a virtual Zigbee device tells about itself in `bridge/devices`: the exposes of models of our own making."""

from collections.abc import Sequence

from sensors.virtual.outside import Outside
from sensors.virtual.things import Air, Eye, Meter, Plug, Thing, WindowContact
from sensors.virtual.units import Unit

Feature = dict[str, object]


def definition(things: Sequence[Thing]) -> dict[str, object]:
    """The `definition` object of the device that these bodies make up."""
    model, exposes = _model(things)
    return {
        "source": "native",
        "model": model,
        "vendor": "Virtual",
        "description": f"Virtual office {model}",
        "supports_ota": False,
        "exposes": [*exposes, _numeric("linkquality", 1, "lqi", 0, 255)],
        "options": [],
    }


def _model(things: Sequence[Thing]) -> tuple[str, list[Feature]]:
    first = things[0]
    if isinstance(first, Unit):
        return ("VAC-1S", _one_setpoint(first)) if first.planned.one_setpoint else ("VAC-2S", _two_setpoints(first))
    if isinstance(first, Plug):
        lights = first.planned.device.kind == "light"
        channels = [thing.planned.device.address.channel if len(things) > 1 else "" for thing in things]
        switches = [each for channel in channels for each in _plug(channel, metered=not lights)]
        return (f"VLIGHT-{len(things)}" if lights else f"VPLUG-{len(things)}"), switches
    if isinstance(first, Meter):
        return "VMETER", _metering("")
    if isinstance(first, Eye):
        lux = _numeric("illuminance", 1, "lx")
        return "VPIR", [_binary("occupancy", 1, True, False), lux, _battery()]
    if isinstance(first, WindowContact):
        return "VREED", [_binary("contact", 1, False, True), _battery()]
    if isinstance(first, Outside):
        return "VOUT", [_numeric("temperature", 1, "°C"), _numeric("humidity", 1, "%"), _battery()]
    if isinstance(first, Air):
        kinds = (("temperature", "°C"), ("humidity", "%"), ("co2", "ppm"))
        return "VAIR", [*(_numeric(name, 1, unit) for name, unit in kinds), _battery()]
    return "VNOTHING", []


def _two_setpoints(unit: Unit) -> list[Feature]:
    features = [
        _enum("system_mode", 7, ["off", "cool", "heat", "dry", "fan_only"]),
        _setpoint(unit, "occupied_cooling_setpoint", 7),
        _setpoint(unit, "occupied_heating_setpoint", 7),
        _numeric("local_temperature", 5, "°C"),
        _enum("running_state", 5, ["idle", "cool", "heat", "fan_only"]),
        _enum("fan_mode", 7, ["low", "medium", "high", "auto"]),
        _enum("ac_louver_position", 7, ["fully_open", "half_open", "fully_closed"]),
    ]
    return [{"type": "climate", "features": features}]


def _one_setpoint(unit: Unit) -> list[Feature]:
    features = [
        _setpoint(unit, "current_heating_setpoint", 3),
        _numeric("local_temperature", 1, "°C"),
        _enum("system_mode", 3, ["cool", "heat", "dry", "fan_only"]),
        _enum("fan_mode", 3, ["low", "medium", "high", "auto"]),
    ]
    lock = {**_binary("child_lock", 3, "LOCK", "UNLOCK"), "category": "config"}
    return [{"type": "climate", "features": features}, {"type": "switch", "features": [_state("")]}, lock]


def _plug(endpoint: str, *, metered: bool) -> list[Feature]:
    switch: Feature = {"type": "switch", "features": [_state(endpoint)]}
    if endpoint:
        switch["endpoint"] = endpoint
    settings = (
        [{**_binary("child_lock", 3, "LOCK", "UNLOCK"), "category": "config"}] if metered and not endpoint else []
    )
    return [switch, *(_metering(endpoint) if metered else []), *settings]


def _metering(endpoint: str) -> list[Feature]:
    units = (("power", "W"), ("energy", "kWh"), ("current", "A"), ("voltage", "V"))
    return [_at(_numeric(name, 5, unit), endpoint) for name, unit in units]


def _state(endpoint: str) -> Feature:
    return _at({**_binary("state", 7, "ON", "OFF"), "value_toggle": "TOGGLE"}, endpoint)


def _at(feature: Feature, endpoint: str) -> Feature:
    if not endpoint:
        return feature
    return {**feature, "property": f"{feature['name']}_{endpoint}", "endpoint": endpoint}


def _setpoint(unit: Unit, name: str, access: int) -> Feature:
    device = unit.planned.device
    feature = _numeric(name, access, "°C", device.minimum_celsius, device.maximum_celsius)
    return {**feature, "value_step": device.step_celsius}


def _battery() -> Feature:
    return {**_numeric("battery", 1, "%", 0, 100), "category": "diagnostic"}


def _numeric(name: str, access: int, unit: str, low: float | None = None, high: float | None = None) -> Feature:
    feature: Feature = {
        "type": "numeric",
        "name": name,
        "label": name,
        "property": name,
        "access": access,
        "unit": unit,
    }
    if low is not None and high is not None:
        feature.update(value_min=low, value_max=high)
    return feature


def _enum(name: str, access: int, values: list[str]) -> Feature:
    return {"type": "enum", "name": name, "label": name, "property": name, "access": access, "values": values}


def _binary(name: str, access: int, on: object, off: object) -> Feature:
    feature: Feature = {"type": "binary", "name": name, "label": name, "property": name, "access": access}
    return {**feature, "value_on": on, "value_off": off}
