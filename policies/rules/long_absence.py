"""Nobody has been in an open zone for long, and things are on for nobody (公共机构节能条例, Art. 29)."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Literal

from pydantic import Field

from policies.finding import Evidence, Finding
from policies.office.office import Office
from policies.office.presence import Seen, presence
from policies.policy import Duration, Policy
from policies.rules.after_hours_power import on_evidence
from policies.words import Words, say
from sensors.commands import SwitchOff
from sensors.device import DeviceId, Load, ZoneId


class LongAbsence(Policy):
    """Find what is on in a zone that is open and empty. `grace` is how long it must be empty; the lifecycle waits.

    ```yaml
    - kind: long_absence
      name: long-absence
      grace: 30m
      warn: 10m
      loads: [air_conditioner, lighting, monitor]
      still_sensors: [meeting-301-presence]
      doors: [meeting-301-door]
    ```
    """

    kind: Literal["long_absence"] = "long_absence"
    grace: Duration = Field(
        default=timedelta(minutes=30), ge=timedelta(minutes=5), description="how long nobody must have been there"
    )
    warn: Duration = Field(
        default=timedelta(minutes=10), description="how long people are warned before anything is done"
    )
    confirm_within: Duration = Field(
        default=timedelta(minutes=7),
        description="how long a command may take to show; many plugs report every 5 minutes",
    )
    loads: tuple[Load, ...] = Field(
        default=("air_conditioner", "lighting", "monitor"), description="only these loads are meant"
    )
    still_sensors: tuple[DeviceId, ...] = Field(
        default=(), description="sensors that see people who do not move (mmWave): one of them is enough"
    )
    doors: tuple[DeviceId, ...] = Field(
        default=(), description="contacts on the only ways out of their zone: who was seen behind a closed door stays"
    )
    sensor_hold: Duration = Field(
        default=timedelta(minutes=5), description="how long a sensor still says somebody after the last motion"
    )

    def judge(self, office: Office, now: datetime) -> Iterator[Finding]:
        """One finding a device that is on. Without a remedy where one motion sensor alone sees nobody: people sit still."""
        seen: dict[ZoneId, Seen | None] = {}
        until: dict[ZoneId, datetime | None] = {}
        for device, heard in office.devices("climate", "light", "plug"):
            if device.load not in self.loads or device.is_protected or not self.concerns(device.zone):
                continue
            zone = device.zone
            if zone not in seen:
                seen[zone], until[zone] = self._empty(office, zone, now), office.next_change(zone, now)
            empty = seen[zone]
            if empty is None:
                continue
            evidence = on_evidence(office, device, heard, now)
            if evidence:
                nobody = [Evidence(sensor, "occupied", signal.value, signal.since) for sensor, signal in empty.by]
                yield Finding(
                    policy=self.name,
                    device=device.id,
                    zone=zone,
                    verdict=_verdict(empty),
                    evidence=(*evidence, *nobody),
                    remedy=SwitchOff(device.id) if empty.presence == "nobody" else None,
                    until=until[zone],
                )

    def _empty(self, office: Office, zone: ZoneId, now: datetime) -> Seen | None:
        if not office.is_open(zone, now):
            return None
        seen = presence(office, zone, now, still=self.still_sensors, doors=self.doors, hold=self.sensor_hold)
        return seen if seen.presence in {"nobody", "perhaps"} and seen.since is not None else None


def _verdict(empty: Seen) -> Words:
    since = empty.since
    assert since is not None, "an empty zone has been so since then"  # noqa: S101  for the type checker
    if empty.presence == "perhaps":
        return say("on, and its one motion sensor has seen nobody since {since_at}", since_at=since)
    return say("on although nobody has been seen since {since_at}", since_at=since)
