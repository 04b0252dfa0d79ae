"""`officed init`: the few questions whose answers nobody can guess, and the office.yaml that follows from them.

What is written is checked by the very loader that `officed run` uses, before it is written.
"""

import re
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import msgspec

from daemon.configuration.load import parse

_SLUG_LENGTH = 60


class Answers(NamedTuple):
    """What was answered. `zones` are names as people say them; `broker` is `host` or `host:port`."""

    name: str
    timezone: str
    broker: str
    zones: Sequence[str]
    username: str = ""
    country: str = ""


def office_yaml(answers: Answers, directory: Path) -> str:
    """A commented office.yaml with these answers. Raises ConfigError where one of them cannot be."""
    text = "\n".join(_lines(answers)) + "\n"
    parse(text, file="office.yaml", directory=directory)
    return text


def slug(name: str, otherwise: str) -> str:
    """An id made of a name: small letters, digits and -; `otherwise` where nothing of it is left (中文)."""
    plain = re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")[:_SLUG_LENGTH].strip("-")
    return plain or otherwise


def _lines(answers: Answers) -> list[str]:
    host, _, port = answers.broker.rpartition(":")
    if not host or not port.isdecimal():
        host, port = answers.broker, ""
    return [
        "# yaml-language-server: $schema=office.schema.json",
        "#",
        "# Written by `officed init`. After every change: officed check-config office.yaml",
        "# officed only watches until you say otherwise, twice: `switchable: true` at a device, `mode: enforce` at a rule.",
        "",
        "site:",
        f"  id: {_text(slug(answers.name, 'office'))}  # a tag in the database: choose once, keep it",
        f"  names: {_text(answers.name)}",
        f"  timezone: {_text(answers.timezone)}",
        *([f"  country: {_text(answers.country)}  # public holidays come from there"] if answers.country else []),
        "",
        "zones:  # a day that is not named is closed",
        *_zones(answers.zones),
        "",
        "# `officed discover` listens to the broker and writes the devices it hears in this form:",
        "devices: {}  # take the {} away when the first one is pasted below",
        "#  room-ac:",
        "#    kind: climate",
        "#    family: zigbee2mqtt",
        "#    address: room ac",
        f"#    zone: {slug(answers.zones[0], 'zone-1') if answers.zones else 'zone-1'}",
        "",
        "packs:",
        "  - pack: cn-2007-42  # setpoints: cooling at least 26 °C, heating at most 20 °C",
        "    mode: watch",
        "",
        "policies:",
        "  - kind: after_hours_power",
        "    name: after-hours",
        "    mode: watch",
        "",
        "broker:",
        f"  host: {_text(host)}",
        *([f"  port: {port}"] if port else []),
        *_credentials(answers.username),
        "",
    ]


def _zones(names: Sequence[str]) -> list[str]:
    lines: list[str] = []
    taken: set[str] = set()
    for number, name in enumerate(names, start=1):
        wish = slug(name, f"zone-{number}")
        identifier = wish if wish not in taken else f"{wish[: _SLUG_LENGTH - 4]}-{number}"
        taken.add(identifier)
        lines += [f"  {identifier}:", f"    names: {_text(name)}", '    hours: {mon-fri: "08:30-18:00"}']
    return lines


def _credentials(username: str) -> list[str]:
    if not username:
        return ["  # username: officed", "  # password_file: secrets/broker-password"]
    return [
        f"  username: {_text(username)}",
        "  password_file: secrets/broker-password  # one line, the password alone",
    ]


def _text(words: str) -> str:
    """JSON's strings are YAML's."""
    return msgspec.json.encode(words).decode()
