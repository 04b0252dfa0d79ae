"""The silence rule: a device that stops talking is somebody's business, once. Nothing about it is evidence meanwhile."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Literal, get_args

from pydantic import Field

from policies.finding import Evidence, Finding
from policies.office.office import Office
from policies.policy import Duration, Policy
from policies.words import say
from sensors.device import Kind

KINDS: tuple[Kind, ...] = get_args(Kind)


class SilentDevice(Policy):
    """Tell the owner of a device that was heard and is not heard any more.

    ```yaml
    - kind: silent_device
      name: silent
      grace: 30m
    ```
    """

    kind: Literal["silent_device"] = "silent_device"
    grace: Duration = Field(default=timedelta(minutes=30), description="how long it must be so before it counts")

    def judge(self, office: Office, now: datetime) -> Iterator[Finding]:
        """One finding a device whose limit of silence has passed."""
        for device, heard in office.devices(*KINDS):
            if heard.heard_at is None or not heard.is_silent(now) or not self.concerns(device.zone):
                continue
            yield Finding(
                policy=self.name,
                device=device.id,
                zone=device.zone,
                verdict=say("not heard since {since_at}", since_at=heard.heard_at),
                evidence=(Evidence(device.id, "heard_at", True, heard.heard_at),),
            )
