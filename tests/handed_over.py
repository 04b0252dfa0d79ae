"""An inbox for tests that want to look at what the network hands over, without an engine behind it."""

import queue
from collections.abc import Sequence

from daemon.mqtt.batch import Batch, Handed
from daemon.ports import Reads


class JudgesNothing:
    """An inbox behind which nobody thinks: whatever comes is to be kept and handed over, as it is."""

    def judge(self, batches: Sequence[Batch], reads: Reads) -> Sequence[Handed]:
        del reads
        return batches


class HandedOver(JudgesNothing, queue.SimpleQueue[Batch]):
    """All batches, in order."""

    def put_all(self, batches: Sequence[Handed], /) -> None:
        for batch in undecoded(batches):
            self.put(batch)


def undecoded(batches: Sequence[Handed]) -> list[Batch]:
    """Where nobody thinks, nothing is decoded."""
    found = [batch for batch in batches if isinstance(batch, Batch)]
    assert len(found) == len(batches)
    return found
