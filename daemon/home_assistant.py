"""Tells Home Assistant of our rooms: announcements and values, retained; after a connect, at its birth, and on change.

Level-triggered: what the topics should hold follows from the state, and only what differs is published. `put_all` stands
before the engine's inbox and belongs to the network thread, as does `judge`, `watch` to whoever thinks; the work is done once a second in a
thread of its own, which ends with the engine: looking at every room would make steps late, and a store may be slow.
"""

import logging
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final

import msgspec

from daemon.errors import BrokerUnavailable, StoreUnavailable
from daemon.mqtt.batch import Batch, Handed
from daemon.ports import Inbox, Reads
from dashboards.home_assistant.discovery import Config, office_config, room_config, taking_back
from dashboards.home_assistant.places import (
    NODE,
    PRESSED,
    commanded_policy,
    config_topic,
    is_ours,
    press_topic,
    state_topic,
)
from dashboards.home_assistant.values import Figures, broken_rules, closed_kwh, figures, office_values, room_values
from dashboards.language.catalogs import languages
from policies.history import History
from policies.inputs import Asked, Input, Tick
from policies.office.desk import Mode
from policies.office.requests import SetMode
from policies.office.site import Site
from policies.state import State
from sensors.device import ZoneId
from sensors.messages import Message

_log = logging.getLogger(__name__)

COUNT_EVERY: Final = timedelta(minutes=15)
LATE_DAYS: Final = timedelta(days=4)
"""So long may late data change a day."""
WHO: Final = "Home Assistant (unchecked)"
PRESSED_AGAIN_AFTER: Final = timedelta(seconds=2)
"""Presses that follow sooner are the same wish: a judgement of everything costs too much to be had at every bounce."""
_LOOK_EVERY_SECONDS: Final = 1.0
_MODES: Final[Mapping[bytes, Mode]] = {b"ON": "enforce", b"OFF": "watch"}


