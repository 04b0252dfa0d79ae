"""Guards that speak for devices: what is protected, at work, or would be worn out."""

from datetime import timedelta

from policies.control.case import Refusal
from policies.control.request import Request
from policies.office.running import is_running
from policies.words import say
from sensors.commands import SetSetpoint

WRITE_PAUSE = timedelta(seconds=60)
WRITES_AN_HOUR = 6
"""Setpoints live in flash memory: makers allow one write in ten minutes on average; we keep 60 s apart, 6 an hour."""
WRITES_A_DAY = 40
MINIMUM_RUN = timedelta(minutes=5)
STARTS_AN_HOUR = 4
"""Pressure must settle and compressors stand four to six starts an hour; a switch-off too many is a start too many."""
BUSY_PATIENCE = timedelta(minutes=30)
"""A sign of work whose sender has fallen silent is believed for so long; then the silence is a case of its own."""


def never_off(request: Request) -> Refusal | None:
    """Servers, network, fridges, medical devices and whatever is marked never-off are not cut by anybody."""
    if request.is_off and request.device.is_protected:
        return Refusal("never_off", say("never switched off: protected"))
    return None


def not_switchable(request: Request) -> Refusal | None:
    """Only what somebody has written down as switchable may be cut."""
    if request.is_off and not request.device.switchable:
        return Refusal("not_switchable", say("nobody has allowed switching this device off"))
    return None


def busy(request: Request) -> Refusal | None:
    """A running job is not cut: by its own sign of work, or by watts; where being busy cannot be seen, that counts as busy."""
    if not request.is_off:
        return None
    sign = _sign_of_work(request)
    if sign is not None:
        return sign
    floor = request.device.busy_watts
    if floor is None:
        return None
    metered = request.office.metered(request.device)
    if metered.watts is None or not metered.watts.live or metered.is_silent(request.now):
        return Refusal("busy_unknown", say("cannot see whether it is at work"))
    if metered.watts.value > floor:
        return Refusal("busy", say("at work: draws {power_watts}", power_watts=metered.watts.value))
    return None


def inverter_plug(request: Request) -> Refusal | None:
    """The plug of an air conditioner is cut only when the unit rests: first its own off, then the wall."""
    device = request.device
    if not request.is_off or device.kind != "plug" or device.load != "air_conditioner":
        return None
    watts = request.office.metered(device).watts
    if watts is not None and watts.live and watts.value <= device.standby_watts:
        return None
    return Refusal("inverter_plug", say("an air conditioner is never cut at the wall while it runs"))


def compressor(request: Request) -> Refusal | None:
    """A unit that has just started runs five minutes; one that starts too often is left alone for the hour.

    After a restart of ours, "since when" begins anew with the first word of the device: as if it had just started.
    """
    if not request.is_off or request.device.kind != "climate":
        return None
    heard = request.office.of(request.device.id)
    mode = heard.mode
    started_at = mode.since if mode is not None and mode.live else None
    if started_at is not None and is_running(heard, request.now) and request.now < started_at + MINIMUM_RUN:
        until = started_at + MINIMUM_RUN
        return Refusal("compressor", say("has just started; not before {until_at}", until_at=until), until)
    starts = request.memory.starts.get(request.device.id, ())
    lately = [at for at in starts if request.now - at < timedelta(hours=1)]
    if len(lately) >= STARTS_AN_HOUR:
        until = lately[-STARTS_AN_HOUR] + timedelta(hours=1)
        return Refusal("compressor", say("has started too often; not before {until_at}", until_at=until), until)
    return None


def write_rate(request: Request) -> Refusal | None:
    """Writes to one thermostat are a minute apart, six an hour and forty a day."""
    if not isinstance(request.remedy, SetSetpoint):
        return None
    written = [sent.at for sent in request.sent]
    lately = [at for at in written if request.now - at < timedelta(hours=1)]
    today = [at for at in written if request.now - at < timedelta(days=1)]
    until = None
    if lately and request.now - lately[-1] < WRITE_PAUSE:
        until = lately[-1] + WRITE_PAUSE
    elif len(lately) >= WRITES_AN_HOUR:
        until = lately[-WRITES_AN_HOUR] + timedelta(hours=1)
    elif len(today) >= WRITES_A_DAY:
        until = today[-WRITES_A_DAY] + timedelta(days=1)
    if until is None:
        return None
    return Refusal("write_rate", say("too many changes in a short time; next at {until_at}", until_at=until), until)


def _sign_of_work(request: Request) -> Refusal | None:
    """What devices say that are known to tell when this one is busy (its own topic, a print queue, a terminal)."""
    for teller in (request.device.id, *request.device.busy_signs):
        heard = request.office.of(teller)
        sign = heard.busy
        if sign is None or not sign.value or not sign.live:
            continue
        if not heard.is_silent(request.now):
            return Refusal("busy", say("at work, says {device}", device=teller))
        silent_at = heard.silent_at()
        if silent_at is not None and request.now < silent_at + BUSY_PATIENCE:
            until = silent_at + BUSY_PATIENCE
            return Refusal("busy_stale", say("was at work when {device} fell silent", device=teller), until)
    return None
