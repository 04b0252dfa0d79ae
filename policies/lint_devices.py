"""Faults of devices: nobody judges them, nothing can prove what is done to them, their figures are in another unit."""

from collections.abc import Iterator, Sequence

from policies.lint_fault import Fault
from policies.office.site import Site
from policies.policy import Policy
from policies.rules.after_hours_power import AfterHoursPower
from policies.rules.setpoint_limit import SetpointLimit, legal_setpoint
from policies.rules.silent_device import SilentDevice
from policies.words import Words, say
from sensors.device import Device, DeviceId

_AT_WORK = frozenset({"computer", "printer", "copier", "terminal", "mixed", "other"})
"""Loads that may be at work when a zone has closed."""
_HOTTEST_CELSIUS = 35.0
_STANDBY_WATTS = 100.0
_BUSY_WATTS = 1.0
_SHORT_SILENCE_SECONDS = 60.0
_LONG_SILENCE_SECONDS = 86400.0


def device_faults(site: Site, policies: Sequence[Policy]) -> Iterator[Fault]:
    """In the order of the file."""
    shared = {name for devices in site.measured_by.values() if len(devices) > 1 for name in devices}
    for device in site.devices.values():
        yield from _coverage(device, policies)
        yield from _proof(device, shared)
        yield from _units(device, policies)
        yield from _silence(device)


def _coverage(device: Device, policies: Sequence[Policy]) -> Iterator[Fault]:
    here = [one for one in policies if one.concerns(device.zone) and not isinstance(one, SilentDevice)]
    if device.kind == "climate" and not any(isinstance(one, SetpointLimit) for one in here):
        yield _fault(
            "uncovered_setpoint", device, "",
            say("no rule judges what it is set to"),
            say("choose a pack such as cn-2007-42, or add a setpoint_limit for its zone"),
        )  # fmt: skip
    if (
        device.kind in {"plug", "light"}
        and not device.is_protected
        and not any(_judges_power(one, device) for one in here)
    ):
        yield _fault(
            "uncovered_power", device, "",
            say("no rule looks whether it is left on"),
            say("add an after_hours_power rule for its zone and load"),
        )  # fmt: skip


def _judges_power(policy: Policy, device: Device) -> bool:
    return isinstance(policy, AfterHoursPower) and (policy.loads is None or device.load in policy.loads)


def _proof(device: Device, shared: set[DeviceId]) -> Iterator[Fault]:
    if not device.switchable or device.is_protected:
        return
    if device.open_loop and device.meter is None:
        yield _fault(
            "open_loop_unmetered", device, "open_loop",
            say("it only repeats what it was told, and no meter sees it: a switch-off is never proved"),
            say("name a meter for it, or take switchable away"),
        )  # fmt: skip
    elif device.kind in {"climate", "light"} and device.meter is None:
        yield _fault(
            "switchable_unmetered", device, "switchable",
            say("it may be switched off, and no meter shows whether it was"),
            say("name the device that measures its power under meter"),
        )  # fmt: skip
    if device.id in shared:
        yield _fault(
            "shared_meter", device, "meter",
            say("its meter measures other devices as well: off cannot be proved by watts"),
            say("give it a meter of its own, or leave meter out"),
        )  # fmt: skip
    if device.kind == "plug" and device.load in _AT_WORK and device.busy_watts is None and not device.busy_signs:
        yield _fault(
            "busy_unseen", device, "load",
            say("what hangs on it may be at work, and nothing would show that before it is cut"),
            say("give it busy_watts or busy_signs, or take switchable away"),
        )  # fmt: skip


def _units(device: Device, policies: Sequence[Policy]) -> Iterator[Fault]:
    if device.kind == "climate" and device.maximum_celsius > _HOTTEST_CELSIUS:
        yield _fault(
            "range_in_fahrenheit", device, "max_celsius",
            say("no unit is set to {limit_celsius}: that may be another scale", limit_celsius=device.maximum_celsius),
            say("write its range in °C, such as 16 to 30"),
        )  # fmt: skip
    elif device.kind == "climate":
        for policy in policies:
            if isinstance(policy, SetpointLimit) and policy.concerns(device.zone):
                limit = policy.cooling_minimum_celsius
                if legal_setpoint("cooling", limit, device, None) is None:
                    yield _fault(
                        "no_legal_setpoint", device, "max_celsius",
                        say("it takes no cooling setpoint of {limit_celsius} or more", limit_celsius=limit),
                        say("check min_celsius and max_celsius against its data sheet"),
                    )  # fmt: skip
    if device.standby_watts > _STANDBY_WATTS:
        yield _fault(
            "standby_in_milliwatts", device, "standby_watts",
            say("below {power_watts} it would count as off", power_watts=device.standby_watts),
            say("write the watts that it draws while off, such as 5; not milliwatts, not its rated power"),
        )  # fmt: skip
    if device.busy_watts is not None and device.busy_watts < _BUSY_WATTS:
        yield _fault(
            "busy_in_kilowatts", device, "busy_watts",
            say("below one watt: it would count as at work always"),
            say("write watts, not kilowatts"),
        )  # fmt: skip


def _silence(device: Device) -> Iterator[Fault]:
    after = device.silent_after_seconds
    if after is not None and after < _SHORT_SILENCE_SECONDS:
        yield _fault(
            "silence_short", device, "silent_after",
            say("after {took_seconds} without a word it would count as silent", took_seconds=after),
            say("allow at least two of its reporting intervals, such as 10m"),
        )  # fmt: skip
    if after is not None and after > _LONG_SILENCE_SECONDS and device.switchable:
        yield _fault(
            "silence_long", device, "silent_after",
            say("a value that is {took_seconds} old would still be evidence for switching it off", took_seconds=after),
            say("write at most 1d for what may be switched off"),
        )  # fmt: skip


def _fault(code: str, device: Device, key: str, what: Words, mend: Words) -> Fault:
    return Fault(code, "devices", device.id, key, what, mend)
