"""What a virtual office puts on the wire: one PUBLISH, and the shorter form in which a voice writes it down."""

from datetime import datetime

import msgspec


class Said(msgspec.Struct, frozen=True, gc=False):
    """One PUBLISH of a virtual device, at its own (virtual) instant: aware, UTC."""

    topic: str
    payload: bytes
    retain: bool
    at: datetime


Line = tuple[str, bytes, bool]
"""Topic, payload, retain: what a voice says, before the office puts the time on it."""

encode = msgspec.json.Encoder().encode
