"""What stands between a decision and a command: one list, read from top to bottom; the first refusal counts.

Every refusal has a name that reaches the case, the board and the report, and a sentence for people.
"""

from policies.control.case import Refusal
from policies.control.guards_of_crowds import blast_radius, gateway_rate
from policies.control.guards_of_devices import (
    busy,
    compressor,
    inverter_plug,
    never_off,
    not_switchable,
    write_rate,
)
from policies.control.guards_of_people import (
    exempt,
    give_way,
    hold_out,
    occupied,
    override,
    shadow,
    unknown_day,
)
from policies.control.request import Guard, Request

GUARDS: tuple[Guard, ...] = (
    shadow,
    exempt,
    never_off,
    not_switchable,
    override,
    unknown_day,
    hold_out,
    occupied,
    busy,
    inverter_plug,
    compressor,
    give_way,
    write_rate,
    blast_radius,
    gateway_rate,
)


def first_refusal(request: Request) -> Refusal | None:
    """The first guard that says no, or None: go."""
    for guard in GUARDS:
        refusal = guard(request)
        if refusal is not None:
            return refusal
    return None