class HomeAssistant:
    """One for a daemon. `enabled` False: takes back what an earlier run has announced.

    `may_arm`: whoever the broker lets publish there may let rules act, and have everything judged again.
    """

    def __init__(
        self,
        *,
        site: str,
        prefix: str,
        enabled: bool,
        may_arm: bool,
        engine: Inbox,
        ask: Callable[[Input], None],
        publish: Callable[[str, bytes], None],
        connected: Callable[[], object],
        history: History,
        now: Callable[[], datetime],
        is_running: Callable[[], bool] = lambda: False,
    ) -> None:
        self._site, self._prefix, self._may_arm = site, prefix, may_arm and enabled
        self._enabled = enabled
        self._engine, self._ask, self._publish, self._connected = engine, ask, publish, connected
        self._history, self._now = history, now
        self._pressed_at: datetime | None = None
        self._said: dict[str, bytes] = {}
        self._before: dict[str, bytes] = {}
        self._connection: object = None
        self._is_born = False
        self._is_running = is_running
        self._state: State | None = None
        self._figures = Figures()
        self._counted_at: datetime | None = None
        self._past_days: dict[datetime, float | None] = {}

    @property
    def subscriptions(self) -> tuple[str, ...]:
        """Its birth, what we announced in earlier runs, the switches and the button."""
        told = (f"officed/{self._site}/home_assistant/+/set", press_topic(self._site)) if self._may_arm else ()
        return (f"{self._prefix}/status", f"{self._prefix}/device/{NODE}/+/config", *told)

    def put_all(self, batches: Sequence[Handed], /) -> None:
        """Hand the batches on, and take from them what is meant for us. Never blocks."""
        self._engine.put_all(batches)
        for batch in batches:
            for message in batch.messages if isinstance(batch, Batch) else ():
                if self._may_be_ours(message):
                    self._hear(message)

    def judge(self, batches: Sequence[Batch], reads: Reads) -> Sequence[Handed]:
        """The engine's own; where something may be meant for us, all of them come to `put_all`, as they are."""
        if any(self._may_be_ours(message) for batch in batches for message in batch.messages):
            return batches
        return self._engine.judge(batches, reads)

    def watch(self, state: State) -> None:
        """The newest state; the first one starts the work."""
        is_first, self._state = self._state is None, state
        if is_first:
            threading.Thread(target=self._run, name="home-assistant", daemon=True).start()

    def look(self, state: State) -> None:
        """Publish what differs."""
        connection = self._connected()
        if connection is None:
            return
        if connection != self._connection or self._is_born:
            self._connection, self._is_born, self._said = connection, False, {}
        self._count_now_and_then(state.office.site)
        try:
            self._say(dict(self._wanted(state)))
        except BrokerUnavailable:
            return

    def _may_be_ours(self, message: Message) -> bool:
        return message.topic.startswith((self._prefix, "officed/"))

    def _hear(self, message: Message) -> None:
        if message.topic == f"{self._prefix}/status":
            self._is_born = self._is_born or message.payload == b"online"
        elif message.retained and is_ours(self._prefix, self._site, message.topic):
            self._before[message.topic] = message.payload
        elif self._may_arm and not (message.retained or message.backlog):
            self._obey(message)

    def _obey(self, message: Message) -> None:
        """What somebody does there now. A press is no decision: it changes nothing but when officed looks."""
        if message.topic == press_topic(self._site):
            before = self._pressed_at
            if message.payload == PRESSED.encode() and (
                before is None or not timedelta(0) <= message.arrived_at - before < PRESSED_AGAIN_AFTER
            ):
                self._pressed_at = message.arrived_at
                _log.info("home assistant: somebody wants everything judged again")
                self._ask(Tick())
        else:
            policy = commanded_policy(self._site, message.topic)
            mode = _MODES.get(message.payload)
            if policy is not None and mode is not None:
                self._ask(Asked(SetMode(policy, mode, "switched in Home Assistant"), WHO))

    def _say(self, wanted: Mapping[str, bytes]) -> None:
        """Values first, so that nothing is announced without one; what nobody wants any more is taken back."""
        for topic in [*self._before]:
            before = self._before.pop(topic)
            if topic not in wanted:
                self._send(topic, b"")
            elif before and before != wanted[topic]:
                self._send(topic, _pack(taking_back(_unpack(before), _unpack(wanted[topic]))))
        for topic in [topic for topic in self._said if topic not in wanted and self._said[topic]]:
            self._send(topic, b"")
        for topic, payload in wanted.items():
            before = self._said.get(topic, b"")
            if before != payload:
                if before and topic.endswith("/config"):
                    self._send(topic, _pack(taking_back(_unpack(before), _unpack(payload))))
                self._send(topic, payload)

    def _send(self, topic: str, payload: bytes) -> None:
        self._publish(topic, payload)
        self._said[topic] = payload

    def _wanted(self, state: State) -> Iterator[tuple[str, bytes]]:
        if not self._enabled:
            return
        site, now = state.office.site, state.stepped_at or self._now()
        words = languages(site.calendar.timezone)[site.language].words
        broken = broken_rules(state)
        rooms = [ZoneId(zone) for zone in site.zones if site.in_zone.get(zone)]
        for zone in rooms:
            yield state_topic(site.id, zone), _pack(room_values(state, zone, broken.get(zone, ()), words, now))
        yield state_topic(site.id, None), _pack(office_values(state, broken, self._figures))
        yield config_topic(self._prefix, site.id, None), _pack(office_config(state, may_arm=self._may_arm))
        for zone in rooms:
            yield config_topic(self._prefix, site.id, zone), _pack(room_config(state, zone))

    def _count_now_and_then(self, site: Site) -> None:
        now = self._now()
        if self._counted_at is None or not timedelta(0) <= now - self._counted_at < COUNT_EVERY:
            self._counted_at = now
            self._count(site, now)

    def _run(self) -> None:
        while self._is_running():
            try:
                if self._state is not None:
                    self.look(self._state)
            except Exception:  # noqa: BLE001  the thread must outlive any mistake of ours
                _log.exception("home assistant: not told")
            time.sleep(_LOOK_EVERY_SECONDS)

    def _count(self, site: Site, now: datetime) -> None:
        local = site.calendar.local(now)
        start = local.replace(day=1, hour=0, minute=0, second=0, microsecond=0).astimezone(now.tzinfo)
        try:
            self._figures = figures(self._days(site, start, now), self._history.jobs(start, now))
        except StoreUnavailable as trouble:
            _log.info("home assistant: the month's figures wait: %s", trouble)
        except Exception:  # noqa: BLE001  figures for a show; the thread must not end in a trace on the console
            _log.exception("home assistant: the month's figures could not be counted")

    def _days(self, site: Site, start: datetime, now: datetime) -> Iterator[float | None]:
        """Each day's energy of closed hours. A day that ended days ago is asked for once: a month of slots is many."""
        while start < now:
            end = min(now, site.calendar.next_midnight(start))
            if start not in self._past_days:
                kwh = closed_kwh(site, self._history.slots(start, end))
                if now - end < LATE_DAYS:
                    yield kwh
                    start = end
                    continue
                self._past_days[start] = kwh
            yield self._past_days[start]
            start = end


def _pack(value: object) -> bytes:
    return msgspec.json.encode(value)


def _unpack(payload: bytes) -> Config:
    """A config that somebody else may have written under our name: nothing of it is believed but its parts."""
    try:
        return msgspec.json.decode(payload, type=dict[str, object])
    except msgspec.MsgspecError:
        return {}
