"""JSON Schema as our document uses it, and how it is said in short on the API's page."""

from collections.abc import Mapping, Sequence
from typing import Final

import msgspec

REFERENCE: Final = "#/components/schemas/"


class Schema(msgspec.Struct, frozen=True):
    """The part of JSON Schema that our documents use."""

    reference: str = msgspec.field(default="", name="$ref")
    type: str = ""
    format: str = ""
    description: str = ""
    pattern: str = ""
    enum: Sequence[str | float | None] = ()
    const: str | float | None = None
    items: "Schema | None" = None
    parts: "Sequence[Schema]" = msgspec.field(default=(), name="prefixItems")
    any_of: "Sequence[Schema]" = msgspec.field(default=(), name="anyOf")
    properties: "Mapping[str, Schema]" = {}
    required: Sequence[str] = ()
    least: float | None = msgspec.field(default=None, name="minimum")
    most: float | None = msgspec.field(default=None, name="maximum")
    shortest: int | None = msgspec.field(default=None, name="minLength")
    longest: int | None = msgspec.field(default=None, name="maxLength")
    fewest: int | None = msgspec.field(default=None, name="minItems")
    most_items: int | None = msgspec.field(default=None, name="maxItems")
    examples: Sequence[object] = ()


def kind(schema: Schema) -> str:
    """`integer 1–720`, `watch | enforce`, `list of string`: short, in the document's own words."""
    if schema.reference:
        return schema.reference.removeprefix(REFERENCE)
    if schema.any_of:
        return " | ".join(dict.fromkeys(kind(each) for each in schema.any_of))
    if schema.enum:
        return " | ".join(str(each) for each in schema.enum)
    if schema.const is not None:
        return str(schema.const)
    if schema.parts:
        return f"[{', '.join(kind(each) for each in schema.parts)}]"
    if schema.type == "array":
        inside = kind(schema.items) if schema.items is not None else ""
        return " ".join(
            each for each in ("list of", inside or "anything", _span(schema.fewest, schema.most_items)) if each
        )
    limits = _span(schema.least, schema.most) or _span(schema.shortest, schema.longest)
    return " ".join(each for each in (schema.format or schema.type, limits, schema.pattern) if each)


def named_in(schema: Schema) -> str:
    """The first named schema that it is made of; empty where there is none."""
    if schema.reference:
        return schema.reference.removeprefix(REFERENCE)
    inside = (*schema.any_of, *schema.parts, *(() if schema.items is None else (schema.items,)))
    return next(filter(None, map(named_in, inside)), "")


def _span(least: float | None, most: float | None) -> str:
    if least is None and most is None:
        return ""
    return f"{'' if least is None else f'{least:g}'}–{'' if most is None else f'{most:g}'}"
