"""Rules about print jobs: one case a printer, boundaries of the window, tips by lot, and quick steps that agree with full ones."""

from collections.abc import Iterable
from datetime import datetime, timedelta

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from offices import EVENING, ROOM, WEDNESDAY, Run, heard, office

from policies.control.case import Case
from policies.control.effects import Notify, Record
from policies.inputs import Readings, Tick
from policies.policy import Policy
from policies.rules.print_after_hours import PrintAfterHours
from policies.rules.print_colour import PrintColour
from policies.rules.print_repeat import PrintRepeat
from policies.rules.print_single_sided import PrintSingleSided
from policies.step import step
from sensors.device import Address, Device, DeviceId, ZoneId
from sensors.readings import PrintJob

HOUR = 3600.0


def printer(name: str = "laser", zone: ZoneId = ROOM) -> Device:
    return Device(
        id=DeviceId(name),
        kind="printer",
        address=Address("print_job", name),
        zone=zone,
        silent_after_seconds=30 * 86400.0,
    )


def job(at: datetime, name: str = "laser-1", device: str = "laser", /, **more: object) -> PrintJob:
    """Four sides on one side each, on a printer with a duplexer."""
    fields: dict[str, object] = {
        "state": "completed",
        "sheets": 4,
        "impressions": 4,
        "copies": 1,
        "two_sided": "no",
        "duplexable": True,
        "user_hash": "u",
        "title_hash": "t",
        "device_at": at,
        "arrived_at": at,
        **more,
    }
    return PrintJob(device=DeviceId(device), job=name, **fields)  # type: ignore[arg-type]  # the fields of a job


def two_sided(**more: object) -> PrintSingleSided:
    return PrintSingleSided.model_validate({"name": "two-sided", "tip_share": 0, **more})


def verdicts(policy: Policy, *jobs: PrintJob, now: datetime = WEDNESDAY, devices: Iterable[Device] = ()) -> list[str]:
    run = Run(office(*(devices or [printer()]), policies=[policy]), now)
    run.at(0, *heard(*jobs))
    return [str(case.finding.verdict) for case in run.state.cases.values()]


@pytest.mark.parametrize(
    ("what", "more", "found"),
    [
        ("four sides on one side each", {}, True),
        ("on both sides", {"two_sided": "yes", "sheets": 2}, False),
        ("nobody knows", {"two_sided": "unknown", "sheets": None}, False),
        ("one page", {"impressions": 1, "sheets": 1, "duplexable": False}, False),
        ("one page in four copies", {"copies": 4}, False),
        ("two pages", {"impressions": 2, "sheets": 2}, True),
        ("no duplexer", {"duplexable": False}, False),
        ("nobody knows whether there is a duplexer", {"duplexable": None}, False),
        ("cancelled", {"state": "cancelled", "sheets": None}, False),
    ],
)
def test_several_pages_on_one_side_each_are_found_where_two_sides_would_have_saved_paper(
    what: str, more: dict[str, object], found: bool
) -> None:
    assert bool(verdicts(two_sided(), job(WEDNESDAY, "a", **more))) is found, what


def test_the_shortest_job_that_counts_is_a_setting() -> None:
    assert verdicts(two_sided(minimum_sides=4), job(WEDNESDAY))
    assert not verdicts(two_sided(minimum_sides=5), job(WEDNESDAY))
    assert not verdicts(two_sided(minimum_sides=5), job(WEDNESDAY, copies=2, impressions=8, sheets=8))


def test_jobs_of_one_printer_are_one_case_that_counts_them() -> None:
    jobs = [job(WEDNESDAY, "a"), job(WEDNESDAY, "b", impressions=5, sheets=5), job(WEDNESDAY, "a")]
    assert verdicts(two_sided(), *jobs) == ["2 jobs on one side: 4 sheets more than on two"]


def test_departments_and_zones_narrow_a_rule() -> None:
    assert not verdicts(two_sided(departments=["law"]), job(WEDNESDAY, department="sales"))
    assert verdicts(two_sided(departments=["law"]), job(WEDNESDAY, department="law"))
    assert not verdicts(two_sided(zones=["attic"]), job(WEDNESDAY))


def test_a_case_opens_at_once_and_closes_by_itself_when_its_last_job_has_grown_old() -> None:
    run = Run(office(printer(), policies=[two_sided(window="1h")]), WEDNESDAY)
    opened = run.at(0, *heard(job(WEDNESDAY, "a")))
    assert [effect.what for effect in opened if isinstance(effect, Record)] == ["opened"]
    run.at(600, *heard(job(WEDNESDAY + timedelta(seconds=600), "b")))
    run.at(HOUR - 0.001, Tick())
    assert "2 jobs" in str(only(run).finding.verdict)
    assert run.wake_at <= WEDNESDAY + timedelta(hours=1)
    run.at(HOUR)
    assert "1 jobs" in str(only(run).finding.verdict)
    run.at(HOUR + 599.999)
    assert run.state.cases
    closed = run.at(HOUR + 600)
    assert not run.state.cases
    assert [(effect.what, str(effect.words)) for effect in closed if isinstance(effect, Record)] == [
        ("closed", "its time is over")
    ]


def only(run: Run) -> Case:
    (case,) = run.state.cases.values()
    return case


def test_a_job_told_late_is_judged_by_its_own_end() -> None:
    late = job(WEDNESDAY - timedelta(hours=2), arrived_at=WEDNESDAY)
    assert not verdicts(two_sided(), late)
    assert verdicts(two_sided(), job(WEDNESDAY - timedelta(minutes=59), arrived_at=WEDNESDAY))


