"""What was found as YAML that can be pasted below `devices:`, with every doubt as a comment beside it."""

import re
from collections.abc import Iterator, Sequence

import msgspec

from daemon.discovery.found import Found
from sensors.device import Address

_SLUG_LENGTH = 60
_NO_SLUG = re.compile(r"[^a-z0-9]+")


def suggestion(devices: Sequence[Found], hazards: Sequence[str], zones: Sequence[str], taken: Sequence[str]) -> str:
    """The whole text. `zones`: those of the office, the first is written in; `taken`: ids that are in use already."""
    return "\n".join(_lines(devices, hazards, zones, set(taken))) + "\n"


def _lines(devices: Sequence[Found], hazards: Sequence[str], zones: Sequence[str], taken: set[str]) -> Iterator[str]:
    for hazard in hazards:
        yield f"# HAZARD: {_one_line(hazard)}"
    useful = [one for one in devices if one.kind is not None]
    if not useful:
        yield "# Nobody has announced a device that is not in office.yaml already. Devices that announce nothing are heard by"
        yield "# their states only; write those down by hand (office.example.yaml shows how)."
    else:
        yield "# Paste below `devices:` (without `{}`), then put every device into its zone. Nothing may be switched off until you add"
        yield "# `switchable: true` to it."
    zone = zones[0] if zones else "change-me"
    for one in useful:
        yield from _device(one, _slug(one, taken), zone)
    for one in devices:
        if one.kind is None:
            yield f"# heard, but nothing to judge: {_one_line(one.address.name)} ({_one_line(one.traits.model or 'no model')})"


def _device(one: Found, name: str, zone: str) -> Iterator[str]:
    yield ""
    if one.traits.model:
        yield f"  # {_one_line(one.traits.model)}"
    for doubt in one.doubts:
        yield f"  # doubt: {doubt}"
    yield f"  {name}:"
    yield f"    kind: {one.kind}"
    yield f"    family: {one.address.family}"
    yield from (f"    {key}: {value}" for key, value in _address(one.address))
    yield f"    zone: {zone}  # check"
    if one.kind == "climate":
        for key, value in (
            ("min_celsius", one.traits.minimum_celsius),
            ("max_celsius", one.traits.maximum_celsius),
            ("step_celsius", one.traits.step_celsius),
        ):
            if value is not None:
                yield f"    {key}: {value:g}"


def _address(address: Address) -> Iterator[tuple[str, str]]:
    yield "address", _text(address.name)
    if address.channel:
        yield "channel", _text(address.channel)
    if address.base:
        yield ("full_topic" if address.family == "tasmota" else "base_topic"), _text(address.base)


def _slug(one: Found, taken: set[str]) -> str:
    """An id made of the name; a number is added where it is in use."""
    plain = _NO_SLUG.sub("-", f"{one.address.name} {one.address.channel}".lower()).strip("-")[:_SLUG_LENGTH]
    wish = plain or f"{one.address.family}-device".replace("_", "-")
    name, number = wish, 2
    while name in taken:
        name, number = f"{wish}-{number}", number + 1
    taken.add(name)
    return name


def _text(words: str) -> str:
    """JSON's strings are YAML's."""
    return msgspec.json.encode(words).decode()


def _one_line(words: str) -> str:
    return "".join(letter if letter.isprintable() else " " for letter in words)[:300]
