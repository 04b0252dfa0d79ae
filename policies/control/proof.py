"""Whether a command took effect: what was reported since, and what was measured since.

`commanded`, `reported` and `proved` are three facts. A unit that only repeats what it was told (open loop) is never
proved by its own word; off is proved by state and, where there is a meter, by watts.
"""

from datetime import datetime
from typing import Literal

import msgspec

from policies.finding import Evidence
from policies.office.heard import Heard
from policies.office.office import Office
from policies.office.running import setpoint_for
from sensors.commands import Command, SetSetpoint, SwitchOff
from sensors.device import Device

Standing = Literal["waiting", "reported", "proved", "contradicted"]


class Proof(msgspec.Struct, frozen=True):
    """`reported`: the device says so, the meter has not spoken yet. `contradicted`: the meter, or the device, says no."""

    standing: Standing
    evidence: tuple[Evidence, ...] = ()


WAITING = Proof("waiting")


def prove(command: Command, device: Device, office: Office, ceiling_watts: float | None = None) -> Proof:
    """What the readings since `command.issued_at` show. Off is at most `ceiling_watts`; None: what was configured."""
    heard = office.of(device.id)
    match command.remedy:
        case SetSetpoint():
            return _setpoint(command.remedy, command.issued_at, device, heard)
        case SwitchOff():
            return _off(
                command.issued_at,
                device,
                heard,
                office,
                device.standby_watts if ceiling_watts is None else ceiling_watts,
            )


def is_doubted(command: Command | None, proof: Proof) -> bool:
    """Whether it may still be so although the rule finds nothing any more: of a switch-off the meter knows better.

    A setpoint is what the unit says; another legal one, or a unit that was switched off meanwhile, leaves no doubt.
    """
    if command is None or isinstance(command.remedy, SetSetpoint):
        return False
    return proof.standing in {"reported", "contradicted"}


def _setpoint(remedy: SetSetpoint, since: datetime, device: Device, heard: Heard) -> Proof:
    setpoint = setpoint_for(heard, remedy.side)
    if setpoint is None or not setpoint.is_news(since) or device.open_loop:
        return WAITING
    evidence = (Evidence(device.id, f"{remedy.side}_setpoint_celsius", setpoint.value, setpoint.at),)
    reached = abs(setpoint.value - remedy.celsius) <= max(device.step_celsius / 2, 0.3)
    return Proof("proved" if reached else "contradicted", evidence)


def _off(since: datetime, device: Device, heard: Heard, office: Office, ceiling_watts: float) -> Proof:
    state = _reported_off(since, device, heard)
    watts = office.metered(device).watts
    if watts is None:
        return Proof("proved", (state,)) if state is not None and not device.open_loop else WAITING
    measured = Evidence(device.meter or device.id, "watts", watts.value, watts.at)
    if state is None and not device.open_loop:
        return WAITING
    said = () if state is None else (state,)
    if not watts.is_news(since):
        return Proof("reported", said) if said else WAITING
    if watts.value <= ceiling_watts:
        return Proof("proved", (*said, measured))
    off_since = heard.is_on.since if heard.is_on is not None else since
    return Proof("contradicted" if watts.at > off_since else "reported", (*said, measured))


def _reported_off(since: datetime, device: Device, heard: Heard) -> Evidence | None:
    if heard.is_on is not None and heard.is_on.is_news(since) and not heard.is_on.value:
        return Evidence(device.id, "is_on", False, heard.is_on.at)
    if device.kind == "climate" and heard.mode is not None and heard.mode.is_news(since) and heard.mode.value == "off":
        return Evidence(device.id, "mode", "off", heard.mode.at)
    return None
