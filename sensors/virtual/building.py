"""The virtual office: one heap of things to come, bodies that change, voices that speak. Pure: driven by the instants it gets.

`advance(now)` and `hear(topic, payload, now)` return what was published up to `now`, in order of time. A command is obeyed
after the device's latency, so its answer comes out of a later `advance`.
"""

import heapq
import random
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from functools import partial

from sensors.device import DeviceId, ZoneId
from sensors.virtual.bodies import bodies, voices
from sensors.virtual.climate import Room, Weather
from sensors.virtual.days import Days
from sensors.virtual.faults import NO_FAULTS, Faults
from sensors.virtual.gateway import Gateway
from sensors.virtual.habits import Habits
from sensors.virtual.hearing import Hearing
from sensors.virtual.people import Person
from sensors.virtual.plan import Plan, PlannedZone
from sensors.virtual.printing import PrintRoom
from sensors.virtual.said import Line, Said
from sensors.virtual.speaks_zigbee2mqtt import Zigbee2Mqtt
from sensors.virtual.things import Meter, Plug, Thing, What
from sensors.virtual.timetable import Timetable
from sensors.virtual.truth import Transition, Truth
from sensors.virtual.units import Unit
from sensors.virtual.voice import Voice

STEP_SECONDS = 60.0
AGAIN_SECONDS = 30.0
"""When an agent that keeps what nobody acknowledged tells it again."""
Do = Callable[[float], None]


