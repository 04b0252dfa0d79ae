"""A policy run over the past: the same `step`, fed with what was stored, in a sandbox whose commands go nowhere.

What makes it exact: readings stand in the store under the instant at which they arrived, a step depends on (state, inputs,
instant) alone, and it says itself when it has to be woken. So arrivals, ticks and those wakes are all there is to repeat.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import cast

from msgspec import structs

from policies.control.effects import Effect, Publish, Record
from policies.inputs import Asked, Input, Readings, Tick
from policies.otherwise import Otherwise
from policies.policy import Policy
from policies.state import State
from policies.step import step
from sensors.commands import Command
from sensors.readings import AnyReading, Reading

Arrival = tuple[datetime, tuple[Reading, ...]]
Decision = tuple[datetime, Asked]


@dataclass
class Backtest:
    """What came of it: every effect in its order, and the state at the end."""

    state: State
    effects: list[Effect] = field(default_factory=list)
    steps: int = 0

    @property
    def commands(self) -> list[Command]:
        """What would have been sent."""
        return [effect.command for effect in self.effects if isinstance(effect, Publish)]

    @property
    def turns(self) -> list[Record]:
        """How its cases went."""
        return [effect for effect in self.effects if isinstance(effect, Record)]


def backtest(
    state: State,
    arrivals: Iterable[Arrival],
    start: datetime,
    end: datetime,
    tick: timedelta,
    *,
    decisions: Sequence[Decision] = (),
    otherwise: Otherwise | None = None,
) -> Backtest:
    """Run [start, end). `decisions`: what staff asked for, in order of time. `otherwise`: what devices would have said.

    Without `otherwise` the stored readings are all there is: right where the policy is the one that ran.
    """
    run = Backtest(state)
    coming: Iterator[Arrival] = iter(arrivals)
    following = next(coming, None)
    asked = list(decisions)
    tick_at, wake_at = start, end
    now = start
    while now < end:
        inputs: list[Input] = []
        heard: list[Reading] = []
        while following is not None and following[0] <= now:
            heard += following[1]
            following = next(coming, None)
        if otherwise is not None:
            heard = otherwise.hear(heard, now, run.state)
        if heard:
            inputs.append(Readings(cast("list[AnyReading]", heard)))  # of the kinds that are stored
        while asked and asked[0][0] <= now:
            inputs.append(asked.pop(0)[1])
        if now >= tick_at:
            tick_at = now + tick
            inputs.append(Tick())
        wake_at = _turn(run, inputs, now, otherwise)
        soon = [tick_at]
        if now < wake_at:
            soon.append(wake_at)
        if following is not None:
            soon.append(following[0])
        if asked:
            soon.append(asked[0][0])
        if otherwise is not None:
            soon += otherwise.due(now)
        now = min(soon)
    return run


def with_policies(state: State, *policies: Policy) -> State:
    """The state with these policies in place of their namesakes; a new name is added."""
    new = {policy.name: policy for policy in policies}
    kept = tuple(new.pop(policy.name, policy) for policy in state.policies)
    return structs.replace(state, policies=(*kept, *new.values()))


def _turn(run: Backtest, inputs: Sequence[Input], now: datetime, otherwise: Otherwise | None) -> datetime:
    outcome = step(run.state, inputs, now)
    run.state = outcome.state
    run.effects += outcome.effects
    run.steps += 1
    if otherwise is not None:
        for effect in outcome.effects:
            if isinstance(effect, Publish):
                otherwise.command(effect.command, now, run.state)
    return outcome.wake_at
