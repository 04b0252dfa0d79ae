"""The setpoint rule: cooling set to at least 26 °C, heating to at most 20 °C (国办发〔2007〕42号).

It judges what the unit is *set to*; what the room's air is like is another rule with another verdict.
"""

import math
from collections.abc import Iterator
from datetime import datetime, timedelta
from functools import partial
from typing import Literal

from pydantic import Field

from policies.finding import Evidence, Finding
from policies.office.heard import Heard, Signal
from policies.office.office import Office, season_of
from policies.office.running import is_running, sides
from policies.policy import Duration, Policy
from policies.words import Words, say
from sensors.commands import SetSetpoint, Side
from sensors.device import Device, DeviceId, Traits

_SLACK = 1e-6
"""Binary fractions: 78.8 °F is 26 °C."""


class SetpointLimit(Policy):
    """Hold setpoints to the legal side; correct in the energy-saving direction only.

    ```yaml
    - kind: setpoint_limit
      name: setpoints
      mode: enforce
      cooling_minimum_celsius: 26
      heating_maximum_celsius: 20
      grace: 3m
    ```
    """

    kind: Literal["setpoint_limit"] = "setpoint_limit"
    cooling_minimum_celsius: float = Field(default=26.0, ge=18, le=32)
    heating_maximum_celsius: float = Field(default=20.0, ge=10, le=26)
    grace: Duration = Field(default=timedelta(minutes=3), description="how long it must be so before it counts")

    def judge(self, office: Office, now: datetime) -> Iterator[Finding]:
        """One finding a unit: the first side that is beyond its limit."""
        season = partial(season_of, office, now)
        for device, heard in office.devices("climate"):
            if not self.concerns(device.zone):
                continue
            for side, setpoint in sides(heard, now, season):
                if self.breaks(side, setpoint.value):
                    yield self._finding(device, heard, office.traits.get(device.id), side, setpoint)
                    break

    def undetermined(self, office: Office, now: datetime) -> Iterator[DeviceId]:
        """Units that run with a setpoint on "auto" and say not what they do, in no season that could tell: counted apart."""
        for device, heard in office.devices("climate"):
            mode = heard.mode
            is_auto = mode is not None and mode.live and mode.value in {"auto", "heat_cool"} and is_running(heard, now)
            has_setpoint = heard.setpoint_celsius or heard.cooling_setpoint_celsius or heard.heating_setpoint_celsius
            if not self.concerns(device.zone) or not is_auto or has_setpoint is None:
                continue
            if not any(sides(heard, now, partial(season_of, office, now))):
                yield device.id

    def breaks(self, side: Side, celsius: float) -> bool:
        """Whether this setpoint is on the wrong side of its limit. No tolerance: it is a digital value."""
        if side == "cooling":
            return celsius < self.cooling_minimum_celsius - _SLACK
        return celsius > self.heating_maximum_celsius + _SLACK

    def _finding(
        self, device: Device, heard: Heard, traits: Traits | None, side: Side, setpoint: Signal[float]
    ) -> Finding:
        limit = self.cooling_minimum_celsius if side == "cooling" else self.heating_maximum_celsius
        target = legal_setpoint(side, limit, device, traits)
        evidence = [Evidence(device.id, f"{side}_setpoint_celsius", setpoint.value, setpoint.at)]
        for quantity in ("mode", "action", "room_celsius"):
            signal = getattr(heard, quantity)
            if signal is not None and signal.live:
                evidence.append(Evidence(device.id, quantity, signal.value, signal.at))
        return Finding(
            policy=self.name,
            device=device.id,
            zone=device.zone,
            verdict=_verdict(side, setpoint.value, limit),
            evidence=tuple(evidence),
            remedy=None if target is None else SetSetpoint(device.id, target, side),
        )


def legal_setpoint(side: Side, limit_celsius: float, device: Device, traits: Traits | None) -> float | None:
    """The nearest value the device can take that is not beyond the limit; None where its range has none.

    Rounded to the device's step, away from the violation: 26 with a step of 0.4 is 26.4 when cooling, never 25.6.
    What the device announced about itself counts before what was configured.
    """
    step = (traits and traits.step_celsius) or device.step_celsius
    low, high = _range(device, traits)
    steps = limit_celsius / step
    if side == "cooling":
        target = max(math.ceil(steps - _SLACK) * step, low)
        return None if target > high + _SLACK else round(target, 3)
    target = min(math.floor(steps + _SLACK) * step, high)
    return None if target < low - _SLACK else round(target, 3)


def _range(device: Device, traits: Traits | None) -> tuple[float, float]:
    low, high = device.minimum_celsius, device.maximum_celsius
    if traits is not None:
        low = traits.minimum_celsius if traits.minimum_celsius is not None else low
        high = traits.maximum_celsius if traits.maximum_celsius is not None else high
    return low, high


def _verdict(side: Side, setpoint: float, limit: float) -> Words:
    if side == "cooling":
        return say(
            "cooling is set to {setpoint_celsius}, below {limit_celsius}",
            setpoint_celsius=setpoint,
            limit_celsius=limit,
        )
    return say(
        "heating is set to {setpoint_celsius}, above {limit_celsius}", setpoint_celsius=setpoint, limit_celsius=limit
    )
