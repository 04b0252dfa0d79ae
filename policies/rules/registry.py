"""Every rule, by its `kind`: a new one is one file and one line here."""

from typing import Annotated

from pydantic import Field

from policies.rules.after_hours_power import AfterHoursPower
from policies.rules.long_absence import LongAbsence
from policies.rules.outdoor_gate import OutdoorGate
from policies.rules.print_after_hours import PrintAfterHours
from policies.rules.print_colour import PrintColour
from policies.rules.print_repeat import PrintRepeat
from policies.rules.print_single_sided import PrintSingleSided
from policies.rules.room_air import RoomAir
from policies.rules.setpoint_limit import SetpointLimit
from policies.rules.silent_device import SilentDevice
from policies.rules.window_open import WindowOpen
from policies.rules.wrong_season import WrongSeason

AnyPolicy = Annotated[
    SetpointLimit
    | AfterHoursPower
    | RoomAir
    | WrongSeason
    | OutdoorGate
    | WindowOpen
    | LongAbsence
    | SilentDevice
    | PrintSingleSided
    | PrintRepeat
    | PrintColour
    | PrintAfterHours,
    Field(discriminator="kind"),
]
RULES = (
    SetpointLimit,
    AfterHoursPower,
    RoomAir,
    WrongSeason,
    OutdoorGate,
    WindowOpen,
    LongAbsence,
    SilentDevice,
    PrintSingleSided,
    PrintRepeat,
    PrintColour,
    PrintAfterHours,
)
