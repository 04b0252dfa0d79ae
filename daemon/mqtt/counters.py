"""What the network thread counts."""

from dataclasses import dataclass


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
