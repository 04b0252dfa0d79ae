"""A Zigbee2MQTT process: its bridge topics, and what happens when somebody restarts it."""

import random
from collections.abc import Callable, Sequence
from typing import Protocol

from sensors.virtual.faults import Faults
from sensors.virtual.said import Line, encode
from sensors.virtual.speaks_zigbee2mqtt import Zigbee2Mqtt

COORDINATOR = {
    "ieee_address": "0x02000000000000c0",
    "type": "Coordinator",
    "network_address": 0,
    "supported": True,
    "disabled": False,
    "friendly_name": "Coordinator",
    "definition": None,
    "interview_completed": True,
    "interviewing": False,
    "endpoints": {},
}


class Street(Protocol):
    """What a gateway needs of the office."""

    faults: Faults

    def later(self, at: float, do: Callable[[float], None]) -> None:
        """Schedules."""

    def publish(self, lines: Sequence[Line], at: float) -> None:
        """Publishes."""


class Gateway:
    """One base topic. While it is down its devices are neither heard nor commanded."""

    def __init__(self, name: str, chance: random.Random) -> None:
        self.name = name
        self.is_up = True
        self.voices: list[Zigbee2Mqtt] = []
        self._chance = chance

    def begin(self, street: Street, at: float) -> None:
        """Comes up for the first time; its devices speak for themselves."""
        street.publish(self._bridge(), at)
        self._plan_restart(street, at)

    def restart(self, street: Street, at: float) -> None:
        """Goes away for half a minute or so, then replays its cache: not retained, looking like news."""
        if not self.is_up:
            return
        self.is_up = False
        street.publish([(f"{self.name}/bridge/state", b'{"state":"offline"}', True)], at)
        street.later(at + self._chance.uniform(12.0, 45.0), lambda then: self._return(street, then))

    def _return(self, street: Street, at: float) -> None:
        self.is_up = True
        street.publish(self._bridge(), at)
        for voice in self.voices:
            street.publish(voice.replay(), at)

    def _plan_restart(self, street: Street, at: float) -> None:
        rate = street.faults.gateway_restarts_per_day
        if rate <= 0.0:
            return

        def happen(then: float) -> None:
            self.restart(street, then)
            self._plan_restart(street, then)

        street.later(at + self._chance.expovariate(rate) * 86400.0, happen)

    def _bridge(self) -> list[Line]:
        devices = [COORDINATOR, *(voice.entry() for voice in self.voices)]
        return [
            (f"{self.name}/bridge/state", b'{"state":"online"}', True),
            (f"{self.name}/bridge/devices", encode(devices), True),
        ]
