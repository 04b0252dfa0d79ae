"""Devices that speak and that nobody has configured: each with the lines that office.yaml needs."""

from collections.abc import Mapping

import msgspec

from policies.state import State
from sensors.device import Address, Traits


class Unclaimed(msgspec.Struct, frozen=True):
    """One of them. `yaml` goes below `devices:`; only the zone is left to be filled in."""

    name: str
    family: str
    model: str
    yaml: str


def unclaimed(state: State, most: int = 50) -> tuple[Unclaimed, ...]:
    """By family and name."""
    known = sorted(state.office.unclaimed.items(), key=lambda each: (each[0].family, each[0].name, each[0].channel))
    return tuple(
        Unclaimed(address.name, address.family, announced.traits.model, yaml_of(address, announced.traits))
        for address, announced in known[:most]
    )


def yaml_of(address: Address, traits: Traits) -> str:
    """The device's part of office.yaml, every text quoted: a name may be anything."""
    keys: dict[str, str] = {"kind": _kind(traits), "family": address.family, "address": _quoted(address.name)}
    if address.channel:
        keys["channel"] = _quoted(address.channel)
    if address.base:
        keys["full_topic" if address.family == "tasmota" else "base_topic"] = _quoted(address.base)
    keys["zone"] = "CHANGE-ME"
    return _block(_slug(address), keys)


def _block(name: str, keys: Mapping[str, str]) -> str:
    return "\n".join([f"  {name}:", *(f"    {key}: {value}" for key, value in keys.items())])


def _kind(traits: Traits) -> str:
    if traits.can_cool or traits.can_heat or traits.minimum_celsius is not None:
        return "climate"
    return "meter" if traits.has_meter and not traits.can_switch_off else "plug"


def _slug(address: Address) -> str:
    text = f"{address.name} {address.channel}".lower()
    words = "".join(letter if letter.isascii() and letter.isalnum() else " " for letter in text).split()
    return "-".join(words)[:60].strip("-") or "new-device"


def _quoted(text: str) -> str:
    """A double-quoted scalar of YAML; whatever cannot be printed is escaped."""
    escaped = "".join(
        f"\\{letter}" if letter in {'"', "\\"} else letter if letter.isprintable() else f"\\U{ord(letter):08X}"
        for letter in text
    )
    return f'"{escaped}"'
