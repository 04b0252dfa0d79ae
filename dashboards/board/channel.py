"""One page in one language: as it is now, and what has changed since the version before, in bytes shared by all."""

import asyncio
import json
import logging
from collections.abc import Mapping
from time import monotonic

from markupsafe import Markup

from dashboards.board.page import Drawn, Found, Part
from dashboards.board.render import Fragments, Renderer, Rows
from dashboards.board.source import Source
from dashboards.views.banner import banner
from policies.state import State

logger = logging.getLogger(__name__)
PAUSE_SECONDS = 0.8
"""Between two looks at the state: most of what viewers cost, and most of what they wait (benchmarks/board.py)."""
PAST_SECONDS = 60.0
"""The past moves slowly, and asking for it may block."""


class Channel:
    """Lives in the web thread's event loop. `renderer` is shared by all pages of a language."""

    def __init__(self, found: Found, renderer: Renderer, source: Source, start: str) -> None:
        self.found, self.renderer, self._source, self._start = found, renderer, source, start
        self._rows: Rows = {}
        self._fragments: Fragments = {}
        self.drawn: Drawn | None = None
        self._changed = self._whole = b""
        self._made_at = self._past_at = float("-inf")
        self._past: object = None
        self._state: State | None = None
        self._asks = asyncio.Lock()
        self.packed: dict[object, bytes] = {}
        self.number = 0
        self.viewers = 0
        self.used_at = monotonic()

    @property
    def version(self) -> str:
        """The id of the newest message: which daemon, which change."""
        return f"{self._start}-{self.number}"

    @property
    def is_old(self) -> bool:
        """Whether a step was taken since the page was made, or too much time has passed."""
        return self._source.state() is not self._state or monotonic() - self._made_at > PAUSE_SECONDS

    @property
    def top(self) -> Markup:
        """What stands above the forms."""
        assert self.drawn is not None, "a page is made before it is shown"  # noqa: S101  for the type checker
        inside = self.renderer.laid_out("stack.html", {key: self._fragments[key] for key in self.drawn.top})
        return Markup('<div id="top">{}</div>').format(inside)

    @property
    def body(self) -> Markup:
        """What stands below them."""
        assert self.drawn is not None, "a page is made before it is shown"  # noqa: S101  for the type checker
        body = {key: self._fragments[key] for key in self.drawn.body}
        return Markup('<div id="body">{}</div>').format(self.renderer.laid_out(self.drawn.layout, body))

    @property
    def clock(self) -> Markup:
        """When the page was made."""
        return self._fragments["clock"]

    @property
    def banner(self) -> Markup:
        """What everybody has to see, on every page; hidden where there is nothing."""
        return self._fragments["banner"]

    def speak(self, renderer: Renderer) -> None:
        """From now on with these templates: the office's clock or language is another one."""
        if renderer is not self.renderer:
            self.renderer, self._rows, self._state = renderer, {}, None

    async def learn(self) -> None:
        """Ask the past, where the page needs it and it is old. What fails is logged; the page says that there is none."""
        kind, arguments = self.found
        if not kind.needs_past:
            return
        async with self._asks:
            if monotonic() - self._past_at < PAST_SECONDS:
                return
            history, state, now = self._source.history(), self._source.state(), self._source.now()
            try:
                self._past = await asyncio.to_thread(kind.past, history, state, now, arguments)
            except Exception as trouble:  # noqa: BLE001  any store may fail in its own way; the page lives on
                logger.warning("board: the past of %s cannot be read: %s", kind.path, trouble)
                self._past = None
            self._past_at, self._state = monotonic(), None

    def refresh(self) -> bool:
        """Make the page again; True if a viewer has to be told. `drawn` is None where there is no such page."""
        state, now = self._source.state(), self._source.now()
        self._state, self._made_at = state, monotonic()
        drawn = self.found.kind.parts(state, now, self.found.arguments, self._past)
        if drawn is None:
            self.drawn = None
            return False
        around = {
            "clock": Part("clock.html", self.renderer.language.instant(now)),
            "banner": Part("banner.html", banner(self._source.health(), state.office.site.calendar, now)),
        }
        parts = {**drawn.top, **drawn.body, **around}
        fragments = self.renderer.fragments(parts, now, self._rows)
        self._rows = {key: self._rows[key] for key in parts}
        self.drawn = drawn
        changed = {key: html for key, html in fragments.items() if self._fragments.get(key) != html}
        if not changed and len(fragments) == len(self._fragments):
            return False
        same = list(fragments) == list(self._fragments)
        self.number += 1
        self._fragments = fragments
        self._whole = b""
        self.packed = {}
        self._changed = self._message(changed) if same else b""
        return True

    def since(self, version: str) -> bytes:
        """What a viewer at `version` has to be sent to see the newest page; nothing if it does already."""
        if version == self.version or self.drawn is None:
            return b""
        if self._changed and version == f"{self._start}-{self.number - 1}":
            return self._changed
        if not self._whole:
            self._whole = self._message(
                {"top": self.top, "body": self.body, "clock": self.clock, "banner": self.banner}
            )
        return self._whole

    def _message(self, fragments: Mapping[str, str]) -> bytes:
        return f"id: {self.version}\nevent: swap\ndata: {json.dumps(fragments, ensure_ascii=False)}\n\n".encode()
