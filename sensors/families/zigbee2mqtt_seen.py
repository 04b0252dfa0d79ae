"""When Zigbee2MQTT says that it last heard of a device."""

from datetime import datetime

from sensors import stamps


def seen_at(seen: object, arrived_at: datetime) -> datetime | None:
    """`last_seen`: ISO in UTC, ISO with an offset, or milliseconds since 1970."""
    if seen is None:
        return None
    return stamps.believed(stamps.iso(seen) if type(seen) is str else stamps.epoch(seen, 1000.0), arrived_at)
