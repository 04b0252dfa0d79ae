"""Whether a zone may be taken for empty: silence of a motion sensor is no proof, people sit still.

Three things make it one: several sensors that agree; a sensor that sees people who do not move (mmWave, radar, camera);
a door that has been opened since somebody was last seen, for nobody leaves a room through a closed door.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from policies.office.heard import Signal
from policies.office.office import Office
from sensors.device import DeviceId, ZoneId

Presence = Literal["somebody", "nobody", "perhaps", "unknown"]


@dataclass(frozen=True, slots=True)
class Seen:
    """`perhaps`: the sensors see nobody, and that is not enough. `since`: the last of them has seen nobody since then."""

    presence: Presence
    since: datetime | None = None
    by: tuple[tuple[DeviceId, Signal[bool]], ...] = ()


def presence(
    office: Office,
    zone: ZoneId,
    now: datetime,
    *,
    still: Collection[DeviceId] = (),
    doors: Collection[DeviceId] = (),
    hold: timedelta = timedelta(minutes=5),
) -> Seen:
    """`still`: sensors that see people who do not move. `doors`: contacts on the only ways out of this zone.

    `hold`: how long a motion sensor goes on saying "somebody" after the last motion: whoever leaves is seen that long.
    """
    signals: list[tuple[DeviceId, Signal[bool]]] = []
    is_deaf = False
    for device in office.site.in_zone.get(zone, ()):
        heard = office.of(device.id)
        signal = heard.occupied
        believed = signal is not None and signal.live and not heard.is_silent(now)
        if signal is not None and believed:
            signals.append((device.id, signal))
        is_deaf = is_deaf or (device.kind == "occupancy" and not believed)
    if any(signal.value for _, signal in signals):
        return Seen("somebody")
    if is_deaf or not signals:
        return Seen("unknown")
    since = max(signal.since for _, signal in signals)
    here = [device.id for device in office.site.in_zone.get(zone, ()) if device.id in doors]
    if here:
        way_out = _way_out(office, here, since - hold, now)
        return Seen(way_out, since, tuple(signals))
    enough = len(signals) > 1 or any(device in still for device, _ in signals)
    return Seen("nobody" if enough else "perhaps", since, tuple(signals))


def _way_out(office: Office, doors: list[DeviceId], last_moved_at: datetime, now: datetime) -> Presence:
    """Somebody seen after the door was closed is still inside, however still."""
    for door in doors:
        heard = office.of(door)
        contact = heard.open
        if contact is None or not contact.live or heard.is_silent(now):
            return "perhaps"
        if contact.value or contact.since >= last_moved_at:
            return "nobody"
    return "somebody"
