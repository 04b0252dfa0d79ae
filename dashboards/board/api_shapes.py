"""What the API answers, as JSON Schema, read off the very structs that it answers with: what is published cannot fall behind.

The counterpart of `api_values.plain`: every member is always there, none is added, `Words` are a sentence and instants are
ISO 8601 in UTC.
"""

import inspect
from collections.abc import Mapping
from functools import cache
from typing import Final

import msgspec
from msgspec.inspect import (
    BoolType,
    CollectionType,
    DateTimeType,
    DateType,
    DictType,
    FloatType,
    IntType,
    LiteralType,
    NoneType,
    StrType,
    StructType,
    TupleType,
    Type,
    UnionType,
    type_info,
)

from policies.words import Words

Schema = Mapping[str, object]
_REFERENCE: Final = "#/components/schemas/"


@cache
def shape_of(answer: object) -> Schema:
    """The schema of an answer of this type; structs in it are named. TypeError for what `plain` would not say either."""
    return _shape(type_info(answer))


@cache
def named_in(answer: object) -> Mapping[str, Schema]:
    """All structs that such an answer is made of, by name."""
    found: dict[str, type[msgspec.Struct]] = {}
    _collect(type_info(answer), found)
    return {name: _members(struct) for name, struct in found.items()}


def _shape(info: Type) -> Schema:
    match info:
        case StructType(cls=struct) if struct is Words:
            return {"type": "string", "description": "a sentence in the language that was asked for"}
        case StructType():
            return {"$ref": f"{_REFERENCE}{info.cls.__name__}"}
        case UnionType():
            return {"anyOf": [_shape(each) for each in info.types]}
        case LiteralType(values=words) if all(isinstance(each, str) for each in words):
            return {"type": "string", "enum": list(words)}
        case TupleType():
            exact = len(info.item_types)
            parts = [_shape(each) for each in info.item_types]
            return {"type": "array", "prefixItems": parts, "minItems": exact, "maxItems": exact}
        case CollectionType():
            longest = {} if info.max_length is None else {"maxItems": info.max_length}
            return {"type": "array", "items": _shape(info.item_type), **longest}
        case DictType():
            names = {"propertyNames": _shape(info.key_type)} if isinstance(info.key_type, LiteralType) else {}
            return {"type": "object", "additionalProperties": _shape(info.value_type), **names}
        case DateTimeType():
            return {"type": "string", "format": "date-time"}
        case DateType():
            return {"type": "string", "format": "date"}
        case _ if type(info) in _PLAIN:
            return {"type": _PLAIN[type(info)]}
        case _:
            raise TypeError(f"an answer has a {type(info).__name__} in it")


_PLAIN: Final[Mapping[type[Type], str]] = {
    NoneType: "null",
    BoolType: "boolean",
    IntType: "integer",
    FloatType: "number",
    StrType: "string",
}


def _members(struct: type[msgspec.Struct]) -> Schema:
    info = type_info(struct)
    if not isinstance(info, StructType):
        raise TypeError(struct)
    members = {field.name: _shape(field.type) for field in info.fields}
    return {
        "title": struct.__name__,
        "description": (inspect.getdoc(struct) or "").replace("None", "null"),
        "type": "object",
        "properties": members,
        "required": list(members),
        "additionalProperties": False,
    }


def _collect(info: Type, found: dict[str, type[msgspec.Struct]]) -> None:
    match info:
        case StructType(cls=struct) if struct is not Words:
            if found.setdefault(struct.__name__, struct) is not struct:
                raise TypeError(f"two structs are called {struct.__name__}")
            for field in info.fields:
                _collect(field.type, found)
        case UnionType(types=parts) | TupleType(item_types=parts):
            for part in parts:
                _collect(part, found)
        case CollectionType():
            _collect(info.item_type, found)
        case DictType():
            _collect(info.value_type, found)
        case _:
            return
