"""Avoided energy: what would have been used, no more, and nothing that was not avoided."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from accounts import CALENDAR, at_local, baseline_of, days_of, evening, off, slot

from policies.accounting.baseline import Baseline
from policies.accounting.day_types import SLOT
from policies.accounting.interval import interval
from policies.accounting.ledger import Action, Entry, switch_off
from policies.accounting.slots import Slot
from sensors.device import DeviceId

NIGHT_SLOTS = 58
"""18:00 to 8:30."""


def claim(slots: "dict[datetime, Slot]", action: Action, **more: object) -> Entry:
    return switch_off(action, slots, baseline_of(slots), CALENDAR, standby_kwh=0.00125, **more)  # type: ignore[arg-type]  # a test's own words


def a_night(kwh: float = 0.01, days: int = 17) -> "tuple[dict[datetime, Slot], Action]":
    """Four Thursdays' worth of uncontrolled days, then a Thursday evening switched off until Friday's opening."""
    slots = days_of(kwh, range(days + 2))
    action = evening(days)
    off(slots, action)
    return slots, action


def test_a_night_is_worth_what_the_nights_before_it_used() -> None:
    entry = claim(*a_night())

    assert (entry.ledger, entry.method, entry.baseline_days) == ("measured", "slot_median", 10)
    assert entry.avoided_kwh == pytest.approx(NIGHT_SLOTS * 0.01)
    assert len(entry.claimed) == NIGHT_SLOTS


def test_what_it_still_draws_is_not_avoided() -> None:
    slots, action = a_night()
    off(slots, action, kwh=0.004)

    assert claim(slots, action).avoided_kwh == pytest.approx(NIGHT_SLOTS * 0.006)


def test_one_wild_night_changes_nothing() -> None:
    slots, action = a_night()
    slots |= days_of(5.0, range(16, 17))

    assert claim(slots, action).avoided_kwh == pytest.approx(NIGHT_SLOTS * 0.01)


def test_the_slot_in_which_it_went_off_counts_for_what_was_left_of_it() -> None:
    slots, action = a_night()
    late = replace(action, at=action.at + timedelta(minutes=9))

    assert claim(slots, late).avoided_kwh == pytest.approx((NIGHT_SLOTS - 0.6) * 0.01)


@pytest.mark.parametrize(("kwh", "on"), [(0.0, 0.0), (0.001, 900.0), (0.01, 0.0)])
def test_off_or_asleep_already_is_not_claimed(kwh: float, on: float) -> None:
    slots, action = a_night()
    before = at_local(17, 17.75)
    slots[before] = slot(before, kwh, on_seconds=on)

    assert (claim(slots, action).ledger, claim(slots, action).method) == ("not_claimed", "already_off")


def test_offline_is_not_saving() -> None:
    slots, action = a_night()
    for at in list(slots):
        if action.at <= at < action.until:
            slots[at] = slot(at, None, covered=0.0, on_seconds=0.0, controlled=True)

    assert (claim(slots, action).method, claim(slots, action).avoided_kwh) == ("not_heard", 0.0)


def test_without_proof_nothing_is_claimed() -> None:
    slots, action = a_night()

    assert claim(slots, replace(action, proved=False)).method == "not_proved"


def test_four_days_are_no_baseline_and_five_are() -> None:
    for days, ledger in ((4, "not_claimed"), (5, "measured")):
        slots = days_of(0.01, range(days, days + 2) if days == 5 else range(0))
        slots = days_of(0.01, range(days + (0 if days < 5 else 2)))
        action = evening(days if days < 5 else 7)
        slots |= days_of(0.01, range(action.at.day - 1, action.at.day))
        off(slots, action)
        assert claim(slots, replace(action, until=action.at + timedelta(hours=6))).ledger == ledger


def test_nights_on_which_somebody_had_switched_it_off_say_nothing_about_one_on_which_nobody_did() -> None:
    """Left on two nights in five: what a night that began switched on used, not what most nights used."""
    slots, action = a_night(days=24)
    for day in range(24):
        if day % 5 not in {1, 3}:
            slots |= {
                at_local(day, 17.75) + number * SLOT: slot(at_local(day, 17.75) + number * SLOT, 0.0, on_seconds=0.0)
                for number in range(60)
            }
    slots[at_local(24, 17.75)] = slot(at_local(24, 17.75), 0.01)

    assert claim(slots, action).avoided_kwh == pytest.approx(NIGHT_SLOTS * 0.01)


def test_what_heats_now_and_then_is_worth_its_nights_and_not_its_median_quarter() -> None:
    """Three of four quarters use nothing, on another quarter every night."""
    slots, action = a_night()
    for number, at in enumerate(sorted(slots)):
        if at < action.at:
            slots[at] = slot(at, 0.08 if (number + number // 96) % 4 == 0 else 0.0005)
    slots[action.at - SLOT] = slot(action.at - SLOT, 0.08)
    entry = switch_off(action, slots, baseline_of(slots), CALENDAR)

    assert entry.avoided_kwh == pytest.approx(NIGHT_SLOTS / 4 * 0.08, rel=0.1)


def test_a_weekend_rests_on_weekends_that_began_alike() -> None:
    """A Friday's switch-off until Monday: with four Fridays before it only Friday's evening can be claimed, with five all of it."""
    for weeks, hours in ((4, 6.0), (5, 62.5)):
        friday = weeks * 7 + 4
        slots = days_of(0.01, range(friday + 4))
        action = evening(friday, until_hour=24 + 24 + 24 + 8.5)
        off(slots, action)

        assert claim(slots, action).avoided_kwh == pytest.approx(hours * 4 * 0.01)


@pytest.mark.parametrize(("later_weeks", "ledger"), [(12, "measured"), (14, "not_claimed")])
def test_a_baseline_expires_after_ninety_days(later_weeks: int, ledger: str) -> None:
    slots = days_of(0.01, range(14))
    action = evening(later_weeks * 7 + 3)
    slots[at_local(later_weeks * 7 + 3, 17.75)] = slot(at_local(later_weeks * 7 + 3, 17.75), 0.01)
    off(slots, action)

    assert claim(slots, action).ledger == ledger


def test_somebody_who_switches_it_on_again_ends_the_claim() -> None:
    slots, action = a_night()
    slots |= {at: slot(at, 0.01) for at in slots if at >= at_local(17, 20)}

    assert claim(slots, action).avoided_kwh == pytest.approx(8 * 0.01)


def test_starting_again_costs_what_it_costs_beyond_a_usual_start() -> None:
    slots, action = a_night()
    for number in range(4):
        at = at_local(18, 8.5) + number * timedelta(minutes=15)
        slots[at] = slot(at, 0.03)
    entry = claim(slots, action)

    assert entry.restart_kwh == pytest.approx(4 * 0.02)
    assert entry.avoided_kwh == pytest.approx(NIGHT_SLOTS * 0.01 - 4 * 0.02)


def test_a_slot_is_claimed_once() -> None:
    slots, action = a_night()
    first = claim(slots, action)
    again = claim(slots, action, taken=frozenset(first.claimed))

    assert (again.ledger, again.method) == ("not_claimed", "counted_elsewhere")


def test_every_kwh_has_the_price_of_its_own_period() -> None:
    slots, action = a_night()
    entry = claim(slots, action, price=lambda at: 1.0 if at < at_local(17, 22) else 0.3)

    assert entry.avoided_cost == pytest.approx(16 * 0.01 * 1.0 + 42 * 0.01 * 0.3)


def test_the_devices_own_off_hours_maximum_is_a_ceiling() -> None:
    """Days that only used power while open cannot promise any at night."""
    slots = days_of(0.05, range(17))
    baseline = baseline_of(slots)
    days = baseline.comparable("workday", at_local(17, 12).date())

    assert replace(days, most_off_hours_kwh=0.02).would_use_kwh(74) == 0.02
    assert Baseline({}).comparable("workday", at_local(17, 12).date()).would_use_kwh(74) is None


def test_a_slot_that_used_more_is_worth_nothing_rather_than_something() -> None:
    slots, action = a_night()
    off(slots, action, kwh=0.02)

    assert claim(slots, action).avoided_kwh == 0.0


def test_one_nights_interval_is_as_wide_as_nights_differ() -> None:
    """Nights of 0.005 and 0.015 in turn: the claim of one night may be off by half of itself."""
    slots = {at: slot(at, 0.005 if (at - at_local(0, 0)).days % 2 else 0.015) for at in days_of(0.0, range(19))}
    action = evening(17)
    off(slots, action)
    entry = claim(slots, action)
    found = interval([entry])

    assert found is not None
    assert found.low_kwh <= 0.5 * entry.avoided_kwh
    assert found.high_kwh >= 1.5 * entry.avoided_kwh


def test_the_interval_holds_whether_the_median_or_the_mean_of_the_nights_is_right() -> None:
    """Four nights in five are worth nothing more, the fifth half a kWh: on average a tenth more than the median."""
    slots, action = a_night()
    entry = claim(slots, action)
    (first, *_) = entry.blocks
    rare = {day: 0.5 if number % 5 == 0 else 0.0 for number, day in enumerate(sorted(first.residuals))}
    found = interval([replace(entry, blocks=(replace(first, residuals=rare),))])

    assert found is not None
    assert entry.avoided_kwh - 0.3 < found.low_kwh < entry.avoided_kwh - 0.2
    assert found.high_kwh >= entry.avoided_kwh + 0.5


def test_an_unsure_slope_widens_the_interval() -> None:
    slots, action = a_night()
    sure = replace(claim(slots, action), blocks=(), slope_errors=((10, 0.0),))
    unsure = replace(sure, slope_errors=((10, 0.1), (11, 0.1)))

    narrow, wide = interval([sure]), interval([unsure, replace(unsure, action=replace(action, case_id="next"))])
    assert narrow is not None
    assert wide is not None
    assert narrow.high_kwh == pytest.approx(sure.avoided_kwh)
    # Of one device all slopes err alike, on both days: 4 x 0.1, 1.96 standard deviations.
    assert wide.high_kwh - 2 * sure.avoided_kwh == pytest.approx(1.96 * 0.4, rel=0.15)
    other = replace(unsure, action=replace(action, device=DeviceId("another")))
    two = interval([unsure, other])
    assert two is not None
    # Those of two devices by themselves.
    assert two.high_kwh - 2 * sure.avoided_kwh == pytest.approx(1.96 * 0.2 * 2**0.5, rel=0.15)
