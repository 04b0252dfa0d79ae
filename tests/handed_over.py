"""An inbox for tests that want to look at what the network hands over, without an engine behind it."""

import queue
from collections.abc import Sequence

from daemon.mqtt.batch import Batch


class HandedOver(queue.SimpleQueue[Batch]):
    """All batches, in order."""

    def put_all(self, batches: Sequence[Batch], /) -> None:
        for batch in batches:
            self.put(batch)
