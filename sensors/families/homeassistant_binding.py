"""Which announced components are a configured device: the one that it names, and its unambiguous companions.

An address is a unique_id or an object_id (one component), or an identifier of a whole device. A plug that is named by its switch
takes the power and energy sensors of the same device along, if there is only one of each, or one that is called like the switch.
"""

from collections.abc import Iterable, Sequence
from collections.abc import Mapping as Pairs
from typing import Final

import msgspec

from sensors.device import Device, Kind, Traits
from sensors.families.homeassistant_climate import climate_mapping, climate_traits
from sensors.families.homeassistant_discovery import Component, plain
from sensors.families.homeassistant_equipment import equipment_mapping, equipment_traits, sensor_signal
from sensors.families.homeassistant_words import topic, word
from sensors.families.mapped_signals import written_out
from sensors.mapping import Instructions, Mapping, Signal, Source

_METER: Final = frozenset({"watts", "energy_kwh_total"})
_AIR: Final = frozenset(
    {"room_celsius", "humidity_percent", "co2_ppm", "noise_dba", "pm25_ug_m3", "illuminance_lux", "smoke"}
)
_FIELDS: Final[Pairs[Kind, frozenset[str]]] = {
    "climate": _METER,
    "plug": _METER,
    "light": _METER,
    "meter": _METER,
    "occupancy": frozenset({"occupied"}) | _AIR,
    "environment": _AIR,
    "water": frozenset({"litres_total", "litres_per_minute", "leak"}),
    "contact": frozenset({"open"}),
}
"""What sensors may add to a device of this kind."""
_MAIN: Final[Pairs[Kind, tuple[str, ...]]] = {
    "climate": ("climate",),
    "plug": ("switch", "fan", "light"),
    "light": ("light", "switch"),
    "meter": ("switch",),
}
MAINS: Final = frozenset({"climate", "switch", "light", "fan"})
_SEVERAL: Final = "it has several switches; address one of them by its unique_id"


class Binding(msgspec.Struct, frozen=True):
    """What a configured device is made of."""

    mapping: Mapping
    traits: Traits
    components: tuple[Component, ...]


def bound(device: Device, candidates: Sequence[Component]) -> Binding | None:
    """The device as its components tell it; None where none fits. `candidates`: all that share a device with what it names."""
    name = device.address.name
    named = [one for one in candidates if name in one.names]
    whole = not named
    if whole:
        named = [one for one in candidates if plain(name) in one.device_ids]
    beside_climate = any(one.platform == "climate" for one in candidates)
    mains = _mains(device.kind, named, whole=whole)
    parts: list[Component] = []
    signals: list[Signal] = []
    traits, instructions = Traits(kind=device.kind), Instructions()
    if len(mains) > 1:
        instructions = Instructions(refusal=_SEVERAL)
        traits = Traits(kind=device.kind, can_switch_off=False)
    elif mains:
        main = mains[0]
        parts.append(main)
        mapping = described(main, beside_climate=beside_climate)
        signals += mapping.signals
        instructions = mapping.instructions
        traits = climate_traits(main, mapping) if main.platform == "climate" else equipment_traits(main, mapping)
    for signal, component in _sensors(device.kind, named, candidates, parts):
        signals.append(signal)
        parts.append(component)
    if not parts and len(mains) <= 1:
        return None
    model = traits.model or next((one.model for one in parts if one.model), "")
    has_meter = any(signal.field == "watts" for signal in signals)
    online, mode = availability(parts[0]) if parts else ((), "latest")
    whole_mapping = Mapping((*signals, *online), instructions, mode)
    traits = msgspec.structs.replace(traits, model=model, has_meter=has_meter, words=written_out(whole_mapping))
    return Binding(whole_mapping, traits, tuple(parts))


def described(component: Component, *, beside_climate: bool) -> Mapping:
    """A climate, switch, light or fan as a Mapping."""
    if component.platform == "climate":
        return climate_mapping(component)
    return equipment_mapping(component, beside_climate=beside_climate)


def availability(component: Component) -> tuple[tuple[Signal, ...], str]:
    """Where it is told whether the device can be reached, and how several such words are one."""
    config = component.config
    listed = config.get("availability")
    sources = [one for one in listed if isinstance(one, dict)] if isinstance(listed, list) else []
    if topic(config, "availability_topic"):
        own = {"topic": config["availability_topic"], "value_template": config.get("availability_template")}
        sources.append(
            own | {key: config[key] for key in ("payload_available", "payload_not_available") if key in config}
        )
    signals = []
    for one in sources:
        yes, no = word(one, "payload_available", "online"), word(one, "payload_not_available", "offline")
        if topic(one, "topic"):
            source = Source(topic(one, "topic"), template=word(one, "value_template"))
            signals.append(Signal("online", source, words={yes: "on", no: "off"}))
    mode = word(config, "availability_mode", "latest")
    return tuple(signals), mode if mode in ("all", "any") else "latest"


def kind_of(component: Component) -> Kind | None:
    """What an announced sensor seems to be."""
    told = sensor_signal(component) if component.platform in ("sensor", "binary_sensor") else None
    return told[1] if told is not None and not component.is_setting else None


def _mains(kind: Kind, named: Sequence[Component], *, whole: bool) -> list[Component]:
    for platform in _MAIN.get(kind, ()):
        found = [one for one in named if one.platform == platform and not (whole and one.is_setting)]
        if found:
            return found
    return []


def _sensors(
    kind: Kind, named: Sequence[Component], candidates: Sequence[Component], parts: Sequence[Component]
) -> Iterable[tuple[Signal, Component]]:
    wanted = _FIELDS.get(kind, frozenset())
    by_field: dict[str, list[tuple[Signal, Component]]] = {}
    for one in candidates:
        told = sensor_signal(one) if one.platform in ("sensor", "binary_sensor") else None
        if told is not None and told[0].field in wanted and (one in named or not one.is_setting):
            by_field.setdefault(told[0].field, []).append((told[0], one))
    main = parts[0].key if parts else named[0].key if len(named) == 1 else ""
    for found in by_field.values():
        chosen = [pair for pair in found if len(found) == 1 or (main and pair[1].key.startswith(main))]
        chosen = [pair for pair in found if pair[1].key == main] or chosen
        if len(chosen) == 1:
            yield chosen[0]
