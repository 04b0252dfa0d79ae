"""A window is open while the room is cooled or heated (国办发〔2007〕42号 asks for closed windows while units run)."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Literal

from pydantic import Field

from policies.finding import Evidence, Finding
from policies.office.office import Office
from policies.office.outdoor import Season
from policies.office.running import conditions
from policies.policy import Duration, Policy
from policies.words import say
from sensors.commands import SwitchOff
from sensors.device import DeviceId, ZoneId


class WindowOpen(Policy):
    """Find units that work against an open window.

    ```yaml
    - kind: window_open
      name: windows
      grace: 5m
      warn: 10m
      contacts: [meeting-301-window]
    ```
    """

    kind: Literal["window_open"] = "window_open"
    grace: Duration = Field(default=timedelta(minutes=5), description="how long it must be so before it counts")
    warn: Duration = Field(
        default=timedelta(minutes=10), description="how long people are warned before anything is done"
    )
    contacts: tuple[DeviceId, ...] | None = Field(
        default=None, description="the contacts that are on windows; left out: all, doors as well"
    )

    def judge(self, office: Office, now: datetime) -> Iterator[Finding]:
        """One finding a unit that cools or heats in a zone with an open window. A silent contact says nothing."""

        def season() -> Season | None:
            return office.season(now).season

        open_in: dict[ZoneId, tuple[Evidence, ...]] = {}
        for device, heard in office.devices("climate"):
            if not self.concerns(device.zone) or device.is_protected:
                continue
            if device.zone not in open_in:
                open_in[device.zone] = tuple(self._open(office, device.zone, now))
            if not open_in[device.zone]:
                continue
            side = conditions(heard, now, season)
            if side is None:
                continue
            words = say("cools while a window is open") if side == "cooling" else say("heats while a window is open")
            yield Finding(self.name, device.id, device.zone, words, open_in[device.zone], SwitchOff(device.id))

    def _open(self, office: Office, zone: ZoneId, now: datetime) -> Iterator[Evidence]:
        for contact in office.site.in_zone.get(zone, ()):
            if self.contacts is not None and contact.id not in self.contacts:
                continue
            heard = office.of(contact.id)
            if heard.open is not None and heard.open.live and heard.open.value and not heard.is_silent(now):
                yield Evidence(contact.id, "open", True, heard.open.since)