class VirtualOffice:
    """One office from one plan and one seed: the same calls bring the same bytes."""

    def __init__(self, plan: Plan, seed: int = 1, faults: Faults = NO_FAULTS) -> None:
        self.plan = plan
        self.faults = faults
        self.truth = Truth(meters=frozenset(each.id for each in plan.devices if each.measures))
        self.days = Days(plan.timezone, plan.closed_days, plan.open_days)
        self.weather = Weather(seed, self.days)
        self.calm_seconds = 0.0
        """No device reports by itself more often than this: for a past of weeks that has to be lived in seconds."""
        self.calm_tellers_seconds = 0.0
        """The same for those that tell their changes at once."""
        self.idle_step_seconds = STEP_SECONDS
        """How long an idle room's air may drift by itself; its exponential step is exact for any time."""
        self._seed = seed
        self._heap: list[tuple[float, int, Do]] = []
        self._order = 0
        self._at = 0.0
        self._said: list[Said] = []
        self._started = False
        self.rooms = {zone.id: Room(zone, 24.0) for zone in plan.zones}
        self.things = bodies(plan, seed, faults, self.rooms, self)
        self._voices = voices(plan, seed, faults, self.days, self.things)
        self._voice_of = {thing.id: voice for voice in self._voices for thing in voice.things}
        self._silent: set[Voice] = set()
        self.gateways = {name: Gateway(name, random.Random(f"{seed}:{name}")) for name in plan.gateways}
        for voice in self._voices:
            if isinstance(voice, Zigbee2Mqtt):
                self.gateways[voice.gateway].voices.append(voice)
        self._habits = {zone.id: self._people_of(zone) for zone in plan.zones}
        prints = PrintRoom(self, self.things, self._voices)
        inhabited = list(self._habits.values())
        self._timetable = Timetable(self, self.days, self.truth, inhabited, self.things.values(), prints)
        self._hearing = Hearing(self, self._voices)

    @classmethod
    def make(cls, seed: int, plan: Plan, faults: Faults = NO_FAULTS) -> "VirtualOffice":
        """The same with the seed first."""
        return cls(plan, seed, faults)

    def advance(self, now: datetime) -> list[Said]:
        """Lives until `now` (aware). The first call brings the office up at that instant."""
        until = now.timestamp()
        if not self._started:
            self._start(until)
        heap = self._heap
        while heap and heap[0][0] <= until:
            at, _, do = heapq.heappop(heap)
            self._at = at
            do(at)
        self._at = max(self._at, until)
        said, self._said = self._said, []
        return said

    def hear(self, topic: str, payload: bytes, now: datetime) -> list[Said]:
        """A message on one of `command_topics()`, at `now` or, if that is past, at once. Foreign topics are left alone."""
        said = self.advance(now)
        self._hearing.take(topic, payload, self._at)
        return said

    def keep_quarters(self) -> None:
        """From now on the truth holds each device's energy by quarters of an hour; a year of a big office would be much."""
        for thing in self.things.values():
            thing.quarters = self.truth.quarters.setdefault(thing.id, {})

    def command_topics(self) -> list[str]:
        """The filters to subscribe to on behalf of all devices."""
        return sorted({name for voice in self._voices for name in voice.filters})

    def settle(self) -> Truth:
        """The truth up to the last `advance`, everything booked."""
        for thing in self.things.values():
            thing.settle(self._at)
        self.truth.people_present = {zone: room.people for zone, room in self.rooms.items()}
        return self.truth

    def people(self, zone: str) -> Sequence[Person]:
        """Who works in a zone."""
        return self._habits[ZoneId(zone)].people

    def silence(self, device: DeviceId) -> None:
        """From now on this device says and obeys nothing; the broker, or the gateway, notices a little later."""
        self._silence(self._voice_of[device], self._at)

    def later(self, at: float, do: Do) -> None:
        """Puts something on the heap; equal instants keep the order in which they were put."""
        self._order += 1
        heapq.heappush(self._heap, (max(at, self._at), self._order, do))

    def changed(self, thing: Thing, at: float, what: What) -> None:
        """A body changed: its voice decides."""
        if self._started:
            voice = self._voice_of[thing.id]
            lines = voice.changed(thing, at, what)
            if lines:
                self.say(voice, lines, at)

    def noted(self, thing: Thing, transition: Transition) -> None:
        """Into the truth, and under the eyes of the room."""
        self.truth.transitions.append(transition)
        self._habits[thing.room.planned.id].answer(thing, transition)

    def reaches(self, voice: Voice) -> bool:
        """Whether the device, and its gateway, are there."""
        return voice not in self._silent and (not voice.gateway or self.gateways[voice.gateway].is_up)

    def say(self, voice: Voice, lines: Sequence[Line], at: float) -> None:
        """Publishes, as far as the faults let it through."""
        if not self.reaches(voice):
            return
        faults = self.faults
        if not (faults.lost_report_share or faults.twice_share):
            self.publish(lines, at)
            return
        lost, twice, luck = faults.lost_report_share, faults.twice_share, voice.chance.random
        heard: list[Line] = []
        for line in lines:
            lossy = not line[2]
            if lossy and luck() < lost:
                if voice.tells_again:
                    self.later(at + AGAIN_SECONDS, partial(self.publish, (line,)))
                continue
            heard.append(line)
            if lossy and luck() < twice:
                heard.append(line)
        self.publish(heard, at)

    def publish(self, lines: Sequence[Line], at: float) -> None:
        """Without any filter: gateways and last wills."""
        instant = datetime.fromtimestamp(at, UTC)
        self._said += [Said(topic, payload, retain, instant) for topic, payload, retain in lines]

    def _people_of(self, zone: PlannedZone) -> Habits:
        people = [Person(self._seed, zone, number) for number in range(zone.people)]
        inside = [thing for thing in self.things.values() if thing.room.planned.id == zone.id]
        return Habits(self.rooms[zone.id], people, inside, self, random.Random(f"{self._seed}:habits:{zone.id}"))

    def _start(self, at: float) -> None:
        self._at = at
        outdoor = self.weather.outdoor_celsius(at)
        for room in self.rooms.values():
            room.celsius = min(28.5, max(15.0, 22.5 + 0.35 * (outdoor - 20.0)))
        for thing in self.things.values():
            thing.begin(at)
        self._timetable.begin_day(at)
        self._started = True
        for gateway in self.gateways.values():
            gateway.begin(self, at)
        for voice in self._voices:
            self.say(voice, voice.hello(at), at)
            self._begin_reports(voice, at)
        for device, after in self.faults.silent.items():
            self.later(at + after.total_seconds(), partial(self._silence, self._voice_of[device]))
        for habits in self._habits.values():
            shift = random.Random(f"{self._seed}:step:{habits.room.planned.id}").random() * STEP_SECONDS
            self.later(at + shift, self._minutes_of(habits))
        if self.faults.counter_resets_per_day > 0.0:
            for thing in self.things.values():
                if isinstance(thing, Plug | Meter):
                    self._plan_reset(thing, at)

    def _minutes_of(self, habits: Habits) -> Do:
        sensing = [(thing, thing if isinstance(thing, Unit) else None) for thing in habits.sensing]
        room, weather, idle_seconds = habits.room, self.weather, self.idle_step_seconds
        seconds = STEP_SECONDS

        def minute(at: float) -> None:
            nonlocal seconds
            outdoor, sun = weather.now(at)
            room.step(seconds, outdoor, sun)
            habits.minute(at, outdoor)
            for thing, unit in sensing:
                if unit is not None:
                    unit.regulate(at, outdoor)
                thing.sense(at)
            seconds = idle_seconds if idle_seconds > STEP_SECONDS and habits.is_idle else STEP_SECONDS
            self.later(at + seconds, minute)

        return minute

    def _begin_reports(self, voice: Voice, at: float) -> None:
        calm = max(self.calm_seconds, self.calm_tellers_seconds if voice.tells_changes else 0.0)
        until_next = voice.seconds_to_report

        def report(then: float) -> None:
            self.say(voice, voice.report(then), then)
            if voice not in self._silent:
                self.later(then + max(until_next(), calm), report)

        if until_next() != float("inf"):
            self.later(at + voice.chance.random() * max(until_next(), calm), report)

    def _silence(self, voice: Voice, at: float) -> None:
        self._silent.add(voice)
        self.later(at + (700.0 if voice.gateway else 60.0), lambda then: self.publish(voice.goodbye(), then))

    def _plan_reset(self, thing: Thing, at: float) -> None:
        def reset(then: float) -> None:
            thing.reset_counter(then)
            self._plan_reset(thing, then)

        self.later(at + thing.chance.expovariate(self.faults.counter_resets_per_day) * 86400.0, reset)
