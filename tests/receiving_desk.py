"""A receiver with everything around it written down: what the tests of the network thread's order look at."""

from collections.abc import Sequence
from datetime import UTC, datetime

from handed_over import JudgesNothing, undecoded

from daemon.mqtt.batch import Batch, Handed
from daemon.mqtt.duplicates import Duplicates
from daemon.mqtt.fence import Fence
from daemon.mqtt.receiver import Receiver
from daemon.mqtt.wire import V5, encode, split
from daemon.ports import Read
from sensors.messages import Message

AT = datetime(2026, 7, 14, 7, 0, tzinfo=UTC)


class Desk(JudgesNothing):
    """Journal, acknowledgements, inbox and crash points, written down in one list in the order they were used."""

    def __init__(self, rows: Sequence[tuple[bytes, int]] = ()) -> None:
        self.done: list[str] = []
        self.told: list[str] = []
        self.batches: list[Batch] = []
        self.rows: list[tuple[bytes, datetime, bool, int]] = []
        self.failure: Exception | None = None
        self.fence = Fence("hq")
        self.fence.raise_again()
        self.token = self.fence.due(0.0) or b""
        self.calm = b"calm"
        self.receiver = Receiver(
            self, self, self.fence, Duplicates(rows), self.told.append, self.done.append, self.is_calm
        )

    def is_calm(self, messages: Sequence[Message]) -> bool:
        """As it is said: "calm" says nothing new."""
        return all(message.payload.startswith(self.calm) and not message.backlog for message in messages)

    def settle(self) -> None:
        self.receiver.settle(V5, self.acknowledge)

    @property
    def next_row(self) -> int:
        return len(self.rows) + 1

    def commit(self, reads: Sequence[Read], *, version: int) -> int:
        if self.failure:
            raise self.failure
        self.rows += [(*read, version) for read in reads]
        self.done.append("commit")
        return len(self.rows) - len(reads) + 1

    def put_all(self, batches: Sequence[Handed], /) -> None:
        self.batches += undecoded(batches)
        self.done.append("put")

    def acknowledge(self, packet_ids: Sequence[bytes]) -> None:
        self.done.append("ack " + ",".join(str(int.from_bytes(each, "big")) for each in packet_ids))

    def hear(self, *packets: bytes, at: datetime = AT, version: int = V5) -> None:
        raw = b"".join(packets)
        self.receiver.receive(raw, split(raw, version), at, version, self.acknowledge)

    def pass_fence(self) -> None:
        self.hear(said("officed/hq/fence", self.token.decode(), 999))
        self.done.clear()


def said(
    topic: str, payload: str, mid: int = 0, *, dup: bool = False, retain: bool = False, version: int = V5
) -> bytes:
    first = 0x30 | (2 if mid else 0) | (8 if dup else 0) | retain
    return encode(first, topic.encode(), mid.to_bytes(2, "big") if mid else b"", payload.encode(), version)
