"""YAML text to plain values that remember their lines.

Every scalar stays the text that was typed (only `null`, `~` and nothing are None), and pydantic turns it into what its
place asks for. So the traps of YAML 1.1 cannot happen: `no`, `off` and `08:30` are words, not False, False and 510.
Anchors, aliases and tags are refused: an office needs none, and without them a short file cannot unfold into a huge one.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TypeAlias

import yaml

from daemon.configuration.places import Path, spell
from daemon.configuration.problem import ConfigError, Problem
from daemon.configuration.syntax import explain

Value: TypeAlias = "str | list[Value] | dict[str, Value] | None"

_MAX_DEPTH = 16
_MAX_VALUES = 500_000
_NULLS = frozenset({"", "~", "null", "Null", "NULL"})
_UNPRINTABLE = re.compile("[^\t\n\r -~\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_LOADER: type[yaml.CSafeLoader | yaml.SafeLoader] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@dataclass(slots=True)
class Document:
    """The values, the line of each path, and what was wrong without making the rest unreadable."""

    file: str
    root: dict[str, Value] = field(default_factory=dict)
    lines: dict[Path, int] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)

    def line(self, path: Path) -> int:
        """The line of a path; of its nearest known parent, where it is not in the file."""
        while path and path not in self.lines:
            path = path[:-1]
        return self.lines.get(path, 1)

    def at(self, path: Path) -> Value:
        """The value at a path; None where there is none."""
        here: Value = self.root
        for step in path:
            if isinstance(here, dict) and isinstance(step, str):
                here = here.get(step)
            elif isinstance(here, list) and isinstance(step, int) and step < len(here):
                here = here[step]
            else:
                return None
        return here


def read_document(text: str, file: str) -> Document:
    """Parse one YAML document whose root is a mapping. Raises ConfigError where it cannot be read at all."""
    odd = _UNPRINTABLE.search(text)
    if odd:
        line = text.count("\n", 0, odd.start()) + 1
        raise _refusal(file, line, f"there is a character that cannot be printed (U+{ord(odd.group()):04X}); remove it")
    document = Document(file)
    builder = _Builder(document)
    try:
        for event in _events(text):
            builder.take(event)
    except yaml.YAMLError as error:
        line, what = explain(error, text)
        raise _refusal(file, line, what) from None
    if builder.root is None:
        raise _refusal(file, 1, "the file is empty; start from office.example.yaml")
    if not isinstance(builder.root, dict):
        raise _refusal(file, 1, "the file must consist of keys such as `site:`, `zones:` and `devices:`")
    document.root = builder.root
    return document


@dataclass(slots=True)
class _Frame:
    """A container that is being filled; `key` is the key whose value comes next."""

    container: dict[str, Value] | list[Value]
    path: Path
    key: str | None = None
    key_line: int = 0


class _Builder:
    """Events to values without recursion, so that no depth of nesting can exhaust the stack."""

    def __init__(self, document: Document) -> None:
        self.root: Value = None
        self._document = document
        self._frames: list[_Frame] = []
        self._documents = 0
        self._values = 0

    def take(self, event: yaml.Event) -> None:
        """One event of the parser."""
        line = event.start_mark.line + 1 if event.start_mark else 1
        if isinstance(event, yaml.DocumentStartEvent):
            self._documents += 1
            if self._documents > 1:
                self._refuse(line, "a second document starts here (`---`); keep everything in one")
        elif isinstance(event, yaml.AliasEvent):
            self._refuse(line, "names with * and & are not used here; write the value out, or put it in quotes")
        elif isinstance(event, yaml.ScalarEvent | yaml.CollectionStartEvent):
            self._node(event, line)
        elif isinstance(event, yaml.CollectionEndEvent):
            self._frames.pop()

    def _node(self, event: yaml.ScalarEvent | yaml.CollectionStartEvent, line: int) -> None:
        if event.anchor is not None:
            self._refuse(line, "names with * and & are not used here; write the value out, or put it in quotes")
        if event.tag is not None:
            self._refuse(line, "a value that starts with ! must be put in quotes")
        frame = self._frames[-1] if self._frames else None
        is_key = frame is not None and isinstance(frame.container, dict) and frame.key is None
        if isinstance(event, yaml.ScalarEvent):
            if is_key and frame is not None:
                frame.key, frame.key_line = event.value, line
                return
            plain = event.implicit[0]
            self._attach(None if plain and event.value in _NULLS else event.value, line)
            return
        if is_key:
            self._refuse(line, "a key must be a single word; put text with brackets or braces in quotes")
        if len(self._frames) >= _MAX_DEPTH:
            self._refuse(line, f"nested more than {_MAX_DEPTH} levels deep; nothing in this file needs that")
        container: dict[str, Value] | list[Value] = {} if isinstance(event, yaml.MappingStartEvent) else []
        path = self._attach(container, line)
        self._frames.append(_Frame(container, path))

    def _attach(self, value: Value, line: int) -> Path:
        self._values += 1
        if self._values > _MAX_VALUES:
            self._refuse(line, "there are more values than any office needs")
        if not self._frames:
            self.root = value
            return ()
        frame = self._frames[-1]
        path: Path
        if isinstance(frame.container, list):
            path = (*frame.path, len(frame.container))
            self._document.lines.setdefault(path, line)
            frame.container.append(value)
            return path
        key, frame.key = frame.key or "", None
        path = (*frame.path, key)
        if key in frame.container:
            first = self._document.line(path)
            what = f"is given twice (first in line {first}); remove one"
            self._document.problems.append(Problem(self._document.file, frame.key_line, spell(path), what))
        else:
            frame.container[key] = value
            self._document.lines[path] = frame.key_line
        return path

    def _refuse(self, line: int, what: str) -> None:
        raise _refusal(self._document.file, line, what)


def _events(text: str) -> Iterator[yaml.Event]:
    yield from yaml.parse(text, Loader=_LOADER)


def _refusal(file: str, line: int, what: str) -> ConfigError:
    return ConfigError([Problem(file, line, "", what)])
