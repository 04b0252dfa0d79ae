"""The API's own OpenAPI document as a page shows it: operations by tag, what each takes and answers, how to ask it.

Read from the document and from nothing else, so that the page cannot say what a program would not find there. Names and
summaries stay English, as in the document; the frame around them has the reader's language.
"""

import json
import shlex
from collections.abc import Mapping, Sequence

import msgspec

from dashboards.views.api_schema import REFERENCE, Schema, kind, named_in

METHODS = ("get", "post", "put", "delete")
_PLAIN = "application/json"


class Content(msgspec.Struct, frozen=True):
    """One media type of a body."""

    schema: Schema = Schema()


class Body(msgspec.Struct, frozen=True):
    """What is sent, or one answer."""

    description: str = ""
    content: Mapping[str, Content] = {}


class Parameter(msgspec.Struct, frozen=True):
    """One gap in the address, or one name of the query."""

    name: str
    place: str = msgspec.field(name="in")
    required: bool = False
    schema: Schema = Schema()
    description: str = ""


class Operation(msgspec.Struct, frozen=True):
    """One method of one address. `scope` and `role` are our own marks: what a token needs."""

    summary: str = ""
    description: str = ""
    tags: Sequence[str] = ()
    parameters: Sequence[Parameter] = ()
    body: Body | None = msgspec.field(default=None, name="requestBody")
    answers: Mapping[str, Body] = msgspec.field(default={}, name="responses")
    scope: str = msgspec.field(default="", name="x-officed-scope")
    role: str = msgspec.field(default="", name="x-officed-role")


class Components(msgspec.Struct, frozen=True):
    """The named schemas."""

    schemas: Mapping[str, Schema] = {}


class Document(msgspec.Struct, frozen=True):
    """An OpenAPI 3.1 document."""

    openapi: str
    paths: Mapping[str, Mapping[str, Operation]] = {}
    components: Components = Components()


class Field(msgspec.Struct, frozen=True):
    """One parameter or member: `place` is path, query or body; `what` its kind and limits, `shape` the named schema in it."""

    name: str
    place: str
    what: str
    is_required: bool
    description: str = ""
    shape: str = ""


class Answer(msgspec.Struct, frozen=True):
    """One status with its meaning; `shape`: the named schema in what is answered."""

    status: str
    description: str
    kind: str
    shape: str = ""


class Entry(msgspec.Struct, frozen=True):
    """One operation, ready to be shown. `curl` can be pasted into a shell once its WORDS in capitals are replaced."""

    method: str
    path: str
    anchor: str
    summary: str
    scope: str
    role: str
    fields: Sequence[Field]
    answers: Sequence[Answer]
    curl: str


class Chapter(msgspec.Struct, frozen=True):
    """All operations of one tag, in the document's order."""

    tag: str
    entries: Sequence[Entry]


class Shape(msgspec.Struct, frozen=True):
    """One named schema: what the operations call by its name."""

    name: str
    description: str
    fields: Sequence[Field]


def shapes(document: Mapping[str, object]) -> Sequence[Shape]:
    """The named schemas, in the document's order."""
    found = msgspec.convert(document, Document).components.schemas
    return [Shape(name, schema.description, _members(schema)) for name, schema in found.items()]


def chapters(document: Mapping[str, object], base: str) -> Sequence[Chapter]:
    """The whole document; `base` is the address of this server, without a slash at its end."""
    read = msgspec.convert(document, Document)
    found: dict[str, list[Entry]] = {}
    for path, operations in read.paths.items():
        for method in METHODS:
            if method in operations:
                operation = operations[method]
                tag = operation.tags[0] if operation.tags else ""
                found.setdefault(tag, []).append(_entry(read, method, path, operation, base))
    return [Chapter(tag, entries) for tag, entries in found.items()]


def _entry(document: Document, method: str, path: str, operation: Operation, base: str) -> Entry:
    body = _sent(document, operation)
    fields = [
        Field(each.name, each.place, kind(each.schema), each.required, each.description or each.schema.description)
        for each in operation.parameters
    ]
    fields += _members(body)
    answers = [_answer(status, each) for status, each in operation.answers.items()]
    anchor = f"{method}-{path.strip('/').replace('/', '-').replace('{', '').replace('}', '')}"
    curl = _curl(method, path, operation, body, base)
    return Entry(
        method.upper(), path, anchor, operation.summary, operation.scope, operation.role, fields, answers, curl
    )


def _answer(status: str, body: Body) -> Answer:
    """JSON by its kind, anything else by its media type."""
    kinds = [kind(each.schema) or media if media == _PLAIN else media for media, each in body.content.items()]
    shapes = [named_in(each.schema) for each in body.content.values()]
    return Answer(status, body.description, ", ".join(kinds), next(filter(None, shapes), ""))


def _members(schema: Schema) -> list[Field]:
    return [
        Field(name, "body", kind(each), name in schema.required, each.description, named_in(each))
        for name, each in schema.properties.items()
    ]


def _sent(document: Document, operation: Operation) -> Schema:
    contents = operation.body.content.values() if operation.body is not None else ()
    for content in contents:
        name = content.schema.reference.removeprefix(REFERENCE)
        return document.components.schemas.get(name, content.schema)
    return Schema()


def _curl(method: str, path: str, operation: Operation, body: Schema, base: str) -> str:
    """One command; gaps of the address stand in capitals, what is sent has the document's examples."""
    for each in operation.parameters:
        if each.place == "path":
            path = path.replace(f"{{{each.name}}}", str(next(iter(each.schema.examples), each.name.upper())))
    needed = (each for each in operation.parameters if each.place == "query" and each.required)
    query = "&".join(f"{each.name}={next(iter(each.schema.examples), each.name.upper())}" for each in needed)
    lines = ['curl -H "Authorization: Bearer $OFFICED_TOKEN"']
    if method != "get":
        lines.append("-H 'Content-Type: application/json'")
        lines.append(f"-d {shlex.quote(json.dumps(_example(body), ensure_ascii=False))}")
    return " \\\n  ".join([*lines, shlex.quote(f"{base}{path}{'?' if query else ''}{query}")])


def _example(body: Schema) -> Mapping[str, object]:
    return {name: _first(schema, name) for name, schema in body.properties.items() if name in body.required}


def _first(schema: Schema, name: str) -> object:
    if schema.examples:
        return schema.examples[0]
    if schema.enum:
        return schema.enum[0]
    return {"boolean": True, "integer": schema.least, "number": schema.least}.get(schema.type, name.upper())
