"""How commands and their failure are said to people."""

from datetime import datetime

from policies.control.proof import Proof
from policies.words import Words, say
from sensors.commands import Remedy, SetSetpoint


def doing(remedy: Remedy) -> Words:
    """The command as people say it."""
    if isinstance(remedy, SetSetpoint):
        return say("set to {setpoint_celsius}", setpoint_celsius=remedy.celsius)
    return say("switched off")


def leaves_at(act_at: datetime) -> Words:
    """The warning before power goes."""
    return say("goes off at {act_at} unless extended", act_at=act_at)


def stuck_words(proof: Proof) -> Words:
    """Why a command counts as failed."""
    watts = next((item.value for item in proof.evidence if item.quantity == "watts"), None)
    if proof.standing == "contradicted" and watts is not None:
        return say("says off and still draws {power_watts}", power_watts=watts)
    if proof.standing == "reported":
        return say("says off, but nothing was measured since")
    return say("does not obey")
