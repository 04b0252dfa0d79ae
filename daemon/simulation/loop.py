"""One office and one engine in lock step: what it says is decoded and judged, what is commanded is obeyed."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from policies.control.effects import Effect, Publish
from policies.inputs import Input, NotSent, Readings, Tick
from policies.pressing import is_pressing
from policies.state import State
from policies.step import step
from sensors.commands import Command
from sensors.family import Refused
from sensors.messages import Message
from sensors.readings import AnyReading
from sensors.registry import Registry
from sensors.virtual.building import VirtualOffice
from sensors.virtual.said import Said

SLICE = timedelta(seconds=20)
TICK = timedelta(minutes=5)
_TOLD_AGAIN = "officed/print/"
_MICROSECOND = timedelta(microseconds=1)

OnStep = Callable[[datetime, State, Sequence[AnyReading], Sequence[Effect]], None]


class Lockstep:
    """Office time goes on in slices of twenty seconds, or to the instant the engine asked for. Deterministic.

    `every` is another slice: longer ones cost less, and commands and readings then wait for the end of theirs. So long may
    `measured` values wait for company, as under the daemon (`daemon/engine/gathering.py`); what changes a state never does.
    """

    def __init__(
        self,
        office: VirtualOffice,
        registry: Registry,
        state: State,
        on_step: OnStep,
        every: timedelta = SLICE,
        *,
        outages: Sequence[tuple[datetime, datetime]] = (),
        measured: timedelta = timedelta(0),
    ) -> None:
        self.state = state
        self._measured = measured
        self._waiting: list[AnyReading] = []
        self._waits_since: datetime | None = None
        self._every = every
        self._office = office
        self._registry = registry
        self._on_step = on_step
        self._wake_at: datetime | None = None
        self._tick_at: datetime | None = None
        self._pending: list[Input] = []
        self._outages = outages
        self._kept: list[Said] = []

    def run(self, start: datetime, end: datetime) -> None:
        """From `start` to `end`."""
        now = start
        while now < end:
            self._turn(now)
            later = now + self._every
            if self._wake_at is not None and now < self._wake_at < later:
                later = self._wake_at
            now = min(later, end)

    def _turn(self, now: datetime) -> None:
        said = self._office.advance(now)
        is_out = any(since <= now < until for since, until in self._outages)
        if is_out:
            self._kept += [one for one in said if one.topic.startswith(_TOLD_AGAIN)]
            said = []
        elif self._kept:
            said, self._kept = [*self._kept, *said], []
        readings = self._decode(said)
        inputs, self._pending = self._pending, []
        is_due = self._wake_at is None or now >= self._wake_at or self._tick_at is None or now >= self._tick_at
        if not inputs and not is_due and self._may_wait(readings, now):
            return
        readings, self._waiting, self._waits_since = self._waiting + readings, [], None
        if readings:
            inputs.append(Readings(readings))
        if self._tick_at is None or now >= self._tick_at:
            self._tick_at = now + TICK
            inputs.append(Tick())
        outcome = step(self.state, inputs, now)
        self.state, self._wake_at = outcome.state, outcome.wake_at
        for effect in outcome.effects:
            if isinstance(effect, Publish):
                self._carry_out(effect.command, now)
        self._on_step(now, self.state, readings, outcome.effects)

    def _may_wait(self, readings: list[AnyReading], now: datetime) -> bool:
        """Nothing came, or only what can wait for the next slice; that is put aside."""
        since = self._waits_since or now
        if readings and (now - since >= self._measured or is_pressing(self.state.office, readings)):
            return False
        if readings:
            self._waiting += readings
            self._waits_since = since
        return not self._waiting or now - since < self._measured

    def _decode(self, said: Sequence[Said]) -> list[AnyReading]:
        readings: list[AnyReading] = []
        for number, one in enumerate(said):
            message = Message(one.topic, one.payload, one.at + number * _MICROSECOND)
            readings.extend(self._registry.decode(message))
        return readings

    def _carry_out(self, command: Command, now: datetime) -> None:
        office = self.state.office
        device = office.site.devices[command.device]
        try:
            messages = self._registry.encode(command, device, office.traits.get(device.id), office.of(device.id).memo)
        except Refused as refusal:
            self._pending.append(NotSent(command.id, str(refusal), final=True))
            return
        for message in messages:
            self._decode_later(self._office.hear(message.topic, message.payload, now))

    def _decode_later(self, said: Sequence[Said]) -> None:
        readings = self._decode(said)
        if readings:
            self._pending.append(Readings(readings))
