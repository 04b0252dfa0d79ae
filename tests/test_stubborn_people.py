"""Somebody turns it back every time, for a week: we correct three times a day and then ask, with the room's temperature."""

from collections import Counter
from datetime import timedelta

from msgspec.structs import replace
from offices import Run, ac, cooling, heard, local, office

from policies.control.effects import Effect, Publish, Record
from policies.inputs import Tick
from policies.rules.after_hours_power import AfterHoursPower
from policies.rules.setpoint_limit import SetpointLimit
from sensors.commands import SetSetpoint, SwitchOff

RULE = SetpointLimit(name="setpoints", mode="enforce", grace="2m", confirm_within="1m")


def test_an_adversary_is_corrected_three_times_a_day_and_heard_after_that() -> None:
    start = local("2026-07-13 08:30")
    run = Run(office(ac(), policies=[RULE]), start)
    set_to, turned_back_in, corrected = 22.0, 0, Counter[str]()
    for minute in range(7 * 24 * 60):
        now = start + timedelta(minutes=minute)
        reading = replace(cooling(now, set_to), room_celsius=28.4)
        for effect in run.at(minute * 60, *heard(reading), Tick()):
            if isinstance(effect, Publish):
                corrected[f"{now + timedelta(hours=8):%Y-%m-%d}"] += 1
                set_to, turned_back_in = 26.0, 3
        turned_back_in -= 1
        if turned_back_in == 0:
            set_to = 22.0
    assert len(corrected) == 8, "a new day is a new chance"
    assert max(corrected.values()) == 3
    (case,) = run.state.cases.values()
    assert case.refusal is not None
    assert case.refusal.reason == "give_way"
    assert "28.4" in str(case.refusal.words), "the comfort case carries the room's temperature"
    assert run.state.memory.reverts, "and it is known that people did it, not the device"


def turned_back_by_minute(set_to: dict[int, float], until: int) -> list[Effect]:
    """From half past five, a unit that obeys and whose people set it at these minutes; the office closes at six."""
    start = local("2026-07-15 17:30")
    night = AfterHoursPower(name="evenings", mode="enforce", grace="2m", warn="0s")
    run = Run(office(ac(switchable=True), policies=[RULE, night]), start)
    now_set, effects = 26.0, list[Effect]()
    for minute in range(until):
        now_set = set_to.get(minute, now_set)
        reading = replace(cooling(start + timedelta(minutes=minute), now_set), room_celsius=22.5)
        for effect in run.at(minute * 60, *heard(reading), Tick()):
            effects.append(effect)
            if isinstance(effect, Publish) and isinstance(effect.command.remedy, SetSetpoint):
                now_set = 26.0
    return effects


def test_people_who_set_it_back_by_day_do_not_leave_it_on_for_the_night() -> None:
    effects = turned_back_by_minute(dict.fromkeys((1, 8, 15, 22), 23.0), until=60)
    remedies = [effect.command.remedy for effect in effects if isinstance(effect, Publish)]
    assert [type(remedy) for remedy in remedies[:4]] == [SetSetpoint, SetSetpoint, SetSetpoint, SwitchOff]


def test_whoever_turned_it_back_more_often_than_we_corrected_is_counted_as_often() -> None:
    effects = turned_back_by_minute({1: 25.0, 8: 25.0, 9: 24.0, 10: 23.0}, until=20)
    assert sum(isinstance(effect, Publish) for effect in effects) == 1
    refusals = [effect.case.refusal for effect in effects if isinstance(effect, Record) and effect.case.refusal]
    assert refusals[-1].reason == "give_way"
    assert "changed back 3 times" in str(refusals[-1].words)
