"""office.schema.json is what the code says, knows every key with its meaning, and does not contradict the loader."""

import json
from collections.abc import Iterator
from pathlib import Path

from daemon.configuration.json_schema import keys_at, office_schema, office_schema_text

SCHEMA = Path(__file__).parents[1] / "office.schema.json"


def properties(node: object, path: str = "") -> Iterator[tuple[str, dict[str, object]]]:
    if isinstance(node, dict):
        for key, value in node.items():
            if key == "properties" and isinstance(value, dict):
                yield from ((f"{path}.{name}", schema) for name, schema in value.items())
            yield from properties(value, f"{path}.{key}")
    elif isinstance(node, list):
        for value in node:
            yield from properties(value, path)


def test_the_schema_in_the_repository_is_up_to_date() -> None:
    regenerate = "python -m daemon.configuration.json_schema > office.schema.json"
    assert SCHEMA.read_text(encoding="utf-8") == office_schema_text(), regenerate


def test_every_key_says_what_it_is_for() -> None:
    silent = [
        path
        for path, schema in properties(office_schema())
        if "description" not in schema and not path.endswith((".en", ".zh_CN"))
    ]
    assert silent == []


def test_unknown_keys_are_marked_in_editors_too() -> None:
    open_ended = [
        name
        for name, definition in json.loads(office_schema_text())["$defs"].items()
        if definition.get("type") == "object" and definition.get("additionalProperties") is not False
    ]
    assert open_ended == []


def test_the_keys_of_a_place_are_found_through_maps_lists_and_kinds() -> None:
    assert {"kind", "zone", "switchable"} <= set(keys_at(("devices", "any")))
    assert "cooling_minimum_celsius" in keys_at(("policies", 3), "setpoint_limit")
    assert "cooling_minimum_celsius" not in keys_at(("policies", 3), "after_hours_power")
    assert "ca_file" in keys_at(("broker", "tls"))
    assert "grace" in keys_at(("packs", 0, "overrides", "any"))
    assert keys_at(("nowhere", "at", "all")) == {}
