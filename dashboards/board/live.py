"""The streams of changes: one a page and language, shared by all its viewers.

The engine's step only sets a flag. At most a little more than once a second each page that somebody looks at is made again, compared with
what was sent last, and what changed is written down once. Lives in the web thread's event loop.
"""

import asyncio
import logging
from collections.abc import AsyncGenerator, Callable
from time import monotonic

from dashboards.board.channel import PAUSE_SECONDS, Channel
from dashboards.board.page import Found
from dashboards.board.render import Renderer
from dashboards.board.source import Source
from dashboards.language.catalogs import languages

logger = logging.getLogger(__name__)
REFRESH_SECONDS = 5.0
"""Countdowns and silences move without any step."""
LONGEST_STREAM_SECONDS = 600.0
MOST_VIEWERS = 200
MOST_CHANNELS = 100
BEAT = b"event: beat\ndata:\n\n"


class Live:
    """All channels, and the loop that keeps them up to date while somebody looks."""

    def __init__(self, source: Source, start: str) -> None:
        self._source, self._start = source, start
        self._channels: dict[object, Channel] = {}
        self._renderers: dict[tuple[str, str], Renderer] = {}
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
                for channel in [each for each in self._channels.values() if each.viewers]:
                    channel.speak(self.renderer(channel.renderer.language.code))
                    await channel.learn()
                    self._refresh(channel)
                    await asyncio.sleep(0)
                self._everybody()
                await asyncio.sleep(PAUSE_SECONDS)
        finally:
            unsubscribe()

    def renderer(self, code: str) -> Renderer:
        """The templates of one language at the office's clock."""
        timezone = self._source.state().office.site.calendar.timezone
        key = (code, timezone)
        if key not in self._renderers:
            self._renderers[key] = Renderer(languages(timezone)[code])
        return self._renderers[key]

    async def fresh(self, found: Found, code: str) -> Channel:
        """One page, with every step taken so far in it."""
        channel = self._channel(found, code)
        await channel.learn()
        if channel.is_old and channel.refresh():
            self._everybody()
        return channel

    async def stream(self, found: Found, code: str, version: str) -> AsyncGenerator[bytes, None]:
        """One viewer's stream: what it missed, then every change, a beat in between; ends after ten minutes."""
        channel = self._channel(found, code)
        ends_at = monotonic() + LONGEST_STREAM_SECONDS
        channel.viewers += 1
        try:
            yield b"retry: 1000\n\n"
            await channel.learn()
            if channel.is_old:
                self._refresh(channel)
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
        return sum(channel.viewers for channel in self._channels.values())

    def close(self) -> None:
        """End every stream, from any thread: the process wants to stop."""
        self.closed = True
        if self._loop is not None and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._everybody)

    def _channel(self, found: Found, code: str) -> Channel:
        renderer = self.renderer(code)
        key = (found.key, code)
        channel = self._channels.get(key)
        if channel is None:
            self._make_room()
            channel = self._channels[key] = Channel(found, renderer, self._source, self._start)
        channel.speak(renderer)
        channel.used_at = monotonic()
        return channel

    def _make_room(self) -> None:
        idle = [key for key, each in self._channels.items() if not each.viewers]
        idle.sort(key=lambda key: self._channels[key].used_at)
        for key in idle[: max(0, len(self._channels) - MOST_CHANNELS + 1)]:
            del self._channels[key]

    def _refresh(self, channel: Channel) -> None:
        try:
            channel.refresh()
        except Exception:
            logger.exception("board: the page could not be made; its viewers keep the one before")

    def _everybody(self) -> None:
        self._turn, before = asyncio.Event(), self._turn
        before.set()

    def _wake(self) -> None:
        """After every step: one flag, so that a thousand steps a second cost one wake-up a pause."""
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
