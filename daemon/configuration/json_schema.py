"""The JSON schema of office.yaml: for editors (`office.schema.json`), and for our own hints about keys and meanings."""

import json
import sys
from functools import lru_cache
from typing import TypeAlias

from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue
from pydantic_core import core_schema

from daemon.configuration.places import Path
from daemon.configuration.schema import Configuration

Schema: TypeAlias = "dict[str, object]"

_DURATION = r"^\s*(\d+(\.\d+)?\s*(ms|s|min|m|h|d|w)\s*)+$"
_OVERRIDDEN = 4
"""`packs[0].overrides.name.` is what stands before the keys of a rule."""

_SHARED = {
    "kind": "which rule this is",
    "name": "name of the rule, once in the site; cases and reports carry it",
    "citation": "the regulation that asks for it",
    "attempts": "how often a correction is tried before a person is told",
    "escalate_after": "how long an owner has before the next person is told",
    "cooling_minimum_celsius": "lowest setpoint allowed while cooling",
    "heating_maximum_celsius": "highest setpoint allowed while heating",
    "document": "number of the document",
    "article": "article or section",
    "title": "title by language",
    "link": "where it can be read",
}
"""Words for keys of the core that carry none of their own."""


def office_schema_text() -> str:
    """The content of office.schema.json. Same code, same text."""
    schema = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "office.yaml of officed",
        **{key: value for key, value in office_schema().items() if key != "title"},
    }
    return json.dumps(schema, indent=1, ensure_ascii=False, sort_keys=False) + "\n"


@lru_cache(maxsize=1)
def office_schema() -> Schema:
    """The schema as a mapping; treat it as read-only."""
    schema = Configuration.model_json_schema(schema_generator=_Generator)
    _tidy(schema)
    return schema


def keys_at(path: Path, kind: object = None) -> dict[str, Schema]:
    """The keys that are known in the mapping at this path, each with its schema; empty where any key may stand.

    `kind` picks one rule where several may stand.
    """
    if path[:1] == ("packs",) and "overrides" in path:
        path = ("policies", 0, *path[_OVERRIDDEN:])
    found: dict[str, Schema] = {}
    for schema in _at(path):
        properties = schema.get("properties")
        if not isinstance(properties, dict):
            continue
        constant = properties.get("kind", {}).get("const")
        if kind is None or constant is None or constant == kind:
            found |= properties
    return found


class _Generator(GenerateJsonSchema):
    """Durations are written as people write them, not as ISO 8601."""

    def timedelta_schema(self, schema: core_schema.TimedeltaSchema) -> JsonSchemaValue:
        del schema
        return {"type": "string", "pattern": _DURATION}


def _tidy(node: object, key: str = "") -> None:
    """No machine-made titles and defaults that nobody could type; words for every key."""
    if isinstance(node, list):
        for item in node:
            _tidy(item)
    if not isinstance(node, dict):
        return
    if isinstance(node.get("title"), str):
        del node["title"]
    if node.get("pattern") == _DURATION or isinstance(node.get("default"), dict):
        for unwritable in ("default", "ge", "le"):
            node.pop(unwritable, None)
    if key in _SHARED and "description" not in node:
        node["description"] = _SHARED[key]
    for name, value in node.items():
        if name == "properties" and isinstance(value, dict):
            for property_name, property_schema in value.items():
                _tidy(property_schema, property_name)
        elif name != "default":
            _tidy(value)


def _at(path: Path) -> list[Schema]:
    nodes = _choices(office_schema())
    for step in path:
        below: list[Schema] = []
        for node in nodes:
            properties, other = node.get("properties"), node.get("additionalProperties")
            items = node.get("items")
            if isinstance(step, int):
                below += _choices(items)
            elif isinstance(properties, dict) and step in properties:
                below += _choices(properties[step])
            else:
                below += _choices(other)
                below += [choice for value in _values(node.get("patternProperties")) for choice in _choices(value)]
        nodes = below
    return nodes


def _values(node: object) -> list[object]:
    return list(node.values()) if isinstance(node, dict) else []


def _choices(node: object) -> list[Schema]:
    """The schemas a node may mean, references followed."""
    if not isinstance(node, dict):
        return []
    reference = node.get("$ref")
    if isinstance(reference, str):
        definitions = office_schema().get("$defs")
        return _choices(definitions.get(reference.rpartition("/")[2])) if isinstance(definitions, dict) else []
    found = [node]
    for word in ("oneOf", "anyOf", "allOf"):
        alternatives = node.get(word)
        if isinstance(alternatives, list):
            found += [choice for alternative in alternatives for choice in _choices(alternative)]
    return found


if __name__ == "__main__":
    # python -m daemon.configuration.json_schema > office.schema.json
    sys.stdout.write(office_schema_text())
