"""The outdoor gate: air conditioning only in real heat or real cold (越秀区: at least 32 °C or at most 5 °C outdoors)."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Literal

from pydantic import Field

from policies.finding import Evidence, Finding
from policies.office.heard import Heard
from policies.office.office import Office
from policies.office.running import is_running
from policies.policy import Duration, Policy
from policies.words import Words, say
from sensors.commands import SwitchOff
from sensors.device import Device, ZoneId

_DAY = timedelta(days=1)


class OutdoorGate(Policy):
    """Find units that run although the weather does not open the gate.

    ```yaml
    - kind: outdoor_gate
      name: outdoor-gate
      allow_if_outdoor_at_least_celsius: 32
      allow_if_outdoor_at_most_celsius: 5
      ventilation_zones: [service-hall]
    ```
    """

    kind: Literal["outdoor_gate"] = "outdoor_gate"
    grace: Duration = Field(default=timedelta(minutes=15), description="how long it must be so before it counts")
    warn: Duration = Field(
        default=timedelta(minutes=10), description="how long people are warned before anything is done"
    )
    allow_if_outdoor_at_least_celsius: float = Field(
        default=32.0, ge=20, le=45, description="in heat like this units may run"
    )
    allow_if_outdoor_at_most_celsius: float = Field(
        default=5.0, ge=-30, le=18, description="in cold like this units may run"
    )
    persists_days: int = Field(
        default=0,
        ge=0,
        le=10,
        description="the weather must have been so on average on each of so many days before today; 0: it is so now",
    )
    ventilation_zones: tuple[ZoneId, ...] | None = Field(
        default=(), description="zones where fans may run all the same; empty: in none, null: in all"
    )

    def judge(self, office: Office, now: datetime) -> Iterator[Finding]:
        """One finding a unit that is on. Unknown weather opens the gate: nobody is accused on a guess.

        Protected units stay out of it: they cool machines, not people.
        """
        closed_by = self._closed_by(office, now)
        if closed_by is None:
            return
        for device, heard in office.devices("climate"):
            if self.concerns(device.zone) and not device.is_protected and self._runs(device, heard, now):
                yield Finding(
                    policy=self.name,
                    device=device.id,
                    zone=device.zone,
                    verdict=self._verdict(closed_by.value),
                    evidence=(closed_by, *_running(device, heard)),
                    remedy=SwitchOff(device.id),
                )

    def allows(self, celsius: float) -> bool:
        """Whether units may run at this outdoor temperature."""
        return celsius >= self.allow_if_outdoor_at_least_celsius or celsius <= self.allow_if_outdoor_at_most_celsius

    def _closed_by(self, office: Office, now: datetime) -> Evidence | None:
        """The outdoor temperature that keeps the gate closed; None: it is open, or nobody knows."""
        latest = office.outdoor_celsius(now)
        if latest is None:
            return None
        sensor, signal = latest
        if self.persists_days == 0:
            return None if self.allows(signal.value) else Evidence(sensor, "outdoor_celsius", signal.value, signal.at)
        means = {one.day: one.celsius for one in office.outdoor.days}
        today = office.site.calendar.local(now).date()
        needed: list[date] = [today - back * _DAY for back in range(1, self.persists_days + 1)]
        if any(day not in means for day in needed):
            return None
        refusing = [means[day] for day in needed if not self.allows(means[day])]
        hot = all(means[day] >= self.allow_if_outdoor_at_least_celsius for day in needed)
        cold = all(means[day] <= self.allow_if_outdoor_at_most_celsius for day in needed)
        if hot or cold:
            return None
        return Evidence(sensor, "outdoor_celsius", (refusing or [means[needed[0]]])[0], signal.at)

    def _runs(self, device: Device, heard: Heard, now: datetime) -> bool:
        if not is_running(heard, now):
            return False
        blows = heard.mode is not None and heard.mode.live and heard.mode.value == "fan_only"
        return not (blows and (self.ventilation_zones is None or device.zone in self.ventilation_zones))

    def _verdict(self, celsius: float | bool | str) -> Words:
        return say(
            "runs at {outdoor_celsius} outdoors; allowed from {hot_celsius} up or {cold_celsius} down",
            outdoor_celsius=celsius,
            hot_celsius=self.allow_if_outdoor_at_least_celsius,
            cold_celsius=self.allow_if_outdoor_at_most_celsius,
        )


def _running(device: Device, heard: Heard) -> Iterator[Evidence]:
    for quantity in ("mode", "is_on"):
        signal = getattr(heard, quantity)
        if signal is not None and signal.live:
            yield Evidence(device.id, quantity, signal.value, signal.at)
