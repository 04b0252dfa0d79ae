"""Why a rule finds nothing: the first thing that keeps it from speaking, as a person would ask after it."""

from datetime import datetime

from policies.office.office import Office
from policies.office.running import is_running, sides
from policies.policy import Policy
from policies.rules.after_hours_power import AfterHoursPower
from policies.rules.setpoint_limit import SetpointLimit
from policies.words import Words, say
from sensors.device import DeviceId


def why_unbroken(policy: Policy, office: Office, name: DeviceId, now: datetime) -> Words:
    """One sentence. The rule itself has already said that it finds nothing."""
    device, heard = office.site.devices[name], office.of(name)
    if not policy.concerns(device.zone):
        return say("this rule does not hold in the zone {zone}", zone=device.zone)
    if heard.heard_at is None:
        return say("nothing live was heard of it until then")
    if heard.is_silent(now):
        return say("silent since {since_at}: nothing about it is evidence", since_at=heard.heard_at)
    match policy:
        case AfterHoursPower():
            return _after_hours(policy, office, name, now)
        case SetpointLimit():
            return _setpoint(policy, office, name, now)
        case _:
            return say("nothing that was heard breaks this rule")


def _after_hours(policy: AfterHoursPower, office: Office, name: DeviceId, now: datetime) -> Words:
    device = office.site.devices[name]
    if device.kind not in {"plug", "light", "climate"}:
        return say("this rule is about other kinds of devices")
    if office.is_open(device.zone, now):
        until = office.next_change(device.zone, now)
        return say("the zone is open") if until is None else say("the zone is open until {until_at}", until_at=until)
    if office.is_occupied(device.zone, now) is True:
        return say("the zone is closed, but somebody is there")
    if device.is_protected:
        return say("protected: meant to be on")
    if policy.loads is not None and device.load not in policy.loads:
        return say("this rule is about other loads")
    return say("off, or nothing live says that it is on")


def _setpoint(policy: SetpointLimit, office: Office, name: DeviceId, now: datetime) -> Words:
    heard = office.of(name)
    if office.site.devices[name].kind != "climate":
        return say("this rule is about other kinds of devices")
    if is_running(heard, now) is False:
        return say("the unit is off")
    for side, setpoint in sides(heard, now, lambda: office.season(now).season):
        if side == "cooling":
            return say(
                "cooling is set to {setpoint_celsius}, not below {limit_celsius}",
                setpoint_celsius=setpoint.value,
                limit_celsius=policy.cooling_minimum_celsius,
            )
        return say(
            "heating is set to {setpoint_celsius}, not above {limit_celsius}",
            setpoint_celsius=setpoint.value,
            limit_celsius=policy.heating_maximum_celsius,
        )
    return say("nothing says which setpoint counts")
