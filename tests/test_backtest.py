"""A policy run over the stored past does what the engine did; another one does what the engine would have done."""

from collections.abc import Iterator, Sequence
from datetime import datetime

import pytest
from lived import TICK, Life, Store
from offices import local

from daemon.trial.stored import arrivals
from policies.backtest import Backtest, backtest, with_policies
from policies.control.effects import Effect, Publish, Record
from policies.otherwise import Otherwise, Really
from policies.rules.after_hours_power import AfterHoursPower
from policies.rules.setpoint_limit import SetpointLimit
from sensors.device import DeviceId
from sensors.virtual.plans import room_plan

PLAN = room_plan("cool2", "eye", "pc", "monitor", "water", "lights")
BORN, START, END = local("2026-07-05 00:00"), local("2026-07-06 00:00"), local("2026-08-06 00:00")
"""The office comes to life a day earlier: then it replays what was retained, which is not stored as such."""
SEED = 3
WARMER_FROM = local("2026-07-23 00:00")
"""By then half an hour more of lights and a monitor every evening has warmed the room enough for somebody to set it otherwise."""
Deed = tuple[str, str, str, str]


@pytest.fixture(scope="module")
def lived(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Life]:
    store = Store(tmp_path_factory.mktemp("lived"))
    yield Life(PLAN, store, keep_at=START, seed=SEED).run(BORN, END)
    store.close()


def again(life: Life, *policies: SetpointLimit | AfterHoursPower, otherwise: Otherwise | None = None) -> Backtest:
    assert life.store is not None
    assert life.kept is not None
    state = with_policies(life.kept, *policies)
    devices = state.office.site.devices.values()
    heard = arrivals(life.store.history, devices, START, END)
    return backtest(state, heard, START, END, TICK, otherwise=otherwise)


def written(effects: Sequence[Effect]) -> list[tuple[str, ...]]:
    """Everything that was decided, to the microsecond."""
    return [
        (str(effect.at), effect.case.id, effect.what, str(effect.words), effect.case.phase)
        for effect in effects
        if isinstance(effect, Record) and effect.at >= START
    ]


def sent(effects: Sequence[Effect]) -> list[tuple[datetime, DeviceId, str]]:
    return [
        (effect.command.issued_at, effect.command.device, str(effect.command.remedy))
        for effect in effects
        if isinstance(effect, Publish) and effect.command.issued_at >= START
    ]


def really_of(effects: Sequence[Effect]) -> Really:
    found: dict[DeviceId, list[tuple[datetime, object]]] = {}
    for effect in effects:
        if isinstance(effect, Publish):
            found.setdefault(effect.command.device, []).append((effect.command.issued_at, effect.command.remedy))
    return found  # type: ignore[return-value]  # remedies, as Publish holds them


def test_the_same_policy_gives_the_same_cases_and_commands(lived: Life) -> None:
    run = again(lived)

    assert len(sent(lived.effects)) > 80, "a month of a small office"
    assert written(run.effects) == written(lived.effects)
    assert sent(run.effects) == sent(lived.effects)


def test_what_devices_would_have_said_is_what_they_said_where_nothing_else_was_sent(lived: Life) -> None:
    run = again(lived, otherwise=Otherwise(really_of(lived.effects)))

    assert written(run.effects) == written(lived.effects)


def test_another_rule_run_over_the_month_does_what_a_month_lived_with_it_does(lived: Life) -> None:
    """Later evenings: what the office does is the same until the power goes, so nothing has to be guessed.

    But for what people do to the air conditioner once the room is warmer: of that no replay of the stored past can know.
    """
    later = AfterHoursPower.model_validate({"name": "after-hours", "mode": "enforce", "grace": "30m", "warn": "10m"})
    really = Life(PLAN, policies=with_policies(lived.state, later).policies, seed=SEED).run(BORN, END)
    run = again(lived, later, otherwise=Otherwise(really_of(lived.effects)))

    assert sorted(sent(really.effects)) != sorted(sent(lived.effects))
    same = [
        sorted(one for one in sent(effects) if one[0] < WARMER_FROM or one[1] != "room-ac-1")
        for effects in (run.effects, really.effects)
    ]
    assert len(same[0]) > 60
    assert same[0] == same[1]
