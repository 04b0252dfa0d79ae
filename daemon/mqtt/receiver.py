"""Durable first, acknowledged second, handed over third: the order that everything else here exists for.

What presses is judged before, so that a promise is durable with it (decisions 0014, 0015). All of it happens on the
network thread, in one turn of its loop and on the connection the bytes came by. An acknowledgement from another thread, or
on the next connection, would confirm somebody else's message.
"""

import logging
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta
from operator import itemgetter

from daemon.errors import StoreUnavailable
from daemon.mqtt.batch import Batch, Handed, messages_of, renumbered
from daemon.mqtt.counters import Counters
from daemon.mqtt.duplicates import Duplicates
from daemon.mqtt.fence import Fence
from daemon.mqtt.holding import Group, Holding
from daemon.mqtt.instants import Instants
from daemon.mqtt.wire import DUP, Publish, bounds
from daemon.ports import CrashPoint, Inbox, IsCalm, Journal, Read, Reads, Tell

_log = logging.getLogger(__name__)

Acknowledge = Callable[[Sequence[bytes]], None]
"""Send a PUBACK for each of these packet ids, in this order. Never raises; a dead connection is noted, not reported."""

_FIRST = itemgetter(0)
_FIRST_WITH_DUP = 0x38

_FADES = 0.9
_STALLED_SECONDS = 0.004
"""A disk that takes longer stalls: to read more often would not help."""


