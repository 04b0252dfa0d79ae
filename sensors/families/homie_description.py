"""What a Homie device tells about its properties: the JSON of `$description` (5), or an attribute a topic (4)."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

import msgspec

from sensors import units
from sensors.device import Address, Traits
from sensors.families.single_values import SETPOINTS, Part, is_fahrenheit
from sensors.family import NOBODY
from sensors.liveness import is_live
from sensors.messages import Message
from sensors.readings import Announced, AnyReading
from sensors.setpoints import Limits, Scalar, Words

_TEXT: Final = 200
_MOST: Final = 2000
_STEP: Final = (0.01, 10.0)
_COOLS: Final = frozenset({"cool", "cooling", "heat_cool"})
_HEATS: Final = frozenset({"heat", "heating", "heat_cool"})


class Property(msgspec.Struct, frozen=True):
    """One property. `settable` None: not said, which in Homie means no."""

    datatype: str = ""
    unit: str = ""
    name: str = ""
    format: str = ""
    settable: bool | None = None

    def as_part(self, path: str) -> Part:
        """The same as a part without a quantity."""
        return Part(path, "", self.unit)


def learned(before: Property, attribute: str, word: str) -> Property:
    """A property of which one more attribute is known (version 4)."""
    value: object = {"true": True, "false": False}.get(word) if attribute == "$settable" else word[:_TEXT]
    return msgspec.structs.replace(before, **{attribute.removeprefix("$"): value})


def described(told: Mapping[str, object]) -> Iterator[tuple[str, Property]]:
    """`<node>/<property>` and what it is, of a `$description`."""
    count = 0
    for node, about in _objects(told.get("nodes")):
        for name, one in _objects(about.get("properties")):
            count += 1
            if count > _MOST:
                return
            settable = one.get("settable")
            texts = {key: value[:_TEXT] for key in _TEXTS if isinstance(value := one.get(key), str)}
            yield (
                f"{node}/{name}",
                Property(settable=settable if isinstance(settable, bool) else None, **texts),
            )


def found(root: str, message: Message) -> Sequence[AnyReading]:
    """The nodes of a device that nobody has configured."""
    told = units.json_object(message.payload, units.INVENTORY_BYTES) if message.payload else {}
    head, _, name = root.rpartition("/")
    domain = head.removesuffix("/5")
    model = told.get("name")
    live = is_live(message)
    return [
        Announced(
            device=NOBODY,
            arrived_at=message.arrived_at,
            live=live,
            address=Address("homie", name, node, "" if domain == "homie" else domain),
            traits=Traits(model=model[:_TEXT] if isinstance(model, str) else ""),
        )
        for node in list(dict.fromkeys(path.partition("/")[0] for path, _ in described(told)))
    ]


def traits_of(root: str, properties: Mapping[str, tuple[Property, str]]) -> Traits:
    """What the device can do, and the topics to say it to. `properties`: with the quantity that each was found to be."""
    setpoints: dict[str, str] = {}
    limits: dict[str, Limits] = {}
    off: dict[str, Scalar] = {}
    modes: frozenset[str] = frozenset()
    for path, (one, quantity) in properties.items():
        topic = f"{root}/{path}"
        if quantity == "mode":
            modes = frozenset(one.format.split(","))
        if one.settable is not True:
            continue
        if quantity in SETPOINTS and not is_fahrenheit(one.unit):
            setpoints[quantity] = topic
            limits[topic] = _limits(one)
        elif quantity == "switch":
            off = {topic: "false"}  # its own power goes before a word in its modes
        elif quantity == "mode" and not off:
            word = next((word for word in sorted(modes) if word.lower() == "off"), "")
            off = {topic: word} if word else {}
    small = frozenset(word.lower() for word in modes)
    can_cool, can_heat = bool(small & _COOLS), bool(small & _HEATS)
    either = setpoints.get("setpoint", "")
    words = Words(
        cool=setpoints.get("cooling_setpoint", either if can_cool or not small else ""),
        heat=setpoints.get("heating_setpoint", either if can_heat or not small else ""),
        off=off,
        limits=limits,
    )
    return Traits(
        minimum_celsius=max((low for low, _, _ in limits.values() if low is not None), default=None),
        maximum_celsius=min((high for _, high, _ in limits.values() if high is not None), default=None),
        step_celsius=max((step for _, _, step in limits.values() if step is not None), default=None),
        can_cool=can_cool if small else None,
        can_heat=can_heat if small else None,
        can_switch_off=bool(off),
        has_meter=any(quantity == "watts" for _, quantity in properties.values()),
        words=msgspec.json.encode(words).decode(),
    )


_TEXTS: Final = ("datatype", "unit", "name", "format")


def _limits(one: Property) -> Limits:
    """`min:max`, `min:max:step`; each may be empty. An integer has no halves."""
    low, high, step, *_ = [*one.format.split(":"), "", "", ""]
    told = units.quantity(step, _STEP)
    return (
        units.quantity(low, units.SETPOINT_CELSIUS),
        units.quantity(high, units.SETPOINT_CELSIUS),
        max(1.0, told or 1.0) if one.datatype == "integer" else told,
    )


def _objects(values: object) -> Iterator[tuple[str, Mapping[str, object]]]:
    if isinstance(values, dict):
        yield from ((name, value) for name, value in values.items() if isinstance(value, dict))
