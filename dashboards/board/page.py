"""What one kind of page is: its address, the past it asks for, its live fragments, and its forms.

A page has fragments (live, the same bytes for all who read it in one language) and forms (made for one person, never
swapped while somebody types). `top` stands above the forms, `body` below.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple
from urllib.parse import parse_qsl, quote, unquote, urlencode, urlsplit

from dashboards.board.door import Person
from dashboards.views.place import Named
from policies.history import History
from policies.state import State
from policies.words import Words

Arguments = Mapping[str, str]


class Part(NamedTuple):
    """One fragment before it is drawn: its template and the value that it shows."""

    template: str
    value: object


Parts = Mapping[str, Part]


@dataclass(frozen=True)
class Drawn:
    """`title`: what the browser's tab says, beside the office's name. `layout` puts the body's fragments in place."""

    title: Words | Named | None
    top: Parts = field(default_factory=dict)
    body: Parts = field(default_factory=dict)
    layout: str = "stack.html"


class Kind:
    """One page. `path` may hold gaps `{zone}`; `query` names what else it listens to. Stateless, any thread."""

    path = "/"
    query: tuple[str, ...] = ()
    needs_past = False
    is_for_kiosks = False

    def past(self, history: History, state: State, now: datetime, arguments: Arguments) -> object:
        """What the page needs of the past. May block; called outside the web's loop, at most once a minute."""
        del history, state, now, arguments
        return None

    def parts(self, state: State, now: datetime, arguments: Arguments, past: object) -> Drawn | None:
        """The live part; None: there is no such page (any more). `past` is None until it was read, or where it cannot."""
        raise NotImplementedError

    def forms(self, state: State, now: datetime, arguments: Arguments, person: Person) -> Part | None:
        """What this person may do here."""
        del state, now, arguments, person
        return None


class Found(NamedTuple):
    """An address that belongs to a page."""

    kind: Kind
    arguments: Arguments

    @property
    def path(self) -> str:
        """The address without its query, unquoted."""
        return self.kind.path.format(**self.arguments)

    @property
    def query(self) -> str:
        """The query as the page itself understands it, quoted."""
        return urlencode([(name, self.arguments[name]) for name in self.kind.query if name in self.arguments])

    @property
    def address(self) -> str:
        """Path and query, as a link has them."""
        return quote(self.path) + (f"?{self.query}" if self.query else "")

    @property
    def key(self) -> tuple[str, tuple[tuple[str, str], ...]]:
        """Equal for equal pages."""
        return self.kind.path, tuple(sorted(self.arguments.items()))


class Addresses:
    """Which page an address means."""

    def __init__(self, kinds: Sequence[Kind]) -> None:
        self._kinds = [
            (re.compile(re.sub(r"\\{(\w+)\\}", r"(?P<\1>.+)", re.escape(kind.path))), kind) for kind in kinds
        ]

    def find(self, address: str) -> Found | None:
        """The page of an address as a link has it, such as `/zones/east?page=2`."""
        try:
            parts = urlsplit(address)
        except ValueError:
            return None
        return self.match(unquote(parts.path), dict(parse_qsl(parts.query, max_num_fields=20)))

    def match(self, path: str, query: Mapping[str, str]) -> Found | None:
        """The page of an unquoted path; only what the page listens to is kept of the query."""
        for pattern, kind in self._kinds:
            matched = pattern.fullmatch(path)
            if matched is not None:
                asked = {name: query[name][:100] for name in kind.query if query.get(name)}
                return Found(kind, {**asked, **matched.groupdict()})
        return None
