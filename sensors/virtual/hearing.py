"""Commands on their way to a device: found by topic, delayed, lost, refused or obeyed, and all of it written down."""

import random
from collections.abc import Callable, Sequence
from typing import Protocol

from sensors.virtual.faults import Faults
from sensors.virtual.said import Line, encode
from sensors.virtual.speaks_zigbee2mqtt import Zigbee2Mqtt
from sensors.virtual.truth import CommandHeard, Fate, Truth
from sensors.virtual.voice import Refusal, Voice

ZIGBEE_GIVES_UP_SECONDS = 10.0


class Air(Protocol):
    """What hearing needs of the office."""

    faults: Faults
    truth: Truth

    def later(self, at: float, do: Callable[[float], None]) -> None:
        """Schedules."""

    def say(self, voice: Voice, lines: Sequence[Line], at: float) -> None:
        """Publishes."""

    def reaches(self, voice: Voice) -> bool:
        """Whether the device, and its gateway, are there."""


class Hearing:
    """All command topics of one office."""

    def __init__(self, air: Air, voices: Sequence[Voice]) -> None:
        self._air = air
        self._by_root = {root: voice for voice in voices for root in voice.roots}

    def take(self, topic: str, payload: bytes, at: float) -> None:
        """A message on some topic; nobody's topics are left alone."""
        voice = self._listener(topic)
        if voice is None:
            return
        chance = voice.chance
        thing = voice.target(topic, payload)
        fate = self._fate(voice, chance)
        if thing is not None:
            fate = "deaf" if fate == "obeyed" and thing.id in self._air.faults.deaf else fate
        if fate == "obeyed":
            latency = chance.uniform(*self._air.faults.latency_seconds)
            self._air.later(at + latency, lambda then: self._obey(voice, topic, payload, then))
            return
        self._note(voice, topic, payload, at, fate)
        if fate in {"deaf", "silent"} and isinstance(voice, Zigbee2Mqtt):
            self._air.later(at + ZIGBEE_GIVES_UP_SECONDS, lambda then: self._gave_up(voice, then))

    def _obey(self, voice: Voice, topic: str, payload: bytes, at: float) -> None:
        try:
            self._note(voice, topic, payload, at, "obeyed")
            lines = voice.obey(topic, payload, at)
        except Refusal as refusal:
            lines = list(refusal.lines)
            if voice.target(topic, payload) is not None:
                self._air.truth.commands[-1] = self._heard(voice, topic, payload, at, "refused")
        self._air.say(voice, lines, at)

    def _fate(self, voice: Voice, chance: random.Random) -> Fate:
        if not self._air.reaches(voice):
            return "silent"
        lost = self._air.faults.lost_command_share
        return "lost" if lost and chance.random() < lost else "obeyed"

    def _note(self, voice: Voice, topic: str, payload: bytes, at: float, fate: Fate) -> None:
        if voice.target(topic, payload) is not None:
            self._air.truth.commands.append(self._heard(voice, topic, payload, at, fate))

    def _heard(self, voice: Voice, topic: str, payload: bytes, at: float, fate: Fate) -> CommandHeard:
        thing = voice.target(topic, payload) or voice.things[0]
        return CommandHeard(thing.id, at, topic, payload, fate)

    def _gave_up(self, voice: Zigbee2Mqtt, at: float) -> None:
        words = f"z2m: Publish 'set' to '{voice.name}' failed: 'Error: Data request failed (MAC no ack)'"
        line = {"level": "error", "message": words, "namespace": "z2m"}
        self._air.say(voice, [(f"{voice.gateway}/bridge/logging", encode(line), False)], at)

    def _listener(self, topic: str) -> Voice | None:
        root = topic
        while root:
            voice = self._by_root.get(root)
            if voice is not None:
                return voice if root != topic else None
            root = root.rpartition("/")[0]
        return None
