"""Faults of rules: two that fight, one that has nothing to judge, times that cannot work."""

from collections.abc import Iterator, Sequence
from datetime import timedelta

from policies.lint_fault import Fault
from policies.office.site import Site
from policies.policy import Policy
from policies.rules.after_hours_power import AfterHoursPower
from policies.rules.outdoor_gate import OutdoorGate
from policies.rules.room_air import RoomAir
from policies.rules.setpoint_limit import SetpointLimit
from policies.rules.silent_device import SilentDevice
from policies.rules.window_open import WindowOpen
from policies.words import Words, say
from sensors.device import Kind, ZoneId

_LONG_GRACE = timedelta(hours=2)
_SHORT_PROOF = timedelta(minutes=1)
_LARGE_HOLD_OUT = 0.2


def rule_faults(site: Site, policies: Sequence[Policy]) -> Iterator[Fault]:
    """Each policy by itself, then each pair once."""
    for policy in policies:
        yield from _needs(site, policy)
        yield from _times(policy)
    for number, second in enumerate(policies):
        for first in policies[:number]:
            yield from _fights(site, first, second)
    if policies and not any(isinstance(one, SilentDevice) for one in policies):
        yield Fault(
            "silence_unwatched", "policies", "", "",
            say("nobody is told when a device falls silent"),
            say("add a rule of kind silent_device"),
        )  # fmt: skip


def _needs(site: Site, policy: Policy) -> Iterator[Fault]:
    """What a rule looks at has to be there."""
    needed: dict[type[Policy], tuple[tuple[Kind, ...], Words, Words]] = {
        RoomAir: (
            ("climate", "environment"),
            say("nothing measures the air of these rooms"),
            say("add a thermometer (kind environment) or take the rule out"),
        ),
        WindowOpen: (
            ("contact",),
            say("no window has a contact here"),
            say("add the contacts (kind contact) or take the rule out"),
        ),
        SetpointLimit: (
            ("climate",),
            say("there is no air conditioner for it to judge"),
            say("add the thermostats (kind climate) or name other zones"),
        ),
    }
    for kind, (kinds, what, mend) in needed.items():
        if isinstance(policy, kind) and not any(
            device.kind in kinds for zone in _zones(site, policy) for device in site.in_zone[zone]
        ):
            yield _fault("nothing_to_judge", policy, "zones", what, mend)
    if isinstance(policy, OutdoorGate) and not any(one.outdoor for one in site.by_kind.get("environment", ())):
        yield _fault(
            "no_outdoor_sensor", policy, "",
            say("nothing tells the temperature outside"),
            say("mark a sensor with outdoor: true"),
        )  # fmt: skip
    if isinstance(policy, AfterHoursPower) and policy.mode == "enforce":
        blind = [zone for zone in _zones(site, policy) if not _sees_people(site, zone) and _has_switchable(site, zone)]
        if blind:
            yield _fault(
                "nobody_seen", policy, "",
                say("in {zones} nothing sees whether somebody is still there", zones=", ".join(blind)),
                say("add an occupancy sensor there, or let the rule watch"),
            )  # fmt: skip


def _times(policy: Policy) -> Iterator[Fault]:
    if isinstance(policy, AfterHoursPower) and policy.mode == "enforce" and not policy.warn:
        yield _fault(
            "no_warning", policy, "warn",
            say("power goes without a warning: nobody can extend in time"),
            say("write a warning of some minutes, such as warn: 10m"),
        )  # fmt: skip
    if policy.grace > _LONG_GRACE:
        yield _fault(
            "grace_long", policy, "grace",
            say("a violation shorter than {took_seconds} would never count", took_seconds=policy.grace.total_seconds()),
            say("write minutes, such as 5m"),
        )  # fmt: skip
    if policy.confirm_within < _SHORT_PROOF:
        yield _fault(
            "proof_short", policy, "confirm_within",
            say("no device answers surely within {took_seconds}", took_seconds=policy.confirm_within.total_seconds()),
            say("allow at least one reporting interval, such as 7m"),
        )  # fmt: skip
    if policy.hold_out_share > _LARGE_HOLD_OUT:
        yield _fault(
            "hold_out_large", policy, "hold_out_share",
            say("more than one night in five is left on by lot"),
            say("write 0.05: one night in twenty is enough to measure by"),
        )  # fmt: skip
    if isinstance(policy, SetpointLimit) and policy.cooling_minimum_celsius <= policy.heating_maximum_celsius:
        yield _fault(
            "limits_cross", policy, "cooling_minimum_celsius",
            say(
                "cooling may go down to {limit_celsius} where heating may go up to {other_celsius}: they would work against each other",
                limit_celsius=policy.cooling_minimum_celsius,
                other_celsius=policy.heating_maximum_celsius,
            ),
            say("keep some degrees between the two, such as 26 and 20"),
        )  # fmt: skip


def _fights(site: Site, first: Policy, second: Policy) -> Iterator[Fault]:
    common = set(_zones(site, first)) & set(_zones(site, second))
    if not common:
        return
    if isinstance(first, SetpointLimit) and isinstance(second, SetpointLimit):
        limits = {(one.cooling_minimum_celsius, one.heating_maximum_celsius) for one in (first, second)}
        if len(limits) > 1:
            yield _fault(
                "limits_fight", second, "",
                say("it has another limit than {other} for the same units: one corrects what the other set", other=first.name),
                say("keep one of the two in each zone"),
            )  # fmt: skip
        else:
            yield _twice(first, second)
    elif isinstance(first, AfterHoursPower) and isinstance(second, AfterHoursPower):
        if first.loads is None or second.loads is None or set(first.loads) & set(second.loads):
            yield _twice(first, second)
    elif type(first) is type(second) and not first.kind.startswith("print"):
        yield _twice(first, second)


def _twice(first: Policy, second: Policy) -> Fault:
    return _fault(
        "judged_twice", second, "",
        say("it judges the same devices as {other}: two cases and two commands for one fault", other=first.name),
        say("keep one of the two in each zone"),
    )  # fmt: skip


def _zones(site: Site, policy: Policy) -> list[ZoneId]:
    return [zone for zone in site.zones if policy.concerns(zone)]


def _sees_people(site: Site, zone: ZoneId) -> bool:
    return any(device.kind == "occupancy" for device in site.in_zone[zone])


def _has_switchable(site: Site, zone: ZoneId) -> bool:
    return any(device.switchable and not device.is_protected for device in site.in_zone[zone])


def _fault(code: str, policy: Policy, key: str, what: Words, mend: Words) -> Fault:
    return Fault(code, "policies", policy.name, key, what, mend)
