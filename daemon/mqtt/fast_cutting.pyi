from collections.abc import Sequence
from datetime import datetime

from daemon.mqtt.cutting import Publish
from sensors.messages import Message

def take(data: bytes, start: int, publishes: list[Publish], *, version: int, maximum: int) -> tuple[int, int]: ...
def messages_of(publishes: Sequence[Publish], received_at: datetime, *, backlog: bool) -> list[Message]: ...
