"""The after-hours rule: what is not needed is off while the zone is closed (公共机构节能条例, Art. 29)."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Literal

from pydantic import Field

from policies.finding import Evidence, Finding
from policies.office.heard import Heard
from policies.office.office import Office
from policies.office.running import is_running
from policies.policy import Duration, Policy
from policies.words import Words, say
from sensors.commands import SwitchOff
from sensors.device import Device, Load, ZoneId


class AfterHoursPower(Policy):
    """Find what was left on; who may be cut, and when, is the guards' business.

    ```yaml
    - kind: after_hours_power
      name: after-hours
      mode: watch
      grace: 5m
      warn: 10m
      loads: [monitor, water_dispenser, air_conditioner]
    ```
    """

    kind: Literal["after_hours_power"] = "after_hours_power"
    grace: Duration = Field(default=timedelta(minutes=5), description="how long it must be so before it counts")
    warn: Duration = Field(
        default=timedelta(minutes=10), description="how long people are warned before anything is done"
    )
    confirm_within: Duration = Field(
        default=timedelta(minutes=7),
        description="how long a command may take to show; many plugs report every 5 minutes",
    )
    hold_out_share: float = Field(
        default=0.05, ge=0, le=0.5, description="share of device-nights left on by lot, to measure what is saved"
    )
    loads: tuple[Load, ...] | None = Field(
        default=None, description="only these loads; left out: all but protected ones"
    )

    def judge(self, office: Office, now: datetime) -> Iterator[Finding]:
        """One finding a device that is on in a closed zone where nobody is seen.

        Whoever is still there is working, not wasting. Protected and never-off devices are meant to be on.
        """
        name, loads = self.name, self.loads
        opens_at: dict[ZoneId, tuple[bool, datetime | None]] = {}
        for device, heard in office.devices("plug", "light", "climate"):
            zone = device.zone
            if zone not in opens_at:
                in_use = not self.concerns(zone) or office.is_open(zone, now)
                in_use = in_use or office.is_occupied(zone, now) is True
                opens_at[zone] = (in_use, None if in_use else office.next_change(zone, now))
            in_use, until = opens_at[zone]
            if in_use or device.is_protected or not (loads is None or device.load in loads):
                continue
            evidence = on_evidence(office, device, heard, now)
            if evidence:
                yield Finding(name, device.id, zone, _verdict(evidence), evidence, SwitchOff(device.id), until)


def on_evidence(office: Office, device: Device, heard: Heard, now: datetime) -> tuple[Evidence, ...]:
    """The live readings that say it is on: its own word, or watts above its standby ceiling; empty if none does.

    A plug that is on while what hangs on it sleeps below its standby ceiling counts only where the plug may be switched:
    nobody else can mend that. A device that says "off" and draws power is on: the meter is believed before the relay. A watt value as old as the
    "off" itself contradicts nothing: it comes from the same cached message.
    """
    if heard.is_silent(now):
        return ()
    found: list[Evidence] = []
    power = heard.is_on
    if device.kind == "climate":
        mode = heard.mode
        if is_running(heard, now) and mode is not None and mode.live:
            found.append(Evidence(device.id, "mode", mode.value, mode.at))
        elif is_running(heard, now) and power is not None:
            found.append(Evidence(device.id, "is_on", power.value, power.at))
    elif power is not None and power.live and power.value:
        found.append(Evidence(device.id, "is_on", True, power.at))
    metered = heard if device.meter is None else office.of(device.meter)
    watts = metered.watts
    if watts is None or not watts.live or (metered is not heard and metered.is_silent(now)):
        return tuple(found)
    if watts.value <= device.standby_watts and not device.switchable:
        return ()
    since_off = power.since if power is not None and not power.value else None
    draws = watts.value > device.standby_watts and (since_off is None or watts.at > since_off)
    if found or draws:
        found.append(Evidence(device.meter or device.id, "watts", watts.value, watts.at))
    return tuple(found)


def _verdict(evidence: tuple[Evidence, ...]) -> Words:
    last = evidence[-1]  # watts, where there are any
    if last.quantity != "watts":
        return say("on although the zone is closed")
    watts = last.value
    if len(evidence) == 1:
        return say("says off and draws {power_watts} although the zone is closed", power_watts=watts)
    return say("on and drawing {power_watts} although the zone is closed", power_watts=watts)
