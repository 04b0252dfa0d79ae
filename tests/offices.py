"""Small offices for the tests of the core, and readings in their words."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from policies.control.effects import Effect
from policies.inputs import Input, Readings
from policies.office.calendar import Calendar, Hours
from policies.office.office import Office
from policies.office.site import Site, Zone
from policies.policy import Policy
from policies.state import State
from policies.step import step
from sensors.device import Address, Device, DeviceId, ZoneId
from sensors.readings import AnyReading, Climate, Mode, Power

SHANGHAI = "Asia/Shanghai"
WEDNESDAY = datetime(2026, 7, 15, 2, 0, tzinfo=UTC)
"""10:00 in Shanghai, a workday, the office open."""
EVENING = datetime(2026, 7, 15, 10, 0, tzinfo=UTC)
"""18:00 in Shanghai: the office has just closed."""
OFFICE_HOURS = Hours(weekly=(*(((510, 1080),),) * 5, (), ()))
ROOM = ZoneId("room")


def local(text: str) -> datetime:
    """`2026-07-15 18:00` on the wall in Shanghai, in UTC."""
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(SHANGHAI)).astimezone(UTC)


def ac(name: str = "ac", zone: ZoneId = ROOM, **more: object) -> Device:
    """An air conditioner on Zigbee2MQTT."""
    fields: dict[str, object] = {"silent_after_seconds": 3600.0, "load": "air_conditioner", **more}
    return Device(id=DeviceId(name), kind="climate", address=Address("zigbee2mqtt", name), zone=zone, **fields)  # type: ignore[arg-type]


def plug(name: str = "plug", zone: ZoneId = ROOM, **more: object) -> Device:
    """A metering plug that may be switched."""
    fields: dict[str, object] = {"silent_after_seconds": 3600.0, "load": "monitor", "switchable": True, **more}
    return Device(id=DeviceId(name), kind="plug", address=Address("tasmota", name), zone=zone, **fields)  # type: ignore[arg-type]


def office(*devices: Device, policies: Sequence[Policy] = (), country: str = "") -> State:
    """A state that has heard nothing yet."""
    zones = {device.zone: Zone(id=device.zone, hours=OFFICE_HOURS) for device in devices}
    site = Site(
        id="test",
        calendar=Calendar(SHANGHAI, country),
        zones=zones or {ROOM: Zone(id=ROOM, hours=OFFICE_HOURS)},
        devices={device.id: device for device in devices},
    )
    return State(office=Office(site), policies=tuple(policies))


def cooling(at: datetime, celsius: float, device: str = "ac", mode: Mode = "cool", *, live: bool = True) -> Climate:
    """A unit that cools to this setpoint."""
    return Climate(device=DeviceId(device), arrived_at=at, mode=mode, cooling_setpoint_celsius=celsius, live=live)


def power(at: datetime, on: bool | None, watts: float | None, device: str = "plug") -> Power:
    """A plug's word and its meter's."""
    return Power(device=DeviceId(device), arrived_at=at, is_on=on, watts=watts)


def heard(*readings: AnyReading) -> list[Input]:
    """One batch."""
    return [Readings(readings)]


class Run:
    """A state walked through time; keeps every effect."""

    def __init__(self, state: State, start: datetime) -> None:
        self.state = state
        self.start = start
        self.effects: list[Effect] = []
        self.wake_at = start

    def at(self, seconds: float, *inputs: Input) -> list[Effect]:
        """Step at `start + seconds`; the effects of this step."""
        outcome = step(self.state, inputs, self.start + timedelta(seconds=seconds))
        self.state, self.wake_at = outcome.state, outcome.wake_at
        self.effects += outcome.effects
        return list(outcome.effects)
