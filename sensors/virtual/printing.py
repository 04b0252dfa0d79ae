"""From a person's wish to print to paper, a warm printer, the agent's message, and the truth about it."""

import random
import zlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Protocol

from sensors.device import DeviceId, ZoneId
from sensors.virtual.climate import Room
from sensors.virtual.loads import Printer
from sensors.virtual.people import Person
from sensors.virtual.printers import Job, print_pages
from sensors.virtual.said import Line
from sensors.virtual.speaks_print_agent import PrintAgent
from sensors.virtual.things import Plug, Thing
from sensors.virtual.voice import Voice

REPEAT_SHARE = 0.05


class Press(Protocol):
    """What printing needs of the office."""

    def later(self, at: float, do: Callable[[float], None]) -> None:
        """Schedules."""

    def say(self, voice: Voice, lines: Sequence[Line], at: float) -> None:
        """Publishes."""


class PrintRoom:
    """All print queues. People print in their own room if they can, else on any of the house, each always on the same."""

    def __init__(self, press: Press, things: Mapping[DeviceId, Thing], voices: Sequence[Voice]) -> None:
        self._press = press
        self._agents = [voice for voice in voices if isinstance(voice, PrintAgent)]
        self._by_zone: dict[ZoneId, list[PrintAgent]] = {}
        for agent in self._agents:
            self._by_zone.setdefault(agent.things[0].room.planned.id, []).append(agent)
        self._plugs: dict[DeviceId, list[Plug]] = {}
        for thing in things.values():
            if isinstance(thing, Plug) and thing.planned.follows is not None:
                self._plugs.setdefault(thing.planned.follows, []).append(thing)
        self._numbers: dict[DeviceId, int] = {}

    def ask(self, room: Room, person: Person, chance: random.Random, at: float) -> None:
        """Somebody prints: switches the printer on if it must be, waits, takes the paper, sometimes does it again."""
        if not self._agents or not person.present:
            return
        near = self._by_zone.get(room.planned.id, self._agents)
        agent = near[zlib.crc32(person.name.encode()) % len(near)]
        queue = agent.things[0]
        job = print_pages(
            chance, number=self._next(queue), user=person.name, title=f"{person.name}-{chance.getrandbits(32):08x}",
            has_duplexer=queue.planned.has_duplexer, prefers_duplex=person.prefers_duplex,
        )  # fmt: skip
        self._run(agent, job, at)
        if chance.random() < REPEAT_SHARE and job.state == "completed":
            delay = chance.uniform(120.0, 480.0)
            self._press.later(at + delay, lambda then: self._run(agent, replace(job, number=self._next(queue)), then))

    def _next(self, queue: Thing) -> int:
        self._numbers[queue.id] = self._numbers.get(queue.id, 0) + 1
        return self._numbers[queue.id]

    def _run(self, agent: PrintAgent, job: Job, at: float) -> None:
        for plug in self._plugs.get(agent.things[0].id, ()):
            plug.switch(True, at, "person")
            if isinstance(plug.load, Printer):
                plug.load.print(at, job.seconds)
                plug.redraw(at)
        self._press.later(at + job.seconds, lambda then: self._finish(agent, job, then))

    def _finish(self, agent: PrintAgent, job: Job, at: float) -> None:
        tally = agent.things[0].tally
        if job.state == "completed":
            tally.jobs += 1
            tally.sheets += job.sheets
            tally.impressions += job.impressions
            one_sided_copy = job.impressions == job.copies
            tally.one_page_jobs += one_sided_copy
            if agent.things[0].planned.has_duplexer and not one_sided_copy:
                tally.could_impressions += job.impressions
            if job.did_duplex and not one_sided_copy:
                tally.duplex_jobs += 1
                tally.duplex_impressions += job.impressions
        else:
            tally.sheets_of_failed_jobs += job.sheets
        self._press.say(agent, agent.finished(job, at), at)
