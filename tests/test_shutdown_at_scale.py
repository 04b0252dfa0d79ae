"""An evening with hundreds of devices: lossy radio, dead and lying devices, crashes at every step of every command."""

import random
from collections import Counter
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Literal

import pytest
from offices import EVENING, local, office, plug, power
from restored import restore

from daemon.engine.snapshot import pack_cases, pack_office
from policies.control.effects import Effect, Notify, Publish, Record
from policies.control.pace import BURST, SPACING
from policies.inputs import Input, Readings, Tick
from policies.rules.after_hours_power import AfterHoursPower
from policies.state import State
from policies.step import step
from sensors.device import Device, DeviceId
from sensors.readings import Power

POLICY = AfterHoursPower(
    name="evenings",
    mode="enforce",
    grace="1m",
    warn="1m",
    confirm_within="30s",
    retry_after="15s",
    attempts=4,
    hold_out_share=0,
    most_share=1,
)
Crash = Literal["before_journal", "after_journal", "after_publish"]


class Radio:
    """Plugs behind lossy gateways: they obey after a second, if the command and the report get through."""

    def __init__(self, devices: list[Device], loss: float, dead: set[str], liars: set[str]) -> None:
        self.on = {device.id: True for device in devices}
        self.transitions: Counter[DeviceId] = Counter()
        self.heard: list[tuple[datetime, DeviceId]] = []
        self._loss, self._dead, self._liars = loss, dead, liars
        self._chance = random.Random(20260715)
        self._answers: list[tuple[datetime, DeviceId]] = []

    def take(self, device: DeviceId, now: datetime) -> None:
        self.heard.append((now, device))
        if device in self._dead or self._chance.random() < self._loss:
            return
        self.transitions[device] += self.on[device]
        self.on[device] = False
        if self._chance.random() >= self._loss:
            self._answers.append((now + timedelta(seconds=1), device))

    def reports(self, now: datetime, everybody: bool) -> list[Input]:
        """Answers that are due; every five minutes everybody speaks."""
        due = [device for at, device in self._answers if at <= now]
        self._answers = [(at, device) for at, device in self._answers if at > now]
        speaking = [device for device in self.on if device not in self._dead] if everybody else due
        return [Readings([self._word(device, now) for device in speaking])] if speaking else []

    def _word(self, device: DeviceId, now: datetime) -> Power:
        lies = device in self._liars and not self.on[device]
        return power(now, self.on[device], 60.0 if lies or self.on[device] else 0.2, device)


def devices_of(number: int, gateways: int) -> list[Device]:
    return [
        plug(f"p{count:03}", gateway=f"zigbee{count % gateways}", silent_after_seconds=1e5) for count in range(number)
    ]


def test_five_hundred_devices_behind_five_gateways_are_proved_off_in_ten_minutes() -> None:
    devices = devices_of(500, 5)
    dead, liars = {"p007", "p300"}, {"p123"}
    radio = Radio(devices, 0.05, dead, liars)
    state = office(*devices, policies=[POLICY])
    effects: list[Effect] = []
    state = step(state, [Readings([power(EVENING, True, 60.0, device.id) for device in devices])], EVENING).state
    first = last_proof = None
    for half in range(1, 2 * 60 * 20):
        now = EVENING + timedelta(seconds=half / 2)
        inputs = radio.reports(now, everybody=half % 600 == 0)
        outcome = step(state, [*inputs, Tick()] if half % 60 == 0 else inputs, now)
        state = outcome.state
        effects += outcome.effects
        for effect in outcome.effects:
            if isinstance(effect, Publish):
                first = first or now
                radio.take(effect.command.device, now)
            if isinstance(effect, Record) and effect.what == "proved":
                last_proof = now
                assert first is not None
                assert (now - first <= timedelta(minutes=10)) or effect.case.device in dead | liars
    proved = {effect.case.device for effect in effects if isinstance(effect, Record) and effect.what == "proved"}
    alive = {device.id for device in devices} - dead - liars
    assert first is not None
    assert last_proof is not None
    assert len(proved & alive) >= 0.995 * len(alive)
    assert not proved & (dead | liars), "a liar or a dead device counted as off"
    owned = Counter(effect.device for effect in effects if isinstance(effect, Notify) and effect.to == "owner")
    assert all(owned[DeviceId(name)] == 1 for name in dead | liars), "owned once, not again and again"
    for gateway in range(5):
        times = [at for at, device in radio.heard if int(device[1:]) % 5 == gateway]
        for at in times:
            within = sum(1 for other in times if at <= other < at + timedelta(seconds=10))
            assert within <= BURST + timedelta(seconds=10) / SPACING, "a gateway got more than it can take"


@pytest.mark.parametrize("crash", ["before_journal", "after_journal", "after_publish"])
def test_two_hundred_devices_go_off_once_although_we_die_at_every_command(crash: Crash) -> None:
    """Each of the 200 commands is hit: the process dies at this point, and what was journalled is all that is left."""
    devices = devices_of(200, 4)
    radio = Radio(devices, 0.0, set(), set())
    fresh = office(*devices, policies=[POLICY])
    state = step(fresh, [Readings([power(EVENING, True, 60.0, device.id) for device in devices])], EVENING).state
    died: set[DeviceId] = set()
    for half in range(1, 2 * 60 * 15):
        now = EVENING + timedelta(seconds=half / 2)
        state = _turn(state, fresh, radio.reports(now, everybody=half % 600 == 0), now, radio, died, crash)
    assert len(died) == 200
    assert not any(radio.on.values()), "somebody was left on"
    assert all(count <= 1 for count in radio.transitions.values())
    assert all(at < local("2026-07-16 08:30") for at, _ in radio.heard)
    gaps = {device: [at for at, heard in radio.heard if heard == device] for device in radio.on}
    assert all(later - sooner >= POLICY.confirm_within for times in gaps.values() for sooner, later in pairwise(times))


def _turn(
    state: State, fresh: State, inputs: list[Input], now: datetime, radio: Radio, died: set[DeviceId], crash: Crash
) -> State:
    """One turn of the engine in its order: step, journal, publish; with the death that this test is about."""
    outcome = step(state, inputs, now)
    new = [effect.command for effect in outcome.effects if isinstance(effect, Publish)]
    dying = [command for command in new if command.device not in died]
    if not dying:
        for command in new:
            radio.take(command.device, now)
        return outcome.state
    died.update(command.device for command in dying)
    if crash == "before_journal":
        return restore(fresh, pack_cases(state), pack_office(outcome.state), now)
    after = restore(fresh, pack_cases(outcome.state), pack_office(outcome.state), now)
    if crash == "after_publish":
        radio.take(dying[0].device, now)
    return after
