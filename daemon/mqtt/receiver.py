"""Durable first, acknowledged second, handed over third: the order that everything else here exists for.

All of it happens on the network thread, in the iteration that read the bytes and on the connection they came by. An
acknowledgement from another thread, or a moment later, would confirm somebody else's message after a reconnect.
"""

import logging
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from operator import itemgetter
from typing import NamedTuple

from daemon.errors import StoreUnavailable
from daemon.mqtt.batch import batch_of
from daemon.mqtt.duplicates import Duplicates
from daemon.mqtt.fence import Fence
from daemon.mqtt.wire import DUP, Publish, bounds
from daemon.ports import CrashPoint, Inbox, Journal, Tell

_log = logging.getLogger(__name__)

Acknowledge = Callable[[Sequence[bytes]], None]
"""Send a PUBACK for each of these packet ids, in this order. Never raises; a dead connection is noted, not reported."""

_FIRST = itemgetter(0)
_FIRST_WITH_DUP = 0x38

_TIE = timedelta(seconds=1)
"""A clock that stands behind the last batch by more than this was set, and is believed."""


@dataclass(slots=True)
class Counters:
    """Since the start. Written by the network thread, read by anybody.

    `refused` counts messages neither kept nor acknowledged because the journal could not take them; the broker sends
    those of QoS 1 again. `duplicates` were in the journal already.
    """

    messages: int = 0
    bytes: int = 0
    batches: int = 0
    acks: int = 0
    reconnects: int = 0
    refused: int = 0
    duplicates: int = 0


class _Group(NamedTuple):
    """Packets that become one journal row, and the packet ids that are acknowledged with them."""

    raw: bytes
    publishes: list[Publish]
    packet_ids: list[bytes]
    backlog: bool
    received_at: datetime


class Receiver:
    """What happens to the packets of one read. Belongs to the network thread."""

    def __init__(
        self, journal: Journal, inbox: Inbox, fence: Fence, duplicates: Duplicates, tell: Tell, crash: CrashPoint
    ) -> None:
        self.counters = Counters()
        self.is_failing = False
        self.is_leaving = False
        """Set before DISCONNECT: an acknowledgement behind it would be lost, and its reading stored twice."""
        self._journal = journal
        self._inbox = inbox
        self._fence = fence
        self._duplicates = duplicates
        self._tell = tell
        self._crash = crash
        self._held: list[_Group] = []
        self._missed = 0
        self._free_at: datetime | None = None

    def resume(self, *, session_present: bool) -> None:
        """A new connection: what was withheld on the old one will come again, and may not be acknowledged here."""
        self._held.clear()
        self._missed = 0
        self._duplicates.resume(session_present=session_present)

    def receive(
        self, raw: bytes, publishes: list[Publish], received_at: datetime, version: int, acknowledge: Acknowledge
    ) -> None:
        """Keep, acknowledge, hand over. `raw` are the bytes of exactly these packets."""
        if self.is_leaving:
            return
        if self._held:
            self._missed += len(publishes)
            self.counters.refused += len(publishes)
            return
        received_at = self._untied(received_at, len(publishes))
        if self._is_plain(raw, publishes):
            ids = [publish[2] for publish in publishes if publish[2]]
            groups = [_Group(raw, publishes, ids, backlog=not self._fence.passed, received_at=received_at)]
        else:
            groups = list(self._sorted(raw, publishes, received_at))
        self._store(groups, version, acknowledge)

    def retry(self, version: int, acknowledge: Acknowledge) -> bool:
        """Offer the journal again what it could not take. True: it is well, and the broker has to resend the rest."""
        if not self._held:
            return False
        groups, self._held = self._held, []
        self._store(groups, version, acknowledge)
        return not self._held and self._missed > 0

    def _store(self, groups: Sequence[_Group], version: int, acknowledge: Acknowledge) -> None:
        for index, group in enumerate(groups):
            row = 0
            if group.publishes:
                self._crash("before_commit")
                try:
                    row = self._journal.commit(group.raw, group.received_at, backlog=group.backlog, version=version)
                except Exception as error:  # noqa: BLE001  whatever it is: not durable, so not acknowledged
                    self._withhold(groups[index:], error)
                    return
                self._crash("after_commit")
                self._recover()
                self._duplicates.remember(group.raw, version)
            acknowledge(group.packet_ids)
            if not group.publishes:
                continue
            self._crash("after_ack")
            self.counters.batches += 1
            self.counters.messages += len(group.publishes)
            self.counters.bytes += len(group.raw)
            self._inbox.put(batch_of(group.publishes, group.received_at, backlog=group.backlog, row=row))
            self._crash("after_handover")

    def _is_plain(self, raw: bytes, publishes: Sequence[Publish]) -> bool:
        """Neither fence nor duplicate can be among them: no need to look at each."""
        if self._fence.passed and not self._fence.outstanding:
            return True
        return self._fence.topic_bytes not in raw and max(map(_FIRST, publishes)) < _FIRST_WITH_DUP

    def _sorted(self, raw: bytes, publishes: Sequence[Publish], received_at: datetime) -> Iterator[_Group]:
        """Without fences and duplicates, cut where the backlog ends: at most two groups, once a connection."""
        kept: list[Publish] = []
        parts: list[bytes] = []
        ids: list[bytes] = []
        for publish, (start, end) in zip(publishes, bounds(raw), strict=True):
            first, topic, packet_id, payload = publish
            if packet_id:
                ids.append(packet_id)
            if topic == self._fence.topic_bytes:
                if self._fence.opens(payload):
                    yield _Group(b"".join(parts), kept, ids, backlog=True, received_at=received_at)
                    received_at += timedelta(microseconds=len(kept))
                    kept, parts, ids = [], [], []
            elif first & DUP and not self._fence.passed and self._duplicates.has(publish):
                self.counters.duplicates += 1
            else:
                kept.append(publish)
                parts.append(raw[start:end])
        if ids or kept:
            yield _Group(b"".join(parts), kept, ids, backlog=not self._fence.passed, received_at=received_at)

    def _withhold(self, groups: Sequence[_Group], error: Exception) -> None:
        """Keep at most this one read; no acknowledgement leaves until the journal has it. Pings go on."""
        self._held = list(groups)
        if not self.is_failing:
            self.is_failing = True
            if not isinstance(error, StoreUnavailable):
                _log.error("journal failed in an unforeseen way", exc_info=error)
            self._tell(f"The journal takes nothing ({error}); readings stay with the broker until it does.")

    def _recover(self) -> None:
        if self.is_failing:
            self.is_failing = False
            self._tell("The journal takes readings again; what the broker kept is being fetched.")

    def _untied(self, received_at: datetime, count: int) -> datetime:
        """Not before the last instant given to a message of an earlier read."""
        free_at = self._free_at
        if free_at is not None and timedelta(0) < free_at - received_at < _TIE:
            received_at = free_at
        self._free_at = received_at + timedelta(microseconds=count)
        return received_at