def tips(run: Run) -> list[str]:
    return [str(effect.words) for effect in run.effects if isinstance(effect, Notify)]


def test_a_tip_comes_once_a_case_says_how_much_and_never_who() -> None:
    run = Run(office(printer(), policies=[two_sided(tip_share=1)]), WEDNESDAY)
    for number in range(3):
        run.at(
            number * 60, *heard(job(WEDNESDAY + timedelta(minutes=number), str(number), user_hash="anna", user="anna"))
        )
    assert tips(run) == ["Printing on both sides would have saved 2 sheets here"]
    assert "anna" not in msgspec.json.encode(only(run)).decode()


def test_a_busy_printer_gets_tips_by_lot_and_a_quiet_one_always() -> None:
    busy = dict.fromkeys(range(400), 0)
    for case in busy:
        run = Run(office(printer(), policies=[two_sided(tip_share=0.25, tip_always_below=2)]), WEDNESDAY)
        run.at(0, *heard(job(WEDNESDAY, f"x{case}"), job(WEDNESDAY, f"y{case}")))
        busy[case] = len(tips(run))
    assert 70 <= sum(busy.values()) <= 130
    quiet = Run(office(printer(), policies=[two_sided(tip_share=0.001, tip_always_below=2)]), WEDNESDAY)
    quiet.at(0, *heard(job(WEDNESDAY)))
    assert len(tips(quiet)) == 1
    never = Run(office(printer(), policies=[two_sided(tip_share=0)]), WEDNESDAY)
    never.at(0, *heard(job(WEDNESDAY)))
    assert tips(never) == []


def test_a_repeat_on_another_printer_is_found_whichever_is_heard_first() -> None:
    rule = PrintRepeat(name="again")
    first, second = job(WEDNESDAY - timedelta(minutes=9), "a"), job(WEDNESDAY, "b", "other")
    for jobs in ((first, second), (second, first)):
        run = Run(office(printer(), printer("other"), policies=[rule]), WEDNESDAY)
        for each in jobs:
            run.at(0, *heard(msgspec.structs.replace(each, arrived_at=WEDNESDAY)))
        assert [case.device for case in run.state.cases.values()] == ["other"]
    assert not verdicts(rule, job(WEDNESDAY - timedelta(minutes=9), "a", state="cancelled"), job(WEDNESDAY, "b"))


def test_long_jobs_in_colour_are_found_and_what_does_not_say_is_not() -> None:
    rule = PrintColour(name="grey", minimum_sides=4)
    assert verdicts(rule, job(WEDNESDAY, colour=True)) == ["1 long jobs in colour: 4 sides; grey may have done"]
    assert not verdicts(rule, job(WEDNESDAY, colour=None))
    assert not verdicts(rule, job(WEDNESDAY, colour=False))
    assert not verdicts(rule, job(WEDNESDAY, colour=True, impressions=3))


@pytest.mark.parametrize(
    ("minutes_after_closing", "found"), [(-1, False), (0, False), (29, False), (30, True), (600, True)]
)
def test_jobs_in_a_closed_zone_are_found_from_half_an_hour_after_closing(
    minutes_after_closing: int, found: bool
) -> None:
    at = EVENING + timedelta(minutes=minutes_after_closing)
    assert bool(verdicts(PrintAfterHours(name="late"), job(at), now=at)) is found


def test_a_rule_about_jobs_commands_nothing_and_asks_nobody() -> None:
    run = Run(office(printer(), policies=[two_sided(mode="enforce")]), WEDNESDAY)
    effects = run.at(0, *heard(job(WEDNESDAY)))
    assert {type(effect) for effect in effects} == {Record}
    run.at(1800, Tick())
    assert [effect.what for effect in run.effects if isinstance(effect, Record)] == ["opened"]


POLICIES = (
    two_sided(window="20m"),
    PrintRepeat(name="again", window="40m", within="15m"),
    PrintColour(name="grey", minimum_sides=3, window="30m"),
    PrintAfterHours(name="late", allowance="5m", window="1h"),
)
printed = st.builds(
    lambda device, name, ago, sides, colour, user, state: job(
        EVENING,
        f"{device}-{name}",
        device,
        device_at=EVENING - timedelta(seconds=ago),
        impressions=sides,
        sheets=sides,
        colour=colour,
        user_hash=user,
        state=state,
    ),
    st.sampled_from(["a", "b"]),
    st.integers(0, 30),
    st.sampled_from([0, 0, 1, 300, 900]),
    st.integers(1, 5),
    st.sampled_from([None, True, False]),
    st.sampled_from(["u", "v"]),
    st.sampled_from(["completed", "completed", "cancelled"]),
)


@settings(max_examples=80, deadline=None)
@given(st.lists(st.tuples(st.integers(1, 900), st.lists(printed, max_size=3)), max_size=12))
def test_quick_steps_and_full_ones_make_the_same_cases(turns: list[tuple[int, list[PrintJob]]]) -> None:
    quick = full = office(printer("a"), printer("b"), policies=POLICIES)
    now = EVENING - timedelta(minutes=30)
    for seconds, jobs in turns:
        now += timedelta(seconds=seconds)
        shifted = now - EVENING
        moved = [msgspec.structs.replace(each, arrived_at=now, device_at=each.ended_at + shifted) for each in jobs]
        quick = step(quick, [Readings(moved)], now).state
        full = step(full, [Readings(moved), Tick()], now).state
        assert quick.cases == full.cases
