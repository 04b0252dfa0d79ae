"""Somebody turns it back every time, for a week: we correct three times a day and then ask, with the room's temperature."""

from collections import Counter
from datetime import timedelta

from msgspec.structs import replace
from offices import Run, ac, cooling, heard, local, office

from policies.control.effects import Publish
from policies.inputs import Tick
from policies.rules.setpoint_limit import SetpointLimit

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
