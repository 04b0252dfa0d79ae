"""A changed policy run over what another one lived through differs by exactly what a live run of it does.

Devices obey, and people do the same things at the same times whatever the policy: else no past could tell.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

import pytest
from offices import ac, cooling, local, office, plug, power

from policies.backtest import backtest
from policies.control.effects import Publish
from policies.inputs import Readings, Tick
from policies.otherwise import ANSWERS_AFTER, Otherwise, Really
from policies.policy import Policy
from policies.rules.after_hours_power import AfterHoursPower
from policies.rules.setpoint_limit import SetpointLimit
from policies.step import step
from sensors.commands import Remedy, SetSetpoint
from sensors.device import DeviceId
from sensors.readings import AnyReading, Reading

START, END = local("2026-07-13 00:00"), local("2026-07-18 00:00")
EVERY = timedelta(minutes=5)
TICK = timedelta(minutes=5)
DAYS = ("13", "14", "15", "16", "17")
PEOPLE = sorted(
    [(local(f"2026-07-{day} 08:40:07"), "plug", 80.0) for day in DAYS]
    + [(local(f"2026-07-{day} 09:12:31"), "ac", 22.0 + int(day) % 3) for day in DAYS]
    + [(local(f"2026-07-{day} 14:03:11"), "ac", 26.5 - int(day) % 2) for day in DAYS]
    + [(local("2026-07-15 20:30:09"), "plug", 0.0), (local("2026-07-15 20:50:09"), "plug", 90.0)]
)
"""What people do: watts switched on (0: off), a setpoint turned to."""


def policies(*changed: Policy) -> tuple[Policy, ...]:
    usual: tuple[Policy, ...] = (
        SetpointLimit(name="setpoints", mode="enforce"),
        AfterHoursPower(name="after-hours", mode="enforce", hold_out_share=0.0),
    )
    new = {policy.name: policy for policy in changed}
    return tuple(new.get(policy.name, policy) for policy in usual)


class World:
    """One plug and one air conditioner that obey, and people who act by the clock. Every reading is kept."""

    def __init__(self, chosen: Sequence[Policy]) -> None:
        self.state = office(ac(), plug(switchable=True), policies=chosen)
        self.stored: list[Reading] = []
        self.commands: list[tuple[datetime, Remedy]] = []
        self._celsius, self._watts = 26.0, 0.0
        self._people = list(PEOPLE)
        self._due: list[tuple[datetime, Remedy]] = []

    def live(self) -> "World":
        now, wake_at = START, END
        said_at = tick_at = START
        while now < END:
            heard = list(self._happens(now))
            if now >= said_at:
                said_at = now + EVERY
                heard = [self._ac(now), self._plug(now)]
            inputs: list[Readings | Tick] = [Readings(heard)] if heard else []
            if now >= tick_at:
                tick_at = now + TICK
                inputs.append(Tick())
            self.stored += heard
            outcome = step(self.state, inputs, now)
            self.state, wake_at = outcome.state, outcome.wake_at
            for effect in outcome.effects:
                if isinstance(effect, Publish):
                    self.commands.append((now, effect.command.remedy))
                    self._due.append((now + ANSWERS_AFTER, effect.command.remedy))
            soon = [said_at, tick_at, *(at for at, _ in self._due), *(at for at, _, _ in self._people[:1])]
            now = min([*soon, wake_at] if now < wake_at else soon)
        return self

    def _happens(self, now: datetime) -> list[AnyReading]:
        heard: list[AnyReading] = []
        for at, remedy in [one for one in self._due if one[0] <= now]:
            self._due.remove((at, remedy))
            if isinstance(remedy, SetSetpoint):
                self._celsius = remedy.celsius
                heard.append(self._ac(now))
            else:
                assert remedy.device == "plug"
                self._watts = 0.0
                heard.append(self._plug(now))
        while self._people and self._people[0][0] <= now:
            _, device, value = self._people.pop(0)
            if device == "ac":
                self._celsius = value
                heard.append(self._ac(now))
            else:
                self._watts = value
                heard.append(self._plug(now))
        return heard

    def _ac(self, now: datetime) -> AnyReading:
        hour = (now - START) / timedelta(hours=1) % 24
        return cooling(now, self._celsius, mode="cool" if 8 <= hour < 18 else "off")

    def _plug(self, now: datetime) -> AnyReading:
        return power(now, self._watts > 0, self._watts)


def really(world: World) -> Really:
    found: dict[DeviceId, list[tuple[datetime, Remedy]]] = {}
    for at, remedy in world.commands:
        found.setdefault(remedy.device, []).append((at, remedy))
    return found


def run_over(world: World, chosen: Sequence[Policy], *, guess: bool = True) -> list[tuple[datetime, Remedy]]:
    fresh = office(ac(), plug(switchable=True), policies=chosen)
    heard = [(reading.arrived_at, (reading,)) for reading in world.stored]
    run = backtest(fresh, heard, START, END, TICK, otherwise=Otherwise(really(world)) if guess else None)
    return [(command.issued_at, command.remedy) for command in run.commands]


CHANGES = [
    pytest.param(SetpointLimit(name="setpoints", mode="enforce", cooling_minimum_celsius=27), id="stricter"),
    pytest.param(SetpointLimit(name="setpoints", mode="enforce", cooling_minimum_celsius=24), id="laxer"),
    pytest.param(SetpointLimit(name="setpoints", mode="enforce", grace=timedelta(minutes=30)), id="later"),
    pytest.param(SetpointLimit(name="setpoints", mode="watch"), id="watching"),
    pytest.param(AfterHoursPower(name="after-hours", mode="enforce", grace="40m", hold_out_share=0.0), id="slower"),
    pytest.param(AfterHoursPower(name="after-hours", mode="watch", hold_out_share=0.0), id="left-on"),
]


@pytest.mark.parametrize("change", CHANGES)
def test_the_difference_is_what_a_live_run_does(change: Policy) -> None:
    lived, real = World(policies()).live(), World(policies(change)).live()

    assert real.commands != lived.commands
    assert run_over(lived, policies(change)) == real.commands


@pytest.mark.parametrize("change", CHANGES)
def test_a_change_taken_back_gives_what_was(change: Policy) -> None:
    lived, real = World(policies(change)).live(), World(policies()).live()

    assert run_over(lived, policies()) == real.commands
    assert run_over(lived, policies(change)) == lived.commands


def test_without_a_guess_at_what_devices_would_have_said_the_past_misleads() -> None:
    lived = World(policies()).live()
    stricter = policies(SetpointLimit(name="setpoints", mode="enforce", cooling_minimum_celsius=27))

    assert run_over(lived, stricter, guess=False) != World(stricter).live().commands
