"""Running against the season: heating in warm weather, cooling in cold weather.

No regulation forbids it in so many words, so it corrects nothing: mostly somebody has pressed the wrong button, or two
units of one room work against each other.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Literal

from pydantic import Field

from policies.finding import Evidence, Finding
from policies.office.office import Office
from policies.office.running import conditions
from policies.policy import Duration, Policy
from policies.words import Words, say

_DAY = timedelta(days=1)


class WrongSeason(Policy):
    """Name units that heat although the last days were warm, or cool although they were cold.

    ```yaml
    - kind: wrong_season
      name: wrong-season
      heating_above_celsius: 18
      cooling_below_celsius: 16
    ```
    """

    kind: Literal["wrong_season"] = "wrong_season"
    grace: Duration = Field(default=timedelta(minutes=30), description="how long it must be so before it counts")
    heating_above_celsius: float = Field(
        default=18.0, ge=5, le=30, description="outdoor mean of five days above which nobody needs heating"
    )
    cooling_below_celsius: float = Field(
        default=16.0, ge=0, le=30, description="outdoor mean of five days below which nobody needs cooling"
    )

    def judge(self, office: Office, now: datetime) -> Iterator[Finding]:
        """One finding a unit. Judged by the five days before today, of which four are known; nothing where the sensor is silent.

        Rooms that are cooled all year (servers) are `never_off`, or left out by `zones`.
        """
        yesterday = office.site.calendar.local(now).date() - _DAY
        mean, latest = office.outdoor.mean_celsius(yesterday), office.outdoor_celsius(now)
        if mean is None or latest is None:
            return
        evidence = (Evidence(latest[0], "outdoor_celsius", mean, latest[1].at),)
        for device, heard in office.devices("climate"):
            if not self.concerns(device.zone) or device.is_protected:
                continue
            side = conditions(heard, now)
            if (side == "heating" and mean > self.heating_above_celsius) or (
                side == "cooling" and mean < self.cooling_below_celsius
            ):
                words = _heats(mean) if side == "heating" else _cools(mean)
                yield Finding(self.name, device.id, device.zone, words, evidence)


def _heats(mean: float) -> Words:
    return say("heats although the last five days were at {mean_celsius} on average", mean_celsius=mean)


def _cools(mean: float) -> Words:
    return say("cools although the last five days were at {mean_celsius} on average", mean_celsius=mean)
