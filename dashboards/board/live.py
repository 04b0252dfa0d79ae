"""One stream of changes a language, shared by all its viewers.

The engine's step only sets a flag. At most twice a second the page is made again, compared with what was sent last, and
what changed is written down once: every viewer gets the same bytes. Lives in the web thread's event loop.
"""

import asyncio
import gzip
import json
import logging
from collections.abc import AsyncGenerator, Callable, Mapping
from time import monotonic

from dashboards.board.render import Fragments, Renderer
from dashboards.board.source import Source
from dashboards.language.catalogs import languages
from dashboards.view import Overview, overview
from policies.state import State

logger = logging.getLogger(__name__)
PAUSE_SECONDS = 0.4
REFRESH_SECONDS = 5.0
"""Countdowns and silences move without any step."""
LONGEST_STREAM_SECONDS = 600.0
MOST_VIEWERS = 200
BEAT = b"event: beat\ndata:\n\n"


class Channel:
    """One language: the page as it is now, and what has changed since the version before."""

    def __init__(self, code: str, source: Source, start: str) -> None:
        self._code, self._source, self._start = code, source, start
        self._renderer: Renderer | None = None
        self._fragments: Fragments = {}
        self._overview: Overview | None = None
        self._page = ""
        self._packed = self._changed = self._whole = b""
        self._made_at = float("-inf")
        self._state: State | None = None
        self.number = 0
        self.viewers = 0

    @property
    def version(self) -> str:
        """The id of the newest message: which daemon, which change."""
        return f"{self._start}-{self.number}"

    @property
    def page(self) -> str:
        """The document as last made; put together when somebody asks for it."""
        if not self._page and self._renderer is not None and self._overview is not None:
            main = self._renderer.main(self._fragments)
            self._page = self._renderer.page(main, self._overview, self.version)
        return self._page

    @property
    def packed(self) -> bytes:
        """The same document, gzipped once for everybody who asks. There is no secret in it (BREACH)."""
        if not self._packed:
            self._packed = gzip.compress(self.page.encode(), compresslevel=4, mtime=0)
        return self._packed

    @property
    def is_old(self) -> bool:
        """Whether a step was taken since the page was made, or too much time has passed."""
        return self._source.state() is not self._state or monotonic() - self._made_at > PAUSE_SECONDS

    def refresh(self) -> bool:
        """Make the page again; True if a viewer has to be told."""
        state, now = self._source.state(), self._source.now()
        language = languages(state.office.site.calendar.timezone)[self._code]
        if self._renderer is None or self._renderer.language is not language:
            self._renderer = Renderer(language)
        page = overview(state, now)
        self._state = state
        fragments = self._renderer.overview(page)
        self._made_at = monotonic()
        changed = {key: html for key, html in fragments.items() if self._fragments.get(key) != html}
        if not changed and len(fragments) == len(self._fragments):
            return False
        same = list(fragments) == list(self._fragments)
        self.number += 1
        self._fragments, self._overview = fragments, page
        self._page, self._packed, self._whole = "", b"", b""
        self._changed = self._message(changed) if same else b""
        return True

    def since(self, version: str) -> bytes:
        """What a viewer at `version` has to be sent to see the newest page; nothing if it does already."""
        if version == self.version:
            return b""
        if self._changed and version == f"{self._start}-{self.number - 1}":
            return self._changed
        if not self._whole and self._renderer is not None:
            main = self._renderer.main(self._fragments)
            self._whole = self._message({"main": main, "clock": self._fragments["clock"]})
        return self._whole

    def _message(self, fragments: Mapping[str, str]) -> bytes:
        return f"id: {self.version}\nevent: swap\ndata: {json.dumps(fragments, ensure_ascii=False)}\n\n".encode()


class Live:
    """All channels, and the loop that keeps them up to date while somebody looks."""

    def __init__(self, source: Source, codes: tuple[str, ...], start: str) -> None:
        self._source = source
        self.channels = {code: Channel(code, source, start) for code in codes}
        self._news = asyncio.Event()
        self._woken = False
        self._turn = asyncio.Event()
        self._loop: asyncio.AbstractEventLoop | None = None
        self.closed = False

    async def run(self) -> None:
        """Until cancelled: wait for a step or for time to pass, then tell the viewers. Runs as the app's one task."""
        self._loop = asyncio.get_running_loop()
        unsubscribe: Callable[[], None] = self._source.subscribe(self._wake)
        try:
            while True:
                await self._nudged()
                for channel in self.channels.values():
                    if channel.viewers:
                        self._refresh(channel)
                self._everybody()
                await asyncio.sleep(PAUSE_SECONDS)
        finally:
            unsubscribe()

    def fresh(self, code: str) -> Channel:
        """One language's channel, with every step taken so far in its page."""
        channel = self.channels[code]
        if channel.is_old and channel.refresh():
            self._everybody()
        return channel

    async def stream(self, code: str, version: str) -> AsyncGenerator[bytes, None]:
        """One viewer's stream: what it missed, then every change, a beat in between; ends after ten minutes."""
        channel = self.channels[code]
        ends_at = monotonic() + LONGEST_STREAM_SECONDS
        channel.viewers += 1
        try:
            yield b"retry: 1000\n\n"
            if channel.is_old:
                channel.refresh()
            while not self.closed and monotonic() < ends_at:
                message = channel.since(version)
                version = channel.version
                turn = self._turn
                yield message or BEAT
                await turn.wait()
        finally:
            channel.viewers -= 1

    @property
    def viewers(self) -> int:
        """How many streams are open."""
        return sum(channel.viewers for channel in self.channels.values())

    def close(self) -> None:
        """End every stream, from any thread: the process wants to stop."""
        self.closed = True
        if self._loop is not None and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._everybody)

    def _refresh(self, channel: Channel) -> None:
        try:
            channel.refresh()
        except Exception:
            logger.exception("board: the page could not be made; viewers keep the one before")

    def _everybody(self) -> None:
        self._turn, before = asyncio.Event(), self._turn
        before.set()

    def _wake(self) -> None:
        """Engine thread: one flag, so that a thousand steps a second cost one wake-up a pause."""
        if not self._woken and self._loop is not None and not self._loop.is_closed():
            self._woken = True
            self._loop.call_soon_threadsafe(self._news.set)

    async def _nudged(self) -> None:
        try:
            async with asyncio.timeout(REFRESH_SECONDS):
                await self._news.wait()
        except TimeoutError:
            pass
        self._news.clear()
        self._woken = False
