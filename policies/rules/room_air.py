"""The room air rule: a conditioned room is not colder than 26 °C, a heated one not warmer than 20 °C (建科〔2008〕115号).

It judges what the *air* is like; what the unit is set to is another rule with another verdict, and either can be broken
without the other. An inspector's thermometer sees this one.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from functools import partial
from typing import Literal, NamedTuple

from pydantic import Field

from policies.finding import Evidence, Finding
from policies.office.averages import STILL
from policies.office.heard import Heard
from policies.office.office import Office, season_of
from policies.office.running import conditions, setpoint_for
from policies.policy import Duration, Policy
from policies.words import Words, say
from sensors.commands import Side
from sensors.device import Device, DeviceId, ZoneId

_SLACK = 1e-6


class Air(NamedTuple):
    """A room's air: now, and as the mean of the last quarter of an hour. Humidity None: not measured."""

    mean_celsius: float
    celsius: float
    mean_percent: float | None
    percent: float | None
    said: tuple[tuple[DeviceId, datetime], ...]


class RoomAir(Policy):
    """Name the rooms that are cooled or heated too far. It corrects nothing: the setpoint rule does.

    ```yaml
    - kind: room_air
      name: room-air
      cooling_minimum_celsius: 26
      heating_maximum_celsius: 20
      tolerance_celsius: 0.3
      humid_minimum_celsius: 24
      humid_above_percent: 65
    ```
    """

    kind: Literal["room_air"] = "room_air"
    grace: Duration = Field(
        default=timedelta(minutes=30), description="how long the unit must have run with the air beyond the limit"
    )
    cooling_minimum_celsius: float = Field(
        default=26.0, ge=16, le=32, description="coldest air allowed in a room that is cooled"
    )
    heating_maximum_celsius: float = Field(
        default=20.0, ge=10, le=30, description="warmest air allowed in a room that is heated"
    )
    tolerance_celsius: float = Field(default=0.3, ge=0, le=3, description="what the thermometer may be wrong")
    humid_minimum_celsius: float | None = Field(
        default=None, ge=16, le=32, description="coldest air allowed where it is humid; left out: no such clause"
    )
    humid_above_percent: float = Field(default=65.0, ge=0, le=100, description="relative humidity that counts as humid")
    humidity_tolerance_percent: float = Field(
        default=3.0, ge=0, le=10, description="what the humidity sensor may be wrong"
    )
    judged_from_percent: float = Field(
        default=0.0, ge=0, le=100, description="the limits are meant for air at least as humid as this"
    )
    judged_to_percent: float = Field(
        default=100.0, ge=0, le=100, description="the limits are meant for air at most as humid as this"
    )

    def judge(self, office: Office, now: datetime) -> Iterator[Finding]:
        """One finding a unit that conditions its room, where the mean *and* the last value are beyond the limit.

        Not where somebody has leave or an exemption, nor in an empty room. Where no sensor says who is there, the hours
        of the zone say it. No thermometer that can be believed, or not for a quarter of an hour yet: no verdict.
        """
        season = partial(season_of, office, now)
        used: dict[ZoneId, bool] = {}
        for device, heard in office.devices("climate"):
            if device.zone not in used:
                used[device.zone] = self.concerns(device.zone) and _is_used(office, device.zone, now)
            if not used[device.zone] or self._is_free(office, device, now):
                continue
            side = conditions(heard, now, season)
            air = None if side is None else air_of(office, device, now)
            if side is not None and air is not None and self._is_beyond(side, air) and self._is_its_doing(heard, side):
                yield self._finding(device, side, air)

    def breaks(self, side: Side, celsius: float, percent: float | None) -> bool:
        """Whether air like this is beyond the limit; `percent` None: humidity is not measured."""
        if percent is not None and not self.judged_from_percent <= percent <= self.judged_to_percent:
            return False
        if side == "heating":
            return celsius > self.heating_maximum_celsius + self.tolerance_celsius + _SLACK
        floor = self.cooling_minimum_celsius
        humid = self.humid_above_percent - self.humidity_tolerance_percent
        if self.humid_minimum_celsius is not None and percent is not None and percent > humid:
            floor = self.humid_minimum_celsius
        return celsius < floor - self.tolerance_celsius - _SLACK

    def _is_beyond(self, side: Side, air: Air) -> bool:
        return self.breaks(side, air.mean_celsius, air.mean_percent) and self.breaks(side, air.celsius, air.percent)

    def _is_its_doing(self, heard: Heard, side: Side) -> bool:
        """A unit that says it rests, with a legal setpoint, has not made the room so: the weather has."""
        action = heard.action
        if action is None or not action.live or action.value in {"cooling", "heating", "defrosting"}:
            return True
        setpoint = setpoint_for(heard, side)
        if setpoint is None or not setpoint.live:
            return True
        if side == "cooling":
            return setpoint.value < self.cooling_minimum_celsius - _SLACK
        return setpoint.value > self.heating_maximum_celsius + _SLACK

    def _is_free(self, office: Office, device: Device, now: datetime) -> bool:
        desk = office.desk
        return desk.leave_for(device, now) is not None or desk.exemption_for(device, self.name, now) is not None

    def _finding(self, device: Device, side: Side, air: Air) -> Finding:
        evidence = [Evidence(sensor, "room_celsius", air.mean_celsius, at) for sensor, at in air.said]
        if air.mean_percent is not None:
            sensor, at = air.said[0]
            evidence.append(Evidence(sensor, "humidity_percent", air.mean_percent, at))
        limit = self.cooling_minimum_celsius if side == "cooling" else self.heating_maximum_celsius
        return Finding(self.name, device.id, device.zone, _verdict(side, air.mean_celsius, limit), tuple(evidence))


def air_of(office: Office, device: Device, now: datetime) -> Air | None:
    """The air of the unit's room: by the thermometers of the zone, else by the unit's own. None: none to be believed."""
    thermometers = [other for other in office.site.in_zone.get(device.zone, ()) if other.kind == "environment"]
    return _air(office, thermometers, now) or _air(office, [device], now)


def _air(office: Office, devices: list[Device], now: datetime) -> Air | None:
    means: list[float] = []
    values: list[float] = []
    mean_percents: list[float] = []
    percents: list[float] = []
    said: list[tuple[DeviceId, datetime]] = []
    for device in devices:
        heard, air = office.of(device.id), office.air.get(device.id, STILL)
        if heard.is_silent(now):
            continue
        celsius, percent = heard.room_celsius, heard.humidity_percent
        mean = air.room_celsius.mean if celsius is not None and celsius.live else None
        if celsius is not None and mean is not None:
            means.append(mean)
            values.append(celsius.value)
            said.append((device.id, celsius.at))
        mean = air.humidity_percent.mean if percent is not None and percent.live else None
        if percent is not None and mean is not None:
            mean_percents.append(mean)
            percents.append(percent.value)
    if not means:
        return None
    return Air(_mean(means), _mean(values), _mean(mean_percents), _mean(percents), tuple(said))  # type: ignore[arg-type]  # there are values


def _mean(values: list[float]) -> float | None:
    return round(sum(values) / len(values), 6) if values else None


def _is_used(office: Office, zone: ZoneId, now: datetime) -> bool:
    there = office.is_occupied(zone, now)
    return office.is_open(zone, now) if there is None else there


def _verdict(side: Side, celsius: float, limit: float) -> Words:
    if side == "cooling":
        return say(
            "the room is cooled to {room_celsius}, below {limit_celsius}", room_celsius=celsius, limit_celsius=limit
        )
    return say("the room is heated to {room_celsius}, above {limit_celsius}", room_celsius=celsius, limit_celsius=limit)
