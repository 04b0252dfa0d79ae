"""Every rule, by its `kind`: a new one is one file and one line here."""

from typing import Annotated

from pydantic import Field

from policies.rules.after_hours_power import AfterHoursPower
from policies.rules.setpoint_limit import SetpointLimit

AnyPolicy = Annotated[SetpointLimit | AfterHoursPower, Field(discriminator="kind")]
RULES = (SetpointLimit, AfterHoursPower)