class Receiver:
    """What happens to the packets of one read. Belongs to the network thread."""

    def __init__(
        self,
        journal: Journal,
        inbox: Inbox,
        fence: Fence,
        duplicates: Duplicates,
        tell: Tell,
        crash: CrashPoint,
        is_calm: IsCalm = lambda _: False,
    ) -> None:
        self.counters = Counters()
        self.is_failing = False
        self.is_leaving = False
        """Set before DISCONNECT: an acknowledgement behind it would be lost, and its reading stored twice."""
        self.storing_seconds = 0.0
        """What judging and keeping took lately: the longest, which fades."""
        self.wanted = 0
        """Acknowledgements that the broker has asked for since the start."""
        self._journal = journal
        self._inbox = inbox
        self._fence = fence
        self._duplicates = duplicates
        self._tell = tell
        self._crash = crash
        self._is_calm = is_calm
        self._holding = Holding()
        self._withheld: list[Group] = []
        self._missed = 0
        self._instants = Instants()

    def resume(self, *, session_present: bool) -> None:
        """A new connection: what was not acknowledged on the old one will come again, and may not be acknowledged here."""
        self._holding.release()
        self._withheld.clear()
        self._missed = 0
        self._duplicates.resume(session_present=session_present)

    def receive(
        self, raw: bytes, publishes: list[Publish], received_at: datetime, version: int, acknowledge: Acknowledge
    ) -> None:
        """Keep, acknowledge, hand over; or let it wait for `settle`. `raw` are the bytes of exactly these packets."""
        if self.is_leaving:
            return
        if self._withheld:
            self._missed += len(publishes)
            self.counters.refused += len(publishes)
            return
        received_at = self._instants.untied(received_at, len(publishes))
        if self._is_plain(raw, publishes):
            ids = [publish[2] for publish in publishes if publish[2]]
            self.wanted += len(ids)
            group = self._group(raw, publishes, ids, received_at, backlog=not self._fence.passed)
            if self._holding.takes(group):
                self._crash("held")
            elif self._holding.lets_by(group):
                self._let_by(group, version, acknowledge)
            else:
                self._store([*self._holding.release(), group], version, acknowledge)
            return
        self.settle(version, acknowledge)
        for group in self._sorted(raw, publishes, received_at):
            self.wanted += len(group.packet_ids)
            self._store([group], version, acknowledge)

    @property
    def is_holding(self) -> bool:
        """Does something wait for `settle`?"""
        return bool(self._holding)

    def stalled(self) -> None:
        """Nothing came although we have waited."""
        self._holding.stalled()

    def settle(self, version: int, acknowledge: Acknowledge) -> None:
        """Keep, acknowledge and hand over what waits. To be called at the end of every turn.

        When we leave it stays with the broker, unless an answer that is due waits behind it: our last word has not left yet.
        """
        groups = self._holding.release()
        if groups and not (self.is_leaving and all(group.raw for group in groups)):
            self._store(groups, version, acknowledge)

    def retry(self, version: int, acknowledge: Acknowledge) -> bool:
        """Offer the journal again what it could not take. True: it is well, and the broker has to resend the rest."""
        if not self._withheld:
            return False
        groups, self._withheld = self._withheld, []
        self._store(groups, version, acknowledge)
        return not self._withheld and self._missed > 0

    def _let_by(self, group: Group, version: int, acknowledge: Acknowledge) -> None:
        """What presses is kept before what waits; its answer, which is all that is left of it, comes after theirs."""
        began = time.monotonic()
        self._crash("before_commit")
        batch = Batch(self._journal.next_row, group.received_at, group.messages)
        try:
            looked = self._inbox.judge([batch], Reads([_read(group)], version))
        except Exception as error:  # noqa: BLE001  whatever it is: not durable, so not acknowledged
            self._withhold([*self._holding.release(), group], error)
            return
        if not looked:
            self._has_kept([group], version, began)
            group = group._replace(raw=b"", messages=[], is_calm=True)
            if self._holding.takes(group):
                return
        self._store([*self._holding.release(), group], version, acknowledge, looked)

    def _store(
        self, groups: Sequence[Group], version: int, acknowledge: Acknowledge, looked: Sequence[Handed] = ()
    ) -> None:
        """Groups that are one commit: all or none of them. `looked`: the last one, where it was judged and does not press."""
        if self._withheld:
            self._withheld += groups
            return
        kept = [group for group in groups if group.raw]
        left: Sequence[Handed] = ()
        if kept:
            began = time.monotonic()
            self._crash("before_commit")
            try:
                left = self._keep(kept, version, looked)
            except Exception as error:  # noqa: BLE001  whatever it is: not durable, so not acknowledged
                self._withhold(groups, error)
                return
            self._has_kept(kept, version, began)
        acknowledge([each for group in groups for each in group.packet_ids])
        if not kept:
            return
        self._crash("after_ack")
        if left:
            self._inbox.put_all(left)
        self._crash("after_handover")

    def _keep(self, kept: Sequence[Group], version: int, looked: Sequence[Handed]) -> Sequence[Handed]:
        """Make them durable, with what is decided of them where they press; gives what is still to be handed over."""
        reads = [_read(group) for group in kept]
        batches = [
            Batch(number, group.received_at, group.messages, group.is_calm)
            for number, group in enumerate(kept, self._journal.next_row)
        ]
        left: Sequence[Handed] = batches
        if looked:
            left = [*batches[:-1], renumbered(looked[-1], batches[-1].row)]
        elif not all(group.is_calm or group.backlog or not group.messages for group in kept):
            left = self._inbox.judge(batches, Reads(reads, version))
        if left:
            self._journal.commit(reads, version=version)
        return left

    def _has_kept(self, kept: Sequence[Group], version: int, began: float) -> None:
        self._crash("after_commit")
        took = min(time.monotonic() - began, _STALLED_SECONDS)
        self.storing_seconds = max(took, self.storing_seconds * _FADES)
        self._recover()
        for group in kept:
            self._duplicates.remember(group.raw, version)
        self.counters.batches += len(kept)
        self.counters.messages += sum(len(group.messages) for group in kept)
        self.counters.bytes += sum(len(group.raw) for group in kept)

    def _group(
        self, raw: bytes, publishes: Sequence[Publish], ids: list[bytes], received_at: datetime, *, backlog: bool
    ) -> Group:
        messages = messages_of(publishes, received_at, backlog=backlog)
        return Group(raw, messages, ids, backlog, received_at, self._is_calm(messages))

    def _is_plain(self, raw: bytes, publishes: Sequence[Publish]) -> bool:
        """Neither fence nor duplicate can be among them: no need to look at each."""
        if self._fence.passed and not self._fence.outstanding:
            return True
        return self._fence.topic_bytes not in raw and max(map(_FIRST, publishes)) < _FIRST_WITH_DUP

    def _sorted(self, raw: bytes, publishes: Sequence[Publish], received_at: datetime) -> Iterator[Group]:
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
                    yield self._group(b"".join(parts), kept, ids, received_at, backlog=True)
                    received_at += timedelta(microseconds=len(kept))
                    kept, parts, ids = [], [], []
            elif first & DUP and not self._fence.passed and self._duplicates.has(publish):
                self.counters.duplicates += 1
            else:
                kept.append(publish)
                parts.append(raw[start:end])
        if ids or kept:
            yield self._group(b"".join(parts), kept, ids, received_at, backlog=not self._fence.passed)

    def _withhold(self, groups: Sequence[Group], error: Exception) -> None:
        """Keep at most what one turn has read; no acknowledgement leaves until the journal has it. Pings go on."""
        self._withheld = list(groups)
        if not self.is_failing:
            self.is_failing = True
            if not isinstance(error, StoreUnavailable):
                _log.error("journal failed in an unforeseen way", exc_info=error)
            self._tell(f"The journal takes nothing ({error}); readings stay with the broker until it does.")

    def _recover(self) -> None:
        if self.is_failing:
            self.is_failing = False
            self._tell("The journal takes readings again; what the broker kept is being fetched.")


def _read(group: Group) -> Read:
    return Read(group.raw, group.received_at, group.backlog)
